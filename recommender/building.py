"""From a shop folder to an index: read strictly, embed, learn, write beside the old version, swap."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.catalogue import load_catalogue
from recommender.collaborative import save_weights
from recommender.dense import build_dense, save_dense
from recommender.facts import facts_of, save_facts
from recommender.habits import Question, learn_habits, save_habits
from recommender.interactions import load_interactions
from recommender.items import item_text, load_items, save_items
from recommender.learning import HeldBack, learn_tastes
from recommender.moments import YEAR_S, moments_of
from recommender.repeats import repeat_rates
from recommender.semantic import UNPROVEN, inherit, save_semantic, semantic_ids
from recommender.shelf import Shelf
from recommender.shop import ShopSchema, load_schema
from recommender.shoppers import histories, most_popular, popularity, save_histories
from recommender.sources import spoken_for
from recommender.types import Embedder, Item, Vectors
from recommender.versions import IndexFolderError, current_version, sha256, writing_version

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and of how much."""

EMBED_AT_ONCE = 256
TITLES_UP_TO = 200_000
"""Titles have vectors of their own up to here; above, `nearest_titles` uses the items'."""
PROBE = ("a small test of which model this is",)
SAME_COSINE = 0.99
"""A vector of unit length is the same model's above this; with weights at a byte a number it is at .998."""


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def fingerprint(shop_folder: Path, schema: ShopSchema) -> str:
    """Changes whenever the catalogue, the interactions or how they are read change."""
    digest = hashlib.sha256()
    for name in (schema.catalogue.file, schema.interactions.file if schema.interactions else ""):
        digest.update(sha256(shop_folder / name).encode() if name and (shop_folder / name).is_file() else b"absent")
    read_as = {
        "catalogue": schema.catalogue.model_dump(), "slots": [slot.model_dump() for slot in schema.slots],
        "interactions": schema.interactions.model_dump() if schema.interactions else None,
    }
    digest.update(json.dumps(read_as, sort_keys=True).encode())
    return digest.hexdigest()


def build_index(shop_folder: Path, indexes_dir: Path, embedder: Embedder, progress: Progress = quiet) -> Path:
    """Build a new version and make it current; give its folder.

    Raises ShopError, CatalogueError or InteractionsError before anything is written; whatever goes wrong later, the old
    version stays in force.
    """
    started = time.perf_counter()
    schema = load_schema(shop_folder)
    mark = fingerprint(shop_folder, schema)
    progress("reading", 0, 1)
    catalogue = load_catalogue(shop_folder, schema)
    interactions = load_interactions(shop_folder, schema, catalogue.positions)
    progress("reading", 1, 1)
    report = interactions.report
    facts: dict[str, object] = {
        "shop": schema.shop.id, "fingerprint": mark, "items": len(catalogue.items), "dim": embedder.dim,
        "shoppers": len(interactions.shoppers), "interactions": report.kept, "interactions_read": report.rows,
        "interactions_of_unknown_items": report.unknown_items, "unknown_examples": list(report.unknown_examples),
    }
    texts = [item_text(item) for item in catalogue.items]
    titles = [item.title for item in catalogue.items] if len(texts) <= TITLES_UP_TO else []
    with writing_version(indexes_dir, facts) as folder:
        known = _known_vectors(indexes_dir, embedder)
        vectors, hashes = _embed(texts + titles, embedder, known, progress)
        np.savez(folder / "texts.npz", allow_pickle=False, hashes=hashes, probe=embedder.embed(PROBE)[0])
        progress("indexing", 0, 1)
        dense = build_dense(vectors[: len(texts)])
        save_dense(dense, folder, "items")
        if titles:
            save_dense(build_dense(vectors[len(texts) :]), folder, "titles")
        save_items(catalogue.items, folder / "items.parquet")
        columns = facts_of(catalogue.items)
        save_facts(columns, folder / "facts.npz")
        progress("indexing", 1, 1)
        progress("learning from interactions", 0, 1)
        tastes = learn_tastes(interactions, len(texts))
        save_weights(tastes.weights, tastes.recency, folder / "weights.npz")
        facts["tastes"] = {
            "recency": tastes.recency, "regularization": tastes.regularization, "transitions": tastes.transitions,
            "validation_ndcg@10": tastes.validation,
        }
        chosen = np.zeros(len(texts), np.bool_)
        chosen[interactions.item] = True
        ids = semantic_ids([topic_values(item, schema) for item in catalogue.items], vectors[: len(texts)])
        new, warm = np.flatnonzero(~chosen).astype(np.int32), np.flatnonzero(chosen).astype(np.int32)
        relatives = inherit(ids.codes, lambda positions: vectors[positions], new, warm)
        save_semantic(ids, relatives, folder)
        save_histories(histories(interactions), folder / "shoppers.npz")
        popular = popularity(interactions, len(texts))
        relatives.spread(popular, UNPROVEN)
        np.save(folder / "popularity.npy", popular, allow_pickle=False)
        before = popularity(tastes.held_back.earlier, len(texts))
        shelf = Shelf(
            items=load_items(folder / "items.parquet", columns), positions=catalogue.positions, facts=columns, dense=dense,
            titles=None, weights=tastes.earlier_weights, popularity=before, by_popularity=most_popular(before), semantic=ids,
            inheritance=relatives, histories=histories(tastes.held_back.earlier), recency=tastes.recency,
            business=schema.business, version="", moments=moments_of(tastes.held_back.earlier, len(texts)),
        )
        facts["habits"] = _save_learned(shelf, tastes.held_back, folder)
        np.save(folder / "repeats.npy", repeat_rates(interactions, len(texts)), allow_pickle=False)
        np.save(folder / "moments.npy", moments_of(interactions, len(texts)), allow_pickle=False)
        progress("learning from interactions", 1, 1)
        facts["seconds"] = round(time.perf_counter() - started, 2)
    return current_version(indexes_dir).folder


