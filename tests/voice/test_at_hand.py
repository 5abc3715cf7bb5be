"""Words of titles at hand that were heard as others: what is open to doubt, and that the sound decides."""

from __future__ import annotations

import pytest

from voice.at_hand import with_words_at_hand
from voice.biasing import put_words_at_hand_right

TITLES = ("Aldgate Leather Planner", "Ribbed Wool Flat Cap", "Oak Wall Clock")
LIKELY = (*TITLES, "planter", "felt", "wool")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("What size is the planter?", "What size is the planner?"),
        ("the planter's lovely", "the planner's lovely"),
        ("the calf, the wool one", "the cap, the wool one"),
        ("any other cats", "any other caps"),
    ],
)
def test_a_word_a_sound_or_two_from_one_at_hand_is_open_to_doubt(heard, meant):
    assert meant in with_words_at_hand(heard, TITLES)


@pytest.mark.parametrize("heard", ["the planner please", "how much is that one?", "do you have a sundial", "", "14"])
def test_what_is_at_hand_what_is_common_and_what_sounds_otherwise_is_not(heard):
    assert with_words_at_hand(heard, TITLES) == []


def sounds_like(said: str, nearly: str, nats_less: float):
    return lambda text: {said: 0.0, nearly: -nats_less}.get(text, -20.0)


def test_the_sound_decides():
    heard, meant = "what size is the planter", "what size is the planner"
    assert with_words_at_hand(heard, TITLES)[0] == meant
    assert put_words_at_hand_right(heard, LIKELY, sounds_like(heard, meant, 3.0)) == meant
    assert put_words_at_hand_right(heard, LIKELY, sounds_like(heard, meant, 6.0)) == heard


def test_two_words_of_a_title_are_put_right():
    def score(text: str) -> float:
        return 5.0 * sum(word in text.split() for word in ("wall", "clock"))

    assert put_words_at_hand_right("does the wool block tick", TITLES[2:], score) == "does the wall clock tick"


def test_a_shop_with_nothing_at_hand_puts_nothing_right():
    heard = "what size is the planter"
    assert put_words_at_hand_right(heard, ("planner", "clock"), lambda text: 0.0) == heard
