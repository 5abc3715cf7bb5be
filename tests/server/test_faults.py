"""What goes wrong: clients, engines, disks, clocks, signals. Each ends in a coded error or in recovery, for that session only."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import little_parlour
import numpy as np
import pytest
from little_parlour import PITCH_HZ, Gate, Parlour, make_engines
from serving_here import PATIENCE_S, get, open_shop, told, until
from websockets.asyncio import client as websocket
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from recommender import store
from recommender.living import AddItem, SetPrice
from server import line as line_module
from server import serve
from server.client import ShoptalkClient
from server.engines import Engines, with_shop
from server.lanes import Lanes
from server.protocol import ErrorSaid, Start, Text, TurnSaid
from server.serve import Doorkeeper
from server.session import Session
from server.session_memory import MemoryAt
from voice.sound import FloatAudio, Speech

connect = partial(websocket.connect, max_queue=None, close_timeout=1)


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setattr(little_parlour, "WORD_MS", 40)   # replies are short, and so is the test
    made = make_engines(tmp_path)
    made.transcriber.texts.append("a red scarf")  # type: ignore[attr-defined]
    return made


def speech(silent_after_s: float = 0.2) -> FloatAudio:
    """"a red scarf", as the scripted ears hear it."""
    loud = 0.2 * np.sin(2 * np.pi * PITCH_HZ * np.arange(9600) / 16_000)
    return np.concatenate([np.zeros(3200), loud, np.zeros(int(16_000 * silent_after_s))]).astype(np.float32)


def pcm(audio: FloatAudio) -> bytes:
    return (audio * 32767).astype("<i2").tobytes()


async def served_as_ever(url: str) -> None:
    """Somebody else, at the same time, gets an answer."""
    async with ShoptalkClient(url, hurry=True) as client:
        assert (await client.type("a mug")).items


@contextlib.asynccontextmanager
async def nothing_left(keeper: Doorkeeper) -> AsyncIterator[None]:
    """What happens inside leaves no session, no resting one and no task."""
    before = len(asyncio.all_tasks())
    yield
    await until(lambda: not keeper.sessions and not keeper.resting)
    await until(lambda: len(asyncio.all_tasks()) <= before)


# --- clients ---------------------------------------------------------------------------------------------------------------


async def test_a_client_vanishes_in_the_middle_of_a_word(engines: Engines) -> None:
    async with open_shop(engines, resume_minutes=0.001) as (url, keeper), nothing_left(keeper):
        client = await connect(url)
        await client.recv()
        await client.send(pcm(speech()[:8000]))
        await until(lambda: keeper.sessions and next(iter(keeper.sessions.values())).busy)
        client.transport.abort()
        await served_as_ever(url)


async def test_a_half_open_socket_is_found_out(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's machine has gone without a word: nothing comes, not even the answer to a ping."""
    monkeypatch.setattr(serve, "PING_S", 1.0)
    async with open_shop(engines, resume_minutes=0.001) as (url, keeper), nothing_left(keeper):
        reader, writer = await raw_connection(url)
        await until(lambda: keeper.sessions)
        await served_as_ever(url)
        await until(lambda: not keeper.sessions)
        assert b"ready" in await reader.read(4096)
        writer.transport.abort()


