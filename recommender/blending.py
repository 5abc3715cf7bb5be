"""Learning how much each source counts, from choices really made.

A conditional logit (McFadden 1974; the listwise loss of ListNet with one linear layer): the chosen items should have a large
share of the softmax over a shopper's candidates. It is convex, has one weight a feature, and each weight can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize

L2 = 1e-3
MAX_ITERATIONS = 100

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearBlend:
    """Score of a candidate: its features times these weights."""

    names: tuple[str, ...]
    weights: Floats

    def score(self, features: Floats) -> Floats:
        """Shape (candidates,) of features with shape (candidates, len(names))."""
        return np.asarray(features @ self.weights, np.float32)


def learn_blend(
    names: Sequence[str], features: Floats, chosen: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64], l2: float = L2
) -> LinearBlend:
    """Weights under which the chosen candidates are likeliest.

    ``features`` has shape (candidates, len(names)); the candidates of list k are rows ``starts[k]:starts[k + 1]``; ``chosen``
    marks what was taken. Lists in which nothing was taken say nothing and are left out.
    """
    sizes = np.diff(starts)
    taken = np.add.reduceat(chosen.astype(np.float64), starts[:-1]) if len(sizes) else np.zeros(0)
    kept = np.repeat(taken > 0, sizes)
    features, chosen, sizes, taken = features[kept], chosen[kept], sizes[taken > 0], taken[taken > 0]
    if not len(sizes):
        return LinearBlend(tuple(names), np.zeros(len(names), np.float32))
    spread = features.std(axis=0) + 1e-6
    scaled = (features - features.mean(axis=0)) / spread
    begins = np.r_[0, np.cumsum(sizes)[:-1]]
    target = chosen / np.repeat(taken, sizes)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logits = (scaled @ weights.astype(np.float32)).astype(np.float64)
        logits -= np.repeat(np.maximum.reduceat(logits, begins), sizes)
        likely = np.exp(logits)
        total = np.add.reduceat(likely, begins)
        share = likely / np.repeat(total, sizes)
        value = -float(target @ (logits - np.repeat(np.log(total), sizes))) / len(sizes)
        slope = ((share - target).astype(np.float32) @ scaled).astype(np.float64) / len(sizes)
        return value + l2 * float(weights @ weights), slope + 2 * l2 * weights

    found = scipy.optimize.minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": MAX_ITERATIONS})
    return LinearBlend(tuple(names), (found.x / spread).astype(np.float32))
