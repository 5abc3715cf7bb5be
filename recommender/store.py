"""Opening an index and asking it: the recommender that dialogue and server talk to."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from recommender import browsing, together
from recommender.building import fingerprint, same_model
from recommender.collaborative import load_weights
from recommender.dense import SEARCH_THREADS, Vector, load_dense
from recommender.facts import load_facts
from recommender.habits import load_habits
from recommender.items import load_items
from recommender.limits import inside
from recommender.living import Change, changed, journal, journalled
from recommender.llm_reranking import LlmReranker
from recommender.ranking import rank
from recommender.semantic import load_semantic
from recommender.shelf import Shelf
from recommender.shop import ShopSchema, load_schema
from recommender.shoppers import load_histories, most_popular
from recommender.types import Embedder, Item, Limits, Query, Ranked, Recommendation, Relaxation
from recommender.versions import IndexFolderError, Version, check, current_version

REMEMBERED_TEXTS = 1024
"""Query texts whose vectors are kept, so that a text asked about twice is embedded once."""


class ShopRecommender:
    """Implements ``recommender.types.Recommender`` over one shelf. Safe to ask from several threads."""

    def __init__(self, shelf: Shelf, embedder: Embedder, *, topic: str | None = None, folder: Path | None = None,
                 reranker: LlmReranker | None = None) -> None:
        self._shelf = shelf
        self._embedder = embedder
        self._topic = topic
        self._folder = folder
        self._reranker = reranker
        self._changing = threading.Lock()
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Name of the index version that answers."""
        return self._shelf.version

    def recommend(self, query: Query) -> Recommendation:
        """Best items inside the limits, with reasons. ``took_ms`` includes embedding the text."""
        started = time.perf_counter()
        vector = self._vector(query.text)
        query = query if query.at is not None else replace(query, at=datetime.now())
        if self._reranker is None or not query.text:
            found = rank(self._shelf, query, vector)
        else:
            found = rank(self._shelf, replace(query, count=max(query.count, self._reranker.items)), vector)
            order = self._reranker.order(query.text, [ranked.item for ranked in found.items])
            found = replace(found, items=tuple(found.items[place] for place in order[: query.count]))
        return replace(found, took_ms=round((time.perf_counter() - started) * 1000, 3))

    def change(self, changes: Sequence[Change]) -> None:
        """Make changes to prices, stock and items, all or none; the next query sees them, and they hold until the next build.

        Raises ChangeError where one cannot be made, OSError where they could not be written down; then nothing has changed.
        """
        with self._changing:
            after = changed(self._shelf, changes, self._embedder, self._topic)
            if self._folder is not None:
                journal(self._folder, changes)
            self._shelf = after

    def knows(self, shopper: str) -> bool:
        """Whether anything is known of what this shopper has chosen before."""
        return shopper in self._shelf.histories.numbers

    def item(self, item_id: str) -> Item | None:
        """The item as the shop wrote it, or None."""
        shelf = self._shelf
        position = shelf.positions.get(item_id)
        return None if position is None else shelf.items[position]

    def items(self) -> Sequence[Item]:
        """Every item that is sold, in the catalogue's order; each is made as it is looked at."""
        shelf = self._shelf
        if shelf.facts.withdrawn is None:
            return shelf.items
        return [shelf.items[int(position)] for position in np.flatnonzero(~shelf.facts.withdrawn)]

    def count(self, limits: Limits) -> int:
        """How many items are inside the limits."""
        shelf = self._shelf
        return int(np.count_nonzero(inside(shelf.facts, shelf.positions, limits)))

    def facets(self, limits: Limits, slots: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Slot to value to number of items inside the limits, commonest first."""
        return browsing.facets(self._shelf, limits, slots)

    def relaxations(self, limits: Limits) -> Sequence[Relaxation]:
        """What easing each limit alone would bring, most items first."""
        return browsing.relaxations(self._shelf, limits)

    def nearest_titles(self, text: str, count: int = 5) -> Sequence[tuple[str, float]]:
        """Item ids whose titles are nearest in meaning to the text, with cosine similarity, best first."""
        shelf = self._shelf
        vector = self._vector(text)
        if vector is None:
            return []
        sold = inside(shelf.facts, shelf.positions, Limits(in_stock_only=False))
        found, scores = (shelf.titles or shelf.dense).nearest(vector, sold, count)
        return [(shelf.items.ids[int(position)], round(float(score), 6)) for position, score in zip(found, scores, strict=True)]

    def goes_with(self, item_id: str, limits: Limits, count: int = 3) -> Sequence[Ranked]:
        """Items inside the limits, of other kinds, that go with an item; the reasons name it and the values they share."""
        return together.goes_with(self._shelf, item_id, limits, count, self._topic)

    def bundle(self, item_id: str, limits: Limits, budget_minor: int, size: int = 3) -> together.Bundle | None:
        """An item and what goes with it, each of another kind, for no more than the budget; None where that cannot be."""
        return together.bundle(self._shelf, item_id, limits, budget_minor, size, self._topic)

    def _vector(self, text: str) -> Vector | None:
        """The text's vector; None of no text."""
        words = " ".join(text.split())
        if not words:
            return None
        with self._lock:
            if words in self._vectors:
                self._vectors.move_to_end(words)
                return self._vectors[words]
        vector: Vector = self._embedder.embed([words])[0]
        with self._lock:
            self._vectors[words] = vector
            while len(self._vectors) > REMEMBERED_TEXTS:
                self._vectors.popitem(last=False)
        return vector


def open_recommender(shop_folder: Path, indexes_dir: Path, embedder: Embedder) -> ShopRecommender:
    """Load the current version of a shop's index.

    Raises ShopError for a shop that cannot be read, and IndexFolderError where the index is absent, damaged, older than the
    catalogue, or made with another embedding model; the sentence says what to run. From here on the process's BLAS uses
    SEARCH_THREADS: a query's products are small, and threads that wait for each other cost more than they bring.
    """
    threadpool_limits(SEARCH_THREADS, user_api="blas")
    schema = load_schema(shop_folder)
    version = current_version(indexes_dir)
    if not version.pinned and version.facts.get("fingerprint") != fingerprint(shop_folder, schema):
        raise IndexFolderError(
            f"The catalogue in {shop_folder} has changed since its index was built; "
            f"`shoptalk index build {shop_folder}` brings it up to date."
        )
    check(version)
    with np.load(version.folder / "texts.npz", allow_pickle=False) as arrays:
        if not same_model(arrays["probe"], embedder):
            raise IndexFolderError(
                f"The index of {shop_folder} was built with another embedding model; "
                f"`shoptalk index build {shop_folder}` builds it anew."
            )
    shelf, topic = load_shelf(version, schema), schema.topic_slot.name if schema.topic_slot else None
    for batch in journalled(version.folder):
        shelf = changed(shelf, batch, embedder, topic)
    reranker = LlmReranker(schema.rerank) if schema.rerank else None
    return ShopRecommender(shelf, embedder, topic=topic, folder=version.folder, reranker=reranker)


def load_shelf(version: Version, schema: ShopSchema) -> Shelf:
    """Read one version's files into memory."""
    folder = version.folder
    facts = load_facts(folder / "facts.npz")
    ids, relatives = load_semantic(folder)
    weights, recency = load_weights(folder / "weights.npz")
    popular = np.load(folder / "popularity.npy", allow_pickle=False)
    items = load_items(folder / "items.parquet", facts)
    moments, repeats = folder / "moments.npy", folder / "repeats.npy"
    return Shelf(
        items=items,
        positions={name: position for position, name in enumerate(items.ids)},
        facts=facts,
        dense=load_dense(folder, "items"),
        titles=load_dense(folder, "titles") if (folder / "titles.faiss").is_file() else None,
        weights=weights,
        semantic=ids,
        inheritance=relatives,
        popularity=popular,
        by_popularity=most_popular(popular),
        recency=recency,
        histories=load_histories(folder / "shoppers.npz"),
        business=schema.business,
        version=version.name,
        habits=load_habits(folder / "habits.npz"),
        moments=np.load(moments, allow_pickle=False) if moments.is_file() else np.zeros((0, 0), np.float16),
        repeats=np.load(repeats, allow_pickle=False) if repeats.is_file() else np.zeros(0, np.float32),
    )
