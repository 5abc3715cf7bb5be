"""What a known shopper usually goes for: a learned order of candidates by a handful of features that people can read.

The weights are learned when the index is built, by a conditional logit over the choices that were held back for it
(``recommender.blending``), and kept only where, on half of those choices, they beat the collaborative scores alone. What the
shopper says now (words, wishes, likeness, prices) has shares of its own in ``recommender.sources``: logs hold no such queries.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recommender.blending import LinearBlend, learn_blend
from recommender.facts import NO_DATE, NO_PRICE, Choices, Positions
from recommender.moments import parts_of
from recommender.types import Vectors

if TYPE_CHECKING:
    from recommender.shelf import Shelf

FEATURES = ("tastes", "place", "demand", "words", "price_fit", "values_fit", "novelty", "moment")
LEAST_QUESTIONS = 60
"""Held-back choices below which nothing is learned."""
ALL_UP_TO = 1000
"""With no more items than this a held-back choice is looked for among all of them."""
CANDIDATES = 120
"""Otherwise among so many of the best by tastes, by demand and by the words of the history, each."""
LAST_PLACE = 200
"""Places by the tastes count up to here, so that it makes no difference how many candidates other sources brought."""
NOVELTY_DAYS = 365.0
LAST_DAY = int(np.iinfo(np.int32).max)
K = 10

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Question:
    """A choice that was held back: the history before it (oldest first, with strengths), the item, when."""

    history: Positions
    strength: Values
    taken: int
    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Learned:
    """The blend (None where the tastes alone do as well) and NDCG@10 of both on choices that neither saw."""

    blend: LinearBlend | None
    ndcg: float
    ndcg_of_tastes: float
    questions: int

    def figures(self) -> dict[str, object]:
        """For the index's manifest."""
        weights = {} if self.blend is None else dict(zip(self.blend.names, map(float, self.blend.weights.round(4)), strict=True))
        return {
            "weights": weights, "questions": self.questions, "ndcg@10": self.ndcg, "ndcg@10_of_tastes_alone": self.ndcg_of_tastes,
        }


def features(
    shelf: Shelf, spoken: Values, history: Positions, strength: Values, candidates: Positions, vectors: Vectors,
    at: datetime.datetime | None,
) -> Values:
    """Shape (candidates, len(FEATURES)). ``spoken``: every item's collaborative score, 0..1; ``vectors``: the candidates'."""
    shares = (strength / max(float(strength.sum()), 1e-9)).astype(np.float32)
    table = np.zeros((len(candidates), len(FEATURES)), np.float32)
    table[:, 0] = spoken[candidates]
    table[:, 1] = _place(table[:, 0])
    table[:, 2] = shelf.popularity[candidates]
    table[:, 3] = vectors @ _profile(shelf, history, shares)
    table[:, 4] = _price_fit(shelf, history, shares, candidates)
    table[:, 5] = _values_fit(shelf.facts.choices, history, shares, candidates)
    table[:, 6] = _novelty(shelf, candidates)
    if at is not None and len(shelf.moments):
        day_part, season = parts_of(at)
        known = candidates < len(shelf.moments)
        table[known, 7] = shelf.moments[candidates[known], day_part] + shelf.moments[candidates[known], season]
    return table


def _place(scores: Values) -> Values:
    """Minus the logarithm of the place by these scores; those that score nothing share the last."""
    order = np.argsort(-scores, kind="stable")
    place = np.empty(len(scores), np.float32)
    place[order] = np.arange(len(scores))
    place[scores <= 0] = np.count_nonzero(scores > 0)
    return np.asarray(-np.log2(np.minimum(place, LAST_PLACE) + 2), np.float32)


def _price_fit(shelf: Shelf, history: Positions, shares: Values, candidates: Positions) -> Values:
    """1 at the price the shopper usually pays, falling with the ratio; 0 where no price is said."""
    paid, asked = shelf.facts.price_minor[history], shelf.facts.price_minor[candidates]
    said = paid != NO_PRICE
    if not said.any():
        return np.zeros(len(candidates), np.float32)
    weights = shares[said] + np.float32(1e-9)
    usual = weights @ np.log1p(paid[said]).astype(np.float32) / weights.sum()
    apart = np.log1p(np.maximum(asked, 0)).astype(np.float32) - usual
    return np.where(asked == NO_PRICE, np.float32(0), np.exp(-np.abs(apart)))


