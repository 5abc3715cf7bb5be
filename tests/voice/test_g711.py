"""The telephone's codes, against the recommendation's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from voice import g711


@pytest.mark.parametrize(
    ("law", "code", "value"),
    [   # ITU-T G.711, tables 2a and 2b, scaled to 16 bits: the loudest, the quietest, the edges of a segment
        ("ulaw", 0x80, 32124), ("ulaw", 0x00, -32124), ("ulaw", 0xFF, 0), ("ulaw", 0xFE, 8), ("ulaw", 0xEF, 132),
        ("ulaw", 0x70, -120),
        ("alaw", 0xAA, 32256), ("alaw", 0x2A, -32256), ("alaw", 0xD5, 8), ("alaw", 0x55, -8), ("alaw", 0xC5, 264),
    ],
)
def test_codes_mean_what_the_recommendation_says(law: g711.Law, code: int, value: int) -> None:
    assert g711.decode(bytes([code]), law)[0] == value


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_a_sample_becomes_the_nearest_code_and_codes_come_back_unchanged(law: g711.Law) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    meant = g711.decode(g711.encode(samples, law), law).astype(int)
    nearest = np.min(np.abs(g711.decode(bytes(range(256)), law).astype(int)[:, None] - samples[None, ::97].astype(int)), axis=0)
    assert np.array_equal(np.abs(meant - samples)[::97], nearest)
    assert np.array_equal(g711.decode(g711.encode(meant.astype(np.int16), law), law), meant)


def test_silence_is_the_laws_own_silence() -> None:
    silence = np.zeros(4, dtype=np.int16)
    assert g711.encode(silence) == b"\xff" * 4
    assert g711.encode(silence, "alaw") == b"\xd5" * 4
