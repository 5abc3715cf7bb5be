"""Learning a shop's tastes: item-item weights and how fast a history fades, chosen on choices held back for it.

Two closed forms speak of what a history leads to: EASE (what goes together) and transitions (what comes next). Their weighted
sum is one sparse matrix, so serving costs the same whatever the mixture. Each shopper's newest item is held back, the mixture
and the fading that find it best win, and then everything is learned again from all that is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse

from recommender.collaborative import HISTORY, NEIGHBOURS, ItemWeights, item_weights, laid_out
from recommender.interactions import Interactions
from recommender.shoppers import histories, matrix, popularity, steps
from recommender.transitions import follow_weights

REGULARIZATIONS = (50.0, 200.0, 500.0)
LARGE = 4000
"""Above so many items the middle of these is taken: each costs a minute."""
MIXTURES = (0.0, 0.3, 0.6, 0.9)
"""Share of the transitions."""
RECENCIES = (0.95, 0.9, 0.8, 0.65)
HELD_BACK = 1000
"""Shoppers asked about; more would not change the choice."""
LEAST_HISTORY = 3
K = 10


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Choices held back: what is known without them, and each asked shopper's history."""

    earlier: Interactions
    asked: scipy.sparse.csr_matrix
    """(questions, items): the age in steps of each item of the history, 1 for the newest; in the data, oldest first."""
    taken: npt.NDArray[np.int32]
    time_s: npt.NDArray[np.float64]
    """When each was taken."""

    def history(self, row: int, recency: float) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Items of one history, oldest first, and their strengths."""
        part = slice(self.asked.indptr[row], self.asked.indptr[row + 1])
        return self.asked.indices[part].astype(np.int32), _strength(self.asked.data[part], recency)


@dataclass(frozen=True, slots=True)
class Tastes:
    """What was learned, with which settings, and how it did on the items held back (NDCG@10, all items ranked)."""

    weights: ItemWeights
    recency: float
    regularization: float
    transitions: float
    validation: dict[str, float]
    held_back: HeldBack
    earlier_weights: ItemWeights
    """The same settings without the items held back."""


def learn_tastes(interactions: Interactions, items: int) -> Tastes:
    """Choose and learn. A shop with too few histories gets the middle settings, unmeasured."""
    penalties = REGULARIZATIONS if items <= LARGE else (100.0,)
    held_back = _held_back(interactions, items)
    earlier, asked, taken = held_back.earlier, held_back.asked, held_back.taken
    best = (-1.0, 100.0, 0.25, 0.8)
    best_pair = (scipy.sparse.csr_matrix((items, items), dtype=np.float32),) * 2
    said: dict[str, float] = {}
    if len(taken):
        popular = np.broadcast_to(popularity(earlier, items), (len(taken), items))
        said["popularity"] = _ndcg(popular, asked, taken)
        for penalty in penalties:
            together, then = _pair(earlier, items, penalty)
            for recency in RECENCIES:
                mine = _faded(asked, recency)
                from_ease, from_order = (mine @ together).toarray(), (mine @ then).toarray()
                for mixture in MIXTURES:
                    found = _ndcg((1 - mixture) * from_ease + mixture * from_order, asked, taken)
                    if (found, penalty, mixture, recency) > best:
                        best, best_pair = (found, penalty, mixture, recency), (together, then)
        said["chosen"] = round(best[0], 4)
        said["shoppers"] = len(taken)
    _, penalty, mixture, recency = best

    def mixed(pair: tuple[scipy.sparse.csr_matrix, scipy.sparse.csr_matrix]) -> ItemWeights:
        return laid_out(_strongest((1 - mixture) * pair[0] + mixture * pair[1]))

    return Tastes(
        mixed(_pair(interactions, items, penalty)), recency, penalty, mixture, said, held_back, mixed(best_pair)
    )


def _pair(interactions: Interactions, items: int, penalty: float) -> tuple[scipy.sparse.csr_matrix, scipy.sparse.csr_matrix]:
    """EASE and transitions, scaled so that an item's strongest word is about as loud in both."""
    together = item_weights(matrix(interactions, items), penalty)
    then = follow_weights(interactions.shopper, interactions.item, steps(interactions), items)
    then.setdiag(0)
    return _loudness(together), _loudness(then)


