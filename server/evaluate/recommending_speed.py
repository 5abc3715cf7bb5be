"""How long one query takes and how much memory a catalogue holds, as the catalogue grows.

The catalogues are scaled up from a real shop: each made item is a real one whose text vector is moved by part of the difference
of two other real vectors, with the real item's values and a price of its own; item-item weights are made, at the density that a
built index has. Queries are a real item's title, with a price limit, wished values and a shopper with a history. Timed: embedding
the text (which does not grow with the catalogue), then limits, every source, ranking, diversity and reasons; and the processor's
time of both, which other work on the machine lengthens less. Recall is asked under the queries' own limits, where a compressed
index is weakest. Memory is what the catalogue and its index hold, without the vectors that recall is measured by.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow

from recommender.collaborative import NEIGHBOURS, ItemWeights
from recommender.dense import DenseIndex, Vector, build_dense
from recommender.facts import NO_PRICE, Choice, Choices, Facts, choice
from recommender.items import ItemTable
from recommender.limits import inside
from recommender.ranking import rank
from recommender.semantic import Inheritance
from recommender.shelf import Shelf
from recommender.shoppers import Histories, most_popular
from recommender.types import Embedder, Limits, Query, Range, Vectors
from server.reporting import percentile_ms

MOVED = 0.4
"""Share of the difference of two real vectors by which a made item differs from the real one."""
WARM_ITEMS = 20_000
"""Items that have weights, the most chosen ones, as in a built index."""
SHOPPERS = 1000
HISTORY = 20
SHOWN = 10
RECALLED = 100
"""Queries whose recall is measured."""
Tell = Callable[[str, int, int], None]


def speed_figures(
    shelf: Shelf, embedder: Embedder, sizes: Sequence[int], queries: int, seed: int, tell: Tell
) -> dict[str, object]:
    """Milliseconds, recall and memory by number of items."""
    dice = np.random.default_rng(seed)
    rows = []
    for number, size in enumerate(sizes):
        tell(f"{size:,} items", number, len(sizes))
        rows.append(_measure(shelf, embedder, size, queries, dice))
    return {"real_items": len(shelf.items), "queries": queries, "seed": seed, "synthetic_scale_up": True, "sizes": rows}


def _measure(real: Shelf, embedder: Embedder, size: int, queries: int, dice: np.random.Generator) -> dict[str, object]:
    before = _resident_mb()
    vectors, origin = made_vectors(real.dense.rows(np.arange(len(real.items), dtype=np.int32)), size, dice)
    started = time.perf_counter()
    dense = build_dense(vectors)
    build_s = time.perf_counter() - started
    shelf = _made_shelf(real, dense, origin, dice)
    asked = [_query(shelf, dice) for _ in range(queries)]
    texts = [embedder.embed([query.text])[0] for query in asked[:RECALLED]]
    for query, text in zip(asked[:5], texts, strict=False):
        rank(shelf, query, text)
    embed_ms, rank_ms, processor_ms = [], [], []
    for query in asked:
        started, on_core = time.perf_counter(), time.thread_time()
        text = embedder.embed([query.text])[0]
        embedded = time.perf_counter()
        rank(shelf, query, text)
        embed_ms.append((embedded - started) * 1000)
        rank_ms.append((time.perf_counter() - embedded) * 1000)
        processor_ms.append((time.thread_time() - on_core) * 1000)
    whole_ms = [one + two for one, two in zip(embed_ms, rank_ms, strict=True)]
    timed = {"embed": embed_ms, "rank": rank_ms, "query": whole_ms, "query_processor": processor_ms}
    return {
        "items": size, **{f"{name}_p{share}_ms": percentile_ms(ms, share) for name, ms in timed.items() for share in (50, 95)},
        "exhaustive": dense.exact, "recall@10": round(_recall(shelf, vectors, asked, texts), 4),
        "index_build_s": round(build_s, 1),
        "resident_mb": max(0, round(_resident_mb() - before - vectors.nbytes / 2**20)),
        "vectors_mb": round(dense.vectors.nbytes / 2**20),
    }


def made_vectors(real: Vectors, size: int, dice: np.random.Generator) -> tuple[Vectors, npt.NDArray[np.int64]]:
    """Unit vectors of made items, and the real item each comes from."""
    origin = np.concatenate([np.arange(min(size, len(real))), dice.integers(0, len(real), max(0, size - len(real)))])
    vectors = real[origin].copy()
    for start in range(len(real), size, 50_000):
        part = slice(start, min(start + 50_000, size))
        one = dice.integers(0, len(real), part.stop - part.start)
        other = (one + dice.integers(1, len(real), len(one))) % len(real)
        vectors[part] += np.float32(MOVED) * (real[one] - real[other])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, origin


def _made_shelf(real: Shelf, dense: DenseIndex, origin: npt.NDArray[np.int64], dice: np.random.Generator) -> Shelf:
    size = len(origin)
    prices = real.facts.price_minor[origin]
    prices = np.where(prices == NO_PRICE, NO_PRICE, (prices * dice.uniform(0.7, 1.4, size)).astype(np.int64))
    facts = Facts(
        prices, real.facts.stock[origin], real.facts.launched_days[origin],
        {name: column[origin] for name, column in real.facts.numbers.items()},
        Choices({name: _copied(column, origin) for name, column in real.facts.choices.items()}),
    )
    ids = [f"M{number:07d}" for number in range(size)]
    taken = pyarrow.array(origin)
    items = ItemTable(ids, real.items.titles.take(taken), real.items.descriptions.take(taken), facts)
    warm = min(size, WARM_ITEMS)
    each = min(NEIGHBOURS, warm)
    starts = np.minimum(np.arange(size + 1, dtype=np.int64), warm) * each
    weights = ItemWeights(
        starts, dice.integers(0, size, warm * each).astype(np.int32), dice.random(warm * each).astype(np.float32)
    )
    popular = (dice.pareto(1.5, size) / 100).clip(0, 1).astype(np.float32)
    shopper_starts = np.arange(SHOPPERS + 1, dtype=np.int64) * HISTORY
    known = Histories(
        {f"s{number}": number for number in range(SHOPPERS)}, shopper_starts,
        dice.integers(0, warm, SHOPPERS * HISTORY).astype(np.int32), np.ones(SHOPPERS * HISTORY, np.float32),
    )
    nobody = np.zeros(0, np.int32)
    return replace(
        real, items=items, positions={name: position for position, name in enumerate(ids)}, facts=facts, dense=dense, titles=None,
        weights=weights, popularity=popular, by_popularity=most_popular(popular), histories=known,
        inheritance=Inheritance(nobody, np.zeros(1, np.int64), nobody), moments=_grown(real.moments, origin),
        repeats=_grown(real.repeats, origin),
    )


def _grown(table: npt.NDArray[Any], origin: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    return table[origin] if len(table) else table


def _copied(column: Choice, origin: npt.NDArray[np.int64]) -> Choice:
    sizes = np.diff(column.starts)[origin]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    return choice(column.values, starts, column.codes[np.repeat(column.starts[origin], sizes) + within])


def _query(shelf: Shelf, dice: np.random.Generator) -> Query:
    """A title's words, a price limit on most, a value that must hold on some, wished values, a known shopper."""
    item = shelf.items[int(dice.integers(0, len(shelf.items)))]
    held = [(slot, value) for slot, values in item.values.items() for value in values]
    wished: dict[str, dict[str, float]] = {}
    for pick in dice.permutation(len(held))[:2]:
        wished.setdefault(held[pick][0], {})[held[pick][1]] = 1.0
    must = {held[0][0]: frozenset({held[0][1]})} if held and dice.random() < 0.3 else {}
    high = float((item.price_minor or 5000) * 2) if dice.random() < 0.7 else None
    limits = Limits(price_minor=Range(high=high), must=must)
    shopper = f"s{int(dice.integers(0, SHOPPERS))}"
    return Query(limits=limits, prefer=wished, text=item.title, shopper=shopper, at=datetime.now())


def _recall(shelf: Shelf, vectors: Vectors, asked: Sequence[Query], texts: Sequence[Vector]) -> float:
    """Share of the true nearest SHOWN inside the limits (single precision, every item compared) that the search finds."""
    hits, wanted = 0, 0
    for query, text in zip(asked, texts, strict=False):
        mask = inside(shelf.facts, shelf.positions, query.limits)
        true = np.argsort(-np.where(mask, vectors @ text, -2))[: min(SHOWN, int(np.count_nonzero(mask)))]
        hits += len(np.intersect1d(true, shelf.dense.nearest(text, mask, SHOWN)[0]))
        wanted += len(true)
    return hits / max(wanted, 1)


def _resident_mb() -> float:
    """Memory held now; the peak where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
