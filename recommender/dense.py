"""Nearest items by meaning: FAISS, exhaustive up to 200,000 items and compressed above, with the limits inside the search.

Vectors are kept at half precision: a cosine moves by less than 0.001, and a query reads half the memory, which is what it costs.
Where there are many, a query reads NARROW of the numbers, those along the directions in which this shop's items lie most, at a
byte each, and the nearest few times as many as are wanted again. (Principal directions without a mean: Jolliffe, "Principal
Component Analysis", 2002; without, because an inner product is wanted.)
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
WHOLE_ITEMS = 5000
"""Up to here whole vectors are compared; above, narrow ones first."""
NARROW = 192
"""Of 384. Of the 120 nearest of 100,000 it finds .995, of the 10 nearest .9995, in .58 of the time."""
FEW_FITTING = 3000
"""With fewer items inside the limits than this, comparing each of them is both exact and quicker than the compressed index."""
OVERFETCH = 4
"""What reads coarser numbers gives this many times what is wanted; the true similarities then decide."""
PROBES = 48
"""Lists of the compressed index that are looked into where every item is inside the limits; the fewer are, the more lists."""

TURNED_BY = 20_000
"""Vectors that the directions are taken from, at most."""
TAUGHT_BY = 40
"""Vectors that each list of the compressed index is learned from."""
HALF_FRACTION_BITS, SINGLE_FRACTION_BITS = 10, 23
EXPONENTS_APART = np.float32(2.0 ** (127 - 15))
"""The biases of the exponents of IEEE 754 single and half precision differ by this power."""
SIGN_AND_NUMBER = ~np.int32(0b111 << 28)
"""Without the copies of the sign between the sign and the exponent."""

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
        return faiss.try_extract_index_ivf(self.index) is None

    def rows(self, positions: Positions) -> Vectors:
        """Vectors of the items, shape (len(positions), dim)."""
        if self.added is None:
            return single(self.vectors[positions])
        old = positions < len(self.vectors)
        found = np.empty((len(positions), self.vectors.shape[1]), np.float32)
        found[old] = single(self.vectors[positions[old]])
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
        params = _inside(self.index, selector, PROBES * len(mask) // fitting)
        if self.exact:
            scores, found = self.index.search(query[None], count, params=params)
            return found[0].astype(np.int32), scores[0]
        _, found = self.index.search(query[None], min(count * OVERFETCH, fitting), params=params)
        return _best(found[0][found[0] >= 0].astype(np.int32), query, self, count)

    def similarities(self, query: Vector, positions: Positions) -> npt.NDArray[np.float32]:
        """Cosine similarity of the query with each of the items."""
        return np.asarray(self.rows(positions) @ query, np.float32)


def _inside(index: faiss.Index, selector: faiss.IDSelector, probes: int) -> faiss.SearchParameters:
    """That only what is selected may be found, said to an index of this kind."""
    index = faiss.downcast_index(index)
    if isinstance(index, faiss.IndexRefine):
        return faiss.IndexRefineSearchParameters(
            k_factor=OVERFETCH, base_index_params=_inside(index.base_index, selector, probes)
        )
    if isinstance(index, faiss.IndexPreTransform):
        return faiss.SearchParametersPreTransform(index_params=_inside(index.index, selector, probes))
    if isinstance(index, faiss.IndexIVF):
        return faiss.SearchParametersIVF(sel=selector, nprobe=min(index.nlist, probes))
    return faiss.SearchParameters(sel=selector)


def single(half: npt.NDArray[np.float16]) -> Vectors:
    """Finite numbers at single precision, exactly; by their bits, because numpy's own cast takes six times as long."""
    bits = np.ascontiguousarray(half).view(np.int16).astype(np.int32)  # the sign fills the upper half
    bits <<= SINGLE_FRACTION_BITS - HALF_FRACTION_BITS
    bits &= SIGN_AND_NUMBER
    numbers = bits.view(np.float32)
    numbers *= EXPONENTS_APART
    return numbers


def _best(among: Positions, query: Vector, dense: DenseIndex, count: int) -> Found:
    scores = dense.similarities(query, among)
    order = np.argsort(-scores, kind="stable")[:count]
    return among[order], scores[order]


def build_dense(vectors: Vectors) -> DenseIndex:
    """An index over unit vectors, shape (items, dim). Above EXACT_ITEMS it trains on a sample, which takes minutes."""
    count, dim = vectors.shape
    if count <= EXACT_ITEMS:
        half = _filled(_scanned(dim, faiss.ScalarQuantizer.QT_fp16), vectors)
        if count <= WHOLE_ITEMS:
            return _exhaustive(half)
        narrow = _scanned(min(NARROW, dim), faiss.ScalarQuantizer.QT_8bit_uniform)
        return _exhaustive(faiss.IndexRefine(_filled(_narrowed(narrow, vectors), vectors), half))
    lists = int(4 * np.sqrt(count))
    inverted = faiss.index_factory(min(NARROW, dim), f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    return DenseIndex(vectors.astype(np.float16), _filled(_narrowed(inverted, vectors), vectors, lists * TAUGHT_BY))


def _scanned(dim: int, numbers: int) -> faiss.Index:
    return faiss.IndexScalarQuantizer(dim, numbers, faiss.METRIC_INNER_PRODUCT)


def _narrowed(index: faiss.Index, vectors: Vectors) -> faiss.Index:
    """The index of what vectors of these are along as many of their principal directions as it has numbers."""
    some = _sample(vectors, TURNED_BY)
    _, directions = np.linalg.eigh(some.T @ some)  # by their squares, the least first
    turn = faiss.LinearTransform(vectors.shape[1], index.d, False)
    faiss.copy_array_to_vector(np.ascontiguousarray(directions[:, ::-1][:, : index.d].T, np.float32).ravel(), turn.A)
    turn.is_trained = True
    return faiss.IndexPreTransform(turn, index)


def _filled(index: faiss.Index, vectors: Vectors, taught_by: int = EXACT_ITEMS) -> faiss.Index:
    faiss.omp_set_num_threads(BUILD_THREADS)
    index.train(_sample(vectors, taught_by))
    index.add(vectors)
    faiss.omp_set_num_threads(SEARCH_THREADS)
    return index


def _sample(vectors: Vectors, count: int) -> Vectors:
    if len(vectors) <= count:
        return vectors
    return np.ascontiguousarray(vectors[np.sort(np.random.default_rng(0).choice(len(vectors), count, replace=False))])


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
    if faiss.try_extract_index_ivf(index) is None:
        return _exhaustive(index)
    return DenseIndex(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False), index)
