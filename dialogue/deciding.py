"""One turn's decision: what it is made from, and what several rules look up."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.queries import limits_of
from dialogue.questions import OPTIONS_OFFERED
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Act, Understanding
from recommender.types import Ranked, Recommender


@dataclass(frozen=True)
class Deciding:
    """One turn's decision: what was understood, the state after it, and what it may consult."""

    shop: TalkingShop
    recommender: Recommender
    understanding: Understanding
    state: BeliefState
    shopper: str | None = None

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


def ranked_of(turn: Deciding, item_id: str) -> Ranked | None:
    """An item as plans carry it; None where the catalogue has none of that id."""
    item = turn.recommender.item(item_id)
    return Ranked(item, 0.0) if item else None
