"""Which ranks and comparisons hold: the cheapest of these, dearer than that, lighter on the shop's own scale."""

from __future__ import annotations

import re

from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import Ground, ItemFacts, ShopFacts, position, stems
from dialogue.phrasing.written import told_near


def superlative_holds(claim: Claim, reading: Reading, ground: Ground) -> bool:
    """Only what the reply itself can show: the cheapest or dearest of the items in it, said of those."""
    if claim.relation == "exact" or len(ground.items) < 2 or len(claim.items) != 1:
        return _boast_in_facts(claim, reading, ground)
    if re.search(r"\b(?:in the (?:shop|store)|we (?:have|stock|sell)|anywhere|in town|around|ever|of all)\b", reading.words.norm):
        return False
    prices = [facts.item.price_minor for facts in ground.items]
    mine = prices[claim.items[0]]
    if mine is None or None in prices:
        return False
    known = [price for price in prices if price is not None]
    best = min(known) if claim.relation == "less" else max(known)
    return mine == best and known.count(best) == 1


def _boast_in_facts(claim: Claim, reading: Reading, ground: Ground) -> bool:
    """A rank that is a word of the row itself: a "largest" that the catalogue wrote as a value."""
    said = tuple(
        word.stem for word in reading.words.words[claim.first : claim.last] if word.norm not in {"the", "our", "its", "your"}
    )
    if claim.items and all(told_near(claim, reading, ground.items[index]) for index in claim.items):
        return True
    return bool(claim.items) and all(
        any(position(said, stems(value)) is not None for values in ground.items[index].values.values() for value in values)
        for index in claim.items
    )


def comparison_holds(claim: Claim, ground: Ground, shop: ShopFacts) -> bool:
    mine, others = [ground.items[index] for index in claim.items], [ground.items[index] for index in claim.other]
    slot, way = next(iter(claim.pairs))
    if way == "same":
        mine = mine or list(ground.items)
        others = others or mine[1:]
        prices = {facts.item.price_minor for facts in (*mine, *others)}
        return bool(others) and len(prices) == 1 and None not in prices
    if not mine or not others:
        return False
    for one in mine:
        for other in others:
            left, right = measured(one, slot, shop), measured(other, slot, shop)
            if left is None or right is None or not (left < right if way == "less" else left > right):
                return False
    return True


def measured(facts: ItemFacts, slot: str, shop: ShopFacts) -> float | None:
    """Where an item stands on what a comparison compares: its price, an amount, or its place on the shop's scale."""
    if slot == "price":
        return facts.item.price_minor
    if slot in facts.item.numbers:
        return facts.item.numbers[slot]
    scale = shop.shop.scale(slot)
    places = [scale.index(value) for value in facts.item.values.get(slot, ()) if value in scale]
    return sum(places) / len(places) if places else None
