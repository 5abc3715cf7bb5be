"""Promises without exception: over thousands of random catalogues, limits and paths, nothing outside the limits is returned.

The oracle below reads the limits item by item in plain Python and shares no code with the recommender's mask.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow
import pytest
import scipy.sparse

from recommender import browsing, dense
from recommender.blending import LinearBlend
from recommender.collaborative import item_weights, laid_out
from recommender.dense import build_dense, load_dense, save_dense
from recommender.facts import facts_of
from recommender.habits import FEATURES
from recommender.items import ItemTable
from recommender.limits import inside
from recommender.ranking import rank
from recommender.reasons import POPULAR_FROM
from recommender.semantic import inherit, semantic_ids
from recommender.shelf import Shelf
from recommender.shop import Business
from recommender.shoppers import Histories, most_popular
from recommender.types import Item, Limits, Query, Range, Reason

DIM = 8
COLOURS = ["red", "Red", "blue", "green", "gold"]
KINDS = ["mug", "scarf", "ring"]
CATALOGUES = 1000
QUERIES_EACH = 3


def random_item(dice: random.Random, number: int) -> Item:
    values: dict[str, tuple[str, ...]] = {}
    if dice.random() < 0.9:
        values["kind"] = (dice.choice(KINDS),)
    if dice.random() < 0.8:
        values["colour"] = tuple(dict.fromkeys(dice.choices(COLOURS, k=dice.randint(1, 3))))
    numbers = {"margin": dice.random()} if dice.random() < 0.7 else {}
    if dice.random() < 0.6:
        numbers["grams"] = float(dice.randint(1, 50))
    return Item(
        id=f"i{number}", title=f"thing {number}", values=values, numbers=numbers,
        price_minor=dice.choice([None, 0, *[dice.randint(1, 9999)] * 6]), stock=dice.choice([None, 0, 0, 1, 7]),
        launched=dice.choice([None, date(2026, 1, 1) - timedelta(days=dice.randint(0, 900))]),
    )


def random_shelf(dice: random.Random, numpy_dice: np.random.Generator) -> Shelf:
    count = dice.choice([1, 2, 5, 20, 60])
    items = [random_item(dice, number) for number in range(count)]
    facts = facts_of(items)
    vectors = numpy_dice.standard_normal((count, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = scipy.sparse.random(6, count, density=0.3, random_state=dice.randint(0, 9999), format="csr", dtype=np.float32)
    mine = numpy_dice.permutation(count)[: min(4, count)].astype(np.int32)
    taken: list[npt.NDArray[np.int32]] = [mine, *np.split(chosen.indices, chosen.indptr[1:-1])]
    starts = np.cumsum([0, *map(len, taken)])
    shoppers = {name: number for number, name in enumerate(["known", *map(str, range(len(taken) - 1))])}
    ids = semantic_ids([item.values.get("kind", ()) for item in items], vectors)
    chosen_once = numpy_dice.random(count) < 0.7
    new, warm = np.flatnonzero(~chosen_once).astype(np.int32), np.flatnonzero(chosen_once).astype(np.int32)
    popular = numpy_dice.random(count).astype(np.float32)
    return Shelf(
        items=ItemTable(
            [item.id for item in items], pyarrow.chunked_array([[item.title for item in items]]),
            pyarrow.chunked_array([[""] * count]), facts,
        ),
        positions={item.id: row for row, item in enumerate(items)},
        facts=facts, dense=build_dense(vectors), titles=None, weights=laid_out(item_weights(chosen, 1.0)),
        popularity=popular, by_popularity=most_popular(popular), recency=0.8,
        histories=Histories(shoppers, starts, np.concatenate(taken).astype(np.int32), np.ones(starts[-1], np.float32)),
        semantic=ids, inheritance=inherit(ids.codes, lambda rows: vectors[rows], new, warm),
        business=Business(margin=dice.choice([0, 0.2]), launches=dice.choice([0, 0.2]), clearance=dice.choice([0, 0.2])),
        version="random",
        habits=dice.choice([None, LinearBlend(FEATURES, numpy_dice.standard_normal(len(FEATURES)).astype(np.float32))]),
        moments=numpy_dice.standard_normal((count, 8)).astype(np.float16),
        repeats=numpy_dice.random(count if dice.random() < 0.5 else 0).astype(np.float32),
    )


def some(dice: random.Random, among: list[str]) -> frozenset[str]:
    return frozenset(dice.sample(among, dice.randint(1, min(3, len(among)))))


def random_limits(dice: random.Random, ids: list[str]) -> Limits:
    def maybe(chance: float) -> bool:
        return dice.random() < chance

    price = Range(dice.choice([None, 0, 500]), dice.choice([None, 0, 2000, 5000])) if maybe(0.6) else Range()
    grams = {"grams": Range(dice.choice([None, 10]), dice.choice([None, 30]))} if maybe(0.3) else {}
    return Limits(
        price_minor=price,
        must={"colour": some(dice, COLOURS)} if maybe(0.4) else {"nothing": frozenset({"x"})} if maybe(0.05) else {},
        exclude={slot: some(dice, values) for slot, values in (("colour", COLOURS), ("kind", KINDS)) if maybe(0.35)},
        ranges=grams,
        exclude_items=some(dice, ids) if maybe(0.4) else frozenset(),
        only_items=some(dice, [*ids, "gone"]) if maybe(0.15) else None,
        in_stock_only=maybe(0.8),
    )


def random_query(dice: random.Random, ids: list[str]) -> Query:
    def maybe_ids(chance: float) -> tuple[str, ...]:
        return tuple(dice.choices([*ids, "gone"], k=dice.randint(1, 3))) if dice.random() < chance else ()

    return Query(
        limits=random_limits(dice, ids),
        prefer={"colour": {dice.choice(COLOURS): dice.uniform(-1, 1)}} if dice.random() < 0.4 else {},
        shopper=dice.choice([None, "known", "unknown"]), liked=maybe_ids(0.3), disliked=maybe_ids(0.3),
        like_item=dice.choice([*ids, "gone"]) if dice.random() < 0.3 else None,
        towards={dice.choice(["price", "grams", "nothing"]): dice.choice([-1.0, 1.0])} if dice.random() < 0.3 else {},
        target_price_minor=dice.choice([None, None, 0, 3000]), count=dice.choice([1, 3, 100]), diversity=dice.choice([0, 0.3, 1]),
        surprise=dice.choice([0, 0, 1]), usual=dice.random() < 0.2, at=dice.choice([None, datetime(2026, 12, 24, 23, 59)]),
    )


def breaks(item: Item, limits: Limits) -> str | None:
    """Which promise the item breaks."""

    def outside(amount: float | None, wanted: Range) -> bool:
        if wanted == Range():
            return False
        return (
            amount is None
            or (wanted.low is not None and amount < wanted.low)
            or (wanted.high is not None and amount > wanted.high)
        )

    def held(slot: str, values: frozenset[str]) -> bool:
        return bool({value.casefold() for value in item.values.get(slot, ())} & {value.casefold() for value in values})

    if limits.in_stock_only and item.stock == 0:
        return "stock"
    if outside(item.price_minor, limits.price_minor):
        return "price"
    if any(outside(item.numbers.get(slot), wanted) for slot, wanted in limits.ranges.items()):
        return "range"
    if not all(held(slot, values) for slot, values in limits.must.items()):
        return "must"
    if any(held(slot, values) for slot, values in limits.exclude.items()):
        return "exclude"
    if item.id in limits.exclude_items or (limits.only_items is not None and item.id not in limits.only_items):
        return "items"
    return None


def untrue(reason: Reason, item: Item, query: Query, shelf: Shelf) -> bool:
    """Whether a reason says something that the row, the request or the interactions do not bear out."""
    baskets = {name: {shelf.items.ids[int(one)] for one in shelf.histories.of(name)[0]} for name in shelf.histories.numbers}
    mine = baskets.pop(query.shopper or "", set())
    bears_out: dict[str, Callable[[], bool]] = {
        "wish": lambda: reason.value is not None
        and reason.value.casefold() in {held.casefold() for held in item.values.get(reason.slot or "", ())},
        "text": lambda: True,
        "price": lambda: reason.slot in item.numbers or (reason.slot == "price" and item.price_minor is not None),
        "like_item": lambda: reason.item == query.like_item, "liked": lambda: reason.item in query.liked,
        "shoppers_like_you": lambda: reason.item in mine and any({reason.item, item.id} <= held for held in baskets.values()),
        "popular": lambda: shelf.popularity[shelf.positions[item.id]] >= POPULAR_FROM,
        "new": lambda: item.launched is not None and shelf.business.launches > 0,
        "business": lambda: "margin" in item.numbers if reason.slot == "margin" else reason.slot == "clearance" and item.in_stock,
        "again": lambda: item.id in mine,
    }
    return not bears_out[reason.kind]() or not 0 <= reason.weight <= 1


@pytest.mark.parametrize("all_up_to", [400, 0])
def test_nothing_outside_the_limits_is_returned_and_every_reason_is_true(monkeypatch: pytest.MonkeyPatch, all_up_to: int) -> None:
    """With ``all_up_to`` 0 every candidate comes through the sources' own searches, as in a large catalogue."""
    monkeypatch.setattr("recommender.sources.ALL_UP_TO", all_up_to)
    dice, numpy_dice = random.Random(all_up_to), np.random.default_rng(all_up_to)
    returned = 0
    for _ in range(CATALOGUES):
        shelf = random_shelf(dice, numpy_dice)
        ids = list(shelf.positions)
        for _ in range(QUERIES_EACH):
            query = random_query(dice, ids)
            vector = numpy_dice.standard_normal(DIM).astype(np.float32) if dice.random() < 0.5 else None
            found = rank(shelf, query, vector)
            broken = [(one.item, why) for one in found.items if (why := breaks(one.item, query.limits))]
            assert broken == [], query
            assert [
                (one.item, reason) for one in found.items for reason in one.reasons if untrue(reason, one.item, query, shelf)
            ] == [], query
            fitting = {item.id for item in shelf.items if breaks(item, query.limits) is None}
            assert found.fitting == len(fitting)
            names = [one.item.id for one in found.items]
            assert len(set(names)) == len(names)
            assert query.like_item not in names
            assert len(names) == min(query.count, len(fitting - {query.like_item}))
            returned += len(names)
    assert returned > 3_000, "the test must really have looked at something"


