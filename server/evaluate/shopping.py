"""Simulated shoppers with hidden needs, served by shoptalk, by a form that asks every slot in order, and by a search box.

Each shopper has an agenda (what to say of the need, and when) and patience (turns until they leave), after Schatzmann et al.,
"Agenda-based user simulation for bootstrapping a POMDP dialogue system" (2007). All three shops share catalogue and recommender;
a shopper is served as soon as one of the items put before them meets the whole need.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median
from typing import Any, Protocol

from dialogue.conversation import Conversation
from dialogue.phrasing import Phraser
from dialogue.queries import query_of
from dialogue.shop import Slot
from dialogue.state import BeliefState
from dialogue.types import Heard
from recommender.types import Item, Limits, Query
from server.evaluate.needs import Need, Voice

SHOWN = 3
"""Items put before a shopper at once, by every shop."""

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """How one shopper fared."""

    served: bool
    turns: int
    questions: int
    exact: bool = False
    """The very item that was bought was among those shown."""
    lines: tuple[str, ...] = ()
    """What was said, in order."""


class Shop(Protocol):
    """One way to be served."""

    def visit(self, need: Need, seed: int) -> Visit: ...


def measure_shopping(shops: dict[str, Shop], needs: Sequence[Need], seed: int, told: Told) -> dict[str, Any]:
    """Every shopper in every shop: share served, turns and questions, beside each other.

    ``turns_spent`` counts those who left unserved too; ``turns_to_success`` only those who were served.
    """
    visits: dict[str, list[Visit]] = {name: [] for name in shops}
    for number, need in enumerate(needs, start=1):
        for name, shop in shops.items():
            visits[name].append(shop.visit(need, seed + number))
        told(number)
    return {name: _figures(rows) for name, rows in visits.items()}


def _figures(visits: Sequence[Visit]) -> dict[str, Any]:
    turns = [visit.turns for visit in visits if visit.served]
    return {
        "success_rate": round(mean(visit.served for visit in visits), 4),
        "turns_spent": round(mean(visit.turns for visit in visits), 2),
        "turns_to_success": round(mean(turns), 2) if turns else None,
        "turns_to_success_p50": median(turns) if turns else None,
        "served_in_two_turns": round(mean(visit.served and visit.turns <= 2 for visit in visits), 4),
        "questions_asked": round(mean(visit.questions for visit in visits), 2),
        "bought_item_shown": round(mean(visit.exact for visit in visits), 4),
        "shoppers": len(visits),
    }


def first_sentence(voice: Voice) -> str:
    """What a shopper says on coming in: the kind of thing and about half of the rest. The same in every shop for one seed."""
    return voice.opening([name for name in voice.need.values if voice.rng.random() < 0.5])


@dataclass
class TalkingShopFloor:
    """shoptalk itself: understanding, policy, recommender and the templates' own choice of what is spoken of."""

    conversation: Conversation
    phraser: Phraser
    through: Callable[[str, int], str] = lambda text, _: text
    """What the ear makes of a sentence (the text itself, or synthesis and Whisper)."""

    def visit(self, need: Need, seed: int) -> Visit:
        shop, recommender = self.conversation.shop, self.conversation.recommender
        voice, topic = Voice(shop, need, random.Random(seed)), shop.topic.name if shop.topic else None
        state, heard, questions, exact = BeliefState(), Heard(), 0, False
        said = first_sentence(voice)
        lines: list[str] = []
        for turn in range(1, need.patience + 1):
            thought = self.conversation.think(self.through(said, seed), state, heard)
            state, plan = thought.state, thought.plan
            sentences = list(self.phraser.say(plan, state))
            lines += [f"shopper: {said}", "shop: " + " ".join(sentence.text for sentence in sentences)]
            named = tuple(dict.fromkeys(item for sentence in sentences for item in sentence.items))[:SHOWN]
            heard = Heard(named, named[-1] if named else None)
            offered = [item for item in map(recommender.item, named) if item]
            exact |= need.item in named
            questions += plan.kind == "ask" or plan.ask_next is not None
            if any(need.fits(item, topic) for item in offered):
                return Visit(True, turn, questions, exact, tuple(lines))
            if plan.kind == "confirm" and plan.slot:
                right = {need.kind, *need.values.values()}
                said = "yes" if set(plan.options) & right else "no, " + voice.answer(_slot(self.conversation, plan.slot))
            elif plan.kind == "ask" and plan.slot:
                said = voice.answer(_slot(self.conversation, plan.slot))
            elif offered:
                said = voice.complaint(offered[0])
            else:
                said = voice.opening(list(need.values))
        return Visit(False, need.patience, questions, exact, tuple(lines))


def _slot(conversation: Conversation, name: str) -> Slot:
    slot = conversation.shop.slot(name)
    assert slot is not None
    return slot


@dataclass
class Form:
    """Asks every slot that has a question, in the shop's order; then shows what fits, three at a time.

    It understands answers as well as shoptalk does. ``patient``: the shopper answers the whole form before patience counts.
    """

    conversation: Conversation
    patient: bool = False

    def visit(self, need: Need, seed: int) -> Visit:
        shop, recommender = self.conversation.shop, self.conversation.recommender
        voice, topic = Voice(shop, need, random.Random(seed)), shop.topic.name if shop.topic else None
        state, turn = BeliefState(), 0
        slots = [slot for slot in shop.slots if slot.ask]
        for slot in slots:
            turn += 1
            if turn > need.patience and not self.patient:
                return Visit(False, need.patience, turn - 1)
            answered = self.conversation.think(voice.answer(slot), replace(state, asked_slot=slot.name), Heard())
            state = replace(answered.state, asked_slot=None)
        last = need.patience + (len(slots) if self.patient else 0)
        return _look_through(query_of(state, shop), recommender.recommend, need, topic, turn, last, len(slots))


@dataclass
class SearchBox:
    """The first sentence that shoptalk is told, by dense retrieval; then page after page.

    ``all_told``: a shopper who puts every value of the need into that sentence.
    """

    conversation: Conversation
    all_told: bool = False

    def visit(self, need: Need, seed: int) -> Visit:
        shop, recommender = self.conversation.shop, self.conversation.recommender
        voice, topic = Voice(shop, need, random.Random(seed)), shop.topic.name if shop.topic else None
        text = voice.opening(list(need.values)) if self.all_told else first_sentence(voice)
        query = Query(Limits(), text=text, diversity=0.0)
        return _look_through(query, recommender.recommend, need, topic, 0, need.patience, 0)


def _look_through(
    query: Query, recommend: Callable[[Query], Any], need: Need, topic: str | None, turn: int, last: int, questions: int
) -> Visit:
    """Page after page of what a query finds, a turn each, until something fits or patience ends."""
    seen: list[str] = []
    while turn < last:
        turn += 1
        away = query.limits.exclude_items | frozenset(seen)
        found = recommend(replace(query, limits=replace(query.limits, exclude_items=away), count=SHOWN))
        items: list[Item] = [ranked.item for ranked in found.items]
        seen += [item.id for item in items]
        if any(need.fits(item, topic) for item in items):
            return Visit(True, turn, questions, need.item in seen)
        if not items:
            break
    return Visit(False, turn, questions, need.item in seen)
