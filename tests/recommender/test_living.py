"""Prices, stock and items change without a rebuild; the next query sees it, a restart remembers it, a rebuild settles it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from little_shop import WordEmbedder
from test_promises import breaks, random_query, random_shelf

from recommender import living
from recommender.building import build_index
from recommender.living import AddItem, ChangeError, SetPrice, SetStock, Withdraw, changed, parse_changes
from recommender.ranking import rank
from recommender.store import ShopRecommender, open_recommender
from recommender.types import Limits, Query, Range

EMBEDDER = WordEmbedder()
VASE = AddItem(id="N1", title="Red Vase", description="a vase", price_minor=900, stock=3, values={"category": ("mug", "kitchen")})


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def live(shop: Path, indexes: Path) -> ShopRecommender:
    build_index(shop, indexes, EMBEDDER)
    return open_recommender(shop, indexes, EMBEDDER)


def ids(recommender: ShopRecommender, query: Query) -> list[str]:
    return [ranked.item.id for ranked in recommender.recommend(query).items]


def test_the_next_query_sees_a_new_price_and_new_stock(live: ShopRecommender) -> None:
    cheap = Query(text="blue mug", limits=Limits(price_minor=Range(high=1000)), count=9)
    assert ids(live, cheap) == ["A1"], "the blue mug is sold out"
    live.change([SetStock(id="A2", stock=5), SetPrice(id="A1", price_minor=1100)])
    assert ids(live, cheap) == ["A2"]
    item = live.item("A1")
    assert item is not None
    assert item.price_minor == 1100


def test_a_new_item_is_found_by_words_by_title_and_by_its_values(live: ShopRecommender) -> None:
    live.change([VASE])
    assert ids(live, Query(text="red vase"))[0] == "N1"
    assert live.nearest_titles("red vase", 1)[0][0] == "N1"
    assert live.facets(Limits(), ["category"])["category"]["mug"] == 2
    assert [item.id for item in live.items()][-1] == "N1"


def test_a_new_item_inherits_from_its_relatives(live: ShopRecommender) -> None:
    live.change([VASE])
    mugs = Query(shopper="ann", limits=Limits(exclude_items=frozenset({"A1"})), count=9, diversity=0)
    (vase,) = [ranked for ranked in live.recommend(mugs).items if ranked.item.id == "N1"]
    assert vase.scores["collaborative"] > 0, "ann took mugs, and the vase stands beside them"


def test_a_withdrawn_item_is_nowhere(live: ShopRecommender) -> None:
    live.change([Withdraw(id="A1")])
    assert live.item("A1") is None
    assert "A1" not in ids(live, Query(text="red mug", count=9, liked=("A1",)))
    assert "A1" not in {name for name, _ in live.nearest_titles("red mug", 9)}
    assert "A1" not in {item.id for item in live.items()}
    with pytest.raises(ChangeError, match="no item 'A1'"):
        live.change([SetStock(id="A1", stock=1)])


def test_a_rewritten_item_keeps_its_standing(live: ShopRecommender) -> None:
    before = live.recommend(Query(shopper="eve", limits=Limits(only_items=frozenset({"A4"})))).items[0]
    live.change([AddItem(id="A4", title="Crimson Scarf", price_minor=4100, values={"category": ("scarf",)})])
    after = live.recommend(Query(shopper="eve", limits=Limits(only_items=frozenset({"A4"})))).items[0]
    assert (after.item.title, after.item.price_minor) == ("Crimson Scarf", 4100)
    assert after.scores["popularity"] == before.scores["popularity"]
    assert after.scores["collaborative"] == pytest.approx(before.scores["collaborative"])
    assert live.count(Limits()) == 5


def test_all_of_a_batch_or_none(live: ShopRecommender) -> None:
    with pytest.raises(ChangeError):
        live.change([SetStock(id="A2", stock=5), SetStock(id="nobody", stock=1)])
    assert live.count(Limits(only_items=frozenset({"A2"}))) == 0


def test_what_cannot_be_written_down_is_not_done(live: ShopRecommender, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recommender.store.journal", full)
    with pytest.raises(OSError, match="No space"):
        live.change([SetStock(id="A2", stock=5)])
    assert live.count(Limits(only_items=frozenset({"A2"}))) == 0


def test_a_restart_remembers_and_a_cut_line_is_forgotten(live: ShopRecommender, shop: Path, indexes: Path) -> None:
    live.change([VASE, SetPrice(id="A1", price_minor=1100)])
    (path,) = indexes.glob(f"*/{living.JOURNAL}")
    with path.open("a") as file:
        file.write('[{"kind": "withdraw", "id": "A')
    again = open_recommender(shop, indexes, EMBEDDER)
    item = again.item("A1")
    assert item is not None
    assert item.price_minor == 1100
    assert again.item("N1") is not None
    again.change([SetStock(id="N1", stock=0)])
    third = open_recommender(shop, indexes, EMBEDDER).item("N1")
    assert third is not None
    assert third.stock == 0


def test_a_full_build_reads_the_shops_own_file(live: ShopRecommender, shop: Path, indexes: Path) -> None:
    live.change([SetPrice(id="A1", price_minor=1100)])
    build_index(shop, indexes, EMBEDDER)
    item = open_recommender(shop, indexes, EMBEDDER).item("A1")
    assert item is not None
    assert item.price_minor == 950


@pytest.mark.parametrize(
    "raw",
    [
        [{"kind": "price", "id": "A1", "price_minor": -1}], [{"kind": "stock", "id": "A1", "stock": 1.5}],
        [{"kind": "item", "id": "A1", "title": ""}], [{"kind": "dance", "id": "A1"}], "x", [{"kind": "price", "id": "A1"}],
        [{"kind": "item", "id": "A1", "title": "x" * 1_000_000}],
    ],
)
def test_a_change_that_makes_no_sense_is_refused(raw: object) -> None:
    with pytest.raises(ChangeError):
        parse_changes(raw)


def test_promises_hold_while_the_catalogue_lives() -> None:
    class Dim8:
        dim = 8

        def embed(self, texts):  # type: ignore[no-untyped-def]
            made = numpy_dice.standard_normal((len(texts), 8)).astype(np.float32)
            return made / np.linalg.norm(made, axis=1, keepdims=True) if len(texts) else made

    dice, numpy_dice = random.Random(7), np.random.default_rng(7)
    for _ in range(150):
        shelf = random_shelf(dice, numpy_dice)
        for _ in range(4):
            one = dice.choice(sorted(shelf.positions))
            change = dice.choice([
                SetPrice(id=one, price_minor=dice.choice([None, 0, 700])), SetStock(id=one, stock=dice.choice([None, 0, 4])),
                AddItem(id=dice.choice([one, "new"]), title="x", price_minor=5, values={"colour": ("red",), "size": ("s",)}),
                *([Withdraw(id=one)] if len(shelf.positions) > 1 else []),
            ])
            shelf = changed(shelf, [change], Dim8(), "kind")
            query = random_query(dice, sorted(shelf.positions))
            found = rank(shelf, query, None)
            sold = [shelf.items[position] for position in shelf.positions.values()]
            assert [ranked.item for ranked in found.items if breaks(ranked.item, query.limits)] == []
            assert found.fitting == sum(breaks(item, query.limits) is None for item in sold)
            assert {ranked.item.id for ranked in found.items} <= set(shelf.positions)
