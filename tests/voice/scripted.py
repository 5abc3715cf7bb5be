"""Virtual time for the voice room: sound by script, and the answers of smart-turn and of a reader when they would have come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from voice.listening import Event, Listener, SpeechEnded, SpeechPaused
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Speech, SpokenWord

MS = SAMPLE_RATE_HZ // 1000
VOICE, ROOM = 0.1, 0.0005


class ScriptedVoice:
    """A VoiceDetector for scripted sound: what is loud is voice."""

    def __init__(self) -> None:
        self.resets = 0

    def probability(self, window: FloatAudio) -> float:
        return 0.97 if float(np.abs(window).mean()) > 0.02 else 0.02

    def reset(self) -> None:
        self.resets += 1


def sound(*parts_ms: float, seed: int = 0) -> FloatAudio:
    """Silence, voice, silence, voice... each of so many ms, beginning with silence."""
    rng = np.random.default_rng(seed)
    pieces = []
    for index, part in enumerate(parts_ms):
        n = int(part * MS)
        if index % 2:
            swell = 0.35 + 0.65 * np.abs(np.sin(np.arange(n) * (2 * np.pi * 1.0 / SAMPLE_RATE_HZ)))
            pieces.append(rng.choice([-1.0, 1.0], n) * VOICE * np.maximum(swell, 0.35))
        else:
            pieces.append(rng.normal(0, ROOM, n))
    return np.concatenate(pieces).astype(np.float32)


@dataclass
class Played:
    """What a scripted conversation brought about."""

    events: list[Event] = field(default_factory=list)

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ends(self) -> list[SpeechEnded]:
        return self.of(SpeechEnded)


def play(
    listener: Listener,
    audio: FloatAudio,
    *,
    finished: Sequence[float | None] | Callable[[SpeechPaused], float | None] = (),
    answer_ms: float = 80,
    hints: Sequence[bool | str | None] = (),
    hint_ms: float = 250,
    chunk_ms: float = 20,
) -> Played:
    """Feed ``audio`` in chunks. The n-th pause is answered by ``finished[n]`` after ``answer_ms`` and by ``hints[n]`` after
    ``hint_ms`` (None in ``finished``, "never" in ``hints``, or too short a list: no answer)."""
    played, waiting, pauses = Played(), [], 0
    answer, hint = listener.turn_end_probability, listener.text_hint
    step = max(1, int(chunk_ms * MS))
    for start in range(0, len(audio), step):
        events = listener.hear(audio[start : start + step])
        due = [(tell, revision, value) for at, tell, revision, value in waiting if at <= start]
        waiting = [entry for entry in waiting if entry[0] > start]
        for tell, revision, value in due:
            events += tell(revision, value)
        for event in events:
            if isinstance(event, SpeechPaused):
                probability = finished(event) if callable(finished) else (finished[pauses] if pauses < len(finished) else None)
                if probability is not None:
                    waiting.append((start + answer_ms * MS, answer, event.revision, probability))
                told = hints(event) if callable(hints) else (hints[pauses] if pauses < len(hints) else "never")
                if told != "never":
                    waiting.append((start + hint_ms * MS, hint, event.revision, told))
                pauses += 1
        played.events += events
    return played


def speech(text: str, word_samples: int = 1_000, rate: int = 16_000, lead: int = 100) -> Speech:
    """A sentence whose every word takes ``word_samples``, after ``lead`` samples; the PCM counts upwards from 1."""
    words, at, position = [], 0, lead
    for token in text.split():
        start = text.index(token, at)
        at = start + len(token)
        words.append(SpokenWord(token, start, at, position, position + word_samples))
        position += word_samples
    return Speech(text, np.arange(1, position + 1, dtype=np.int16), rate, tuple(words))
