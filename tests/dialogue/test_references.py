"""Items are meant by the same words however they are said: what holds of every frame, filler, case and comma."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from talking import Talk

from dialogue.shop import load_shop
from dialogue.state import BeliefState
from dialogue.types import Act, Heard, Plan, Understanding
from dialogue.understanding import Reader
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema

DEMO = Path(__file__).parents[2] / "shops" / "demo"
RUGS = ("LP1424", "LP1435", "LP1425")
"""A mustard flatweave rug (out of stock), a tan prayer rug at 250, a cream prayer rug at 186."""
SNOODS = ("LP0319", "LP0352", "LP0323", "LP0330")
"""Tan mohair, teal wool, a burgundy square scarf, cream merino."""
TIES = ("LP0823", "LP0826", "LP0851")
"""A lilac linen pocket square at 31, the Sorrel skinny tie at 18, a yellow silk pocket square at 60."""
SHOES = ("LP0413", "LP0414", "LP0426", "LP0439")
"""Walking boots, grey loafers, court shoes, mustard ankle boots."""


@cache
def reader() -> Reader:
    return Reader.of(load_shop(DEMO), load_catalogue(DEMO, load_schema(DEMO)).items)


def read(text: str, table: tuple[str, ...], *, offered: tuple[str, ...] = ()) -> Understanding:
    state = BeliefState(
        turn=1, table=table, offered=(*offered, *table), last_item=table[-1] if table else None, last_plan=Plan("recommend")
    )
    return reader().read(text, state)


def meant(text: str, table: tuple[str, ...], *, offered: tuple[str, ...] = ()) -> list[str]:
    found = dict.fromkeys(item for reference in read(text, table, offered=offered).references for item in reference.items)
    return sorted(found)


PLACES = [("first", 0), ("second", 1), ("third", 2), ("fourth", 3), ("last", -1)]
FRAMES = [
    "the {} one", "the {} one please", "I'll take the {} one", "how much is the {} one", "could I have the {}, please",
    "tell me about the {} one", "what about the {}", "is the {} one in stock", "um, actually, the {} one",
    "I think I'd like the {} one best", "sorry, the {} one", "okay so the {} then", "can you tell me who makes the {} one",
    "not the other ones, the {} one", "you know the {} one", "well I liked the {} one", "go back to the {} one",
]  # fmt: skip


@pytest.mark.parametrize("size", [2, 3, 4])
def test_an_ordinal_is_the_nth_shown_whatever_frame_it_stands_in(size: int) -> None:
    table = SNOODS[:size]
    wrong = []
    for frame, (word, place) in product(FRAMES, PLACES):
        if place < size and meant(frame.format(word), table) != [table[place]]:
            wrong.append((frame.format(word), meant(frame.format(word), table)))
    assert not wrong


SAID = [
    ("the teal one please", SNOODS, [1]),
    ("I'll go with the square scarf", SNOODS, [2]),
    ("neither of the prayer rugs", RUGS, [1, 2]),
    ("the cheaper of the prayer rugs", RUGS, [2]),
    ("whichever of the prayer rugs is cheaper", RUGS, [2]),
    ("all but the last one", SNOODS, [0, 1, 2]),
    ("the one after the square scarf", SNOODS, [3]),
    ("both pocket squares are lovely", TIES, [0, 2]),
    ("the second pocket square", TIES, [2]),
    ("I prefer the first one to the second", TIES, [0]),
    ("not the linen one, the silk tie", TIES, [1]),
    ("the two pairs of boots", SHOES, [0, 3]),
    ("the sixty dollar one", TIES, [2]),
    ("I'll have the tie and the yellow one", TIES, [1, 2]),
    ("the other two", RUGS, [0, 1]),
    ("the first, no, the second", RUGS, [1]),
    ("which of the prayer rugs is cheaper", RUGS, [1, 2]),
    ("is the flatweave rug in stock", RUGS, [0]),
]


def ways(text: str) -> Iterator[str]:
    """The same, as it may be said or written down."""
    yield from (f"{opener}{text}" for opener in ("um, ", "actually ", "you know, ", "well, ", "okay so ", "yeah ", "right, "))
    yield from (f"{text}{end}" for end in (".", "?", " you know", " please", " I think"))
    yield from (text.upper(), text.capitalize(), text.replace(",", ""))
    words = text.split()
    yield " ".join([*words[:2], "um,", *words[2:]])
    yield " ".join([*words[:-1], "uh", words[-1]])
    for word, digit in (("first", "1st"), ("second", "2nd"), (" two", " 2")):
        if word in text:
            yield text.replace(word, digit)


@pytest.mark.parametrize(("text", "table", "places"), SAID)
def test_fillers_case_commas_and_digits_change_nothing(text: str, table: tuple[str, ...], places: list[int]) -> None:
    items = sorted(table[place] for place in places)
    assert meant(text, table) == items
    questions = text.startswith("I prefer")  # asked, it is of both
    wrong = [way for way in ways(text) if meant(way, table) != items and not (questions and way.endswith("?"))]
    assert not wrong


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("what about that skinny tie from before", "LP0826"),
        ("can we go back to the yellow pocket square", "LP0851"),
        ("actually I'll take the Sorrel tie you mentioned earlier", "LP0826"),
        ("the first one you showed me at the start", "LP0823"),
        ("the first one", "LP0319"),
        ("I'll have the wool one", "LP0352"),
    ],
)
def test_items_of_earlier_replies_are_meant_where_no_item_of_the_last_is(said: str, item: str) -> None:
    assert meant(said, SNOODS, offered=TIES) == [item]


BOWLS = ("LP1112", "LP1094", "LP1096")
"""A pink dinner set, a navy salad bowl, white pasta bowls."""
SKIRTS = ("LP0117", "LP0148", "LP0138")
"""A black silk tulip skirt, the Kestrel and the Brittany denim skirts, both grey."""
BLOCKS = ("LP1740", "LP1716", "LP1710")
"""Stacking rings of beech, wooden blocks of beech, stacking rings of bamboo."""


@pytest.mark.parametrize(
    ("said", "table", "places"),
    [
        ("the blue one please", BOWLS, [1]),   # navy, where nothing is blue
        ("not the wooden one", ("LP1763", "LP1753", "LP1784"), [1]),   # walnut
        ("are the bowls a set", BOWLS, [2]),   # called in the plural
        ("the bowl sounds nice", BOWLS, [1]),
        ("which one would you wear to an interview", SKIRTS, [0, 1, 2]),
        ("I'd be happy with either", SKIRTS[:2], [0, 1]),
        ("isn't the silk one dearer than the Kestrel", SKIRTS, [0, 1]),
        ("I'd go for the first but it's twice the price of the second", SKIRTS, [0]),
        ("can I swap the first for the second", SKIRTS, [1]),
        ("what's the difference between the two sets of rings", BLOCKS, [0, 2]),
        ("the building blocks", BLOCKS, [1]),   # a word that tells nothing apart
        ("rings would be safer for a baby", BLOCKS, [0, 2]),
        ("two wooden blocks and a train please", BLOCKS, [1]),
        ("he turns two on the third", BLOCKS, []),
        ("blocks like those in blue if you have them", SKIRTS, []),
    ],
)
def test_what_is_meant_in_wider_words(said: str, table: tuple[str, ...], places: list[int]) -> None:
    assert meant(said, table) == sorted(table[place] for place in places)


def test_a_wider_value_that_is_wished_for_means_no_item() -> None:
    understood = read("do you have the bowl in blue", BOWLS)
    assert (understood.like_items, [change.values for change in understood.changes]) == ((BOWLS[1],), [("blue",)])


@pytest.mark.parametrize("said", ["don't you have the bowl in red", "I don't suppose you have the bowl in red"])
def test_a_question_with_a_not_shuts_nothing_out(said: str) -> None:
    assert [(change.kind, change.values) for change in read(said, BOWLS).changes] == [("want", ("red",))]


@pytest.mark.parametrize("said", ["the silk one costs a fortune", "the silk one's double what I wanted to spend"])
def test_what_is_said_of_an_item_does_not_take_it(said: str) -> None:
    assert Act.CHOOSE not in read(said, SKIRTS).acts


@pytest.mark.parametrize("said", ["the one with the buckle", "the one that has a buckle"])
def test_an_item_is_meant_by_what_its_description_tells(said: str) -> None:
    described = [item for item in map(reader().item, ("LP0626", "LP0643", "LP0639", "LP0620")) if item]
    buckled = [item.id for item in described if re.search(r"\bbuckles?\b", item.description)]
    other = [item.id for item in described if item.id not in buckled]
    table = (*buckled[:1], *other[:2])
    assert meant(said, table) == list(buckled[:1])


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("my wife has a red leather bag, she'd like something to go with it", "colour"),
        ("she's got a red scarf already", "colour"),
        ("I have a black leather handbag, something to go with it", "colour"),
        ("I bought a lamp last week and it's broken", "category"),
        ("my sister collects teapots", "category"),
        ("that works for me", "occasion"),
        ("I'm easy about the price, a dress for a wedding", "style"),
        ("I'm the manager", "recipient"),
        ("something warm but light for a cold day", "category"),
        ("steer clear of anything woollen", "colour"),
    ],
)
def test_what_is_only_told_of_is_no_wish(said: str, slot: str) -> None:
    assert slot not in {change.slot for change in read(said, ()).changes}


@pytest.mark.parametrize(
    ("said", "slot", "values"),
    [
        ("I've got a wedding in June, I need a dress", "occasion", ("wedding",)),
        ("he's got a brown leather wallet that's falling apart, I want to replace it", "category", ("wallet",)),
        ("she loves her blue silk scarf, I want something similar", "category", ("scarf",)),
        ("glasses", "category", ("glassware",)),
        ("she's turning sixty, about forty dollars", "occasion", ("birthday",)),
    ],
)
def test_what_is_told_and_wished_for_is_a_wish(said: str, slot: str, values: tuple[str, ...]) -> None:
    assert [change.values for change in read(said, ()).changes if change.slot == slot] == [values]


def test_the_list_stays_on_the_table_while_one_of_it_is_spoken_of() -> None:
    talk = Talk()
    talk.say("a teapot")
    table = talk.state.hear(talk.heard).table
    talk.say("how much is the second one")
    talk.say("I'll take the first one", Heard((table[1],), table[1]))
    assert talk.state.chosen == (table[0],)
    assert talk.say("no wait, the second one instead", Heard((table[0],), table[0])).kind == "chosen"
    assert talk.state.chosen == (table[1],)


def test_another_item_is_asked_what_the_first_was_asked() -> None:
    talk = Talk()
    talk.say("a teapot")
    table = talk.state.hear(talk.heard).table
    talk.say("what is the first one made of")
    plan = talk.say("and the second?", Heard((table[0],), table[0]))
    assert (plan.kind, plan.requested, plan.focus) == ("answer", ("material",), table[1])


def test_cheaper_holds_for_its_kind_of_thing_alone() -> None:
    talk = Talk()
    talk.say("a mug under 40 dollars")
    talk.say("cheaper")
    assert (talk.state.belief("budget").high or 0) < 40
    talk.say("now show me a coat")
    assert talk.state.belief("budget").high == 40


def test_a_wish_that_nothing_measures_brings_others() -> None:
    talk = Talk()
    shown = {ranked.item.id for ranked in talk.say("a handbag").items}
    assert not shown & {ranked.item.id for ranked in talk.say("smaller please").items}


def test_the_cheapest_there_is_is_the_cheapest() -> None:
    talk = Talk()
    plan = talk.say("what's the cheapest mug you have")
    mugs = [item for item in talk.conversation.recommender.items() if "mug" in item.values["category"] and item.in_stock]
    assert plan.items[0].item.price_minor == min(item.price_minor for item in mugs if item.price_minor)


def test_a_question_of_the_shop_and_a_wish_are_both_answered() -> None:
    plan = Talk().say("a red mug, and what's your return policy")
    assert (plan.kind, plan.policies) == ("recommend", ("returns",))


def test_a_narrower_word_refused_leaves_the_kind_wanted() -> None:
    talk = Talk()
    talk.say("earrings please")
    talk.say("no hoops")
    assert talk.wants("category") == ("earrings",)
    assert not talk.state.belief("category").exclude


WORDS = """
the first second last other one ones two both neither all of them that it and or not but , . ? in with for from than over is are
cheaper cheapest more green wool one's others rest whichever which you said before after next pair no sorry I'll take like prefer
it's um you know 2 3rd 50 under dollars between $ anything nothing dress scarf number option my wife has a an already too same as
forget Sorrel
"""


def test_nothing_that_can_be_said_raises() -> None:
    words = WORDS.split()
    chance = random.Random(7)
    for _ in range(1500):
        text = " ".join(chance.choice(words) for _ in range(chance.randint(1, 9)))
        understood = read(text, chance.choice([(), RUGS[:1], TIES, SNOODS]), offered=SHOES)
        assert isinstance(understood.acts, tuple)
        assert all(isinstance(act, Act) for act in understood.acts)


def test_and_the_first_after_an_answer_asks_and_buys_nothing() -> None:
    talk = Talk()
    talk.say("a teapot")
    table = talk.state.hear(talk.heard).table
    talk.say("is the second one in stock")
    plan = talk.say("and the first", Heard((table[1],), table[1]))
    assert (plan.kind, plan.requested, plan.focus) == ("answer", ("stock",), table[0])
    assert not talk.state.chosen


def test_no_to_a_question_leaves_it_open_and_no_to_a_list_brings_others() -> None:
    talk = Talk()
    asked = talk.say("a teapot").ask_next
    assert asked
    shown = {ranked.item.id for ranked in talk.say("no").items}
    assert talk.state.belief(asked).any
    while talk.turn and talk.turn.plan.ask_next:
        shown = {ranked.item.id for ranked in talk.say("no").items}
    assert not shown & {ranked.item.id for ranked in talk.say("no").items}


def test_a_choice_taken_back_is_no_choice() -> None:
    talk = Talk()
    talk.say("a teapot")
    talk.say("I'll take the first one")
    assert talk.state.chosen
    talk.say("actually cancel that")
    assert not talk.state.chosen
    assert talk.wants("category") == ("teapot",)


def test_the_phrase_said_whole_is_the_line_that_answers() -> None:
    assert Talk().say("how much is delivery").policies == ("delivery cost",)


def test_an_article_misheard_before_the_first_one_is_no_other_one() -> None:
    assert meant("I'll take a first one.", RUGS) == [RUGS[0]]
    assert meant("I'll take a second one too.", RUGS) != [RUGS[0]]
    assert read("it is for her first birthday", RUGS).references == ()


@pytest.mark.parametrize(
    ("said", "table", "items"),
    [
        ("he'd never wear a pocket square, bless him", TIES, (TIES[0], TIES[2])),
        ("I've got loafers, thank you", SHOES, (SHOES[1],)),
        ("he needs a new skinny tie so that one will do", TIES, (TIES[1],)),
        ("he never wears yellow so not those", TIES, (TIES[2],)),
        ("I'll take the skinny tie, that one's by the till at the shop", TIES, (TIES[1],)),
        ("sixty for a pocket square, no thank you", TIES, (TIES[2],)),
        ("the loafers, who makes that one", SHOES, (SHOES[1],)),
        ("one of the pocket squares but not the lilac", TIES, (TIES[2],)),
        ("not the lilac he has loads of lilac the yellow one", TIES, (TIES[2],)),
        ("if the skinny one's gone then the yellow one", TIES, (TIES[2],)),
        ("the cream one please, not like the last tan one we had", RUGS, (RUGS[2],)),
    ],
)
def test_an_item_is_meant_by_what_is_said_around_it(said: str, table: tuple[str, ...], items: tuple[str, ...]) -> None:
    assert meant(said, table) == sorted(items)


def test_another_one_that_somebody_had_is_no_likeness_to_find() -> None:
    assert read("the cream one's lovely, my mother had one like it", RUGS).like_items == ()
    assert read("the cream one's lovely, do you have one like it", RUGS).like_items == (RUGS[2],)
