"""Where a text may be a phrase misheard: by sound, not spelling ("the Lenin repress" is nearly "the Linen Wrap Dress")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from voice.phonemes import Phonemes, likeness, phonemes

LEAST_PHONEMES = 7
"""Shorter phrases sound like too many other words ("red", "read"); they are left to the decoder."""

LONGER_AT_MOST = 1.6
"""A misheard phrase keeps its length: words whose phonemes are this many times more, or fewer, are not it."""

ROUGHLY = 0.55
"""Share of a phrase's phonemes that must come in order in the text before it is looked at closely."""

LOOKED_AT = 6
"""Phrases looked at closely: the roughly likest. A close look takes about a millisecond, a rough one a few microseconds."""

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Soundalike:
    """``text[start:end]`` sounds like ``phrase``."""

    start: int
    end: int
    phrase: str
    likeness: float
    """1 for the same sounds."""


@lru_cache(maxsize=10_000)
def phonemes_of(phrase: str) -> Phonemes:
    """The phonemes of every word, one after the other."""
    return tuple(phoneme for word in _WORD.findall(phrase) for phoneme in phonemes(word.lower()))


def soundalikes(text: str, phrases: Iterable[str], least: float) -> list[Soundalike]:
    """For each phrase the run of whole words in the text most like it, if at least ``least`` alike; the likest first."""
    words = [(found.start(), found.end(), phonemes(found[0].lower())) for found in _WORD.finditer(text)]
    heard = "".join(phoneme for *_, sounds in words for phoneme in sounds)
    sounds_of = {phrase: phonemes_of(phrase) for phrase in phrases}
    rough = {
        phrase: fuzz.partial_ratio("".join(sought), heard, score_cutoff=100 * ROUGHLY)
        for phrase, sought in sounds_of.items()
        if LEAST_PHONEMES <= len(sought) <= len(heard) * LONGER_AT_MOST
    }
    likeliest = sorted((phrase for phrase in rough if rough[phrase]), key=lambda phrase: -rough[phrase])[:LOOKED_AT]
    found = [
        Soundalike(best[1], best[2], phrase, best[0])
        for phrase in likeliest
        if (best := _best_run(words, sounds_of[phrase])) and best[0] >= least
    ]
    return sorted(found, key=lambda match: -match.likeness)


def _best_run(words: Sequence[tuple[int, int, Phonemes]], sought: Phonemes) -> tuple[float, int, int] | None:
    """(likeness, start, end) of the run of words most like the phonemes sought; None where none is near it in length."""
    best: tuple[float, int, int] | None = None
    for first, (start, _, _) in enumerate(words):
        run: list[str] = []
        for _, end, sounds in words[first:]:
            run += sounds
            if len(run) > len(sought) * LONGER_AT_MOST:
                break
            if len(run) * LONGER_AT_MOST >= len(sought):
                alike = likeness(tuple(run), sought)
                if best is None or alike > best[0]:
                    best = alike, start, end
    return best
