"""``shoptalk serve`` with scripted engines, as a process of its own: for what only a process can suffer.

    python small_server.py FOLDER MS_A_WORD [words for serve ...]
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import little_parlour

from server import cli, line
from server import engines as engine_room
from server.engines import Engines
from server.settings import Settings

FOLDER, WORD_MS, WORDS = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def loading(settings: Settings, tell: object) -> asyncio.Future[Engines]:
    made: asyncio.Future[Engines] = asyncio.get_running_loop().create_future()
    made.set_result(little_parlour.make_engines(FOLDER))
    return made


if __name__ == "__main__":
    little_parlour.WORD_MS = WORD_MS
    line.START_WITHIN_S = 20.0   # every client here says something, and on a busy machine late
    engine_room.loading = loading  # type: ignore[assignment]
    sys.argv = ["shoptalk", "serve", *WORDS]
    cli.main()
