"""What a relative wish comes to: "cheaper" measured from the items it was said of, "dressier" further along the shop's scale."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace

from dialogue.queries import limits_of
from dialogue.shop import Slot, TalkingShop
from dialogue.state import BeliefState, Evidence, SlotBelief
from dialogue.types import SlotChange
from recommender.types import Item, Recommender

A_LITTLE = 0.15
"""Share of a number by which a little less or more would best lie from it."""
MONEY_STEP = 0.01
"""The least by which one price is cheaper than another, in major units."""


def moved(
    change: SlotChange, state: BeliefState, shop: TalkingShop, slot: Slot, recommender: Recommender, of_items: Sequence[str]
) -> SlotBelief:
    """The belief after a wish for less or more. ``of_items``: the items it was said of; without any it is only a leaning."""
    direction = 1 if change.kind == "more" else -1
    belief = state.belief(slot.name)
    evidence = Evidence(change.words, state.turn, change.confidence)
    items = [item for item in map(recommender.item, of_items) if item]
    if change.most and slot.kind == "amount":
        return _at_the_end(state, shop, slot, direction, evidence, recommender)
    if slot.kind == "choice":
        scale = shop.scale(slot.name)
        scale = (scale[-1 if direction > 0 else 0],) if change.most and scale else scale   # "the scariest you've got"
        return _along_scale(belief, evidence, slot, scale, direction, items)
    numbers = [number for item in items if (number := amount_of(item, slot)) is not None]
    if not numbers:
        return replace(belief, any=False, direction=direction, evidence={**belief.evidence, "direction": evidence})
    if change.slightly and change.correction and belief.direction == direction:
        return _close_by(belief, direction)   # "no, I meant a little bit cheaper": measured from where it was before
    strict = _beyond(belief, evidence, slot, direction, min(numbers) if direction < 0 else max(numbers))
    strict = _close_by(strict, direction) if change.slightly else strict
    if len(set(numbers)) > 1 and not recommender.count(limits_of(state.with_slot(slot.name, strict), shop, skip_offered=True)):
        return _beyond(belief, evidence, slot, direction, max(numbers) if direction < 0 else min(numbers))
    return strict


def measured_anew(
    state: BeliefState, shop: TalkingShop, recommender: Recommender, changed: Collection[str]
) -> BeliefState:
    """ "The shortest you have", and then "something French": the shortest of those."""
    for name, belief in state.slots.items():
        slot = shop.slot(name)
        if belief.most and changed and name not in changed and slot is not None:
            why = belief.evidence["direction"]
            state = state.with_slot(name, _at_the_end(state, shop, slot, belief.direction, why, recommender))
    return state


def _close_by(belief: SlotBelief, direction: int) -> SlotBelief:
    """ "A bit cheaper" stays near what it was said of."""
    bound = belief.high if direction < 0 else belief.low
    return belief if bound is None else replace(belief, near=bound * (1 + direction * A_LITTLE))


def _at_the_end(
    state: BeliefState, shop: TalkingShop, slot: Slot, direction: int, evidence: Evidence, recommender: Recommender
) -> SlotBelief:
    """ "Your cheapest": so far to the wished side that nothing lies beyond what is left."""
    without = state.with_slot(slot.name, SlotBelief())
    numbers = {number for item in recommender.items() if (number := amount_of(item, slot)) is not None}
    ordered = sorted(numbers, reverse=direction > 0)

    def beyond(bound: float) -> SlotBelief:
        low, high = (bound, None) if direction > 0 else (None, bound)
        return SlotBelief(low=low, high=high, direction=direction, most=True, evidence={"direction": evidence})

    def leaves_any(bound: float) -> bool:
        return recommender.count(limits_of(without.with_slot(slot.name, beyond(bound)), shop)) > 0

    enough = bisect_left(ordered, True, key=leaves_any)
    return beyond(ordered[enough]) if enough < len(ordered) else SlotBelief(direction=direction, evidence={"direction": evidence})


def amount_of(item: Item, slot: Slot) -> float | None:
    """An item's number in an amount slot; money in major units."""
    if slot.is_money:
        return None if item.price_minor is None else item.price_minor / 100
    return item.numbers.get(slot.name)


def _beyond(belief: SlotBelief, evidence: Evidence, slot: Slot, direction: int, bound: float) -> SlotBelief:
    """Beyond a bound on the wished side; the other bound stays where it still can."""
    step = MONEY_STEP if slot.is_money else 1e-6
    if direction < 0:
        high = max(round(bound - step, 6), 0.0)
        low = belief.low if belief.low is not None and belief.low < high else None
        return SlotBelief(low=low, high=high, direction=-1, evidence={**belief.evidence, "high": evidence, "direction": evidence})
    low = round(bound + step, 6)
    kept = belief.high if belief.high is not None and belief.high > low else None
    return SlotBelief(low=low, high=kept, direction=1, evidence={**belief.evidence, "low": evidence, "direction": evidence})


def _along_scale(
    belief: SlotBelief, evidence: Evidence, slot: Slot, scale: Sequence[str], direction: int, items: Sequence[Item]
) -> SlotBelief:
    """The values further along than the items are, or than what was wanted, or than the middle."""
    reached = [scale.index(value) for item in items for value in item.values.get(slot.name, ()) if value in scale]
    wanted = [scale.index(value) for value in belief.want if value in scale]
    start = reached or wanted or [(len(scale) - 1) // 2 if direction > 0 else len(scale) // 2]
    at = sum(start) / len(start)
    further = tuple(value for place, value in enumerate(scale) if (place - at) * direction > 0)
    further = further or (scale[-1 if direction > 0 else 0],)
    exclude = tuple(value for value in belief.exclude if value not in further)
    why = {**dict.fromkeys(further, evidence), "direction": evidence}
    return SlotBelief(want=further, exclude=exclude, direction=direction, evidence=why)
