"""How a phrase that means items is built: what counts them, what joins its words, and whether it is in the plural."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.item_words import called_in_plural, says_ones, title_words
from dialogue.words import Span, Utterance
from recommender.types import Item

DEFINITE = frozenset({"the", "that", "this", "your", "those", "these"})
_COUNTS = frozenset({"two", "three", "four", "2", "3", "4"})
SETS = frozenset({"pair", "pairs", "set", "sets", "pack", "packs", "box", "boxes"})
"""What several things of a kind are sold as."""
ONES = frozenset({"ones", "pairs", "options", "things", "items"})
ONE = frozenset({"one", "pair", "option", "thing", "item", "version"}) | ONES
"""Words that stand for a thing of any kind."""
JOINING = ONE | {"coloured", "colored", "and", "from", "in", "with", "by", "made", "of", "for"}
RELATIVE = frozenset({"that", "thats", "which"})
""" "The one that's navy"; "is" may follow them."""
HAVING = frozenset({"with", "has", "have", "got", "having", "comes"})
"""After "the one", what it has is told by its description: "the one with the pockets"."""


def after_count(utterance: Utterance, at: int) -> int:
    """Where the describing words begin after "the two", "the two pairs of"."""
    norms = [word.norm for word in utterance.words[at : at + 3]] + [""] * 3
    counted = norms[0] in _COUNTS
    pairs = norms[counted] in SETS and norms[counted + 1] == "of"
    return at + counted + 2 if pairs else at + (counted and norms[1] not in ONE)


def in_number(utterance: Utterance, span: Span, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """ "The bowls" of a set of bowls and one bowl are the set: what is called by the very form that is said."""
    said = utterance.words[span.last - 1].norm
    called = tuple(item for item in items if [word.norm for word in title_words(item.title)[-1:]] == [said])
    return called if len(called) == 1 and utterance.before(span.first, 1) in DEFINITE else items


def ends_in_one(utterance: Utterance, span: Span, items: Sequence[Item]) -> bool:
    """ "Red one"; "pearl ones" where the thing is called in the plural."""
    last = utterance.words[span.last - 1]
    return all(called_in_plural(item.title) for item in items) if says_ones(last) else last.norm in ONE - ONES


def is_said_of_several(utterance: Utterance, span: Span) -> bool:
    """Whether a value is said of several, so that it counts beside the titles ("the leather ones")."""
    after = utterance.words[span.last] if span.last < len(utterance.words) else None
    return after is not None and (says_ones(after) or after.norm in ONES - {"ones"})


def is_counted(utterance: Utterance, span: Span) -> bool:
    """Whether a count stands before: "the two mugs"."""
    return utterance.before(span.first, 1) in _COUNTS


def begins_another(utterance: Utterance, at: int, start: int) -> bool:
    """ "The soap bars and one hand wash": where a second phrase begins with a count or an article of its own."""
    counts = utterance.words[at].norm in _COUNTS | {"one", "a", "an", "the"}
    return counts and at - 1 > start and utterance.words[at - 1].norm in {"and", "or"}


def are_joined(utterance: Utterance, one: Span, other: Span) -> bool:
    """Whether "and" or "or" stands between two values."""
    low, high = sorted((one, other), key=lambda span: span.first)
    return any(word.norm in {"and", "or"} for word in utterance.words[low.last : high.first])


def is_plural(utterance: Utterance, span: Span) -> bool:
    """Whether a phrase speaks of several: "the ones", "the satchels"."""
    words = utterance.words[span.first : span.last]
    last = words[-1]
    inflected = last.norm != last.stem and last.text.isalpha() and last.norm.endswith("s")
    return any(map(says_ones, words)) or last.norm in ONES or inflected


def links(utterance: Utterance, index: int, span: Span) -> bool:
    """Small words inside a description: "the one that is navy", "the one with the zip"."""
    words = utterance.words
    norm, before = words[index].norm, words[index - 1].norm if index > span.first else ""
    return (
        (norm in RELATIVE and before in ONE)
        or (norm in {"is", "are"} and before in RELATIVE)
        or (norm in HAVING and before in RELATIVE | ONE | {"comes"})
        or (norm in {"the", "a", "an"} and before in (JOINING - ONE - {"and"}) | HAVING)
    )
