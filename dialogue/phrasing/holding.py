"""Which figures hold: prices, limits, differences, amounts, stock and counts against the rows they are said of."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.numbers import find_numbers
from dialogue.phrasing.bounds import LESS_OR_TO, bound_before
from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import Ground, ItemFacts, root
from dialogue.phrasing.plain import PLAIN
from dialogue.words import read_words

FAR_UNDER = re.compile(r"(?:well|far|comfortably|way|much|a lot|a good deal) (?:under|below|less)")
FAR = 0.97
"""How near "well under" may come."""
COUNTED_WORDS = 5
"""How far after a number in a row its noun may stand: "twelve spotty paper straws"."""
SEVERAL = re.compile(r"^(?:set|pack|box|pair)\b|(?<![sui])s$", re.IGNORECASE)
"""Names of several things for one price: "Set of Six Cups", "Dinner Plates"."""
SET_OF = re.compile(r"\b(?:set|pack|box) of\b", re.IGNORECASE)
TOTAL = re.compile(r"\b(?:together|altogether|in total|all told|as a pair|for (?:both|the two|the pair|all three|the lot))\b")
"""A price said so of several things is the sum of theirs."""
ABOUT = 0.06
"""How far "about forty" may lie from the figure, as a share of it."""
ROUNDING_MINOR = 50
"""How far "about five dollars more" may lie from the figure at least."""
JUST_UNDER = 0.85
"""Someone who hears "under fifty" expects the price to be near it: not below this share, unless the shopper named the limit."""


def _near(claim: Claim, actual: float, limits: tuple[int, ...]) -> bool:
    if claim.or_number is not None and _near(replace(claim, number=claim.or_number, or_number=None), actual, limits):
        return True
    said = claim.number or 0.0
    if claim.relation == "under" and FAR_UNDER.match(claim.text):
        return actual <= FAR * said
    if claim.relation == "under":
        return actual <= said and (actual >= JUST_UNDER * said or said in limits)
    if claim.relation == "over":
        return actual >= said and actual <= said / JUST_UNDER
    if claim.relation == "about":
        return abs(actual - said) <= ABOUT * actual
    return abs(actual - said) < 0.5


def price_holds(claim: Claim, reading: Reading, items: list[ItemFacts], ground: Ground) -> bool:
    """The price of everything spoken of; of several things sold together it is not the price of each."""
    if _each(claim, reading) and any(SEVERAL.search(facts.name) for facts in items):
        return bool(items) and all(_for_one_of(claim, facts) for facts in items)
    if claim.number is None:
        return False
    if claim.wished or (claim.relation == "under" and (not items or claim.none)):
        return round(claim.number) in ground.limits_minor
    if not items:
        return round(claim.number) in ground.prices_minor | set(ground.limits_minor)
    prices = [facts.item.price_minor for facts in items]
    if TOTAL.search(reading.words.norm):
        named = {index for mention in reading.mentions for index in mention.items} or range(len(ground.items))
        prices = [ground.items[index].item.price_minor for index in named]
        prices = [None if None in prices else sum(price for price in prices if price is not None)]
    held = all(price is not None and _near(claim, price, ground.limits_minor) for price in prices)
    if not claim.negated:
        return held
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return False
    if claim.relation in ("over", "under"):
        return all((price <= claim.number) if claim.relation == "over" else (price >= claim.number) for price in known)
    return not held


def _for_one_of(claim: Claim, facts: ItemFacts) -> bool:
    """Whether it is the price of one of "Set of Six Cups", to the nearest coin."""
    counted = find_numbers(read_words(facts.name))
    price = facts.item.price_minor
    if price is None or len(counted) != 1:
        return False
    return abs(price - (claim.number or 0.0) * counted[0].value) < counted[0].value / 2


def _each(claim: Claim, reading: Reading) -> bool:
    after = reading.words.words[claim.last : claim.last + 2]
    return bool(after) and (after[0].norm in {"each", "apiece"} or [word.norm for word in after] == ["a", "piece"])


def limit_holds(claim: Claim, items: list[ItemFacts], ground: Ground) -> bool:
    """The shopper's own limit, and everything spoken of inside it, or past it where that is said."""
    limit = round(claim.number or 0)
    if claim.wished:
        return limit in ground.limits_minor
    past = claim.relation == "past"
    return limit in ground.limits_minor and all(((facts.item.price_minor or 0) > limit) == past for facts in items)


def difference_holds(claim: Claim, ground: Ground) -> bool:
    """How much more or less one item costs than the other; roughly where it is said so."""
    mine = [ground.items[index].item.price_minor for index in claim.items]
    others = [ground.items[index].item.price_minor for index in claim.other]
    if claim.relation == "apart" and len(ground.items) == 1 and mine and mine[0] is not None:
        return any(abs(abs(mine[0] - limit) - (claim.number or 0)) < 0.5 for limit in ground.limits_minor)
    if claim.relation == "apart":
        both = [facts.item.price_minor for facts in ground.items]
        if len(both) != 2 or None in both:
            return False
        gap = abs((both[0] or 0) - (both[1] or 0))
        return abs(gap - (claim.number or 0)) <= (max(ABOUT * gap, ROUNDING_MINOR) if claim.roughly else 0.5)
    if len(mine) != 1 or len(others) != 1 or mine[0] is None or others[0] is None:
        return False
    gap = mine[0] - others[0] if claim.relation == "more" else others[0] - mine[0]
    slack = max(ABOUT * gap, ROUNDING_MINOR) if claim.roughly else 0.5
    return gap > 0 and abs(gap - (claim.number or 0)) <= slack


