"""Buying again: how often those who took an item take it once more, on another day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recommender.interactions import Interactions
from recommender.shoppers import DAY_S

PRIOR = 8.0
"""Takers with the shop's own rate that every item is thought to have had, so that two do not make a rule."""
SERIOUS = 0.5
"""Interactions of at least this share of the shop's greatest weight count: looking twice is not buying twice."""

Rates = npt.NDArray[np.float32]
"""Shape (items,), 0..1."""


def repeat_rates(interactions: Interactions, items: int) -> Rates:
    """Share of an item's takers who took it again on another day; nearly 0 everywhere in a shop where nobody does.

    Without times every interaction is a day of its own.
    """
    serious = interactions.weight >= SERIOUS * interactions.weight.max() if len(interactions) else np.zeros(0, np.bool_)
    if not serious.any():
        return np.zeros(items, np.float32)
    times = interactions.time_s[serious]
    day = np.floor(times / DAY_S) if times.max() > 365 * DAY_S else times
    pair = interactions.shopper[serious].astype(np.int64) * items + interactions.item[serious]
    days_of_pair = np.unique(np.stack([pair.astype(np.float64), day], axis=1), axis=0)[:, 0].astype(np.int64)
    pairs, days = np.unique(days_of_pair, return_counts=True)
    item = pairs % items
    again, takers = np.bincount(item[days > 1], minlength=items), np.bincount(item, minlength=items)
    usual = again.sum() / takers.sum()
    return np.asarray((again + PRIOR * usual) / (takers + PRIOR), np.float32)
