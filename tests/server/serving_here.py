"""A whole server on a free port of this machine, with scripted engines, for tests of its doors, its watch and its faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.engines import Engines
from server.serve import Doorkeeper, serving
from server.settings import Settings

PATIENCE_S = 20.0
"""How long a test waits for what must come: far longer than it takes, since a busy machine may stand still for seconds."""


@contextlib.asynccontextmanager
async def open_shop(engines: Engines | None, **settings: Any) -> AsyncIterator[tuple[str, Doorkeeper]]:
    """The address of ``/v1/voice`` and the keeper; however busy the machine, nobody is refused for it."""
    chosen = Settings(port=0, **{"crowded_load": 1e9, **settings})
    keeper = Doorkeeper(chosen, engines)
    async with serving(chosen, keeper) as (_, port):
        yield f"ws://127.0.0.1:{port}/v1/voice", keeper


async def get(url: str, path: str, **headers: str) -> tuple[int, Any]:
    """Status and body (read as JSON where it is some) of a GET on the same server."""
    def fetch() -> tuple[int, bytes]:
        request = urllib.request.Request(url.replace("ws://", "http://").removesuffix("/v1/voice") + path, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    status, body = await asyncio.to_thread(fetch)
    return status, json.loads(body) if body.startswith((b"{", b"[")) else body.decode()


async def until(met: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Wait until ``met()``; the test fails where it never is."""
    async with asyncio.timeout(within_s):
        while not met():
            await asyncio.sleep(0.01)


async def told(
    url: str, *messages: str | bytes, enough: Callable[[list[dict[str, Any]]], object] = lambda said: False, **how: Any
) -> tuple[list[dict[str, Any]], int | None]:
    """Send raw messages, then take JSON messages until the server closes, or there are ``enough``; with the close code."""
    said: list[dict[str, Any]] = []
    async with connect(url, max_queue=None, close_timeout=1, **how) as line:
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            for message in messages:
                await line.send(message)
            while not enough(said):
                data = await asyncio.wait_for(line.recv(), PATIENCE_S)
                if isinstance(data, str):
                    said.append(json.loads(data))
    return said, line.close_code
