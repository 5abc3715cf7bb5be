"""The checks of recorded conversations: each promise of a story is noticed when it is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.client import Exchange, Timed
from server.evaluate.stories import Lived, Story, StoryError, check, load_stories
from server.protocol import (
    ErrorSaid,
    ItemShown,
    ItemsSaid,
    ReplySaid,
    ServerMessage,
    SlotShown,
    TranscriptSaid,
    TurnSaid,
    UnderstandingSaid,
)


def plain(text: str) -> str:
    return text.lower()


LAMP = ItemShown(id="L1", title="Brass Lamp", price="$40", price_minor=4000, in_stock=True, values={"kind": ("lamp",)})
DEAR = ItemShown(id="L2", title="Oak Lamp", price="$92.50", price_minor=9250, in_stock=True, values={"kind": ("lamp",)})


def exchange(
    *items: ItemShown, slots: tuple[SlotShown, ...] = (), acts: tuple[str, ...] = ("inform",), turn: int = 1,
) -> Exchange:
    messages: list[ServerMessage] = [
        TranscriptSaid(role="user", text="a lamp"),
        UnderstandingSaid(turn=turn, text="a lamp", acts=acts, slots=slots),
        ItemsSaid(turn=turn, items=items),
        ReplySaid(turn=turn, index=0, text="...", items=tuple(item.id for item in items)),
        TurnSaid(turn=turn, spoken=True),
    ]
    return Exchange(events=[Timed(message, 0.0) for message in messages], pcm=np.zeros(1, dtype=np.int16))


def lived(one: Exchange, **how: Any) -> Lived:
    return Lived(one, **{"onset_ms": 400.0, "cut": False, "reply_heard": "a brass lamp for $40", **how})


def story(*turns: dict[str, Any]) -> Story:
    timing = [{"speech_start_ms": 10, "speech_end_ms": 20, "length_ms": 30} for _ in turns]
    written = {"name": "s", "folder": Path(), "about": "a", "voice": "v", "turns": [{"say": "x", **turn} for turn in turns]}
    return Story.model_validate({**written, "timing": timing})


GOOD = {"expect": {
    "acts": ["inform"], "slots": {"kind": {"want": ["lamp"]}, "budget": {"at_most": 50}},
    "items": {"every": {"kind": "lamp", "price_at_most": 50, "in_stock": True}, "none": {"kind": "rug"}},
    "heard_back": ["title", "price"], "cut": False,
}}
KIND = SlotShown(slot="kind", spoken="kind", text="lamp", values=("lamp",))
BUDGET = SlotShown(slot="budget", spoken="budget", text="up to $50", high=50)


def test_a_story_that_came_true_has_no_faults() -> None:
    assert check(story(GOOD), [lived(exchange(LAMP, slots=(KIND, BUDGET)))], plain) == []


@pytest.mark.parametrize(("one", "fault"), [
    (lived(exchange(LAMP, slots=(KIND,))), "budget was not understood"),
    (lived(exchange(LAMP, slots=(KIND, BUDGET), acts=("more",))), "read as more, not as inform"),
    (lived(exchange(DEAR, slots=(KIND, BUDGET)), reply_heard="oak lamp $92.50"), "is not price_at_most 50"),
    (lived(exchange(slots=(KIND, BUDGET))), "0 items were recommended"),
    (lived(exchange(LAMP, slots=(KIND, BUDGET)), reply_heard="a brass lamp for $14"), "the price $40 was not heard"),
    (lived(exchange(LAMP, slots=(KIND, BUDGET)), reply_heard="a velvet chair for $40"), "the title 'Brass Lamp' was not heard"),
    (lived(exchange(LAMP, slots=(KIND, BUDGET)), cut=True), "the reply was cut short"),
    (lived(exchange(LAMP, slots=(KIND, BUDGET)), onset_ms=-300.0), "began 300 ms before the shopper had finished"),
    (lived(Exchange(events=[Timed(ErrorSaid(code="internal", message="m"), 0.0)])), "error internal"),
])
def test_each_broken_promise_is_named(one: Lived, fault: str) -> None:
    assert any(fault in said for said in check(story(GOOD), [one], plain))


def test_a_price_with_cents_is_heard_in_either_spelling() -> None:
    told = story({"expect": {"heard_back": ["price"]}})
    for heard in ("it is $92.50", "92 dollars and 50 cents"):
        assert check(told, [lived(exchange(DEAR), reply_heard=heard)], plain) == []
    assert check(told, [lived(exchange(DEAR), reply_heard="it is $92")], plain) != []


def test_a_price_that_the_recogniser_rounds_by_five_cents_is_heard() -> None:
    told = story({"expect": {"heard_back": ["price"]}})
    nearly = DEAR.model_copy(update={"price": "$124.95"})
    assert check(told, [lived(exchange(nearly), reply_heard="for the gown, $125.")], plain) == []
    for heard in ("for the gown, $124.", "for the gown, $124.85", "for the gown, $126."):
        assert check(told, [lived(exchange(nearly), reply_heard=heard)], plain) != []


def test_a_title_spelled_by_ear_is_heard_and_another_is_not() -> None:
    gown = LAMP.model_copy(update={"title": "Floral Wool Evening Gown"})
    told = story({"expect": {"heard_back": ["title"]}})
    assert check(told, [lived(exchange(gown), reply_heard="For the four wheeled evengown, $40")], plain) == []
    assert check(told, [lived(exchange(gown), reply_heard="For the cobweb rain jacket, $40")], plain) != []


def test_critiques_and_references_look_back() -> None:
    told = story({}, {"expect": {"items": {"cheaper_than_turn": 1}}}, {"expect": {"about_item": {"turn": 1, "position": 2}}})
    first = lived(exchange(LAMP, DEAR))
    assert check(told, [first, lived(exchange(LAMP)), lived(exchange(DEAR))], plain) == []
    wrong = check(told, [first, lived(exchange(DEAR)), lived(exchange(LAMP))], plain)
    assert len(wrong) == 2
    assert "is not cheaper" in wrong[0]
    assert "is not about item 2" in wrong[1]


def test_an_exclusion_is_read_from_the_chip() -> None:
    told = story({"expect": {"slots": {"stuff": {"exclude": ["wool"]}}}})
    kept = SlotShown(slot="stuff", spoken="stuff", text="not silk or wool", kind="exclude")
    lost = SlotShown(slot="stuff", spoken="stuff", text="not silk", kind="exclude")
    assert check(told, [lived(exchange(slots=(kept,)))], plain) == []
    assert "does not exclude wool" in check(told, [lived(exchange(slots=(lost,)))], plain)[0]


def test_a_backchannel_must_not_stop_the_reply_nor_become_a_turn() -> None:
    told = story({}, {"backchannel": True})
    good = exchange(LAMP)
    assert check(told, [lived(good), lived(good)], plain) == []
    assert "stopped for a backchannel" in check(told, [lived(good, cut=True), lived(good)], plain)[0]
    good.events.append(Timed(TranscriptSaid(role="user", text="mhm"), 0.0))
    assert "taken for a turn" in check(told, [lived(good), lived(good)], plain)[0]


def test_a_folder_without_stories_and_a_broken_story_say_so(tmp_path: Path) -> None:
    with pytest.raises(StoryError, match="holds no recorded conversations"):
        load_stories(tmp_path)
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "story.yaml").write_text("about: a\nvoice: v\nturns: [{say: x, expct: {}}]\n")
    (folder / "timing.json").write_text('{"1.wav": {"speech_start_ms": 1, "speech_end_ms": 2, "length_ms": 3}}')
    with pytest.raises(StoryError, match="expct"):
        load_stories(tmp_path)
