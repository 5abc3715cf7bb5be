"""Whether an item has what it is asked to have is answered with yes or no, and what it has instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from talking import Talk, demo, shop_in

from dialogue.phrasing import Phraser
from dialogue.phrasing.checking import check
from dialogue.phrasing.composing import compose
from dialogue.phrasing.telling import Scene


@pytest.fixture(scope="module")
def phraser() -> Phraser:
    return Phraser(demo().shop, demo().recommender, None)


def _scarves() -> Talk:
    talk = Talk()
    talk.say("show me scarves")
    return talk


def _reply(talk: Talk, phraser: Phraser) -> str:
    assert talk.turn is not None
    plan = talk.turn.plan
    tellings = compose(Scene(plan, talk.state, phraser.shop, phraser.ground(plan, talk.state)))
    for telling in tellings:
        if not telling.policy:
            assert not check(telling.text, telling.ground, phraser.shop, must_name=telling.names).faults, telling.text
    return " ".join(telling.text for telling in tellings)


@pytest.mark.parametrize("asked", ["is the first one {value}", "is the first in {value}?", "the first one is {value}, isn't it"])
@pytest.mark.parametrize(("slot", "other"), [("colour", "orange"), ("material", "bamboo")])
def test_a_value_asked_of_an_item_is_answered_yes_or_no(asked: str, slot: str, other: str, phraser: Phraser) -> None:
    talk = _scarves()
    first = talk.items[0]
    own = first.values[slot][0]
    assert own != other
    talk.say(asked.format(value=own))
    assert _reply(talk, phraser).startswith("Yes, ")
    talk = _scarves()
    talk.say(asked.format(value=other))
    reply = _reply(talk, phraser)
    assert reply.startswith("No, ")
    assert own in reply
    assert other not in reply


@pytest.mark.parametrize("text", ["what colour is the first one", "is the first one wool or cotton", "how much is the first one"])
def test_what_wants_no_yes_gets_none(text: str, phraser: Phraser) -> None:
    talk = _scarves()
    talk.say(text)
    assert not _reply(talk, phraser).startswith(("Yes", "No,"))


def test_a_variant_that_is_not_to_be_had_is_said_so_before_others_that_are(phraser: Phraser) -> None:
    talk = _scarves()
    first = phraser.shop.of(talk.items[0])
    talk.say("does the first one come in green?")
    reply = _reply(talk, phraser)
    assert reply.startswith("No, ")
    assert first.name in reply
    assert all("green" in item.values["colour"] for item in talk.items)


def test_a_variant_that_is_to_be_had_is_all_that_is_said(phraser: Phraser) -> None:
    talk = _scarves()
    first = talk.items[0]
    talk.say(f"have you got the first one in {first.values['colour'][0]}")
    assert _reply(talk, phraser).startswith("Yes, ")
    assert talk.items == [first]
    talk.say("I'll take it")
    assert talk.state.chosen == (first.id,)


def test_available_in_a_colour_asks_for_no_stock() -> None:
    talk = _scarves()
    talk.say("is it available in navy")
    assert talk.state.belief("colour").want == ("navy",)


@pytest.mark.parametrize("asked", ["which one is the cheapest", "which is the cheapest", "what's the cheapest?"])
def test_which_one_is_the_cheapest_is_told_with_its_price(asked: str, phraser: Phraser) -> None:
    talk = _scarves()
    cheapest = min(talk.items, key=lambda item: item.price_minor or 0)
    talk.say(asked)
    assert talk.items == [cheapest]
    reply = _reply(talk, phraser)
    assert phraser.shop.of(cheapest).price in reply
    assert "don't know" not in reply


def test_a_slot_s_own_words_wish_for_no_value_in_them() -> None:
    cinema = Path(__file__).parents[2] / "shops" / "cinema"
    talk = Talk(shop_in(cinema))
    talk.say("I want a comedy")
    plan = talk.say("is it suitable for kids")
    assert plan.requested == ("age",)
    assert talk.state.belief("genre").want == ("comedy",)
    assert talk.say("what's on tonight").requested == ("showtime",)