def _values_fit(choices: Choices, history: Positions, shares: Values, candidates: Positions) -> Values:
    """How much of the history shares a candidate's values, the mean over those it has: style, occasion, season, all alike."""
    if not choices:
        return np.zeros(len(candidates), np.float32)
    told, told_sizes = choices.joint.codes_of(history)
    held = np.bincount(told, weights=shares.repeat(told_sizes), minlength=sum(len(column.values) for column in choices.values()))
    codes, sizes = choices.joint.codes_of(candidates)
    total = np.bincount(np.arange(len(candidates)).repeat(sizes), weights=held[codes], minlength=len(candidates))
    return (total / np.maximum(sizes, 1)).astype(np.float32)


def _novelty(shelf: Shelf, candidates: Positions) -> Values:
    """1 for the shop's newest launch, less by e every NOVELTY_DAYS before; 0 where the launch is not said."""
    mine = shelf.facts.launched_days[candidates].astype(np.float64)
    newest = shelf.facts.newest_launch(LAST_DAY)
    if newest is None:
        return np.zeros(len(candidates), np.float32)
    return np.where(mine == NO_DATE, 0.0, np.exp((mine - newest) / NOVELTY_DAYS)).astype(np.float32)


def preferred(blend: LinearBlend, table: Values) -> Values:
    """How likely each candidate is to be taken, the likeliest 1."""
    logits = blend.score(table)
    return np.exp(logits - logits.max()).astype(np.float32) if len(logits) else logits


def learn_habits(shelf: Shelf, questions: Sequence[Question], tastes: Callable[[Question], Values]) -> Learned:
    """Learn from the held-back choices on a shelf that does not know them; ``tastes`` gives its scores for a question, 0..1."""
    if len(questions) < LEAST_QUESTIONS:
        return Learned(None, 0.0, 0.0, len(questions))
    tables: list[Values] = []
    marks: list[npt.NDArray[np.bool_]] = []
    for question in questions:
        spoken = tastes(question)
        candidates = _candidates(shelf, spoken, question)
        tables.append(_described(shelf, spoken, question, candidates))
        marks.append(candidates == question.taken)
    first, second = list(range(0, len(tables), 2)), list(range(1, len(tables), 2))
    tried = _fit([tables[row] for row in first], [marks[row] for row in first])
    ours = _ndcg([tried.score(tables[row]) for row in second], [marks[row] for row in second])
    alone = _ndcg([tables[row][:, 0] for row in second], [marks[row] for row in second])
    kept = _fit(tables, marks) if ours > alone else None
    return Learned(kept, round(ours, 4), round(alone, 4), len(questions))


def _described(shelf: Shelf, spoken: Values, question: Question, candidates: Positions) -> Values:
    vectors = shelf.dense.rows(candidates)
    return features(shelf, spoken, question.history, question.strength, candidates, vectors, question.at)


def _candidates(shelf: Shelf, spoken: Values, question: Question) -> Positions:
    new = np.ones(len(spoken), np.bool_)
    new[question.history] = False
    if len(spoken) <= ALL_UP_TO:
        return np.flatnonzero(new).astype(np.int32)
    best = np.argpartition(-np.where(new, spoken, -1), CANDIDATES)[:CANDIDATES]
    wanted = shelf.by_popularity[: CANDIDATES + len(question.history)]
    near, _ = shelf.dense.nearest(_profile(shelf, question.history, question.strength), new, CANDIDATES)
    return np.unique(np.concatenate([best, wanted[new[wanted]][:CANDIDATES], near])).astype(np.int32)


def _profile(shelf: Shelf, history: Positions, shares: Values) -> Values:
    """The history's mean text vector, of unit length."""
    profile = shares @ shelf.dense.rows(history)
    return np.asarray(profile / max(float(np.linalg.norm(profile)), 1e-9), np.float32)


def _fit(tables: Sequence[Values], marks: Sequence[npt.NDArray[np.bool_]]) -> LinearBlend:
    starts = np.concatenate([[0], np.cumsum([len(table) for table in tables])]).astype(np.int64)
    return learn_blend(FEATURES, np.concatenate(tables), np.concatenate(marks), starts, l2=0.01)


def _ndcg(scores: Sequence[Values], marks: Sequence[npt.NDArray[np.bool_]]) -> float:
    gains = []
    for score, mark in zip(scores, marks, strict=True):
        own = score[mark][0] if mark.any() else np.inf
        above = (score > own).sum() + ((score == own).sum() - 1) / 2 if mark.any() else K  # ties share their places
        gains.append(1 / np.log2(above + 2) if above < K else 0.0)
    return float(np.mean(gains)) if gains else 0.0


def save_habits(blend: LinearBlend, path: Path) -> None:
    np.savez(path, allow_pickle=False, names=np.array(blend.names, np.str_), weights=blend.weights)


def load_habits(path: Path) -> LinearBlend | None:
    """None where the index has none, or has other features than are known here."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        names = tuple(str(name) for name in arrays["names"])
        return LinearBlend(names, arrays["weights"]) if names == FEATURES else None