def _save_learned(shelf: Shelf, held_back: HeldBack, folder: Path) -> dict[str, object]:
    """Learn what shoppers usually go for on a shelf that does not know the choices held back; what came of it, for people."""
    timed = len(held_back.time_s) > 0 and float(held_back.time_s.max()) > YEAR_S
    questions = [
        Question(*held_back.history(row, shelf.recency), int(taken), datetime.fromtimestamp(when, UTC) if timed else None)
        for row, (taken, when) in enumerate(zip(held_back.taken, held_back.time_s, strict=True))
    ]
    learned = learn_habits(shelf, questions, lambda question: spoken_for(shelf, question.history, question.strength))
    if learned.blend is not None:
        save_habits(learned.blend, folder / "habits.npz")
    return learned.figures()


def topic_values(item: Item, schema: ShopSchema) -> tuple[str, ...]:
    """The item's place in the shop's taxonomy, narrow to broad; empty where the shop has none."""
    return item.values.get(schema.topic_slot.name, ()) if schema.topic_slot else ()


def _embed(
    texts: Sequence[str], embedder: Embedder, known: dict[bytes, npt.NDArray[np.float32]], progress: Progress
) -> tuple[Vectors, npt.NDArray[np.uint8]]:
    """Vectors of the texts and their hashes; texts whose hash is known are not embedded again."""
    keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    vectors = np.zeros((len(texts), embedder.dim), np.float32)
    missing: dict[bytes, list[int]] = {}
    for row, key in enumerate(keys):
        if key in known:
            vectors[row] = known[key]
        else:
            missing.setdefault(key, []).append(row)
    rows = sorted(missing.values(), key=lambda group: len(texts[group[0]]))  # alike lengths together pad least
    progress("embedding", len(keys) - len(rows), len(keys))
    for start in range(0, len(rows), EMBED_AT_ONCE):
        groups = rows[start : start + EMBED_AT_ONCE]
        for group, vector in zip(groups, embedder.embed([texts[group[0]] for group in groups]), strict=True):
            vectors[group] = vector
        progress("embedding", len(keys) - len(rows) + start + len(groups), len(keys))
    return vectors, np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16)


def _known_vectors(indexes_dir: Path, embedder: Embedder) -> dict[bytes, npt.NDArray[np.float32]]:
    """Vectors of the version in force, by the hash of their text, where the same model made them."""
    from recommender.dense import load_dense

    try:
        folder = current_version(indexes_dir).folder
        with np.load(folder / "texts.npz", allow_pickle=False) as arrays:
            if not same_model(arrays["probe"], embedder):
                return {}
            hashes = arrays["hashes"]
        parts = [load_dense(folder, name) for name in ("items", "titles") if (folder / f"{name}.faiss").is_file()]
    except (IndexFolderError, OSError, ValueError, KeyError):
        return {}
    vectors = np.concatenate([part.vectors for part in parts]).astype(np.float32)
    return {key.tobytes(): vector for key, vector in zip(hashes, vectors, strict=False)}


def same_model(probe: npt.NDArray[np.float32], embedder: Embedder) -> bool:
    """True where the embedder gives the probe sentence the vector it had when the index was built, but for rounded weights."""
    return probe.shape == (embedder.dim,) and bool(probe @ embedder.embed(PROBE)[0] > SAME_COSINE)
