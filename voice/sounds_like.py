"""Where a text may be a phrase misheard: by sound, not spelling ("the Lenin repress" is nearly "the Linen Wrap Dress")."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from rapidfuzz import fuzz, process

from voice.phonemes import Phonemes, likeness, phonemes

LEAST_PHONEMES = 7
"""Shorter phrases sound like too many other words ("red", "read"); they are left to the decoder."""

LEAST_PHONEMES_ALONE = 8
"""Of a common word that stands alone: it is oftener taken for another than a name is."""

LONGER_AT_MOST = 1.6
"""A misheard phrase keeps its length: words whose phonemes are this many times more, or fewer, are not it."""

ROUGHLY = 0.55
"""Share of a phrase's phonemes that must come in order in the text before it is looked at closely."""

LOOKED_AT = 8
"""Phrases looked at closely: the roughly likest. A close look takes about a millisecond, a rough one a few microseconds."""

WORDS_ASIDE = 1
"""The close look tries runs that begin and end this many words beside where the phonemes roughly lie."""

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


@lru_cache(maxsize=8)
def _sought(phrases: tuple[str, ...]) -> dict[str, str]:
    """Phrase to the string of its phonemes, for those long enough."""
    return {phrase: "".join(sounds) for phrase in phrases if len(sounds := phonemes_of(phrase)) >= _least_phonemes(phrase)}


def _least_phonemes(phrase: str) -> int:
    return LEAST_PHONEMES if " " in phrase or phrase[:1].isupper() else LEAST_PHONEMES_ALONE


def soundalikes(text: str, phrases: Iterable[str], least: float) -> list[Soundalike]:
    """For each phrase the run of whole words in the text most like it, if at least ``least`` alike; the likest first."""
    words = [
        _HeardWord(found.start(), found.end(), found[0].lower(), phonemes(found[0].lower())) for found in _WORD.finditer(text)
    ]
    heard = "".join(phoneme for word in words for phoneme in word.sounds)
    if len(heard) * LONGER_AT_MOST < LEAST_PHONEMES:
        return []
    sought = _sought(tuple(phrases))
    rough = process.extract(heard, sought, scorer=fuzz.partial_ratio, score_cutoff=100 * ROUGHLY, limit=2 * LOOKED_AT)
    close = [phrase for sounds, _, phrase in rough if len(sounds) <= len(heard) * LONGER_AT_MOST][:LOOKED_AT]
    found = [
        Soundalike(best[1], best[2], phrase, best[0])
        for phrase in close
        if (best := _best_run(words, heard, sought[phrase], phrase)) and best[0] >= least
    ]
    return sorted(found, key=lambda match: -match.likeness)


def _best_run(words: Sequence[_HeardWord], heard: str, sought: str, phrase: str) -> tuple[float, int, int] | None:
    """(likeness, start, end) of the run of words most like the phrase, where its phonemes roughly come; None where none is."""
    rough = fuzz.partial_ratio_alignment(sought, heard)
    if rough is None:
        return None
    sounds = phonemes_of(phrase)
    edges_kept = EDGES_KEPT - {words_of(phrase)[0], words_of(phrase)[-1]}
    ends = list(accumulate(len("".join(word.sounds)) for word in words))
    first, last = bisect_right(ends, rough.dest_start), bisect_left(ends, rough.dest_end)
    best: tuple[float, int, int] | None = None
    for begin in range(max(0, first - WORDS_ASIDE), min(len(words), first + WORDS_ASIDE + 1)):
        for end in range(max(begin, last - WORDS_ASIDE), min(len(words), last + WORDS_ASIDE + 1)):
            run = tuple(phoneme for word in words[begin : end + 1] for phoneme in word.sounds)
            near_in_length = len(sounds) <= len(run) * LONGER_AT_MOST and len(run) <= len(sounds) * LONGER_AT_MOST
            if near_in_length and words[begin].text not in edges_kept and words[end].text not in edges_kept:
                alike = likeness(run, sounds)
                if best is None or alike > best[0]:
                    best = alike, words[begin].start, words[end].end
    return best
