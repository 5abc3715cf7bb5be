"""Wrong messages by the thousand, on every endpoint: no unhandled exception, no stuck session, and the next caller is answered.

A few thousand here. All of them: FUZZ_MESSAGES=100000 pytest tests/server/test_fuzz.py -s
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import aiohttp
import little_parlour
import pytest
from little_parlour import make_engines
from serving_here import open_shop

from server.engines import Engines
from server.evaluate.fuzz import HTTP, MANAGE, Found, answers, fuzz, fuzz_http, listening_to_the_log, schema_of
from server.evaluate.fuzz_messages import STRANGE, Inventor
from server.manage import managing
from server.serve import LINES

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "1500"))
SECRET = "for-those-who-manage"


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setattr(little_parlour, "WORD_MS", 5)
    made = make_engines(tmp_path)
    made.transcriber.transcribe = lambda audio, likely=(), stale=None: little_parlour.Transcript("a red mug")  # type: ignore[attr-defined]
    return made


def sound(found: Found) -> None:
    print(json.dumps({found.endpoint: found.figures()}))
    assert found.unhandled == []
    assert found.stuck == 0
    assert found.sound


@pytest.mark.timeout(0)
@pytest.mark.parametrize("endpoint", sorted(LINES))
async def test_a_talking_endpoint_takes_or_refuses_whatever_comes(engines: Engines, endpoint: str) -> None:
    async with open_shop(engines, max_sessions=16, resume_minutes=0.001) as (url, keeper):
        base = url.removesuffix("/v1/voice")
        sound(await fuzz(base, endpoint, MESSAGES, 7, lambda: len(keeper.sessions) + len(keeper.resting)))


@pytest.mark.timeout(0)
async def test_the_door_for_pages_takes_or_refuses_whatever_comes(engines: Engines) -> None:
    async with open_shop(engines) as (url, _):
        base = url.removesuffix("/v1/voice")
        host, port = base.removeprefix("ws://").split(":")
        found = Found(HTTP)
        with listening_to_the_log(found.unhandled):
            await fuzz_http(host, int(port), MESSAGES // 5, 7, found)
            found.answers = await answers(base)
        sound(found)
        assert found.closed["200"]


@pytest.mark.timeout(0)
async def test_the_management_api_takes_or_refuses_whatever_comes(engines: Engines) -> None:
    tokens = [{"name": "office", "secret": SECRET, "scopes": ["manage"]}]
    schema = {"type": "array", "items": {"oneOf": [
        {"type": "object", "required": ["kind", "id"], "properties": {
            "kind": {"enum": ["price", "stock", "withdraw", "item"]}, "id": {"enum": ["mug-red-0", "new-1", "gone"]},
            "price_minor": {"type": "integer"}, "stock": {"type": "integer"}, "title": {"type": "string"},
            "values": {"type": "object", "properties": {"kind": {"type": "array", "items": {"type": "string"}}}},
        }},
    ]}}
    async with open_shop(engines, manage_port=0, tokens=tokens) as (url, keeper), aiohttp.ClientSession() as http:
        found, inventor, rng = Found(MANAGE), Inventor(schema, 7), random.Random(7)
        with listening_to_the_log(found.unhandled):
            async with managing(keeper.settings, keeper) as port:
                for _ in range(MESSAGES // 5):
                    path = rng.choice(("/catalogue", "/catalogue", "/sessions", "/turns?session=%00", "/nothing", "/../status"))
                    method = rng.choice(("POST", "GET", "DELETE", "PUT"))
                    data = inventor.message()
                    token = SECRET if rng.random() < 0.9 else ascii(rng.choice(STRANGE))[:50]
                    headers = {"Authorization": f"Bearer {token}"}
                    async with http.request(method, f"http://127.0.0.1:{port}{path}", data=data, headers=headers) as answer:
                        found.messages += 1
                        found.closed[str(answer.status)] += 1
            found.answers = await answers(url.removesuffix("/v1/voice"))
        sound(found)
        assert not [status for status in found.closed if status.startswith("5")]
        assert found.closed["200"]


def test_the_messages_are_of_every_kind_and_the_same_again_for_the_same_seed() -> None:
    schema = schema_of("/v1/voice")
    inventor, again = Inventor(schema, 3), Inventor(schema, 3)
    made = [inventor.message() for _ in range(2_000)]
    assert made == [again.message() for _ in range(2_000)]
    values = [value for one in made if isinstance(one, str) and (value := read(one))]
    kinds = {value["type"] for value in values if isinstance(value.get("type"), str)}
    assert {"start", "text", "playback", "interrupt", "commit", "stop"} <= kinds
    assert sum(isinstance(one, bytes) for one in made) > 50
    assert sum(read(one) is None for one in made if isinstance(one, str)) > 100


def read(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
