"""What tests of the real path share: verified models, and the demo shop's index, built once into the user's cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import onnxruntime
import pytest

from server import places
from server.models import ModelError, require

ROOT = Path(__file__).parents[1]
onnxruntime.set_seed(7)   # Piper's sounds hold chance, and nothing here shall pass or fail by it


@pytest.fixture(scope="session", autouse=True)
def _hear_as_it_comes() -> Iterator[None]:
    """What the ear has practised on this machine decides no test, here and in servers that tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPTALK_HEARING_PRACTISED", "false")
        patch.setattr("server.engines.practised", lambda model, shop_id: None)
        yield


@pytest.fixture(scope="session")
def model() -> Callable[[str], Path]:
    """Gives the verified folder of a model. Where it is not installed the test skips, saying so; in CI it fails."""

    def folder(name: str) -> Path:
        try:
            return require(name)
        except ModelError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))

    return folder


@pytest.fixture(scope="session")
def demo_shop(model: Callable[[str], Path]) -> Path:
    """The demo shop's folder, with an index in force that fits its rows."""
    from recommender.building import build_index, fingerprint
    from recommender.embedding import SentenceEmbedder
    from recommender.shop import load_schema
    from recommender.versions import IndexFolderError, current_version

    folder = ROOT / "shops" / "demo"
    schema = load_schema(folder)
    indexes = places.indexes_dir(schema.shop.id)
    try:
        fresh = current_version(indexes).facts.get("fingerprint") == fingerprint(folder, schema)
    except IndexFolderError:
        fresh = False
    if not fresh:
        build_index(folder, indexes, SentenceEmbedder(model("minilm")))
    return folder
