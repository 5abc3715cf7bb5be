"""An item as words: whether it is called in the plural, what its description tells, whether it has a value that was named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from dialogue.english import SMALL_WORDS
from dialogue.mentions import Mention
from dialogue.words import Word, read_words
from recommender.types import Item

_SHORTEST_CLIP = 5
"""Letters of the shortest word that may be the beginning of another, clipped."""


def says_ones(word: Word) -> bool:
    """Several, unlike "one's"."""
    return word.norm == "ones" and word.text.isalpha()


@lru_cache(maxsize=256)
def title_words(title: str) -> tuple[Word, ...]:
    """The words of a title."""
    return tuple(word for word in read_words(title).words if not word.is_mark)


def called_in_plural(title: str) -> bool:
    """Whether one thing is called as several are: boots, trousers."""
    return any(word.norm != word.stem for word in title_words(title)[-1:])


@lru_cache(maxsize=256)
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in read_words(text).words if len(word.stem) > 2 and word.norm not in SMALL_WORDS)


def told_of(item: Item) -> frozenset[str]:
    """The stems of an item's own description."""
    return _stems_of(item.description)


def tells(item: Item, stem: str) -> bool:
    """Whether a word stands in an item's description, or clips one that does: "photos" of photographs."""
    return stem in told_of(item) or (len(stem) >= _SHORTEST_CLIP and any(told.startswith(stem) for told in told_of(item)))


def value_words(item: Item) -> frozenset[str]:
    """The stems of an item's own values: "the recycled one" of recycled glass."""
    return _stems_of(" ".join(value for values in item.values.values() for value in values))


def has_any(item: Item, mention: Mention) -> bool:
    meant = [(mention.slot, mention.values), *((rival.slot, rival.values) for rival in mention.rivals)]
    return any(_has(item, slot, values) for slot, values in meant)


def _has(item: Item, slot: str, values: Sequence[str]) -> bool:
    """Whether an item has one of the values, or one that holds all its words: "steel" where it is of stainless steel."""
    own = item.values.get(slot, ())
    return any(value in own or any(set(value.split()) <= set(other.split()) for other in own) for value in values)
