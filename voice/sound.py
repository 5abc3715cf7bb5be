"""The types the voice room speaks in: mono audio, transcripts with words, spoken sentences with a timeline.

Audio inside shoptalk is mono float32 in -1..1 at ``SAMPLE_RATE_HZ``; what is spoken is PCM16 at the voice's own rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16_000
"""What Whisper, Silero and smart-turn all hear."""

FloatAudio = npt.NDArray[np.float32]
"""Mono samples in -1..1, shape (n,), at SAMPLE_RATE_HZ."""

Pcm16 = npt.NDArray[np.int16]
"""Mono PCM16 samples, shape (n,)."""

Expecting = Literal["anything", "choice", "yes_no", "amount"]
"""What the last reply asked for; a yes or no ends sooner than an open answer."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word of a transcript, timed from the start of the utterance."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one utterance was heard to say. ``text`` is empty where nothing was said."""

    text: str
    words: tuple[HeardWord, ...] = ()
    confidence: float = 1.0
    """exp(mean log probability of the tokens), 0..1."""
    no_speech: float = 0.0
    """Whisper's probability that the audio holds no speech, 0..1."""
    engine: str = ""
    fallback: str | None = None
    """Why the full 30 s window was used, when it was ("repetition", "length", ...)."""
    took_ms: float = 0.0


class Transcriber(Protocol):
    """Speech to text. Engines differ in speed, never in meaning; all are thread safe (they queue)."""

    name: str

    def transcribe(
        self, audio: FloatAudio, *, likely: Sequence[str] = (), stale: Callable[[], bool] = lambda: False
    ) -> Transcript:
        """Transcribe one utterance (16 kHz mono, any length). ``likely``: phrases that may be said next (titles, values).

        ``stale``: nobody waits for the words any more (the speaker went on); what remains to be weighed may be left undone.
        """
        ...


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """Which samples speak which characters of the sentence: ``pcm[start_sample:end_sample]`` says ``text[start:end]``."""

    text: str
    start_char: int
    end_char: int
    start_sample: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class Speech:
    """One spoken sentence. Word spans do not overlap, are in order, and lie inside the audio."""

    text: str
    pcm: Pcm16
    sample_rate_hz: int
    words: tuple[SpokenWord, ...]


class Speaker(Protocol):
    """Text to speech, one sentence (or clause) a call. Thread safe."""

    name: str
    sample_rate_hz: int

    def speak(self, sentence: str) -> Speech: ...
