"""The measurements of load and of hours: that they find the knee, the refusals and the leaks they are there to find."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import little_parlour
import numpy as np
import pytest
from little_parlour import PITCH_HZ, make_engines
from serving_here import open_shop

from server.engines import Engines
from server.evaluate.conversing import Running
from server.evaluate.load import Burst, Held, Soak, burst, conversations, knee, quiet, soak
from server.evaluate.stories import load_stories
from server.serve import Doorkeeper
from voice.sound import FloatAudio

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setattr(little_parlour, "WORD_MS", 20)
    made = make_engines(tmp_path)
    made.transcriber.texts.append("a red scarf")  # type: ignore[attr-defined]
    return made


@contextlib.asynccontextmanager
async def running(engines: Engines, **settings: object) -> AsyncIterator[tuple[Running, Doorkeeper]]:
    async with open_shop(engines, resume_minutes=0.001, **settings) as (url, keeper):
        yield Running(url.removesuffix("/v1/voice"), process_id=os.getpid()), keeper


def speech() -> FloatAudio:
    loud = 0.2 * np.sin(2 * np.pi * PITCH_HZ * np.arange(9600) / 16_000)
    return np.concatenate([np.zeros(1600), loud, np.zeros(1600)]).astype(np.float32)


async def test_a_burst_counts_onsets_of_those_served_and_codes_of_those_refused(engines: Engines) -> None:
    async with running(engines, max_sessions=2) as (here, _):
        result = await burst(here, 4, 5.0, [[speech()]], seed=3)
    figures = result.figures()
    assert figures["refused"] == {"busy": 2}
    assert figures["served"] == 2
    assert figures["turns"] >= 2                     # each said something at least once
    assert figures["failures"] == {}
    assert figures["cpu_ms_per_s"] > 0
    assert 2 <= result.talked_s < 2 * result.lasted_s
    assert 50 < figures["onset_p50_ms"] <= figures["onset_p95_ms"] < 10_000


async def test_who_says_nothing_is_let_in_and_looked_at(engines: Engines) -> None:
    async with running(engines) as (here, keeper):
        silent = await quiet(here, 3, 0.5)
    assert (silent.sessions, keeper.served) == (3, 3)
    assert silent.cpu_ms_per_s is not None
    assert silent.mb_each is not None


def test_the_knee_is_the_last_burst_in_which_nobody_waited_or_was_turned_away() -> None:
    bursts = [Burst(1, [400.0] * 20), Burst(2, [700.0] * 20), Burst(4, [900.0] * 15 + [2_000.0] * 5), Burst(8, [900.0] * 20)]
    bursts[3].refused["busy"] = 4
    assert knee(bursts, 1_500) == 2
    assert knee(bursts, 300) is None


def test_a_hum_over_a_reply_is_not_said_by_callers_who_wait_for_answers() -> None:
    spoken = conversations(FIXTURES)
    recorded = {one.name: len(list(one.glob("*.wav"))) for one in FIXTURES.iterdir() if one.is_dir()}
    hums = [turn for story in load_stories(FIXTURES) for turn in story.turns if turn.backchannel]
    assert hums
    assert sum(map(len, spoken)) == sum(recorded.values()) - len(hums)


async def test_a_soak_tells_why_a_call_broke(engines: Engines) -> None:
    async with running(engines, max_sessions=1) as (here, _):
        figures = (await soak(here, 1.0, [[speech()]], seed=3, at_once=2, most=2)).figures()
    assert sum(figures["failures"].values()) == 1
    assert all(cause.endswith(".") and len(cause.split()) > 3 for cause in figures["failures"])


async def test_a_soak_leaves_nothing_and_sees_what_is_left(engines: Engines) -> None:
    async with running(engines, max_sessions=8) as (here, keeper):
        result = await soak(here, 1.0, [[speech()] * 3], seed=3, at_once=4, most=24)
        figures = result.figures()
        assert (figures["sessions"], figures["failures"]) == (24, {})
        assert figures["turns"] > 24
        assert figures["conversation_hours"] > 0
        assert keeper.served >= 24
        assert "sessions" not in figures["left_over"]
        assert "tasks" not in figures["left_over"]
        assert keeper.sessions == {}


async def test_a_soak_ends_when_its_minutes_are_over(engines: Engines) -> None:
    async with running(engines, max_sessions=8) as (here, _):
        result = await soak(here, 100.0, [[speech()]], seed=3, at_once=2, minutes=0.01)
    assert 0 < result.sessions < 100
    assert len(result.held) >= 2


def test_what_grows_is_told() -> None:
    leaking = Soak(sessions=1_000)
    leaking.held = [Held(done, 500 + done * 0.05, 20, 30 + done // 10, 5, 0) for done in range(0, 1_001, 100)]
    assert leaking.growth_mb() == pytest.approx(50, abs=0.1)
    assert leaking.left_over() == {"files": 70}
    flat = Soak(sessions=1_000)
    flat.held = [Held(done, 500 + min(done, 200), 20, 30, 5, 0) for done in range(0, 1_001, 100)]
    assert flat.growth_mb() == pytest.approx(0, abs=0.1)
    assert flat.left_over() == {}


def test_a_measurement_that_is_told_to_end_takes_its_server_along() -> None:
    server = (
        "import http.server, sys\n"
        "class Ready(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200); self.end_headers(); self.wfile.write(b'{\"ready\": true}')\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[sys.argv.index('--port') + 1])), Ready).serve_forever()\n"
    )
    measurement = (
        "import asyncio, pathlib\n"
        "from server.evaluate import conversing\n"
        f"conversing.SEEDED_SERVER = {server!r}\n"
        "async def measure():\n"
        "    async with conversing.served(pathlib.Path('.')) as running:\n"
        "        print(running.process_id, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(measure())\n"
    )
    with subprocess.Popen([sys.executable, "-c", measurement], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        served = int(process.stdout.readline())
        os.kill(served, 0)
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(served, 0)
