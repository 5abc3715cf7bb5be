"""Who speaks in practice, and over what: synthetic voices of many pitches and paces, noise made here; no recording is needed."""

from __future__ import annotations

import random
import shutil
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from server.evaluate.manifest import loudest_power
from server.evaluate.voices import by_command, by_piper
from voice.resampling import resample_float
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.speaking import PiperSpeaker

PIPER_SHARE = 0.5
"""Of the sentences where flite or espeak-ng are installed too; the others share the rest."""
PIPER_PITCH, OTHERS_PITCH = (0.8, 1.2), (0.88, 1.12)
"""Pitch and pace together, as a tape played slower or faster, which makes more speakers of each (Ko et al. 2015, "Audio
augmentation for speech recognition")."""
FLITE_STRETCH, ESPEAK_WORDS_A_MINUTE, ESPEAK_PITCH = (0.85, 1.2), (135, 175), (30, 65)
FLITE_VOICES = ("slt", "rms", "kal16", "kal")
ESPEAK_ACCENTS = ("en-us", "en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbcwmd", "en-gb-x-gbclan")
ESPEAK_TIMBRES = ("f1", "f3", "f4", "f5", "m1", "m2", "m4", "m5", "m6", "m7", "m8")
"""American twice as often. None that the ear is measured with (``server.evaluate.voices``) but Piper's speaker and two of
flite's, at other paces."""

CLEAN_SHARE = 0.3
SNR_DB = (4.0, 25.0)
"""Of the others: the ratio where both are loudest, drawn evenly."""
BABBLE_SHARE = 0.35
"""Of the noises: people talking, here the last sentences of practice, some at once; the others are steady."""
TALKERS = (3, 8)
CLATTER_SHARE = 0.5
"""Of all noises: things fall or ring, too."""
SWELL_SHARE = 0.5
"""Of all noises: they come and go, some times a second or slower."""
REMEMBERED = 40
"""Sentences kept for babble."""


class PracticeVoices:
    """Speaks each sentence by another voice. Raises SpeakingError where Piper's model is absent."""

    def __init__(self, piper_dir: Path, seed: int = 0) -> None:
        self._piper = PiperSpeaker(piper_dir, threads=2)
        self._others = [command for command in (_by_flite, _by_espeak) if shutil.which(command(random.Random(0))[0])]
        self._random = random.Random(seed)

    def __call__(self, text: str) -> FloatAudio:
        """16 kHz sound."""
        return self.drawn(text)()

    def drawn(self, text: str) -> Callable[[], FloatAudio]:
        """The same, said when called: whose turn it is is settled now, so that sentences may be said side by side."""
        if self._others and self._random.random() > PIPER_SHARE:
            command = self._random.choice(self._others)(self._random)
            return partial(_pitched, self._random.uniform(*OTHERS_PITCH), command, text)
        return partial(by_piper, self._piper, self._random.uniform(*PIPER_PITCH), text)


def _pitched(pitch: float, command: list[str], text: str) -> FloatAudio:
    return resample_float(by_command(command, text), round(SAMPLE_RATE_HZ * pitch), SAMPLE_RATE_HZ)


def _by_flite(rng: random.Random) -> list[str]:
    stretch = f"duration_stretch={rng.uniform(*FLITE_STRETCH):.2f}"
    return ["flite", "-voice", rng.choice(FLITE_VOICES), "--setf", stretch, "-t", "TEXT", "-o", "FILE"]


def _by_espeak(rng: random.Random) -> list[str]:
    pace, pitch = rng.randint(*ESPEAK_WORDS_A_MINUTE), rng.randint(*ESPEAK_PITCH)
    voice = f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_TIMBRES)}"
    return ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(pitch), "-w", "FILE", "TEXT"]


class NoisyRoom:
    """Lays noise under sentences: none, babble of earlier ones, or steady noise of any tilt from white to brown, with clatter."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._earlier: deque[FloatAudio] = deque(maxlen=REMEMBERED)

    def __call__(self, speech: FloatAudio) -> FloatAudio:
        """The sentence as heard there, at most full scale."""
        self._earlier.append(speech)
        if self._random.random() < CLEAN_SHARE:
            return speech
        is_babble = self._random.random() < BABBLE_SHARE and len(self._earlier) > TALKERS[1]
        noise = self._babble(speech.size) if is_babble else self._steady(speech.size)
        if self._random.random() < CLATTER_SHARE:
            self._clatter(noise)
        if self._random.random() < SWELL_SHARE:
            pace, phase = self._random.uniform(0.2, 4.0), self._random.uniform(0, 2 * np.pi)
            turns = 2 * np.pi * pace * np.arange(speech.size) / SAMPLE_RATE_HZ + phase
            noise *= (1 + self._random.uniform(0.2, 0.9) * np.sin(turns)).astype(np.float32)
        snr_db = self._random.uniform(*SNR_DB)
        gain = np.sqrt(loudest_power(speech) / 10 ** (snr_db / 10) / max(loudest_power(noise), 1e-12))
        mixed: FloatAudio = (speech + noise * gain).astype(np.float32)
        return mixed / max(1.0, float(np.abs(mixed).max()))

    def _babble(self, samples: int) -> FloatAudio:
        noise = np.zeros(samples, np.float32)
        for number in self._random.choice(len(self._earlier) - 1, self._random.integers(*TALKERS), replace=False):
            talk = self._earlier[number]
            noise += np.resize(np.roll(talk, int(self._random.integers(talk.size))), samples) * self._random.uniform(0.4, 1.0)
        return noise

    def _steady(self, samples: int) -> FloatAudio:
        tilt = self._random.uniform(0.0, 2.0)   # 0 is white, 1 pink, 2 brown
        spectrum = np.fft.rfft(self._random.standard_normal(samples))
        noise: FloatAudio = np.fft.irfft(spectrum / np.arange(1, spectrum.size + 1) ** (tilt / 2), samples).astype(np.float32)
        return noise

    def _clatter(self, noise: FloatAudio) -> None:
        """Some knocks, each dull or ringing."""
        loud = float(noise.std())
        for _ in range(self._random.integers(1, 7)):
            begin, length = self._random.integers(noise.size), self._random.integers(800, 6000)
            seconds = np.arange(length) / SAMPLE_RATE_HZ
            rings_hz = self._random.uniform(400, 7000, 3)[:, None]
            is_dull = self._random.random() < 0.5
            knock = self._random.standard_normal(length) if is_dull else np.sin(2 * np.pi * rings_hz * seconds).sum(0)
            knock *= np.exp(-np.arange(length) * 5 / length) * loud * self._random.uniform(3, 10)
            struck = noise[begin : begin + length]
            struck += knock[: struck.size].astype(np.float32)