async def test_a_slow_reader_is_let_go_and_holds_nobody_up(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    class LongWinded:
        name, sample_rate_hz = "long", 16_000

        def speak(self, sentence: str) -> Speech:
            return Speech(sentence, np.full(16_000 * 120, 3000, np.int16), self.sample_rate_hz, ())

    monkeypatch.setattr(line_module, "SEND_WITHIN_S", 0.3)
    async with open_shop(replace(engines, speaker=LongWinded()), resume_minutes=0.001) as (url, keeper), nothing_left(keeper):
        reader, writer = await raw_connection(url, receives=4096)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(frame('{"type": "start", "output_sample_rate": 48000, "lead_ms": 60000}'))
        writer.write(frame('{"type": "text", "text": "a mug"}'))
        await until(lambda: keeper.sessions)
        async with connect(url) as other:
            await other.send('{"type": "start", "output": "text"}')
            await other.send('{"type": "text", "text": "a mug"}')
            await next_of(other, "turn")
        await until(lambda: not keeper.sessions)
        writer.transport.abort()
        del reader


async def test_sound_at_three_times_its_pace_is_heard_and_answered(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), connect(url) as client:
        sound = pcm(speech(silent_after_s=6.0))
        for at in range(0, len(sound), 1920):
            await client.send(sound[at : at + 1920])
            await asyncio.sleep(0.02)
        turn = await next_of(client, "understanding")
        assert turn["text"] == "a red scarf"


async def test_sound_without_end_and_pace_is_refused_with_a_code(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper), nothing_left(keeper):
        said, code = await told(url, *[bytes(32_000 * 30)] * 6)
        assert (said[-1]["code"], code) == ("too_fast", 1008)
        await served_as_ever(url)


async def test_messages_out_of_order_and_out_of_size(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper):
        async with connect(url) as client:
            for message in (
                '{"type": "playback", "played_samples": 999999999}', '{"type": "interrupt"}', '{"type": "commit"}',
                '{"type": "start"}', '{"type": "playback", "played_samples": 5}', '{"type": "playback", "played_samples": 1}',
                b"\x01",
            ):
                await client.send(message)
            codes = [(await next_of(client, "error"))["code"] for _ in range(3)]
            assert sorted(codes) == ["bad_audio", "nothing_heard", "start_late"]
            await client.send('{"type": "text", "text": "a mug"}')
            await next_of(client, "understanding")
        _, code = await told(url, bytes((1 << 20) + 2))
        assert code == 1009
        await served_as_ever(url)
        await until(lambda: not keeper.sessions)


async def test_a_shopper_whom_nobody_knows_is_told_so_and_goes_on_as_new(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), ShoptalkClient(url, hurry=True, shopper="nobody-of-that-name") as client:
        assert (await client.type("a mug")).items
        notices = [timed.message for timed in client.events if isinstance(timed.message, ErrorSaid)]
        assert [notice.code for notice in notices] == ["unknown_shopper"]


# --- engines ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["transcriber", "conversation", "phraser", "speaker"])
async def test_a_model_that_raises_costs_one_turn_of_one_conversation(engines: Engines, part: str) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            def fail(*_: object, **__: object) -> None:
                raise RuntimeError("out of memory")

            return fail

    async with (
        open_shop(engines) as (url, keeper), ShoptalkClient(url, hurry=True) as client, ShoptalkClient(url, hurry=True) as other
    ):
        await other.type("a lamp")
        session = next(session for session in keeper.sessions.values() if not session.turns)
        broken = Broken()
        if part in ("transcriber", "conversation"):
            broken.likely_phrases = engines.conversation.likely_phrases  # type: ignore[attr-defined]
        session.use(replace(engines, **{part: broken}))
        exchange = await client.say(speech())
        assert [error.code for error in exchange.errors] == ["engine_failed"]
        session.use(engines)
        assert (await client.type("a red scarf")).said
        assert (await other.type("cheaper")).said


async def test_an_engine_that_hangs_is_given_up_and_the_others_go_on(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Lanes.submit.__kwdefaults__, "limit_s", 1.5)
    gate = Gate()
    async with open_shop(engines) as (url, _), ShoptalkClient(url, hurry=True) as client:
        engines.speaker.before = gate  # type: ignore[attr-defined]
        asked = asyncio.create_task(client.type("a mug"))
        await asyncio.to_thread(gate.reached.wait, 20)
        engines.speaker.before = lambda: None  # type: ignore[attr-defined]
        assert [error.code for error in (await asked).errors] == ["engine_slow"]
        await served_as_ever(url)
        assert (await client.type("a lamp")).said
        gate.open.set()


async def test_an_index_swapped_during_a_turn_is_used_from_the_next_one_on(engines: Engines) -> None:
    gate = Gate()
    async with open_shop(engines) as (url, keeper), ShoptalkClient(url, hurry=True) as client:
        engines.speaker.before = gate  # type: ignore[attr-defined]
        asked = asyncio.create_task(client.type("a green mug"))
        await asyncio.to_thread(gate.reached.wait, 20)
        changed = engines.recommender
        changed.change([AddItem(id="mug-green-9", title="Newest Harbour", price_minor=900, stock=9,  # type: ignore[attr-defined]
                                values={"kind": ("mug",), "colour": ("green",)})])
        keeper.use(with_shop(engines, engines.shop, changed))
        gate.open.set()
        before = await asked
        assert before.items is not None
        assert not before.errors
        assert before.turn is not None
        assert "mug-green-9" not in {item.id for item in before.items.items}
        after = await client.type("tell me about the Newest Harbour")
        assert "Newest Harbour" in after.said


# --- disks, databases, clocks ----------------------------------------------------------------------------------------------


async def test_a_full_disk_refuses_the_change_and_nothing_else(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "journal", full)
    async with open_shop(engines) as (url, keeper), ShoptalkClient(url, hurry=True) as client:
        before = engines.recommender.item("mug-red-0")
        with pytest.raises(OSError, match="No space"):
            await keeper.shopkeeper.change(engines, [SetPrice(id="mug-red-0", price_minor=1)])
        assert engines.recommender.item("mug-red-0") == before
        assert (await client.type("a red mug")).items


async def test_a_locked_database_keeps_nobody_waiting(engines: Engines, tmp_path: Path) -> None:
    file = tmp_path / "memory.sqlite"
    memory = MemoryAt(f"sqlite:///{file}")
    memory.open()
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        began_s = time.monotonic()
        async with Parlour(replace(engines, memory=memory), output="text", shopper="anna", remember=True) as parlour:
            await parlour.tell(Text(text="a red mug"))
            await parlour.until(lambda: parlour.of(TurnSaid))
            assert time.monotonic() - began_s < 4.5          # the driver alone would wait 5 s
        other.execute("rollback")


async def test_a_clock_that_jumps_ends_no_conversation_and_loses_no_turn(engines: Engines) -> None:
    """The machine slept in the middle of a reply: an hour has passed at once."""
    slept_s = 0.0
    async with Parlour(engines, lead_ms=200) as parlour:
        session = Session(Start(lead_ms=200), engines, parlour.lanes, parlour.sent.append,
                          clock=lambda: time.monotonic() + slept_s)
        running = asyncio.create_task(session.run())
        await session.message(Text(text="a mug"))
        await parlour.until(lambda: parlour.audio_samples > 8_000)
        slept_s = 3_600.0
        await parlour.until(lambda: parlour.of(TurnSaid))
        await session.message(Text(text="cheaper"))
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 2)
        assert parlour.of(ErrorSaid) == []
        session.close()
        running.cancel()


