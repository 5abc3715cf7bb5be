"""The sources that shoptalk blends, plain models (popularity, item-kNN, EASE) among them, each learned from what a task knows.

A source is made once and then scores blocks of users: an array (users, items), higher is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse

from recommender.collaborative import cosine, ease, item_weights
from recommender.transitions import follow_weights
from recommender.types import Embedder
from server.evaluate.ranking_tasks import Task

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
"""Row numbers of a task's asked users."""
Scorer = Callable[[Rows], Floats]
Settings = Mapping[str, float]


TIE = 1e-5
"""Of popularity, where a score alone would leave whole baskets in the order of their numbers."""
WHOLE_EASE_ITEMS = 15_000
"""Up to here EASE is inverted whole; above, as a served index does it: the most chosen items, and co-occurrence for the rest."""


@dataclass(frozen=True, slots=True)
class Source:
    """How to learn a source, and the settings among which validation chooses."""

    name: str
    learn: Callable[[Task, Settings], Scorer]
    grid: tuple[Settings, ...] = ({},)
    patience: int | None = None
    """After so many settings in a row that are no better, the rest of the grid is not tried (epochs, in order)."""


def through(history: scipy.sparse.csr_matrix, weights: scipy.sparse.csr_matrix | Floats, task: Task) -> Scorer:
    """History times item-item weights."""
    mine = history[task.users]

    def score(rows: Rows) -> Floats:
        product = mine[rows] @ weights
        return np.asarray(product.toarray() if scipy.sparse.issparse(product) else product, np.float32)

    return score


def constant(scores: Floats) -> Scorer:
    """The same for everybody."""
    return lambda rows: np.broadcast_to(scores, (len(rows), len(scores)))


def of_history(history: scipy.sparse.csr_matrix, task: Task) -> Scorer:
    """The history itself is the score."""
    mine = history[task.users]
    return lambda rows: np.asarray(mine[rows].toarray(), np.float32)


def popularity(task: Task, _: Settings) -> Scorer:
    return constant(np.asarray(task.history().sum(axis=0), np.float32).ravel())


class EaseCache:
    """EASE weights of a task by regularization: the inverse is the cost, the decay of the history is free."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, float], Floats | scipy.sparse.csr_matrix] = {}

    def weights(self, task: Task, regularization: float) -> Floats | scipy.sparse.csr_matrix:
        key = (id(task.known), regularization)
        if key not in self._made:
            for old in [one for one in self._made if one[0] != key[0]] or list(self._made)[:-1]:
                del self._made[old]
            x = task.history()
            self._made[key] = ease(x, regularization) if x.shape[1] <= WHOLE_EASE_ITEMS else item_weights(x, regularization)
        return self._made[key]

    def plain(self, task: Task, settings: Settings) -> Scorer:
        return through(task.history(), self.weights(task, settings["regularization"]), task)

    def recent(self, task: Task, settings: Settings) -> Scorer:
        return through(task.history(settings["decay"]), self.weights(task, settings["regularization"]), task)


def item_knn(task: Task, settings: Settings) -> Scorer:
    return through(task.history(), cosine(task.history(), settings["shrink"]), task)


def follow(task: Task, settings: Settings) -> Scorer:
    known = task.known
    weights = follow_weights(
        task.log.user[known], task.log.item[known], task.log.step[known], task.log.items, outgoing=settings["outgoing"],
        gap_decay=settings["gap_decay"],
    )
    return through(task.history(settings["decay"]), weights, task)


def trend(task: Task, settings: Settings) -> Scorer:
    """What sold just before each question, halved every ``half_life_days``: logarithm of each item's share."""
    assert task.log.time_days is not None
    assert task.asked_days is not None
    order = np.argsort(task.log.time_days[task.known], kind="stable")
    days, items = task.log.time_days[task.known][order], task.log.item[task.known][order]
    asked = task.asked_days

    def score(rows: Rows) -> Floats:
        block = np.zeros((len(rows), task.log.items), np.float32)
        for row, moment in enumerate(asked[rows]):
            until = int(np.searchsorted(days, moment))
            since = int(np.searchsorted(days, moment - 8 * settings["half_life_days"]))
            fresh = 0.5 ** ((moment - days[since:until]) / settings["half_life_days"])
            counts = np.bincount(items[since:until], weights=fresh, minlength=task.log.items)
            block[row] = np.log(counts / max(counts.sum(), 1e-9) + 1e-5)
        return block

    return score


def _demand(task: Task) -> Floats:
    """Each item's popularity, the most popular 1."""
    demand = np.asarray(task.history().sum(axis=0), np.float32).ravel()
    return demand / max(float(demand.max()), 1e-9)


def frequency(task: Task, settings: Settings) -> Scorer:
    """How often the user took it, newer steps counting more; ties go to what was taken last, then to what all take most."""
    counts = of_history(task.history(settings["decay"], counted=True), task)
    newest, usual = of_history(task.history(0.99), task), _demand(task)
    return lambda rows: counts(rows) + 1e-3 * newest(rows) + TIE * usual


def recency(task: Task, settings: Settings) -> Scorer:
    """How lately the user took it; of one step, what all take most comes first."""
    newest, usual = of_history(task.history(settings["decay"]), task), _demand(task)
    return lambda rows: newest(rows) + TIE * usual


def repeat_rate(task: Task, _: Settings) -> Scorer:
    """Of the users who took an item of the history, the share who took it again (as a logarithm, 0 where not taken)."""
    counts = task.history(counted=True)
    again = np.asarray((counts > 1.5).sum(axis=0), np.float32).ravel()
    buyers = np.asarray((counts > 0.5).sum(axis=0), np.float32).ravel()
    rate = np.log1p(20 * (again + 1) / (buyers + 8))
    taken = task.history()
    taken.data[:] = 1
    return of_history(scipy.sparse.csr_matrix(taken.multiply(rate[None, :])), task)


def text_likeness(embedder: Embedder) -> Callable[[Task, Settings], Scorer]:
    """Mean of the history's text vectors, newer items counting more, against every item's."""
    vectors: dict[int, Floats] = {}

    def learn(task: Task, settings: Settings) -> Scorer:
        texts = task.log.texts
        assert texts is not None
        if id(texts) not in vectors:
            distinct = sorted(set(texts))
            of_text = dict(zip(distinct, embedder.embed(distinct), strict=True))
            vectors[id(texts)] = np.stack([of_text[text] for text in texts])
        matrix = vectors[id(texts)]
        history = task.history(settings["decay"])[task.users]

        def score(rows: Rows) -> Floats:
            profile = history[rows] @ matrix
            profile /= np.maximum(np.linalg.norm(profile, axis=1, keepdims=True), 1e-9)
            return np.asarray(profile @ matrix.T, np.float32)

        return score

    return learn
