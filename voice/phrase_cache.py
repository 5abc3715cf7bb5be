"""Phrases spoken before: a speaker that remembers its short sentences, up to a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict

from voice.sound import Speaker, Speech

LARGEST_SAMPLES = 22_050 * 180
"""Three minutes of audio (8 MB) hold every greeting, question and common opening of a shop, and some of its titles."""
LONGEST_PHRASE_CHARS = 120


class CachedSpeaker:
    """A Speaker in front of another, remembering by (voice, text) and forgetting what was used longest ago. Thread safe."""

    def __init__(self, speaker: Speaker, *, largest_samples: int = LARGEST_SAMPLES) -> None:
        self._speaker = speaker
        self._largest_samples = largest_samples
        self._kept: OrderedDict[tuple[str, str], Speech] = OrderedDict()
        self._samples = 0
        self._lock = threading.Lock()
        self.name = speaker.name
        self.sample_rate_hz = speaker.sample_rate_hz

    @property
    def kept_samples(self) -> int:
        return self._samples

    def speak(self, sentence: str) -> Speech:
        key = (self.name, sentence)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        speech = self._speaker.speak(sentence)
        if len(sentence) <= LONGEST_PHRASE_CHARS and len(speech.pcm) <= self._largest_samples:
            self._keep(key, speech)
        return speech

    def warm(self, *sentences: str) -> None:
        """Speak these now, so that they cost nothing later."""
        for sentence in sentences:
            self.speak(sentence)

    def _keep(self, key: tuple[str, str], speech: Speech) -> None:
        speech.pcm.setflags(write=False)
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = speech
            self._samples += len(speech.pcm)
            while self._samples > self._largest_samples:
                _, oldest = self._kept.popitem(last=False)
                self._samples -= len(oldest.pcm)
