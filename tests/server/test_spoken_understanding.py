"""Understanding measured through the ear: what is heard is what is read, and the fall is against the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from dialogue.shop import load_shop
from dialogue.understanding import Reader
from recommender.catalogue import load_catalogue
from server.evaluate.dialogue_files import read_dialogues
from server.evaluate.spoken import Ear
from server.evaluate.understanding import measure_reading
from voice.sound import FloatAudio, Transcript

DEMO = Path(__file__).parents[2] / "shops" / "demo"
TURNS = (
    {"system": "", "user": "a red mug", "labels": {"changes": [["colour", "want", ["red"]], ["category", "want", ["mug"]]]}},
    {"system": "", "user": "under thirty dollars", "labels": {"changes": [["budget", "at_most", 30.0]]}},
)


@cache
def reader() -> Reader:
    shop = load_shop(DEMO)
    return Reader.of(shop, load_catalogue(DEMO, shop.columns).items)


class Hearing:
    """A Transcriber that hears a voice's only sample as the text of that number, or mishears it."""

    name = "numbers"

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts, self.likely = texts, [()]

    def transcribe(self, audio: FloatAudio, *, likely: Sequence[str] = (), stale: object = None) -> Transcript:
        self.likely.append(tuple(likely))
        return Transcript(self.texts[int(audio[0])])


@pytest.mark.parametrize(
    ("heard", "slot_f1", "fall"), [(("a red mug", "under thirty dollars"), 1.0, 0.0), (("a red mug", "thunder"), 0.8, 0.2)]
)
def test_the_fall_is_what_was_misheard(tmp_path: Path, heard: Sequence[str], slot_f1: float, fall: float) -> None:
    file = tmp_path / "ours.jsonl"
    file.write_text(json.dumps({"id": "one", "turns": TURNS}) + "\n")
    said = [turn["user"] for turn in TURNS]
    spoken: list[tuple[str, str]] = []

    def voice(name: str, text: str) -> FloatAudio:
        spoken.append((name, text))
        return np.array([said.index(text)], np.float32)

    hearing = Hearing(heard)
    ear = Ear(hearing, {name: lambda text, name=name: voice(name, text) for name in ("low", "high")}, lambda state: ["mug"])
    data = read_dialogues(file, reader().shop, reader().vocabulary)
    figures = measure_reading(data, reader(), lambda done: None, ear)
    assert (figures["slot_f1"], figures["slot_f1_fall"], figures["text_slot_f1"]) == (slot_f1, fall, 1.0)
    assert spoken == [("low", said[0]), ("high", said[1])]
    assert hearing.likely[-1] == ("mug",)
    assert (figures["wer"] == 0) == (fall == 0)
    assert figures["slot_f1_fall_by_voice"] == {"low": 0.0, "high": 1.0 if fall else 0.0}
