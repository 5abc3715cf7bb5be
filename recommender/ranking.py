"""The order of the candidates: a weighted sum of what the sources say, bounded business interests, and diversity."""

from __future__ import annotations

import datetime
import logging
import time
from dataclasses import fields, replace

import numpy as np

from recommender.dense import Vector
from recommender.facts import EPOCH, NO_DATE, Positions
from recommender.limits import Mask, inside
from recommender.reasons import Blend, reasons_for
from recommender.shelf import Shelf
from recommender.sources import WEIGHTS, Evidence, Values, Weights, gather
from recommender.types import Query, Ranked, Recommendation

log = logging.getLogger(__name__)

NEW_DAYS = 90
"""An item launched no longer than this before the shop's newest one is new."""
DISLIKE = 0.5
"""Share of the score that likeness to a disliked item may take away; a disliked item itself loses all of it twice."""
SURPRISE = 0.4
"""Share of the score that being unexpected may add, where surprise is asked for."""
POOL = 40
"""Diversity chooses among this many of the best, or four times what is wanted if that is more."""


def rank(shelf: Shelf, query: Query, text_vector: Vector | None, weights: Weights = WEIGHTS) -> Recommendation:
    """The best ``query.count`` items inside the limits, with true reasons. ``text_vector`` is the embedded ``query.text``."""
    started = time.perf_counter()
    mask = inside(shelf.facts, shelf.positions, query.limits)
    fitting = int(np.count_nonzero(mask))
    if query.like_item is not None and query.like_item in shelf.positions:
        mask[shelf.positions[query.like_item]] = False
    items: tuple[Ranked, ...] = ()
    if query.count > 0 and mask.any():
        items = _ranked(shelf, query, mask, text_vector, weights)
    return Recommendation(items, fitting, (time.perf_counter() - started) * 1000)


def _ranked(shelf: Shelf, query: Query, mask: Mask, text_vector: Vector | None, weights: Weights) -> tuple[Ranked, ...]:
    evidence = gather(shelf, query, mask, text_vector)
    if query.usual:
        weights = replace(weights, collaborative=weights.like_item, liked=weights.like_item)
    weights = replace(weights, popularity=weights.popularity * (1 - query.surprise))
    blend = blended(shelf, evidence, weights, query.surprise)
    order = np.argsort(-blend.total, kind="stable")[: max(POOL, 4 * query.count)]
    _log_business(shelf, evidence.candidates, blend)
    chosen = diverse(shelf, evidence.candidates[order], blend.total[order], query.count, query.diversity)
    return tuple(_explained(shelf, query, evidence, blend, int(row)) for row in order[chosen])


def _explained(shelf: Shelf, query: Query, evidence: Evidence, blend: Blend, row: int) -> Ranked:
    item = shelf.items[int(evidence.candidates[row])]
    scores = {name: round(float(values[row]), 6) for name, values in blend.shown.items()}
    return Ranked(item, round(float(blend.total[row]), 6), reasons_for(shelf, query, evidence, blend, row, item), scores)


def blended(shelf: Shelf, evidence: Evidence, weights: Weights, surprise: float = 0.0) -> Blend:
    """Each source's share of each candidate's score. Business interests hold exactly the shares that shop.toml gives them."""
    active = {one.name: getattr(weights, one.name) for one in fields(weights) if one.name in evidence.values}
    interests = business_values(shelf, evidence.candidates)
    room = 1 - sum(share for share, _ in interests.values())
    whole = sum(active.values()) or 1.0
    parts = {name: (room * weight / whole) * evidence.values[name] for name, weight in active.items()}
    if "surprise" in evidence.values:
        parts["surprise"] = np.float32(SURPRISE * surprise * room) * evidence.values["surprise"]
    if "disliked" in evidence.values:
        parts["disliked"] = DISLIKE * room * evidence.values["disliked"] * (1 + (evidence.values["disliked"] <= -1))
    for name, (share, values) in interests.items():
        parts[name] = share * values
    nothing = np.zeros(len(evidence.candidates), np.float32)
    total: Values = sum((part.astype(np.float32) for part in parts.values()), nothing)
    business: Values = sum((np.float32(share) * values for share, values in interests.values()), nothing)
    shown = {"dense" if name == "text" else name: values for name, values in evidence.values.items()}
    shown["business"] = business
    return Blend(total, parts, shown)


def _log_business(shelf: Shelf, candidates: Positions, blend: Blend) -> None:
    """Say where the shop's own interests, not the shopper's, decided who comes first, and by how much."""
    business = blend.shown["business"]
    first, without = int(np.argmax(blend.total)), int(np.argmax(blend.total - business))
    if first != without:
        log.info(
            "business put %s (%+.3f) before %s (%+.3f), which fits better by %.3f", shelf.items.ids[int(candidates[first])],
            business[first], shelf.items.ids[int(candidates[without])], business[without],
            (blend.total - business)[without] - (blend.total - business)[first],
        )


def business_values(shelf: Shelf, candidates: Positions) -> dict[str, tuple[float, Values]]:
    """Interest to (its share, 0..1 per candidate): margin, how new, how much too much of it is in stock."""
    found: dict[str, tuple[float, Values]] = {}
    shares = shelf.business
    if shares.margin and "margin" in shelf.facts.numbers:
        margin = shelf.facts.numbers["margin"][candidates]
        found["margin"] = (shares.margin, np.fmin(np.fmax(margin, 0), 1).astype(np.float32))  # 0 where it is not said
    if shares.launches:
        found["launches"] = (shares.launches, newness(shelf, candidates))
    if shares.clearance:
        stock = np.maximum(shelf.facts.stock[candidates], 0).astype(np.float32)
        found["clearance"] = (shares.clearance, stock / max(shelf.facts.most_stock, 1.0))
    return found


def newness(shelf: Shelf, candidates: Positions) -> Values:
    """1 for the shop's newest item, 0 from NEW_DAYS before it on, 0 where the launch is not said or lies ahead."""
    today = (datetime.date.today() - EPOCH).days
    newest = shelf.facts.newest_launch(today)
    if newest is None:
        return np.zeros(len(candidates), np.float32)
    mine = shelf.facts.launched_days[candidates].astype(np.int64)
    fresh = 1 - (newest - mine) / NEW_DAYS
    return np.where((mine == NO_DATE) | (mine > today), 0, np.clip(fresh, 0, 1)).astype(np.float32)


def diverse(shelf: Shelf, pool: Positions, scores: Values, count: int, diversity: float) -> list[int]:
    """Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): rows of the pool, the best first."""
    count = min(count, len(pool))
    if diversity <= 0 or count <= 1:
        return list(range(count))
    vectors = shelf.dense.rows(pool)
    low, high = float(scores.min()), float(scores.max())
    relevance = (scores - low) / (high - low) if high > low else np.ones_like(scores)
    chosen = [0]
    nearest = vectors @ vectors[0]
    while len(chosen) < count:
        marginal = (1 - diversity) * relevance - diversity * np.maximum(nearest, 0)
        marginal[chosen] = -np.inf
        best = int(np.argmax(marginal))
        chosen.append(best)
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen
