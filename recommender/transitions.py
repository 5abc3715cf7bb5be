"""What shoppers choose next: item to item in order of time, nearer steps counting more. Counted once, no training loop.

The weight from item i to item j sums ``gap_decay ** (steps between - 1)`` over every shopper who chose i and later j, divided
by how often i was left at all (to the power ``outgoing``) and how often j was reached (to the power 1 - ``outgoing``), which
keeps the commonest items from following everything. A first-order relative of the closed-form session models of Choi et al.,
"Session-aware Linear Item-Item Models" (WWW 2021).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse

GAP_DECAY = 0.8
MAX_GAP = 10
OUTGOING = 0.9
MAX_STEP_ITEMS = 60
"""Of one step (a basket) that holds more items than this, the first ones count."""


def follow_weights(
    shopper: npt.NDArray[np.int32], item: npt.NDArray[np.int32], step: npt.NDArray[np.int32], items: int, *,
    gap_decay: float = GAP_DECAY, max_gap: int = MAX_GAP, outgoing: float = OUTGOING,
) -> scipy.sparse.csr_matrix:
    """Sparse (items, items) weights; row i says what follows item i.

    The events are ordered by shopper and step; equal steps are one basket, whose items do not follow each other.
    """
    changes = (shopper[1:] != shopper[:-1]) | (step[1:] != step[:-1])
    starts = np.flatnonzero(np.r_[True, changes]) if len(item) else np.zeros(0, int)
    ends = np.r_[starts[1:], len(item)]
    owner = shopper[starts]
    rows: list[npt.NDArray[np.int32]] = []
    columns: list[npt.NDArray[np.int32]] = []
    data: list[npt.NDArray[np.float32]] = []
    for gap in range(1, max_gap + 1):
        earlier = np.flatnonzero(owner[:-gap] == owner[gap:]) if len(owner) > gap else np.zeros(0, int)
        if not len(earlier):
            break
        row, column, size = _pairs(item, starts, ends, earlier, earlier + gap)
        rows.append(row)
        columns.append(column)
        data.append((gap_decay ** (gap - 1) / size).astype(np.float32))
    if not rows:
        return scipy.sparse.csr_matrix((items, items), dtype=np.float32)
    counts = scipy.sparse.csr_matrix(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(items, items), dtype=np.float32
    )
    left = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1e-9) ** outgoing
    reached = np.maximum(np.asarray(counts.sum(axis=0)).ravel(), 1e-9) ** (1 - outgoing)
    return scipy.sparse.csr_matrix(scipy.sparse.diags(1 / left) @ counts @ scipy.sparse.diags(1 / reached), dtype=np.float32)


def _pairs(
    item: npt.NDArray[np.int32], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp], earlier: npt.NDArray[np.intp],
    later: npt.NDArray[np.intp],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Every item of the earlier steps with every item of the later ones, and the root of how many such pairs a step makes."""
    from_size = np.minimum(ends[earlier] - starts[earlier], MAX_STEP_ITEMS)
    to_size = np.minimum(ends[later] - starts[later], MAX_STEP_ITEMS)
    pairs = from_size * to_size
    which = np.repeat(np.arange(len(earlier)), pairs)
    within = np.arange(int(pairs.sum())) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    row = item[starts[earlier][which] + within // to_size[which]]
    column = item[starts[later][which] + within % to_size[which]]
    return row, column, np.sqrt(pairs[which].astype(np.float64))
