"""Recordings in files: any format that libsndfile reads comes in as 16 kHz mono; what is spoken goes out as PCM16 WAV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from voice.resampling import resample_float
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Pcm16

LONGEST_S = 3_600.0
"""A recording longer than this is refused: it would not fit in memory twice over."""


class AudioFileError(ValueError):
    """A recording that cannot be read; the message is one sentence that says what to do."""


def read_audio(path: Path, sample_rate_hz: int = SAMPLE_RATE_HZ) -> FloatAudio:
    """Read a WAV, FLAC, OGG or MP3 as mono float32 at ``sample_rate_hz``; channels are averaged.

    Raises AudioFileError where the file is missing, not audio, empty or longer than LONGEST_S.
    """
    if not path.is_file():
        raise AudioFileError(f"There is no recording {path}; check the path.")
    try:
        with soundfile.SoundFile(path) as opened:
            if opened.frames > LONGEST_S * opened.samplerate:
                raise AudioFileError(f"{path} is longer than an hour; cut it into shorter recordings.")
            rate = int(opened.samplerate)
            samples = opened.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        reason = str(error).rstrip(".")
        raise AudioFileError(f"{path} cannot be read as audio ({reason}); give a WAV, FLAC, OGG or MP3 file.") from error
    if len(samples) == 0:
        raise AudioFileError(f"{path} holds no samples; record it again.")
    mono = np.nan_to_num(samples.mean(axis=1, dtype=np.float32))
    return resample_float(mono, rate, sample_rate_hz)


def write_wav(path: Path, pcm: Pcm16, sample_rate_hz: int) -> None:
    """Write mono PCM16. Raises AudioFileError where the file cannot be written."""
    try:
        soundfile.write(path, pcm, sample_rate_hz, subtype="PCM_16", format="WAV")
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioFileError(f"{path} cannot be written ({str(error).rstrip('.')}); choose another place.") from error