def test_relaxations_count_what_easing_one_limit_brings() -> None:
    dice, numpy_dice = random.Random(5), np.random.default_rng(5)
    for _ in range(300):
        shelf = random_shelf(dice, numpy_dice)
        limits = random_limits(dice, list(shelf.positions))
        for eased in browsing.relaxations(shelf, limits):
            if eased.slot == "price":
                without = [item for item in shelf.items if breaks(item, _with(limits, price_minor=Range())) is None]
                assert eased.fitting == sum(item.price_minor is not None for item in without)
                assert eased.nearest in [item.price_minor for item in without]
            elif eased.slot == "stock":
                assert eased.fitting == sum(breaks(item, _with(limits, in_stock_only=False)) is None for item in shelf.items)


def _with(limits: Limits, **changes: object) -> Limits:
    from dataclasses import replace

    return replace(limits, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("exact_items", "whole_items"), [(10_000, 10_000), (10_000, 1000), (1000, 1000)])
def test_every_kind_of_index_keeps_the_limits_and_finds_the_nearest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exact_items: int, whole_items: int
) -> None:
    monkeypatch.setattr(dense, "EXACT_ITEMS", exact_items)
    monkeypatch.setattr(dense, "WHOLE_ITEMS", whole_items)
    monkeypatch.setattr(dense, "FEW_FITTING", 100)
    monkeypatch.setattr(dense, "NARROW", 24)
    numpy_dice = np.random.default_rng(3)
    middles = numpy_dice.standard_normal((200, 32))
    vectors = (middles[numpy_dice.integers(0, 200, 6000)] + 0.5 * numpy_dice.standard_normal((6000, 32))).astype(np.float32)
    vectors *= np.linspace(1, 0.1, 32, dtype=np.float32)  # as real ones, they lie along some directions more than others
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    save_dense(build_dense(vectors), tmp_path, "items")
    index = load_dense(tmp_path, "items")
    assert index.exact == (exact_items > 6000)
    for share in (0.0, 0.005, 0.1, 0.9):
        mask = numpy_dice.random(6000) < share
        for query in vectors[[17, 400, 5000]]:
            found, scores = index.nearest(query, mask, 10)
            assert mask[found].all()
            assert len(found) == min(10, int(mask.sum()))
            assert (np.diff(scores) <= 1e-6).all()
            true = np.argsort(-np.where(mask, vectors @ query, -2))[: len(found)]
            assert len(np.intersect1d(true, found)) >= (1.0 if index.exact else 0.9) * len(found)
    assert np.abs(index.rows(np.arange(5, dtype=np.int32)) - vectors[:5]).max() < 1e-3


def test_half_precision_is_read_exactly() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    assert np.array_equal(dense.single(finite), finite.astype(np.float32))


def test_limits_on_a_slot_that_no_item_has_let_nothing_through() -> None:
    facts = facts_of([Item("a", "a", price_minor=1)])
    assert not inside(facts, {"a": 0}, Limits(must={"size": frozenset({"xl"})})).any()
    assert inside(facts, {"a": 0}, Limits(exclude={"size": frozenset({"xl"})})).all()
    assert not inside(facts, {"a": 0}, Limits(ranges={"size": Range(high=5)})).any()
