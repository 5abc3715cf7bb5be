"""When nothing fits: which limits are in the way, what giving a little would bring, and the state if the shopper agrees."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from dialogue.shop import TalkingShop
from dialogue.state import BeliefState, Evidence
from recommender.types import Limits, Range, Recommender, Relaxation

A_LITTLE_MORE = 1.35
"""A price up to this share above the limit is offered before any other limit is given up."""


def find_easing(limits: Limits, shop: TalkingShop, recommender: Recommender) -> tuple[tuple[Relaxation, ...], Limits]:
    """The ways out, gentlest first, and the limits once the first is taken.

    Where no single limit is to blame, the pair of limits whose easing brings most (the kind of thing is given up last); then the
    relaxations name both and belong together.
    """
    found = [one for one in recommender.relaxations(limits) if one.slot != "stock"]
    if found:
        found.sort(key=lambda one: _cost(one, limits, shop))
        return tuple(found), _eased(limits, found[0])
    names = [*limits.must, *limits.ranges, *(["price"] if limits.price_minor != Range() else [])]
    topic = shop.topic.name if shop.topic else None
    best: tuple[tuple[bool, int], tuple[str, ...], Limits] | None = None
    for pair in combinations(names, 2):
        eased = limits
        for name in pair:
            eased = _without(eased, name)
        count = recommender.count(eased)
        if count and (best is None or (topic not in pair, count) > best[0]):
            best = ((topic not in pair, count), pair, eased)
    if best is None:
        return (), limits
    (_, count), both, eased = best
    if "price" not in both:
        return tuple(Relaxation(name, count) for name in both), eased
    other = next(name for name in both if name != "price")
    nearest = next((one.nearest for one in recommender.relaxations(_without(limits, other)) if one.slot == "price"), None)
    if nearest is not None and limits.price_minor.high is not None and nearest > limits.price_minor.high:
        eased = replace(eased, price_minor=Range(None, nearest * A_LITTLE_MORE))
    return tuple(Relaxation(name, count, nearest if name == "price" else None) for name in both), eased


def _cost(one: Relaxation, limits: Limits, shop: TalkingShop) -> tuple[int, int]:
    """Lower is gentler: a little more money, any choice but the kind of thing, more money, another kind of thing."""
    if one.slot == "price":
        high = limits.price_minor.high
        near = one.nearest is not None and high is not None and one.nearest <= high * A_LITTLE_MORE
        return (0 if near else 2, -one.fitting)
    return (3 if shop.topic and one.slot == shop.topic.name else 1, -one.fitting)


def _eased(limits: Limits, one: Relaxation) -> Limits:
    if one.slot == "price" and one.nearest is not None:
        low, high = limits.price_minor.low, limits.price_minor.high
        if high is not None and one.nearest > high:
            return replace(limits, price_minor=Range(low, one.nearest))
        return replace(limits, price_minor=Range(one.nearest, high))
    return _without(limits, one.slot)


def _without(limits: Limits, slot: str) -> Limits:
    if slot == "price":
        return replace(limits, price_minor=Range())
    wanted = slot in limits.must   # then what is shut out of the same slot stays so
    return replace(
        limits,
        must={name: values for name, values in limits.must.items() if name != slot},
        exclude={name: values for name, values in limits.exclude.items() if wanted or name != slot},
        ranges={name: values for name, values in limits.ranges.items() if name != slot},
    )


def take_easing(state: BeliefState, shop: TalkingShop, words: str) -> BeliefState:
    """The state once the shopper said yes to the way out that the last plan offered first."""
    plan = state.last_plan
    if plan is None or not plan.relaxations:
        return state
    together = [one for one in plan.relaxations if plan.note == "several_in_the_way"] or [plan.relaxations[0]]
    for one in together:
        name = shop.money.name if one.slot == "price" and shop.money else one.slot
        belief = state.belief(name)
        if one.nearest is not None and one.slot == "price":
            price = one.nearest / 100
            evidence = {**belief.evidence, "high": Evidence(words, state.turn)}
            if belief.high is not None and price > belief.high:
                state = state.with_slot(name, replace(belief, high=price, evidence=evidence))
            else:
                state = state.with_slot(name, replace(belief, around=None, low=None, high=None))
        else:
            shut = belief.exclude if belief.want else ()   # what is shut out stays so, unless that was in the way
            state = state.with_slot(
                name, replace(belief, want=(), exclude=shut, low=None, high=None, around=None, near=None, direction=0, any=True)
            )
    return state
