"""What Whisper sees of a sound: log-mel frames of a window somewhat longer than the utterance, its rest filled with faint noise.

Whisper was trained on windows of 30 s, and stock engines always give it 30 s, so a "yes" costs as much as half a minute of talk.
Its encoder does take shorter windows, with two conditions that were found by measuring (and are reported by others, see
whisper.cpp#1855 and CTranslate2#2100): there must be some quiet after the last word, and that quiet must look like a
recording's. Zeros in feature space, or a window cut to the utterance, make the decoder loop. So the sound lies on faint noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.fft

from voice.sound import SAMPLE_RATE_HZ, FloatAudio

FRAME_SAMPLES = 160
"""One log-mel frame each 10 ms."""

FFT_SAMPLES = 400
_WINDOW = np.hanning(FFT_SAMPLES + 1)[:-1].astype(np.float32)

FULL_WINDOW_S = 30.0
"""Whisper's own window."""

WINDOW_STEPS_S = (8.0, 12.0, 16.0, 20.0, 30.0)
"""The windows used. Fixed steps, so that timing is predictable and each length of context was measured."""

PRACTISED_WINDOW_STEPS_S = (4.0, 6.0, *WINDOW_STEPS_S)
"""For a model that practised in such windows (``voice.practising``): half the time, for most of what is said to a shop."""

QUIET_AFTER_S = 0.5
"""The least quiet left in the window after the utterance; without it the last word is lost or repeated."""

NOISE_LEVEL = 1e-4
"""Standard deviation of the white noise under the sound (-80 dB): a quiet room. Ten times louder makes spelled letters loop
(13 % word errors on AN4 for 10.5 %), constant features instead of sound make digits loop (13 %), fainter is no better."""

LONGEST_PRACTISED_S = WINDOW_STEPS_S[0] - QUIET_AFTER_S
"""Longer sentences are not practised: they cost as much as three others."""

LEAST_SPEECH_S = 0.1
"""Nothing shorter can be a word."""

LEAST_PEAK = 1e-3
"""A sound whose loudest sample is below this (-60 dB) is the noise of a microphone; Whisper would hear "you" in it."""

LogMel = npt.NDArray[np.float32]
"""Log-mel frames, shape (mel bands, frames)."""


def is_nothing(audio: FloatAudio) -> bool:
    """Whether there cannot be a word in it."""
    return audio.size < LEAST_SPEECH_S * SAMPLE_RATE_HZ or float(np.abs(audio).max()) < LEAST_PEAK


def window_for(duration_s: float, steps_s: Sequence[float] = WINDOW_STEPS_S) -> float | None:
    """The shortest step that holds the utterance and some quiet after it; None where the full window is too short."""
    return next((step for step in steps_s if duration_s + QUIET_AFTER_S <= step), None)


class WindowFeatures:
    """Log-mel frames of an utterance at the start of a window of faint noise, for one model's mel filters.

    As in Radford et al. 2022, section 2.2: power spectra of 25 ms each 10 ms, log10 of the mel bands, floored 8 below the
    loudest, scaled. Frames that the utterance does not reach are noise alone, computed once for all utterances.
    """

    def __init__(self, filters: npt.NDArray[np.float32]) -> None:
        """``filters``: the mel filter bank, shape (bands, FFT_SAMPLES // 2 + 1)."""
        self._filters = filters
        noise = np.random.default_rng(0).standard_normal(round(FULL_WINDOW_S * SAMPLE_RATE_HZ) + FFT_SAMPLES)
        self._quiet: FloatAudio = (noise * NOISE_LEVEL).astype(np.float32)  # the same always: what is heard must not vary
        self._quiet_bands = self._log_bands(self._quiet)

    def __call__(self, audio: FloatAudio, window_s: float) -> LogMel:
        """Shape (bands, 100 * window_s). The utterance must fit in the window (see ``window_for``)."""
        frames = round(window_s * SAMPLE_RATE_HZ) // FRAME_SAMPLES
        reached = min(frames, audio.size // FRAME_SAMPLES + 3)
        sound = self._quiet[: reached * FRAME_SAMPLES + FFT_SAMPLES // 2].copy()
        sound[: audio.size] += audio[: sound.size]
        bands = np.concatenate([self._log_bands(sound)[:, :reached], self._quiet_bands[:, reached:frames]], axis=1)
        scaled: LogMel = (np.maximum(bands, bands.max() - 8.0) + 4.0) / 4.0
        return scaled

    def _log_bands(self, sound: FloatAudio) -> LogMel:
        """log10 of the mel bands, shape (bands, frames), each frame centred on its time, the ends mirrored."""
        mirrored = np.pad(sound, FFT_SAMPLES // 2, mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(mirrored, FFT_SAMPLES)[::FRAME_SAMPLES]
        spectra = scipy.fft.rfft(frames * _WINDOW, axis=1)
        power = spectra.real**2 + spectra.imag**2
        log_bands: LogMel = np.log10(np.maximum(self._filters @ power.T, 1e-10))
        return log_bands
