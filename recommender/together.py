"""Items that go together: what shoppers of this one also choose, of another kind; and bundles inside one budget."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recommender.facts import NO_PRICE, Positions
from recommender.limits import inside
from recommender.shelf import Shelf
from recommender.sources import tastes
from recommender.types import Limits, Range, Ranked, Reason

BY_SHOPPERS = 0.7
"""Share of the score from shoppers who chose both; the rest is the share of the item's values that the other has too."""
CANDIDATES = 80
BEAM = 60
"""Part-made bundles kept at each step."""

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Items of different kinds whose prices together stay inside the budget; the first is the one it was made around."""

    items: tuple[Ranked, ...]
    total_minor: int


def goes_with(shelf: Shelf, item_id: str, limits: Limits, count: int, topic: str | None) -> list[Ranked]:
    """The items inside the limits that go best with an item, none of its own kind, best first.

    ``topic`` names the slot that says what kind an item is; without one nothing is known of kinds and all are let in.
    """
    anchor = shelf.positions.get(item_id)
    if anchor is None or count <= 0:
        return []
    found, scores = _companions(shelf, anchor, limits, topic)
    return [_ranked(shelf, anchor, int(one), float(score)) for one, score in zip(found[:count], scores[:count], strict=True)]


def bundle(shelf: Shelf, item_id: str, limits: Limits, budget_minor: int, size: int, topic: str | None) -> Bundle | None:
    """The best ``size`` items (fewer where no more fit) around one, each of another kind, for no more than the budget.

    None where the item is unknown, says no price, is outside the limits or costs more than the budget.
    """
    anchor = shelf.positions.get(item_id)
    if anchor is None or not inside(shelf.facts, shelf.positions, limits)[anchor]:
        return None
    price = int(shelf.facts.price_minor[anchor])
    if price == NO_PRICE or price > budget_minor:
        return None
    left = budget_minor - price
    high = left if limits.price_minor.high is None else min(left, limits.price_minor.high)
    found, scores = _companions(shelf, anchor, replace(limits, price_minor=Range(limits.price_minor.low or 0, high)), topic)
    partial: list[tuple[float, int, tuple[int, ...], frozenset[str]]] = [(0.0, 0, (), frozenset())]
    best = partial[0]
    prices = shelf.facts.price_minor[found].tolist()
    kinds = [_kinds(shelf, int(one), topic) for one in found]
    for _ in range(size - 1):
        longer = [
            (score + float(scores[place]), spent + prices[place], (*chosen, place), taken | kinds[place])
            for score, spent, chosen, taken in partial
            for place in range((chosen[-1] + 1) if chosen else 0, len(found))
            if not taken & kinds[place] and spent + prices[place] <= left
        ]
        if not longer:
            break
        partial = sorted(longer, key=lambda one: -one[0])[:BEAM]
        best = partial[0]
    own = Ranked(shelf.items[anchor], 1.0)
    others = [_ranked(shelf, anchor, int(found[place]), float(scores[place])) for place in best[2]]
    return Bundle((own, *others), price + best[1])


def _companions(shelf: Shelf, anchor: int, limits: Limits, topic: str | None) -> tuple[Positions, Values]:
    mask = inside(shelf.facts, shelf.positions, limits)
    mask[anchor] = False
    column = shelf.facts.choices.get(topic) if topic else None
    for kind in _kinds(shelf, anchor, topic):
        if column is not None:
            mask[column.holders(kind)] = False
    chosen_too = np.maximum(tastes(shelf, np.array([anchor], np.int32), np.ones(1, np.float32)), 0)
    likely = np.flatnonzero(mask & (chosen_too > 0)).astype(np.int32)
    likely = likely[np.argsort(-chosen_too[likely], kind="stable")[:CANDIDATES]]
    manner = _manner(shelf, anchor, likely, topic)
    told = [bool(shared > 0) or shelf.histories.both(anchor, int(one)) for one, shared in zip(likely, manner, strict=True)]
    likely, manner = likely[np.array(told, np.bool_)], manner[np.array(told, np.bool_)]
    if not len(likely):
        return _alike(shelf, anchor, np.flatnonzero(mask).astype(np.int32), topic)
    scores = BY_SHOPPERS * chosen_too[likely] / chosen_too[likely].max() + (1 - BY_SHOPPERS) * manner
    order = np.argsort(-scores, kind="stable")
    return likely[order], scores[order].astype(np.float32)


def _alike(shelf: Shelf, anchor: int, others: Positions, topic: str | None) -> tuple[Positions, Values]:
    """Where no shopper has shown it (a new item, a new shop): what shares most values, then what is nearest by its words."""
    scores = (1 - BY_SHOPPERS) * _manner(shelf, anchor, others, topic)
    others, scores = others[scores > 0], scores[scores > 0]
    first = np.argsort(-scores, kind="stable")[: 10 * CANDIDATES]
    others, scores = others[first], scores[first]
    order = np.lexsort((-shelf.dense.similarities(shelf.dense.row(anchor), others), -scores))[:CANDIDATES]
    return others[order], scores[order].astype(np.float32)


def _kinds(shelf: Shelf, position: int, topic: str | None) -> frozenset[str]:
    """The narrowest kind of an item, as catalogues write it first."""
    column = shelf.facts.choices.get(topic) if topic else None
    return frozenset(column.of(position)[:1]) if column is not None else frozenset()


def _manner(shelf: Shelf, anchor: int, others: Positions, topic: str | None) -> Values:
    """Share of the item's values, its kind apart, that each of the others has too."""
    values = [(slot, value) for slot, column in shelf.facts.choices.items() if slot != topic for value in column.of(anchor)]
    shared = np.zeros(len(others), np.float32)
    for slot, value in values:
        shared += np.isin(others, shelf.facts.choices[slot].holders(value))
    return np.asarray(shared / max(len(values), 1), np.float32)


def _ranked(shelf: Shelf, anchor: int, position: int, score: float) -> Ranked:
    """With the reason that shoppers chose both, where some did, and the values they share."""
    one, other = shelf.items[anchor], shelf.items[position]
    mine = {(slot, value.casefold()) for slot, values in one.values.items() for value in values}
    shared = [
        (slot, value) for slot, values in other.values.items() for value in values if (slot, value.casefold()) in mine
    ]
    alike = (Reason("goes_with", slot=slot, value=value, item=one.id) for slot, value in shared)
    chosen = [Reason("goes_with", item=one.id, weight=BY_SHOPPERS)] if shelf.histories.both(anchor, position) else []
    return Ranked(other, round(score, 6), (*chosen, *alike))
