"""Fixtures: the little shop on disk, and its recommender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from little_shop import WordEmbedder, write_shop
from threadpoolctl import threadpool_limits

from recommender.building import build_index
from recommender.store import ShopRecommender, open_recommender

threadpool_limits(1, user_api="blas")  # thousands of tiny products: threads would only wait for each other


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write_shop(tmp_path / "corner")


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Path], ShopRecommender]:
    """Build a shop's index and open it."""

    def build_and_open(shop: Path) -> ShopRecommender:
        embedder = WordEmbedder()
        build_index(shop, tmp_path / "indexes", embedder)
        return open_recommender(shop, tmp_path / "indexes", embedder)

    return build_and_open


@pytest.fixture
def corner(shop: Path, opened: Callable[[Path], ShopRecommender]) -> ShopRecommender:
    return opened(shop)
