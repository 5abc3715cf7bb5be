"""Why an item is on the list: facts of its row and of the interactions, with the share of the score each accounts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.shelf import Shelf
from recommender.sources import Evidence, Values
from recommender.types import Item, Query, Reason, ReasonKind

LEAST_SHARE = 0.05
"""Sources that account for less are not named."""
POPULAR_FROM = 0.75
"""Of the most popular item's (log) demand: below, nobody would call it popular."""
POPULAR_SHARE = 0.1
"""Nor outside the most popular tenth of the catalogue."""
AGAIN_FROM = 0.15
"""Having chosen an item before is a reason where at least about this share of those who have it choose it again."""
TEXT_FROM = 0.5
"""A text match is named where the item is in the nearer half of the candidates' range."""
TARGET_FROM = 0.7
"""A price is called near the target within 30 per cent of it."""

_KINDS: Mapping[str, ReasonKind] = {
    "text": "text", "like_item": "like_item", "liked": "liked", "collaborative": "shoppers_like_you",
    "again": "again", "popularity": "popular", "price": "price", "margin": "business", "clearance": "business",
    "launches": "new",
}


@dataclass(frozen=True, slots=True)
class Blend:
    """Scores of the candidates: their total, each source's part of it, and the sources' own values."""

    total: Values
    parts: Mapping[str, Values]
    shown: Mapping[str, Values]


def reasons_for(shelf: Shelf, query: Query, evidence: Evidence, blend: Blend, row: int, item: Item) -> tuple[Reason, ...]:
    """Reasons of the candidate in ``row``, which is ``item``, weightiest first. Limits that it meets follow with weight 0."""
    gains = {name: float(values[row]) for name, values in blend.parts.items() if values[row] > 0}
    whole = sum(gains.values()) or 1.0
    found: list[Reason] = []
    for name, gain in gains.items():
        share = round(gain / whole, 4)
        if name == "wish":
            found.extend(_wishes(query, item, share))
        elif name in _KINDS and share >= LEAST_SHARE and _holds(shelf, name, query, evidence, row):
            found.extend(_reason(shelf, query, evidence, row, name, share, item))
    found.sort(key=lambda reason: -reason.weight)
    return (*found, *_met(query, item, found))


def _holds(shelf: Shelf, name: str, query: Query, evidence: Evidence, row: int) -> bool:
    """Whether the source's value is high enough to be said aloud."""
    if name == "collaborative":
        return bool(evidence.values["habit_tastes"][row] > 0)
    if name == "again":
        return bool(evidence.values[name][row] >= AGAIN_FROM)
    if name == "popularity":
        last = shelf.by_popularity[int(POPULAR_SHARE * (len(shelf.by_popularity) - 1))]
        return bool(evidence.values[name][row] >= max(POPULAR_FROM, shelf.popularity[last]))
    if name == "text":
        return bool(evidence.values[name][row] >= TEXT_FROM)
    if name == "price":
        return bool(evidence.values[name][row] > (TARGET_FROM if query.target_price_minor is not None else 0.5))
    return True


def _reason(
    shelf: Shelf, query: Query, evidence: Evidence, row: int, name: str, share: float, item: Item
) -> list[Reason]:
    """The reason, with the item or slot it names; none of shoppers alike where no other shopper has both items, nor of less
    than an item that does not say how much."""
    target = int(evidence.candidates[row])
    because: str | None = None
    slot = None
    if name == "like_item":
        because = query.like_item
    elif name == "liked":
        near = shelf.dense.similarities(shelf.dense.row(target), evidence.liked)
        because = shelf.items.ids[int(evidence.liked[int(np.argmax(near))])]
    elif name == "collaborative":
        causes = shelf.weights.causes(evidence.history, evidence.strength, target)
        cause = next((one for one in causes if shelf.histories.both(one, target, query.shopper)), None)
        if cause is None:
            return []
        because = shelf.items.ids[cause]
    elif name == "price":
        slot = _amount_named(shelf, query, item)
        start = shelf.positions.get(query.like_item) if query.like_item is not None else None
        if query.target_price_minor is None and start is not None and not _says(shelf.items[start], slot):
            return []  # more or less than nobody knows what
    elif name in ("margin", "clearance", "launches"):
        slot = name
    return [Reason(_KINDS[name], slot=slot, item=because, weight=share)]


def _amount_named(shelf: Shelf, query: Query, item: Item) -> str:
    """The amount asked about that the item says: a slot's name, or "price", which any other name means too."""
    asked = ["price"] if query.target_price_minor is not None else []
    asked += [slot if slot in shelf.facts.numbers else "price" for slot in query.towards]
    return next((slot for slot in asked if _says(item, slot)), "price")


def _says(item: Item, amount: str) -> bool:
    return amount in item.numbers or (amount == "price" and item.price_minor is not None)


def _wishes(query: Query, item: Item, share: float) -> list[Reason]:
    """The wished values that the item really has, sharing the wish's part by their weights."""
    matched = [
        (slot, value, weight)
        for slot, wishes in query.prefer.items()
        for value, weight in wishes.items()
        if weight > 0 and _has(item, slot, value)
    ]
    whole = sum(weight for _, _, weight in matched)
    return [Reason("wish", slot=slot, value=value, weight=round(share * weight / whole, 4)) for slot, value, weight in matched]


def _met(query: Query, item: Item, found: list[Reason]) -> list[Reason]:
    said = {(reason.slot, reason.value) for reason in found}
    return [
        Reason("wish", slot=slot, value=value)
        for slot, values in query.limits.must.items()
        for value in sorted(values)
        if _has(item, slot, value) and (slot, value) not in said
    ]


def _has(item: Item, slot: str, value: str) -> bool:
    wanted = value.casefold()
    return any(wanted == held.casefold() for held in item.values.get(slot, ()))
