"""Labelled turns spoken by synthetic voices and heard again, so that understanding can be measured through the ear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.state import BeliefState
from server.evaluate.manifest import NoiseMixer
from server.evaluate.voices import Speak
from server.evaluate.word_errors import WordErrors, word_errors
from voice.sound import Transcriber


@dataclass
class Ear:
    """Speaks each turn by the next voice, lays noise under it, and hears it as the server does."""

    transcriber: Transcriber
    voices: Mapping[str, Speak]
    likely: Callable[[BeliefState], Sequence[str]]
    mixer: NoiseMixer | None = None
    errors: WordErrors = field(default_factory=WordErrors)
    by_voice: dict[str, WordErrors] = field(default_factory=dict)
    turns: int = 0
    voice: str = ""
    """Which spoke last."""

    def hears(self, text: str, state: BeliefState) -> str:
        """What is heard of a turn said in ``state``. Raises AudioFileError."""
        voice, speak = list(self.voices.items())[self.turns % len(self.voices)]
        self.voice = voice
        self.turns += 1
        audio = speak(text)
        heard = self.transcriber.transcribe(self.mixer.mix(audio) if self.mixer else audio, likely=self.likely(state)).text
        errors = word_errors(text, heard)
        self.errors += errors
        self.by_voice[voice] = self.by_voice.get(voice, WordErrors()) + errors
        return heard
