"""What is asked of a recommender, by protocol: which events it may learn from, and which items each shopper then took.

last-item: the last item of every user, after everything before it (leave-last-out, full ranking, items never repeat).
last-basket: the whole last basket, items bought before included. last-basket-new: only what the user had not bought before.
Validation asks the same one step earlier and never shows the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse

from server.evaluate.interaction_log import Log

Protocol = Literal["last-item", "last-basket", "last-basket-new"]

@dataclass(frozen=True)
class Task:
    """One question a user. Everything is known only up to the moment of the question."""

    log: Log
    known: npt.NDArray[np.bool_]
    """The events that may be learned from; a user's own known events are the user's history."""
    users: npt.NDArray[np.int32]
    """Users who are asked about."""
    targets: tuple[npt.NDArray[np.int32], ...]
    """Items taken, one array an asked user."""
    asked_days: npt.NDArray[np.float64] | None
    """Time of each question; None where the log has no times."""
    repeats: bool
    """Whether items of the history count."""

    def history(self, decay: float = 1.0, *, counted: bool = False) -> scipy.sparse.csr_matrix:
        """(all users, items): each known item's weight, 1 in the newest step and ``decay`` times less every step before.

        ``counted`` sums the steps in which an item was taken; otherwise the newest counts.
        """
        user, item, step = self.log.user[self.known], self.log.item[self.known], self.log.step[self.known]
        newest = np.zeros(self.log.users, np.int32)
        np.maximum.at(newest, user, step)
        weight = (decay ** (newest[user] - step)).astype(np.float32)
        shape = (self.log.users, self.log.items)
        if counted:
            return scipy.sparse.csr_matrix((weight, (user, item)), shape=shape)
        order = np.argsort(step, kind="stable")
        pair = user[order].astype(np.int64) * shape[1] + item[order]
        _, last = np.unique(pair[::-1], return_index=True)
        kept = order[len(order) - 1 - last]
        return scipy.sparse.csr_matrix((weight[kept], (user[kept], item[kept])), shape=shape)

    @cached_property
    def taken(self) -> scipy.sparse.csr_matrix:
        """(asked users, items): what each already has."""
        return self.history()[self.users]

    def only(self, rows: npt.NDArray[np.intp]) -> Task:
        """The same questions for some of the asked users."""
        asked = None if self.asked_days is None else self.asked_days[rows]
        return Task(self.log, self.known, self.users[rows], tuple(self.targets[row] for row in rows), asked, self.repeats)


def tasks(log: Log, protocol: Protocol) -> tuple[Task, Task]:
    """The validation task and the test task."""
    return _task(log, protocol, 2), _task(log, protocol, 1)


def _task(log: Log, protocol: Protocol, back: int) -> Task:
    """Ask for the step that is ``back`` from each user's last. Users too short for it only teach, up to their last step."""
    steps = np.zeros(log.users, np.int32)
    np.maximum.at(steps, log.user, log.step + 1)
    asked_step = steps - back
    known_until = np.where(asked_step >= 1, asked_step, np.maximum(steps - 1, 1))
    known = log.step < known_until[log.user]
    taken = (log.step == asked_step[log.user]) & (asked_step[log.user] >= 1)
    possible = np.zeros(log.items, np.bool_)
    possible[log.item[known]] = True
    taken &= possible[log.item]
    if protocol == "last-basket-new":
        pair = log.user.astype(np.int64) * log.items + log.item
        taken &= ~np.isin(pair, pair[known])
    rows = np.flatnonzero(taken)
    users, starts = np.unique(log.user[rows], return_index=True)
    targets = tuple(np.split(log.item[rows], starts[1:])) if len(rows) else ()
    asked_days = None if log.time_days is None else log.time_days[rows[starts]]
    return Task(log, known, users.astype(np.int32), targets, asked_days, protocol == "last-basket")