def _loudness(weights: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    loudest = weights.max(axis=1).toarray().ravel() if weights.nnz else np.zeros(1)
    loudest = loudest[loudest > 0]
    return scipy.sparse.csr_matrix(weights / np.float32(loudest.mean())) if len(loudest) else weights


def _strongest(weights: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """NEIGHBOURS weights of greatest size a row."""
    weights = scipy.sparse.csr_matrix(weights, dtype=np.float32)
    for row in np.flatnonzero(np.diff(weights.indptr) > NEIGHBOURS):
        part = weights.data[weights.indptr[row] : weights.indptr[row + 1]]
        size = np.abs(part)
        part[size < np.partition(size, -NEIGHBOURS)[-NEIGHBOURS]] = 0.0
    weights.eliminate_zeros()
    return weights


def _held_back(interactions: Interactions, items: int) -> HeldBack:
    """Each asked shopper's newest item is held back wherever it was taken, and whatever was taken at that moment."""
    kept = histories(interactions)
    long = np.flatnonzero(np.diff(kept.starts) >= LEAST_HISTORY)
    step = steps(interactions)
    newest_step = np.zeros(len(interactions.shoppers), np.int32)
    np.maximum.at(newest_step, interactions.shopper, step)
    long = long[newest_step[long] >= 1]
    if len(long) > HELD_BACK:
        long = np.sort(np.random.default_rng(0).choice(long, HELD_BACK, replace=False))
    taken = kept.items[kept.starts[long + 1] - 1].astype(np.int32) if len(long) else np.zeros(0, np.int32)
    newest = np.full(len(interactions.shoppers), -1, np.int64)
    newest[long] = taken
    is_asked = newest >= 0
    last = is_asked[interactions.shopper] & (step == newest_step[interactions.shopper])
    rest = ~last & (interactions.item != newest[interactions.shopper])
    earlier = interactions.only(rest)
    before = histories(earlier)
    parts = [slice(before.starts[shopper], before.starts[shopper + 1]) for shopper in long]
    rows = [before.items[part] for part in parts]
    ages = [np.arange(0) if before.ages is None else before.ages[part] + 1 for part in parts]
    sizes = [len(row) for row in rows]
    asked = scipy.sparse.csr_matrix(
        (
            np.concatenate(ages).astype(np.float32) if ages else np.zeros(0, np.float32),
            np.concatenate(rows) if rows else np.zeros(0, np.int32), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        ),
        shape=(len(long), items),
    )
    when = np.zeros(len(interactions.shoppers), np.float64)
    np.maximum.at(when, interactions.shopper[~rest], interactions.time_s[~rest])
    return HeldBack(earlier, asked, taken, when[long])


def _faded(asked: scipy.sparse.csr_matrix, recency: float) -> scipy.sparse.csr_matrix:
    """Ages (1 for the newest) to strengths."""
    faded = asked.copy()
    faded.data = _strength(asked.data, recency)
    return faded


def _strength(ages: npt.NDArray[np.float32], recency: float) -> npt.NDArray[np.float32]:
    return np.asarray(recency ** (np.minimum(ages, HISTORY) - 1), np.float32)


def _ndcg(scores: npt.NDArray[np.floating], asked: scipy.sparse.csr_matrix, taken: npt.NDArray[np.int32]) -> float:
    """NDCG@K of one taken item a row, items of the history left out."""
    scores = np.array(scores, np.float32)
    known = asked.tocoo()
    scores[known.row, known.col] = -np.inf
    own = scores[np.arange(len(taken)), taken]
    above = (scores > own[:, None]).sum(axis=1) + ((scores == own[:, None]).sum(axis=1) - 1) / 2
    return round(float(np.where(above < K, 1 / np.log2(above + 2), 0).mean()), 5)
