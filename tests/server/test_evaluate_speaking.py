"""Replies made from a shop's rows and read by two checkers, with a model that takes any of the ways to say the facts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from dialogue.llm import Completion
from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from server.evaluate.speaking import evaluate_speaking

CINEMA = Path(__file__).parents[2] / "shops" / "cinema"
LEAST_SHARE = 0.7


class Dice:
    """A model that can choose, and chooses by chance; words of its own it has none."""

    can_choose = True

    def __init__(self) -> None:
        self._chance = random.Random(5)

    def complete(self, prompt: str, *, among: Sequence[str] = (), **_: object) -> Completion:
        return Completion(self._chance.choice(among) if among else "", 1, 1.0, "stop")


def test_whatever_is_chosen_both_checkers_bear_out_and_most_sentences_are_chosen() -> None:
    items = load_catalogue(CINEMA, load_schema(CINEMA)).items
    figures = evaluate_speaking(load_shop(CINEMA), items, Dice(), replies=60, seed=19, patience_ms=60_000)
    assert figures["unsupported_claims"] == 0, figures["doubts"]
    assert figures["llm_share"] >= LEAST_SHARE
    assert figures["llm_late"] == 0
    assert figures["llm_choices"] > 60
