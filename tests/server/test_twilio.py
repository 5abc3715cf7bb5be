"""A call over a phone bridge's media stream, and the bridge's own manners: marks that come back, marks that are thrown away."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from little_parlour import PITCH_HZ, Pitches, make_engines
from websockets.asyncio.client import ClientConnection, connect

from server.engines import Engines
from server.serve import Doorkeeper, serving
from server.settings import Settings
from server.twilio import PHONE_RATE_HZ, BridgeError, parse
from voice import g711

FRAME = PHONE_RATE_HZ // 50


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("parlour"))


class Bridge:
    """What a phone company does with a stream: 20 ms frames in, buffered playback at the pace of speech, marks as it goes."""

    def __init__(self, line: ClientConnection, keeper: Doorkeeper, engines: Engines) -> None:
        self.keeper, self.engines = keeper, engines
        self.played = b""
        self.clears = 0
        self.thrown_marks = 0
        self._line = line
        self._buffer = b""
        self._marks: list[tuple[int, str]] = []
        """How much of the buffer comes before each mark."""
        self._to_say: list[bytes] = []
        self._tasks = [asyncio.create_task(work) for work in (self._read(), self._play(), self._speak())]

    async def _send(self, event: str, **more: Any) -> None:
        await self._line.send(json.dumps({"event": event, "streamSid": "MZ1", "sequenceNumber": "2", **more}))

    async def _read(self) -> None:
        async for data in self._line:
            message = json.loads(data)
            assert message["streamSid"] == "MZ1"
            if message["event"] == "media":
                self._buffer += base64.b64decode(message["media"]["payload"])
            elif message["event"] == "mark":
                self._marks.append((len(self._buffer), message["mark"]["name"]))
            else:
                assert message["event"] == "clear"
                thrown, self._marks, self._buffer = self._marks, [], b""
                self.clears += 1
                self.thrown_marks += len(thrown)
                for _, name in thrown:
                    await self._send("mark", mark={"name": name})

    async def _play(self) -> None:
        next_s = time.monotonic()
        while True:
            next_s = max(next_s + 0.02, time.monotonic())
            await asyncio.sleep(next_s - time.monotonic())
            sound, self._buffer = self._buffer[:FRAME], self._buffer[FRAME:]
            self.played += sound
            reached = [name for left, name in self._marks if left <= len(sound)]
            self._marks = [(left - len(sound), name) for left, name in self._marks if left > len(sound)]
            for name in reached:
                await self._send("mark", mark={"name": name})

    async def _speak(self) -> None:
        while True:
            frame = self._to_say.pop(0) if self._to_say else b"\xff" * FRAME
            await self._send("media", media={"track": "inbound", "payload": base64.b64encode(frame).decode()})
            await asyncio.sleep(0.02)

    def say(self, text: str, ms: int = 600) -> None:
        hearing = self.engines.transcriber
        assert isinstance(hearing, Pitches)
        if text not in hearing.texts:
            hearing.texts.append(text)
        pitch_hz = PITCH_HZ + 100 * hearing.texts.index(text)
        at_s = np.arange(ms * PHONE_RATE_HZ // 1000) / PHONE_RATE_HZ
        sound = g711.encode((6000 * np.sin(2 * np.pi * pitch_hz * at_s)).astype(np.int16))
        self._to_say += [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]

    @property
    def session(self) -> Any:
        return next(iter(self.keeper.sessions.values()))

    async def until(self, met: Any, within_s: float = 20.0) -> None:
        async with asyncio.timeout(within_s):
            while not met():
                await asyncio.sleep(0.01)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def open_door(engines: Engines, **settings: Any) -> AsyncIterator[tuple[ClientConnection, Doorkeeper]]:
    chosen = Settings(port=0, **settings)
    keeper = Doorkeeper(chosen, engines)
    async with serving(chosen, keeper) as (_, port), connect(f"ws://127.0.0.1:{port}/v1/twilio") as line:
        yield line, keeper


async def begin(line: ClientConnection, **parameters: str) -> None:
    await line.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await line.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {
        "streamSid": "MZ1", "accountSid": "AC1", "callSid": "CA1", "tracks": ["inbound"], "customParameters": parameters,
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }}))


@contextlib.asynccontextmanager
async def call(engines: Engines, **parameters: str) -> AsyncIterator[Bridge]:
    async with open_door(engines) as (line, keeper):
        await begin(line, **parameters)
        bridge = Bridge(line, keeper, engines)
        try:
            yield bridge
        finally:
            bridge.stop()


async def test_a_caller_is_greeted_asks_and_cuts_in_and_only_what_was_played_was_heard(engines: Engines) -> None:
    async with call(engines) as bridge:
        await bridge.until(lambda: len(bridge.played) > PHONE_RATE_HZ // 2)   # the greeting
        bridge.say("a red mug")
        await bridge.until(lambda: bridge.clears == 1)
        assert bridge.thrown_marks
        await bridge.until(lambda: bridge.session.state.wants("colour") == ("red",))
        played_before = len(bridge.played)
        await bridge.until(lambda: len(bridge.played) > played_before + PHONE_RATE_HZ)   # a second of the answer
        bridge.say("a lamp instead")
        await bridge.until(lambda: bridge.clears == 2)
        heard_ms = bridge.session._mouth.heard_ms()
        played_ms = (len(bridge.played) - played_before) * 1000 / PHONE_RATE_HZ
        assert played_ms - 450 <= heard_ms <= played_ms + 40
        await bridge.until(lambda: bridge.session.state.wants("kind") == ("lamp",))
        assert bridge.session.state.turn >= 2


async def test_what_the_bridge_plays_is_the_voice(engines: Engines) -> None:
    async with call(engines) as bridge:
        await bridge.until(lambda: len(bridge.played) > 4_000)
        spoken = g711.decode(bridge.played[800:4000]).astype(float)
        assert np.argmax(np.abs(np.fft.rfft(spoken))) * PHONE_RATE_HZ / len(spoken) == pytest.approx(440, abs=5)


async def test_a_caller_who_hangs_up_leaves_nobody_behind(engines: Engines) -> None:
    async with open_door(engines) as (line, keeper):
        await begin(line, greet="false")
        async with asyncio.timeout(20):
            while not keeper.sessions:
                await asyncio.sleep(0.01)
            await line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": "CA1"}}))
            await line.wait_closed()
            while keeper.sessions or keeper.resting:
                await asyncio.sleep(0.01)
        assert line.close_code == 1000


@pytest.mark.parametrize(
    ("message", "because"),
    [
        ("hello", "JSON object"),
        (b"\x00\x01", "JSON object"),
        ({"event": "media", "media": {"payload": "no base64!"}}, "media.payload"),
        ({"event": "media", "media": {}}, "payload"),
        ({"event": "mark", "mark": {"name": 5}}, "mark.name"),
        ({"event": "start", "start": {"streamSid": "MZ1", "customParameters": {"long" * 100: 5}}}, "start.customParameters"),
    ],
)
async def test_what_is_no_message_ends_the_call_with_a_sentence(engines: Engines, message: Any, because: str) -> None:
    async with open_door(engines) as (line, _):
        await begin(line, greet="false")
        await line.send(json.dumps(message) if isinstance(message, dict) else message)
        await asyncio.wait_for(line.wait_closed(), 20)
        assert line.close_code == 1008
        assert because in (line.close_reason or "")


async def test_events_of_a_newer_bridge_and_marks_of_somebody_else_are_passed_over(engines: Engines) -> None:
    async with call(engines) as bridge:
        await bridge._send("weather", weather={})
        await bridge._send("dtmf", dtmf={"digit": "1"})
        await bridge._send("mark", mark={"name": "theirs"})
        await bridge._send("mark", mark={"name": "0:99999999999"})
        await bridge.until(lambda: bridge.played)


async def test_the_token_comes_with_the_call(engines: Engines) -> None:
    """A bridge sets no headers, and a token in an address would be logged."""
    for token, code in (("wrong", 1008), ("a-secret-of-ours", None)):
        async with open_door(engines, token="a-secret-of-ours") as (line, keeper):
            await begin(line, token=token)
            if code is None:
                assert json.loads(await asyncio.wait_for(line.recv(), 20))["event"] == "media"
                continue
            await asyncio.wait_for(line.wait_closed(), 20)
            assert (line.close_code, len(keeper.sessions)) == (code, 0)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"event": 3}', "[" * 100_000, '{"event": "start", "start": null}'])
def test_text_that_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(BridgeError):
        parse(text)
