"""Listening: from a stream of sound to turns. Its only clock is the number of samples heard, so it can be tested in virtual time.

    speech starts ─► pauses (revision n) ─► goes on: revision n is stale
                           └─► the silence is long enough for the evidence ─► ended (revision n)

At a short pause the utterance so far is given out for speculative transcription and for smart-turn. Their answers come back
whenever they are ready, by revision; an answer to a stale revision is dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice.echo import EchoGuard
from voice.endpointing import PauseEvidence, Words, silence_needed_ms
from voice.sound import SAMPLE_RATE_HZ, Expecting, FloatAudio
from voice.tape import Tape
from voice.vad import SILENCE_DB, WINDOW_SAMPLES, NoiseFloor, VoiceDetector, level_db

MS = SAMPLE_RATE_HZ // 1000

VOICED_AT = 0.5
"""Silero's probability from which a window is voice. A lower one inside speech (hysteresis) only finds its end later."""
FADED_DB = 40.0
"""A window so far below the loudest of its turn is no voice: Silero itself notices the end 40 ms later than that."""
START_WINDOWS, START_OF = 2, 3
"""Speech starts with two voiced windows of three (64 ms): a click has one."""
PAUSE_MS = 64
"""Silence (two windows) after which the utterance is given out for speculation. Of 102 utterances 61 guesses come too early with
it (33 with three windows, 150 with one), but only 4 of them so near the end that the true one has to wait for its turn."""
LEAD_IN_MS = 320
"""Sound kept before the first voiced window: soft onsets, and what the recogniser needs to settle."""
LEAST_VOICE_MS = 96
"""Less voice than this in an utterance is a click or a tap."""
LONGEST_TURN_S = 24
"""A turn longer than this ends, whatever is heard: a television is no shopper. Shorter than Whisper's 30 s."""
FORGET_AFTER_MS = 4_000
"""Silero's state is cleared after this much quiet: long silence or music leaves it deaf to what follows."""

