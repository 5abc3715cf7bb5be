"""One turn, computed before it is certain: transcript, thought, first sentence, first audio. Nothing here has an effect.

The work of a turn may begin as a guess (the shopper has paused) and become certain (the turn has ended): ``promote`` moves what
is left of it into the urgent lanes. A guess that proves wrong is let go; whatever has not begun is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np

from dialogue.conversation import Turn
from dialogue.state import BeliefState
from dialogue.types import Heard, Sentence
from server.engines import Engines
from server.first_words import part
from server.lanes import BenchName, EngineSlowError, Job, Lane, Lanes
from server.protocol import ErrorSaid, error
from voice.resampling import resample
from voice.sound import FloatAudio, Speech, SpokenWord, Transcript

T = TypeVar("T")
DOING: dict[str, str] = {"hear": "listening", "think": "thinking", "phrase": "finding the words", "speak": "speaking"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn is computed from; two turns asked the same are the same turn."""

    state: BeliefState
    heard: Heard
    shopper: str | None
    audio: FloatAudio | None = field(default=None, compare=False)
    """The utterance, 16 kHz mono; None of a typed turn."""
    text: str = ""
    revision: int = -1
    forget: str | None = None
    """The slot that is taken back, in a turn without words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence with its audio; no audio where the client only reads."""

    sentence: Sentence
    speech: Speech | None


