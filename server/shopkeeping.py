"""Changing the shop while it is open: prices, stock and items, another index, the files of the shop folder.

Every change makes other engines over the same ears and voice. Conversations go on with them from their next turn; the turn under
way keeps what it began with. One change at a time: a second waits for the first.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from dialogue.shop import load_shop
from recommender.living import AddItem, Change, Withdraw
from recommender.store import ShopRecommender, open_recommender
from recommender.versions import IndexFolderError, Version, roll_back, versions
from server import places
from server.drawings import load_drawings
from server.engines import Engines, with_shop
from server.lanes import make_nice
from server.settings import Settings

T = TypeVar("T")
Build = Callable[[Path], Awaitable[None]]
"""Build the index of a shop folder. Raises IndexFolderError."""
NICENESS = 10
"""Of everything here: people who are talking come first."""
LONGEST_COMPLAINT = 500


class Shopkeeper:
    """Who may change one running server's shop."""

    def __init__(self, settings: Settings, use: Callable[[Engines], None], build: Build | None = None) -> None:
        """``use`` puts other engines into force."""
        self._settings, self._use, self._build = settings, use, build or build_beside
        self._changing = asyncio.Lock()

    async def change(self, engines: Engines, changes: Sequence[Change]) -> None:
        """Change prices, stock and items, all or none. Raises ChangeError, or OSError where they could not be written down."""
        async with self._changing:
            recommender = engines.recommender
            if not isinstance(recommender, ShopRecommender):
                raise IndexFolderError("This shop's catalogue cannot be changed while it is open.")
            await aside(lambda: recommender.change(changes))
            if any(isinstance(change, AddItem | Withdraw) for change in changes):
                self._use(await aside(lambda: with_shop(engines, engines.shop, recommender)))

    async def reload(self, engines: Engines) -> Version:
        """Read shop.toml and the index in force again. Raises ShopError or IndexFolderError; then nothing has changed."""
        async with self._changing:
            return await self._reopen(engines)

    async def rebuild(self, engines: Engines) -> Version:
        """Build the index from the shop's files and put it into force. Raises as ``reload`` does."""
        async with self._changing:
            await self._build(self._settings.shop)
            return await self._reopen(engines)

    async def roll_back(self, engines: Engines) -> Version:
        """Put the index before the one in force into force. Raises IndexFolderError where there is none."""
        async with self._changing:
            await aside(lambda: roll_back(self._indexes(engines)))
            return await self._reopen(engines)

    def versions(self, engines: Engines) -> list[Version]:
        """The versions of the index, oldest first."""
        return versions(self._indexes(engines))

    async def _reopen(self, engines: Engines) -> Version:
        embedder, folder = engines.conversation.embedder, self._settings.shop
        if embedder is None:
            raise IndexFolderError("This shop was opened without an embedding model, so its index cannot be opened again.")

        def reopen() -> Engines:
            shop = load_shop(folder)
            recommender = open_recommender(folder, places.indexes_dir(shop.shop.id), embedder)
            made = with_shop(engines, shop, recommender, load_drawings(folder))
            made.phraser.warm_up()
            return made

        self._use(await aside(reopen))
        return next(version for version in self.versions(engines) if version.current)

    def _indexes(self, engines: Engines) -> Path:
        return places.indexes_dir(engines.shop.shop.id)


async def aside(work: Callable[[], T]) -> T:
    """Do something in a thread of low priority of its own."""
    def nicely() -> T:
        make_nice(NICENESS)
        return work()

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="shopkeeping") as thread:   # not a shared one: its niceness stays lowered
        return await loop.run_in_executor(thread, nicely)


async def build_beside(shop: Path) -> None:
    """``shoptalk index build`` as a process of its own, so that no conversation shares an interpreter with it."""
    program = f"import os; os.nice({NICENESS}); from server.cli import main; main()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, "index", "build", str(shop), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        raise IndexFolderError(complaint.decode(errors="replace").strip()[-LONGEST_COMPLAINT:] or "The index could not be built.")