Why = Literal["finished", "longest_turn", "asked"]
"""The evidence and the silence; the cap; or ``end_now`` (push to talk)."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak at ``at_sample``."""

    at_sample: int
    decided_at_sample: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """A short pause. ``audio`` is the utterance with the pause so far; speculate on it under ``revision``."""

    revision: int
    audio: FloatAudio
    start_sample: int
    end_sample: int
    """The end of the voice, estimated."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The speaker went on: what was made of ``revision`` is stale."""

    revision: int
    at_sample: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The turn is over. ``audio`` is that of the SpeechPaused of the same ``revision`` (where there was one)."""

    revision: int
    audio: FloatAudio
    start_sample: int
    end_sample: int
    """The true end of speech, not the moment at which it became certain."""
    decided_at_sample: int
    why: Why


@dataclass(frozen=True, slots=True)
class SpeechDropped:
    """What started was no speech (a click, a tap)."""

    at_sample: int


@dataclass(slots=True)
class _Pause:
    """A pause inside a turn, and the evidence that has come in."""

    revision: int
    audio: FloatAudio
    words: Words
    sounds_finished: float | None = None
    reads_finished: bool | None = None


Event = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded | SpeechDropped


class Listener:
    """One stream's turns. Feed it with ``hear``; answer its pauses with ``turn_end_probability`` and ``text_hint``."""

    def __init__(self, detector: VoiceDetector, *, reads_words: bool = False, echo: EchoGuard | None = None) -> None:
        """``reads_words``: every SpeechPaused will be answered by ``text_hint``, so it is worth a moment's wait.
        ``echo``: what it takes for the reply's own sound is no voice.
        """
        self.echo = echo
        self._detector = detector
        self._reads_words = reads_words
        self._tape = Tape((LONGEST_TURN_S + 6) * SAMPLE_RATE_HZ)
        self._rest = np.zeros(0, dtype=np.float32)
        self._floor = NoiseFloor()
        self._expecting: Expecting = "anything"
        self._revision = 0
        self._last_end = 0
        self._quiet_windows = 0
        self._recent: deque[bool] = deque(maxlen=START_OF)
        self._withheld: list[bool] = []
        """Voiced or not: the windows since the first voice over a reply which may be its own echo."""
        self._speaking = False
        self._begin_silence()

    # --- what comes in ----------------------------------------------------------------------------------------------

    def hear(self, samples: FloatAudio) -> list[Event]:
        """Take the next samples (16 kHz mono float32, any number, late or in bursts). Returns what they brought about.

        Raises ValueError where they are not one row of floating point samples. Samples that are not numbers count as silence.
        """
        if samples.ndim != 1 or not np.issubdtype(samples.dtype, np.floating):
            raise ValueError(f"a listener hears one row of float32 samples, not {samples.dtype} of shape {samples.shape}")
        sound = np.concatenate([self._rest, np.nan_to_num(samples, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)])
        whole = len(sound) // WINDOW_SAMPLES * WINDOW_SAMPLES
        self._rest = sound[whole:]
        events: list[Event] = []
        for window in sound[:whole].reshape(-1, WINDOW_SAMPLES):
            self._tape.append(window)
            events += self._window(window)
        return events

    def expect(self, expecting: Expecting) -> None:
        """What the last reply asked for."""
        self._expecting = expecting

    def turn_end_probability(self, revision: int, probability: float) -> list[Event]:
        """smart-turn's answer to a SpeechPaused. Too late for its revision, it is dropped."""
        if self._pause is None or revision != self._pause.revision:
            return []
        self._pause.sounds_finished = probability
        return self._decide(self._pause)

    def text_hint(self, revision: int, complete: bool | None) -> list[Event]:
        """What the words of a SpeechPaused tell: finished, not finished, or nothing. Too late for its revision, it is dropped."""
        if self._pause is None or revision != self._pause.revision:
            return []
        self._pause.reads_finished, self._pause.words = complete, "read"
        return self._decide(self._pause)

    def end_now(self) -> list[Event]:
        """End the turn without waiting (push to talk). Nothing is returned where nobody spoke."""
        return self._end("asked") if self._speaking else []

    def drop_now(self) -> list[Event]:
        """What is being said is not to be heard. Nothing is returned where nobody spoke."""
        if not self._speaking:
            return []
        self._last_end = self.now_sample
        self._begin_silence()
        return [SpeechDropped(self.now_sample)]

    def so_far(self) -> FloatAudio | None:
        """The utterance up to now; None in silence, and in a pause (a SpeechPaused gave it out)."""
        return self._tape.between(self._start, self.now_sample) if self._speaking and self._pause is None else None

    @property
    def now_sample(self) -> int:
        """How many samples have been heard, whole windows of them."""
        return self._tape.end_sample

    @property
    def speaking(self) -> bool:
        """Inside a turn (a pause is inside)."""
        return self._speaking

    @property
    def voiced_ms(self) -> float:
        """Voice heard in this turn so far."""
        return self._voiced_windows * WINDOW_SAMPLES / MS if self._speaking else 0.0

    # --- window by window -------------------------------------------------------------------------------------------

    def _begin_silence(self) -> None:
        self._speaking = False
        self._pause: _Pause | None = None
        self._start = self._voice_start = self._voice_end = 0
        self._voiced_windows = 0
        self._loudest_db = SILENCE_DB
        self._recent.clear()
        self._withheld.clear()

    def _window(self, window: FloatAudio) -> list[Event]:
        probability = self._detector.probability(window)
        level = level_db(window)
        self._floor.update(level)
        self._loudest_db = max(self._loudest_db, level) if self._speaking else SILENCE_DB
        voiced = probability >= VOICED_AT and level > self._loudest_db - FADED_DB and not self._floor.steady
        if self.echo is not None:
            self.echo.heard(window)
            if self._withheld or (voiced and self.echo.undecided and not self._speaking and not self._going_on):
                return self._while_undecided(self.echo, voiced)
            voiced = voiced and not self.echo.echo
        self._recent.append(voiced)
        if not self._speaking:
            return self._while_silent(voiced)
        if voiced:
            self._voiced_windows += 1
        return self._while_paused(self._pause) if self._pause else self._while_speaking(voiced)

    def _while_silent(self, voiced: bool) -> list[Event]:
        self._quiet_windows = 0 if voiced else self._quiet_windows + 1
        if self._quiet_windows * WINDOW_SAMPLES >= FORGET_AFTER_MS * MS:
            self._detector.reset()
            self._quiet_windows = 0
        if sum(self._recent) < START_WINDOWS:
            return []
        first = self.now_sample - len(self._recent) * WINDOW_SAMPLES + self._recent.index(True) * WINDOW_SAMPLES
        return [self._begin(first, self.now_sample, sum(self._recent))]

    @property
    def _going_on(self) -> bool:
        """There was voice a moment ago."""
        return any(list(self._recent)[-START_WINDOWS:])

    def _while_undecided(self, guard: EchoGuard, voiced: bool) -> list[Event]:
        """Voice that began over the first reply: kept until it is known to be the speaker's, or an echo."""
        self._withheld.append(voiced)
        first = self.now_sample - len(self._withheld) * WINDOW_SAMPLES
        if not guard.is_other(first):
            if not guard.undecided:
                self._withheld.clear()
            return []
        withheld = self._withheld.copy()
        self._withheld.clear()
        self._recent.extend(withheld)
        if sum(withheld) < START_WINDOWS:
            return []
        last = self.now_sample - withheld[::-1].index(True) * WINDOW_SAMPLES
        return [self._begin(first, last, sum(withheld)), *self._while_speaking(withheld[-1])]

    def _begin(self, first: int, last: int, voiced_windows: int) -> SpeechStarted:
        self._speaking = True
        self._voiced_windows = voiced_windows
        self._start = max(first - LEAD_IN_MS * MS, self._last_end, self._tape.start_sample)
        self._voice_start, self._voice_end = first, last
        return SpeechStarted(first, self.now_sample)

    def _while_speaking(self, voiced: bool) -> list[Event]:
        if voiced:
            self._voice_end = self.now_sample
        if self.now_sample - self._voice_start >= LONGEST_TURN_S * SAMPLE_RATE_HZ:
            return self._end("longest_turn")
        if self.now_sample - self._voice_end < PAUSE_MS * MS:
            return []
        if self._voiced_windows * WINDOW_SAMPLES < LEAST_VOICE_MS * MS:
            dropped = SpeechDropped(self.now_sample)
            self._begin_silence()
            return [dropped]
        self._revision += 1
        words: Words = "awaited" if self._reads_words else "unknown"
        self._pause = _Pause(self._revision, self._tape.between(self._start, self.now_sample), words)
        paused = SpeechPaused(self._revision, self._pause.audio, self._start, self._voice_end)
        return [paused, *self._decide(self._pause)]

    def _while_paused(self, pause: _Pause) -> list[Event]:
        if sum(self._recent) >= START_WINDOWS:
            self._pause = None
            self._voice_end = self.now_sample
            return [SpeechResumed(pause.revision, self.now_sample)]
        return self._decide(pause)

    def _decide(self, pause: _Pause) -> list[Event]:
        evidence = PauseEvidence(
            sounds_finished=pause.sounds_finished,
            reads_finished=pause.reads_finished,
            words=pause.words,
            expecting=self._expecting,
            spoken_ms=(self._voice_end - self._voice_start) / MS,
        )
        silence_ms = (self.now_sample - self._voice_end) / MS
        return self._end("finished") if silence_ms >= silence_needed_ms(evidence) else []

    def _end(self, why: Why) -> list[Event]:
        if self._pause is not None:
            revision, audio = self._pause.revision, self._pause.audio
        else:
            self._revision += 1
            revision, audio = self._revision, self._tape.between(self._start, self.now_sample)
        ended = SpeechEnded(revision, audio, self._start, self._voice_end, self.now_sample, why)
        self._last_end = self._voice_end
        self._begin_silence()
        return [ended]
