"""The server over a real websocket: the door, the protocol's errors, and many callers. Scripted engines, real everything else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import urllib.error
import urllib.request
from typing import Any

import numpy as np
import pytest
from little_parlour import PITCH_HZ, make_engines
from serving_here import PATIENCE_S, open_shop, until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.client import CallError, ShoptalkClient
from server.engines import Engines
from server.protocol import SENTENCES, ProtocolError, parse_client
from server.published import schemas
from server.serve import Doorkeeper
from voice.sound import FloatAudio


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("parlour"))


def tone(engines: Engines, text: str, lasts_s: float = 0.6) -> FloatAudio:
    texts = engines.transcriber.texts  # type: ignore[attr-defined]
    if text not in texts:
        texts.append(text)
    pitch = PITCH_HZ + 100 * texts.index(text)
    loud = 0.2 * np.sin(2 * np.pi * pitch * np.arange(int(16_000 * lasts_s)) / 16_000)
    return np.concatenate([np.zeros(3200), loud, np.zeros(3200)]).astype(np.float32)


async def get(url: str, path: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    def fetch() -> tuple[int, bytes, dict[str, str]]:
        request = url.replace("ws://", "http://").removesuffix("/v1/voice") + path
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)

    status, body, headers = await asyncio.to_thread(fetch)
    return status, json.loads(body) if body.startswith(b"{") else {"text": body.decode()}, headers


async def nobody_left(keeper: Doorkeeper) -> None:
    await until(lambda: not keeper.sessions)


async def codes_after(url: str, *messages: str | bytes, count: int = 1) -> list[str]:
    """The codes of the first errors after sending raw messages."""
    found: list[str] = []
    async with connect(url) as line:
        for message in messages:
            await line.send(message)
        with contextlib.suppress(TimeoutError, ConnectionClosed):
            while len(found) < count:
                data = await asyncio.wait_for(line.recv(), PATIENCE_S)
                if isinstance(data, str) and (said := json.loads(data))["type"] == "error":
                    assert said["message"]
                    found.append(said["code"])
    return found


async def test_a_spoken_conversation_over_the_wire(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper), ShoptalkClient(url, hurry=True) as client:
        first = await client.say(tone(engines, "a blue lamp"))
        assert first.heard == "a blue lamp"
        assert first.items is not None
        assert len(first.pcm) > 0
        assert first.turn is not None
        assert {stage.stage for stage in first.turn.stages} >= {"endpoint", "hear", "think", "phrase_first", "speak_first"}
        second = await client.say(tone(engines, "cheaper"))
        assert second.understanding is not None
        assert "budget" in {slot.slot for slot in second.understanding.slots}
        assert len(keeper.sessions) == 1


async def test_at_the_pace_of_speech_onset_is_measured_from_the_true_end(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), ShoptalkClient(url) as client:
        for _ in range(4):
            exchange = client.begin_exchange()
            await client.speak(tone(engines, "a red mug"))
            await client.until(lambda: exchange.first_audible_s is not None, within_s=PATIENCE_S)  # noqa: B023 - waited for here
            assert exchange.onset_ms is not None
            assert exchange.onset_ms > 100
            await client.interrupt()
            await client.reply()
            assert exchange.turn is not None
            assert exchange.turn.interrupted
            assert exchange.turn.onset_ms is not None
            if exchange.onset_ms < 2_500 and abs(exchange.turn.onset_ms - exchange.onset_ms) < 250:
                return                       # a machine that stood still for a moment is asked again
        pytest.fail(f"the client waited {exchange.onset_ms:.0f} ms and the server says {exchange.turn.onset_ms:.0f}")


async def test_the_simplest_client_sends_pcm_and_plays_pcm(engines: Engines) -> None:
    """No start, no playback: connect, send sound, receive sound."""
    pcm = (np.concatenate([tone(engines, "a scarf"), np.zeros(24_000)]) * 32767).astype("<i2")
    async with open_shop(engines) as (url, _), connect(url) as line:
        for at in range(0, len(pcm), 320):
            await line.send(pcm[at : at + 320].tobytes())
        received = 0
        async with asyncio.timeout(PATIENCE_S):
            while received < 8_000:
                data = await line.recv()
                received += len(data) // 2 if isinstance(data, bytes) else 0


async def test_a_client_that_only_waits_is_greeted_with_ready(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), connect(url) as line:
        ready = json.loads(await asyncio.wait_for(line.recv(), PATIENCE_S))
        assert (ready["type"], ready["sample_rate"], ready["shop"]) == ("ready", 16_000, "corner")


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([b"\x01\x02\x03"], "bad_audio"),
        (["hello, I would like a lamp"], "bad_json"),
        (["[1, 2]"], "bad_json"),
        (["{" * 2000], "bad_json"),
        (['{"type": "start", "sample_rate": 4000}'], "bad_rate"),
        (['{"type": "start", "sample_rate": "fast"}'], "bad_rate"),
        (['{"type": "start", "lead_ms": -5}'], "bad_message"),
        (['{"type": "start", "shop": "elsewhere"}'], "unknown_shop"),
        (['{"type": "text"}'], "bad_message"),
        (['{"type": "text", "text": "' + "a" * 1001 + '"}'], "bad_message"),
        (['{"type": "text", "text": "  "}'], "nothing_heard"),
        (['{"type": "text", "text": "a lamp"}', '{"type": "start"}'], "start_late"),
        (['{"type": "playback", "played_samples": -1}'], "bad_message"),
        (['{"type": "commit"}'], "nothing_heard"),
    ],
)
async def test_what_cannot_be_taken_gets_a_code_and_the_server_goes_on(engines: Engines, messages: list[Any], code: str) -> None:
    async with open_shop(engines) as (url, _):
        assert await codes_after(url, *messages) == [code]
        async with ShoptalkClient(url, hurry=True) as client:
            assert (await client.type("a mug")).said


async def test_a_wrong_start_can_be_mended(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), connect(url) as line:
        await line.send('{"type": "start", "sample_rate": 4000}')
        assert json.loads(await line.recv())["code"] == "bad_rate"
        await line.send('{"type": "start", "sample_rate": 8000}')
        assert json.loads(await line.recv())["sample_rate"] == 8000


async def test_unknown_types_are_ignored(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), connect(url) as line:
        await line.send('{"type": "start"}')
        await line.send('{"type": "wave", "hand": "left"}')
        await line.send('{"type": "text", "text": "a mug"}')
        kinds = [json.loads(await line.recv())["type"] for _ in range(2)]
        assert kinds == ["ready", "understanding"]


async def test_an_oversized_message_ends_that_conversation_only(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper):
        async with connect(url) as line:
            await line.recv()
            with contextlib.suppress(ConnectionClosed):
                await line.send(bytes(2 << 20))
            await line.wait_closed()
            assert line.close_code == 1009
        async with ShoptalkClient(url, hurry=True) as client:
            assert (await client.type("a mug")).said
        await nobody_left(keeper)


async def test_callers_past_the_cap_are_refused_with_1013_and_a_sentence(engines: Engines) -> None:
    async with open_shop(engines, max_sessions=1) as (url, keeper):
        async with ShoptalkClient(url, hurry=True) as client:
            async with connect(url) as line:
                said = json.loads(await line.recv())
                assert said["code"] == "busy"
                await line.wait_closed()
                assert line.close_code == 1013
            assert (await client.type("a mug")).said
        assert keeper.refused == 1
        await nobody_left(keeper)
        async with ShoptalkClient(url, hurry=True) as client:
            assert (await client.type("a mug")).said


async def test_while_loading_callers_are_asked_to_wait(engines: Engines) -> None:
    async with open_shop(None) as (url, keeper):
        with pytest.raises(CallError, match="still being opened"):
            async with ShoptalkClient(url):
                pass
        assert (await get(url, "/ready"))[0] == 503
        keeper.engines = engines
        assert (await get(url, "/ready"))[0] == 200


async def test_pages_of_other_origins_and_callers_without_the_token_stay_outside(engines: Engines) -> None:
    async with open_shop(engines, token="open sesame") as (url, _):
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin="https://elsewhere.example")  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        with pytest.raises(CallError, match="token"):
            async with ShoptalkClient(url):
                pass
        async with ShoptalkClient(url, token="open sesame", hurry=True) as client:
            assert (await client.type("a mug")).said


async def test_a_browser_brings_its_token_as_a_subprotocol(engines: Engines) -> None:
    async with open_shop(engines, token="sesame") as (url, _):
        origin = url.replace("ws://", "http://").removesuffix("/v1/voice")
        async with connect(url, origin=origin, subprotocols=["shoptalk.bearer.sesame"]) as line:  # type: ignore[list-item, arg-type]
            assert json.loads(await line.recv())["type"] == "ready"
        with pytest.raises(InvalidStatus):
            await connect(url, origin=origin, subprotocols=["shoptalk.bearer.barley"])  # type: ignore[list-item, arg-type]


async def test_a_rebound_name_opens_nothing(engines: Engines) -> None:
    """A page whose name points at this machine (DNS rebinding) sends an origin that matches its host; neither is local."""
    async with open_shop(engines) as (url, _):
        port = url.split(":")[2].split("/")[0]
        with pytest.raises(InvalidStatus):
            await connect(url, origin=f"http://evil.example:{port}", additional_headers={"Host": f"evil.example:{port}"})  # type: ignore[arg-type]


async def test_the_page_and_the_shop_are_served_with_strict_headers(engines: Engines) -> None:
    async with open_shop(engines) as (url, _):
        status, page, headers = await get(url, "/")
        assert status == 200
        assert "<html" in page["text"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert (await get(url, "/health"))[1]["sessions"] == 0
        status, shop, _ = await get(url, "/v1/shop")
        assert shop["items"] == 27
        status, items, _ = await get(url, "/v1/shop/items?from=5&count=3")
        assert len(items["items"]) == 3
        one = items["items"][0]
        assert (await get(url, f"/v1/shop/items/{one['id']}"))[1]["title"] == one["title"]
        assert (await get(url, "/v1/shop/items/no-such"))[0] == 404
        for path in ("/../settings.py", "/%2e%2e/serve.py", "/page/index.html", "/v2"):
            assert (await get(url, path))[0] == 404
        assert (await get(url, "/v1/protocol"))[1] == schemas()


async def test_metrics_count_what_callers_got_and_none_of_their_words(engines: Engines) -> None:
    async with open_shop(engines, max_sessions=1) as (url, _):
        async with ShoptalkClient(url, hurry=True) as client:
            await client.say(tone(engines, "a red scarf"))
            assert await codes_after(url) == ["busy"]
        _, page, _ = await get(url, "/metrics")
    lines = dict(line.rsplit(" ", 1) for line in page["text"].splitlines() if not line.startswith("#"))
    assert lines['shoptalk_turns_total{plan="recommend",spoken="true"}'] == "1.0"
    assert lines["shoptalk_onset_seconds_count"] == "1.0"
    assert lines['shoptalk_errors_total{code="busy"}'] == "1.0"
    assert float(lines['shoptalk_lane_jobs_total{end="done",lane="voice_activity"}']) > 0
    assert "scarf" not in page["text"]


async def test_idle_conversations_are_closed(engines: Engines) -> None:
    async with open_shop(engines, idle_minutes=0.01) as (url, keeper), connect(url) as line:
        await line.recv()
        assert json.loads(await asyncio.wait_for(line.recv(), PATIENCE_S))["code"] == "idle"
        with pytest.raises(ConnectionClosed):
            await line.recv()
        await nobody_left(keeper)


async def test_a_caller_who_vanishes_leaves_nothing_behind(engines: Engines) -> None:
    async with open_shop(engines, resume_minutes=0) as (url, keeper):
        before = len(asyncio.all_tasks())
        for _ in range(3):
            line = await connect(url)
            await line.send('{"type": "text", "text": "a mug"}')
            await asyncio.sleep(0.1)
            line.transport.abort()
        await nobody_left(keeper)
        await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_too_many_messages_close_that_conversation(engines: Engines) -> None:
    async with open_shop(engines) as (url, _):
        assert await codes_after(url, *['{"type": "playback", "played_samples": 0}'] * 1500) == ["too_many"]


async def test_stop_ends_with_1000(engines: Engines) -> None:
    async with open_shop(engines) as (url, _), connect(url) as line:
        await line.send('{"type": "start"}')
        await line.send('{"type": "stop"}')
        await asyncio.wait_for(line.wait_closed(), PATIENCE_S)
        assert line.close_code == 1000


async def test_eight_callers_at_once_each_get_their_own_answer(engines: Engines) -> None:
    wishes = [f"a {colour} {kind}" for colour in ("red", "blue", "green") for kind in ("mug", "lamp", "scarf")][:8]

    async def one(url: str, wish: str) -> str:
        async with ShoptalkClient(url, hurry=True) as client:
            exchange = await client.say(tone(engines, wish))
            assert exchange.understanding is not None
            return " ".join(slot.text for slot in exchange.understanding.slots)

    for wish in wishes:
        tone(engines, wish)
    async with open_shop(engines) as (url, _):
        got = await asyncio.gather(*(one(url, wish) for wish in wishes))
    assert [set(text.split()) for text in got] == [set(wish.split()) - {"a"} for wish in wishes]


async def test_random_messages_never_break_the_server(engines: Engines) -> None:
    """A few hundred mutated messages over the wire; the parser alone takes many thousands below."""
    rng = random.Random(7)
    async with open_shop(engines, max_sessions=16) as (url, keeper):
        for _ in range(8):
            async with connect(url) as line:
                with contextlib.suppress(ConnectionClosed):
                    for _ in range(40):
                        await line.send(_mutated(rng) if rng.random() < 0.8 else rng.randbytes(rng.randrange(200)))
        async with ShoptalkClient(url, hurry=True) as client:
            assert (await client.type("a mug")).said
        await nobody_left(keeper)


def test_twenty_thousand_mutated_messages_are_parsed_or_refused() -> None:
    rng = random.Random(11)
    for _ in range(20_000):
        with contextlib.suppress(ProtocolError):
            parse_client(_mutated(rng))


def test_every_error_code_has_one_sentence() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.endswith("."), code
        assert "\n" not in sentence


MESSAGES = [
    {"type": "start", "sample_rate": 16000, "shopper": "s1"}, {"type": "text", "text": "a lamp"},
    {"type": "playback", "played_samples": 100}, {"type": "interrupt"}, {"type": "commit"}, {"type": "greet"},
]
VALUES = [None, True, -1, 0, 10**30, 1.5, "", "x" * 50, [], {}, "\u0000", "١٢", [[[]]], {"type": "text"}]


def _mutated(rng: random.Random) -> str:
    message: dict[str, Any] = dict(rng.choice(MESSAGES))
    for _ in range(rng.randrange(3)):
        message[rng.choice([*message, "sample_rate", "lead_ms", "output", "extra"])] = rng.choice(VALUES)
    text = json.dumps(message)
    if rng.random() < 0.3:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", "}", "\"", "\\u12", "💧", "NaN"]) + text[at + rng.randrange(3) :]
    return text


async def test_a_lost_connection_is_taken_up_where_it_broke(engines: Engines) -> None:
    """The wishes are still known, and the reply goes on from the last sample played; the token works once."""
    async with open_shop(engines) as (url, keeper):
        line = await connect(url)
        await line.send('{"type": "start", "lead_ms": 200}')
        ready = json.loads(await line.recv())
        await line.send('{"type": "text", "text": "a green lamp"}')
        samples = 0
        while samples < 8_000:
            data = await line.recv()
            samples += len(data) // 2 if isinstance(data, bytes) else 0
        line.transport.abort()
        await until(lambda: keeper.resting)
        assert not keeper.sessions

        start = json.dumps({"type": "start", "resume": ready["resume"], "played_samples": 6_400})
        async with connect(url) as again:
            await again.send(start)
            back = json.loads(await again.recv())
            assert (back["session"], back["resumed"]) == (ready["session"], True)
            assert back["sent_samples"] >= samples
            pcm = b""
            async with asyncio.timeout(PATIENCE_S):
                while len(pcm) < 3_200:
                    data = await again.recv()
                    pcm += data if isinstance(data, bytes) else b""
            due = 8000 * np.sin(2 * np.pi * 440 * (6_400 + np.arange(1_600)) / 16_000)
            assert np.abs(np.frombuffer(pcm[:3_200], dtype="<i2") - due).max() <= 2     # exactly the next sample
            (session,) = keeper.sessions.values()
            assert session.state.wants("colour") == ("green",)
        async with connect(url) as stranger:
            await stranger.send(start)
            assert json.loads(await stranger.recv())["code"] == "resume_failed"
            assert json.loads(await stranger.recv())["resumed"] is False


async def test_a_conversation_that_nobody_takes_up_ends(engines: Engines) -> None:
    async with open_shop(engines, resume_minutes=0.02) as (url, keeper):
        before = len(asyncio.all_tasks())
        line = await connect(url)
        await line.recv()
        line.transport.abort()
        await until(lambda: not keeper.sessions and not keeper.resting)
        await until(lambda: len(asyncio.all_tasks()) <= before)
