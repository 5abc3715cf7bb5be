"""Changing sample rates: whole recordings at once, or a stream chunk by chunk (libsoxr)."""

from __future__ import annotations

import numpy as np
import soxr

from voice.sound import FloatAudio, Pcm16


def resample(pcm: Pcm16, from_hz: int, to_hz: int) -> Pcm16:
    """A whole recording at another rate; sample ``k`` of the result lies at ``k / to_hz`` seconds."""
    if from_hz == to_hz:
        return pcm
    return np.asarray(soxr.resample(pcm, from_hz, to_hz), dtype=np.int16)


def resample_float(audio: FloatAudio, from_hz: int, to_hz: int) -> FloatAudio:
    """As ``resample``, of float32 audio in -1..1."""
    if from_hz == to_hz:
        return audio
    return np.asarray(soxr.resample(audio, from_hz, to_hz), dtype=np.float32)


def as_float(pcm: Pcm16) -> FloatAudio:
    """PCM16 to float32 in -1..1."""
    return pcm.astype(np.float32) / np.float32(32768.0)


def as_pcm16(audio: FloatAudio) -> Pcm16:
    """Float32 in -1..1 to PCM16; what lies outside is clipped."""
    return np.asarray(np.clip(audio * 32768.0, -32768, 32767), dtype=np.int16)


class StreamResampler:
    """A stream of mono float32 chunks of any size at another rate, with no seams between chunks.

    The filter holds back a few milliseconds; ``finish`` gives them out.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        """Raises ValueError where a rate is not positive."""
        if from_hz <= 0 or to_hz <= 0:
            raise ValueError(f"sample rates must be positive, not {from_hz} and {to_hz}")
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="MQ")

    def push(self, chunk: FloatAudio) -> FloatAudio:
        return chunk if self._stream is None else np.asarray(self._stream.resample_chunk(chunk), dtype=np.float32)

    def finish(self) -> FloatAudio:
        """What the filter still holds. Nothing may be pushed afterwards."""
        if self._stream is None:
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self._stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True), dtype=np.float32)
