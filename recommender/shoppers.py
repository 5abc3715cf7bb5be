"""What the index knows of shoppers and of demand: each one's newest interactions, and how much each item sells now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from recommender.collaborative import HISTORY, recency_strength
from recommender.facts import Positions
from recommender.interactions import Interactions

DAY_S = 86_400.0
HALF_LIFE_DAYS = 60.0
"""A sale this old counts half as much towards what sells now."""


@dataclass(frozen=True)
class Histories:
    """Each shopper's newest items, oldest first, each item once with the weight of its strongest interaction."""

    numbers: Mapping[str, int] = field(repr=False)
    starts: npt.NDArray[np.int64]
    items: Positions
    weights: npt.NDArray[np.float32]
    ages: npt.NDArray[np.int32] | None = None
    """Of each item, the shopper's later steps (see ``steps``); None where every item is a step of its own."""

    def recalled(self, shopper: str | None, recency: float) -> tuple[Positions, npt.NDArray[np.float32]]:
        """Items of a shopper and how strongly each speaks: its weight, less by ``recency`` for every later step."""
        items, weights = self.of(shopper)
        if self.ages is None or not len(items):
            return items, recency_strength(weights, recency)
        assert shopper is not None
        start = int(self.starts[self.numbers[shopper]])
        return items, (weights * recency ** self.ages[start : start + len(items)]).astype(np.float32)

    def both(self, one: int, other: int, besides: str | None = None) -> bool:
        """Whether some shopper, another than ``besides``, has both items among the newest."""
        few, many = sorted((self._holders(one), self._holders(other)), key=len)
        if not len(few):
            return False
        at = np.minimum(np.searchsorted(many, few), len(many) - 1)
        shared = few[many[at] == few]
        return len(shared) > int(besides is not None and self.numbers.get(besides, -1) in shared)

    def _holders(self, item: int) -> npt.NDArray[np.int32]:
        """The shoppers who have an item, by number, in order; nobody has one that was added since the build."""
        starts, shoppers = self._by_item
        return shoppers[starts[item] : starts[item + 1]] if item < len(starts) - 1 else shoppers[:0]

    @cached_property
    def _by_item(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        counts = np.bincount(self.items) if len(self.items) else np.zeros(0, np.int64)
        who = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return starts, who[np.argsort(self.items, kind="stable")]

    def of(self, shopper: str | None) -> tuple[Positions, npt.NDArray[np.float32]]:
        """Items and weights of a shopper; empty for one who is not known."""
        number = None if shopper is None else self.numbers.get(shopper)
        if number is None:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        part = slice(self.starts[number], self.starts[number + 1])
        return self.items[part], self.weights[part]


def steps(interactions: Interactions) -> npt.NDArray[np.int32]:
    """Each row's place in its shopper's order of time, from 0; what was done at one moment (a basket) is one step."""
    rows = len(interactions)
    if not rows:
        return np.zeros(0, np.int32)
    other = np.r_[True, interactions.shopper[1:] != interactions.shopper[:-1]]
    ordinal = np.cumsum(other | np.r_[True, interactions.time_s[1:] != interactions.time_s[:-1]])
    return np.asarray(ordinal - np.maximum.accumulate(np.where(other, ordinal, 0)), np.int32)


def histories(interactions: Interactions) -> Histories:
    """Distinct items a shopper, in order of the last time, at most HISTORY of them."""
    rows = len(interactions)
    if not rows:
        return Histories({}, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    shopper, item = interactions.shopper.astype(np.int64), interactions.item.astype(np.int64)
    key = shopper * (item.max() + 1) + item
    reverse = np.arange(rows)[::-1]
    _, last_reversed = np.unique(key[reverse], return_index=True)
    last = np.sort(reverse[last_reversed])
    strongest = np.zeros(rows, np.float32)
    unique, inverse = np.unique(key, return_inverse=True)
    best = np.zeros(len(unique), np.float32)
    np.maximum.at(best, inverse, interactions.weight)
    strongest = best[inverse]
    who = interactions.shopper[last]
    from_end = np.zeros(len(last), np.int64)
    counts = np.bincount(who, minlength=len(interactions.shoppers))
    ends = np.cumsum(counts)
    from_end = ends[who] - np.arange(len(last))
    kept = last[from_end <= HISTORY]
    starts = np.zeros(len(interactions.shoppers) + 1, np.int64)
    np.cumsum(np.minimum(counts, HISTORY), out=starts[1:])
    step = steps(interactions)
    newest = np.zeros(len(interactions.shoppers), np.int32)
    np.maximum.at(newest, interactions.shopper, step)
    ages = newest[interactions.shopper[kept]] - step[kept]
    numbers = {name: number for number, name in enumerate(interactions.shoppers)}
    return Histories(numbers, starts, interactions.item[kept], strongest[kept], ages)


def matrix(interactions: Interactions, items: int) -> scipy.sparse.csr_matrix:
    """(shoppers, items): the strongest weight of each pair."""
    shape = (len(interactions.shoppers), items)
    if not len(interactions):
        return scipy.sparse.csr_matrix(shape, dtype=np.float32)
    order = np.argsort(interactions.weight, kind="stable")
    pairs = interactions.shopper[order].astype(np.int64) * items + interactions.item[order]
    _, last_reversed = np.unique(pairs[::-1], return_index=True)
    strongest = order[len(order) - 1 - last_reversed]
    return scipy.sparse.csr_matrix(
        (interactions.weight[strongest], (interactions.shopper[strongest], interactions.item[strongest])), shape=shape
    )


def popularity(interactions: Interactions, items: int) -> npt.NDArray[np.float32]:
    """What sells now, 0..1 per item: interactions halved every HALF_LIFE_DAYS before the newest, on a log scale."""
    if not len(interactions):
        return np.zeros(items, np.float32)
    age_days = (interactions.time_s.max() - interactions.time_s) / DAY_S
    now = interactions.weight * 0.5 ** (age_days / HALF_LIFE_DAYS)
    total = np.log1p(np.bincount(interactions.item, weights=now, minlength=items))
    return (total / max(float(total.max()), 1e-9)).astype(np.float32)


def most_popular(popular: npt.NDArray[np.float32]) -> Positions:
    """Every item, the most popular first."""
    return np.argsort(-popular, kind="stable").astype(np.int32)


def save_histories(kept: Histories, path: Path) -> None:
    names = np.array(list(kept.numbers), np.str_)
    ages = np.zeros(0, np.int32) if kept.ages is None else kept.ages
    np.savez(path, allow_pickle=False, shoppers=names, starts=kept.starts, items=kept.items, weights=kept.weights, ages=ages)


def load_histories(path: Path) -> Histories:
    with np.load(path, allow_pickle=False) as arrays:
        numbers = {str(name): number for number, name in enumerate(arrays["shoppers"])}
        ages = arrays["ages"] if "ages" in arrays and len(arrays["ages"]) else None
        return Histories(numbers, arrays["starts"], arrays["items"], arrays["weights"], ages)
