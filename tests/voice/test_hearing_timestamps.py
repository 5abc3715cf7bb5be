"""What the decoder says after the utterance has ended is not part of it."""

from __future__ import annotations

import pytest

from voice.whisper_timestamps import within

EOT, ZERO = 100, 200


def at(seconds: float) -> int:
    return ZERO + round(seconds / 0.02)


@pytest.mark.parametrize(
    ("tokens", "duration_s", "kept", "ends_s"),
    [
        ([at(0), 1, 2, at(1.0)], 1.2, [1, 2], 1.0),
        ([at(0), 1, at(1.0), at(1.0), 1, at(2.0), at(2.0), 1, at(3.0)], 1.0, [1], 1.0),
        ([at(0), 1, 2, at(4.88), at(4.88), 3, at(9.08), at(9.08), 1, 2], 8.1, [1, 2, 3], 9.08),
        ([at(0), 1, 2, at(2.0), at(2.4), 3, at(4.0)], 3.9, [1, 2, 3], 4.0),
        ([at(0.5), 1, 2], 0.4, [1, 2], 0.5),
        ([1, 2, EOT], 3.0, [1, 2], 0.0),
        ([], 1.0, [], 0.0),
    ],
)
def test_stretches_that_begin_after_the_sound_are_cut(tokens, duration_s, kept, ends_s):
    assert within(tokens, ZERO, EOT, duration_s) == (kept, pytest.approx(ends_s))
