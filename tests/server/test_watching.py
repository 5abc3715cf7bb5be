"""What is seen of a running server: figures, traces, logs, health, the last turns; of what was said no more than agreed."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from little_parlour import PITCH_HZ, make_engines
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving_here import get, open_shop, told, until
from websockets.asyncio.client import connect

from dialogue.types import Sentence
from recommender.living import Withdraw
from server.client import ShoptalkClient
from server.engines import Engines
from server.keeping import KeptTurn
from server.lanes import SICK_AFTER, Lane
from server.logs import AsJson, Discreet
from server.replaying import ReplayError, load_turns, replay
from server.tracing import Tracing
from voice.sound import FloatAudio

WORDS = "a purple drum, please"


@pytest.fixture
def engines(tmp_path: Path) -> Engines:
    made = make_engines(tmp_path)
    made.transcriber.texts.append("a red scarf")  # type: ignore[attr-defined]
    return made


def speech() -> FloatAudio:
    """"a red scarf", as the scripted ears hear it."""
    loud = 0.2 * np.sin(2 * np.pi * PITCH_HZ * np.arange(9600) / 16_000)
    return np.concatenate([np.zeros(3200), loud, np.zeros(3200)]).astype(np.float32)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that is logged, at the most talkative, as it would be written."""
    lines: list[str] = []

    class Listing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith("websockets.client"):   # the tests' own
                return
            lines.append(AsJson().format(record))
            lines.append(Discreet("%(message)s").format(record))

    handler, root = Listing(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def figures(page: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))}


async def test_figures_tell_of_refusals_claims_and_sessions(engines: Engines) -> None:
    async with open_shop(engines, max_sessions=1) as (url, keeper), ShoptalkClient(url, hurry=True) as client:
        await client.type("a red scarf")
        await told(url)

        class Turning:
            sentences = (Sentence("Said.", causes=("wrong_price", "late")), Sentence("So."))

        keeper.watching.finished(type("Finished", (), {"turning": Turning})())
        page = figures((await get(url, "/metrics"))[1])
    assert page['shoptalk_refusals_total{code="busy"}'] == 1
    assert page['shoptalk_claims_caught_total{cause="wrong_price"}'] == 1
    assert page["shoptalk_sessions"] == 1
    assert page['shoptalk_stage_seconds_count{stage="think"}'] == 1


async def test_a_turn_is_a_trace_with_a_span_for_each_stage(engines: Engines) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with open_shop(engines) as (url, keeper):
        keeper.tracing = Tracing(provider)
        async with ShoptalkClient(url, hurry=True) as client:
            exchange = await client.say(speech())
            assert exchange.turn is not None
            await until(exporter.get_finished_spans)
    *stages, root = exporter.get_finished_spans()
    assert root.name == "turn"
    assert root.attributes is not None
    assert (root.attributes["shoptalk.plan"], root.attributes["shoptalk.spoken"]) == ("recommend", True)
    assert {span.name for span in stages} == {stage.stage for stage in exchange.turn.stages} >= {"hear", "think", "speak_first"}
    for span in stages:
        assert span.parent is not None
        assert span.context is not None
        assert span.parent.span_id == root.context.span_id
        assert root.start_time <= span.start_time <= span.end_time
    lasted = {stage.stage: stage.took_ms for stage in exchange.turn.stages}
    think = next(span for span in stages if span.name == "think")
    assert (think.end_time - think.start_time) / 1e6 == pytest.approx(lasted["think"], abs=0.2)
    assert abs(root.end_time / 1e9 - time.time()) < 30
    assert "scarf" not in str([span.to_json() for span in (root, *stages)])


async def test_the_log_holds_no_words_even_when_an_engine_fails_with_them(engines: Engines, log: list[str]) -> None:
    def fail() -> None:
        raise ValueError(f"could not say {WORDS}")

    async with open_shop(engines) as (url, _), ShoptalkClient(url, hurry=True) as client:
        await client.type(WORDS)
        engines.speaker.before = fail  # type: ignore[attr-defined]
        failed = await client.type(f"{WORDS} again")
        assert [error.code for error in failed.errors] == ["engine_failed"]
        await client.send('{"type": "text", "text": 3, "purple": "drum"}')
        await until(lambda: client.events[-1].message.type == "error")
    assert not [line for line in log if "purple" in line or "drum" in line]
    objects = [json.loads(line) for line in log if line.startswith("{")]
    assert {one.get("event") for one in objects} >= {"session_began", "turn", "session_ended"}
    turn = next(one for one in objects if one.get("event") == "turn")
    assert turn["plan"]
    assert turn["stages_ms"]["think"] >= 0
    error = next(one["error"] for one in objects if "error" in one)
    assert error.endswith("builtins.ValueError")
    assert "in fail" in error


