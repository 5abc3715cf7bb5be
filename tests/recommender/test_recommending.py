"""What comes back, in which order, and why: told over the little shop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from little_shop import SHOP_TOML, WordEmbedder, write_shop

from recommender.building import build_index
from recommender.store import ShopRecommender, open_recommender
from recommender.types import Limits, Query, Range, Ranked, Recommendation


def ids(found: Recommendation) -> list[str]:
    return [ranked.item.id for ranked in found.items]


def wishes_met(ranked: Ranked) -> set[tuple[str | None, str | None]]:
    return {(reason.slot, reason.value) for reason in ranked.reasons if reason.kind == "wish"}


def only(**must: str) -> Limits:
    return Limits(must={slot: frozenset({value}) for slot, value in must.items()})


def test_words_find_the_item(corner: ShopRecommender) -> None:
    found = corner.recommend(Query(text="a warm scarf of wool"))
    assert ids(found)[0] == "A3"
    assert found.items[0].reasons[0].kind == "text"
    assert found.items[0].scores["dense"] == pytest.approx(1.0, abs=1e-3)


def test_limits_hold_and_the_fitting_are_counted(corner: ShopRecommender) -> None:
    found = corner.recommend(Query(limits=Limits(price_minor=Range(high=2500)), count=10))
    assert set(ids(found)) == {"A1", "A3"}, "A2 has no stock, A6 says no price"
    assert found.fitting == 2
    assert corner.count(only(colour="GREEN")) == 1, "spelling of case does not matter"
    not_red = Limits(exclude={"colour": frozenset({"red"})})
    assert set(ids(corner.recommend(Query(limits=not_red, count=9)))) == {"A3", "A5", "A6"}
    light = Limits(ranges={"weight": Range(high=150)})
    assert set(ids(corner.recommend(Query(limits=light, count=9)))) == {"A3", "A5", "A6"}, "A4 does not say its weight"


def test_a_known_shopper_gets_what_shoppers_alike_chose(corner: ShopRecommender) -> None:
    best = corner.recommend(Query(shopper="eve", limits=Limits(exclude_items=frozenset({"A3"})))).items[0]
    assert best.item.id == "A4"
    assert [reason.item for reason in best.reasons if reason.kind == "shoppers_like_you"] == ["A3"]


def test_an_unknown_shopper_is_a_new_one(corner: ShopRecommender) -> None:
    assert ids(corner.recommend(Query(shopper="nobody"))) == ids(corner.recommend(Query()))


def test_wishes_order_and_are_named(corner: ShopRecommender) -> None:
    best = corner.recommend(Query(prefer={"colour": {"gold": 1.0}, "category": {"scarf": 1.0}})).items[0]
    assert best.item.id == "A4"
    assert wishes_met(best) == {("colour", "gold"), ("category", "scarf")}


def test_an_unwished_value_goes_last(corner: ShopRecommender) -> None:
    found = corner.recommend(Query(prefer={"category": {"scarf": -1.0}}, count=5, diversity=0))
    assert set(ids(found)[-2:]) == {"A3", "A4"}


def test_cheaper_than_what_says_no_price_is_no_reason(corner: ShopRecommender) -> None:
    found = corner.recommend(Query(like_item="A6", towards={"price": -1.0}))
    assert found.items
    assert all(reason.kind != "price" for ranked in found.items for reason in ranked.reasons)


HEADER = "id,title,description,category,colour,price,stock,grams,margin,launched\n"
ODD = {
    "one item": "I1,Mug,,mug,red,5,3,,,\n",
    "all sold out": "".join(f"I{n},Mug {n},,mug,red,{n},0,,,\n" for n in range(1, 9)),
    "no prices": "".join(f"I{n},Mug {n},,mug,red,,3,,,\n" for n in range(1, 9)),
    "nothing but titles": "".join(f"I{n},Mug {n},,,,,,,,\n" for n in range(1, 9)),
    "the highest prices": "".join(f"I{n},Mug {n},,mug,red,{10**9 - n},3,,,\n" for n in range(1, 9)),
    "all free": "".join(f"I{n},Mug {n},,mug,red,0,3,,,\n" for n in range(1, 9)),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_catalogues_are_no_reason_to_fail(tmp_path: Path, kind: str) -> None:
    shop = write_shop(tmp_path / "odd", toml=SHOP_TOML, catalogue=HEADER + ODD[kind], interactions="shopper,item,kind,time\n")
    build_index(shop, tmp_path / "indexes", WordEmbedder())
    odd = open_recommender(shop, tmp_path / "indexes", WordEmbedder())
    asked = [
        Query(), Query(text="mug"), Query(like_item="I1", towards={"price": -1.0}), Query(towards={"grams": 1.0}),
        Query(target_price_minor=10**12), Query(surprise=1.0), Query(usual=True, liked=("I1", "gone")),
        Query(count=99, diversity=1.0),
        Query(limits=Limits(price_minor=Range(low=float("-inf"), high=float("inf")))),
    ]
    for query in asked:
        for ranked in odd.recommend(query).items:
            assert ranked.item.in_stock
            assert ranked.item.id != query.like_item
            assert np.isfinite(ranked.score)
    assert not odd.recommend(Query(limits=Limits(price_minor=Range(low=float("inf"))))).items
    assert odd.recommend(Query(limits=Limits(in_stock_only=False))).items
    for budget in (0, 10**12):
        bundle = odd.bundle("I1", Limits(), budget)
        assert bundle is None or bundle.total_minor <= budget
        none_fits = kind in ("all sold out", "no prices", "nothing but titles") or (budget == 0 and kind != "all free")
        assert (bundle is None) == none_fits


def test_like_this_but_cheaper(corner: ShopRecommender) -> None:
    found = corner.recommend(Query(like_item="A4", towards={"price": -1.0}))
    assert ids(found)[0] == "A3"
    assert "A4" not in ids(found)
    assert {"like_item", "price"} <= {reason.kind for reason in found.items[0].reasons}


def test_around_a_price_nearer_is_better(corner: ShopRecommender) -> None:
    assert ids(corner.recommend(Query(target_price_minor=4200)))[0] == "A4"


def test_a_disliked_item_goes_last(corner: ShopRecommender) -> None:
    assert ids(corner.recommend(Query(text="red mug", disliked=("A1",), count=5, diversity=0)))[-1] == "A1"


def test_a_met_limit_is_a_reason_too(corner: ShopRecommender) -> None:
    (best,) = corner.recommend(Query(limits=only(colour="green"))).items
    assert wishes_met(best) == {("colour", "green")}


def test_shares_of_the_score_are_fractions(corner: ShopRecommender) -> None:
    for ranked in corner.recommend(Query(text="red scarf", shopper="eve", prefer={"colour": {"red": 1.0}}, count=5)).items:
        assert 0 <= sum(reason.weight for reason in ranked.reasons) <= 1.001


def test_nothing_that_fits_is_an_empty_list_with_ways_out(corner: ShopRecommender) -> None:
    limits = Limits(price_minor=Range(high=500), must={"category": frozenset({"mug"})})
    assert corner.recommend(Query(limits=limits)) == Recommendation((), 0, pytest.approx(0, abs=100))
    eased = {one.slot: one for one in corner.relaxations(limits)}
    assert eased["price"].nearest == 950
    assert eased["price"].fitting == 1
    assert "category" not in eased, "nothing costs under five pounds"
    stock = {one.slot: one for one in corner.relaxations(only(colour="blue"))}
    assert stock["stock"].fitting == 1
    assert stock["colour"].values[0] == "red"


def test_facets_count_what_fits_commonest_first(corner: ShopRecommender) -> None:
    assert corner.facets(Limits(), ["category", "colour", "nothing"]) == {
        "category": {"scarf": 2, "mug": 1, "kitchen": 1, "ring": 1, "card": 1},
        "colour": {"red": 2, "gold": 2, "Green": 1},
        "nothing": {},
    }


def test_titles_are_found_by_meaning_in_stock_or_not(corner: ShopRecommender) -> None:
    assert corner.nearest_titles("blue mug", 2)[0] == ("A2", pytest.approx(1.0, abs=1e-3))
    assert corner.nearest_titles("  ") == []


def test_business_moves_the_score_by_no_more_than_its_share(tmp_path: Path, opened) -> None:  # type: ignore[no-untyped-def]
    plain = opened(write_shop(tmp_path / "plain", toml=SHOP_TOML.replace("margin = 0.05", "margin = 0.0")))
    keen = opened(write_shop(tmp_path / "keen", toml=SHOP_TOML.replace("margin = 0.05", "margin = 0.2")))
    query = Query(text="red mug", count=5, diversity=0)
    before = {ranked.item.id: ranked.score for ranked in plain.recommend(query).items}
    for ranked in keen.recommend(query).items:
        assert abs(ranked.score - before[ranked.item.id]) <= 0.2 + 1e-6
        assert ranked.scores["business"] == pytest.approx(0.2 * ranked.item.numbers["margin"], abs=1e-5)


def test_asking_for_none_or_for_too_many(corner: ShopRecommender) -> None:
    assert corner.recommend(Query(count=0)).items == ()
    assert len(corner.recommend(Query(count=1000)).items) == 5


def test_a_shop_with_no_interactions_still_recommends(tmp_path: Path, opened) -> None:  # type: ignore[no-untyped-def]
    new = opened(write_shop(tmp_path / "new", interactions="shopper,item,kind,time\n"))
    assert ids(new.recommend(Query(text="a warm scarf", shopper="ann")))[0] == "A3"


def test_the_log_says_when_business_decided_who_comes_first(
    tmp_path: Path, opened, caplog: pytest.LogCaptureFixture  # type: ignore[no-untyped-def]
) -> None:
    """Both red things meet the wish; the scarf earns the shop more."""
    toml = SHOP_TOML.replace("margin = 0.05", "margin = 0.2")
    only_cards = "shopper,item,kind,time\nann,A6,purchase,2026-01-01\n"
    rich = opened(write_shop(tmp_path / "rich", toml=toml, interactions=only_cards))
    red = Query(prefer={"colour": {"red": 1.0}}, limits=only(colour="red"), diversity=0)
    with caplog.at_level("INFO", logger="recommender.ranking"):
        found = rich.recommend(red)
    assert ids(found) == ["A4", "A1"]
    assert any(reason.kind == "business" and reason.slot == "margin" for reason in found.items[0].reasons)
    assert "business put A4 (+0.120) before A1 (+0.080)" in caplog.text
    poor = opened(write_shop(tmp_path / "poor", toml=SHOP_TOML.replace("margin = 0.05", ""), interactions=only_cards))
    caplog.clear()
    with caplog.at_level("INFO", logger="recommender.ranking"):
        assert ids(poor.recommend(red))[0] == "A1"
    assert caplog.text == ""
