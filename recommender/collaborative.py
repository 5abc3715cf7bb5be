"""Collaborative filtering in closed form: which items the shoppers of an item also choose.

EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019): item-item weights B that best rebuild each
shopper's history without looking at the item itself; one matrix inverse, no training loop. What a shopper did last counts
most: the weight of a history falls by RECENCY for every newer item.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.linalg import lapack

from recommender.facts import Positions

REGULARIZATION = 100.0
RECENCY = 0.8
"""Weight of an item relative to the one interacted with just after it."""
NEIGHBOURS = 200
"""Strongest weights kept of each item; the rest are near nothing."""
EASE_ITEMS = 12_000
"""The inverse is dense: 12,000 items take about 1.2 GB for a moment. Items beyond, the least chosen, use co-occurrence."""
HISTORY = 50
"""Newest items of a shopper that are looked at."""

Scores = npt.NDArray[np.float32]
"""Shape (items,)."""


def ease(x: scipy.sparse.csr_matrix, regularization: float = REGULARIZATION) -> npt.NDArray[np.float32]:
    """Item-item weights, shape (items, items) with a zero diagonal, of a (shoppers, items) matrix.

    Single precision and a Cholesky factor: half the memory and time of a general inverse, and the regularization keeps it safe.
    """
    gram = (x.T @ x).astype(np.float32).toarray(order="F")
    gram[np.diag_indices_from(gram)] += regularization
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise ValueError(f"the regularization {regularization} is too small for these interactions")
    weights, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    _mirror(weights)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, np.float32)


def _mirror(lower: npt.NDArray[np.float32], block: int = 1024) -> None:
    """Fill the upper triangle from the lower, in place: at twelve thousand items every copy is half a gigabyte."""
    for start in range(0, len(lower), block):
        stop = min(start + block, len(lower))
        corner = np.tril(lower[start:stop, start:stop])
        lower[start:stop, start:stop] = corner + np.tril(corner, -1).T
        lower[start:stop, stop:] = lower[stop:, start:stop].T


def cosine(x: scipy.sparse.csr_matrix, shrink: float = 10.0) -> scipy.sparse.csr_matrix:
    """Shrunken cosine similarity of items by the shoppers they share (sparse, zero diagonal)."""
    together = (x.T @ x).tocoo()
    sizes = np.sqrt(np.asarray(x.multiply(x).sum(axis=0)).ravel())
    off = together.row != together.col
    row, col = together.row[off], together.col[off]
    data = together.data[off] / (sizes[row] * sizes[col] + shrink)
    return scipy.sparse.csr_matrix((data.astype(np.float32), (row, col)), shape=together.shape)


def strongest(weights: npt.NDArray[np.float32], keep: int = NEIGHBOURS) -> scipy.sparse.csr_matrix:
    """The ``keep`` weights of greatest size in each row, as a sparse matrix."""
    count = weights.shape[1]
    if keep >= count:
        return scipy.sparse.csr_matrix(weights)
    kept = np.sort(np.argpartition(-np.abs(weights), keep - 1, axis=1)[:, :keep], axis=1)
    data = np.take_along_axis(weights, kept, axis=1).ravel()
    starts = np.arange(len(weights) + 1, dtype=np.int64) * keep
    return scipy.sparse.csr_matrix((data, kept.ravel().astype(np.int32), starts), shape=weights.shape)


def item_weights(x: scipy.sparse.csr_matrix, regularization: float = REGULARIZATION) -> scipy.sparse.csr_matrix:
    """Sparse item-item weights for serving: EASE among the most chosen EASE_ITEMS, co-occurrence for what is left."""
    items = x.shape[1]
    if x.nnz == 0:
        return scipy.sparse.csr_matrix((items, items), dtype=np.float32)
    chosen = np.asarray((x > 0).sum(axis=0)).ravel()
    core = np.sort(np.argsort(-chosen, kind="stable")[:EASE_ITEMS])
    core = core[chosen[core] > 0]
    inner = strongest(ease(x[:, core].tocsr(), regularization)).tocoo()
    weights = scipy.sparse.csr_matrix((inner.data, (core[inner.row], core[inner.col])), shape=(items, items))
    if len(core) < np.count_nonzero(chosen):
        outside = np.ones(items, np.float32)
        outside[core] = 0.0
        every = cosine(x)
        touching = every - scipy.sparse.diags(1 - outside) @ every @ scipy.sparse.diags(1 - outside)
        weights = weights + _top_rows(touching.tocsr(), NEIGHBOURS)
    return weights.tocsr().astype(np.float32)


def _top_rows(matrix: scipy.sparse.csr_matrix, keep: int) -> scipy.sparse.csr_matrix:
    for row in range(matrix.shape[0]):
        part = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        if len(part) > keep:
            part[part < np.partition(part, -keep)[-keep]] = 0.0
    matrix.eliminate_zeros()
    return matrix


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """Item-item weights laid out for one shopper at a time: row i says what liking item i speaks for."""

    starts: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def scores(self, history: Positions, strength: npt.NDArray[np.float32]) -> Scores:
        """Sum of what each item of the history speaks for, times its strength."""
        total = np.zeros(len(self), np.float32)
        for position, share in zip(history, strength, strict=True):
            part = slice(self.starts[position], self.starts[position + 1])
            total[self.targets[part]] += self.weights[part] * share
        return total

    def causes(self, history: Positions, strength: npt.NDArray[np.float32], target: int) -> list[int]:
        """The items of the history that speak for the target, the strongest first."""
        said: list[tuple[float, int]] = []
        for position, share in zip(history, strength, strict=True):
            part = slice(self.starts[position], self.starts[position + 1])
            said.append((float(self.weights[part][self.targets[part] == target].sum() * share), int(position)))
        return [position for amount, position in sorted(said, reverse=True) if amount > 0]


def laid_out(weights: scipy.sparse.csr_matrix) -> ItemWeights:
    return ItemWeights(weights.indptr.astype(np.int64), weights.indices.astype(np.int32), weights.data.astype(np.float32))


def recency_strength(weights: npt.NDArray[np.float32], recency: float = RECENCY) -> npt.NDArray[np.float32]:
    """Strength of each item of a history, oldest first: its own weight, less for every newer one."""
    age = np.arange(len(weights) - 1, -1, -1)
    return (weights * recency**age).astype(np.float32)


def save_weights(weights: ItemWeights, recency: float, path: Path) -> None:
    """Write the weights and the recency they were chosen with."""
    arrays: dict[str, Any] = {
        "starts": weights.starts, "targets": weights.targets, "weights": weights.weights, "recency": np.array(recency),
    }
    np.savez(path, allow_pickle=False, **arrays)


def load_weights(path: Path) -> tuple[ItemWeights, float]:
    """Read what ``save_weights`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return ItemWeights(arrays["starts"], arrays["targets"], arrays["weights"]), float(arrays["recency"])
