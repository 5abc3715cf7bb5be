"""Questions about an item are no wishes, plain wishes are no items, and what points at nothing is asked back."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from talking import Talk

from dialogue.shop import load_shop
from dialogue.state import BeliefState
from dialogue.types import Act, Plan, Understanding
from dialogue.understanding import Reader
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema

ROOT = Path(__file__).parents[2]
FILMS = ("F001", "F002", "F003")


@cache
def reader(folder: str) -> Reader:
    path = ROOT / folder
    return Reader.of(load_shop(path), load_catalogue(path, load_schema(path)).items)


def read(folder: str, text: str, table: tuple[str, ...] = ()) -> Understanding:
    state = BeliefState(turn=1, table=table, offered=table, last_item=table[-1] if table else None)
    return reader(folder).read(text, state)


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("how long is it?", "length"),
        ("Is it long?", "length"),
        ("how much longer is the second?", "length"),
        ("how expensive is it?", "budget"),
        ("And are they very dark?", "mood"),
    ],
)
def test_a_question_about_an_attribute_is_no_wish_for_more_of_it(said: str, slot: str) -> None:
    understood = read("shops/cinema", said, FILMS)
    assert (understood.changes, understood.requested) == ((), (slot,))
    assert Act.ASK_ITEM in understood.acts


@pytest.mark.parametrize("said", ["something longer", "is there anything longer?", "could it be a bit longer", "not too long"])
def test_a_wish_for_more_or_less_stays_one(said: str) -> None:
    assert [change.slot for change in read("shops/cinema", said, FILMS).changes] == ["length"]


@pytest.mark.parametrize("said", ["Americano", "an americano please", "Can I have a house coffee?"])
def test_a_kind_of_thing_that_stands_in_a_title_is_a_wish(said: str) -> None:
    understood = read("benchmarks/shops/coffee", said)
    assert [change.slot for change in understood.changes] == ["coffeeDrink"]
    assert not understood.references


@pytest.mark.parametrize("said", ["I have a house coffee", "I have a house coffee please", "Hi, I have a house coffee with milk"])
def test_i_have_and_no_more_is_an_order_whose_could_was_not_heard(said: str) -> None:
    wanted = {change.slot: change.values for change in read("benchmarks/shops/coffee", said).changes}
    assert wanted["coffeeDrink"] == ("house coffee",)


@pytest.mark.parametrize(
    "said",
    [
        "I have a coffee already", "I've got a house coffee", "I have a coffee, what goes with it",
        "we have a coffee that we like at home",
    ],
)
def test_what_is_owned_is_not_ordered(said: str) -> None:
    assert "coffeeDrink" not in {change.slot for change in read("benchmarks/shops/coffee", said).changes}


def test_an_item_called_by_its_whole_name_is_chosen() -> None:
    understood = read("benchmarks/shops/coffee", "Copper Pot Americano please")
    assert Act.CHOOSE in understood.acts
    assert understood.references[0].items == ("D01",)


def test_a_value_said_twice_is_one_wish() -> None:
    changes = read("shops/demo", "a silver necklace, silver please").changes
    assert sorted(change.slot for change in changes) == ["category", "colour"]


@pytest.mark.parametrize(
    "said", ["the cheaper of the two", "I'll take the first one", "how much is the second one?", "Both of those."]
)
def test_what_points_at_nothing_is_asked_back_and_changes_nothing(said: str) -> None:
    talk = Talk()
    plan = talk.say(said)
    assert (plan.kind, plan.note) == ("repair", "nothing_named")
    assert (dict(talk.state.slots), talk.state.chosen) == ({}, ())


def test_the_cheaper_of_two_where_one_was_named_is_confirmed() -> None:
    talk = Talk()
    assert talk.say("a dress under five dollars").kind == "none_fit"
    assert len(talk.items) == 1
    plan = talk.say("I'll take the cheaper of the two")
    assert (plan.kind, plan.note) == ("confirm", "which_one")


@pytest.mark.parametrize(("said", "places"), [("the second", (1,)), ("number one please", (0,)), ("the last one", (2,))])
def test_options_of_a_question_are_meant_by_their_places(said: str, places: tuple[int, ...]) -> None:
    options = ("comedy", "drama", "horror")
    state = BeliefState(turn=1, asked_slot="genre", last_plan=Plan("ask", slot="genre", options=options))
    change = reader("shops/cinema").read(said, state).changes[0]
    assert change.values == tuple(options[place] for place in places)


@pytest.mark.parametrize(
    ("said", "most"),
    [("under an hour and a half", 90.0), ("nothing over two and a half hours", 150.0), ("less than an hour", 60.0)],
)
def test_hours_with_halves(said: str, most: float) -> None:
    change = read("shops/cinema", said).changes[0]
    assert (change.slot, change.kind, change.high) == ("length", "at_most", most)


def test_a_dollar_is_an_amount() -> None:
    change = read("shops/demo", "a mug under a dollar").changes[-1]
    assert (change.kind, change.high) == ("at_most", 1.0)


def test_an_unknown_shopper_is_new() -> None:
    conversation = Talk().conversation
    known = conversation.think("a red mug", BeliefState(), Talk().heard, shopper="nobody-has-this-id")
    new = conversation.think("a red mug", BeliefState(), Talk().heard)
    assert [ranked.item.id for ranked in known.plan.items] == [ranked.item.id for ranked in new.plan.items]
