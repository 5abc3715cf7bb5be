"""Hierarchical semantic ids, and what new items inherit by them.

An item's id is a path: its taxonomy from broad to narrow (the topic slot, where the shop has one), then the codes of its
residual-quantised text vector, each refining the one before. Items that share a long prefix are alike in kind and then in
meaning (after Rajput et al., "Recommender Systems with Generative Retrieval", NeurIPS 2023, whose ids are learned for
generation; here they only say whose relatives a new item is). An item nobody has chosen yet inherits the standing of those
that share the longest prefix with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from recommender.facts import Positions
from recommender.types import Vectors

LEVELS = 3
"""Codes of the vector."""
TAXONOMY = 2
"""Codes of the topic, broad to narrow."""
MATES = 8
"""Relatives that a new item inherits from: of those that share the longest prefix, the nearest."""
UNPROVEN = 0.5
"""Share of its relatives' popularity that an item nobody has chosen starts with."""
TRAIN_ITEMS = 50_000

Codes = npt.NDArray[np.uint16]
"""Shape (items, TAXONOMY + LEVELS); 0 in the taxonomy means none."""


@dataclass(frozen=True, slots=True)
class SemanticIds:
    """Codes of every item, the quantiser that makes those of a new one, and the topics' numbers."""

    codes: Codes
    quantizer: faiss.IndexResidualQuantizer = field(repr=False)
    topics: tuple[str, ...] = ()

    def encode(self, topics: Sequence[Sequence[str]], vectors: Vectors) -> Codes:
        """Codes of more items, by their topic values (narrow first, as catalogues write them) and vectors."""
        numbers = {name: number for number, name in enumerate(self.topics, start=1)}
        codes = np.zeros((len(vectors), TAXONOMY + LEVELS), np.uint16)
        for row, values in enumerate(topics):
            path = [numbers.get(value, 0) for value in reversed(values)][:TAXONOMY]
            codes[row, : len(path)] = path
        codes[:, TAXONOMY:] = _unpacked(self.quantizer, vectors)
        return codes


def _unpacked(quantizer: faiss.IndexResidualQuantizer, vectors: Vectors) -> Codes:
    packed = quantizer.sa_encode(np.ascontiguousarray(vectors, np.float32))
    bits = np.unpackbits(packed, axis=1, bitorder="little")
    each = int(quantizer.rq.nbits.at(0))
    powers = 1 << np.arange(each)
    return np.stack([bits[:, level * each : (level + 1) * each] @ powers for level in range(LEVELS)], axis=1).astype(np.uint16)


