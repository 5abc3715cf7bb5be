"""An index is swapped in whole or not at all, goes back by one step, and says what to do when it cannot serve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from little_shop import CATALOGUE, WordEmbedder, write_shop

from recommender import building, versions
from recommender.building import build_index
from recommender.catalogue import CatalogueError
from recommender.store import ShopRecommender, open_recommender
from recommender.types import Limits, Query
from recommender.versions import IndexFolderError, roll_back

EMBEDDER = WordEmbedder()


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


def reopened(shop: Path, indexes: Path) -> ShopRecommender:
    return open_recommender(shop, indexes, EMBEDDER)


def test_without_an_index_the_sentence_says_what_to_run(shop: Path, indexes: Path) -> None:
    with pytest.raises(IndexFolderError, match="shoptalk index build"):
        reopened(shop, indexes)


def test_a_changed_catalogue_makes_the_index_stale(shop: Path, indexes: Path) -> None:
    build_index(shop, indexes, EMBEDDER)
    write_shop(shop, catalogue=CATALOGUE.replace("9.50", "9.60"))
    with pytest.raises(IndexFolderError, match="has changed since"):
        reopened(shop, indexes)
    build_index(shop, indexes, EMBEDDER)
    item = reopened(shop, indexes).item("A1")
    assert item is not None
    assert item.price_minor == 960


def test_another_embedding_model_is_noticed(shop: Path, indexes: Path) -> None:
    class Other(WordEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            return super().embed(["x" + text for text in texts])

    build_index(shop, indexes, EMBEDDER)
    with pytest.raises(IndexFolderError, match="another embedding model"):
        open_recommender(shop, indexes, Other())


def test_a_broken_catalogue_leaves_the_old_index(shop: Path, indexes: Path) -> None:
    folder = build_index(shop, indexes, EMBEDDER)
    write_shop(shop, catalogue=CATALOGUE.replace("9.50", "-1"))
    with pytest.raises(CatalogueError):
        build_index(shop, indexes, EMBEDDER)
    assert versions.current_version(indexes).folder == folder


@pytest.mark.parametrize("step", ["save_dense", "save_items", "save_facts", "save_weights", "save_histories"])
def test_a_full_disk_at_any_step_leaves_the_old_index(
    shop: Path, indexes: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = build_index(shop, indexes, EMBEDDER)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, step, full)
    with pytest.raises(OSError, match="No space"):
        build_index(shop, indexes, EMBEDDER)
    assert versions.current_version(indexes).folder == folder
    assert reopened(shop, indexes).count(Limits()) == 5
    assert not list(indexes.glob(".writing-*"))


def test_a_crash_before_the_pointer_moves_leaves_the_old_index(
    shop: Path, indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_index(shop, indexes, EMBEDDER)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(versions, "_point_to", crash)
    with pytest.raises(KeyboardInterrupt):
        build_index(shop, indexes, EMBEDDER)
    assert versions.current_version(indexes).folder == folder


def test_rolling_back_serves_the_old_prices_until_the_next_build(shop: Path, indexes: Path) -> None:
    build_index(shop, indexes, EMBEDDER)
    write_shop(shop, catalogue=CATALOGUE.replace("9.50", "9.60"))
    build_index(shop, indexes, EMBEDDER)
    roll_back(indexes)
    old = reopened(shop, indexes).item("A1")
    assert old is not None
    assert old.price_minor == 950
    with pytest.raises(IndexFolderError, match="no version before"):
        roll_back(indexes)


def test_a_damaged_file_is_named(shop: Path, indexes: Path) -> None:
    folder = build_index(shop, indexes, EMBEDDER)
    (folder / "popularity.npy").write_bytes(b"rubbish")
    with pytest.raises(IndexFolderError, match=r"popularity\.npy is damaged"):
        reopened(shop, indexes)


def test_only_a_few_versions_are_kept(shop: Path, indexes: Path) -> None:
    for _ in range(5):
        build_index(shop, indexes, EMBEDDER)
    assert len(versions.versions(indexes)) == versions.KEPT_VERSIONS


def test_a_rebuild_embeds_only_what_changed(shop: Path, indexes: Path) -> None:
    seen: list[str] = []

    class Counting(WordEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            seen.extend(texts)
            return super().embed(texts)

    build_index(shop, indexes, Counting())
    seen.clear()
    write_shop(shop, catalogue=CATALOGUE.replace("Red Mug", "Crimson Mug"))
    build_index(shop, indexes, Counting())
    new = [text for text in seen if text not in building.PROBE]
    assert sorted(new) == ["Crimson Mug", "Crimson Mug. mug, kitchen, red. a mug for coffee"]


def test_an_index_holds_no_pickles(shop: Path, indexes: Path) -> None:
    folder = build_index(shop, indexes, EMBEDDER)
    assert {path.suffix for path in folder.iterdir()} <= {".npz", ".npy", ".json", ".faiss", ".parquet"}
    for path in folder.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)


def test_what_is_asked_of_an_opened_index_changes_nothing(shop: Path, indexes: Path) -> None:
    build_index(shop, indexes, EMBEDDER)
    recommender = reopened(shop, indexes)
    query = Query(text="a red mug", shopper="ann", count=5)
    first = recommender.recommend(query).items
    recommender.recommend(Query(text="a scarf", like_item="A3", disliked=("A1",)))
    assert recommender.recommend(query).items == first
