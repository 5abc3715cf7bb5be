"""Items meant by their price: "the one for a hundred and nineteen", "both the thirty pound ones"."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.english import OPENING
from dialogue.item_words import value_words
from dialogue.numbers import Number, find_numbers
from dialogue.pointing import Pointing, Table, point
from dialogue.words import MARKS, Span, Utterance, is_contracted, read_words
from recommender.types import Item

_PRICED = re.compile(
    r"\b(?:the|which) (?:ones?|pairs?)(?: (?:for|at|is|was|are|were|costs?|thats|that (?:is|are|was|were|costs?|"
    r"comes? to)|costing))?"
    r"(?: (?:about|around))?$"
)
_BOUNDED = re.compile(
    r"\bthe (?:only )?(?P<many>ones|one|pairs|pair|two|three)(?: (?:thats|that is|that are|which is|which are|costing|"
    r"that costs?))? (?:(?P<below>under|below|less than|cheaper than|up to)|(?:over|above|more than|dearer than))$"
)
""" "The one that's under fifty"."""
_FOR_THAT = re.compile(
    r"^(?=(?:is|was) (?:that|it|this)\b)|"
    r"^(?:, )?for (?:that|this)(?: one)?\b(?! (?!one\b)\w)|"
    r"^(?=(?:is|s|seems|sounds) (?:(?:a bit|quite|rather|really|way|far|very) )*(?:a lot|too much|much|steep|dear|expensive|"
    r"pricey|silly|cheap|reasonable|good|about right|alright|"
    r"all right|fine|not bad|perfect|ideal|nothing|(?:\w+ )?(?:bargain|steal|price))\b)|"
    r"^(?=, (?:thats|that is|its) (?:\w+ )?(?:perfect|fine|reasonable|ideal|bargain|steal|good|alright|silly|steep|too much)\b)"
)
""" "Three hundred, for that one?", "three hundred is a lot": what costs that."""
_FOR_KIND = re.compile(
    r"^(?:a (?:lot|bit much|bit steep|good price|bargain) )?(?:for|on) (?:(?:a|an|the|that|those|these|some|one) )?(?:pair of )?"
)
_INDEFINITE = re.compile(r"^(?:for|on) (?:an? |pair of )?$")
_BUDGETED = re.compile(
    r"\b(?:have|ive|got|budget|spend|spending|up to|under|below|over|maximum|max|limit|pay|paying|only)(?: \w+){0,2}$"
)
""" "Nearly eighty dollars for knives!" means those that cost so; "I have eighty dollars for knives" none."""
_NEVER_PAYS = re.compile(r"\b(?:not|never|wont|wouldnt|cant|couldnt|refuse to)(?: be)? (?:pay|paying|spend|spending)\b")
""" "I'm not paying eighty dollars for gloves"."""
_ASKED = re.compile(OPENING + r"(?:is|was|so its|are|did|how)\b")
_SHOCKED = re.compile(
    r"\b(?:no thank(?:s| you)|too (?:much|dear|steep|expensive)|you must be joking|youre joking|youre kidding|no way|"
    r"i dont think so|daylight robbery|(?:thats|that is|its) (?:a lot|steep|dear|silly|ridiculous|robbery))\b|"
    r", (?:no|really|blimey|goodness|ouch|wow)(?= ?(?:$|[.!?]))"
)
""" "Three hundred and sixty seven dollars, no thank you": what costs exactly that."""
_TO_DO = re.compile(r"^to (?!spend|play|work|use)\w+ \w")
""" "Fifty five dollars to put keys in"."""
_NEAR = 0.03
"""How far, of its price, a price that is exclaimed at may be from it."""
_DEAR = re.compile(r"^(?:is|seems|sounds) (?:\w+ )*?(?:a lot|too much|much|steep|dear|expensive|pricey|silly)\b")
_THE = re.compile(r"\b(?:the|that|those|your)$")
_ITEM = frozenset({"one", "ones", "pair", "pairs", "set", "option"})
_HUNDREDS = 1_000
"""Below this, a number of several words may be a price said without its unit."""
_SMALL_COINS = frozenset({"cent", "cents", "pence"})
_SIGNS = frozenset("$£€")
_COINS = frozenset("dollar dollars buck bucks pound pounds quid euro euros".split())  # noqa: SIM905


def _costs(item: Item, price: float) -> bool:
    return item.price_minor is not None and abs(item.price_minor / 100 - price) < min(1, price)


def find_priced(utterance: Utterance, table: Table) -> list[Pointing]:
    """ "The one for a hundred and nineteen", "the forty dollar one", "both the thirty pound ones": what costs about that."""
    found: list[Pointing] = []
    is_question = _ASKED.match(utterance.norm) is not None
    words = [word.norm for word in utterance.words]
    for number in find_numbers(utterance):
        first = number.span.first - (words[number.span.first - 1] in _SIGNS)
        last = number.span.last + (words[number.span.last : number.span.last + 1] != [] and words[number.span.last] in _COINS)
        if last < len(words) and words[last] in _SMALL_COINS:
            number, last = replace(number, value=number.value / 100), last + 1
        before, after = " ".join(words[:first]), words[last] if last < len(words) else ""
        rest = " ".join([*(["is"] if is_contracted(utterance.words[last - 1]) else []), *words[last:]])
        bounded, named = _BOUNDED.search(before), _FOR_THAT.match(rest)
        if bounded and (within := _within(table, number.value, bounded)):
            found.append(point(utterance, Span(first - len(bounded.group().split()), last), within, 0.9))
            continue
        alone = before[-1:] in {"", ",", ".", "!", "?"} and (not after or after in MARKS | {"to"})
        if before.endswith("not for") and len(costly := _costing(table, {number.value})) == 1:
            found.append(replace(point(utterance, Span(first - 1, last), costly, 0.9), refusal=True))
            continue
        shocked = alone and (_SHOCKED.search(utterance.norm) or _TO_DO.match(" ".join(words[last:])))
        if shocked and len(costly := _costing(table, {number.value})) == 1:
            found.append(replace(point(utterance, Span(first, last), costly, 0.9), refusal=True))
            continue
        dear = _DEAR.match(rest) is not None
        costly = _costing(table, {number.value}) or (_near(table, {number.value}) if dear else [])
        if named and len(costly) == 1:
            meant = point(utterance, Span(first, last + len(named.group().split())), costly, 0.9)
            found.append(replace(meant, refusal=dear and not is_question))
            continue
        kind = _FOR_KIND.match(" ".join(words[last:]))
        budgeted = _BUDGETED.search(before) and not _NEVER_PAYS.search(before)
        at = last + len(kind.group().split()) if kind and not budgeted else None
        if at is not None and (named_so := _of_price_and_name(utterance, table, at, number)):
            end, items = named_so
            asked = is_question or words[end : end + 1] == ["?"]
            exclaimed = kind is not None and _INDEFINITE.search(kind.group()) is not None and not asked
            found.append(replace(point(utterance, Span(first, end), items, 0.9), refusal=exclaimed))
            continue
        one = _PRICED.search(before)
        if not (one or _THE.search(before)):
            continue
        ends_in_one = words[last - 1] == "one" and not one
        near = _costing(table, _prices(number, ends_in_one=ends_in_one))
        many = after == "ones" or (one is not None and "ones" in one.group())
        called = one or ends_in_one or after in _ITEM
        if (len(near) == 1 or (many and near)) and (called or after in read_words(near[0].title).norm.split()):
            first -= len(one.group().split()) if one else 1
            found.append(point(utterance, Span(first, last + (0 if one or ends_in_one else 1)), near, 0.9))
    return found


def _of_price_and_name(utterance: Utterance, table: Table, at: int, number: Number) -> tuple[int, list[Item]] | None:
    """Where the words from ``at`` that stand in the title of the one item of a price end, and the item."""
    named = []
    for item in _near(table, _prices(number, ends_in_one=False)):
        title, last = {word.stem for word in read_words(item.title).words} | value_words(item), at
        last += at < len(utterance.words) and utterance.words[at].stem not in title   # "for tiny earrings"
        while last < len(utterance.words) and utterance.words[last].stem in title:
            last += 1
        named += [(last, [item])] if last > at and utterance.words[last - 1].stem in title else []
    return named[0] if len(named) == 1 else None


def _near(table: Table, prices: set[float]) -> list[Item]:
    return [item for item in table.items if item.price_minor and any(_is_near(item.price_minor / 100, price) for price in prices)]


def _is_near(price: float, said: float) -> bool:
    return abs(price - said) <= _NEAR * price


def _prices(number: Number, *, ends_in_one: bool) -> set[float]:
    """What a number may say of a price: "the twelve fifty one" is also the one at twelve fifty."""
    prices = {number.value}
    if number.pair:
        prices.add(number.pair[0] + number.pair[1] / 100)
        if ends_in_one:
            prices.add(number.pair[0] + (number.pair[1] - 1) / 100)
    if len(number.span) > 1 and number.value < _HUNDREDS:
        prices.add(number.value / 100)   # "the three seventy five one"
    return prices | ({number.value - 1} if ends_in_one else set())


def _costing(table: Table, prices: set[float]) -> list[Item]:
    """The items that cost exactly one of the prices; for want of them, those within one unit of it."""
    exact = [item for item in table.items if item.price_minor is not None and item.price_minor / 100 in prices]
    return exact or [item for item in table.items if any(_costs(item, price) for price in prices)]


def _within(table: Table, price: float, bounded: re.Match[str]) -> list[Item]:
    """The items that cost less than a price, or more; none where "the one" is said and not exactly one does."""
    costs = [(item.price_minor / 100, item) for item in table.items if item.price_minor is not None]
    within = [item for cost, item in costs if (cost <= price if bounded.group("below") else cost > price)]
    many = bounded.group("many").endswith("s") or bounded.group("many") in {"two", "three"}
    return within if len(within) < len(table.items) and (len(within) == 1 or many) else []
