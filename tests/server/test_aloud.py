"""Replies spoken and heard again: what was meant, what counts as heard, and the real voice with a real listener once."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.phrasing import Phraser
from dialogue.phrasing.facts import ShopFacts
from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from server.evaluate.aloud import listen_back, meant, price_said, speak
from server.evaluate.speaking import Reply, Rows, make_reply
from server.evaluate.speaking_plans import occasions
from voice.sound import Pcm16

DEMO = Path(__file__).parents[2] / "shops" / "demo"


@pytest.fixture(scope="module")
def shop() -> ShopFacts:
    return ShopFacts(load_shop(DEMO), ())


@pytest.fixture(scope="module")
def replies() -> list[Reply]:
    talking, items = load_shop(DEMO), load_catalogue(DEMO, load_schema(DEMO)).items
    phraser = Phraser(talking, Rows(items), None)  # type: ignore[arg-type]
    made = [make_reply(phraser, occasion) for occasion in occasions(talking, items, count=12, seed=3)]
    phraser.close()
    return made


@pytest.mark.parametrize(
    ("minor", "heard", "said"),
    [
        (3695, "at $36.95.", True),
        (3695, "it's thirty-six dollars ninety-five", True),
        (9800, "at 98 dollars", True),
        (9800, "at $198", False),
        (3400, "at $3 to $4", False),
        (42, "at 42 cents", True),
    ],
)
def test_prices_in_transcripts(shop: ShopFacts, minor: int, heard: str, said: bool) -> None:
    assert price_said(minor, heard, shop) is said


class Deaf:
    """A listener that hears the same words whatever is said."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.lengths: list[int] = []

    def normalize(self, text: str) -> str:
        return text.lower()

    def hear(self, pcm: Pcm16) -> str:
        self.lengths.append(len(pcm))
        return self.words


def test_what_was_meant_must_be_heard(shop: ShopFacts, replies: list[Reply]) -> None:
    from server.models import require
    from voice.speaking import PiperSpeaker

    speaker = PiperSpeaker(require("piper-joe"))
    reply = next(one for one in replies if one.occasion.plan.kind == "recommend")
    wanted = meant(reply, shop)
    assert len(wanted.names) == len(wanted.prices_minor) == 2
    right = " ".join(sentence.text for sentence in reply.sentences)
    figures = listen_back([reply], shop, speaker, Deaf(right))
    assert figures["aloud_same_names_and_prices"] == 1.0
    assert 4 < figures["aloud_recommended_p50_s"] < 12
    figures = listen_back([reply], shop, speaker, Deaf("nothing of the kind for 1 dollar"))
    assert figures["aloud_same_names_and_prices"] == figures["aloud_names_heard"] == figures["aloud_prices_heard"] == 0.0
    assert len(figures["aloud_missed"]) == 1
    assert len(speak(reply, speaker)) > 4 * 16_000
