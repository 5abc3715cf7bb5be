"""Phrases found by sound in what was heard."""

from __future__ import annotations

import threading

import pytest

from voice.phonemes import likeness, phonemes, unlikeness
from voice.sounds_like import phonemes_of, soundalikes

PHRASES = ["Linen Wrap Dress", "Lagoon Hand Mirror", "Scalloped Cotton Seat Pad", "Steel Shaving Mirror", "red"]


@pytest.mark.parametrize(
    ("heard", "words", "phrase"),
    [
        ("I'll take the Lenin repress, please.", "Lenin repress", "Linen Wrap Dress"),
        ("How much is the lagoon and mirror?", "lagoon and mirror", "Lagoon Hand Mirror"),
        ("Scalloped cotton seed path.", "Scalloped cotton seed path", "Scalloped Cotton Seat Pad"),
    ],
)
def test_a_misheard_phrase_is_found_by_its_sound(heard, words, phrase):
    found = soundalikes(heard, PHRASES, 0.8)[0]
    assert found.phrase == phrase
    assert heard[found.start : found.end] == words


@pytest.mark.parametrize("heard", ["Something cheaper, please.", "I read about it.", "", "...", "The second one.", "日本語"])
def test_other_words_are_like_none(heard):
    assert soundalikes(heard, PHRASES, 0.8) == []


def test_what_is_said_exactly_is_wholly_alike():
    found = soundalikes("the linen wrap dress", PHRASES, 0.8)
    assert (found[0].phrase, found[0].likeness) == ("Linen Wrap Dress", 1.0)


def test_near_sounds_are_nearer_than_far_ones():
    assert unlikeness("p", "b") < unlikeness("p", "z") <= 1
    assert unlikeness("ɪ", "ɛ") < unlikeness("i", "ɑ") < unlikeness("i", "k") == 1
    assert unlikeness("s", "z") == unlikeness("z", "s")
    assert likeness(phonemes("wrap"), phonemes("rap")) == 1
    assert likeness((), ()) == 0


def test_thousands_of_phrases_are_looked_through_in_a_moment():
    phrases = [f"{first} {second} number {n}" for n in range(50) for first in ("Amber", "Cotton") for second in ("Lamp", "Vase")]
    assert soundalikes("the cotton vase number seventeen", [*phrases, *PHRASES], 0.9)[0].phrase == "Cotton Vase number 17"


def test_espeak_may_be_asked_by_many_at_once():
    words = [f"word{n}" for n in range(40)]
    alone = [phonemes_of(word) for word in words]
    phonemes.cache_clear()
    phonemes_of.cache_clear()
    together: dict[int, list[object]] = {}
    askers = [threading.Thread(target=lambda n=n: together.update({n: [phonemes_of(word) for word in words]})) for n in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert all(heard == alone for heard in together.values())
