"""The belief state as a request to the recommender: hard limits apart from preferences."""

from __future__ import annotations

from dialogue.remembering import leanings
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState, SlotBelief
from recommender.types import Limits, Query, Range

AROUND_LOW, AROUND_HIGH = 0.6, 1.25
""" "Around 50" is a wish for 50 and a limit of 30 to 62.50: people stretch a little, not far."""

VARIETY = 0.8
SURPRISE = 1.0

LIST_LENGTH = 3
"""Items in one spoken list; more cannot be held in mind by ear."""


def limits_of(state: BeliefState, shop: TalkingShop, *, skip_offered: bool = False, without: str | None = None) -> Limits:
    """The hard limits. ``without``: a slot left out, as when asking what it could still be."""
    must: dict[str, frozenset[str]] = {}
    exclude: dict[str, frozenset[str]] = {}
    ranges: dict[str, Range] = {}
    price = Range()
    for slot in shop.slots:
        belief = state.slots.get(slot.name)
        if belief is None or slot.name == without:
            continue
        if slot.kind == "choice":
            if belief.want and slot.limit and not belief.direction:
                must[slot.name] = frozenset(belief.want)
            if belief.exclude and not slot.made_to_order:
                exclude[slot.name] = frozenset(belief.exclude)
        elif slot.is_money:
            price = _range(belief, scale=100)
        elif slot.limit:
            ranges[slot.name] = _range(belief)
    ranges = {name: found for name, found in ranges.items() if found != Range()}
    away = set(state.refused) | set(state.avoided) | set(state.known.owned) | (set(state.offered) if skip_offered else set())
    return Limits(price_minor=price, must=must, exclude=exclude, ranges=ranges, exclude_items=frozenset(away))


def _range(belief: SlotBelief, scale: int = 1) -> Range:
    low, high = belief.low, belief.high
    if belief.around is not None:
        low, high = belief.around * AROUND_LOW, belief.around * AROUND_HIGH
    if scale == 1:
        return Range(low, high)
    return Range(None if low is None else round(low * scale), None if high is None else round(high * scale))


def query_of(
    state: BeliefState, shop: TalkingShop, *, shopper: str | None = None, skip_offered: bool = False, count: int = LIST_LENGTH
) -> Query:
    """The whole request: limits, preferences, leanings, the shopper's words, likes and dislikes of this session."""
    prefer: dict[str, dict[str, float]] = {}
    towards: dict[str, float] = {}
    target = None
    words = []
    prefer.update(leanings(state, shop))
    for slot in shop.slots:
        belief = state.slots.get(slot.name)
        if belief is None:
            continue
        if slot.kind == "choice":
            if belief.want:
                prefer[slot.name] = _weights(belief)
                words += list(belief.want) if not belief.direction else []
        else:
            if belief.direction and belief.near is None:
                towards["price" if slot.is_money else slot.name] = float(belief.direction)
            best = belief.around if belief.around is not None else belief.near
            if slot.is_money and best is not None:
                target = round(best * 100)
    return Query(
        limits=limits_of(state, shop, skip_offered=skip_offered),
        prefer=prefer,
        text=" ".join([*state.texts, *words]),
        shopper=shopper,
        liked=state.liked,
        disliked=state.refused,
        like_item=state.like_item,
        towards=towards,
        target_price_minor=target,
        count=count,
        diversity=VARIETY if "variety" in state.manner else Query().diversity,
        surprise=SURPRISE if "surprise" in state.manner else 0.0,
        usual="usual" in state.manner,
    )


def _weights(belief: SlotBelief) -> dict[str, float]:
    """All wanted values count fully; along a scale the further ones count a little more."""
    if not belief.direction:
        return dict.fromkeys(belief.want, 1.0)
    last = len(belief.want) - 1
    order = belief.want if belief.direction > 0 else tuple(reversed(belief.want))
    return {value: 1.0 - 0.2 * (last - place) / max(last, 1) for place, value in enumerate(order)}
