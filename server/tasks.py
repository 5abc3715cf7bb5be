"""The tasks one session has under way: none outlives it, dropped work is nothing, and any other failure is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from server.lanes import Dropped

log = logging.getLogger(__name__)


class Tasks:
    """``failed`` is called after a task has failed."""

    def __init__(self, failed: Callable[[], None]) -> None:
        self._failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin some work; nobody waits for it."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())   # one cancelled before it began

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Dropped:
            return
        except Exception:
            log.exception("a session's task failed")
            self._failed()
