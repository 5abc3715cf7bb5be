"""One conversation: sound and messages in, sound and messages out. The only place where a turn takes effect.

A turn is computed ahead as a guess while the shopper pauses, and answered when the listener says that the turn has ended. Then,
once, it is committed: the belief state moves on and the reply begins. A reply carries a generation; a shopper who cuts in raises
it, and everything still under way for the old one is dropped. A shopper who goes on before anything of the reply was heard has
not been answered yet: the turn is taken back and heard as a whole.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from dialogue.conversation import Turn
from dialogue.state import BeliefState
from server.engines import Engines
from server.lanes import Dropped, Lane, Lanes
from server.protocol import (
    Clear,
    ClientMessage,
    Commit,
    Forget,
    Interrupt,
    Mode,
    Playback,
    ServerMessage,
    SpeechStarted,
    SpeechStopped,
    Start,
    Stop,
    Text,
    TranscriptSaid,
    error,
)
from server.session_ears import Committed, Ears
from server.session_memory import Recollection
from server.session_mouth import Mouth
from server.session_outlet import Outlet
from server.session_own_turns import OwnTurns
from server.session_timing import Finished, Turning, turn_said
from server.session_turn import Asked, Spoken, TurnWork
from server.session_words import show_words
from server.showing import items_shown, understanding_shown
from server.tasks import Tasks
from voice import interrupting, listening
from voice.interrupting import Asked as AskedToStop
from voice.interrupting import GoOn, Hold, ReplyEnded, ReplyStarted, Tick, VoiceHeard, VoiceStopped, WordsHeard
from voice.sound import FloatAudio
from voice.wording import is_backchannel, reads_finished, words_of

log = logging.getLogger(__name__)

UNHEARD_MS = 450
"""A shopper who speaks before more of the reply was heard is still in the turn before it: nobody answers sooner (Levinson and
Torreira, 2015: planning the shortest answer takes 600 ms)."""
TICK_S = 0.05
TALKING_S = 20.0
"""Who has said nothing for so long listens, or has gone to make tea."""
LAST_REPORT_S = 0.3
"""How long the client's last report of a reply may take to come."""


