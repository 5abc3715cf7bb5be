"""The models people know, from the libraries they know: ALS and BPR of ``implicit``, SASRec of ``rectools``.

Neither library is needed; what is not installed is not compared with. ``pip install shoptalk[bench]`` brings implicit;
benchmarks/recommending/README.md says how rectools is installed beside it.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from server.evaluate.ranking_sources import Floats, Rows, Scorer, Settings, Source
from server.evaluate.ranking_tasks import Task

LISTED = 50
"""Items that SASRec names for a user; the rest count as nothing."""
EPOCH_STEPS = 8
"""SASRec's number of epochs is chosen among so many parts of the most allowed."""
PATIENCE = 2
"""Its training ends early where so many parts in a row were no better on validation."""
SESSION_ITEMS = 50
"""Newest items of a user that SASRec reads; fewer where 95 in 100 users have fewer."""
SOFTMAX_ITEMS = 5000
"""Up to here its loss is over all items; above, over NEGATIVES drawn ones, which is what makes epochs affordable."""
NEGATIVES = 16


def peers(seed: int, threads: int, sasrec_epochs: int) -> list[Source]:
    """What is installed. ``sasrec_epochs``: the most that SASRec may train; 0 leaves it out."""
    found: list[Source] = []
    if importlib.util.find_spec("implicit"):
        found += _factorisations(seed, threads)
    if sasrec_epochs and importlib.util.find_spec("rectools"):
        steps = sorted({max(1, round(sasrec_epochs * part / EPOCH_STEPS)) for part in range(1, EPOCH_STEPS + 1)})
        grid = tuple({"epochs": float(step)} for step in steps)
        found.append(Source("sasrec (rectools)", _SasRec(seed, threads).learn, grid, PATIENCE))
    return found


def _factorisations(seed: int, threads: int) -> list[Source]:
    from implicit.als import AlternatingLeastSquares
    from implicit.bpr import BayesianPersonalizedRanking

    def als(task: Task, settings: Settings) -> Scorer:
        with threadpool_limits(1, user_api="blas"):  # implicit has threads of its own
            model = AlternatingLeastSquares(
                factors=int(settings["factors"]), regularization=settings["regularization"], alpha=settings["alpha"],
                iterations=15, random_state=seed, num_threads=threads,
            )
            return _factors(model, task)

    def bpr(task: Task, settings: Settings) -> Scorer:
        model = BayesianPersonalizedRanking(
            factors=int(settings["factors"]), learning_rate=settings["learning_rate"], regularization=0.01, iterations=100,
            random_state=seed, num_threads=threads,
        )
        return _factors(model, task)

    als_grid = tuple(
        {"factors": factors, "regularization": 0.05, "alpha": alpha} for factors in (64, 128) for alpha in (1.0, 10.0)
    )
    bpr_grid = tuple({"factors": 64, "learning_rate": rate} for rate in (0.02, 0.05, 0.1))
    return [Source("als (implicit)", als, als_grid), Source("bpr (implicit)", bpr, bpr_grid)]


def _factors(model: Any, task: Task) -> Scorer:
    history = task.history()
    history.data[:] = 1
    model.fit(history, show_progress=False)
    users, items = np.asarray(model.user_factors), np.asarray(model.item_factors)
    return lambda rows: users[task.users[rows]] @ items.T


class _SasRec:
    """SASRec (Kang and McAuley, ICDM 2018) on a task's known events. Asked for more epochs of the same events it trains on."""

    def __init__(self, seed: int, threads: int) -> None:
        self._seed = seed
        self._threads = threads
        self._known: npt.NDArray[np.bool_] | None = None
        self._model: Any = None
        self._epochs = 0

    def learn(self, task: Task, settings: Settings) -> Scorer:
        import torch
        from rectools import Columns
        from rectools.dataset import Dataset
        from rectools.models import SASRecModel

        torch.set_num_threads(self._threads)
        events = pd.DataFrame({
            Columns.User: task.log.user[task.known], Columns.Item: task.log.item[task.known], Columns.Weight: 1.0,
            Columns.Datetime: pd.to_datetime(task.log.step[task.known], unit="D"),
        })
        dataset = Dataset.construct(events)
        longest = int(np.quantile(np.bincount(task.log.user[task.known]), 0.95))
        wanted = int(settings["epochs"])
        if self._known is not task.known or self._epochs > wanted:
            torch.manual_seed(self._seed)
            self._model = SASRecModel(
                n_factors=64, n_blocks=2, n_heads=1, session_max_len=max(5, min(SESSION_ITEMS, longest)), dropout_rate=0.2,
                lr=1e-3, loss="softmax" if task.log.items <= SOFTMAX_ITEMS else "sampled_softmax", n_negatives=NEGATIVES,
                batch_size=128, verbose=0, recommend_torch_device="cpu",
            )
            self._known, self._epochs = task.known, 0
        if wanted > self._epochs:
            logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries to each other
                self._model.fit_partial(dataset, min_epochs=wanted - self._epochs, max_epochs=wanted - self._epochs)
            self._epochs = wanted
        listed = self._model.recommend(
            users=task.users, dataset=dataset, k=min(LISTED, task.log.items - 1), filter_viewed=not task.repeats,
            on_unsupported_targets="ignore",
        )
        row_of = np.full(task.log.users, -1, np.int64)
        row_of[task.users] = np.arange(len(task.users))
        rows = row_of[listed[Columns.User].to_numpy()]
        items, ranks = listed[Columns.Item].to_numpy(), listed[Columns.Rank].to_numpy()
        order = np.argsort(rows, kind="stable")
        rows, items, gains = rows[order], items[order], (1 / ranks[order]).astype(np.float32)
        starts = np.searchsorted(rows, np.arange(len(task.users) + 1))

        def score(asked: Rows) -> Floats:
            block = np.zeros((len(asked), task.log.items), np.float32)
            for place, row in enumerate(asked):
                part = slice(starts[row], starts[row + 1])
                block[place, items[part]] = gains[part]
            return block

        return score
