"""The dialogue room's public types: acts, slot changes, references, plans, and sentences tied to the facts they speak of.

The vocabulary is the field's: dialogue acts, slots, belief state, critique (a relative wish), grounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from recommender.types import Ranked, Relaxation


class Act(StrEnum):
    """What the shopper does with a turn; one turn may do several."""

    GREET = "greet"
    INFORM = "inform"  # says or refines what is wanted
    REJECT = "reject"  # not these / not that one
    ASK_ITEM = "ask_item"  # a question about an item ("is it washable?", "what's the price of the second?")
    ASK_STOCK = "ask_stock"
    ASK_POLICY = "ask_policy"  # returns, delivery, ...
    COMPARE = "compare"
    CHOOSE = "choose"  # "I'll take the first one"
    MORE = "more"  # "what else have you got?"
    AFFIRM = "affirm"
    DENY = "deny"
    DONT_CARE = "dont_care"
    REPEAT = "repeat"  # "say that again?"
    START_OVER = "start_over"
    UNDO = "undo"
    SHOW_MEMORY = "show_memory"
    RECAP = "recap"  # "what did I ask for so far?"
    FORGET_ME = "forget_me"
    REMEMBER_ME = "remember_me"
    THANK = "thank"
    GOODBYE = "goodbye"
    HELP = "help"
    OFF_TOPIC = "off_topic"
    UNCLEAR = "unclear"  # nothing understood


ChangeKind = Literal["want", "exclude", "any", "clear", "at_most", "at_least", "around", "between", "less", "more"]
"""less / more are relative wishes ("cheaper"); any is "I don't mind"; clear forgets the slot."""


@dataclass(frozen=True, slots=True)
class SlotChange:
    slot: str
    kind: ChangeKind
    values: tuple[str, ...] = ()
    """Catalogue spellings, for choice slots."""
    low: float | None = None
    high: float | None = None
    """Amounts in the slot's own unit (money in major units as spoken: 150 means 150 dollars)."""
    words: str = ""
    """The shopper's words that say so."""
    confidence: float = 1.0
    correction: bool = False
    """Said to mend what was misheard or misspoken ("sorry, I meant ..."), so nothing else lapses."""
    most: bool = False
    """A relative wish as far as it goes: "your cheapest"."""
    of: tuple[str, ...] = ()
    """The kind of thing it is said of, where several are ordered at once, each made its own way."""
    slightly: bool = False
    """A relative wish that goes only a little way: "a bit cheaper"."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An item meant by the shopper's words: "the second one", "the navy dress", "that one". No items: none was named yet."""

    items: tuple[str, ...]
    words: str = ""
    confidence: float = 1.0
    by: str = ""
    """The slot by which it is told from the others: the price, for "the cheapest"."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One turn, read. Nothing here has been applied yet."""

    text: str
    acts: tuple[Act, ...] = ()
    changes: tuple[SlotChange, ...] = ()
    references: tuple[Reference, ...] = ()
    requested: tuple[str, ...] = ()
    """Slots or topics asked about ("price", "material", "delivery")."""
    supposed: tuple[tuple[str, str], ...] = ()
    """Slots with the value that an item is asked to have: "is it wool?"."""
    like_items: tuple[str, ...] = ()
    """Items to find likenesses of: "like the second but in green"."""
    contradicted: str | None = None
    """A slot of which two things were said that cannot both be; nothing is changed of it."""
    other_language: bool = False
    owned: tuple[str, ...] = ()
    """Items that the shopper says are owned already."""
    free_text: str = ""
    """What is left for dense retrieval: the wish in the shopper's words."""
    avoided: tuple[str, ...] = ()
    """Stems of words of titles that were shut out: "no lavender"."""
    avoided_items: tuple[str, ...] = ()
    """The items that are called so."""
    unsold: str = ""
    """A thing asked for that no kind of the shop's is called, in the shopper's words."""
    called_so: tuple[str, ...] = ()
    """The items whose titles at least have its noun: a laptop backpack for "have you got laptops?"."""
    complains: bool = False
    """A thing bought is said to have a fault."""
    faulty: tuple[str, ...] = ()
    """What kind of thing that is."""
    unkept: tuple[str, ...] = ()
    """Wishes that no value and no title can keep, in the shopper's words: "not violent"."""
    parts: tuple[Understanding, ...] = ()
    """The questions of a turn that asks several, each read by itself; the last may be a wish."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What really reached the shopper's ear, told by the server before each turn (see voice playback)."""

    items: tuple[str, ...] = ()
    """Items named in the last reply whose names were heard, in order."""
    last_item: str | None = None
    """The item being spoken of when the reply ended or was cut: "that one"."""
    complete: bool = True
    asked: bool = True
    """Whether a sentence of the reply asked anything; a plan's further question is left out where a reply would be too long."""


PlanKind = Literal["greet", "ask", "recommend", "compare", "answer", "confirm", "none_fit", "chosen", "memory", "repair", "close"]

Expecting = Literal["anything", "choice", "yes_no", "amount"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to convey. Words come later, from phrasing; facts only from ``items``, ``policies`` and ``relaxations``."""

    kind: PlanKind
    items: tuple[Ranked, ...] = ()
    focus: str | None = None
    """Item id the answer is about."""
    taken: str | None = None
    """Item id chosen in the same breath as another wish: "I'll have that; and now a wallet"."""
    slot: str | None = None
    """The slot asked for, confirmed or in the way."""
    options: tuple[str, ...] = ()
    """Two or three real values offered with a question."""
    requested: tuple[str, ...] = ()
    supposed: tuple[tuple[str, str], ...] = ()
    """Of those, slots with the value that the item was asked to have, to be answered with yes or no."""
    policies: tuple[str, ...] = ()
    """Names of the shop's policies to answer from."""
    relaxations: tuple[Relaxation, ...] = ()
    wishes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Slot to wished values, for "navy, as you asked"."""
    recalled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Slot to values known from an earlier visit that show in the items: "last time you liked ..."."""
    fitting: int = 0
    """How many items fit; of a choice or a total, how many of the item."""
    note: str = ""
    """A short machine reason for the choice ("two_left", "budget_in_the_way", "off_topic:medical")."""
    unkept: tuple[str, ...] = ()
    """Wishes that cannot be kept, to be said first."""
    ask_next: str | None = None
    """A slot worth asking for after a recommendation."""
    expecting: Expecting = "anything"
    before: tuple[Plan, ...] = ()
    """Answers to the earlier questions of the turn, in their order: they are said first."""


Source = Literal["template", "policy", "choice", "llm"]
"""Whose words a sentence is in: the template's, the shop's policy's, one of the ways to say it that the model chose, its own."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to be spoken, with the items it speaks of and where in the text their names stand."""

    text: str
    items: tuple[str, ...] = ()
    spans: tuple[tuple[str, int, int], ...] = ()
    """(item id, start_char, end_char) of each spoken item name."""
    source: Source = "template"
    causes: tuple[str, ...] = ()
    """Why the LLM's words were repaired or replaced, when they were ("wrong_price", "late", ...)."""
