"""What Whisper sees of a sound: log-mel frames of a window somewhat longer than the utterance, its rest filled with faint noise.

Whisper was trained on windows of 30 s, and stock engines always give it 30 s, so a "yes" costs as much as half a minute of talk.
Its encoder does take shorter windows, with two conditions that were found by measuring (and are reported by others, see
whisper.cpp#1855 and CTranslate2#2100): there must be some quiet after the last word, and that quiet must look like a
recording's. Zeros in feature space, or a window cut to the utterance, make the decoder loop. So the sound lies on faint noise.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.sound import SAMPLE_RATE_HZ, FloatAudio

FRAME_SAMPLES = 160
"""One log-mel frame each 10 ms."""

FULL_WINDOW_S = 30.0
"""Whisper's own window."""

WINDOW_STEPS_S = (8.0, 12.0, 16.0, 20.0, 30.0)
"""The windows used. Fixed steps, so that timing is predictable and each length of context was measured."""

QUIET_AFTER_S = 0.5
"""The least quiet left in the window after the utterance; without it the last word is lost or repeated."""

NOISE_LEVEL = 1e-4
"""Standard deviation of the white noise under the sound (-80 dB): a quiet room. Ten times louder makes spelled letters loop (13 %
word errors on AN4 for 10.5 %), constant features instead of sound make digits loop (13 %), ten times fainter is no better (11 %)."""

LEAST_SPEECH_S = 0.1
"""Nothing shorter can be a word."""

LEAST_PEAK = 1e-3
"""A sound whose loudest sample is below this (-60 dB) is the noise of a microphone; Whisper would hear "you" in it."""

LogMel = npt.NDArray[np.float32]
"""Log-mel frames, shape (mel bands, frames)."""


def is_nothing(audio: FloatAudio) -> bool:
    """Whether there cannot be a word in it."""
    return audio.size < LEAST_SPEECH_S * SAMPLE_RATE_HZ or float(np.abs(audio).max()) < LEAST_PEAK


def window_for(duration_s: float) -> float | None:
    """The shortest step that holds the utterance and some quiet after it; None where the full window is too short."""
    return next((step for step in WINDOW_STEPS_S if duration_s + QUIET_AFTER_S <= step), None)


@cache
def _quiet(samples: int) -> FloatAudio:
    """Faint noise, the same on every call: the same sound is always heard the same."""
    return (np.random.default_rng(0).standard_normal(samples) * NOISE_LEVEL).astype(np.float32)


def laid_on_quiet(audio: FloatAudio, window_s: float) -> FloatAudio:
    """The utterance at the start of a window of faint noise, shape (window_s * SAMPLE_RATE_HZ,)."""
    window = _quiet(round(window_s * SAMPLE_RATE_HZ)).copy()
    heard = audio[: window.size]
    window[: heard.size] += heard
    return window


def log_mel(extractor: Any, window: FloatAudio) -> LogMel:
    """Whisper's features of the window. ``extractor`` is faster-whisper's FeatureExtractor (it adds one frame, cut here)."""
    frames: LogMel = np.ascontiguousarray(extractor(window)[:, : window.size // FRAME_SAMPLES], dtype=np.float32)
    return frames
