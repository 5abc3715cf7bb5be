"""A server inside this process, on a free port of this machine: what ``talk`` and ``demo`` talk to is what callers talk to."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import NoReturn

from server import engines as engine_room
from server.reporting import console
from server.serve import Doorkeeper, serving
from server.settings import Settings

WITHOUT_DOORS = dict.fromkeys(("token", "tokens_file", "tls_certificate", "tls_key", "manage_port")) | {"tokens": ()}
"""Settings of a server that only this process talks to."""


def leave(code: int) -> NoReturn:
    """End the program at once: the engines' own threads would make an orderly end a disorderly one."""
    sys.stdout.flush()
    os._exit(code)


@contextlib.asynccontextmanager
async def serving_inside(settings: Settings) -> AsyncIterator[str]:
    """The address of a server that is ready. Raises what loading the engines raises."""
    inside = settings.model_copy(update={"host": "127.0.0.1", "port": 0, **WITHOUT_DOORS})
    keeper = Doorkeeper(inside)
    began_s = time.monotonic()
    with console.status("Opening the shop ...") as status:
        engines = await engine_room.loading(
            inside, lambda part, took_s: status.update(f"Opening the shop ... {part}{'' if took_s is None else ' is ready'}")
        )
    keeper.engines = engines
    console.print(f"[bold]{engines.shop.shop.name}[/] is open ({time.monotonic() - began_s:.1f} s).", highlight=False)
    async with serving(inside, keeper) as (_, port):
        yield f"ws://127.0.0.1:{port}"