async def test_the_wall_clock_may_be_set_back(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_shop(engines) as (url, keeper), ShoptalkClient(url, hurry=True) as client:
        await client.type("a mug")
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() - 86_400)
        assert (await client.type("cheaper")).said
        assert (await get(url, "/health"))[0] == 200
        assert len(list(keeper.kept.turns())) == 2


# --- signals ---------------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def a_server(
    folder: Path, word_ms: int, *words: str, home: Path | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).with_name("small_server.py")
    environment = {**os.environ, "PYTHONPATH": f"{script.parent}:{script.parents[2]}", "SHOPTALK_HOME": str(home or folder),
                   "SHOPTALK_CROWDED_LOAD": "1e9"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(folder), str(word_ms), "--port", str(port), *words,
        env=environment, stderr=asyncio.subprocess.PIPE,
    )
    url = f"ws://127.0.0.1:{port}/v1/voice"
    try:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(OSError):
                    if (await get(url, "/ready"))[0] == 200:
                        break
                await asyncio.sleep(0.1)
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_sigterm_in_a_reply_lets_it_be_heard_and_lets_nobody_new_in(tmp_path: Path) -> None:
    async with a_server(tmp_path, 200) as (process, url), connect(url) as client:
        await client.send('{"type": "start", "lead_ms": 300}')
        await client.send('{"type": "text", "text": "a mug"}')
        await next_of(client, "reply")
        process.send_signal(signal.SIGTERM)
        await closing(url)
        said, code = await told(url)
        assert ([one["code"] for one in said], code) == (["closing"], 1001)
        turn = await next_of(client, "turn")
        assert not turn["interrupted"]                        # every sample of the reply was sent
        assert (await next_of(client, "error"))["code"] == "closing"
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_a_second_signal_does_not_wait_and_sighup_reads_the_shop_again(tmp_path: Path) -> None:
    async with a_server(tmp_path, 2_000, "--verbose") as (process, url), connect(url) as client:
        await client.send('{"type": "text", "text": "a mug"}')
        await next_of(client, "reply")
        process.send_signal(signal.SIGHUP)                    # there is no shop of that name here: nothing changes
        await asyncio.sleep(0.2)
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
        await closing(url)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0


# --- small things ----------------------------------------------------------------------------------------------------------


async def closing(url: str) -> None:
    """Wait until the server says that it lets nobody new in."""
    async with asyncio.timeout(PATIENCE_S):
        while (await get(url, "/ready"))[0] == 200:
            await asyncio.sleep(0.02)


async def next_of(line: ClientConnection, kind: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
    """The next message of a type."""
    async with asyncio.timeout(within_s):
        with contextlib.suppress(ConnectionClosed):
            while True:
                data = await line.recv()
                if isinstance(data, str) and (said := json.loads(data))["type"] == kind:
                    return dict(said)
    raise AssertionError(f"the line closed without {kind}")


async def raw_connection(url: str, receives: int | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A websocket that does no more than connect: no pings are answered."""
    host, port = url.removeprefix("ws://").split("/")[0].split(":")
    plain = socket.socket()
    if receives:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=plain)
    writer.write(
        f"GET /v1/voice HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def frame(text: str) -> bytes:
    """One masked text frame, its mask nought."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data
