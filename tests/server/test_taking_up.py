"""Taking a conversation up again: over another connection while the old one seems to live, and after the process was killed."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from little_parlour import make_engines
from serving_here import open_shop, until
from test_faults import a_server, connect, next_of

from dialogue.state import BeliefState, Evidence, SlotBelief
from server.committed import KEPT_S, Conversations
from server.engines import Engines

AGREED = json.dumps({"type": "start", "output": "text", "may_keep": True})


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    return make_engines(tmp_path)


def resuming(ready: dict[str, Any]) -> str:
    return json.dumps({"type": "start", "output": "text", "may_keep": True, "resume": ready["resume"]})


def committed(file: Path) -> bool:
    """A conversation stands in the file, whatever happens to its writer."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return bool(db.execute("select count(*) from conversations").fetchone()[0])
    except sqlite3.OperationalError:
        return False


async def test_who_comes_back_before_the_old_connection_is_known_to_be_lost_goes_on(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper), connect(url) as old:
        await old.send(AGREED)
        ready = await next_of(old, "ready")
        await old.send('{"type": "text", "text": "a green lamp"}')
        await next_of(old, "turn")
        async with connect(url) as new:
            await new.send(resuming(ready))
            again = await next_of(new, "ready")
            assert (again["session"], again["resumed"]) == (ready["session"], True)
            assert len(keeper.sessions) == 1


async def test_kill_9_loses_at_most_the_turn_in_flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPTALK_KEEP_WORDS", "true")
    file = tmp_path / "conversations.sqlite"
    async with a_server(tmp_path / "one", 40, home=tmp_path) as (process, url), connect(url) as client:
        await client.send(AGREED)
        ready = await next_of(client, "ready")
        await client.send('{"type": "text", "text": "a green lamp"}')
        await next_of(client, "turn")
        await until(lambda: committed(file))
        await client.send('{"type": "text", "text": "cheaper"}')
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with a_server(tmp_path / "two", 40, home=tmp_path) as (_, url), connect(url) as client:
        await client.send(resuming(ready))
        assert (await next_of(client, "ready"))["resumed"]
        await client.send('{"type": "text", "text": "something up to thirty dollars"}')
        understood = await next_of(client, "understanding")
        assert {slot["slot"]: slot["text"] for slot in understood["slots"]}.items() >= {"kind": "lamp", "colour": "green"}.items()
        assert understood["turn"] >= 2
        assert ready["resume"].encode() not in file.read_bytes()
        async with connect(url) as thief:                     # a token works once
            await thief.send(resuming(ready))
            assert (await next_of(thief, "error"))["code"] == "resume_failed"


@pytest.mark.parametrize(("settings", "agreed"), [({}, True), ({"keep_words": True}, False)])
async def test_nothing_is_on_disk_without_agreement_of_both(
    engines: Engines, tmp_path: Path, settings: dict[str, Any], agreed: bool
) -> None:
    async with open_shop(engines, **settings) as (url, _), connect(url) as client:
        await client.send(AGREED if agreed else '{"type": "start", "output": "text"}')
        await client.send('{"type": "text", "text": "a green lamp"}')
        await next_of(client, "turn")
    assert not (tmp_path / "conversations.sqlite").exists()


async def test_a_conversation_that_ended_leaves_nothing(engines: Engines, tmp_path: Path) -> None:
    file = tmp_path / "conversations.sqlite"
    async with open_shop(engines, keep_words=True) as (url, keeper):
        async with connect(url) as client:
            await client.send(AGREED)
            await client.send('{"type": "text", "text": "a green lamp"}')
            await next_of(client, "turn")
            await until(lambda: file.exists() and b"green" in file.read_bytes())
            await client.send('{"type": "stop"}')
            await client.wait_closed()
        await until(lambda: not keeper.tokens and b"green" not in file.read_bytes())


def test_a_state_comes_back_as_it_was_once_and_not_too_late(tmp_path: Path) -> None:
    now_s = 0.0
    kept = Conversations(tmp_path / "deep" / "conversations.sqlite", wall_clock=lambda: now_s)
    belief = SlotBelief(want=("green",), evidence={"green": Evidence("in green", 1, 0.9)})
    state = BeliefState(turn=1, slots={"colour": belief}, offered=("a",)).remembered()
    kept.keep("token", "corner", 1, state)
    assert kept.take("token", "elsewhere") is None
    kept.keep("token", "corner", 1, state)
    assert kept.take("token", "corner") == (1, state)
    assert kept.take("token", "corner") is None
    kept.keep("token", "corner", 1, state)
    now_s = KEPT_S + 1
    assert kept.take("token", "corner") is None


def test_a_file_that_cannot_be_written_is_told_and_nothing_breaks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no database")
    kept = Conversations(tmp_path / "file")
    kept.keep("token", "corner", 1, BeliefState())
    assert kept.take("token", "corner") is None
    assert "could not be kept" in caplog.text
