"""Leaning the decoder towards phrases that are likely next, by giving them as the text that came before (Whisper's prompt)."""

from __future__ import annotations

from collections.abc import Iterable

PROMPT_CHARACTERS_MAX = 400
"""Whisper's prompt holds 223 tokens; long ones slow the decoder and pull too hard. The first phrases are the likeliest."""


def prompt_of(likely: Iterable[str]) -> str:
    """The phrases as a list, as many as fit, each once; empty of none."""
    taken: dict[str, None] = {}
    length = 0
    for phrase in likely:
        words = " ".join(phrase.split())
        if not words or words in taken:
            continue
        length += len(words) + 2
        if length > PROMPT_CHARACTERS_MAX:
            break
        taken[words] = None
    return ", ".join(taken)
