"""The check of promises finds nothing in what the recommender says, and finds what somebody else would make up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recommender.catalogue import load_catalogue
from recommender.interactions import load_interactions
from recommender.shop import load_schema
from recommender.store import ShopRecommender
from recommender.types import Limits, Query, Range, Ranked, Reason
from server.evaluate.recommending_promises import Promises, promise_figures


@pytest.fixture
def check(corner: ShopRecommender, shop: Path) -> Promises:
    schema = load_schema(shop)
    log = load_interactions(shop, schema, load_catalogue(shop, schema).positions)
    return Promises(corner, log, "category", 0)


def test_the_recommender_keeps_its_promises(corner: ShopRecommender, shop: Path) -> None:
    schema = load_schema(shop)
    log = load_interactions(shop, schema, load_catalogue(shop, schema).positions)
    found = promise_figures(corner, log, "category", 300, 1, lambda done, of: None)
    assert (found["broken"], found["untrue"]) == (0, 0), found
    assert int(str(found["shown"])) > 50
    assert int(str(found["reasons"])) > 50
    assert int(str(found["bundles"])) > 5


@pytest.mark.parametrize(
    ("item", "limits", "fault"),
    [
        ("A2", Limits(), "stock"),
        ("A5", Limits(price_minor=Range(high=1000)), "price"),
        ("A6", Limits(price_minor=Range(high=1000)), "price"),
        ("A1", Limits(must={"colour": frozenset({"blue"})}), "must"),
        ("A4", Limits(exclude={"colour": frozenset({"gold"})}), "exclusion"),
        ("A1", Limits(exclude_items=frozenset({"A1"})), "excluded item"),
    ],
)
def test_what_is_outside_the_limits_is_found(check: Promises, item: str, limits: Limits, fault: str) -> None:
    check.look_at(Query(limits=limits), [Ranked(check.by_id[item], 1.0)])
    assert {name for name, count in check.broken.items() if count} == {fault}


@pytest.mark.parametrize(
    ("reason", "item", "query"),
    [
        (Reason("wish", slot="colour", value="blue"), "A1", Query(prefer={"colour": {"blue": 1.0}})),
        (Reason("wish", slot="colour", value="red"), "A1", Query()),
        (Reason("shoppers_like_you", item="A5"), "A3", Query(shopper="bob")),
        (Reason("shoppers_like_you", item="A1"), "A4", Query(shopper="ann")),
        (Reason("again"), "A4", Query(shopper="ann")),
        (Reason("goes_with", item="A1"), "A5", Query()),
        (Reason("goes_with", item="A1", slot="colour", value="gold"), "A5", Query()),
        (Reason("price"), "A4", Query(like_item="A3", towards={"price": -1.0})),
        (Reason("price"), "A4", Query(target_price_minor=1000)),
        (Reason("new"), "A1", Query()),
        (Reason("popular"), "A5", Query()),
        (Reason("like_item", item="A2"), "A1", Query(like_item="A3")),
        (Reason("liked", item="A2"), "A1", Query(liked=("A3",))),
    ],
)
def test_what_nothing_bears_out_is_found(check: Promises, reason: Reason, item: str, query: Query) -> None:
    check.look_at(query, [Ranked(check.by_id[item], 1.0, (reason,))])
    assert check.untrue.total() == 1


def test_a_bundle_that_costs_more_than_it_says_is_found(check: Promises) -> None:
    pair = [Ranked(check.by_id["A1"], 1.0), Ranked(check.by_id["A3"], 1.0)]
    check.look_at_bundle(Limits(), 4000, pair, 3450)
    assert not check.broken.total()
    check.look_at_bundle(Limits(), 4000, pair, 3000)
    check.look_at_bundle(Limits(), 3000, pair, 3450)
    twins = [pair[1], replace(pair[1], item=check.by_id["A4"])]
    check.look_at_bundle(Limits(), 9000, twins, 6500)
    assert check.broken == {"bundle over its budget": 2, "two of a kind": 1} | dict.fromkeys(
        ("stock", "price", "must", "exclusion", "excluded item"), 0
    )
