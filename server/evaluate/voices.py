"""Synthetic voices to test the ear with: Piper at three pitches always, flite's and espeak-ng's where they are installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

from voice.resampling import resample_float
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.speaking import PiperSpeaker
from voice.wavefiles import read_audio

Speak = Callable[[str], FloatAudio]
"""A sentence to 16 kHz sound."""

PIPER_PITCHES = {"piper": 1.0, "piper-high": 1.15, "piper-low": 0.9}
"""Pitch and pace together, as a tape played faster or slower."""

FLITE_VOICES = ("slt", "rms", "awb")
"""An American woman, an American man and a Scot."""

ESPEAK_VOICES = {"espeak-rp": ("en-gb-x-rp+f2", 155), "espeak-us": ("en-us+m3", 150)}
"""Voice and words a minute."""

SPEECH_RMS = 0.07
"""Every voice is brought to this level, about -23 dB below full scale."""

QUIET_S = 0.2
"""Before and after the words."""


def installed_voices(piper_dir: Path, seed: int = 0) -> dict[str, Speak]:
    """Name to voice; those of one ``seed`` say the same sentences alike. Raises SpeakingError where Piper's model is absent."""
    onnxruntime.set_seed(seed)   # Piper draws pace and colour by chance
    piper = PiperSpeaker(piper_dir, threads=2)
    voices: dict[str, Speak] = {name: partial(by_piper, piper, pitch) for name, pitch in PIPER_PITCHES.items()}
    if flite := shutil.which("flite"):
        voices |= {
            f"flite-{name}": partial(by_command, [flite, "-voice", name, "-t", "TEXT", "-o", "FILE"]) for name in FLITE_VOICES
        }
    if espeak := shutil.which("espeak-ng"):
        voices |= {
            name: partial(by_command, [espeak, "-v", voice, "-s", str(pace), "-w", "FILE", "TEXT"])
            for name, (voice, pace) in ESPEAK_VOICES.items()
        }
    return voices


def by_piper(piper: PiperSpeaker, pitch: float, text: str) -> FloatAudio:
    """16 kHz sound; ``pitch`` is of voice and pace together."""
    speech = piper.speak(text)
    samples = speech.pcm.astype(np.float32) / np.float32(32_768)
    return _levelled(resample_float(samples, round(speech.sample_rate_hz * pitch), SAMPLE_RATE_HZ))


def by_command(command: list[str], text: str) -> FloatAudio:
    """16 kHz sound by a program that is given TEXT and writes a wave file FILE."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spoken.wav"
        places = {"TEXT": text, "FILE": str(file)}
        subprocess.run([places.get(part, part) for part in command], check=True, capture_output=True)
        return _levelled(read_audio(file))


def _levelled(audio: FloatAudio) -> FloatAudio:
    quiet = np.zeros(round(QUIET_S * SAMPLE_RATE_HZ), np.float32)
    level = SPEECH_RMS / max(float(np.sqrt(np.mean(audio**2))), 1e-6)
    return np.concatenate([quiet, np.clip(audio * level, -1, 1).astype(np.float32), quiet])
