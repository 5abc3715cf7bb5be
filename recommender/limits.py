"""Hard limits as one boolean mask: the only door through which items become candidates, on every path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.facts import NO_PRICE, Facts
from recommender.types import Limits, Range

FARTHEST = 2**62
"""Whole amounts are nearer to 0 than this; a limit beyond it is none."""

Mask = npt.NDArray[np.bool_]
"""Shape (items,): True where the item is inside every limit."""


def inside(facts: Facts, positions: Mapping[str, int], limits: Limits) -> Mask:
    """Items inside the limits. An item that does not say its price, or a number, is outside any limit on it."""
    mask = np.ones(len(facts), np.bool_) if facts.withdrawn is None else ~facts.withdrawn
    if limits.in_stock_only:
        mask &= facts.stock != 0
    if limits.price_minor != Range():
        said = max(limits.price_minor.low or 0, NO_PRICE + 1)
        _within(mask, facts.price_minor, Range(said, limits.price_minor.high))
    for slot, wanted in limits.ranges.items():
        amounts = facts.numbers.get(slot)
        if amounts is None:
            mask &= wanted == Range()
        else:
            _within(mask, amounts, wanted)
    for slot, values in limits.must.items():
        mask &= holding(facts, slot, values)
    for slot, values in limits.exclude.items():
        mask &= ~holding(facts, slot, values)
    if limits.only_items is not None:
        mask &= _among(len(facts), positions, limits.only_items)
    if limits.exclude_items:
        mask &= ~_among(len(facts), positions, limits.exclude_items)
    return mask


def holding(facts: Facts, slot: str, values: Iterable[str]) -> Mask:
    """Items that have at least one of the values."""
    mask = np.zeros(len(facts), np.bool_)
    column = facts.choices.get(slot)
    if column is not None:
        for value in values:
            mask[column.holders(value)] = True
    return mask


def _within(mask: Mask, amounts: npt.NDArray[Any], wanted: Range) -> None:
    """NaN, an amount that is not said, is outside every range but the open one."""
    low, high = wanted.low, wanted.high
    if np.issubdtype(amounts.dtype, np.integer):  # compared as what they are, not copied to floats
        low = None if low is None or low <= -FARTHEST else math.ceil(min(low, FARTHEST))
        high = None if high is None or high >= FARTHEST else math.floor(max(high, -FARTHEST))
    if low is not None:
        mask &= amounts >= low
    if high is not None:
        mask &= amounts <= high


def _among(count: int, positions: Mapping[str, int], ids: Iterable[str]) -> Mask:
    mask = np.zeros(count, np.bool_)
    mask[[positions[name] for name in ids if name in positions]] = True
    return mask
