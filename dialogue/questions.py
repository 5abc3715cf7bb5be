"""Which question to ask: the one whose answer splits what still fits best and that people answer gladly."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dialogue.queries import limits_of
from dialogue.remembering import for_whom
from dialogue.shop import Slot, TalkingShop
from dialogue.state import BeliefState
from recommender.types import Recommender

OPTIONS_OFFERED = 3
AMOUNT_SPLIT = 0.75
"""How well a question for an amount splits, beside choices that split by entropy from 0 to 1."""

WORTH_ASKING = 0.12
"""A question that splits and pleases less than this is not asked."""


def best_question(state: BeliefState, shop: TalkingShop, recommender: Recommender) -> tuple[Slot, tuple[str, ...]] | None:
    """The slot to ask for and two or three real values to offer; None where no question is worth the shopper's breath.

    A slot is never asked twice in one topic, nor when anything at all is known of it, from this visit or an earlier one.
    """
    known = state.known.of("likes", for_whom(state, shop))
    open_slots = [
        slot
        for slot in shop.slots
        if slot.ask and slot.name not in state.asked and slot.name not in known and not state.belief(slot.name).settled
    ]
    if not open_slots:
        return None
    facets = recommender.facets(limits_of(state, shop), [slot.name for slot in open_slots if slot.kind == "choice"])
    best: tuple[float, Slot, tuple[str, ...]] | None = None
    for slot in open_slots:
        counts = _allowed(facets.get(slot.name, {}), state.belief(slot.name).exclude)
        split = AMOUNT_SPLIT if slot.kind == "amount" else _split(counts)
        worth = split * slot.willing
        if best is None or worth > best[0]:
            best = (worth, slot, tuple(counts)[:OPTIONS_OFFERED] if slot.kind == "choice" else ())
    return (best[1], best[2]) if best and best[0] >= WORTH_ASKING else None


def _allowed(counts: Mapping[str, int], excluded: tuple[str, ...]) -> dict[str, int]:
    return {value: count for value, count in counts.items() if value not in excluded and count > 0}


def _split(counts: Mapping[str, int]) -> float:
    """Entropy of the values over what fits, 0 (all alike) to 1 (eight or more even parts)."""
    total = sum(counts.values())
    if total == 0 or len(counts) < 2:
        return 0.0
    entropy = -sum(count / total * math.log2(count / total) for count in counts.values())
    return min(entropy / 3, 1.0)
