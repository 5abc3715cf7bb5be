"""Lists of recordings to be measured with: JSON lines of ``{"audio", "text"}`` or ``{"audio", "intent", "slots"}``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voice.sound import FloatAudio
from voice.wavefiles import read_audio


class ManifestError(ValueError):
    """A list of recordings that cannot be used; the message names the line."""


class Recording(BaseModel):
    """One line: a recording and what is true of it."""

    model_config = ConfigDict(frozen=True)

    audio: Path
    text: str | None = None
    """What was said, word for word."""
    intent: str | None = None
    slots: Mapping[str, str] = Field(default_factory=dict)
    title: str | None = None
    """The catalogue title that was said, if one was."""


def read_manifest(path: Path) -> list[Recording]:
    """Every recording of the list, its path made whole (they are relative to the list). Raises ManifestError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"The list of recordings {path} cannot be read: {error}.") from None
    recordings = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            recording = Recording.model_validate(json.loads(line))
        except json.JSONDecodeError:
            raise ManifestError(f"{path}, line {number}: this is not a JSON object; one recording a line is expected.") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "line"
            raise ManifestError(f"{path}, line {number}: {where}: {first['msg']}.") from None
        recordings.append(recording.model_copy(update={"audio": path.parent / recording.audio}))
    if not recordings:
        raise ManifestError(f"{path} lists no recordings.")
    return recordings


FRAME_SAMPLES = 2_048
"""Levels are compared where both are loudest, in frames of 128 ms, as in the published benchmark of spoken commands
(Picovoice, speech-to-intent-benchmark): over a whole recording, the quiet around the speech would flatter the ratio."""


def loudest_power(audio: FloatAudio) -> float:
    """Mean power of the loudest frame; of all of it where it is shorter than one."""
    whole = audio[: audio.size // FRAME_SAMPLES * FRAME_SAMPLES]
    frames = whole.reshape(-1, FRAME_SAMPLES) if whole.size else audio.reshape(1, -1)
    return float(np.mean(frames**2, axis=1, dtype=np.float64).max()) if audio.size else 0.0


class NoiseMixer:
    """Adds a noise to recordings at a signal-to-noise ratio; the same seed gives the same mixtures."""

    def __init__(self, noise: Path, snr_db: float, seed: int = 0) -> None:
        """``snr_db``: the power of the recording over that of the noise laid under it, each where it is loudest.

        Raises AudioFileError.
        """
        self._noise = read_audio(noise)
        self._snr_db = snr_db
        self._random = np.random.default_rng(seed)

    def mix(self, audio: FloatAudio) -> FloatAudio:
        """The recording over a part of the noise that begins anywhere; the noise is repeated where it is too short."""
        begin = int(self._random.integers(self._noise.size))
        under = np.resize(np.roll(self._noise, -begin), audio.size)
        gain = np.sqrt(loudest_power(audio) / 10 ** (self._snr_db / 10) / max(loudest_power(under), 1e-12))
        mixed: FloatAudio = (audio + under * gain).astype(np.float32)
        return mixed / max(1.0, float(np.abs(mixed).max()))
