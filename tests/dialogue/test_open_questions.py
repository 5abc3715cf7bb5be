"""Questions that no slot answers: told by their form, answered from the shop's lines or the row, or owned up to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from speaking_shop import LAMP, SHIFT, SHOP, WRAP, Shelf

from dialogue.lines import compared_by, named_policy, nearest_policy
from dialogue.open_questions import asks_to_change, closed_topic, is_about_item, is_pointed, is_to_shop, kind_of
from dialogue.phrasing import Phraser
from dialogue.shop import Policy
from dialogue.state import BeliefState, SlotBelief
from dialogue.types import Plan
from recommender.types import Ranked


@pytest.fixture(scope="module")
def plainly() -> Iterator[Phraser]:
    phraser = Phraser(SHOP, Shelf(), None)
    yield phraser
    phraser.close()


def said(phraser: Phraser, plan: Plan, **slots: SlotBelief) -> str:
    return " ".join(sentence.text for sentence in phraser.say(plan, BeliefState(slots=slots)))


def asking(question: str, **more: object) -> Plan:
    return Plan("answer", items=(Ranked(WRAP, 1.0),), focus=WRAP.id, requested=(question,), note="question", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("is it safe with my blood pressure medicine", "medical"),
        ("do I have an allergy", "medical"),
        ("can I sue them", "legal"),
        ("who should I vote for", "political"),
        ("what do you think of the president", "political"),
        ("am I too fat for this", "personal"),
        ("are you married", "personal"),
        ("is it navy", None),
        ("something for my pregnant sister", None),
        ("a gift for the doctor", None),
        ("how much is the second one", None),
        ("do you have it in black", None),
    ],
)
def test_topics_a_shop_does_not_enter(text: str, topic: str | None) -> None:
    assert closed_topic(text) == topic


@pytest.mark.parametrize("topic", ["medical", "legal", "political", "personal"])
@pytest.mark.parametrize("turn", range(3))
def test_a_closed_topic_is_turned_back_to_the_shop(plainly: Phraser, topic: str, turn: int) -> None:
    plan = Plan("repair", slot="colour", options=("navy", "green"), note=f"off_topic:{topic}")
    sentences = list(plainly.say(plan, BeliefState(turn=turn)))
    assert sentences[-1].text.endswith("?")
    assert topic not in " ".join(sentence.text for sentence in sentences)


def test_nothing_is_inferred_of_the_person(plainly: Phraser) -> None:
    """What is said of a reply's items comes from their rows; a wish alone never becomes a statement about the shopper."""
    told = said(plainly, Plan("recommend", items=(Ranked(WRAP, 1.0), Ranked(SHIFT, 0.9)), wishes={"occasion": ("wedding",)}))
    assert not [word for word in ("you are", "you're", "your age", "your size", "as a woman", "as a man") if word in told.lower()]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("how many are left", "stock"),
        ("are there any left", "stock"),
        ("what goes with it", "goes_with"),
        ("what would you wear it with", "goes_with"),
        ("what's it about", "details"),
        ("why do you recommend the first one", "why"),
        ("what do other customers say about it", "others"),
        ("is it waterproof", "question"),
    ],
)
def test_what_is_asked(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_the_form_of_questions() -> None:
    assert is_about_item("where is it made")
    assert not is_about_item("a blue scarf for my mother")
    assert is_pointed("does it come in a box")
    assert not is_pointed("what do you think of the first one")
    assert is_to_shop("can I cancel my order")
    assert not is_to_shop("something warmer")
    assert asks_to_change("can I have it engraved")
    assert not asks_to_change("can I have it please")
    assert not asks_to_change("can I have it in blue")


LINES = (
    Policy(name="delivery", words=("deliver", "shipping", "how long does it take"), text="It takes three days."),
    Policy(name="delivery cost", words=("delivery charge", "free delivery", "postage"), text="Delivery costs five dollars."),
    Policy(name="gift card", words=("voucher",), text="Gift cards come in any amount."),
    Policy(name="person", words=("customer service", "talk to a human"), text="We answer from nine to six."),
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("is delivery free", "delivery cost"),
        ("how long does delivery take", "delivery"),
        ("how much is postage", "delivery cost"),
        ("what do other customers say", None),
        ("is it waterproof", None),
    ],
)
def test_the_line_a_question_is_about(question: str, name: str | None) -> None:
    found = nearest_policy(question, LINES)
    assert (found.name if found else None) == name


def test_a_line_named_outright() -> None:
    named = named_policy("do you have gift cards?", LINES)
    assert named is not None
    assert named.name == "gift card"
    assert named_policy("a card for my mother", LINES) is None


def test_the_rows_own_words_answer() -> None:
    lined = replace(LAMP, description="A pull chain and a green glass shade. It folds flat.")
    phraser = Phraser(SHOP, Shelf([lined, WRAP]), None)
    plan = Plan("answer", items=(Ranked(lined, 1.0),), focus=lined.id, requested=("does it fold",), note="question")
    assert said(phraser, plan) == "It folds flat."
    phraser.close()


def test_what_nobody_wrote_is_not_known_but_something_is(plainly: Phraser) -> None:
    text = said(plainly, asking("is it waterproof"))
    assert "know" in text
    assert "Linen Wrap Dress" in text
    assert "waterproof" not in text
    assert "a hundred and forty-five dollars" in text


def test_the_shops_line_answers_a_question_in_other_words(plainly: Phraser) -> None:
    assert (
        said(plainly, asking("can I get a refund on it"))
        == "You can return anything unworn within thirty days for a full refund."
    )


def test_why_is_answered_by_the_shoppers_own_wishes(plainly: Phraser) -> None:
    plan = Plan(
        "answer", items=(Ranked(WRAP, 1.0),), focus=WRAP.id, note="why", wishes={"occasion": ("wedding",)}, requested=("why",)
    )
    text = said(plainly, plan, budget=SlotBelief(high=150.0))
    assert "for a wedding" in text
    assert "your budget of a hundred and fifty dollars" in text
    assert "your budget" not in said(plainly, plan, budget=SlotBelief(high=50.0))


def test_a_comparison_asked_for_by_a_word_is_decided_by_it(plainly: Phraser) -> None:
    assert compared_by("which is cheaper?", SHOP) == ("budget",)
    assert compared_by("which one is smarter", SHOP) == ("style",)
    assert compared_by("what's the difference", SHOP) == ()
    plan = Plan("compare", items=(Ranked(WRAP, 1.0), Ranked(SHIFT, 0.9)), requested=("budget",))
    assert said(plainly, plan).startswith("The second is cheaper, by fifty dollars:")
