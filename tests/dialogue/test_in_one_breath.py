"""Several questions in one turn are each answered, of the item that each is about."""

from __future__ import annotations

import pytest
from talking import Talk, demo

from dialogue.in_one_breath import questions_apart
from dialogue.phrasing import Phraser
from dialogue.phrasing.checking import check
from dialogue.phrasing.composing import compose
from dialogue.phrasing.telling import Scene
from dialogue.words import read_words


@pytest.fixture(scope="module")
def phraser() -> Phraser:
    return Phraser(demo().shop, demo().recommender, None)


def _asked(*turns: str) -> Talk:
    talk = Talk()
    for turn in ("I'm after a dress for a party, under 120", *turns):
        talk.say(turn)
    return talk


def _reply(talk: Talk, phraser: Phraser) -> str:
    """The reply by template, each sentence of which passes the checker that the model's must pass."""
    assert talk.turn is not None
    plan = talk.turn.plan
    tellings = compose(Scene(plan, talk.state, phraser.shop, phraser.ground(plan, talk.state)))
    for telling in tellings:
        if not telling.policy:
            assert not check(telling.text, telling.ground, phraser.shop, must_name=telling.names).faults, telling.text
    return " ".join(telling.text for telling in tellings)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("how much is the first one and is it in stock", ("how much is the first one and", "is it in stock")),
        ("ok, do you gift wrap? what does it cost?", ("ok, do you gift wrap?", "what does it cost?")),
        ("what about the grey one, is it wool", ()),
        ("is it linen or is it silk", ()),
        ("what's it made of, did you say?", ()),
        ("I want a red dress and a hat", ()),
        ("which is warmer, the first or the second", ()),
    ],
)
def test_questions_stand_apart_where_each_begins_anew(text: str, questions: tuple[str, ...]) -> None:
    assert questions_apart(read_words(text)) == questions


def test_both_of_one_item_are_answered_and_it_is_named_once(phraser: Phraser) -> None:
    talk = _asked("how much is the first one and is it in stock")
    first, name = talk.items[0], phraser.shop.of(talk.items[0]).name
    assert first.id == talk.state.offered[0]
    reply = _reply(talk, phraser)
    assert reply.count(name) == 1
    assert "dollars" in reply
    assert "Yes, it is in stock" in reply


def test_each_is_about_the_item_it_names(phraser: Phraser) -> None:
    talk = _asked()
    one, two = (phraser.shop.of(item) for item in talk.items[:2])
    talk.say("how much is the first and what's the second made of?")
    reply = _reply(talk, phraser)
    assert one.price in reply
    assert two.price not in reply
    assert reply.index(one.name) < reply.index(two.name)
    assert two.values["material"][0] in reply[reply.index(two.name) :]


def test_an_item_and_the_shop_in_one_breath(phraser: Phraser) -> None:
    reply = _reply(_asked("how much is the first one, and can I return it?"), phraser)
    assert "dollars" in reply
    assert "within thirty days" in reply


def test_a_wish_may_come_last(phraser: Phraser) -> None:
    talk = _asked()
    first = phraser.shop.of(talk.items[0])
    plan = talk.say("what's the first one made of, and do you have gloves too?")
    reply = _reply(talk, phraser)
    assert first.name in reply
    assert talk.wants("category") == ("gloves",)
    assert plan.kind == "recommend"
    assert all("gloves" in item.values["category"] for item in talk.items)


def test_what_the_shop_says_of_its_service_is_not_asked_of_an_item(phraser: Phraser) -> None:
    reply = _reply(_asked("do you gift wrap, and how much is that?"), phraser)
    assert reply == "We wrap any gift in plain paper with a ribbon and your own message for four dollars."


def test_nothing_is_said_twice(phraser: Phraser) -> None:
    reply = _reply(_asked("can I return it, and do you do refunds?"), phraser)
    assert reply.count("within thirty days") == 1


@pytest.mark.parametrize(
    "said", ["the first one's fine, what gloves have you got", "the first one will do. have you got any gloves?"]
)
def test_an_item_is_taken_in_one_clause_and_another_kind_asked_for_in_the_next(said: str) -> None:
    talk = _asked()
    first = talk.items[0].id
    talk.say(said)
    assert talk.state.chosen == (first,)
    assert talk.wants("category") == ("gloves",)


@pytest.mark.parametrize("said", ["I like the first one but is it in stock", "the first one's lovely, do you have it in green"])
def test_what_is_asked_of_an_item_does_not_take_it(said: str) -> None:
    talk = _asked()
    talk.say(said)
    assert not talk.state.chosen
