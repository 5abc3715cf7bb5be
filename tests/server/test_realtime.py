"""The Realtime protocol's rules, over a real websocket: every event is checked against the official client's own types."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from little_parlour import PITCH_HZ, Gate, Pitches, ToneSpeaker, make_engines
from openai import AsyncOpenAI
from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from server.engines import Engines
from server.realtime.events import SUPPORTED, Refusal, parse
from server.realtime.sound import SESSION_RATE_HZ
from server.serve import Doorkeeper, serving
from server.settings import Settings
from voice import g711

Event = dict[str, Any]
OFFICIAL: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
OFFICIAL_BETA: TypeAdapter[Any] = TypeAdapter(BetaServerEvent)

LEFT_OUT = {".session.id", ".session.object"}
"""Fields that the service sends and the client's types leave out."""


@pytest.fixture(scope="module")
def parlour(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("parlour"))


@pytest.fixture
def engines(parlour: Engines) -> Engines:
    """A voice that has said nothing yet, and all the rest as it is."""
    return replace(parlour, speaker=ToneSpeaker())


def unknown_in(read: Any, at: str = "") -> list[str]:
    """Fields that the official client's types do not have, by their place: what it would pass over."""
    if isinstance(read, BaseModel):
        named = [f"{at}.{name}" for name in read.model_extra or {}]
        return named + [one for name in type(read).model_fields for one in unknown_in(getattr(read, name), f"{at}.{name}")]
    return [one for index, part in enumerate(read) for one in unknown_in(part, f"{at}.{index}")] if isinstance(read, list) else []


