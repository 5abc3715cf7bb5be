"""One turn's decision: what it is made from, and what several rules look up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from dialogue.queries import limits_of
from dialogue.questions import OPTIONS_OFFERED
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Act, Plan, Understanding
from dialogue.words import Utterance, read_turn
from recommender.types import Ranked, Recommender


@dataclass(frozen=True)
class Deciding:
    """One turn's decision: what was understood, the state after it, and what it may consult."""

    shop: TalkingShop
    recommender: Recommender
    understanding: Understanding
    state: BeliefState
    shopper: str | None = None

    @cached_property
    def utterance(self) -> Utterance:
        """The turn's words, read once for all rules."""
        return read_turn(self.understanding.text)

    @property
    def acts(self) -> frozenset[Act]:
        return frozenset(self.understanding.acts)

    @property
    def referred(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for reference in self.understanding.references for item in reference.items))

    @property
    def wishes(self) -> dict[str, tuple[str, ...]]:
        return {name: belief.want for name, belief in self.state.slots.items() if belief.want}


def options_of(turn: Deciding, slot: str | None) -> tuple[str, ...]:
    """Two or three real values of a slot among what fits; none for an amount."""
    declared = turn.shop.slot(slot) if slot else None
    if slot is None or declared is None or declared.kind != "choice":
        return ()
    counts = turn.recommender.facets(limits_of(turn.state, turn.shop, without=slot), [slot]).get(slot, {})
    return tuple(value for value in counts if value not in turn.state.belief(slot).exclude)[:OPTIONS_OFFERED]


def heard_again(turn: Deciding, items: tuple[Ranked, ...]) -> Plan:
    """Items that were on the table before, told of once more."""
    return Plan("recommend", items=items, fitting=len(items), note="again", wishes=turn.wishes, expecting="choice")


def ranked_of(turn: Deciding, item_id: str) -> Ranked | None:
    """An item as plans carry it; None where the catalogue has none of that id."""
    item = turn.recommender.item(item_id)
    return Ranked(item, 0.0) if item else None


def all_ranked(turn: Deciding, item_ids: Iterable[str]) -> tuple[Ranked, ...]:
    """The items that the catalogue has, in their order."""
    return tuple(ranked for item_id in item_ids if (ranked := ranked_of(turn, item_id)))
