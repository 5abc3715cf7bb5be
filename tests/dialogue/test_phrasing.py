"""From plan to sentences: every kind of plan, the model's words checked, repaired or replaced, and never waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from speaking_shop import FILM, LAMP, MUGS, NAMELESS, SHIFT, SHOP, WRAP, Choosing, Scripted, Shelf, recommending

from dialogue.llm import Completion
from dialogue.phrasing import Phraser
from dialogue.phrasing.checking import check
from dialogue.phrasing.composing import compose
from dialogue.phrasing.facts import ShopFacts
from dialogue.phrasing.phraser import SPOKEN_CHARS_PER_S
from dialogue.phrasing.telling import Scene
from dialogue.phrasing.traits import price_gap
from dialogue.phrasing.wording import Worder, ways_for
from dialogue.state import BeliefState, SlotBelief
from dialogue.types import Plan, Sentence
from recommender.types import Ranked, Reason, Relaxation

NEW = BeliefState()


@pytest.fixture
def plainly() -> Iterator[Phraser]:
    phraser = Phraser(SHOP, Shelf(), None)
    yield phraser
    phraser.close()


def spoken_by(model: Scripted, plan: Plan, state: BeliefState = NEW) -> list[Sentence]:
    phraser = Phraser(SHOP, Shelf(), model)
    try:
        return list(phraser.say(plan, state))
    finally:
        phraser.close()


PLANS = {
    "greet": Plan("greet"),
    "ask": Plan("ask", slot="colour", options=("navy", "green"), expecting="choice"),
    "ask with wishes": Plan("ask", slot="colour", wishes={"occasion": ("wedding",)}),
    "recommend": recommending(WRAP, SHIFT, LAMP, wishes={"colour": ("navy",)}, ask_next="budget"),
    "recommend one": recommending(MUGS),
    "recommend nameless": recommending(NAMELESS),
    "compare": Plan("compare", items=(Ranked(WRAP, 1.0), Ranked(SHIFT, 0.9))),
    "answer price": Plan("answer", focus="w1", requested=("price",)),
    "answer slot": Plan("answer", focus="w1", requested=("material",)),
    "answer stock": Plan("answer", focus="l1", requested=("stock",)),
    "answer unknown": Plan("answer", focus="w1", requested=("washing",)),
    "answer by a policy's words": Plan("answer", focus="w1", requested=("refund",)),
    "answer nothing": Plan("answer", requested=("parking",)),
    "answer policy": Plan("answer", policies=("returns",), requested=("returns",)),
    "confirm": Plan("confirm", slot="colour", options=("navy",), expecting="yes_no"),
    "none_fit": Plan("none_fit", slot="budget", items=(Ranked(SHIFT, 1.0),), relaxations=(Relaxation("price", 2, nearest=9500),)),
    "none_fit by colour": Plan("none_fit", slot="colour", relaxations=(Relaxation("colour", 3, values=("navy", "green")),)),
    "chosen": Plan("chosen", focus="s1"),
    "memory": Plan("memory", wishes={"colour": ("navy",)}),
    "memory forgotten": Plan("memory", note="forgotten"),
    "repair": Plan("repair"),
    "off topic": Plan("repair", note="off_topic:medical"),
    "close": Plan("close"),
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("turn", range(3))
def test_every_kind_of_plan_is_said_truly(plainly: Phraser, name: str, turn: int) -> None:
    plan = PLANS[name]
    state = BeliefState(turn=turn, slots={"budget": SlotBelief(high=80.0)})
    sentences = list(plainly.say(plan, state))
    assert sentences
    names = {item.id: plainly.shop.of(item).name.lower() for item in Shelf().items()}
    for sentence in sentences:
        assert sentence.text[0].isupper()
        assert sentence.text[-1] in ".?!:"
        assert len(sentence.text) < 230
        for item, start, end in sentence.spans:
            assert sentence.text[start:end].lower() in names[item]


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("turn", range(3))
def test_templates_pass_the_checker_that_the_model_must_pass(plainly: Phraser, name: str, turn: int) -> None:
    plan, state = PLANS[name], BeliefState(turn=turn, slots={"budget": SlotBelief(high=80.0)})
    for telling in compose(Scene(plan, state, plainly.shop, plainly.ground(plan, state))):
        verdict = check(telling.text, telling.ground, plainly.shop, must_name=telling.names)
        assert not verdict.faults, telling.text


def test_words_differ_between_turns_and_stay_the_same_for_a_turn(plainly: Phraser) -> None:
    plan = recommending(WRAP, SHIFT)
    said = [" ".join(s.text for s in plainly.say(plan, BeliefState(turn=turn))) for turn in (0, 1, 2, 0)]
    assert said[0] == said[3]
    assert len(set(said)) == 3


def test_a_recommendation_names_two_or_three_items_with_their_prices(plainly: Phraser) -> None:
    sentences = list(plainly.say(recommending(WRAP, SHIFT), NEW))
    text = " ".join(sentence.text for sentence in sentences)
    assert "a hundred and forty-five dollars" in text
    assert "ninety-five dollars" in text
    assert [item for sentence in sentences for item in sentence.items] == ["w1", "s1"]
    assert "fifty dollars less" in text


def test_what_goes_with_a_choice_is_named_with_its_price(plainly: Phraser) -> None:
    beside = Ranked(MUGS, 0.5, (Reason("goes_with", item="w1"),))
    for turn in range(3):
        plan = Plan("chosen", items=(Ranked(WRAP, 1.0), beside), focus="w1")
        sentences = list(plainly.say(plan, BeliefState(turn=turn)))
        assert [sentence.items for sentence in sentences[:2]] == [("w1",), (MUGS.id,)]
        assert plainly.shop.of(MUGS).price in sentences[1].text
    alone = list(plainly.say(Plan("chosen", items=(Ranked(WRAP, 1.0),), focus="w1"), NEW))
    assert [item for sentence in alone for item in sentence.items] == ["w1"]


def test_several_chosen_in_one_breath_are_each_said_back(plainly: Phraser) -> None:
    both = list(plainly.say(Plan("chosen", items=(Ranked(WRAP, 1.0), Ranked(MUGS, 0.9)), focus="w1"), NEW))
    assert [sentence.items for sentence in both[:2]] == [("w1",), (MUGS.id,)]
    assert plainly.shop.of(MUGS).price in both[1].text


def test_names_with_commas_are_names(plainly: Phraser) -> None:
    goodbye = replace(FILM, title="Goodbye, Rosalind")
    sentences = list(plainly.say(recommending(goodbye, LAMP), NEW))
    assert [sentence.items for sentence in sentences[1:3]] == [(goodbye.id,), (LAMP.id,)]


def test_a_comparison_begins_with_what_decides(plainly: Phraser) -> None:
    casual, formal = (
        replace(SHIFT, values={**SHIFT.values, "style": ("casual",)}),
        replace(WRAP, values={**WRAP.values, "style": ("formal",)}),
    )
    first = next(iter(plainly.say(Plan("compare", items=(Ranked(casual, 1.0), Ranked(formal, 0.9))), NEW)))
    assert "smarter" in first.text
    assert "more" in first.text


def test_long_names_still_make_a_reply_of_twelve_seconds(plainly: Phraser) -> None:
    long = [replace(item, title=f"{item.title} of the Old Harbour Road Workshop with Brass") for item in (WRAP, SHIFT, LAMP)]
    said = sum(len(sentence.text) + 1 for sentence in plainly.say(recommending(*long, ask_next="colour"), NEW))
    assert said <= 12 * SPOKEN_CHARS_PER_S


def test_stock_sentences_are_those_that_replies_begin_with(plainly: Phraser) -> None:
    stock = {sentence.text for sentence in plainly.stock()}
    assert 10 < len(stock) < 120
    first = next(iter(plainly.say(replace(recommending(WRAP), wishes={"occasion": ("wedding",)}), NEW))).text
    assert first.startswith("For a wedding,")
    assert any(text.startswith("For a wedding,") for text in stock)
    for turn in range(3):
        assert next(iter(plainly.say(Plan("greet"), BeliefState(turn=turn)))).text in stock
        assert next(iter(plainly.say(recommending(LAMP, SHIFT), BeliefState(turn=turn)))).text in stock
        assert next(iter(plainly.say(Plan("repair", note="not_understood"), BeliefState(turn=turn)))).text in stock


def test_titles_that_cannot_be_spoken_are_called_by_their_kind(plainly: Phraser) -> None:
    text = " ".join(sentence.text for sentence in plainly.say(recommending(NAMELESS), NEW))
    assert "free" not in text
    assert "gnore" not in text
    assert "lamp" in text


def test_prices_as_asked_and_policies_as_written(plainly: Phraser) -> None:
    price = list(plainly.say(PLANS["answer price"], NEW))
    assert "a hundred and forty-five dollars" in price[0].text
    policy = list(plainly.say(PLANS["answer policy"], NEW))
    assert (policy[0].text, policy[0].source) == (
        "You can return anything unworn within thirty days for a full refund.",
        "policy",
    )


def test_what_the_rows_do_not_say_is_not_known(plainly: Phraser) -> None:
    text = " ".join(sentence.text for sentence in plainly.say(PLANS["answer unknown"], NEW))
    assert "don't know" in text
    assert "Linen Wrap Dress" in text


def test_nothing_under_the_limit_says_where_things_begin(plainly: Phraser) -> None:
    text = " ".join(s.text for s in plainly.say(PLANS["none_fit"], BeliefState(slots={"budget": SlotBelief(high=80.0)})))
    assert "nothing under eighty dollars" in text
    assert "ninety-five dollars" in text


def test_the_model_gets_the_facts_and_its_true_words_are_spoken() -> None:
    model = Scripted("smart, in navy, lovely for a wedding, and it's a hundred and forty-five dollars.")
    sentences = spoken_by(model, recommending(WRAP))
    assert sentences[-1].source == "llm"
    assert sentences[-1].text == (
        "The Linen Wrap Dress is smart, in navy, lovely for a wedding, and it's a hundred and forty-five dollars."
    )
    assert sentences[-1].spans == (("w1", 4, 20),)
    assert "a hundred and forty-five dollars" in model.prompts[0].rsplit("\n\n", 1)[-1]


def test_every_way_to_say_the_facts_is_true_and_fit_to_be_said() -> None:
    phraser = Phraser(SHOP, Shelf(), None)
    worder = Worder(Scripted(), phraser.shop)
    for plan in PLANS.values():
        for telling in compose(Scene(plan, NEW, phraser.shop, phraser.ground(plan, NEW))):
            for way in ways_for(telling) if telling.sheet else ():
                assert worder.settle(telling, way) == (f"{telling.sheet.lead}{way}".strip(), ())
    phraser.close()


def test_a_model_that_can_choose_has_a_sentence_before_it_tries_its_own_words() -> None:
    model = Choosing()
    sentences = spoken_by(model, recommending(WRAP, SHIFT))
    assert [sentence.source for sentence in sentences[1:]] == ["choice", "choice"]
    assert not set(sentences[1].causes) - {"not_mended"}
    assert "a hundred and forty-five dollars" not in model.prompts[0].rsplit("\n\n", 1)[-1]


def test_own_words_that_take_too_long_are_cut_short_and_the_choice_is_said() -> None:
    phraser = Phraser(SHOP, Shelf(), None)
    plan = recommending(WRAP)
    telling = next(each for each in compose(Scene(plan, NEW, phraser.shop, phraser.ground(plan, NEW))) if each.sheet)
    phraser.close()
    model, now = Choosing("true of nothing", after_ms=30_000), time.monotonic()
    worded = Worder(model, phraser.shop).word(telling, seed=0, wanted=now + 2.0, until=now + 20, cancelled=lambda: False)
    assert worded.causes == ("cut_short",)
    assert worded.text.startswith("The Linen Wrap Dress is")


def test_what_was_chosen_is_said_though_own_words_never_come_back() -> None:
    heard = threading.Event()

    class Stuck(Choosing):
        def complete(self, prompt: str, *, among: Sequence[str] = (), **more: Any) -> Completion:
            if not among:
                heard.wait(20)  # deaf to its deadline
            return super().complete(prompt, among=among, **more)

    phraser = Phraser(SHOP, Shelf(), Stuck(), patience_ms=100)
    assert phraser._worder is not None
    phraser._worder._free_ms = 10.0  # so that it dares to try
    sentences = list(phraser.say(recommending(WRAP), NEW))
    heard.set()
    phraser.close()
    assert (sentences[1].source, sentences[1].causes) == ("choice", ("cut_short",))


def test_a_wrong_price_is_put_right() -> None:
    sentences = spoken_by(Scripted("smart, in navy, for fifty dollars."), recommending(WRAP))
    assert sentences[-1].source == "llm"
    assert sentences[-1].causes == ("wrong_price",)
    assert "a hundred and forty-five dollars" in sentences[-1].text
    assert "fifty dollars" not in sentences[-1].text.replace("forty-five", "")


def test_a_clause_that_says_too_much_is_left_out() -> None:
    sentences = spoken_by(Scripted("smart, in navy, machine washable, at a hundred and forty-five dollars."), recommending(WRAP))
    assert sentences[-1].text == "The Linen Wrap Dress is smart, in navy, for a wedding, at a hundred and forty-five dollars."
    assert sentences[-1].causes == ("unsupported_word",)


def test_lies_that_cannot_be_mended_are_replaced_by_the_template() -> None:
    lie = "the best silk dress in town and comes with free delivery."
    sentences = spoken_by(Scripted(lie, lie), recommending(WRAP))
    assert sentences[-1].source == "template"
    assert {"superlative", "unsupported_word"} <= set(sentences[-1].causes)
    assert "silk" not in sentences[-1].text


def test_the_shopper_never_waits_for_a_slow_model() -> None:
    phraser = Phraser(SHOP, Shelf(), Scripted("never heard.", after_ms=60_000))
    reply = phraser.say(recommending(WRAP), NEW)
    started = time.monotonic()
    first = next(reply)
    assert first.source == "template"
    rest = list(reply)
    assert time.monotonic() - started < 30  # the model would take a minute
    assert rest[0].causes == ("late",)
    phraser.close()


def test_an_interrupted_reply_stops_the_model() -> None:
    model = Scripted("a", "b", "c", after_ms=300)
    phraser = Phraser(SHOP, Shelf(), model)
    reply = phraser.say(recommending(WRAP, SHIFT, LAMP), NEW)
    next(reply)
    reply.close()  # type: ignore[attr-defined]
    time.sleep(0.5)
    assert len(model.prompts) <= 1
    phraser.close()


def test_an_item_without_a_price_is_spoken_of_without_one(plainly: Phraser) -> None:
    unpriced = replace(FILM, price_minor=None)
    text = " ".join(sentence.text for sentence in plainly.say(recommending(unpriced), NEW))
    assert "dollar" not in text
    assert "Harbour Lights" in text


def test_what_was_not_asked_for_is_not_said_to_be_as_asked() -> None:
    wishing = replace(recommending(WRAP, SHIFT), wishes={"style": ("smart",)})
    price = "a hundred and forty-five dollars"
    misplaced = spoken_by(Scripted(f"smart, in navy, at {price}, as you asked."), wishing)[1]
    assert "ill_formed" in misplaced.causes
    assert "asked" not in misplaced.text
    placed = spoken_by(Scripted(f"smart, as you asked, in navy, at {price}."), wishing)[1]
    assert placed.text == f"The Linen Wrap Dress is smart, as you asked, in navy, at {price}."


@pytest.mark.parametrize(("dearer", "said"), [(14850, "three dollars fifty more"), (15895, "about fourteen dollars more")])
def test_a_small_difference_is_not_rounded(dearer: int, said: str) -> None:
    facts = ShopFacts(SHOP, ())
    one, other = (facts.of(replace(WRAP, price_minor=price)) for price in (dearer, 14500))
    assert price_gap(one, other, facts) == said


def test_nothing_is_made_an_items_owner() -> None:
    price = "a hundred and forty-five dollars"
    sentence = spoken_by(Scripted(f"smart, for a wedding's style, at {price}."), recommending(WRAP))[-1]
    assert "ill_formed" in sentence.causes
    assert "wedding's" not in sentence.text
