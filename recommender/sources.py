"""Where candidates come from and what each source says of them: words, likeness, tastes, wishes, demand, price.

Each active source first names its best items inside the limits; then every source speaks about every candidate, so that an
item found by one is judged by all. A source's values lie in 0..1 (wishes and dislikes may be negative).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.collaborative import recency_strength
from recommender.dense import Vector
from recommender.facts import NO_PRICE, Facts, Positions
from recommender.limits import Mask
from recommender.shelf import Shelf
from recommender.types import Query

CANDIDATES = 120
"""Taken from each source."""
ALL_UP_TO = 400
"""With no more items than this inside the limits, every one is a candidate."""
TEXT_SPREAD = 0.2
"""Cosines of the candidates spanning less than this are not stretched to the whole of 0..1."""
LIKENESS_BY_TEXT = 0.6
"""Likeness of two items: this share from their texts, the rest from the shoppers they share."""

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of each source where all are active; the active ones are scaled to sum to 1."""

    text: float = 0.30
    wish: float = 0.35
    like_item: float = 0.50
    liked: float = 0.20
    collaborative: float = 0.25
    popularity: float = 0.08
    price: float = 0.30


WEIGHTS = Weights()


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
    history, kinds = shelf.histories.of(query.shopper)
    strength = recency_strength(kinds)
    liked = _positions(shelf, query.liked)
    anchor = shelf.positions.get(query.like_item) if query.like_item is not None else None
    over_all: dict[str, Values] = {"popularity": shelf.popularity}
    if len(history):
        over_all["collaborative"] = _unit(tastes(shelf, history, strength))
    if query.prefer:
        over_all["wish"] = wish_scores(shelf.facts, query.prefer)
    if query.target_price_minor is not None or query.towards:
        over_all["price"] = amount_scores(shelf, query, mask)
    candidates = _candidates(shelf, query, mask, text_vector, over_all, liked, anchor)
    values = {name: scores[candidates] for name, scores in over_all.items()}
    if text_vector is not None:
        values["text"] = _stretched(shelf.dense.similarities(text_vector, candidates))
    if anchor is not None:
        values["like_item"] = likeness(shelf, np.array([anchor], np.int32), candidates)
    if len(liked):
        values["liked"] = likeness(shelf, liked, candidates)
    if query.disliked:
        disliked = _positions(shelf, query.disliked)
        if len(disliked):
            values["disliked"] = _dislike(shelf, disliked, candidates)
    return Evidence(candidates, values, history, strength, liked)


def _candidates(
    shelf: Shelf, query: Query, mask: Mask, text_vector: Vector | None, over_all: Mapping[str, Values], liked: Positions,
    anchor: int | None,
) -> Positions:
    fitting = np.flatnonzero(mask).astype(np.int32)
    if len(fitting) <= ALL_UP_TO:
        return fitting
    each = max(CANDIDATES, 2 * query.count)
    found = [_top(fitting, scores, each) for scores in over_all.values()]
    directions = [] if text_vector is None else [text_vector]
    seeds = liked if anchor is None else np.append(liked, np.int32(anchor))
    directions.extend(shelf.dense.row(int(seed)) for seed in seeds[-3:])
    found.extend(shelf.dense.nearest(direction, mask, each)[0] for direction in directions)
    if len(seeds):
        found.append(_top(fitting, tastes(shelf, seeds, np.ones(len(seeds), np.float32)), each))
    candidates = np.unique(np.concatenate(found))
    if len(candidates) >= query.count:
        return candidates
    return np.unique(np.concatenate([candidates, fitting[: 2 * query.count]]))


def tastes(shelf: Shelf, history: Positions, strength: Values) -> Values:
    """What the items of a history speak for. New items speak as their relatives do and are spoken for as they are."""
    known = list(zip(history, strength, strict=True))
    for position, share in list(known):
        mates = shelf.inheritance.of(int(position))
        known.extend((mate, share / len(mates)) for mate in mates)
    spoken = shelf.weights.scores(
        np.array([position for position, _ in known], np.int32), np.array([share for _, share in known], np.float32)
    )
    shelf.inheritance.spread(spoken)
    return spoken