def semantic_ids(topics: Sequence[Sequence[str]], vectors: Vectors) -> SemanticIds:
    """Learn ids for a catalogue. The fewer items, the coarser the codes, so that prefixes are shared at all."""
    count, dim = vectors.shape
    bits = int(np.clip(np.log2(max(count, 2)) / LEVELS, 1, 8))
    quantizer = faiss.IndexResidualQuantizer(dim, LEVELS, bits)
    quantizer.rq.train_type = faiss.ResidualQuantizer.Train_default
    quantizer.rq.max_beam_size = 1
    quantizer.rq.cp.min_points_per_centroid = 1  # a small shop is no reason to warn
    sample = vectors if count <= TRAIN_ITEMS else vectors[np.random.default_rng(0).choice(count, TRAIN_ITEMS, replace=False)]
    needed = 1 << bits
    if len(sample) < needed:
        sample = np.tile(sample, (-(-needed // len(sample)), 1))
    quantizer.train(np.ascontiguousarray(sample, np.float32))
    names = tuple(dict.fromkeys(value for values in topics for value in values))
    empty = SemanticIds(np.zeros((0, TAXONOMY + LEVELS), np.uint16), quantizer, names)
    return SemanticIds(empty.encode(topics, vectors), quantizer, names)


@dataclass(frozen=True, slots=True)
class Inheritance:
    """New items and their relatives: item ``new[k]`` inherits from ``mates[starts[k]:starts[k + 1]]``."""

    new: Positions
    starts: npt.NDArray[np.int64]
    mates: Positions

    def spread(self, scores: npt.NDArray[np.float32], share: float = 1.0) -> None:
        """Give each new item ``share`` of the mean score of its relatives, in place."""
        if not len(self.new):
            return
        sizes = np.diff(self.starts)
        sums = np.add.reduceat(np.append(scores[self.mates], np.float32(0)), self.starts[:-1])
        scores[self.new] = np.where(sizes > 0, share * sums / np.maximum(sizes, 1), 0.0)

    def among(self, positions: Positions) -> Positions:
        """Those of the positions that are new items', each once."""
        if not len(self.new):
            return positions[:0]
        at = np.minimum(np.searchsorted(self.new, positions), len(self.new) - 1)
        return np.unique(positions[self.new[at] == positions])

    def of(self, position: int) -> Positions:
        """The relatives of one item; none where it is not new."""
        at = int(np.searchsorted(self.new, position))
        if at == len(self.new) or self.new[at] != position:
            return np.zeros(0, np.int32)
        return self.mates[self.starts[at] : self.starts[at + 1]]


def inherit(codes: Codes, rows: Callable[[Positions], Vectors], new: Positions, warm: Positions) -> Inheritance:
    """Relatives of every new item: the warm ones that share the longest prefix with it, the nearest MATES of them.

    ``rows`` gives vectors by position.
    """
    keys = np.ascontiguousarray((codes.astype(">u2") + 1).astype(">u2")).view(f"S{2 * codes.shape[1]}").ravel()
    order = warm[np.argsort(keys[warm], kind="stable")]
    ordered = keys[order]
    width = 2 * codes.shape[1]
    mates = [_mates(int(position), bytes(keys[position]).ljust(width, b"\0"), order, ordered, rows) for position in new]
    return _inheritance(new, mates)


def joined(before: Inheritance, new: Positions, mates: Sequence[Positions]) -> Inheritance:
    """With more new items, whose positions come after all others."""
    more = _inheritance(new, mates)
    starts = np.concatenate([before.starts, before.starts[-1] + more.starts[1:]])
    return Inheritance(np.concatenate([before.new, new]), starts, np.concatenate([before.mates, more.mates]))


def _inheritance(new: Positions, mates: Sequence[Positions]) -> Inheritance:
    sizes = np.array([len(found) for found in mates], np.int64)
    return Inheritance(
        new, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), np.concatenate(mates) if mates else np.zeros(0, np.int32)
    )


def _mates(
    position: int, key: bytes, order: Positions, ordered: npt.NDArray[np.bytes_], rows: Callable[[Positions], Vectors]
) -> Positions:
    for length in range(len(key), 0, -2):
        prefix = key[:length]
        low, high = np.searchsorted(ordered, [prefix, prefix + b"\xff" * (len(key) - length + 1)])
        if high > low:
            found = order[low:high]
            if len(found) > MATES:
                near = rows(found) @ rows(np.array([position], np.int32))[0]
                found = found[np.argsort(-near, kind="stable")[:MATES]]
            return found
    return np.zeros(0, np.int32)


def save_semantic(ids: SemanticIds, inheritance: Inheritance, folder: Path) -> None:
    faiss.write_index(ids.quantizer, str(folder / "semantic.faiss"))
    np.savez(
        folder / "semantic.npz", allow_pickle=False, codes=ids.codes, topics=np.array(ids.topics, np.str_), new=inheritance.new,
        starts=inheritance.starts, mates=inheritance.mates,
    )


def load_semantic(folder: Path) -> tuple[SemanticIds, Inheritance]:
    """Read what ``save_semantic`` wrote."""
    with np.load(folder / "semantic.npz", allow_pickle=False) as arrays:
        ids = SemanticIds(arrays["codes"], faiss.read_index(str(folder / "semantic.faiss")), tuple(arrays["topics"].tolist()))
        return ids, Inheritance(arrays["new"], arrays["starts"], arrays["mates"])
