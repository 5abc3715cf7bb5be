"""What surrounds a recommendation: how many fit, what a question could still split, what easing one limit would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from recommender.facts import NO_PRICE, Choice
from recommender.limits import Mask, inside
from recommender.shelf import Shelf
from recommender.types import Limits, Range, Relaxation

V = TypeVar("V")


def facets(shelf: Shelf, limits: Limits, slots: Sequence[str]) -> dict[str, dict[str, int]]:
    """Slot to value to number of items inside the limits, commonest first; a slot that is no choice has none."""
    mask = inside(shelf.facts, shelf.positions, limits)
    return {slot: _counts(shelf.facts.choices[slot], mask) if slot in shelf.facts.choices else {} for slot in slots}


def _counts(column: Choice, mask: Mask) -> dict[str, int]:
    held = np.repeat(mask, np.diff(column.starts))
    counts = np.bincount(column.codes[held], minlength=len(column.values))
    order = np.argsort(-counts, kind="stable")
    return {column.values[code]: int(counts[code]) for code in order if counts[code]}


def relaxations(shelf: Shelf, limits: Limits) -> list[Relaxation]:
    """What easing each limit alone would bring, most items first; limits that stand in nothing's way are left out."""
    now = _fitting(shelf, limits)
    found: list[Relaxation] = []
    if limits.price_minor != Range():
        mask = inside(shelf.facts, shelf.positions, replace(limits, price_minor=Range()))
        prices = shelf.facts.price_minor[mask & (shelf.facts.price_minor != NO_PRICE)]
        found.append(Relaxation("price", len(prices), _nearest(prices, limits.price_minor)))
    for slot, wanted in limits.ranges.items():
        mask = inside(shelf.facts, shelf.positions, replace(limits, ranges=_without(limits.ranges, slot)))
        amounts = shelf.facts.numbers.get(slot, np.full(len(mask), np.nan))[mask]
        amounts = amounts[~np.isnan(amounts)]
        found.append(Relaxation(slot, len(amounts), _nearest(amounts, wanted)))
    for slot in limits.must:
        eased = replace(limits, must=_without(limits.must, slot))
        values = facets(shelf, eased, [slot])[slot]
        asked = {value.casefold() for value in limits.must[slot]}
        others = tuple(value for value in values if value.casefold() not in asked)
        found.append(Relaxation(slot, _fitting(shelf, eased), values=others))
    for slot in limits.exclude:
        eased = replace(limits, exclude=_without(limits.exclude, slot))
        refused = {value.casefold() for value in limits.exclude[slot]}
        values = facets(shelf, eased, [slot])[slot]
        back = tuple(value for value in values if value.casefold() in refused)
        found.append(Relaxation(slot, _fitting(shelf, eased), values=back))
    if limits.in_stock_only:
        found.append(Relaxation("stock", _fitting(shelf, replace(limits, in_stock_only=False))))
    return sorted((one for one in found if one.fitting > now), key=lambda one: -one.fitting)


def _fitting(shelf: Shelf, limits: Limits) -> int:
    return int(np.count_nonzero(inside(shelf.facts, shelf.positions, limits)))


def _without(mapping: Mapping[str, V], key: str) -> dict[str, V]:
    return {name: value for name, value in mapping.items() if name != key}


def _nearest(amounts: npt.NDArray[Any], wanted: Range) -> float | None:
    """The amount outside the range that lies nearest to it."""
    best: tuple[float, float] | None = None
    if wanted.high is not None and len(above := amounts[amounts > wanted.high]):
        best = (float(above.min()) - wanted.high, float(above.min()))
    if wanted.low is not None and len(below := amounts[amounts < wanted.low]):
        gap = wanted.low - float(below.max())
        if best is None or gap < best[0]:
            best = (gap, float(below.max()))
    return None if best is None else best[1]
