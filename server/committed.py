"""Conversations that outlive the process: after a crash or a restart the token of ``ready`` takes them up from the last turn.

Only of shoppers who agree (``start.may_keep``) and where the settings keep words, for what is believed holds words. A turn is
written down when its reply is sent; it goes when the conversation ends, is taken up, or nobody has come for it in time.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from dialogue.state import BeliefState

log = logging.getLogger(__name__)
T = TypeVar("T")

KEPT_S = 1_800.0
"""A conversation that nobody took up so long after its last turn is over."""
BUSY_S = 1.0
_state: TypeAdapter[BeliefState] = TypeAdapter(BeliefState)


class Conversations:
    """One file of conversations, by the digest of their token. A file that fails is told in the log; the talk goes on."""

    def __init__(self, file: Path, wall_clock: Callable[[], float] = time.time) -> None:
        self._file, self._now, self._lock = file, wall_clock, threading.Lock()

    def keep(self, token: str, shop: str, turn: int, state: BeliefState) -> None:
        """Write down the state after a turn; on return it is on disk."""
        row = (_digest(token), shop, turn, _state.dump_json(state), self._now())

        def write(db: sqlite3.Connection) -> None:
            db.execute("insert or replace into conversations values (?, ?, ?, ?, ?)", row)
            db.execute("delete from conversations where at < ?", (self._now() - KEPT_S,))

        self._do(write)

    def take(self, token: str, shop: str) -> tuple[int, BeliefState] | None:
        """The conversation of a token, which holds no longer: its turns and its state. None where there is none."""
        if not self._file.exists():
            return None

        def read(db: sqlite3.Connection) -> tuple[int, bytes] | None:
            sought = (_digest(token), shop, self._now() - KEPT_S)
            row: tuple[int, bytes] | None = db.execute(
                "select turn, state from conversations where token = ? and shop = ? and at >= ?", sought
            ).fetchone()
            db.execute("delete from conversations where token = ?", sought[:1])
            return row

        row = self._do(read)
        if row is not None:
            with contextlib.suppress(ValidationError):   # of another version
                return int(row[0]), _state.validate_json(row[1])
        return None

    def drop(self, token: str) -> None:
        """The conversation is over."""
        if self._file.exists():
            self._do(lambda db: db.execute("delete from conversations where token = ?", (_digest(token),)))

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            with self._lock:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.closing(sqlite3.connect(self._file, timeout=BUSY_S)) as db, db:
                    db.execute("pragma secure_delete = on")
                    db.execute("pragma synchronous = full")
                    db.execute("create table if not exists conversations (token primary key, shop, turn, state, at)")
                    return work(db)
        except (sqlite3.Error, OSError) as failure:
            log.error("conversations could not be kept: %s", type(failure).__name__)
            return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