class TurnWork:
    """The work of one turn up to its first audio, begun at once; each stage can be awaited by itself.

    A stage that fails raises where it is awaited: Dropped, EngineSlowError, or the engine's own error (see ``stage``).
    """

    def __init__(
        self, asked: Asked, engines: Engines, lanes: Lanes, *, rate_hz: int | None, certain: bool, turn: Turn | None = None,
        hears: TurnWork | None = None,
    ) -> None:
        """``rate_hz``: of the reply's audio, None where nothing is spoken. ``turn``: one already thought (the greeting).
        ``hears``: an earlier guess at the same sound, whose transcript holds."""
        self.asked = asked
        self.stage: Literal["hear", "think", "phrase", "speak"] = "hear"
        """What is being done, or was when it failed."""
        self.times_s: dict[str, tuple[float, float]] = {}
        """Stage to when it began and ended (time.monotonic)."""
        self.speculated = not certain
        self._engines, self._lanes, self._rate_hz = engines, lanes, rate_hz
        self._certain, self._abandoned = certain, False
        self._job: Job[Any] | None = None
        self._thought, self._hears = turn, hears
        self._sentences: Iterator[Sentence] = iter(())
        self._rest: Sentence | None = None
        """What is left of the first sentence."""
        self._ahead: asyncio.Task[Sentence | None] | None = None
        loop = asyncio.get_running_loop()
        self.transcript: asyncio.Future[Transcript | None] = loop.create_future()
        """None of a typed turn."""
        self.turn: asyncio.Future[Turn] = loop.create_future()
        self.first: asyncio.Future[Spoken | None] = loop.create_future()
        self._task = asyncio.create_task(self._prepare())

    @property
    def failed(self) -> bool:
        """The words could not be heard."""
        return self.transcript.done() and self.transcript.exception() is not None

    def apology(self, failure: Exception) -> ErrorSaid:
        """What the client is told when a stage has failed."""
        doing = DOING[self.stage]
        slow = isinstance(failure, EngineSlowError)
        return error("engine_slow", doing.capitalize()) if slow else error("engine_failed", doing)

    def promote(self) -> None:
        """The turn has really ended: what is left to do is urgent."""
        self._certain = True
        if self._hears is not None:
            self._hears.promote()
        if self._job is not None:
            self._job.promote(Lane.FINAL_TRANSCRIPT)

    def abandon(self) -> None:
        """The guess was wrong, or the shopper has cut in: whatever has not begun is dropped."""
        self._abandoned = True
        self._close_sentences()

    async def next_sentence(self) -> Spoken | None:
        """What follows what was given last, with its audio; None when the reply is complete.

        Phrasing is one sentence ahead of the voice, so that the model works while the first words are still being spoken.
        """
        if self._ahead is None:
            self._ahead = self._phrase_ahead()
        if self._rest is not None:
            rest, self._rest = self._rest, None
            return await self._speak(rest, "speak", Lane.FIRST_CLAUSE)
        sentence = await self._ahead
        if sentence is None:
            return None
        self._ahead = self._phrase_ahead()
        return await self._speak(sentence, "speak", Lane.REST)

    def _phrase_ahead(self) -> asyncio.Task[Sentence | None]:
        ahead = asyncio.create_task(self._run("phrase", "phrase", "phrasing", Lane.REST, self._phrase))
        ahead.add_done_callback(lambda done: done.cancelled() or done.exception())   # nobody may be waiting any more
        return ahead

    async def _prepare(self) -> None:
        try:
            self.transcript.set_result(await self._hear())
            self.turn.set_result(await self._think())
            self.first.set_result(await self._say_first())
        except Exception as failure:
            for waiting in (self.transcript, self.turn, self.first):
                if not waiting.done():
                    waiting.set_exception(failure)
                    waiting.exception()   # a guess may fail with nobody waiting

    async def _hear(self) -> Transcript | None:
        audio = self.asked.audio
        if audio is None:
            return None
        if self._hears is not None:
            return await self._hears.transcript
        engines, state = self._engines, self.asked.state
        return await self._run(
            "hear", "hear", "hearing", Lane.FINAL_TRANSCRIPT,
            lambda: engines.transcriber.transcribe(audio, likely=engines.likely(state), stale=lambda: self._abandoned),
        )

    async def _think(self) -> Turn:
        if self._thought is not None:
            return self._thought
        transcript, asked, conversation = self.transcript.result(), self.asked, self._engines.conversation
        text = transcript.text if transcript else asked.text

        def think() -> Turn:
            if asked.forget is not None:
                return conversation.forget(asked.forget, asked.state, asked.heard, shopper=asked.shopper)
            return conversation.think(text, asked.state, asked.heard, shopper=asked.shopper)

        return await self._run("think", "think", "thinking", Lane.FINAL_TRANSCRIPT, think)

    async def _say_first(self) -> Spoken | None:
        turn = self.turn.result()
        self._sentences = iter(self._engines.phraser.say(turn.plan, turn.state))
        # The first sentence needs no model and must not wait behind another session's long one.
        sentence = await self._run("phrase", "phrase_first", "thinking", Lane.FIRST_CLAUSE, self._phrase)
        if sentence is None or self._rate_hz is None:
            return None if sentence is None else Spoken(sentence, None)
        first, self._rest = part(sentence)
        return await self._speak(first, "speak_first", Lane.FIRST_CLAUSE)

    def _phrase(self) -> Sentence | None:
        sentence = next(self._sentences, None)
        if self._abandoned:
            self._close_sentences()
        return sentence

    async def _speak(self, sentence: Sentence, name: str, lane: Lane) -> Spoken:
        if self._rate_hz is None:
            return Spoken(sentence, None)
        text, rate_hz, speaker = sentence.text, self._rate_hz, self._engines.speaker
        return Spoken(sentence, await self._run("speak", name, "speaking", lane, lambda: at_rate(speaker.speak(text), rate_hz)))

    def _close_sentences(self) -> None:
        """Tell phrasing that no more is wanted; closed once more after the call, where one is under way just now."""
        close = getattr(self._sentences, "close", None)
        if close is not None:
            with contextlib.suppress(ValueError):
                close()

    async def _run(
        self, stage: Literal["hear", "think", "phrase", "speak"], name: str, bench: BenchName, lane: Lane, work: Callable[[], T]
    ) -> T:
        self.stage = stage
        job = self._lanes.submit(bench, lane if self._certain else Lane.SPECULATION, work, stale=lambda: self._abandoned)
        self._job = job
        result: T = await job
        self._job = None
        self.times_s[name] = (job.began_s or job.queued_s, time.monotonic())
        return result


def at_rate(speech: Speech, rate_hz: int) -> Speech:
    """The same speech at another sample rate, its words with it."""
    if speech.sample_rate_hz == rate_hz:
        return speech
    pcm = resample(speech.pcm, speech.sample_rate_hz, rate_hz)
    ratio = rate_hz / speech.sample_rate_hz
    place: Callable[[int], int] = lambda sample: min(len(pcm), round(sample * ratio))  # noqa: E731
    words = tuple(
        SpokenWord(w.text, w.start_char, w.end_char, place(w.start_sample), place(w.end_sample)) for w in speech.words
    )
    return Speech(speech.text, np.ascontiguousarray(pcm), rate_hz, words)
