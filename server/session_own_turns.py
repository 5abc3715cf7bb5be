"""What clients with their own idea of turns ask of a session: recordings to be written down, answers only when asked for, and no
reports of playback but one word on how far a reply was played (server/realtime)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from dialogue.state import BeliefState
from server.engines import Engines
from server.lanes import Lane, Lanes
from server.protocol import ServerMessage, TranscriptSaid
from server.session_ears import Ears
from server.session_mouth import Mouth
from server.session_turn import TurnWork
from voice import interrupting, listening
from voice.sound import FloatAudio
from voice.wording import words_of


class OwnTurns:
    """A part of Session, which has these."""

    state: BeliefState
    last_active_s: float
    answers = True
    """False: what is spoken is only written down, and answered when the client asks."""
    _engines: Engines
    _lanes: Lanes
    _clock: Callable[[], float]
    _ears: Ears
    _mouth: Mouth
    _barge: interrupting.BargeIn
    _numbers: int
    _pieces: list[listening.SpeechEnded]
    _send: Callable[[ServerMessage | bytes], None]
    _see: Callable[[interrupting.Observation], interrupting.Action | None]
    _words: Callable[[str], interrupting.WordsHeard]
    _drop_guess: Callable[[], None]
    _or_apology: Callable[[TurnWork, Any], Coroutine[Any, Any, Any]]

    @property
    def turns(self) -> int:
        """The number of the turn that is being answered, or was last."""
        return self._numbers

    @property
    def reply_sent(self) -> bool:
        """Every sample of the last reply is sent."""
        return self._mouth.all_sent_now

    @property
    def held(self) -> bool:
        """The reply is silent for a voice over it, and may go on."""
        return self._barge.reply == "held"

    def heard_until(self, position: int) -> bool:
        """For clients without playback reports: the last reply was played up to ``position`` of the stream, and no further.

        False where that lies before the last reply.
        """
        return self._mouth.heard_until(position)

    def heard_text(self) -> str:
        """The words of the last reply that reached the ear."""
        return self._mouth.heard_text()

    async def hear_recording(self, audio: FloatAudio) -> str:
        """The words of a recording that is no part of the stream (16 kHz); "" where nobody speaks. Raises what engines do."""
        self.last_active_s = self._clock()
        utterance = await self._ears.utterance(self._engines.new_listener(), audio)
        if utterance is None:
            return ""
        engines, state = self._engines, self.state
        transcript = await self._lanes.run(
            "hearing", Lane.FINAL_TRANSCRIPT, lambda: engines.transcriber.transcribe(utterance, likely=engines.likely(state))
        )
        return transcript.text if words_of(transcript.text) else ""

    async def forget_sound(self) -> None:
        """What is being said just now is not to be heard."""
        self._drop_guess()
        self._pieces.clear()
        await self._ears.drop_now()

    async def _write_down(self, work: TurnWork) -> None:
        """Tell what was said, and leave it at that."""
        transcript = await self._or_apology(work, work.transcript)
        work.abandon()
        if self._barge.reply != "silent":
            self._see(self._words(transcript.text))
        if words_of(transcript.text):
            self._numbers += 1
            self._send(TranscriptSaid(role="user", text=transcript.text, turn=self._numbers))
