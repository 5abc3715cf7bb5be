"""When items are taken: how much more than usual each is chosen in a part of the day and in a season."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

from recommender.interactions import Interactions
from recommender.shoppers import DAY_S

DAY_PARTS = 4
"""Of six hours each, from midnight."""
SEASONS = 4
"""Of three months each; the first is December to February."""
PRIOR = 20.0
"""Choices of the whole shop that every item is thought to have had besides its own, so that two do not make a habit."""
MOST = 2.0
YEAR_S = 365 * DAY_S
"""Times below this are an order, not seconds since 1970."""

Moments = npt.NDArray[np.float16]
"""Shape (items, DAY_PARTS + SEASONS): logarithm of an item's share in the part over the shop's own; 0: as always."""


def moments_of(interactions: Interactions, items: int) -> Moments:
    """Learn the table. Where the file has no times of day, or no times, there is nothing to learn and all is 0."""
    table = np.zeros((items, DAY_PARTS + SEASONS), np.float16)
    if len(interactions) and float(interactions.time_s.max()) > YEAR_S:
        hours = (interactions.time_s % DAY_S) // (DAY_S / DAY_PARTS)
        months = interactions.time_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
        table[:, :DAY_PARTS] = _unusual(interactions, hours.astype(np.int64), DAY_PARTS, items)
        table[:, DAY_PARTS:] = _unusual(interactions, (months + 1) % 12 // 3, SEASONS, items)
    return table


def _unusual(interactions: Interactions, part: npt.NDArray[np.int64], parts: int, items: int) -> npt.NDArray[np.float64]:
    cells = interactions.item.astype(np.int64) * parts + part
    counts = np.bincount(cells, weights=interactions.weight, minlength=items * parts).reshape(items, parts)
    usual = counts.sum(axis=0) / max(float(counts.sum()), 1e-9)
    shares = (counts + PRIOR * usual) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    unlike = np.log(np.maximum(shares, 1e-9) / np.maximum(usual, 1e-9))
    return np.asarray(np.where(usual > 0, np.clip(unlike, -MOST, MOST), 0.0), np.float64)


def parts_of(moment: datetime.datetime) -> tuple[int, int]:
    """The two columns of the table that a moment, on the shop's own clock, falls into."""
    return moment.hour * DAY_PARTS // 24, DAY_PARTS + moment.month % 12 // 3
