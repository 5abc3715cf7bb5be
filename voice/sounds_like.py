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

LOOKED_AT = 10
"""Phrases looked at closely: the roughly likest. A close look takes about a millisecond, a rough one a few microseconds."""

_SHORT_WORDS = """
a an the this that these those my your his her our their me you i it is are was do have of for in on to and or with at from please
"""
EDGES_KEPT = frozenset(_SHORT_WORDS.split())
"""Short words around a name. They are heard right far oftener than they are part of a misheard name, so a run of words that
stands for a phrase neither begins nor ends with one, unless the phrase does."""

_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class _HeardWord:
    start: int
    end: int
    text: str
    sounds: Phonemes


@dataclass(frozen=True, slots=True)
class Soundalike:
    """``text[start:end]`` sounds like ``phrase``."""

    start: int
    end: int
    phrase: str
    likeness: float
    """1 for the same sounds."""


def words_of(text: str) -> list[str]:
    """The words, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=10_000)
def phonemes_of(phrase: str) -> Phonemes:
    """The phonemes of every word, one after the other."""
    return tuple(phoneme for word in words_of(phrase) for phoneme in phonemes(word))


def soundalikes(text: str, phrases: Iterable[str], least: float) -> list[Soundalike]:
    """For each phrase the run of whole words in the text most like it, if at least ``least`` alike; the likest first."""
    words = [
        _HeardWord(found.start(), found.end(), found[0].lower(), phonemes(found[0].lower())) for found in _WORD.finditer(text)
    ]
    heard = "".join(phoneme for word in words for phoneme in word.sounds)
    rough = {
        phrase: fuzz.partial_ratio("".join(sought), heard, score_cutoff=100 * ROUGHLY)
        for phrase in phrases
        if LEAST_PHONEMES <= len(sought := phonemes_of(phrase)) <= len(heard) * LONGER_AT_MOST
    }
    likeliest = sorted((phrase for phrase in rough if rough[phrase]), key=lambda phrase: -rough[phrase])[:LOOKED_AT]
    found = [
        Soundalike(best[1], best[2], phrase, best[0])
        for phrase in likeliest
        if (best := _best_run(words, phrase)) and best[0] >= least
    ]
    return sorted(found, key=lambda match: -match.likeness)


def _best_run(words: Sequence[_HeardWord], phrase: str) -> tuple[float, int, int] | None:
    """(likeness, start, end) of the run of words most like the phrase; None where none is near it in length."""
    sought = phonemes_of(phrase)
    edges_kept = EDGES_KEPT - {words_of(phrase)[0], words_of(phrase)[-1]}
    best: tuple[float, int, int] | None = None
    for first, begin in enumerate(words):
        if begin.text in edges_kept:
            continue
        run: list[str] = []
        for word in words[first:]:
            run += word.sounds
            if len(run) > len(sought) * LONGER_AT_MOST:
                break
            if len(run) * LONGER_AT_MOST >= len(sought) and word.text not in edges_kept:
                alike = likeness(tuple(run), sought)
                if best is None or alike > best[0]:
                    best = alike, begin.start, word.end
    return best
