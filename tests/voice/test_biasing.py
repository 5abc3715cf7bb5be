"""A likely phrase takes the place of what was misheard when, and only when, that is surely right."""

from __future__ import annotations

import pytest

from voice.biasing import NEAR_PHRASES, brings_in, put_right
from voice.sounds_like import soundalikes

NAMES = ["Linen Wrap Dress", "Lagoon Hand Mirror", "Steel Shaving Mirror", "Cotton Socks"]


def costs(nats):
    """A score by which any other text than the one heard costs so many nats."""
    scored: list[str] = []

    def score(text):
        scored.append(text)
        return -3.0 if len(scored) == 1 else -3.0 - nats

    return score


def test_a_misheard_name_is_put_right_where_whisper_finds_it_almost_as_likely():
    assert put_right("I'll take the Lenin repress, please.", NAMES, costs(5)) == "I'll take the Linen Wrap Dress, please."


def test_it_is_left_where_whisper_finds_it_unlikely():
    heard = "I'll take the Lenin repress, please."
    assert put_right(heard, NAMES, costs(30)) == heard


@pytest.mark.parametrize(
    "heard", ["Something cheaper, please.", "I'd rather have cotton socks.", "the linen wrap dress", "", "Show me mirrors."]
)
def test_other_words_and_names_said_right_are_never_scored(heard):
    def refuse(text):
        raise AssertionError(text)

    assert put_right(heard, NAMES, refuse) == heard


def test_a_rival_said_exactly_stands_against_a_likely_near_twin():
    heard = "the Kestrel Highball Glasses"
    assert put_right(heard, ["Crystal Highball Glasses", "Kestrel Highball Glasses"], costs(0)) == heard


def test_the_likest_of_two_wins():
    assert put_right("a gold chest set", ["Brown Chess Set", "Gold Chess Set"], costs(2)) == "a Gold Chess Set"


def test_what_is_less_likely_must_be_surer():
    heard, others = "the Lenin repress", [f"Thing {n}" for n in range(NEAR_PHRASES)]
    assert put_right(heard, [NAMES[0], *others], costs(12)) == "the Linen Wrap Dress"
    assert put_right(heard, [*others, NAMES[0]], costs(12)) == heard


def test_the_small_words_around_a_name_are_not_taken_for_part_of_it():
    found = soundalikes("I'm looking for a kettle.", ["Grey Kettle"], 0.5)
    assert all("for" not in "I'm looking for a kettle."[match.start : match.end].split()[-1:] for match in found)
    assert put_right("I'm looking for a kettle.", ["Grey Kettle"], costs(15)) == "I'm looking for a kettle."


def test_a_short_common_word_takes_no_others_place():
    heard = "What sort of prices are those?"
    assert put_right(heard, ["trousers", "party dresses"], costs(0)) == heard
    assert put_right("anything from hard well", ["Hartwell"], costs(0)) == "anything from Hartwell"


def test_a_second_hearing_counts_only_where_it_brings_in_a_likely_word():
    likely = ["linen", "the Gold Desk Lamp", "scarf"]
    assert brings_in("linen or silk", "Lemon or silk.", likely)
    assert brings_in("two lamps", "two lambs", likely)
    assert not brings_in("linen, please", "Linen please.", likely)
    assert not brings_in("the one", "a one", likely)
