"""The checker among strangers: lies and truths by hand about shops of other trades than it was made with (strangers.txt)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from speaking_shop import SHOP

from dialogue.phrasing.checking import check
from dialogue.phrasing.facts import Ground, ShopFacts, stems
from dialogue.shop import TalkingShop
from recommender.types import Item

CASES = Path(__file__).with_name("strangers.txt")


def shop(
    name: str, currency: str, slots: list[dict[str, Any]], critiques: list[dict[str, Any]], lines: dict[str, str]
) -> TalkingShop:
    return TalkingShop.model_validate(
        {
            "shop": {"id": name, "name": name.title(), "currency": currency},
            "slots": [{"kind": "choice", "column": slot["name"], **slot} for slot in slots],
            "critiques": critiques,
            "policies": [{"name": line, "words": [line], "text": text} for line, text in lines.items()],
            "columns": SHOP.columns,
        }
    )


def row(item: str, title: str, text: str, price: int, stock: int | None, values: dict[str, str], **numbers: float) -> Item:
    return Item(item, title, text, price, stock, {slot: tuple(said.split("|")) for slot, said in values.items()}, numbers)


PRICE = {"name": "price", "kind": "amount", "unit": "money"}
SEASONS = ["summer", "spring", "autumn", "winter"]
SHOPS = {
    "fashion": shop(
        "oak-lane",
        "USD",
        [
            {"name": "category", "topic": True},
            PRICE,
            {"name": "colour", "phrase": "in {value}", "synonyms": {"navy": ["dark blue"], "burgundy": ["wine red"]}},
            {"name": "fabric", "phrase": "in {value}", "synonyms": {"wool": ["woollen"], "leather": ["hide"]}},
            {"name": "size", "phrase": "in size {value}"},
            {"name": "occasion", "phrase": "for {a value}", "synonyms": {"office": ["work"]}},
            {"name": "season", "phrase": "for {value}"},
            {"name": "brand", "phrase": "by {value}"},
            {"name": "rating", "kind": "amount", "unit": "stars"},
        ],
        [
            {"words": ["cheaper"], "slot": "price", "direction": "less"},
            {"words": ["warmer"], "slot": "season", "direction": "more", "scale": SEASONS},
            {"words": ["lighter"], "slot": "season", "direction": "less", "scale": SEASONS},
        ],
        {
            "returns": "Returns are taken within twenty-eight days with the receipt.",
            "delivery": "Standard delivery is four dollars fifty and takes three to five days.",
        },
    ),
    "electronics": shop(
        "volt-house",
        "GBP",
        [
            {"name": "kind", "topic": True},
            PRICE,
            {"name": "colour", "phrase": "in {value}"},
            {"name": "maker", "phrase": "by {value}"},
            {"name": "battery", "kind": "amount", "unit": "hours"},
            {"name": "weight", "kind": "amount", "unit": "grams"},
            {"name": "connection", "phrase": "with {value}"},
        ],
        [
            {"words": ["lighter"], "slot": "weight", "direction": "less"},
            {"words": ["heavier"], "slot": "weight", "direction": "more"},
            {"words": ["longer lasting"], "slot": "battery", "direction": "more"},
        ],
        {"warranty": "Everything carries a one year warranty."},
    ),
    "books": shop(
        "the-quire",
        "EUR",
        [
            {"name": "genre", "topic": True, "phrase": "{a value}"},
            {"name": "author", "phrase": "by {value}"},
            PRICE,
            {"name": "pages", "kind": "amount", "unit": "pages"},
            {"name": "year", "kind": "amount", "unit": "year"},
            {"name": "language", "phrase": "in {value}"},
            {"name": "binding", "phrase": "in {value}"},
        ],
        [
            {"words": ["shorter"], "slot": "pages", "direction": "less"},
            {"words": ["longer"], "slot": "pages", "direction": "more"},
        ],
        {},
    ),
}  # fmt: skip
ROWS = {
    "fashion": [
        row("coat", "Ashdown Wool Coat", "Double breasted, with horn buttons and deep pockets.", 18900, 3,
            {"category": "coat", "colour": "navy", "fabric": "wool", "size": "small|medium|large", "occasion": "office",
             "season": "winter", "brand": "Ashdown"}, rating=4.0),
        row("mac", "Pelham Trench", "Belted, with a storm flap. Showerproof.", 14900, 0,
            {"category": "coat", "colour": "tan", "fabric": "cotton", "size": "medium", "occasion": "everyday",
             "season": "spring|autumn", "brand": "Pelham"}, rating=4.5),
        row("bag", "Marlow Satchel", "Brass buckles and a laptop sleeve.", 21000, 12,
            {"category": "bag", "colour": "brown", "fabric": "leather", "occasion": "office|travel", "brand": "Marlow"}),
        row("tote", "Canvas Tote", "", 2450, None, {"category": "bag", "colour": "cream", "fabric": "canvas", "brand": "Marlow"}),
        row("scarf", "Burgundy Silk Scarf", "Hand rolled edges.", 5500, 1,
            {"category": "scarf", "colour": "burgundy", "fabric": "silk", "occasion": "wedding", "season": "spring"}),
    ],
    "electronics": [
        row("ear", "Lumo Air Earbuds", "Two sizes of tips in the box.", 7999, 25,
            {"kind": "earbuds", "colour": "white|black", "maker": "Lumo", "connection": "bluetooth"}, battery=8, weight=46),
        row("head", "Corvid 300 Headphones", "Closed back, folding.", 12900, 4,
            {"kind": "headphones", "colour": "black", "maker": "Corvid", "connection": "cable"}, battery=30, weight=260),
        row("spk", "Tidal Mini Speaker", "Floats in water.", 3550, 0,
            {"kind": "speaker", "colour": "teal", "maker": "Tidal", "connection": "bluetooth"}, battery=12, weight=310),
    ],
    "books": [
        row("salt", "Salt and Lanterns", "A lighthouse keeper's daughter learns to read the weather.", 1450, 5,
            {"genre": "novel", "author": "Iris Maddow", "language": "English", "binding": "paperback"}, pages=312, year=2016),
        row("iron", "The Iron Orchard", "Three generations of a family of smiths.", 2200, 2,
            {"genre": "history", "author": "Tomas Veld", "language": "German", "binding": "hardback"}, pages=540, year=1987),
    ],
}  # fmt: skip


def cases() -> Iterator[tuple[str, list[str], bool, tuple[str, ...], str]]:
    """(shop, rows, whether it lies, policies, sentence)"""
    heading = ("", [""], False, ("",))
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\[(\w+) \| ([\w ]+) \| (lies|truths)(?: \| ([\w ]+))?\]", line):
            heading = (found[1], found[2].split(), found[3] == "lies", tuple((found[4] or "").split()))
        elif line and not line.startswith("#"):
            yield (*heading, line)


@pytest.fixture(scope="module")
def passed() -> list[tuple[bool, bool, str]]:
    """(lies, passed, sentence)"""
    facts = {name: ShopFacts(SHOPS[name], ROWS[name]) for name in SHOPS}
    judged = []
    for name, ids, lies, policies, text in cases():
        items = tuple(facts[name].of(next(one for one in ROWS[name] if one.id == item)) for item in ids)
        ground = Ground(items, facts[name].policies(policies), counts=frozenset({len(items)}), words=frozenset(stems(name)))
        judged.append((lies, check(text, ground, facts[name]).passes, text))
    return judged


def test_lies_about_strange_shops_are_caught(passed: list[tuple[bool, bool, str]]) -> None:
    lies = [(held, text) for lie, held, text in passed if lie]
    missed = [text for held, text in lies if held]
    assert len(lies) > 300
    assert len(missed) <= 0.01 * len(lies), missed


def test_truths_about_strange_shops_pass(passed: list[tuple[bool, bool, str]]) -> None:
    truths = [(held, text) for lie, held, text in passed if not lie]
    refused = [text for held, text in truths if not held]
    assert len(truths) > 100
    assert len(refused) <= 0.03 * len(truths), refused
