"""Whisper's own timestamps: which of the decoded words lie inside the utterance.

The decoder writes ``<0.00> words <2.40><2.40> more words <4.10>``: a start and an end for every stretch of speech. In a short
window it sometimes goes on after the last word, saying the utterance again over the silence ("No<1.00><1.00> No<2.00>"). Those
stretches say of themselves that they begin where the sound had ended, so they are cut off, and nothing needs to be heard again.
"""

from __future__ import annotations

from collections.abc import Sequence

STEP_S = 0.02
"""What one timestamp token counts."""

LEAST_LEFT_S = 0.1
"""A stretch that begins this near the end of the utterance, or after it, cannot hold a word of it."""


def within(tokens: Sequence[int], first_timestamp: int, end_of_text: int, duration_s: float) -> tuple[list[int], float]:
    """The text tokens of the stretches that begin before the utterance's end, and where the last of these ends, in s.

    ``first_timestamp``: the token of 0.00 s; ``end_of_text``: special tokens begin here. The end is 0 where none was written.
    """
    kept: list[int] = []
    ends_s = 0.0
    inside = False
    for token in tokens:
        if token >= first_timestamp:
            time_s = (token - first_timestamp) * STEP_S
            inside = not inside
            if inside and kept and time_s > duration_s - LEAST_LEFT_S:
                break
            ends_s = time_s
        elif token < end_of_text:
            kept.append(token)
    return kept, ends_s
