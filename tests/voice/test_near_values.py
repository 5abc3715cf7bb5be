"""Short values that were heard as other words: what is open to doubt, and who decides."""

from __future__ import annotations

import pytest

from voice.biasing import put_value_right
from voice.near_values import with_near_values

LIKELY = ("mug", "lamp", "scarf", "dress", "coat", "red", "white", "hat", "Kestrel Mud Mask")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("I'm looking for a lamb.", "I'm looking for a lamp."),
        ("Can I see some quotes?", "Can I see some coats?"),
        ("I want address for a wedding.", "I want a dress for a wedding."),
    ],
)
def test_a_word_a_sound_away_from_a_likely_value_is_open_to_doubt(heard, meant):
    assert meant in with_near_values(heard, LIKELY)


@pytest.mark.parametrize("heard", ["I'd like a red mug.", "Is there a mud mask?", "the other one, right", "", "14"])
def test_the_shops_own_words_and_the_commonest_are_not_doubted(heard):
    assert with_near_values(heard, LIKELY) == []


def test_the_sound_decides():
    lamp = lambda text: -3.0 if "lamp" in text else -5.0  # noqa: E731
    lamb = lambda text: -5.0 if "lamp" in text else -3.0  # noqa: E731
    assert put_value_right("a lamb please", LIKELY, lamp) == "a lamp please"
    assert put_value_right("a lamb please", LIKELY, lamb) == "a lamb please"
    assert put_value_right("nothing of the kind", LIKELY, lamp) == "nothing of the kind"
