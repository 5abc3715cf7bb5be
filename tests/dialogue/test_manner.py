"""Steering beside the wishes: by what is usually bought, with surprise, with more variety."""

from __future__ import annotations

import pytest
from talking import Talk

from dialogue.manner import manner_of
from dialogue.queries import query_of


@pytest.mark.parametrize(
    ("said", "manner"),
    [
        ("More like what I usually buy, but for the office", ("usual",)),
        ("just my usual, please", ("usual",)), ("the kind of thing I always go for", ("usual",)),
        ("oh, surprise me", ("surprise",)), ("don't surprise me", ()), ("something a bit unexpected", ("surprise",)),
        ("something I would never normally think of", ("surprise",)),
        ("those are all too similar, show me more variety", ("variety",)),
        ("they're all the same", ("variety",)), ("it's all the same to me", ()), ("is it usually in stock?", ()),
        ("I always wear a hat", ()), ("an unusual lamp", ()),
    ],
)
def test_a_manner_is_read_from_the_words(said: str, manner: tuple[str, ...]) -> None:
    assert manner_of(said, ()) == manner


def test_a_manner_stays_until_another_contradicts_it() -> None:
    assert manner_of("in blue", ("usual", "variety")) == ("usual", "variety")
    assert manner_of("surprise me", ("usual", "variety")) == ("variety", "surprise")


def test_what_i_usually_buy_but_for_the_office() -> None:
    talk = Talk()
    plan = talk.say("More like what I usually buy, but for the office")
    asked = query_of(talk.state, talk.conversation.shop, shopper="S0201")
    assert asked.usual
    assert asked.limits.must["occasion"] == frozenset({"office"})
    if plan.kind == "recommend":
        assert all("office" in item.values["occasion"] for item in talk.items)
    talk.say("and surprise me")
    asked = query_of(talk.state, talk.conversation.shop, shopper="S0201")
    assert (asked.usual, asked.surprise) == (False, 1.0)
    assert asked.limits.must["occasion"] == frozenset({"office"})
