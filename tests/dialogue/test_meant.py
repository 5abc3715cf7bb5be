"""Which items are meant, what is asked of them, and what is asked back, in turns as people speak them, in three shops."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from dialogue.belief import DOUBTFUL
from dialogue.shop import load_shop
from dialogue.state import BeliefState, SlotBelief
from dialogue.types import Act, Plan, Understanding
from dialogue.understanding import Reader
from recommender.catalogue import load_catalogue

ROOT = Path(__file__).parents[2]
SHOPS = {"demo": ROOT / "shops/demo", "cinema": ROOT / "shops/cinema", "bistro": ROOT / "benchmarks/speaking/shops/bistro"}
RUGS = ("LP1425", "LP1445", "LP1450")
"""A cream patchwork prayer rug at 186, a grey one at 166.95, a tan sisal doormat at 136."""
GLASSES = ("LP1124", "LP1149", "LP1143")
"""Green and blue acrylic beer glasses at 34, pink wine glasses at 22, clear acrylic tumblers at 34."""
FILMS = ("F237", "F182", "F087")
"""Barnaby and the Island (English), Uncle Oskar and the Planet (Korean), The Golden Lantern (a Spanish comedy)."""
PLACES = ("R10", "R13", "R17")
"""Taverna Elena (French, a garden), La Petite Marmite (Vietnamese), The Fig Tree (French, a terrace)."""


@cache
def reader(name: str) -> Reader:
    shop = load_shop(SHOPS[name])
    return Reader.of(shop, load_catalogue(SHOPS[name], shop.columns).items)


def read(text: str, table: tuple[str, ...] = (), shop: str = "demo", **state: object) -> Understanding:
    before = {"turn": 1, "table": table, "offered": table, "last_item": table[-1] if table else None, **state}
    return reader(shop).read(text, BeliefState(last_plan=Plan("recommend") if table else None, **before))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "shop", "table", "meant"),
    [
        ("both the thirty four dollar ones", "demo", GLASSES, (0, 2)),
        ("the one you said before that", "demo", RUGS, (1,)),
        ("I don't want grey, so one of the other two", "demo", RUGS, (0, 2)),
        ("the patchwork one's too dear, the mat's fine", "demo", RUGS, (2,)),
        ("I like the dolphin one but what about the patchwork", "demo", RUGS, (0,)),
        ("the one that isn't pink or the tumblers, no, the wine glasses", "demo", GLASSES, (1,)),
        ("I'll take the wine glasses and the tumblers but not the beer glasses", "demo", GLASSES, (1, 2)),
        ("is uncle Oscar any good?", "cinema", FILMS, (1,)),
        ("how long is the Korean film", "cinema", FILMS, (1,)),
        ("not the horrors, the other one", "cinema", FILMS, (2,)),
        ("two of the beer ones and one of the pink", "demo", GLASSES, (0, 1)),
        ("the grey, yes, I know that colour, that one please", "demo", RUGS, (1,)),
        ("are both the prayer rugs wool", "demo", RUGS, (0, 1)),
        ("neither's really her", "demo", GLASSES, (0, 1, 2)),
        ("the one that's under thirty", "demo", GLASSES, (1,)),
        ("a hundred and eighty six, for that one, is that a joke", "demo", RUGS, (0,)),
        ("the cream is wool so it'll stain, the grey then", "demo", RUGS, (1,)),
        ("the cream would clash and so would the grey", "demo", RUGS, (0, 1)),
        ("not the first, the other prayer rug, no sorry, the grey one", "demo", RUGS, (1,)),
        ("that last one, no I tell a lie, the one before", "demo", RUGS, (1,)),
        ("they'd chip the wine glasses so I suppose the tumblers", "demo", GLASSES, (2,)),
        ("wait go back to the grey", "demo", RUGS, (1,)),
        ("what on earth is a doormat", "demo", RUGS, (2,)),
        ("book the garden one", "bistro", PLACES, (0,)),
        ("both the French ones", "bistro", PLACES, (0, 2)),
    ],
)
def test_items_are_meant_by_what_is_said_beside_them(text, shop, table, meant):
    found = {item for reference in read(text, table, shop).references for item in reference.items}
    assert found == {table[index] for index in meant}


@pytest.mark.parametrize(
    "text", ["take the doormat off the list", "the cream one is lovely but a hundred and eighty, no", "both rugs are out"]
)
def test_what_is_turned_down_is_never_bought(text):
    acts = read(text, RUGS).acts
    assert Act.CHOOSE not in acts
    assert Act.REJECT in acts


@pytest.mark.parametrize(
    ("text", "slot"),
    [("the doormat is sisal, isn't it?", "material"), ("is either of the prayer rugs under a hundred?", "budget")],
)
def test_what_is_asked_of_an_item_is_no_wish(text, slot):
    understood = read(text, RUGS)
    assert understood.requested == (slot,)
    assert understood.changes == ()


@pytest.mark.parametrize("text", ["anything softer than wool", "whatever goes with jeans", "it's nice but I'd rather not"])
def test_what_is_only_compared_with_or_told_of_is_no_wish(text):
    assert not [change for change in read(text, RUGS).changes if change.kind == "want"]


def test_half_and_double_are_counted_from_the_budget_or_else_from_the_price():
    held = read("double that", RUGS, slots={"budget": SlotBelief(high=40.0)}).changes
    of_item = read("how about half that price", RUGS).changes
    assert [(change.kind, change.high) for change in (*held, *of_item)] == [("at_most", 80.0), ("at_most", 68.0)]


@pytest.mark.parametrize(("text", "asked", "value"), [("flippers for him", None, "slippers"), ("for tea", "budget", 40.0)])
def test_what_only_sounds_like_an_answer_is_asked_back(text, asked, value):
    change = next(change for change in read(text, asked_slot=asked).changes if value in {*change.values, change.high})
    assert change.confidence < DOUBTFUL


@pytest.mark.parametrize("text", ["I saw a dresser", "for tea and cakes", "something plainer please", "simply the best"])
def test_words_that_only_resemble_a_value_are_let_be(text):
    assert not [change for change in read(text).changes if change.confidence < DOUBTFUL]


@pytest.mark.parametrize(
    ("text", "table", "acts", "like"),
    [
        ("yeah no not the grey, my sister's got that", RUGS, {Act.REJECT}, ()),
        ("take the patchwork one away, too fussy", RUGS, {Act.REJECT}, ()),
        ("I've gone off the pink ones", GLASSES, {Act.REJECT}, ()),
        ("okay forget those", GLASSES, {Act.REJECT}, ()),
        ("the doormat and do you gift wrap", RUGS, {Act.CHOOSE, Act.ASK_POLICY}, ()),
        ("I'll take whichever is cheapest", GLASSES, {Act.CHOOSE}, ()),
        ("I'd pick the grey one if it were blue", RUGS, {Act.INFORM}, (1,)),
        ("anything as soft as the patchwork one but not so dear", RUGS, {Act.INFORM}, (0,)),
        ("the second but it's for my mum", RUGS, {Act.INFORM}, ()),
    ],
)
def test_what_is_done_with_the_items_meant(text, table, acts, like):
    understood = read(text, table)
    assert set(understood.acts) == acts
    assert understood.like_items == tuple(table[index] for index in like)
