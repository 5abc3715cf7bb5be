"""The measures of cold starts and of speed run on a small shop, withhold what they say, and add up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from little_shop import SHOP_TOML, WordEmbedder, write_shop

from recommender.building import build_index
from recommender.catalogue import load_catalogue
from recommender.interactions import Interactions, load_interactions
from recommender.llm_reranking import LlmReranker
from recommender.shelf import Shelf
from recommender.shop import Rerank, load_schema
from recommender.store import load_shelf
from recommender.types import Item
from recommender.versions import current_version
from server.evaluate.curves import log_curves
from server.evaluate.recommending_audit import audit_figures, audit_picture
from server.evaluate.recommending_cold import cold_figures, relearned
from server.evaluate.recommending_speed import made_vectors, speed_figures

COLOURS = ["red", "blue", "green", "gold"]
KINDS = ["mug", "scarf", "ring"]


@pytest.fixture
def grown(tmp_path: Path) -> tuple[Shelf, Interactions]:
    """Twelve tastes (a kind in a colour) of five items; a shopper stays with one taste."""
    dice = np.random.default_rng(0)
    rows = ["id,title,description,category,colour,price,stock,grams,margin,launched"]
    tastes: dict[int, list[str]] = {}
    for number in range(60):
        kind, colour = KINDS[number % 3], COLOURS[number % 4]
        rows.append(f"I{number},{colour} {kind} number {number},a {colour} {kind},{kind},{colour},{5 + number},3,,0.3,")
        tastes.setdefault(number % 12, []).append(f"I{number}")
    log = ["shopper,item,kind,time"]
    for shopper in range(120):
        mine = dice.permutation(tastes[shopper % 12])[:4]
        log.extend(f"s{shopper},{item},purchase,2026-01-0{day}" for day, item in enumerate(mine, start=1))
    shop = write_shop(tmp_path / "grown", toml=SHOP_TOML, catalogue="\n".join(rows), interactions="\n".join(log))
    build_index(shop, tmp_path / "indexes", WordEmbedder())
    schema = load_schema(shop)
    interactions = load_interactions(shop, schema, load_catalogue(shop, schema).positions)
    return load_shelf(current_version(tmp_path / "indexes"), schema), interactions


def test_new_items_and_shoppers_do_better_than_popularity(grown: tuple[Shelf, Interactions]) -> None:
    shelf, interactions = grown
    figures = cold_figures(shelf, interactions, WordEmbedder(), 0, lambda *_: None)
    items, shoppers = figures["new_items"], figures["new_shoppers"]
    assert isinstance(items, dict)
    assert isinstance(shoppers, dict)
    assert items["withheld"] == 6
    every = items["among_all_items"]
    assert every["inheritance"]["ndcg@10"] > 2 * every["popularity"]["ndcg@10"]
    known, nothing = shoppers["knowing the first item"], shoppers["knowing nothing (popularity)"]
    assert known["ndcg@10"] > 2 * nothing["ndcg@10"]


class Turning(LlmReranker):
    """Puts every list into another order without asking anybody."""

    def __init__(self, step: int) -> None:
        super().__init__(Rerank(url="http://127.0.0.1:9/v1", model="turning"))
        self._step = step

    def order(self, words: str, items: Sequence[Item]) -> tuple[int, ...]:
        assert words
        return tuple(range(len(items)))[:: self._step]


def test_what_a_reranker_is_worth_is_told_with_its_spread(grown: tuple[Shelf, Interactions]) -> None:
    shelf, interactions = grown

    def worth(step: int) -> dict[str, Any]:
        shoppers = cold_figures(shelf, interactions, WordEmbedder(), 0, lambda *_: None, Turning(step))["new_shoppers"]
        assert isinstance(shoppers, dict)
        found: dict[str, Any] = shoppers["reranked by a language model"]
        return found

    same, backwards = worth(1), worth(-1)
    assert same["gain"] == 0
    assert same["gain_95"] == [0, 0]
    assert same["reordered"] == 0
    assert backwards["reordered"] == backwards["lists"] == same["lists"] > 0
    assert backwards["gain_95"][0] < backwards["gain"] < 0
    assert backwards["gain"] == pytest.approx(backwards["ndcg@10_after"] - backwards["ndcg@10_before"], abs=1e-3)


def test_what_is_withheld_leaves_no_trace(grown: tuple[Shelf, Interactions]) -> None:
    shelf, interactions = grown
    from dataclasses import replace

    kept = interactions.item != 7
    less = replace(
        interactions, shopper=interactions.shopper[kept], item=interactions.item[kept], weight=interactions.weight[kept],
        time_s=interactions.time_s[kept],
    )
    learned = relearned(shelf, less)
    assert 7 in learned.inheritance.new
    assert 7 not in learned.weights.targets
    assert learned.weights.starts[7] == learned.weights.starts[8]
    assert 7 not in learned.histories.items


def test_speed_is_measured_on_made_catalogues(grown: tuple[Shelf, Interactions]) -> None:
    shelf, _ = grown
    figures = speed_figures(shelf, WordEmbedder(), [50, 2000], 20, 0, lambda *_: None)
    rows = figures["sizes"]
    assert isinstance(rows, list)
    assert [row["items"] for row in rows] == [50, 2000]
    assert all(row["recall@10"] >= 0.95 and row["query_p95_ms"] > 0 for row in rows)


def test_made_vectors_are_unit_and_unlike_each_other(grown: tuple[Shelf, Interactions]) -> None:
    real = grown[0].dense.rows(np.arange(60, dtype=np.int32))
    made, origin = made_vectors(real, 500, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert len(np.unique(made, axis=0)) >= 499
    assert origin.max() < 60


def test_the_audits_shares_add_up_and_its_picture_names_every_group(grown: tuple[Shelf, Interactions]) -> None:
    shelf, interactions = grown
    figures = audit_figures(shelf, interactions, 0)
    groups = figures["_groups"]
    assert isinstance(groups, dict)
    assert {"price", "popularity", "category", "colour"} <= set(groups)
    for found in groups.values():
        assert len(found) > 1     # a single group is seen as it is
        for share in ("catalogue", "demand", "exposure"):
            assert sum(getattr(group, share) for group in found) == pytest.approx(1.0)
        assert sum(group.asked for group in found) == figures["shoppers_asked"]
        assert any(group.found for group in found)
    picture = audit_picture("a <shop>", groups)
    assert "a &lt;shop&gt;" in picture
    assert all(colour in picture for colour in COLOURS)


def test_the_picture_of_the_cost_rises_with_it() -> None:
    picture = log_curves("cost <of a query>", "items", [10_000, 100_000, 1_000_000], {"ms": [1, 10, 100], "MB": [50, 50, 50]})
    lines = [re.findall(r"[\d.]+,([\d.]+)", line) for line in re.findall(r'points="([^"]*)"', picture)]
    heights = [[float(height) for height in line] for line in lines]
    assert heights[0][0] - heights[0][1] == pytest.approx(heights[0][1] - heights[0][2], abs=0.2), "tenfold is a step, anywhere"
    assert heights[0][0] > heights[0][2]
    assert len(set(heights[1])) == 1
    assert "cost &lt;of a query&gt;" in picture
