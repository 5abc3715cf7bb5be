"""Does it sound as if the speaker has finished? The smart-turn model on the last eight seconds of sound.

smart-turn v3.2 (Daily, BSD-2) reads Whisper's log-mel features of the utterance, normalised to zero mean and unit variance and
set at the end of an 8 s window. It costs about 60 ms of one core, so it is asked at pauses only, and off the audio path.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from voice.engines import shared_session
from voice.sound import SAMPLE_RATE_HZ, FloatAudio

WINDOW_S = 8
WINDOW_SAMPLES = WINDOW_S * SAMPLE_RATE_HZ
_VARIANCE_FLOOR = 1e-7


class TurnEnd(Protocol):
    """How finished an utterance sounds."""

    def probability(self, audio: FloatAudio) -> float:
        """That the speaker has finished, 0..1. ``audio``: the utterance with the pause after it, 16 kHz mono."""
        ...


class SmartTurn:
    """The smart-turn model. Thread safe."""

    def __init__(self, smart_turn_onnx: Path, *, threads: int = 1) -> None:
        """Raises FileNotFoundError where the model is missing."""
        from faster_whisper.feature_extractor import FeatureExtractor

        self._session = shared_session(smart_turn_onnx, threads)
        self._features = FeatureExtractor(chunk_length=WINDOW_S)

    def probability(self, audio: FloatAudio) -> float:
        (probability,) = self._session.run(None, {"input_features": self.features(audio)[np.newaxis]})
        return float(probability[0, 0])

    def features(self, audio: FloatAudio) -> FloatAudio:
        """Log-mel features of the last 8 s, shape (80, 800); shorter audio stands at the end of silence."""
        window = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
        tail = audio[-WINDOW_SAMPLES:]
        if len(tail):
            window[-len(tail) :] = tail
        window = (window - window.mean()) / np.sqrt(window.var() + _VARIANCE_FLOOR)
        return np.asarray(self._features(window, padding=0), dtype=np.float32)
