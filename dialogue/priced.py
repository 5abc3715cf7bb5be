"""Items meant by their price: "the one for a hundred and nineteen", "both the thirty pound ones"."""

from __future__ import annotations

import re

from dialogue.numbers import find_numbers
from dialogue.pointing import Pointing, Table, point
from dialogue.words import Span, Utterance, read_words
from recommender.types import Item

_PRICED = re.compile(
    r"\b(?:the|which) (?:ones?|pairs?)(?: (?:for|at|is|was|are|were|costs?|thats|that (?:is|are|was|were|costs?|"
    r"comes? to)|costing))?"
    r"(?: (?:about|around))?$"
)
_THE = re.compile(r"\b(?:the|that|those|your)$")
_ITEM = frozenset({"one", "ones", "pair", "pairs", "set", "option"})
_SIGNS = frozenset("$£€")
_COINS = frozenset("dollar dollars buck bucks pound pounds quid euro euros".split())  # noqa: SIM905


def _costs(item: Item, price: float) -> bool:
    return item.price_minor is not None and abs(item.price_minor / 100 - price) < 1


def find_priced(utterance: Utterance, table: Table) -> list[Pointing]:
    """ "The one for a hundred and nineteen", "the forty dollar one", "both the thirty pound ones": what costs about that."""
    found: list[Pointing] = []
    words = [word.norm for word in utterance.words]
    for number in find_numbers(utterance):
        first = number.span.first - (words[number.span.first - 1] in _SIGNS)
        last = number.span.last + (words[number.span.last : number.span.last + 1] != [] and words[number.span.last] in _COINS)
        before, after = " ".join(words[:first]), words[last] if last < len(words) else ""
        one = _PRICED.search(before)
        if not (one or _THE.search(before)):
            continue
        prices = {number.value, number.pair[0] + number.pair[1] / 100 if number.pair else number.value}
        near = [item for item in table.items if any(_costs(item, price) for price in prices)]
        many = after == "ones" or (one is not None and "ones" in one.group())
        if (len(near) == 1 or (many and near)) and (one or after in _ITEM or after in read_words(near[0].title).norm.split()):
            first -= len(one.group().split()) if one else 1
            found.append(point(utterance, Span(first, last + (0 if one else 1)), near, 0.9))
    return found
