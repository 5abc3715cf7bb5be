"""What a session recalls of its shopper and what it keeps for the next visit: only with agreement, never in the turn's way."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dialogue.remembering import NOTHING_KNOWN, Known, lessons
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Act, Understanding
from recommender.types import Recommender
from server import places
from server.settings import Settings

if TYPE_CHECKING:
    from server.memory.store import Memory

log = logging.getLogger(__name__)
T = TypeVar("T")
RECALL_WITHIN_S = 1.0
"""A shopper is not kept waiting for a memory longer than this."""


class MemoryAt:
    """A memory that is opened when the first shopper needs it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: Memory | None = None
        self._lock = threading.Lock()

    def open(self) -> Memory:
        """The memory. Raises ForgetfulError."""
        from server.memory.store import open_memory

        with self._lock:
            self._opened = self._opened or open_memory(self.url)
            return self._opened


def memory_at(settings: Settings) -> MemoryAt | None:
    """Where the settings say that shoppers are remembered; None where nobody is."""
    said = settings.memory_url.get_secret_value() if settings.memory_url else ""
    return None if said == "none" else MemoryAt(said or f"sqlite:///{places.home() / 'memory.sqlite'}")


class Recollection:
    """One shopper's memory in one session. A memory that fails is told in the log and the session goes on without."""

    def __init__(self, memory: MemoryAt | None, shop: TalkingShop, shopper: str | None, remember: bool | None) -> None:
        """``remember``: what the client said on starting: agreed, not in this visit, or nothing."""
        self._memory = memory if shopper and remember is not False else None
        self._shop, self._who, self._agrees = shop, (shop.shop.id, shopper or ""), bool(remember)
        self._known = NOTHING_KNOWN
        self._unsaved: BeliefState | None = None
        self._settling = threading.Lock()
        self._recalled = asyncio.Event()
        if self._memory is None:
            self._recalled.set()

    async def recall(self) -> None:
        """Look up what is known; call before the first turn."""
        if self._memory is None:
            return
        try:
            async with asyncio.timeout(RECALL_WITHIN_S):
                if self._agrees:
                    await self._do(lambda memory: memory.agree(*self._who))
                self._known = await self._do(lambda memory: memory.recall(*self._who)) or NOTHING_KNOWN
        except TimeoutError:
            log.error("the memory did not answer within %.0f s; this visit goes on without it", RECALL_WITHIN_S)
        self._recalled.set()

    def unknown(self, recommender: Recommender) -> bool:
        """Whether the client named a shopper of whom neither the memory nor the shop's log knows anything."""
        who = self._who[1]
        return bool(who) and not self._known.agreed and not recommender.knows(who)

    async def recalled(self) -> None:
        """Wait until what is known was looked up."""
        await self._recalled.wait()

    def joined(self, state: BeliefState) -> BeliefState:
        """A state that knows what was recalled."""
        return replace(state, known=self._known) if state.known is NOTHING_KNOWN else state

    async def committed(self, understanding: Understanding, state: BeliefState) -> None:
        """A turn took effect: what it asks of the memory is done at once, what it taught waits until it stands."""
        if self._memory is None:
            return
        if Act.FORGET_ME in understanding.acts:
            self._unsaved, self._known = None, Known(kept=True)
            await self._do(lambda memory: memory.forget(*self._who))
        else:
            self._unsaved = state

    async def stands(self, state: BeliefState) -> None:
        """A turn's reply was given and the turn was not taken back: keep what it taught."""
        if state is self._unsaved:
            await asyncio.to_thread(self.settle)

    def settle(self) -> None:
        """Keep what was learned and not kept yet; where another thread is keeping it just now, wait until it has."""
        with self._settling:
            state, self._unsaved = self._unsaved, None
            if self._memory is None or state is None or not state.known.agreed:
                return
            try:
                self._memory.open().keep(*self._who, state.known, lessons(state, self._shop))
            except Exception as failure:
                log.error("the memory failed: %s", failure)

    async def _do(self, work: Callable[[Memory], T]) -> T | None:
        memory = self._memory
        assert memory is not None
        try:
            return await asyncio.to_thread(lambda: work(memory.open()))
        except Exception as failure:
            log.error("the memory failed: %s", failure)
            return None
