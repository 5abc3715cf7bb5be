"""Nearest items by meaning: FAISS, exhaustive up to 200,000 items and compressed above, with the limits inside the search.

Vectors are kept at half precision: a cosine moves by less than 0.001, and a query reads half the memory, which is what it costs.
Where there are many, a query reads them at a byte a number, and the nearest few times as many as are wanted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from recommender.facts import Positions
from recommender.limits import Mask
from recommender.types import Vectors

EXACT_ITEMS = 200_000
"""Up to here every item inside the limits is compared with the query."""
HALF_PRECISION_ITEMS = 30_000
"""Up to here at half precision; above, at a byte a number first. The 120 nearest of 100,000 are the same, in half the time."""
FEW_FITTING = 3000
"""With fewer items inside the limits than this, comparing each of them is both exact and quicker than the compressed index."""
OVERFETCH = 4
"""What reads coarser numbers gives this many times what is wanted; the true similarities then decide."""
PROBES = 48
"""Lists of the compressed index that are looked into where every item is inside the limits; the fewer are, the more lists."""

SEARCH_THREADS = 1
"""A query is answered on one core; the other is the shopper's voice's."""
BUILD_THREADS = 2

Vector = npt.NDArray[np.float32]
"""Shape (dim,), of unit length."""
Found = tuple[Positions, npt.NDArray[np.float32]]

faiss.omp_set_num_threads(SEARCH_THREADS)


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """Unit vectors of the items and, above EXACT_ITEMS, a compressed index over them."""

    vectors: npt.NDArray[np.float16]
    """Shape (items, dim); the index's own memory, or mapped from disk."""
    index: faiss.Index
    added: Vectors | None = None
    """Vectors of items added since the index was built; they follow the others and are always compared exactly."""

    def __len__(self) -> int:
        return len(self.vectors) + (0 if self.added is None else len(self.added))

    @property
    def exact(self) -> bool:
        """Whether every item inside the limits is compared."""
        return not isinstance(self.index, faiss.IndexIVF)

    def rows(self, positions: Positions) -> Vectors:
        """Vectors of the items, shape (len(positions), dim)."""
        if self.added is None:
            return np.asarray(self.vectors[positions], np.float32)
        old = positions < len(self.vectors)
        found = np.empty((len(positions), self.vectors.shape[1]), np.float32)
        found[old] = self.vectors[positions[old]]
        found[~old] = self.added[positions[~old] - len(self.vectors)]
        return found

    def row(self, position: int) -> Vector:
        """Vector of one item."""
        return np.asarray(self.rows(np.array([position], np.int32))[0], np.float32)

    def nearest(self, query: Vector, mask: Mask, count: int) -> Found:
        """The ``count`` items inside the mask nearest to a unit vector, best first, with cosine similarities."""
        if self.added is not None:
            indexed = DenseIndex(self.vectors, self.index).nearest(query, mask[: len(self.vectors)], count)[0]
            late = np.flatnonzero(mask[len(self.vectors) :]) + len(self.vectors)
            return _best(np.concatenate([indexed, late.astype(np.int32)]), query, self, count)
        fitting = int(np.count_nonzero(mask))
        count = min(count, fitting)
        if count == 0:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        if not self.exact and fitting <= FEW_FITTING:
            return _best(np.flatnonzero(mask).astype(np.int32), query, self, count)
        selector = faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        if self.exact:
            params = faiss.SearchParameters(sel=selector)
            if isinstance(self.index, faiss.IndexRefine):
                params = faiss.IndexRefineSearchParameters(k_factor=OVERFETCH, base_index_params=params)
            scores, found = self.index.search(query[None], count, params=params)
            return found[0].astype(np.int32), scores[0]
        probes = min(self.index.nlist, PROBES * len(mask) // fitting)
        params = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        _, found = self.index.search(query[None], min(count * OVERFETCH, fitting), params=params)
        return _best(found[0][found[0] >= 0].astype(np.int32), query, self, count)

    def similarities(self, query: Vector, positions: Positions) -> npt.NDArray[np.float32]:
        """Cosine similarity of the query with each of the items."""
        return np.asarray(self.rows(positions) @ query, np.float32)


def _best(among: Positions, query: Vector, dense: DenseIndex, count: int) -> Found:
    scores = dense.similarities(query, among)
    order = np.argsort(-scores, kind="stable")[:count]
    return among[order], scores[order]


def build_dense(vectors: Vectors) -> DenseIndex:
    """An index over unit vectors, shape (items, dim). Above EXACT_ITEMS it trains on a sample, which takes minutes."""
    count, dim = vectors.shape
    if count <= EXACT_ITEMS:
        half = _scanned(vectors, faiss.ScalarQuantizer.QT_fp16)
        if count <= HALF_PRECISION_ITEMS:
            return _exhaustive(half)
        return _exhaustive(faiss.IndexRefine(_scanned(vectors, faiss.ScalarQuantizer.QT_8bit_uniform), half))
    lists = int(4 * np.sqrt(count))
    index = faiss.index_factory(dim, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    sample = np.random.default_rng(0).choice(count, min(count, lists * 40), replace=False)
    faiss.omp_set_num_threads(BUILD_THREADS)
    index.train(np.ascontiguousarray(vectors[sample]))
    index.add(vectors)
    faiss.omp_set_num_threads(SEARCH_THREADS)
    return DenseIndex(vectors.astype(np.float16), index)


def _scanned(vectors: Vectors, numbers: int) -> faiss.IndexScalarQuantizer:
    index = faiss.IndexScalarQuantizer(vectors.shape[1], numbers, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors)
    index.add(vectors)
    return index


def _exhaustive(index: faiss.Index) -> DenseIndex:
    """Its vectors are the codes of its half precision, not a copy; they are valid as long as the index is."""
    half = faiss.downcast_index(index.refine_index) if isinstance(index, faiss.IndexRefine) else index
    codes = faiss.rev_swig_ptr(half.codes.data(), half.ntotal * half.d * 2)
    return DenseIndex(np.asarray(codes.view(np.float16).reshape(half.ntotal, half.d)), index)


def save_dense(dense: DenseIndex, folder: Path, name: str) -> None:
    """Write ``name.faiss`` and, beside a compressed index, the vectors at half precision in ``name.npy``."""
    faiss.write_index(dense.index, str(folder / f"{name}.faiss"))
    if not dense.exact:
        np.save(folder / f"{name}.npy", dense.vectors.astype(np.float16), allow_pickle=False)


def load_dense(folder: Path, name: str) -> DenseIndex:
    """Read what ``save_dense`` wrote."""
    index = faiss.read_index(str(folder / f"{name}.faiss"))
    if not isinstance(index, faiss.IndexIVF):
        return _exhaustive(index)
    return DenseIndex(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False), index)
