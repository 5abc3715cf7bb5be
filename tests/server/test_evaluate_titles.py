"""Measuring titles: when one is named, which lists are likely, and what counts as put into a mouth."""

from __future__ import annotations

import random

import numpy as np
import pytest

from server.evaluate.manifest import ManifestError
from server.evaluate.titles import (
    RELATIVES,
    STRANGERS,
    Spoken,
    likely_around,
    measure_innocents,
    measure_titles,
    names,
    read_titles,
    speak_near_misses,
    speak_titles,
)
from voice.sound import Transcript

FIRST, LAST = ("Amber", "Cotton", "Silver", "Meadow", "Iris"), ("Lamp", "Mug", "Scarf", "Bowl")
SHOP = [f"{first} {last}" for first in FIRST for last in LAST]


@pytest.mark.parametrize(
    ("title", "text", "named"),
    [
        ("Linen Wrap Dress", "I'll take the linen wrap dress.", True),
        ("Acorn Eye Mask", "the acorn eyemask please", True),
        ("Linen Wrap Dress", "I'll take the Lenin repress.", False),
        ("Iris Mug", "How much is the mug?", False),
    ],
)
def test_a_title_is_named_when_all_its_words_are_heard(title, text, named):
    assert names(title, text) is named


def test_a_list_holds_relatives_and_strangers_and_not_what_is_left_out():
    likely = likely_around("Amber Lamp", SHOP, random.Random(1), without="Amber Lamp")
    assert len(likely) == len(set(likely)) == RELATIVES + STRANGERS
    assert "Amber Lamp" not in likely
    assert all("Amber" in title or "Lamp" in title for title in likely[:RELATIVES])


def test_a_broken_list_of_titles_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        read_titles(tmp_path / "none.txt")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(ManifestError, match="one a line"):
        read_titles(tmp_path / "empty.txt")


VOICES = {name: lambda text: np.zeros(16_000, np.float32) for name in ("a", "b", "c")}


class Leaning:
    """Hears "something", and with a list its first phrase."""

    name = "scripted"

    def transcribe(self, audio, *, likely=()):
        return Transcript(f"The {likely[0]}." if likely else "Something.")


def test_the_figures_tell_repair_from_insertion():
    right = Spoken("The Iris Mug.", "a", VOICES["a"](""), ("Iris Mug", "Amber Lamp"), "Iris Mug")
    wrong = Spoken("The Amber Lamp.", "b", VOICES["b"](""), ("Iris Mug", "Amber Lamp"), "Amber Lamp")
    figures = measure_titles([right, wrong], Leaning())
    assert figures["title_accuracy"] == 0.5
    assert figures["title_accuracy_without_biasing"] == 0.0
    figures = measure_innocents([Spoken("Show me mugs.", "c", VOICES["c"](""), ("Iris Mug",))], Leaning())
    assert figures["titles_inserted"] == 1
    assert figures["insertions"][0]["title"] == "Iris Mug"


def test_near_misses_never_say_a_title_on_the_table():
    for one in speak_near_misses(SHOP, SHOP, VOICES, seed=3):
        assert one.title is None
        assert not any(names(title, one.said) for title in one.likely[: RELATIVES + STRANGERS])
        assert set(one.likely) == set(SHOP)


def test_every_title_is_spoken_by_several_voices_with_itself_in_the_list():
    spoken = speak_titles(SHOP[:3], SHOP, VOICES, None, seed=3)
    assert {one.title for one in spoken} == set(SHOP[:3])
    assert all(one.title in one.likely and names(one.title, one.said) for one in spoken)
