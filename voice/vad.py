"""Is somebody speaking? Silero's voice activity model, window by window, and the noise floor beside it.

Silero VAD (Silero Team, 2021-2024, MIT) reads windows of 512 samples at 16 kHz (32 ms), each preceded by the last 64
samples of the one before, and carries a recurrent state.
"""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from typing import Protocol

import numpy as np

from voice.engines import shared_session
from voice.sound import SAMPLE_RATE_HZ, FloatAudio

WINDOW_SAMPLES = 512
WINDOW_MS = WINDOW_SAMPLES * 1000 // SAMPLE_RATE_HZ
CONTEXT_SAMPLES = 64
SILENCE_DB = -100.0
"""The level given to digital silence."""


class VoiceDetector(Protocol):
    """What a listener asks of each window: Silero in earnest, a script in virtual time."""

    def probability(self, window: FloatAudio) -> float:
        """That these 512 samples hold speech, 0..1."""
        ...

    def reset(self) -> None:
        """Forget what came before."""
        ...


class VoiceActivity:
    """Streaming Silero. One per stream: it holds the stream's state; the model itself is shared by all streams."""

    def __init__(self, silero_onnx: Path) -> None:
        """Raises FileNotFoundError where the model is missing."""
        self._session = shared_session(silero_onnx, 1)
        self._rate = np.array(SAMPLE_RATE_HZ, dtype=np.int64)
        self.reset()

    def reset(self) -> None:
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._input = np.zeros((1, CONTEXT_SAMPLES + WINDOW_SAMPLES), dtype=np.float32)

    def probability(self, window: FloatAudio) -> float:
        """``window``: float32, shape (512,). Raises ValueError of another shape."""
        if window.shape != (WINDOW_SAMPLES,):
            raise ValueError(f"voice activity reads windows of {WINDOW_SAMPLES} samples, not {window.shape}")
        self._input[0, :CONTEXT_SAMPLES] = self._input[0, -CONTEXT_SAMPLES:]
        self._input[0, CONTEXT_SAMPLES:] = window
        output, self._state = self._session.run(None, {"input": self._input, "state": self._state, "sr": self._rate})
        return float(output[0, 0])


def level_db(samples: FloatAudio) -> float:
    """Root mean square in dB below full scale; SILENCE_DB of digital silence or nothing."""
    if len(samples) == 0:
        return SILENCE_DB
    power = float(np.dot(samples, samples)) / len(samples)
    return 10.0 * math.log10(power) if power > 10.0 ** (SILENCE_DB / 10) else SILENCE_DB


class NoiseFloor:
    """The level of what is always there, by minimum statistics (Martin, 2001), and whether there is nothing else.

    Speech dips to the room's own level and rises out of it several times in MEMORY_MS; a fan or a grinder does neither. The
    floor is the lowest smoothed level of that time: it falls at once, and rises within MEMORY_MS when the room becomes louder.
    """

    MEMORY_MS = 2_400
    SMOOTHING_WINDOWS = 3
    STEADY_DB = 5.0
    """Sound that stays within this for MEMORY_MS is noise, however voice-like. Speech at 0 dB over noise still spans more."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=self.SMOOTHING_WINDOWS)
        self._smoothed: deque[float] = deque(maxlen=self.MEMORY_MS // WINDOW_MS)

    def update(self, window_db: float) -> None:
        """Take the level of the next window."""
        self._recent.append(10.0 ** (window_db / 10))
        self._smoothed.append(10.0 * math.log10(sum(self._recent) / len(self._recent)))

    @property
    def floor_db(self) -> float:
        return min(self._smoothed, default=SILENCE_DB)

    @property
    def steady(self) -> bool:
        """For all of MEMORY_MS there was one steady sound."""
        full = len(self._smoothed) == self._smoothed.maxlen
        return full and max(self._smoothed) - min(self._smoothed) < self.STEADY_DB