class Caller:
    """A client that keeps every event it got."""

    def __init__(self, line: ClientConnection, keeper: Doorkeeper, engines: Engines, official: TypeAdapter[Any]) -> None:
        self.events: list[Event] = []
        self.keeper, self.engines = keeper, engines
        self._line, self._official = line, official
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for data in self._line:
            event = json.loads(data)
            assert set(unknown_in(self._official.validate_json(data, strict=True))) <= LEFT_OUT, event
            assert event["event_id"]
            self.events.append(event)

    async def send(self, kind: Any, **more: Any) -> None:
        await self._line.send(json.dumps({"type": kind, **more}))

    async def until(self, kind: str, count: int = 1, *, within_s: float = 20.0, met: Callable[[], bool] | None = None) -> Event:
        """Wait for the ``count``-th event of a kind (and for ``met``); gives the last of the kind."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self.of(kind)) < count or (met is not None and not met()):
                    assert not self.reading.done(), self.reading.exception()
                    await asyncio.sleep(0.005)
        assert len(self.of(kind)) >= count, f"no {kind}; there were {[event for event in self.types if 'delta' not in event]}"
        return self.of(kind)[-1]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def session(self) -> Any:
        return next(iter(self.keeper.sessions.values()))

    def samples_of(self, item_id: str) -> int:
        deltas = [event["delta"] for event in self.of("response.output_audio.delta") if event["item_id"] == item_id]
        return sum(len(base64.b64decode(delta)) // 2 for delta in deltas)

    async def say(self, text: str, *, ms: int = 600, then_ms: int = 1600) -> None:
        """A whole turn spoken: room, a tone that is heard as the text, and quiet."""
        await self.append(np.concatenate([silence(200), self.tone(text, ms), silence(then_ms)]))

    def tone(self, text: str, ms: int = 600) -> np.ndarray[Any, Any]:
        hearing = self.engines.transcriber
        assert isinstance(hearing, Pitches)
        if text not in hearing.texts:
            hearing.texts.append(text)
        pitch_hz = PITCH_HZ + 100 * hearing.texts.index(text)
        at_s = np.arange(ms * SESSION_RATE_HZ // 1000) / SESSION_RATE_HZ
        return (6000 * np.sin(2 * np.pi * pitch_hz * at_s)).astype("<i2")

    async def append(self, pcm: np.ndarray[Any, Any]) -> None:
        await self.send("input_audio_buffer.append", audio=base64.b64encode(pcm.tobytes()).decode())

    async def write(self, text: str, **more: Any) -> None:
        content = [{"type": "input_text", "text": text}]
        await self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content, **more})

    async def ask(self, text: str) -> Event:
        """A written turn and its whole response."""
        before = len(self.of("response.done"))
        await self.write(text)
        await self.send("response.create")
        return (await self.until("response.done", before + 1))["response"]


def silence(ms: int) -> np.ndarray[Any, Any]:
    return np.zeros(ms * SESSION_RATE_HZ // 1000, dtype="<i2")


@contextlib.asynccontextmanager
async def calling(engines: Engines, *, official: TypeAdapter[Any] = OFFICIAL, settings: Settings | None = None,
                  **options: Any) -> AsyncIterator[Caller]:
    chosen = settings or Settings(port=0)
    keeper = Doorkeeper(chosen, engines)
    async with serving(chosen, keeper) as (_, port), connect(
        f"ws://127.0.0.1:{port}/v1/realtime?model=gpt-realtime", **options
    ) as line:
        caller = Caller(line, keeper, engines, official)
        await caller.until("session.created")
        yield caller
        assert not caller.reading.done(), caller.reading.exception()
        caller.reading.cancel()


async def test_a_spoken_turn_with_server_vad_gives_the_events_in_their_order(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.say("a red mug please")
        done = await caller.until("response.done")
        order = [
            "session.created", "conversation.created", "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed", "conversation.item.added", "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed", "conversation.item.done", "response.created",
            "response.output_item.added", "conversation.item.added", "response.content_part.added",
            "response.output_audio_transcript.delta", "response.output_audio.delta", "response.output_audio.done",
            "response.output_audio_transcript.done", "response.content_part.done", "response.output_item.done",
            "conversation.item.done", "response.done",
        ]
        first = [kind for at, kind in enumerate(caller.types) if "delta" not in kind or kind not in caller.types[:at]]
        assert first == order
        heard = caller.of("conversation.item.input_audio_transcription.completed")[0]
        started = caller.of("input_audio_buffer.speech_started")[0]
        assert (heard["transcript"], heard["item_id"]) == ("a red mug please", started["item_id"])
        assert started["audio_start_ms"] == pytest.approx(200, abs=40)
        assert caller.of("input_audio_buffer.speech_stopped")[0]["audio_end_ms"] == pytest.approx(800, abs=60)
        assert (done["response"]["status"], len(done["response"]["output"])) == ("completed", 1)
        said = done["response"]["output"][0]
        spoken = caller.of("response.output_audio_transcript.done")[0]["transcript"]
        assert said["content"][0]["transcript"] == spoken == "".join(
            event["delta"] for event in caller.of("response.output_audio_transcript.delta")
        )
        assert "Dawn" in spoken
        assert caller.samples_of(said["id"]) == len(spoken.split()) * SESSION_RATE_HZ // 5


async def test_manual_turns_are_heard_when_committed_and_answered_when_asked(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
        updated = await caller.until("session.updated")
        assert updated["session"]["audio"]["input"]["turn_detection"] is None
        await caller.send("input_audio_buffer.commit", event_id="mine")
        assert (await caller.until("error"))["error"]["code"] == "input_audio_buffer_commit_empty"
        assert caller.of("error")[0]["error"]["event_id"] == "mine"
        await caller.append(caller.tone("a scarf"))
        await caller.send("input_audio_buffer.clear")
        await caller.until("input_audio_buffer.cleared")
        await caller.append(np.concatenate([silence(200), caller.tone("a blue lamp"), silence(1600)]))
        await caller.send("input_audio_buffer.commit")
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard["transcript"] == "a blue lamp"
        await asyncio.sleep(0.1)
        assert "response.created" not in caller.types
        assert "input_audio_buffer.speech_started" not in caller.types
        await caller.send("response.create", response={"metadata": {"topic": "lamps"}})
        done = await caller.until("response.done")
        assert (done["response"]["status"], done["response"]["metadata"]) == ("completed", {"topic": "lamps"})
        assert caller.session.state.wants("colour") == ("blue",)


async def test_a_turn_the_server_ends_may_wait_for_its_answer(engines: Engines) -> None:
    async with calling(engines) as caller:
        detection = {"type": "server_vad", "create_response": False}
        await caller.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": detection}}})
        await caller.say("a blue lamp")
        await caller.until("conversation.item.input_audio_transcription.completed")
        await asyncio.sleep(0.1)
        assert "response.created" not in caller.types
        await caller.send("response.create")
        await caller.until("response.done")
        assert caller.session.state.wants("kind") == ("lamp",)


async def test_text_in_and_text_out(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.send("session.update", session={"type": "realtime", "output_modalities": ["text"]})
        response = await caller.ask("a green mug")
        assert response["output_modalities"] == ["text"]
        text = "".join(event["delta"] for event in caller.of("response.output_text.delta"))
        assert text == response["output"][0]["content"][0]["text"] == caller.of("response.output_text.done")[0]["text"]
        assert "Noon" in text
        assert not caller.of("response.output_audio.delta")
        await caller.write("a red mug")
        await caller.send("response.create", response={"output_modalities": ["audio"]})
        await caller.until("response.output_audio.delta")
        await caller.until("response.done", 2)
        assert (await caller.ask("a lamp"))["output_modalities"] == ["text"]


async def test_cancelling_stops_the_response_and_the_work_for_it(engines: Engines) -> None:
    gate = Gate()
    voice = engines.speaker
    assert isinstance(voice, ToneSpeaker)
    voice.before = gate
    async with calling(engines) as caller:
        await caller.write("a mug")
        await caller.send("response.create")
        await caller.until("response.created")
        await asyncio.to_thread(gate.reached.wait, 20)
        await caller.send("response.cancel")
        done = await caller.until("response.done")
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        gate.open.set()
        await asyncio.sleep(0.2)
        assert "response.output_audio.delta" not in caller.types
        assert len(voice.spoken) <= 1
        await caller.send("response.cancel")
        assert (await caller.until("error"))["error"]["code"] == "response_cancel_not_active"
        assert (await caller.ask("a lamp"))["status"] == "completed"


async def test_truncation_decides_what_the_shop_believes_was_heard(engines: Engines) -> None:
    """The second item was spoken and sent, and the client says that it never played it: "that one" is the first."""
    async with calling(engines) as caller:
        response = await caller.ask("a mug")
        item = response["output"][0]
        text = item["content"][0]["transcript"]
        words = text.split()
        until_ms = 200 * (words.index("Dawn,") + 1)
        await caller.send("conversation.item.truncate", item_id=item["id"], content_index=0, audio_end_ms=until_ms)
        assert (await caller.until("conversation.item.truncated"))["audio_end_ms"] == until_ms
        await caller.send("conversation.item.retrieve", item_id=item["id"])
        kept = (await caller.until("conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert text.startswith(kept)
        assert kept.rstrip(",").endswith("Dawn")
        await caller.ask("tell me about that one")
        table = [caller.engines.recommender.item(item_id).title for item_id in caller.session.state.table]
        assert len(table) == 1
        assert table[0] in kept
        await caller.send("conversation.item.truncate", item_id=item["id"], content_index=0, audio_end_ms=10**6)
        assert (await caller.until("error"))["error"]["param"] == "audio_end_ms"


async def test_a_reply_played_whole_may_be_truncated_at_its_end_and_all_of_it_was_heard(engines: Engines) -> None:
    async with calling(engines) as caller:
        item = (await caller.ask("a mug"))["output"][0]
        whole_ms = caller.samples_of(item["id"]) * 1000 // SESSION_RATE_HZ
        await caller.send("conversation.item.truncate", item_id=item["id"], content_index=0, audio_end_ms=whole_ms)
        await caller.until("conversation.item.truncated")
        assert caller.session.heard_text() == item["content"][0]["transcript"]


async def test_a_voice_over_the_reply_cuts_it_and_is_answered(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.write("a mug")
        await caller.send("response.create")
        first = (await caller.until("response.done"))["response"]["output"][0]
        await asyncio.sleep(0.7)
        await caller.say("a lamp instead", then_ms=0)
        await caller.until("input_audio_buffer.speech_started")
        await caller.send("conversation.item.truncate", item_id=first["id"], content_index=0, audio_end_ms=620)
        await caller.until("conversation.item.truncated")
        await caller.append(silence(1600))
        done = await caller.until("response.done", 2)
        assert done["response"]["status"] == "completed"
        assert caller.session.state.wants("kind") == ("lamp",)
        await caller.send("conversation.item.retrieve", item_id=first["id"])
        heard = (await caller.until("conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert heard == " ".join(first["content"][0]["transcript"].split()[:3])


async def test_a_murmur_over_the_reply_lets_it_go_on_from_the_exact_sample(engines: Engines) -> None:
    async with calling(engines) as caller:
        first = (await caller.ask("a mug"))["output"][0]
        await asyncio.sleep(0.5)
        await caller.say("mhm", ms=250, then_ms=0)
        await caller.until("input_audio_buffer.speech_started")
        await caller.send("conversation.item.truncate", item_id=first["id"], content_index=0, audio_end_ms=610)
        await caller.until("conversation.item.truncated")
        await caller.append(silence(1600))
        rest = (await caller.until("response.done", 2))["response"]["output"][0]
        whole = first["content"][0]["transcript"].split()
        assert rest["content"][0]["transcript"].split() == whole[3:]
        heard_samples = 610 * SESSION_RATE_HZ // 1000
        assert caller.samples_of(rest["id"]) == caller.samples_of(first["id"]) - heard_samples
        assert "conversation.item.input_audio_transcription.completed" not in caller.types


async def test_tools_that_are_declared_are_called_with_items_and_slots(engines: Engines) -> None:
    async with calling(engines) as caller:
        tools = [{"type": "function", "name": name, "parameters": {"type": "object"}} for name in ("show_items", "update_slots")]
        await caller.send("session.update", session={"type": "realtime", "tools": tools})
        response = await caller.ask("a red mug")
        assert [item["type"] for item in response["output"]] == ["function_call", "function_call", "message"]
        calls = {item["name"]: json.loads(item["arguments"]) for item in response["output"][:2]}
        assert {slot["slot"]: slot["text"] for slot in calls["update_slots"]["slots"]} == {"kind": "mug", "colour": "red"}
        assert all(item["values"]["colour"] == ["red"] for item in calls["show_items"]["items"])
        done = caller.of("response.function_call_arguments.done")
        assert [event["name"] for event in done] == ["update_slots", "show_items"]
        assert [event["output_index"] for event in done] == [0, 1]
        await caller.send(
            "conversation.item.create",
            item={"type": "function_call_output", "call_id": response["output"][1]["call_id"], "output": "shown"},
        )
        await caller.send("response.create")
        assert (await caller.until("response.done", 2))["response"]["output"] == []
        await caller.send("session.update", session={"type": "realtime", "tool_choice": "none"})
        assert [item["type"] for item in (await caller.ask("a lamp"))["output"]] == ["message"]


async def test_the_shop_speaks_first_when_asked_to(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.send("response.create", response={"instructions": "Greet the user."})
        response = (await caller.until("response.done"))["response"]
        assert "Corner" in response["output"][0]["content"][0]["transcript"]


async def test_a_message_that_is_deleted_before_it_is_answered_never_is(engines: Engines) -> None:
    async with calling(engines) as caller:
        await caller.write("a lamp", id="first")
        await caller.write("a mug", id="second")
        await caller.send("conversation.item.delete", item_id="first")
        await caller.until("conversation.item.deleted")
        await caller.send("response.create")
        await caller.until("response.done")
        assert caller.session.state.wants("kind") == ("mug",)


async def test_a_recording_in_a_message_is_heard_like_any_turn(engines: Engines) -> None:
    async with calling(engines) as caller:
        pcm = np.concatenate([silence(200), caller.tone("a red scarf"), silence(600)])
        content = [{"type": "input_audio", "audio": base64.b64encode(pcm.tobytes()).decode()}]
        await caller.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await caller.send("response.create")
        await caller.until("response.done")
        assert caller.session.state.wants("kind") == ("scarf",)


@pytest.mark.parametrize(("kind", "law"), [("audio/pcmu", "ulaw"), ("audio/pcma", "alaw")])
async def test_a_telephone_format_both_ways(engines: Engines, kind: str, law: g711.Law) -> None:
    async with calling(engines) as caller:
        audio = {"input": {"format": {"type": kind}}, "output": {"format": {"type": kind}}}
        await caller.send("session.update", session={"type": "realtime", "audio": audio})
        narrow = np.concatenate([silence(200), caller.tone("a red mug"), silence(1600)])[::3]
        data = base64.b64encode(g711.encode(narrow.astype(np.int16), law)).decode()
        await caller.send("input_audio_buffer.append", audio=data)
        transcript = (await caller.until("response.done"))["response"]["output"][0]["content"][0]["transcript"]
        assert caller.session.state.wants("kind") == ("mug",)
        sound = b"".join(base64.b64decode(event["delta"]) for event in caller.of("response.output_audio.delta"))
        assert len(sound) == pytest.approx(len(transcript.split()) * 1600, abs=400)
        spoken = g711.decode(sound, law).astype(float)[800:4000]
        assert np.argmax(np.abs(np.fft.rfft(spoken))) * 8000 / len(spoken) == pytest.approx(440, abs=5)


async def test_a_client_of_the_beta_gets_the_betas_events(engines: Engines) -> None:
    async with calling(engines, official=OFFICIAL_BETA, additional_headers={"OpenAI-Beta": "realtime=v1"}) as caller:
        assert caller.of("session.created")[0]["session"]["input_audio_format"] == "pcm16"
        await caller.send("session.update", session={
            "modalities": ["text", "audio"], "turn_detection": None, "tools": [{"type": "function", "name": "show_items"}],
        })
        assert (await caller.until("session.updated"))["session"]["turn_detection"] is None
        await caller.append(caller.tone("a red mug", 800))
        await caller.send("input_audio_buffer.commit")
        await caller.send("response.create")
        done = await caller.until("response.done")
        assert [item["type"] for item in done["response"]["output"]] == ["function_call", "message"]
        assert done["response"]["output"][1]["content"][0]["type"] == "audio"
        assert {"response.audio.delta", "response.audio_transcript.done", "conversation.item.created"} <= set(caller.types)
        assert not {"response.output_audio.delta", "conversation.item.added", "conversation.item.done"} & set(caller.types)


@pytest.mark.parametrize("generation", ["ga", "beta"])
async def test_the_official_client_of_either_generation_holds_a_turn(engines: Engines, generation: str) -> None:
    settings = Settings(port=0)
    async with serving(settings, Doorkeeper(settings, engines)) as (_, port):
        client = AsyncOpenAI(websocket_base_url=f"ws://127.0.0.1:{port}/v1", api_key="none")
        api: Any = client.realtime if generation == "ga" else client.beta.realtime
        async with api.connect(model="shoptalk") as line, asyncio.timeout(30):
            content = [{"type": "input_text", "text": "a red mug"}]
            await line.conversation.item.create(item={"type": "message", "role": "user", "content": content})
            await line.response.create()
            async for event in line:
                assert event.type != "error"
                if event.type == "response.done":
                    assert "Dawn" in event.response.output[0].content[0].transcript
                    break


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "output_audio_buffer.clear"}, "unsupported_event", "type"),
        ({"type": "transcription_session.update", "session": {}}, "unsupported_event", "type"),
        ({"type": "conversation.item.truncate", "item_id": "none", "content_index": 0, "audio_end_ms": 0},
         "item_truncate_invalid_item_id", "item_id"),
        ({"type": "conversation.item.truncate", "item_id": "none"}, "missing_required_parameter", "audio_end_ms"),
        ({"type": "conversation.item.retrieve", "item_id": "none"}, "item_retrieve_invalid_item_id", "item_id"),
        ({"type": "conversation.item.delete", "item_id": "none"}, "item_delete_invalid_item_id", "item_id"),
        ({"type": "input_audio_buffer.append", "audio": "not base64!"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.append", "audio": 5}, "invalid_value", "audio"),
        ({"type": "session.update", "session": {"type": "transcription"}}, "invalid_value", "session.type"),
        ({"type": "session.update", "session": {"tools": [{"type": "mcp", "server_label": "x"}]}}, "invalid_value",
         "session.tools.0.type"),
        ({"type": "session.update", "session": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}},
         "unsupported_value", "session.audio.input.turn_detection.interrupt_response"),
        ({"type": "conversation.item.create", "item": {"type": "message", "role": "system", "content": []}},
         "unsupported_value", "item"),
        ({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": []}},
         "invalid_value", "item.content"),
        ({"type": "conversation.item.create", "previous_item_id": "none", "item": {
            "type": "message", "role": "user", "content": [{"type": "input_text", "text": "a mug"}]}},
         "item_create_invalid_previous_item_id", "previous_item_id"),
        ({"type": "response.create", "response": {"conversation": "none"}}, "unsupported_value", "response.conversation"),
        ({"type": ["a"]}, "invalid_json", "type"),
    ],
)
async def test_what_cannot_be_done_is_an_error_that_names_it(engines: Engines, event: Event, code: str, param: str) -> None:
    async with calling(engines) as caller:
        await caller.send(**{"kind": event["type"], **event, "event_id": "e7"})
        error = (await caller.until("error"))["error"]
        assert (error["code"], error["param"], error["event_id"]) == (code, param, "e7")
        assert error["message"].endswith(".")
        if code == "unsupported_event":
            assert event["type"] in error["message"]
        assert (await caller.ask("a mug"))["status"] == "completed"


@pytest.mark.parametrize("text", ["", "5", "[]", "{}", '{"type": 3}', "[" * 100_000, '{"type": "x", "event_id": 1}', "1" * 5000])
def test_text_that_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse(text)


def test_every_event_of_the_official_client_is_either_supported_or_listed_as_not() -> None:
    page = (Path(__file__).parents[2] / "docs" / "realtime.md").read_text()
    from openai.types.realtime import RealtimeClientEvent

    union = RealtimeClientEvent.__origin__  # type: ignore[attr-defined]
    official = {kind.model_fields["type"].annotation.__args__[0] for kind in union.__args__}
    assert set(SUPPORTED) <= official
    for name in official:
        assert f"`{name}`" in page


async def test_the_doors_are_those_of_the_voice_protocol(engines: Engines) -> None:
    settings = Settings(port=0, token="a-secret-of-ours")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="401"):
        async with calling(engines, settings=settings):
            pass
    async with calling(engines, settings=settings, additional_headers={"Authorization": "Bearer a-secret-of-ours"}):
        pass
    browser = ["realtime", "openai-insecure-api-key.a-secret-of-ours"]
    async with calling(engines, settings=settings, subprotocols=browser) as caller:
        assert caller._line.subprotocol == "realtime"


async def test_an_engine_that_fails_ends_the_response_and_not_the_conversation(engines: Engines) -> None:
    voice = engines.speaker
    assert isinstance(voice, ToneSpeaker)

    def fail() -> None:
        raise RuntimeError("no voice")

    async with calling(engines) as caller:
        voice.before = fail
        assert (await caller.ask("a mug"))["status"] == "failed"
        assert caller.of("error")[0]["error"]["code"] == "engine_failed"
        voice.before = lambda: None
        assert (await caller.ask("a lamp"))["status"] == "completed"