class Session(OwnTurns):
    """One conversation over one connection or several (resumed). ``send`` must not block."""

    def __init__(
        self, start: Start, engines: Engines, lanes: Lanes, send: Callable[[ServerMessage | bytes], None],
        drop_unsent: Callable[[], None] = lambda: None, *, clock: Callable[[], float] = time.monotonic,
        finished: Callable[[Finished], None] = lambda turn: None,
    ) -> None:
        self.id = secrets.token_hex(8)
        self.state = BeliefState()
        self.last_active_s = clock()
        self.finished = asyncio.Event()
        """Set when the client has said ``stop`` and what it said is answered."""
        self._start, self._engines, self._lanes, self._clock, self._turn_finished = start, engines, lanes, clock, finished
        self._outlet = Outlet(send, drop_unsent)
        self._send = self.tell = self._outlet.send
        self.sample_rate_hz = start.sample_rate
        self.output_rate_hz = start.output_sample_rate or start.sample_rate
        self._ears = Ears(engines.new_listener(), engines.turn_end, lanes, start.sample_rate, clock)
        self._mouth = Mouth(
            self._say, self._outlet.drop_unsent, self.output_rate_hz, start.lead_ms, clock, aloud=start.output == "audio"
        )
        self._recollection = Recollection(engines.memory, engines.shop, start.shopper, start.remember)
        self._barge = interrupting.SILENT
        self._guess: TurnWork | None = None
        self._turning: Turning | None = None
        self._over_reply = False
        self._reopened: Asked | None = None
        """The turn that the shopper is going on with: nothing of its reply was heard yet."""
        self._numbers = 0
        self._stopping = False
        self._pieces: list[listening.SpeechEnded] = []
        """What push to talk has gathered of a turn with long pauses."""
        self._tasks = Tasks(lambda: self._send(error("internal")))
        self._spawn = self._tasks.spawn

    # --- the client ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Listen and speak until cancelled."""
        await self._recollection.recall()
        self.state = self._recollection.joined(self.state)
        if self._recollection.unknown(self._engines.recommender):
            self._send(error("unknown_shopper", self._start.shopper))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ears.listen())
            group.create_task(self._mouth.pace())
            group.create_task(self._follow())
            group.create_task(self._watch())
            if self._start.partials and (glance := self._engines.glance) is not None:
                group.create_task(show_words(
                    self._ears, glance, self._lanes, wanted=lambda: self._is_speaking, tell=self._tell_partial
                ))
            if self._start.greet:
                await self.greet()

    async def greet(self) -> None:
        """The shop speaks first."""
        conversation = self._engines.conversation
        greeting = await self._lanes.run("thinking", Lane.FIRST_CLAUSE, lambda: conversation.greeting(self.state))
        self._answer(self._work(certain=True, turn=greeting), None)

    def detach(self) -> None:
        """The connection is lost: be silent and wait, for the client may come back."""
        self._outlet.lose()
        self._mouth.rest()
        self._drop_guess()

    def attach(self, send: Callable[[ServerMessage | bytes], None], drop_unsent: Callable[[], None], played: int | None) -> int:
        """The client is back, having played up to ``played``; what it missed is sent, and the reply goes on from there.

        Returns the position from which the stream goes on; call before anything else is sent.
        """
        missed = self._outlet.regain(send, drop_unsent)
        self._ears.forget()
        position = self._mouth.take_up(played)
        asyncio.get_running_loop().call_soon(self._go_on, missed)
        return position

    def _go_on(self, missed: Iterable[ServerMessage]) -> None:
        for message in missed:
            self._send(message)
        if self._barge.reply == "held":
            self._barge = interrupting.BargeIn("playing")
        self._mouth.go_on()

    def close(self) -> None:
        """Drop everything under way."""
        if self._guess is not None:
            self._guess.abandon()
        if self._turning is not None:
            self._turning.work.abandon()
        self._tasks.cancel()
        self._recollection.settle()

    @property
    def busy(self) -> bool:
        """Somebody is in the middle of something: the shopper speaks, a turn is answered, or the answer is being heard."""
        return self._turning is not None or self._mouth.speaking or self._ears.speaking

    @property
    def talking(self) -> bool:
        """Something was said lately, or is being answered: this conversation costs the machine something."""
        return self.busy or self._clock() - self.last_active_s < TALKING_S

    def restored(self, turns: int, state: BeliefState) -> None:
        """Go on where another process was; call before ``run``."""
        self._numbers, self.state = turns, state

    def use(self, engines: Engines) -> None:
        """Another catalogue or index: the next turn is computed with it; the one under way keeps what it began with."""
        self._engines = engines

    def audio(self, data: bytes) -> None:
        """Sound from the client."""
        if (wrong := self._ears.take(data)) is not None:
            self._send(wrong)

    async def message(self, message: ClientMessage) -> None:
        """Anything else from the client."""
        match message:
            case Start():
                self._send(error("start_late"))
            case Text(text=text) if not words_of(text):
                self._send(error("nothing_heard"))
            case Text(text=text):
                await self._recollection.recalled()
                self._written(text)
            case Forget(slot=slot) if self._engines.shop.slot(slot) is None:
                self._send(error("bad_message", "slot: the shop has no slot of that name"))
            case Forget(slot=slot):
                self._written("", forget=slot)
            case Playback(played_samples=played):
                self._mouth.played(played)
            case Interrupt():
                self._see(AskedToStop(self._now_ms()))
            case Commit():
                self._spawn(self._ears.end_now())
            case Mode() as mode:
                self._start = self._start.model_copy(update=mode.model_dump(exclude={"type"}, exclude_none=True))
                self._mouth.aloud = self._start.output == "audio"
            case Stop():
                self._stopping = True
                self._spawn(self._ears.end_now())

    def _say(self, said: ServerMessage | bytes) -> None:
        """Send what the mouth says; the ears are told, so that they know their own voice."""
        if isinstance(said, bytes):
            self._ears.spoke(said, self.output_rate_hz)
        elif isinstance(said, Clear):
            self._ears.silenced()
        self._send(said)

    def _written(self, text: str, forget: str | None = None) -> None:
        """A turn that came without sound."""
        self.last_active_s = self._clock()
        self._reopened = None
        self._stop_reply()
        self._drop_guess()
        self._answer(self._work(certain=True, text=text, forget=forget), None)

    async def _finish(self) -> None:
        """After ``stop``: let what is being answered be said, then be done."""
        while self._turning is not None:
            await asyncio.sleep(TICK_S)
        self.finished.set()

    # --- the listener --------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            match await self._ears.next_event():
                case listening.SpeechStarted() as started:
                    self._on_started(started)
                case listening.SpeechPaused() as paused:
                    self._on_paused(paused)
                case listening.SpeechResumed(revision=revision):
                    if self._guess is not None and self._guess.asked.revision == revision:
                        self._drop_guess()
                case listening.SpeechDropped(at_sample=sample):
                    self._send(SpeechStopped(at_sample=self._ears.at_client_rate(sample)))
                    self._see(VoiceStopped(self._now_ms(), dropped=True))
                    self._drop_guess()
                case listening.SpeechEnded() as ended:
                    self._on_ended(ended)
                case Committed():
                    self._on_committed()

    def _on_started(self, started: listening.SpeechStarted) -> None:
        self.last_active_s = self._clock()
        self._send(SpeechStarted(at_sample=self._ears.at_client_rate(started.at_sample)))
        self._over_reply = self._barge.reply != "silent"
        turning = self._turning
        since_ms = (self._clock() - self._ears.arrived_s(started.at_sample)) * 1000
        unheard = turning is not None and turning.decided_s is not None and self._mouth.heard_ms() - since_ms < UNHEARD_MS
        self._reopened = turning.work.asked if turning is not None and unheard else None
        self._see(VoiceHeard(self._now_ms(), self._ears.voiced_ms))

    def _on_paused(self, paused: listening.SpeechPaused) -> None:
        self._see(VoiceStopped(self._now_ms()))
        if not self._start.hands_free:
            return
        self._spawn(self._ears.judge_pause(paused))
        self._drop_guess()
        self._guess = self._work(certain=False, audio=paused.audio, revision=paused.revision)
        self._spawn(self._read_pause(self._guess))

    @property
    def _is_speaking(self) -> bool:
        """The shopper is in the middle of words that are no interruption (those wait for a pause)."""
        return self._ears.speaking and self._guess is None and self._barge.reply == "silent" and not self._pieces

    def _tell_partial(self, text: str) -> None:
        number = self._numbers + (self._reopened is None)
        self._send(TranscriptSaid(role="user", text=text, final=False, turn=number))

    async def _read_pause(self, guess: TurnWork) -> None:
        """The words of a pause tell whether it is the end, and whether they were meant to interrupt."""
        try:
            transcript = await guess.transcript
        except Exception:   # told where the turn is answered
            return
        if transcript is None or guess is not self._guess:
            return
        if words_of(transcript.text):
            self._tell_partial(transcript.text)
        if self._over_reply and self._reopened is None:
            self._see(self._words(transcript.text))
        await self._ears.hint(guess.asked.revision, reads_finished(transcript.text))

    def _on_ended(self, ended: listening.SpeechEnded) -> None:
        self._send(SpeechStopped(at_sample=self._ears.at_client_rate(ended.end_sample)))
        if not self._start.hands_free and ended.why != "asked":
            self._pieces.append(ended)
            return
        if self._pieces:
            ended = replace(ended, audio=np.concatenate([piece.audio for piece in (*self._pieces, ended)]))
            self._pieces.clear()
        guess, self._guess = self._guess, None
        if guess is not None and (guess.failed or guess.asked.revision != ended.revision):
            guess.abandon()
            guess = None
        work = guess
        if guess is None or guess.asked != self._asked(ended.revision):
            work = self._work(certain=True, audio=ended.audio, revision=ended.revision, hears=guess)
        assert work is not None
        work.promote()
        if not self.answers:
            self._spawn(self._write_down(work))
        elif self._over_reply and self._barge.reply != "silent":
            self._spawn(self._decide(work, ended))
        else:
            self._answer(work, ended)

    def _on_committed(self) -> None:
        """The client ended the turn: answer what push to talk has gathered, or say that nothing was heard."""
        if self._pieces:
            last = self._pieces.pop()
            self._on_ended(replace(last, why="asked"))
        elif self._turning is None and not self._stopping:
            self._send(error("nothing_heard"))
        if self._stopping:
            self._spawn(self._finish())

    async def _decide(self, work: TurnWork, ended: listening.SpeechEnded) -> None:
        """Words said over a reply: an answer is due only where they were more than "mhm"."""
        transcript = await self._or_apology(work, work.transcript)
        text = transcript.text if transcript else ""
        if self._reopened is not None and self._turning is not None and (before := self._turning.work.transcript).done():
            earlier = before.result()
            if earlier is not None and words_of(earlier.text) == words_of(text):
                text = ""   # nothing was added to the turn that is being answered
        if self._barge.reply != "silent":
            action = self._see(self._words(text))
            if isinstance(action, GoOn) or (action is None and (not words_of(text) or is_backchannel(text))):
                work.abandon()
                return
            self._stop_reply()
        self._answer(work, ended)

    # --- the reply -----------------------------------------------------------------------------------------------------

    def _asked(self, revision: int, audio: FloatAudio | None = None, text: str = "", forget: str | None = None) -> Asked:
        """A turn asked now, of what is believed and was heard now; words that go on with an unanswered turn are joined to it."""
        if self._reopened is None:
            return Asked(self.state, self._mouth.heard(), self._start.shopper, audio, text, revision, forget)
        whole = audio if audio is None or self._reopened.audio is None else np.concatenate([self._reopened.audio, audio])
        return replace(self._reopened, audio=whole, revision=revision)

    def _work(
        self, *, certain: bool, audio: FloatAudio | None = None, text: str = "", revision: int = -1, turn: Turn | None = None,
        hears: TurnWork | None = None, forget: str | None = None,
    ) -> TurnWork:
        rate_hz = self.output_rate_hz if self._mouth.aloud else None
        asked = self._asked(revision, audio, text, forget)
        return TurnWork(asked, self._engines, self._lanes, rate_hz=rate_hz, certain=certain, turn=turn, hears=hears)

    def _answer(self, work: TurnWork, ended: listening.SpeechEnded | None) -> None:
        """Begin the reply to a turn that has ended."""
        if self._reopened is None:
            self._numbers += 1
        self._stop_reply()
        self._reopened, self._over_reply = None, False
        turning = Turning(
            work, self._numbers, self._mouth.begin(),
            ended_s=self._ears.arrived_s(ended.end_sample) if ended else self._clock(),
            decided_s=self._clock() if ended else None,
        )
        self._turning = turning
        self._see(ReplyStarted(self._now_ms()))
        self._spawn(self._reply(turning))

    async def _reply(self, turning: Turning) -> None:
        work = turning.work
        try:
            transcript = await self._or_apology(work, work.transcript)
            if transcript is not None:
                self._send(TranscriptSaid(role="user", text=transcript.text, turn=turning.number))
                if not words_of(transcript.text):
                    self._send(error("nothing_heard"))
                    return
            turn = await self._or_apology(work, work.turn)
            if turning.generation != self._mouth.generation:
                return
            first = await self._commit(turning, turn)
            await self._speak(turning, first)
        finally:
            self._mouth.finish(turning.generation)
            if self._turning is turning:
                self._turning = None

    async def _commit(self, turning: Turning, turn: Turn) -> Spoken | None:
        """The one place where a turn takes effect."""
        self.state = self._recollection.joined(turn.state)
        await self._recollection.committed(turn.understanding, self.state)
        shop = self._engines.shop
        if turn.understanding.text or turn.understanding.changes:
            self._send(understanding_shown(turn, shop, turning.number))
        if turn.plan.items:
            self._send(items_shown(turn, shop, self._engines.recommender, turning.number))
        self._spawn(self._ears.expect(turn.plan.expecting))
        first: Spoken | None = await self._or_apology(turning.work, turning.work.first)
        return first

    async def _speak(self, turning: Turning, first: Spoken | None) -> None:
        mouth, index, spoken = self._mouth, 0, first
        while spoken is not None and turning.generation == mouth.generation:
            mouth.say(spoken.sentence, spoken.speech, turn=turning.number, index=index, generation=turning.generation)
            index += 1
            turning.sentences.append(spoken.sentence)
            await mouth.room(turning.generation)
            try:
                spoken = await self._or_apology(turning.work, turning.work.next_sentence())
            except Dropped:   # cut, or the rest of the reply failed: what was said stands
                break
        mouth.finish(turning.generation)
        await mouth.all_sent(turning.generation)
        said = turn_said(turning, first, self._mouth)
        self._send(said)
        self._turn_finished(Finished(self.id, turning, said, self._start.may_keep))
        await self._recollection.stands(self.state)

    async def _or_apology(self, work: TurnWork, result: Any) -> Any:
        """Await a stage; a failure is told to the client and ends the turn, never the session."""
        try:
            return await result
        except Dropped:
            raise
        except Exception as failure:
            log.error("a turn failed at: %s", work.stage, exc_info=failure)
            self._send(work.apology(failure))
            raise Dropped("the turn has failed") from failure

    # --- barge-in ------------------------------------------------------------------------------------------------------

    def _see(self, seen: interrupting.Observation) -> interrupting.Action | None:
        """Tell the barge-in machine what happened and do what it says."""
        self._barge, action = interrupting.step(self._barge, seen)
        if isinstance(action, Hold):
            self._mouth.hold()
        elif isinstance(action, GoOn):
            self._reopened = None
            self._mouth.go_on()
        elif isinstance(action, interrupting.Stop):
            self._stop_reply()
        return action

    def _stop_reply(self) -> None:
        """The reply is over, whatever is left of it."""
        turning, self._turning = self._turning, None
        if turning is not None:
            turning.work.abandon()
            if self._reopened is not None:
                self.state = self._reopened.state
        if (text := self._mouth.cut()) is not None:
            self._send(TranscriptSaid(role="agent", text=text, turn=self._numbers))
        self._barge = interrupting.SILENT

    def _words(self, text: str) -> WordsHeard:
        plan = self.state.last_plan
        asked = plan is not None and plan.expecting != "anything" and self._mouth.nearly_all_heard()
        saying, open_air = self._mouth.saying(), self._ears.hears_reply
        return WordsHeard(self._now_ms(), text, final=True, asked=asked, speaking=saying, echo_path=open_air)

    async def _watch(self) -> None:
        """What only time tells: the reply was heard to its end, a sound over it led to nothing."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._barge.reply == "playing" and not self._mouth.speaking and self._turning is None:
                self._see(ReplyEnded(self._now_ms()))
                self._spawn(self._tell_heard(self._numbers, self._mouth.generation))
            elif self._barge.reply == "held":
                if self._ears.speaking:
                    self._see(VoiceHeard(self._now_ms(), self._ears.voiced_ms))
                self._see(Tick(self._now_ms()))

    async def _tell_heard(self, number: int, generation: int) -> None:
        await asyncio.sleep(LAST_REPORT_S)
        if generation == self._mouth.generation and (text := self._mouth.heard_text()):
            self._send(TranscriptSaid(role="agent", text=text, turn=number))

    # --- small things --------------------------------------------------------------------------------------------------

    def _drop_guess(self) -> None:
        if self._guess is not None:
            self._guess.abandon()
            self._guess = None

    def _now_ms(self) -> float:
        return self._clock() * 1000
