"""Simulated shoppers: needs that can be met, sentences that say them, and three shops counted alike."""

from __future__ import annotations

import random

import pytest
from little_parlour import make_engines

from server.engines import Engines
from server.evaluate.needs import Need, Voice, draw_needs
from server.evaluate.shopping import Form, SearchBox, TalkingShopFloor, measure_shopping


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("shopping"))


def needs(engines: Engines, count: int = 12, seed: int = 3) -> list[Need]:
    items = engines.recommender.items()
    return draw_needs(engines.shop, items, [item.id for item in items], count, seed, (4, 6))


def test_every_need_is_met_by_what_was_bought_and_the_same_seed_draws_the_same(engines: Engines) -> None:
    drawn = needs(engines)
    assert len(drawn) == 12
    for need in drawn:
        item = engines.recommender.item(need.item)
        assert item is not None
        assert need.fits(item, "kind")
    assert drawn == needs(engines) != needs(engines, seed=4)


def test_a_need_is_not_met_by_less(engines: Engines) -> None:
    item = engines.recommender.item("mug-red-0")
    assert item is not None
    need = Need("mug-red-0", "mug", {"colour": "red"}, 1000)
    assert need.fits(item, "kind")
    for other in ("lamp-red-0", "mug-blue-0", "mug-red-1"):
        different = engines.recommender.item(other)
        assert different is not None
        assert not need.fits(different, "kind")


def test_a_shopper_answers_what_is_asked_and_says_what_is_wrong(engines: Engines) -> None:
    voice = Voice(engines.shop, Need("mug-red-0", "mug", {"colour": "red"}, 1000, patience=5), random.Random(1))
    colour, budget = engines.shop.slot("colour"), engines.shop.slot("budget")
    assert colour is not None
    assert budget is not None
    assert "mug" in voice.opening(["colour"])
    assert "red" in voice.answer(colour)
    assert "10 dollars" in voice.answer(budget)
    dear, blue = engines.recommender.item("mug-red-2"), engines.recommender.item("mug-blue-0")
    assert dear is not None
    assert blue is not None
    assert "10 dollars" in voice.complaint(dear)
    assert "red" in voice.complaint(blue)


def test_talking_serves_more_shoppers_sooner_than_the_form_and_the_search_box(engines: Engines) -> None:
    shops = {
        "shoptalk": TalkingShopFloor(engines.conversation, engines.phraser),
        "form": Form(engines.conversation),
        "patient": Form(engines.conversation, patient=True),
        "search_box": SearchBox(engines.conversation),
    }
    told: list[int] = []
    figures = measure_shopping(shops, needs(engines), 0, told.append)
    assert told == list(range(1, 13))
    ours = figures["shoptalk"]
    assert ours["success_rate"] >= max(figures["form"]["success_rate"], figures["search_box"]["success_rate"])
    assert ours["turns_to_success"] < figures["patient"]["turns_to_success"]
    assert figures["patient"]["questions_asked"] == 3
    assert figures["patient"]["success_rate"] == 1


def test_a_shopper_who_is_misheard_is_not_served(engines: Engines) -> None:
    deaf = TalkingShopFloor(engines.conversation, engines.phraser, through=lambda text, seed: "mumble mumble")
    visit = deaf.visit(Need("mug-red-0", "mug", {"colour": "red"}, 1000, patience=3), 0)
    assert (visit.served, visit.turns) == (False, 3)
    assert len(visit.lines) == 6
