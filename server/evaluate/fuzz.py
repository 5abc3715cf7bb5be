"""Fuzzing a running server: on every endpoint thousands of wrong messages, after which it answers as ever and holds nothing.

Each connection sends a few hundred messages, faster than anybody would, and goes, politely or not. What must hold: no unhandled
exception in the server's log, no ``internal`` error, and when everybody has gone no session, and a fresh caller is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from server.client import CallError, ShoptalkClient
from server.evaluate.fuzz_messages import Inventor
from server.protocol import schemas

PER_CONNECTION = 250
"""Messages a connection sends at most; the server's own limit of pace closes one that sends many more."""
AT_ONCE = 4
ANSWER_WITHIN_S = 20.0
GONE_WITHIN_S = 30.0
VANISHES = 0.3
"""Share of connections that break instead of closing."""
BEGINS_WELL = 0.8
"""Share of connections whose first message is one that begins a conversation."""
BEGINNINGS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "/v1/voice": ({"type": "start", "output": "text"}, {"type": "start", "hands_free": False}, {"type": "start"}),
    "/v1/realtime": ({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}},),
    "/v1/twilio": ({"event": "start", "start": {"streamSid": "MZ1", "callSid": "CA1", "mediaFormat": {
        "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}},),
}
METHODS = ("GET", "GET", "POST", "PUT", "", "G\x00T")
PATHS = ("/", "/health", "/ready", "/metrics", "/v1/shop", "/v1/shop/items?from=-1&count=zz", "/v1/voice", "/v1/realtime",
         "/../../x", "/%00", "//[x", "/v1/shop?" + "&" * 300, "/v1/shop/items/%f0%9f")
HEADERS = (
    "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Key: short", "Sec-WebSocket-Version: 13", "Origin: \xe9\xe9", "Origin: http://[::1", "Origin: null",
    "Authorization: Bearer \xff", "X-Forwarded-For: ::1, " + "1" * 300, "Content-Length: -1", "Content-Length: 99999999999",
    "Transfer-Encoding: chunked", "no colon", "Sec-WebSocket-Protocol: shoptalk.bearer.\xff, ,",
)
HTTP = "http"
MANAGE = "manage"


@dataclass
class Found:
    """What fuzzing one endpoint came to."""

    endpoint: str
    messages: int = 0
    connections: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    """Close codes, or statuses of answers."""
    errors: Counter[str] = field(default_factory=Counter)
    """Error codes that came back."""
    unhandled: list[str] = field(default_factory=list)
    """What the server logged as errors."""
    stuck: int = 0
    """Sessions left when everybody had gone."""
    answers: bool = False
    """Whether a fresh caller was answered afterwards."""

    @property
    def sound(self) -> bool:
        return self.answers and not self.stuck and not self.unhandled and not self.errors.get("internal")

    def figures(self) -> dict[str, Any]:
        """For --json."""
        return {
            "messages": self.messages, "connections": self.connections, "closed": dict(self.closed.most_common()),
            "errors": dict(self.errors.most_common()), "unhandled": self.unhandled[:20], "stuck": self.stuck,
            "answers": self.answers, "sound": self.sound,
        }


def schema_of(endpoint: str) -> Mapping[str, Any]:
    """JSON Schema of what a talking endpoint takes."""
    if endpoint == "/v1/realtime":
        from server.realtime.events import EVENTS

        return EVENTS.json_schema()
    if endpoint == "/v1/twilio":
        from server.twilio import BRIDGE

        return BRIDGE.json_schema()
    client: Mapping[str, Any] = schemas()["client"]
    return client


async def fuzz(
    base: str, endpoint: str, messages: int, seed: int, sessions: Callable[[], int],
    told: Callable[[int], None] = lambda sent: None,
) -> Found:
    """Fuzz one talking endpoint of the server at ``base`` (ws://…), in this process. ``sessions``: how many it holds."""
    found, inventor, rng = Found(endpoint), Inventor(schema_of(endpoint), seed), random.Random(seed)
    with listening_to_the_log(found.unhandled):
        async def caller() -> None:
            while found.messages < messages:
                await _one_connection(base + endpoint, found, inventor, rng, rng.randint(1, PER_CONNECTION))
                told(found.messages)

        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
        found.stuck = await _left(sessions)
        found.answers = await answers(base)
    return found


async def fuzz_http(host: str, port: int, requests: int, seed: int, found: Found) -> None:
    """Raw bytes and bent requests to the door where pages are fetched."""
    rng = random.Random(seed)
    for number in range(requests):
        longer = "?" + "x" * rng.choice((10, 9_000)) if rng.random() < 0.3 else ""
        lines = [f"{rng.choice(METHODS)} {rng.choice(PATHS)}{longer} HTTP/1.1"]
        lines += [rng.choice(HEADERS) for _ in range(rng.randrange(8))]
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if rng.random() < 0.3:
            data = rng.randbytes(rng.randrange(400))
        found.messages += 1
        found.connections += 1
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            found.closed["not reached"] += 1
            continue
        with contextlib.suppress(OSError, TimeoutError):
            writer.write(data)
            await writer.drain()
            if number % 3:
                writer.write_eof()
            answer = await asyncio.wait_for(reader.read(64), 0.5 if number % 10 == 0 else 0.05)
            found.closed[answer[9:12].decode("latin-1") or "closed"] += 1
        writer.transport.abort()


@contextlib.contextmanager
def listening_to_the_log(into: list[str]) -> Iterator[None]:
    """Collect what is logged as an error, and what no task retrieved."""
    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            into.append(f"{record.name}: {record.getMessage()} {kind}".strip())

    handler = Collecting(logging.ERROR)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


async def answers(base: str) -> bool:
    """Whether a fresh caller gets an answer."""
    with contextlib.suppress(CallError, TimeoutError):
        async with asyncio.timeout(ANSWER_WITHIN_S), ShoptalkClient(f"{base}/v1/voice", hurry=True, output="text") as client:
            return bool((await client.type("hello")).said)
    return False


async def _one_connection(url: str, found: Found, inventor: Inventor, rng: random.Random, messages: int) -> None:
    found.connections += 1
    try:
        line = await connect(url, max_queue=None, close_timeout=2, compression=None)
    except (WebSocketException, OSError, TimeoutError) as refused:
        found.closed[type(refused).__name__] += 1
        return
    reading = asyncio.create_task(_read(line, found))
    beginnings = BEGINNINGS[url[url.index("/v1/") :]]
    with contextlib.suppress(WebSocketException, OSError, TimeoutError):
        if rng.random() < BEGINS_WELL:
            await line.send(json.dumps(rng.choice(beginnings)))
        for _ in range(messages):
            await line.send(inventor.sound() if rng.random() < 0.02 else inventor.message())
            found.messages += 1
            await asyncio.sleep(0)
    if rng.random() < VANISHES:
        line.transport.abort()
    with contextlib.suppress(WebSocketException, OSError, TimeoutError):
        await line.close()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    found.closed[str(line.close_code)] += 1


async def _read(line: ClientConnection, found: Found) -> None:
    async for data in _messages(line):
        with contextlib.suppress(ValueError):
            said = json.loads(data)
            wrong = said.get("error") or said
            if said.get("type") == "error":
                found.errors[str(wrong.get("code"))] += 1


async def _messages(line: ClientConnection) -> AsyncIterator[str]:
    with contextlib.suppress(WebSocketException, OSError):
        async for data in line:
            if isinstance(data, str):
                yield data


async def _left(sessions: Callable[[], int]) -> int:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GONE_WITHIN_S):
            while sessions():
                await asyncio.sleep(0.05)
    return sessions()
