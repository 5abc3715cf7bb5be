"""How well the recommender ranks, on anybody's interactions: its sources, the blend of them, and the models people know.

Every setting is chosen by NDCG@10 on the validation task; the blend's weights are learned there; then everything is learned
again with the validation step included and measured once on the test task. All items are ranked, none is sampled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.blending import LinearBlend, learn_blend
from recommender.types import Embedder
from server.evaluate.interaction_log import Log, LogError
from server.evaluate.ranking_metrics import Ranking, ranking_figures
from server.evaluate.ranking_peers import peers
from server.evaluate.ranking_sources import (
    EaseCache,
    Floats,
    Rows,
    Scorer,
    Settings,
    Source,
    follow,
    frequency,
    item_knn,
    popularity,
    recency,
    repeat_rate,
    text_likeness,
    trend,
)
from server.evaluate.ranking_tasks import Protocol, Task, tasks

K = 10
BLOCK_USERS = 500
BLOCK_SCORES = 6_000_000
"""Users are scored so many at a time that a source's scores of them are no more than this."""
TEST_USERS = 50_000
"""Of more test users than this, a sample of so many is asked; every one is asked about all items."""
TUNING_USERS = 4000
"""Validation users on which settings are compared."""
BLEND_USERS = 12_000
"""Validation users from whom the blend's weights are learned."""
CANDIDATES = 100
"""The best of each source that the blend reorders."""

Tell = Callable[[str, int, int], None]
"""Progress: what is being done, how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A source with the settings that validation chose."""

    source: Source
    settings: Settings
    validation_ndcg: float


def sources_for(log: Log, protocol: Protocol, embedder: Embedder | None) -> list[Source]:
    """The sources that shoptalk has for such data."""
    made = EaseCache()
    penalties = (50.0, 200.0, 500.0, 1000.0) if log.items <= 5000 else (50.0, 200.0)
    decays = (0.95, 0.9, 0.8, 0.7)
    found = [
        Source("popularity", popularity),
        Source("item-knn", item_knn, tuple({"shrink": shrink} for shrink in (0.0, 10.0, 50.0))),
        Source("ease", made.plain, tuple({"regularization": penalty} for penalty in penalties)),
        Source("ease, newest first", made.recent, tuple(
            {"regularization": penalty, "decay": decay} for penalty in penalties for decay in decays
        )),
        Source("follows", follow, tuple(
            {"decay": decay, "gap_decay": gap_decay, "outgoing": outgoing}
            for decay in (0.9, 0.8, 0.7) for gap_decay in (0.8,) for outgoing in (0.7, 0.9)
        )),
    ]
    if log.time_days is not None:
        found.extend(
            Source(f"sells now, {days:g} days", trend, ({"half_life_days": days},)) for days in (7.0, 30.0, 120.0)
        )
    if protocol == "last-basket":
        found.append(Source("personal frequency", frequency, ({"decay": 1.0},)))
        found.append(Source("personal frequency, newest first", frequency, tuple({"decay": decay} for decay in decays)))
        found.append(Source("taken lately", recency, tuple({"decay": decay} for decay in (0.8, 0.5))))
        found.append(Source("taken again", repeat_rate))
    if embedder is not None and log.texts is not None:
        found.append(Source("text", text_likeness(embedder), tuple({"decay": decay} for decay in (0.9, 0.7))))
    return found


def evaluate_recommending(
    log: Log, protocol: Protocol, *, embedder: Embedder | None = None, seed: int = 0, threads: int = 2, with_peers: bool = True,
    sasrec_epochs: int = 0, tell: Tell = lambda *_: None,
) -> dict[str, object]:
    """Figures of every model and of the blend on the test task; see the module for the rules.

    Raises LogError where there are too few items or users to say anything.
    """
    started = time.perf_counter()
    validation, test = tasks(log, protocol)
    dice = np.random.default_rng(seed)
    if log.items < 2 * K or not len(validation.users) or not len(test.users):
        raise LogError(
            f"{log.items} items, {len(test.users)} test users and {len(validation.users)} validation users are too few: "
            f"it takes {2 * K} items, and users of three steps each."
        )
    of_users = len(test.users)
    test = test.only(_sample(dice, of_users, TEST_USERS))
    ours, others = sources_for(log, protocol, embedder), peers(seed, threads, sasrec_epochs) if with_peers else []
    tuning = validation.only(_sample(dice, len(validation.users), TUNING_USERS))
    chosen: list[Chosen] = []
    seconds: dict[str, float] = {}
    for number, source in enumerate([*ours, *others]):
        tell("choosing settings", number, len(ours) + len(others))
        begun = time.perf_counter()
        chosen.append(choose(source, tuning))
        seconds[source.name] = time.perf_counter() - begun
    begun = time.perf_counter()
    blend = _learn(chosen[: len(ours)], validation.only(_sample(dice, len(validation.users), BLEND_USERS)), tell)
    blend_s = time.perf_counter() - begun
    popular = np.bincount(log.item[test.known], minlength=log.items).astype(np.float64)
    scorers: list[Scorer] = []
    models: dict[str, object] = {}
    for number, one in enumerate(chosen):
        tell("measuring", number, len(chosen) + 1)
        begun = time.perf_counter()
        scorer = one.source.learn(test, one.settings)
        ranking = np.concatenate([_best(_masked(test, scorer, rows), K) for rows in _blocks(test)])
        if number < len(ours):
            scorers.append(scorer)
        spent = seconds[one.source.name] + time.perf_counter() - begun
        blend_s += spent if number < len(ours) else 0.0
        models[one.source.name] = {
            **ranking_figures(ranking, test.targets, popular), "settings": dict(one.settings),
            "validation_ndcg@10": round(one.validation_ndcg, 5),
            "seconds": round(spent, 1),
        }
    tell("measuring", len(chosen), len(chosen) + 1)
    begun = time.perf_counter()
    ranking = np.concatenate([_blended(test, scorers, blend, rows) for rows in _blocks(test)])
    blend_figures = {
        **ranking_figures(ranking, test.targets, popular),
        "weights": {name: round(float(weight), 5) for name, weight in zip(blend.names, blend.weights, strict=True)},
        "validation_users": min(BLEND_USERS, len(validation.users)), "seconds": round(blend_s + time.perf_counter() - begun, 1),
    }
    return {
        "protocol": protocol, "k": K, "seed": seed, "ranking": "full", "test_users": len(test.users), "of_users": of_users,
        "validation_users": len(validation.users), "tuning_users": len(tuning.users), "data": log.report,
        "models": models, "blend": blend_figures, "seconds": round(time.perf_counter() - started, 1),
    }


