"""What is remembered of a shopper from one visit to the next: tastes, dislikes, sizes, for whom, and what is owned already.

Pure. The server keeps it (`server.memory`), and only for a shopper who agreed; here stands what a conversation teaches and how
what is known leans a recommendation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dialogue.shop import Slot, TalkingShop
from dialogue.types import Understanding

if TYPE_CHECKING:
    from dialogue.state import BeliefState

LIKED, DISLIKED = 0.4, -0.8
"""How far, of 1 for a wish of this visit, a remembered taste leans the order."""

OWNED_ALREADY = re.compile(
    r"\balready (?:has|have|had|got|own|owns|bought)\b|\b(?:has|have|had|got|own|owns|bought)\b.* already\b"
)
OWNED = re.compile(
    r"\b(?:(?:already|has|have|had|got|own|owns|bought)\b.*\balready|already (?:has|have|had|got|owns?|bought)|"
    r"(?:has|have|ive got|ive|owns?|bought) (?:it|that|that one|this one|one of those|one like that|one)\b)"
)
"""Says that an item that was refused is owned."""

Kind = Literal["likes", "dislikes", "owns"]


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing remembered. ``slot`` is empty and ``value`` an item's id where something is owned."""

    kind: Kind
    slot: str
    value: str
    whom: str = ""
    """The person it was for, as the shop's own value; empty where none was named."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a conversation knows of its shopper from before."""

    kept: bool = False
    """There is a memory, and the shopper said who they are."""
    agreed: bool = False
    traits: tuple[Trait, ...] = ()
    """Newest first."""

    def of(self, kind: Kind, whom: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Slot to remembered values, for any of these persons."""
        found: dict[str, tuple[str, ...]] = {}
        for trait in self.traits:
            if trait.kind == kind and trait.whom in set(whom):
                found[trait.slot] = (*found.get(trait.slot, ()), trait.value)
        return found

    @property
    def owned(self) -> tuple[str, ...]:
        return tuple(trait.value for trait in self.traits if trait.kind == "owns")


NOTHING_KNOWN = Known()


def lasting(slot: Slot) -> bool:
    """Whether what is said of a slot holds beyond this visit: a taste does, the kind of thing and the budget do not."""
    return slot.kind == "choice" and not slot.topic and not slot.person and slot.remember


def for_whom(state: BeliefState, shop: TalkingShop) -> tuple[str, ...]:
    """The persons this errand is for; ("",) where none was named."""
    person = next((slot for slot in shop.slots if slot.person), None)
    return (state.wants(person.name) if person else ()) or ("",)


def lessons(state: BeliefState, shop: TalkingShop) -> tuple[Trait, ...]:
    """What a conversation so far teaches of its shopper."""
    whom = for_whom(state, shop)
    learned: list[Trait] = []
    for slot in shop.slots:
        belief = state.belief(slot.name)
        if lasting(slot) and not belief.direction:
            learned += [Trait("likes", slot.name, value, person) for value in belief.want for person in whom]
        if lasting(slot):
            learned += [Trait("dislikes", slot.name, value, person) for value in belief.exclude for person in whom]
    learned += [Trait("owns", "", item) for item in dict.fromkeys((*state.chosen, *state.owned))]
    return tuple(learned)


def corrected(known: Known, understanding: Understanding) -> Known:
    """What is known once a turn has gone against it: a taste now shut out or taken back, a dislike now wanted."""
    gone: set[tuple[Kind, str, str]] = set()
    for change in understanding.changes:
        if change.kind in {"exclude", "clear"}:
            gone |= {("likes", change.slot, value) for value in change.values}
        if change.kind in {"want", "clear"}:
            gone |= {("dislikes", change.slot, value) for value in change.values}
    kept = tuple(trait for trait in known.traits if (trait.kind, trait.slot, trait.value) not in gone)
    return known if kept == known.traits else replace(known, traits=kept)


def leanings(state: BeliefState, shop: TalkingShop) -> dict[str, dict[str, float]]:
    """Slot to value to weight, of what is remembered and was not said otherwise in this visit."""
    whom = for_whom(state, shop)
    found: dict[str, dict[str, float]] = {}
    for weight, remembered in ((LIKED, state.known.of("likes", whom)), (DISLIKED, state.known.of("dislikes", whom))):
        for slot, values in remembered.items():
            if not state.belief(slot).settled:
                found.setdefault(slot, {}).update(dict.fromkeys(values, weight))
    return found


def recalled(
    state: BeliefState, shop: TalkingShop, offered: Iterable[Mapping[str, tuple[str, ...]]]
) -> dict[str, tuple[str, ...]]:
    """The first remembered taste that shows in what is offered, to be told: {"material": ("linen",)}; empty where there is none.

    ``offered``: slot to values of each item.
    """
    if state.recalled:
        return {}
    shelves = list(offered)
    for slot, values in state.known.of("likes", for_whom(state, shop)).items():
        shown = tuple(value for value in values if any(value in item.get(slot, ()) for item in shelves))
        if shown and not state.belief(slot).settled:
            return {slot: shown[:1]}
    return {}