@pytest.mark.parametrize(("set_so", "agreed", "words"), [(True, True, True), (True, False, False), (False, True, False)])
async def test_words_are_logged_only_where_settings_and_shopper_agree(
    engines: Engines, log: list[str], set_so: bool, agreed: bool, words: bool
) -> None:
    async with open_shop(engines, keep_words=set_so) as (url, _), ShoptalkClient(url, hurry=True, may_keep=agreed) as client:
        await client.type("a red scarf")
    assert any("a red scarf" in line for line in log) is words


@pytest.mark.parametrize("agreed", [True, False])
async def test_kept_turns_lose_their_words_with_their_conversation_unless_it_was_agreed(engines: Engines, agreed: bool) -> None:
    async with open_shop(engines, keep_words=True, keep_audio=True, kept_turns=2) as (url, keeper):
        async with ShoptalkClient(url, hurry=True, may_keep=agreed) as client:
            for _ in range(3):
                await client.say(speech())
            assert [turn["said"]["turn"] for turn in keeper.kept.turns()] == [2, 3]
            assert [turn["text"] for turn in keeper.kept.turns()] == ["a red scarf"] * 2
            assert [turn["audio_pcm16"] is not None for turn in keeper.kept.turns()] == [agreed] * 2
        await until(lambda: not keeper.sessions)
        after = list(keeper.kept.turns())
    assert [turn["text"] for turn in after] == ["a red scarf" if agreed else None] * 2
    assert all(turn["said"]["stages"] for turn in after)
    assert ("scarf" in json.dumps(after)) is agreed


async def kept_turns(engines: Engines, file: Path) -> list[KeptTurn]:
    async with open_shop(engines, keep_audio=True) as (url, keeper), ShoptalkClient(url, hurry=True, may_keep=True) as client:
        await client.type("a blue mug or a green one")
        await client.say(speech())
        await client.type("cheaper")
        await client.type("tell me about the second one")
        file.write_text(json.dumps({"turns": list(keeper.kept.turns())}))
    return load_turns(file)


async def test_a_kept_turn_comes_out_the_same_when_it_is_run_again(engines: Engines, tmp_path: Path) -> None:
    turns = await kept_turns(engines, tmp_path / "turns.json")
    replayed = list(replay(turns, engines))
    assert [(one.hearing, one.understanding, one.items, one.reply) for one in replayed] == [
        ("not_kept", "same", "same", "same"), ("same", "same", "same", "same"), *[("not_kept", "same", "same", "same")] * 2,
    ]
    assert all(one.same and one.same_index for one in replayed)


async def test_a_turn_that_comes_out_otherwise_says_what_differs(engines: Engines, tmp_path: Path) -> None:
    turns = await kept_turns(engines, tmp_path / "turns.json")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = make_engines(elsewhere)
    other.transcriber.texts.append("a red scarf")  # type: ignore[attr-defined]
    assert turns[0].items
    other.recommender.change([Withdraw(id=turns[0].items[0])])  # type: ignore[attr-defined]
    first, second, *_ = replay(turns, other)
    assert (first.understanding, first.items, first.same) == ("same", "different", False)
    assert turns[0].items[0] in " ".join(first.differences)
    assert second.same
    late = turns[0].model_copy(update={"reply": tuple(one.model_copy(update={"text": "Other words.", "causes": ("late",)})
                                                      for one in turns[0].reply)})
    assert next(iter(replay([late], engines))).reply == "late"


def test_files_that_hold_no_turns_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for content in ("", "[1]", '{"turns": [{"format": 2}]}', "\x00"):
        (tmp_path / "turns.json").write_text(content)
        if content:
            with pytest.raises(ReplayError, match="holds no kept turns"):
                load_turns(tmp_path / "turns.json")
    with pytest.raises(ReplayError, match="cannot be read"):
        load_turns(tmp_path / "no-such.json")


async def test_health_fails_when_an_engine_hangs_again_and_again(engines: Engines) -> None:
    over = threading.Event()
    async with open_shop(engines) as (url, keeper):
        assert (await get(url, "/health"))[0] == 200
        for _ in range(SICK_AFTER):
            with pytest.raises(Exception, match="ran past"):
                await keeper.lanes.run("speaking", Lane.REST, lambda: over.wait(20), limit_s=0.02)
        over.set()
        status, body = await get(url, "/health")
        assert (status, body["status"], body["sick"]) == (503, "sick", ["speaking"])
        assert (await get(url, "/health", **{"X-Forwarded-For": "203.0.113.1"}))[1] == {"status": "sick"}


async def test_ready_means_that_one_caller_more_is_let_in(engines: Engines) -> None:
    async with open_shop(None, max_sessions=1) as (url, keeper):
        assert (await get(url, "/ready"))[1]["because"] == "opening"
        keeper.engines = engines
        assert (await get(url, "/ready"))[0] == 200
        async with connect(url) as line:
            await line.recv()
            status, body = await get(url, "/ready")
            assert (status, body["because"]) == (503, "busy")