def choose(source: Source, tuning: Task) -> Chosen:
    """The settings of the grid with the best NDCG@10 on the tuning users."""
    best: Chosen | None = None
    uniform = np.ones(tuning.log.items)
    worse = 0
    for settings in source.grid:
        scorer = source.learn(tuning, settings)
        ranking = np.concatenate([_best(_masked(tuning, scorer, rows), K) for rows in _blocks(tuning)])
        ndcg = ranking_figures(ranking, tuning.targets, uniform)[f"ndcg@{K}"]
        if best is None or ndcg > best.validation_ndcg:
            best, worse = Chosen(source, settings, ndcg), 0
        else:
            worse += 1
        if worse == source.patience:
            break
    assert best is not None
    return best


def _learn(chosen: Sequence[Chosen], task: Task, tell: Tell) -> LinearBlend:
    scorers = [one.source.learn(task, one.settings) for one in chosen]
    names = [f"{one.source.name}{kind}" for one in chosen for kind in ("", " (rank)")]
    features: list[Floats] = []
    marks: list[npt.NDArray[np.bool_]] = []
    sizes: list[int] = []
    blocks = _blocks(task)
    for number, rows in enumerate(blocks):
        tell("learning the blend", number, len(blocks))
        for row, (items, described) in zip(rows, _described(task, scorers, rows), strict=True):
            features.append(described)
            marks.append(np.isin(items, task.targets[row]))
            sizes.append(len(items))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return learn_blend(names, np.concatenate(features), np.concatenate(marks), starts)


def _blended(task: Task, scorers: Sequence[Scorer], blend: LinearBlend, rows: Rows) -> Ranking:
    best = []
    for items, described in _described(task, scorers, rows):
        listed = items[np.argsort(-blend.score(described), kind="stable")[:K]]
        if len(listed) < K:  # a user who has nearly everything
            listed = np.concatenate([listed, np.setdiff1d(np.arange(task.log.items), listed)[: K - len(listed)]])
        best.append(listed.astype(np.int32))
    return np.stack(best)


def _described(task: Task, scorers: Sequence[Scorer], rows: Rows) -> list[tuple[npt.NDArray[np.int32], Floats]]:
    """Candidates of each user (the best of every source) and two features a source: its score, and minus the log of its rank."""
    blocks = [_masked(task, scorer, rows) for scorer in scorers]
    tops = [_best(block, CANDIDATES) for block in blocks]
    found = []
    for row in range(len(rows)):
        items = np.unique(np.concatenate([top[row] for top in tops]))
        items = items[np.isfinite(blocks[0][row, items])]
        described = np.empty((len(items), 2 * len(scorers)), np.float32)
        for number, (block, top) in enumerate(zip(blocks, tops, strict=True)):
            described[:, 2 * number] = block[row, items]
            rank = np.full(task.log.items, CANDIDATES, np.float32)
            rank[top[row]] = np.arange(top.shape[1])
            described[:, 2 * number + 1] = -np.log2(rank[items] + 2)
        found.append((items.astype(np.int32), described))
    return found


def _masked(task: Task, scorer: Scorer, rows: Rows) -> Floats:
    """Scores of a block of users; what they already have is out unless repeats count."""
    scores = np.array(scorer(rows), np.float32)
    if not task.repeats:
        taken = task.taken[rows].tocoo()
        scores[taken.row, taken.col] = -np.inf
    return scores


def _best(scores: Floats, count: int) -> Ranking:
    count = min(count, scores.shape[1] - 1)
    top = np.argpartition(-scores, count, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1).astype(np.int32)


def _blocks(task: Task) -> list[Rows]:
    size = max(1, min(BLOCK_USERS, BLOCK_SCORES // task.log.items))
    return [np.arange(start, min(start + size, len(task.users))) for start in range(0, len(task.users), size)]


def _sample(dice: np.random.Generator, count: int, most: int) -> Rows:
    return np.arange(count) if count <= most else np.sort(dice.choice(count, most, replace=False))
