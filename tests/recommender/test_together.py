"""What goes with an item, and bundles that never cost more than they may."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from little_shop import write_shop
from test_promises import breaks, random_limits, random_shelf

from recommender.store import ShopRecommender
from recommender.together import bundle, goes_with
from recommender.types import Limits


def test_companions_are_of_another_kind_and_say_why(corner: ShopRecommender) -> None:
    found = corner.goes_with("A1", Limits(), 5)
    assert "A3" in [ranked.item.id for ranked in found], "bob took the mug and then the scarf"
    assert not {"A1", "A2"} & {ranked.item.id for ranked in found}
    assert all(ranked.reasons[0].kind == "goes_with" and ranked.reasons[0].item == "A1" for ranked in found)


def test_an_unknown_item_goes_with_nothing(corner: ShopRecommender) -> None:
    assert corner.goes_with("gone", Limits()) == []
    assert corner.bundle("gone", Limits(), 10_000) is None
    assert corner.bundle("A5", Limits(), 100) is None, "the ring alone costs more"


def test_a_bundle_spends_no_more_than_the_budget(corner: ShopRecommender) -> None:
    made = corner.bundle("A1", Limits(), 3500)
    assert made is not None
    assert [ranked.item.id for ranked in made.items] == ["A1", "A3"]
    assert made.total_minor == 950 + 2500
    alone = corner.bundle("A1", Limits(), 1000)
    assert alone is not None
    assert [ranked.item.id for ranked in alone.items] == ["A1"]


def test_in_a_shop_nobody_has_bought_from_things_go_together_by_what_they_share(
    tmp_path: Path, opened: Callable[[Path], ShopRecommender]
) -> None:
    shop = write_shop(tmp_path / "new", interactions="shopper,item,kind,time\nzoe,A6,purchase,2026-01-01\n")
    found = opened(shop).goes_with("A1", Limits(), 5)
    assert found
    assert all(reason.slot for ranked in found for reason in ranked.reasons), "nobody chose both, and nobody says so"


def test_limits_kinds_and_budgets_hold_over_random_catalogues() -> None:
    dice, numpy_dice = random.Random(11), np.random.default_rng(11)
    made_more_than_one = 0
    for _ in range(800):
        shelf = random_shelf(dice, numpy_dice)
        ids = list(shelf.positions)
        limits, one, budget = random_limits(dice, ids), dice.choice(ids), dice.randint(0, 15_000)
        for ranked in goes_with(shelf, one, limits, 10, "kind"):
            assert breaks(ranked.item, limits) is None
            assert ranked.item.id != one
            assert ranked.reasons, "an item that goes with another says why"
            held = [set(shelf.histories.of(name)[0].tolist()) for name in shelf.histories.numbers]
            both = {shelf.positions[one], shelf.positions[ranked.item.id]}
            for reason in ranked.reasons:
                if reason.slot is None:
                    assert any(both <= basket for basket in held), "somebody did choose both"
                else:
                    assert reason.value is not None
                    assert reason.value in ranked.item.values[reason.slot]
                    mine = shelf.items[shelf.positions[one]].values[reason.slot]
                    assert reason.value.casefold() in [value.casefold() for value in mine]
        made = bundle(shelf, one, limits, budget, dice.randint(1, 4), "kind")
        if made is None:
            continue
        assert sum(ranked.item.price_minor or 0 for ranked in made.items) == made.total_minor <= budget
        assert all(breaks(ranked.item, limits) is None and ranked.item.price_minor is not None for ranked in made.items)
        kinds = [ranked.item.values["kind"][0] for ranked in made.items if "kind" in ranked.item.values]
        assert len(set(kinds)) == len(kinds)
        made_more_than_one += len(made.items) > 1
    assert made_more_than_one > 10
