"""An item as words: whether it is called in the plural, what its description tells, whether it has a value that was named."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from dialogue.english import SMALL_WORDS
from dialogue.mentions import Mention
from dialogue.words import Word, read_words
from recommender.types import Item


def says_ones(word: Word) -> bool:
    """Several, unlike "one's"."""
    return word.norm == "ones" and word.text.isalpha()


def is_contracted(word: Word) -> bool:
    """An "is" or "has" swallowed: "the green's nicer"."""
    return word.text.lower().endswith(("'s", "’s"))


@lru_cache(maxsize=256)
def called_in_plural(title: str) -> bool:
    """Whether one thing is called as several are: boots, trousers."""
    last = [word for word in read_words(title).words if not word.is_mark][-1:]
    return bool(last) and last[0].norm != last[0].stem


@lru_cache(maxsize=256)
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in read_words(text).words if len(word.stem) > 2 and word.norm not in SMALL_WORDS)


def told_of(item: Item) -> frozenset[str]:
    """The stems of an item's own description."""
    return _stems_of(item.description)


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