def times_holds(claim: Claim, times: float, ground: Ground) -> bool:
    """ "Twice as much" of the price of one against the other's, to the nearest hundredth."""
    mine = [ground.items[index].item.price_minor for index in claim.items]
    others = [facts.item.price_minor for index, facts in enumerate(ground.items) if index not in claim.items]
    if len(mine) != 1 or len(others) != 1 or not mine[0] or not others[0]:
        return False
    return abs(mine[0] / others[0] - times) < 0.01


def amount_holds(claim: Claim, facts: ItemFacts, ground: Ground) -> bool:
    """An amount other than money, or by how much it is more or less than the other item's."""
    slot = next(iter(claim.pairs))[0]
    actual = facts.item.numbers.get(slot)
    if actual is None:
        return False
    if claim.relation in ("more", "less", "apart"):
        others = [ground.items[index].item.numbers.get(slot) for index in claim.other]
        if len(others) != 1 or others[0] is None:
            return False
        gap = actual - others[0] if claim.relation == "more" else others[0] - actual
        return abs((abs(gap) if claim.relation == "apart" else gap) - (claim.number or 0)) < 0.5
    return _near(claim, actual, ())


def stock_holds(claim: Claim, facts: ItemFacts) -> bool:
    """What is said of the stock, where the row or the live service tells it."""
    stock = facts.item.stock
    if stock is None or not facts.live:
        return False
    if claim.kind == "stock_count":
        if claim.relation == "over":
            return stock > (claim.number or 0)
        if claim.relation in ("under", "about"):
            return _near(claim, stock, ())
        return stock == claim.number
    if claim.relation == "exact":
        return (stock > 0) != claim.negated
    if claim.relation == "less":
        return stock == 0
    if "last one" in claim.text or "last of" in claim.text:
        return stock == 1
    if "plenty" in claim.text or "lots" in claim.text or "well stocked" in claim.text:
        return stock >= 10
    return "fast" not in claim.text and 1 <= stock <= 5


def of_one_kind(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """ "three left in small", of a row that comes in several sizes: what is left of one of them no row says."""
    after = next((other for other in reading.claims if other.kind == "value" and 0 <= other.first - claim.last <= 2), None)
    return after is not None and any(len(facts.item.values.get(slot, ())) > 1 for slot, _ in after.pairs)


def count_holds(claim: Claim, ground: Ground) -> bool:
    """How many things there are in the reply, or fit."""
    said = int(claim.number or 0)
    return said in ground.counts or said == len(ground.items) or said == ground.fitting


def for_so_many(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """ "Plates for three" of what the row says is for three: a bare number that is no price."""
    first = claim.first + (reading.words.words[claim.first].norm == "for")
    if reading.words.words[first - 1].norm != "for" or claim.last - first != 1:
        return False
    told = read_words(facts.description)
    served = (number for number in find_numbers(told) if number.span.first and told.words[number.span.first - 1].norm == "for")
    return any(number.value * 100 == claim.number for number in served)


def sold_in_pairs(facts: ItemFacts) -> bool:
    """Whether it is of a kind named in the plural ("earrings"), and no set of so many."""
    kinds = facts.values.get(facts.topic, ())
    return any(kind.endswith("s") for kind in kinds[:1]) and not SET_OF.search(facts.name)


def counted_in_name(claim: Claim, facts: ItemFacts) -> bool:
    """Whether the row says how many there are: "a dozen of them" of a dozen by name, or of one that comes in "12 pieces"."""
    told = read_words(facts.description)
    pieces = [
        number for number in find_numbers(told) if [word.stem for word in told.words[number.span.last :][:1]] == ["piece"]
    ]
    return any(number.value == claim.number for number in (*find_numbers(read_words(facts.name)), *pieces))


def hyphened(claim: Claim, reading: Reading) -> bool:
    """Whether a number is part of a word: "one-way"."""
    end = reading.words.words[claim.last - 1].end
    return reading.words.text[end : end + 1] == "-"


def number_of(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Whether the row has the number, of the same things where a noun follows ("ten ribs")."""
    after = reading.words.words[claim.last : claim.last + 1]
    telling = after and not after[0].is_mark and (after[0].stem not in PLAIN or hyphened(claim, reading))
    noun = root(after[0].stem) if telling else ""
    values = [said for values in facts.values.values() for said in values]
    if noun and noun in {root(stem) for stem in facts.name_stems} and SET_OF.search(facts.name) and counted_in_name(claim, facts):
        return True
    way = bound_before(reading.words.words, claim.first)
    for text in (facts.name, facts.description, *values):
        words = read_words(text)
        for number in find_numbers(words):
            counted = {root(word.stem) for word in words.words[number.span.last : number.span.last + COUNTED_WORDS]}
            bounded = not way or way == bound_before(words.words, number.span.first, LESS_OR_TO)
            if number.value == claim.number and (not noun or noun in counted) and bounded:
                return True
    is_price = not noun and facts.item.price_minor == round((claim.number or 0.0) * 100)
    return is_price or claim.number in facts.item.numbers.values()
