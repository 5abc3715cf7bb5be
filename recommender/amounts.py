"""Preferences about amounts: near a price, or less and more than where the query stands ("like this but cheaper")."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from recommender.facts import NO_PRICE, Positions
from recommender.limits import Mask
from recommender.shelf import Shelf
from recommender.types import Query

SAMPLE = 20_000
"""The middle of what fits is taken from at most this many items, evenly spread."""

JUDGED = 100_000
"""Of more items inside the limits, about so many, evenly spread, are looked at: among them as many lie as well as are wanted."""

Values = npt.NDArray[np.float32]
Judge = Callable[[Positions], Values]


def amount_source(shelf: Shelf, query: Query, mask: Mask) -> tuple[Callable[[Mask, int], Positions], Judge]:
    """The items whose amounts lie best, and how well any item's do (0..1, the mean of what was asked)."""
    judges: list[Judge] = []
    if query.target_price_minor is not None:
        judges.append(_near(shelf, query.target_price_minor))
    judges.extend(_towards(shelf, slot, direction, query.like_item, mask) for slot, direction in query.towards.items())

    def values(items: Positions) -> Values:
        return np.asarray(np.mean([judge(items) for judge in judges], axis=0), np.float32)

    def best(inside: Mask, count: int) -> Positions:
        fitting = np.flatnonzero(inside).astype(np.int32)
        fitting = fitting[:: max(1, len(fitting) // JUDGED)]
        scores = values(fitting)
        return fitting if len(fitting) <= count else fitting[np.argpartition(-scores, count)[:count]]

    return best, values


def _near(shelf: Shelf, target_minor: int) -> Judge:
    """1 at the target, 0 at nothing or at twice it, and where no price is said."""
    target = max(target_minor, 1)

    def judge(items: Positions) -> Values:
        prices = shelf.facts.price_minor[items]
        nearness = np.clip(1 - np.abs(prices - target) / target, 0, 1)
        return np.where(prices == NO_PRICE, 0, nearness).astype(np.float32)

    return judge


def _towards(shelf: Shelf, slot: str, direction: float, like_item: str | None, mask: Mask) -> Judge:
    """0.5 where the query stands (at the item it starts from, or the middle of what fits), towards 1 on the wished side."""
    fitting = np.flatnonzero(mask).astype(np.int32)
    sample = _amounts(shelf, slot, fitting[:: max(1, len(fitting) // SAMPLE)])
    sample = sample[~np.isnan(sample)]
    if not len(sample):
        return lambda items: np.zeros(len(items), np.float32)
    middle = float(np.median(sample))
    anchor = shelf.positions.get(like_item) if like_item is not None else None
    if anchor is not None and not np.isnan(own := _amounts(shelf, slot, np.array([anchor], np.int32))[0]):
        middle = float(own)
    spread = float(np.subtract(*np.percentile(sample, [75, 25])))
    scale = max(abs(middle) * 0.5, spread * 0.5, 1e-9)

    def judge(items: Positions) -> Values:
        steps = np.clip(direction * (_amounts(shelf, slot, items) - middle) / scale * 2, -30, 30)
        return np.nan_to_num(1 / (1 + np.exp(-steps)), nan=0.0).astype(np.float32)

    return judge


def _amounts(shelf: Shelf, slot: str, items: Positions) -> npt.NDArray[np.float64]:
    """The slot's amounts, NaN where not said; a slot that is no amount of the shop's means its price."""
    if slot in shelf.facts.numbers:
        return shelf.facts.numbers[slot][items]
    prices = shelf.facts.price_minor[items]
    return np.where(prices == NO_PRICE, np.nan, prices.astype(np.float64))
