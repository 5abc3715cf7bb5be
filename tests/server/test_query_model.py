"""What shoppers say is embedded by ONNX Runtime: the same vectors, no torch, and never from files that were tampered with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recommender.building import PROBE, same_model
from recommender.dense import load_dense
from recommender.query_embedding import QueryEmbedder
from recommender.shop import load_schema
from recommender.versions import current_version
from server import converted, places
from server.converted import query_model
from server.making import SUMS


@pytest.fixture(scope="module")
def embedder(model: Callable[[str], Path]) -> QueryEmbedder:
    model("minilm")
    return QueryEmbedder(query_model("minilm"))


def test_its_vectors_are_those_the_index_was_built_with(embedder: QueryEmbedder, demo_shop: Path) -> None:
    folder = current_version(places.indexes_dir(load_schema(demo_shop).shop.id)).folder
    with np.load(folder / "texts.npz", allow_pickle=False) as arrays:
        assert same_model(arrays["probe"], embedder)
    titles = load_dense(folder, "titles")
    from recommender.catalogue import load_catalogue

    some = load_catalogue(demo_shop, load_schema(demo_shop)).items[:40]
    vectors = embedder.embed([item.title for item in some])
    cosines = (vectors * titles.rows(np.arange(40, dtype=np.int32))).sum(axis=1)
    assert cosines.min() > 0.99, "rounded to a byte a number, they differ by less than two near titles do"


def test_a_text_is_the_same_alone_and_among_others(embedder: QueryEmbedder) -> None:
    texts = ["a red mug", "", "something more casual and cheaper, but not wool", "word " * 600, *PROBE]
    together = embedder.embed(texts)
    assert together.shape == (len(texts), 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert embedder.embed([text])[0] @ vector > 0.999, "but for how the states are rounded"
    assert embedder.embed([]).shape == (0, 384)


def test_it_needs_no_torch(embedder: QueryEmbedder) -> None:
    del embedder  # made once, so that the other process converts nothing
    asked = (
        "import sys; from server.converted import query_model; from recommender.query_embedding import QueryEmbedder; "
        "QueryEmbedder(query_model('minilm')).embed(['a mug']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False, timeout=120).returncode == 0


def test_what_was_tampered_with_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def convert(source: Path, folder: Path) -> None:
        made.append(source)
        (folder / "model.onnx").write_bytes(b"weights")

    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    monkeypatch.setattr(converted, "require", lambda name: tmp_path / "models" / name)
    monkeypatch.setattr("recommender.query_embedding.convert", convert)
    folder = query_model("minilm")
    assert query_model("minilm") == folder
    assert len(made) == 1
    (folder / "model.onnx").write_bytes(b"wickeds")
    assert (query_model("minilm") / "model.onnx").read_bytes() == b"weights"
    (folder / SUMS).unlink()
    query_model("minilm")
    assert len(made) == 3
    assert [path.name for path in folder.parent.iterdir()] == [folder.name], "nothing half-made is left lying about"
