"""Figures of a ranking, full and unsampled: recall, NDCG, hits, coverage, novelty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ranking = npt.NDArray[np.int32]
"""Item numbers, best first, shape (users, k)."""


def ranking_figures(
    ranking: Ranking, targets: Sequence[npt.NDArray[np.int32]], popularity: npt.NDArray[np.float64]
) -> dict[str, float]:
    """Means over users, each 0..1 but novelty.

    recall: share of the taken items among the k. ndcg: binary gains, discount 1 / log2(rank + 1), against the best order
    possible (Järvelin and Kekäläinen 2002). hit: any taken item among the k. coverage: share of all items that anybody is
    shown. novelty: mean of -log2 of the shown items' shares of all known events, in bits.
    """
    k = ranking.shape[1]
    discount = 1 / np.log2(np.arange(2, k + 2))
    recall = ndcg = hits = 0.0
    for shown, taken in zip(ranking, targets, strict=True):
        found = np.isin(shown, taken)
        recall += found.sum() / len(taken)
        ndcg += float((found * discount).sum() / discount[: min(k, len(taken))].sum())
        hits += bool(found.any())
    share = (popularity + 1) / (popularity.sum() + len(popularity))
    users = max(len(ranking), 1)
    return {
        f"recall@{k}": round(recall / users, 5),
        f"ndcg@{k}": round(ndcg / users, 5),
        f"hit@{k}": round(hits / users, 5),
        "coverage": round(len(np.unique(ranking)) / len(popularity), 5),
        "novelty": round(float(-np.log2(share[ranking]).mean()), 3) if ranking.size else 0.0,
    }
