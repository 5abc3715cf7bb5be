"""G.711, the telephone's eight bits a sample: mu-law and A-law to PCM16 and back, by table (ITU-T Recommendation G.711)."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from voice.sound import Pcm16

Law = Literal["ulaw", "alaw"]


def decode(data: bytes, law: Law = "ulaw") -> Pcm16:
    """Every byte is one sample; any bytes can be decoded."""
    return _values(law)[np.frombuffer(data, dtype=np.uint8)]


def encode(pcm: Pcm16, law: Law = "ulaw") -> bytes:
    """One byte a sample, the code nearest to it; 0 becomes the law's silence."""
    return _codes(law)[pcm.astype(np.int32) + 32768].tobytes()


@cache
def _values(law: Law) -> Pcm16:
    """What each of the 256 codes means. A code is a sign, an exponent of three bits and a mantissa of four."""
    codes = np.arange(256)
    code = ~codes & 0xFF if law == "ulaw" else codes ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0xF
    if law == "ulaw":
        magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
        values = np.where(code & 0x80, -magnitude, magnitude)
    else:
        magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
        values = np.where(code & 0x80, magnitude, -magnitude)
    return values.astype(np.int16)


@cache
def _codes(law: Law) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The code for each of the 65,536 samples, from -32768 on."""
    meant = _values(law)[::-1].astype(np.int32)   # from above: of mu-law's two zeros the first is the one sent for silence
    values, at = np.unique(meant, return_index=True)
    nearest = np.searchsorted((values[1:] + values[:-1]) / 2, np.arange(-32768, 32768), side="right")
    return (255 - at[nearest]).astype(np.uint8)