def wish_scores(facts: Facts, prefer: Mapping[str, Mapping[str, float]]) -> Values:
    """Share of the wished slots that each item matches, by its best liked and worst disliked value; -1..1."""
    total = np.zeros(len(facts), np.float32)
    most = 0.0
    for slot, wishes in prefer.items():
        column = facts.choices.get(slot)
        if column is None or not wishes:
            continue
        most += max(abs(weight) for weight in wishes.values())
        best, worst = np.zeros(len(facts), np.float32), np.zeros(len(facts), np.float32)
        for value, weight in wishes.items():
            holders = column.holders(value)
            if weight > 0:
                best[holders] = np.maximum(best[holders], weight)
            else:
                worst[holders] = np.minimum(worst[holders], weight)
        total += best + worst
    return total / most if most else total


def amount_scores(shelf: Shelf, query: Query, mask: Mask) -> Values:
    """How well price and other amounts lie: near the target, or on the wished side of where the query stands; 0..1."""
    parts: list[Values] = []
    prices = np.where(shelf.facts.price_minor == NO_PRICE, np.nan, shelf.facts.price_minor.astype(np.float64))
    if query.target_price_minor is not None:
        target = max(query.target_price_minor, 1)
        parts.append(np.nan_to_num(np.clip(1 - np.abs(prices - target) / target, 0, 1), nan=0.0).astype(np.float32))
    for slot, direction in query.towards.items():
        amounts = shelf.facts.numbers.get(slot, prices)
        parts.append(_towards(amounts, direction, shelf.positions.get(query.like_item or ""), mask))
    return np.asarray(np.mean(parts, axis=0), np.float32)


def _towards(amounts: npt.NDArray[np.float64], direction: float, anchor: int | None, mask: Mask) -> Values:
    """0.5 at the anchor (or the middle of what fits), towards 1 on the wished side, 0 where the amount is not said."""
    inside = amounts[mask]
    inside = inside[~np.isnan(inside)]
    if not len(inside):
        return np.zeros(len(amounts), np.float32)
    middle = float(np.median(inside)) if anchor is None or np.isnan(amounts[anchor]) else float(amounts[anchor])
    scale = max(abs(middle) * 0.5, float(np.subtract(*np.percentile(inside, [75, 25]))) * 0.5, 1e-9)
    leaning = 1 / (1 + np.exp(-np.clip(direction * (amounts - middle) / scale * 2, -30, 30)))
    return np.nan_to_num(leaning, nan=0.0).astype(np.float32)


def likeness(shelf: Shelf, seeds: Positions, candidates: Positions) -> Values:
    """How like the seeds each candidate is, by text and by the shoppers they share; a seed says nothing of itself. 0..1."""
    recency = recency_strength(np.ones(len(seeds), np.float32))
    texts = np.zeros(len(candidates), np.float32)
    for seed, share in zip(seeds, recency / recency.sum(), strict=True):
        near = shelf.dense.similarities(shelf.dense.row(int(seed)), candidates)
        texts += share * np.where(candidates == seed, 0.0, near)
    shared = _unit(tastes(shelf, seeds, recency))[candidates]
    by_text = LIKENESS_BY_TEXT if shared.any() else 1.0
    return (by_text * _stretched(texts) + (1 - by_text) * shared).astype(np.float32)


def _dislike(shelf: Shelf, disliked: Positions, candidates: Positions) -> Values:
    """-1 for a disliked item itself, less for those very like one."""
    vectors = shelf.dense.rows(disliked)
    near = np.max([shelf.dense.similarities(vector, candidates) for vector in vectors], axis=0)
    return np.where(np.isin(candidates, disliked), -1.0, -np.clip((near - 0.5) * 2, 0, 1) * 0.5).astype(np.float32)


def _positions(shelf: Shelf, ids: Sequence[str]) -> Positions:
    return np.array([shelf.positions[name] for name in ids if name in shelf.positions], np.int32)


def _top(fitting: Positions, scores: Values, count: int) -> Positions:
    """The ``count`` fitting items that score highest; those that score nothing are left out."""
    here = scores[fitting]
    best = np.argpartition(-here, count)[:count] if count < len(here) else np.arange(len(here))
    return fitting[best[here[best] > 0]]


def _unit(scores: Values) -> Values:
    """Negative evidence dropped, the greatest scaled to 1."""
    kept = np.maximum(scores, 0)
    top = float(kept.max()) if len(kept) else 0.0
    return np.asarray(kept / top if top > 0 else kept, np.float32)


def _stretched(cosines: Values) -> Values:
    if not len(cosines):
        return cosines
    low, high = float(cosines.min()), float(cosines.max())
    return ((cosines - low) / max(high - low, TEXT_SPREAD)).astype(np.float32)
