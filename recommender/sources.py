"""Where candidates come from and what each source says of them: words, likeness, tastes, wishes, demand, price.

Each active source first names its best items inside the limits; then every source speaks about every candidate, so that an
item found by one is judged by all. A source's values lie in 0..1 (wishes and dislikes may be negative).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.amounts import amount_source
from recommender.collaborative import recency_strength
from recommender.dense import Vector
from recommender.facts import Facts, Positions
from recommender.habits import FEATURES, features, preferred
from recommender.limits import Mask
from recommender.shelf import Shelf
from recommender.types import Query, Vectors

CANDIDATES = 120
"""Taken from each source."""
ALL_UP_TO = 400
"""With no more items than this inside the limits, every one is a candidate."""
TEXT_SPREAD = 0.2
"""Cosines of the candidates spanning less than this are not stretched to the whole of 0..1."""
LIKENESS_BY_TEXT = 0.6
"""Likeness of two items: this share from their texts, the rest from the shoppers they share."""
WISH_STEPS = 30_000
SEEDS = 3
"""Of the items liked in the session, the newest that are searched around."""

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of each source where all are active; the active ones are scaled to sum to 1."""

    text: float = 0.30
    wish: float = 0.35
    like_item: float = 0.50
    liked: float = 0.20
    collaborative: float = 0.25
    again: float = 0.25
    popularity: float = 0.08
    price: float = 0.30


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Source:
    """``best`` names so many items inside a mask (fewer where it knows no more); ``values`` judges items, given their vectors."""

    best: Callable[[Mask, int], Positions]
    values: Callable[[Positions, Vectors], Values]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The candidates and what each active source says of them."""

    candidates: Positions
    values: Mapping[str, Values]
    history: Positions
    strength: Values
    liked: Positions


def gather(shelf: Shelf, query: Query, mask: Mask, text_vector: Vector | None) -> Evidence:
    """Candidates inside the mask, judged by every source that the query makes active."""
    history, strength = shelf.histories.recalled(query.shopper, shelf.recency)
    liked, disliked = _positions(shelf, query.liked), _positions(shelf, query.disliked)
    active: dict[str, Source] = {"popularity": _demand(shelf)}
    spoken = spoken_for(shelf, history, strength) if len(history) else None
    if spoken is not None:
        active["collaborative"] = _over_all(spoken)
        if len(shelf.repeats):
            active["again"] = _again(shelf, history, strength)
    if query.surprise > 0:
        active["surprise"] = _over_all(1 - shelf.popularity)
    if query.prefer:
        active["wish"] = _wished(shelf, query.prefer)
    if query.target_price_minor is not None or query.towards:
        nearest, fits = amount_source(shelf, query, mask)
        active["price"] = Source(nearest, lambda items, _: fits(items))
    if text_vector is not None:
        active["text"] = Source(
            lambda inside, count: shelf.dense.nearest(text_vector, inside, count)[0],
            lambda _, vectors: _stretched(vectors @ text_vector),
        )
    if query.like_item is not None and query.like_item in shelf.positions:
        active["like_item"] = _likeness(shelf, np.array([shelf.positions[query.like_item]], np.int32))
    if len(liked):
        active["liked"] = _likeness(shelf, liked)
    candidates = _candidates(active, query, mask)
    vectors = shelf.dense.rows(candidates)
    values = {name: source.values(candidates, vectors) for name, source in active.items()}
    if spoken is not None and shelf.habits is not None:
        described = features(shelf, spoken, history, strength, candidates, vectors, query.at)
        values["collaborative"] = preferred(shelf.habits, described)
        values |= {f"habit_{name}": described[:, column] for column, name in enumerate(FEATURES)}
    elif spoken is not None:
        values["habit_tastes"] = values["collaborative"]
    if query.surprise > 0:
        values["surprise"] = _unexpected(shelf, np.concatenate([history, liked]), candidates, vectors)
    if len(disliked):
        values["disliked"] = _dislike(shelf, disliked, candidates, vectors)
    return Evidence(candidates, values, history, strength, liked)


def _candidates(active: Mapping[str, Source], query: Query, mask: Mask) -> Positions:
    if np.count_nonzero(mask) <= ALL_UP_TO:
        return np.flatnonzero(mask).astype(np.int32)
    each = max(CANDIDATES, 2 * query.count)
    candidates = np.unique(np.concatenate([source.best(mask, each) for source in active.values()]))
    if len(candidates) >= query.count:
        return candidates
    return np.unique(np.concatenate([candidates, np.flatnonzero(mask)[: 2 * query.count].astype(np.int32)]))


def tastes(shelf: Shelf, history: Positions, strength: Values) -> Values:
    """What the items of a history speak for. New items speak as their relatives do and are spoken for as they are."""
    told, share = [history], [strength]
    for position in shelf.inheritance.among(history):
        mates = shelf.inheritance.of(int(position))
        told.append(mates)
        each = float(strength[history == position].sum()) / max(len(mates), 1)
        share.append(np.full(len(mates), each, np.float32))
    spoken = shelf.weights.scores(np.concatenate(told), np.concatenate(share))
    shelf.inheritance.spread(spoken)
    return spoken


def spoken_for(shelf: Shelf, history: Positions, strength: Values) -> Values:
    """``tastes``, negative evidence dropped and the greatest 1."""
    return _unit(tastes(shelf, history, strength))


def _again(shelf: Shelf, history: Positions, strength: Values) -> Source:
    """Of the items of the history, how likely each is wanted again: how often it is by others, more for what was taken lately."""
    old = history < len(shelf.repeats)
    lately = np.sqrt(strength[old] / max(float(strength.max()), 1e-9))
    scores = (shelf.repeats[history[old]] * lately).astype(np.float32)
    order = np.argsort(history[old])
    known, scores = history[old][order], scores[order]

    def best(mask: Mask, count: int) -> Positions:
        inside = mask[known]
        return known[inside][np.argsort(-scores[inside], kind="stable")[:count]]

    def values(items: Positions, _: Vectors) -> Values:
        if not len(known):
            return np.zeros(len(items), np.float32)
        at = np.minimum(np.searchsorted(known, items), len(known) - 1)
        return np.where(known[at] == items, scores[at], np.float32(0))

    return Source(best, values)


def _wished(shelf: Shelf, prefer: Mapping[str, Mapping[str, float]]) -> Source:
    """Share of the wished slots that each item matches, -1..1; of items that match them equally well, those most in demand."""
    steps = wish_steps(shelf.facts, prefer)
    demand, over_all = _demand(shelf), _over_all(steps)

    def best(mask: Mask, count: int) -> Positions:
        top = int(steps.max())
        equal = (steps == top) & mask
        if top <= 0 or np.count_nonzero(equal) < count:
            return over_all.best(mask, count)
        return demand.best(equal, count)

    return Source(best, lambda items, _: (steps[items] / WISH_STEPS).astype(np.float32))


def wish_steps(facts: Facts, prefer: Mapping[str, Mapping[str, float]]) -> npt.NDArray[np.int16]:
    """How well each item matches the wished slots, by its best liked and worst disliked value: -WISH_STEPS..WISH_STEPS.

    Whole numbers of two bytes, because what a query costs in a large shop is the memory that it touches.
    """
    total = np.zeros(len(facts), np.int16)
    asked = [(facts.choices[slot], wishes) for slot, wishes in prefer.items() if wishes and slot in facts.choices]
    most = sum(max(map(abs, wishes.values())) for _, wishes in asked) or 1.0
    for column, wishes in asked:
        for sign in (1, -1):
            of_sign = sorted((abs(weight) / most, value) for value, weight in wishes.items() if weight * sign > 0)
            if len(of_sign) == 1:
                total[column.holders(of_sign[0][1])] += np.int16(sign * round(of_sign[0][0] * WISH_STEPS))
            elif of_sign:
                strongest = np.zeros(len(facts), np.int16)
                for weight, value in of_sign:  # the strongest comes last, and stays
                    strongest[column.holders(value)] = round(weight * WISH_STEPS)
                total += np.int16(sign) * strongest
    return total


def _demand(shelf: Shelf) -> Source:
    def best(mask: Mask, count: int) -> Positions:
        found: list[Positions] = []
        have, start, length = 0, 0, 4 * count
        while have < count and start < len(shelf.by_popularity):
            part = shelf.by_popularity[start : start + length]
            found.append(part[mask[part]])
            have, start, length = have + len(found[-1]), start + length, length * 4
        return np.concatenate(found)[:count]

    return Source(best, lambda items, _: shelf.popularity[items])


def _over_all(scores: npt.NDArray[Any]) -> Source:
    """A source that has a score for every item; those that score nothing are never its best."""

    def best(mask: Mask, count: int) -> Positions:
        positive = np.flatnonzero((scores > 0) & mask).astype(np.int32)
        if len(positive) <= count:
            return positive
        return positive[np.argpartition(-scores[positive], count)[:count]]

    return Source(best, lambda items, _: scores[items])


def _likeness(shelf: Shelf, seeds: Positions) -> Source:
    """Like the seeds by text and by the shoppers they share; a seed says nothing of itself."""
    recency = recency_strength(np.ones(len(seeds), np.float32), shelf.recency)
    shared = _unit(tastes(shelf, seeds, recency))
    seed_vectors = shelf.dense.rows(seeds)
    by_shoppers = _over_all(shared)
    by_text = LIKENESS_BY_TEXT if shared.any() else 1.0

    def best(mask: Mask, count: int) -> Positions:
        near = [shelf.dense.nearest(vector, mask, count)[0] for vector in seed_vectors[-SEEDS:]]
        return np.unique(np.concatenate([*near, by_shoppers.best(mask, count)]))

    def values(items: Positions, vectors: Vectors) -> Values:
        texts = np.zeros(len(items), np.float32)
        for seed, vector, share in zip(seeds, seed_vectors, recency / recency.sum(), strict=True):
            texts += share * np.where(items == seed, 0.0, vectors @ vector).astype(np.float32)
        return np.asarray(by_text * _stretched(texts) + (1 - by_text) * shared[items], np.float32)

    return Source(best, values)


def _dislike(shelf: Shelf, disliked: Positions, items: Positions, vectors: Vectors) -> Values:
    """-1 for a disliked item itself, less for those very like one."""
    near = (vectors @ shelf.dense.rows(disliked).T).max(axis=1)
    return np.where(np.isin(items, disliked), -1.0, -np.clip((near - 0.5) * 2, 0, 1) * 0.5).astype(np.float32)


def _unexpected(shelf: Shelf, known: Positions, items: Positions, vectors: Vectors) -> Values:
    """1 where nothing would have led to the item: not in demand, and unlike what the shopper chose and liked."""
    rare = 1 - shelf.popularity[items]
    if not len(known):
        return np.asarray(rare, np.float32)
    near = (vectors @ shelf.dense.rows(known).T).max(axis=1)
    return np.asarray(rare * (1 - np.clip(near, 0, 1)), np.float32)


def _positions(shelf: Shelf, ids: Sequence[str]) -> Positions:
    return np.array([shelf.positions[name] for name in ids if name in shelf.positions], np.int32)


def _unit(scores: Values) -> Values:
    """Negative evidence dropped and the greatest scaled to 1, in place."""
    np.maximum(scores, 0, out=scores)
    top = float(scores.max()) if len(scores) else 0.0
    if top > 0:
        scores /= np.float32(top)
    return scores


def _stretched(cosines: Values) -> Values:
    if not len(cosines):
        return cosines
    low, high = float(cosines.min()), float(cosines.max())
    return ((cosines - low) / max(high - low, TEXT_SPREAD)).astype(np.float32)
