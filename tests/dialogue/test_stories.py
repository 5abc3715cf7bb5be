"""Whole conversations as impatient people have them: each reads as a story, and says what a good shop assistant would do."""

from __future__ import annotations

import re
from functools import cache

import pytest
from talking import Talk, demo

from dialogue.phrasing import Phraser
from dialogue.types import Act, Heard


@cache
def phraser() -> Phraser:
    return Phraser(demo().shop, demo().recommender, None)


def reply(talk: Talk) -> str:
    assert talk.turn is not None
    return " ".join(sentence.text for sentence in phraser().say(talk.turn.plan, talk.state))


def chosen_scarf() -> tuple[Talk, str, str]:
    """A talk in which a scarf was taken and something else was named that goes with it."""
    talk = Talk()
    talk.say("I want a navy scarf")
    plan = talk.say("I'll take the first one")
    scarf, companion = (ranked.item.id for ranked in plan.items)
    return talk, scarf, companion


@pytest.mark.parametrize("said", ["how much was it?", "what's it made of?", "is it in stock?"])
def test_after_a_choice_it_is_what_was_taken(said: str) -> None:
    talk, scarf, _ = chosen_scarf()
    assert talk.say(said).focus == scarf


def test_what_was_taken_in_another_colour_is_like_it_and_not_like_its_companion() -> None:
    talk, scarf, _ = chosen_scarf()
    talk.say("does it come in blue?")
    assert talk.state.like_item == scarf


def test_taking_that_too_or_asking_of_that_one_means_the_companion() -> None:
    talk, scarf, companion = chosen_scarf()
    talk.say("okay, I'll have that too")
    assert talk.state.chosen == (scarf, companion)
    talk, _, companion = chosen_scarf()
    assert talk.say("how much is that one?").focus == companion


def test_a_companion_that_was_not_heard_is_not_meant() -> None:
    talk, scarf, _ = chosen_scarf()
    talk.say("I'll have that too", Heard((scarf,), scarf))
    assert talk.state.chosen == (scarf,)


def test_a_choice_and_a_question_in_two_sentences_are_both_answered() -> None:
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    plan = talk.say("Fine, I'll have the first. What's it made of?")
    assert plan.kind == "chosen"
    assert plan.requested == ("material",)
    assert talk.items[0].values["material"][0] in reply(talk)


def test_a_question_before_a_choice_takes_nothing() -> None:
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    talk.say("How much is the first one, if I'll take it home myself?")
    assert not talk.state.chosen


@pytest.mark.parametrize(
    "said",
    [
        "what did I ask for so far?",
        "remind me what I said",
        "so what are you looking for now?",
        "Right, what have I told you so far?",
        "sum that up",
    ],
)
def test_what_was_said_so_far_is_said_back_and_stays(said: str) -> None:
    talk = Talk()
    talk.say("a scarf for my mum, not wool, under sixty dollars")
    before = talk.state.slots
    plan = talk.say(said)
    assert talk.turn is not None
    assert talk.turn.understanding.acts == (Act.RECAP,)
    assert (plan.kind, plan.note) == ("memory", "so_far")
    assert talk.state.slots == before
    answer = reply(talk)
    for told in ("a scarf", "for your mother", "up to sixty dollars", "not wool"):
        assert told in answer


def test_what_was_taken_is_said_back_too_and_nothing_where_nothing_was_said() -> None:
    talk, scarf, _ = chosen_scarf()
    assert talk.say("what have I got so far?").focus == scarf
    taken = talk.conversation.recommender.item(scarf)
    assert taken is not None
    assert f"You have taken the {taken.title}" in reply(talk)
    fresh = Talk()
    fresh.say("what did I say?")
    assert "othing" in reply(fresh)


def test_forgetting_what_was_said_of_one_thing_leaves_the_rest() -> None:
    talk = Talk()
    talk.say("a red bag for my wife, not leather")
    talk.say("forget what I said about the colour")
    assert not talk.wants("colour")
    assert talk.wants("category") == ("handbag",)
    talk.say("forget what I said about the leather")
    assert not talk.state.belief("material").exclude
    assert talk.wants("recipient") == ("her",)


@pytest.mark.parametrize("said", ["do you sell bicycles?", "have you got a lawnmower", "can I buy televisions here?"])
def test_a_kind_that_is_not_sold_gets_an_honest_no(said: str) -> None:
    talk = Talk()
    talk.say("a red mug please")
    before = talk.state.slots
    plan = talk.say(said)
    assert (plan.kind, plan.note) == ("none_fit", "not_sold")
    assert talk.state.slots == before
    assert re.search(r"\bno\b", reply(talk).lower())


def test_what_only_its_title_calls_so_is_shown_as_the_nearest() -> None:
    talk = Talk()
    plan = talk.say("have you got laptops?")
    assert plan.note == "nearest"
    assert all("Laptop" in item.title for item in talk.items)


@pytest.mark.parametrize(
    "said", ["do you have gift cards?", "do you have any ideas?", "have you got anything in green?", "do you sell mugs?"]
)
def test_what_the_shop_knows_is_not_denied(said: str) -> None:
    talk = Talk()
    assert talk.say(said).note != "not_sold"


def test_a_bit_cheaper_stays_near_and_cheaper_does_not_have_to() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    before = min(item.price_minor or 0 for item in talk.items)
    talk.say("a bit cheaper")
    assert all(0.6 * before <= (item.price_minor or 0) < before for item in talk.items)


def test_no_a_bit_cheaper_is_measured_from_where_it_was_before() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    talk.say("cheaper")
    limit = talk.state.belief("budget").high
    plan = talk.say("no, I meant a little bit cheaper, not the cheapest thing in the shop")
    assert talk.state.belief("budget").high == limit
    assert plan.kind == "recommend"


def test_somewhere_in_between_lies_between_the_first_prices_and_the_cheaper_ones() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    dear = min(item.price_minor or 0 for item in talk.items)
    talk.say("cheaper")
    cheap = [item.price_minor or 0 for item in talk.items]
    talk.say("hmm, somewhere in between")
    assert all(min(cheap) < (item.price_minor or 0) < dear for item in talk.items)
    talk.say("the one in the middle")
    assert talk.state.belief("budget").high is not None


def test_two_shoppers_hear_of_one_thing_each() -> None:
    talk = Talk()
    talk.say("My mum wants a scarf and my sister wants gloves")
    assert {item.values["category"][0] for item in talk.items} == {"scarf", "gloves"}


def test_a_person_may_be_named_without_my() -> None:
    talk = Talk()
    talk.say("Look, two minutes. Birthday, wife, sixty dollars, go.")
    assert talk.wants("recipient") == ("her",)
    talk = Talk()
    talk.say("a wedding present for my brother and his fiancee")
    assert talk.wants("recipient") == ("him",)


def test_what_is_shut_out_stays_shut_out_when_another_kind_is_agreed_to() -> None:
    talk = Talk()
    talk.say("something for a housewarming, thirty to forty dollars, no candles")
    plan = talk.say("shoes")
    assert plan.note == "category_in_the_way"
    assert not any("candle" in item.values["category"] for item in talk.items)
    talk.say("okay, what else is there?")
    assert "candle" in talk.state.belief("category").exclude


def test_what_is_said_again_is_heard_again() -> None:
    talk = Talk()
    talk.say("a navy scarf, cotton")
    plan = talk.say("no, I said navy")
    assert plan.kind == "recommend"
