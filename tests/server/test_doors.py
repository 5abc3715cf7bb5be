"""Who may come in, and how much each may have: tokens and scopes, addresses, limits, TLS; and that no secret is told."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from little_parlour import make_engines
from serving_here import PATIENCE_S, get, open_shop, told, until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.admission import LEAST_TURNS
from server.engines import Engines
from server.guests import MOST_REMEMBERED, Guests, caller, network
from server.protocol import TurnSaid
from server.serve import Doorkeeper
from server.settings import Settings, SettingsError, load_settings

SECRET = "a-very-secret-word-for-tests"
FAR = "203.0.113.9"
BEHIND_PROXY = {"proxies": ("127.0.0.1",)}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("parlour"))


def as_from(address: str = FAR, token: str | None = None) -> dict[str, Any]:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return {"additional_headers": {"X-Forwarded-For": address, **bearer}}


async def status_of(url: str, **how: Any) -> int:
    try:
        async with connect(url, **how):
            return 101
    except InvalidStatus as refused:
        answer = refused.response
    assert json.loads(answer.body)["message"].endswith(".")
    return answer.status_code


async def test_each_token_opens_what_its_scopes_say(engines: Engines) -> None:
    tokens = [{"name": "page", "secret": "for-talking"}, {"name": "till", "secret": SECRET, "scopes": ["manage"]}]
    async with open_shop(engines, tokens=tokens) as (url, _):
        assert await status_of(url, **as_from(token="for-talking")) == 101
        assert await status_of(url, **as_from(token=SECRET)) == 401
        assert await status_of(url, **as_from(token="wrong")) == 401
        assert await status_of(url) == 401
        assert await status_of(f"{url}?token=for-talking") == 401      # never from the address: addresses are logged


async def test_a_token_may_stand_as_its_digest_only(engines: Engines) -> None:
    digest = hashlib.sha256(b"kept elsewhere").hexdigest()
    async with open_shop(engines, tokens=[{"name": "page", "sha256": digest}]) as (url, _):
        assert await status_of(url, **as_from(token="kept elsewhere")) == 101
        assert await status_of(url, **as_from(token=digest)) == 401


async def test_guessing_tokens_is_slowed_down_and_the_right_one_still_opens(engines: Engines) -> None:
    async with open_shop(engines, token="sesame", **BEHIND_PROXY) as (url, _):
        statuses = [await status_of(url, **as_from(token=f"guess {number}")) for number in range(25)]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        assert await status_of(url, **as_from("203.0.113.10", token="guess")) == 401
        assert await status_of(url, **as_from(token="sesame")) == 101


async def test_one_address_holds_so_many_conversations_and_others_still_come_in(engines: Engines) -> None:
    async with open_shop(engines, sessions_per_address=1, **BEHIND_PROXY) as (url, keeper):
        async with connect(url, **as_from()) as line:
            await line.recv()
            said, code = await told(url, **as_from())
            assert ([one["code"] for one in said], code) == (["too_many_here"], 1013)
            async with connect(url, **as_from("203.0.113.10")) as other:
                assert json.loads(await other.recv())["type"] == "ready"
        await until(lambda: not keeper.sessions)
        async with connect(url, **as_from()) as line:
            assert json.loads(await line.recv())["type"] == "ready"


async def test_the_limits_of_a_token_hold_over_all_its_connections(engines: Engines) -> None:
    tokens = [{"name": "bridge", "secret": "one", "sessions": 1}, {"name": "page", "secret": "two"}]
    async with open_shop(engines, tokens=tokens) as (url, _), connect(url, **as_from(token="one")) as line:
        await line.recv()
        said, code = await told(url, **as_from(token="one"))
        assert ([one["code"] for one in said], code) == (["too_many_here"], 1013)
        async with connect(url, **as_from(token="two")) as other:
            assert json.loads(await other.recv())["type"] == "ready"


async def test_sound_past_the_hours_allowance_ends_with_a_code_and_typing_stays(engines: Engines) -> None:
    minute = bytes(2 * 16_000 * 30)
    async with open_shop(engines, audio_minutes_per_address=0.6, **BEHIND_PROXY) as (url, _):
        said, code = await told(url, '{"type": "start"}', minute, minute, **as_from())
        assert (said[-1]["code"], code) == ("used_up", 1008)
        said, _ = await told(url, '{"type": "start", "output": "text"}', '{"type": "text", "text": "a mug"}',
                             enough=lambda said: said[-1:] and said[-1]["type"] == "turn", **as_from())
        assert "reply" in {one["type"] for one in said}


async def test_messages_past_the_minutes_allowance_end_with_a_code(engines: Engines) -> None:
    async with open_shop(engines, messages_per_address=10, **BEHIND_PROXY) as (url, _):
        said, code = await told(url, *['{"type": "playback", "played_samples": 0}'] * 20, **as_from())
        assert (said[-1]["code"], code) == ("too_many", 1008)


async def ended_while_sound_flows(url: str) -> tuple[str, int | None]:
    """The last code, and the close code, of a conversation whose microphone is open and quiet."""
    async with connect(url, max_queue=None) as line, asyncio.timeout(PATIENCE_S):
        async def speak() -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await line.send(bytes(640))
                    await asyncio.sleep(0.02)

        speaking = asyncio.create_task(speak())
        codes = [json.loads(data).get("code") async for data in line if isinstance(data, str)]
        await speaking
    return codes[-1], line.close_code


async def test_a_conversation_has_a_longest_duration_even_while_sound_flows(engines: Engines) -> None:
    async with open_shop(engines, session_minutes=0.003) as (url, _):
        assert await ended_while_sound_flows(url) == ("too_long", 1000)


async def test_an_open_microphone_that_nobody_speaks_into_is_idle(engines: Engines) -> None:
    async with open_shop(engines, idle_minutes=0.005) as (url, keeper):
        assert await ended_while_sound_flows(url) == ("idle", 1000)
        await until(lambda: not keeper.sessions)


def test_a_proxy_is_believed_only_where_it_is_ours() -> None:
    said = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9, 10.0.0.2"}
    assert caller("10.0.0.1", said, ()) == "10.0.0.1"
    assert caller("10.0.0.1", said, ("10.0.0.1",)) == "10.0.0.2"
    assert caller("10.0.0.1", said, ("10.0.0.1", "10.0.0.2")) == "203.0.113.9"     # what a client wrote before it is not believed
    assert caller("10.0.0.1", {"X-Forwarded-For": "nonsense"}, ("10.0.0.1",)) == "10.0.0.1"
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::9") != network("2001:db8:1:3::9")


def test_accounts_of_those_long_gone_are_forgotten_and_of_those_inside_never() -> None:
    guests = Guests(Settings(sessions_per_address=1))
    inside = guests.guest("192.0.2.1", None)
    inside.come()
    for number in range(MOST_REMEMBERED + 10):
        guests.guest(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", None)
    assert len(guests._accounts) == MOST_REMEMBERED
    assert guests.guest("192.0.2.1", None).full() == 1


async def test_a_crowded_server_refuses_the_next_caller_with_try_later(engines: Engines) -> None:
    async with open_shop(engines) as (url, keeper), connect(url) as line:
        await line.recv()
        for _ in range(LEAST_TURNS):
            keeper.saw(TurnSaid(turn=1, spoken=True, onset_ms=9_000))
        said, code = await told(url)
        assert ([one["code"] for one in said], code) == (["crowded"], 1013)


async def test_figures_are_for_this_machine_only(engines: Engines) -> None:
    async with open_shop(engines) as (url, _):
        assert "sessions" in (await get(url, "/health"))[1]
        assert (await get(url, "/metrics"))[0] == 200
        far = {"X-Forwarded-For": FAR}
        assert (await get(url, "/health", **far))[1] == {"status": "ok"}
        assert (await get(url, "/metrics", **far))[0] == 404


async def test_tls_by_certificate_files(engines: Engines, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with open_shop(engines, tls_certificate=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem") as (url, _):
        async with connect(url.replace("ws://", "wss://"), ssl=trusting) as line:
            assert json.loads(await line.recv())["type"] == "ready"
        with pytest.raises(Exception, match=r"(?i)http|connection|closed|eof"):
            await connect(url, open_timeout=PATIENCE_S)


async def test_no_secret_reaches_logs_answers_or_printed_settings(engines: Engines, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_shop(engines, token=SECRET, tokens=[{"name": "other", "secret": SECRET + "2"}]) as (url, keeper):
        async with connect(url, **as_from(token=SECRET)) as line:
            answered = await line.recv()
        async with connect(url, subprotocols=[f"shoptalk.bearer.{SECRET}"]) as line:  # type: ignore[list-item]
            await line.recv()
        refused = ""
        try:
            await connect(url, **as_from(token=SECRET + "wrong"))
        except InvalidStatus as error:
            refused = error.response.body.decode()
        figures = str([await get(url, path) for path in ("/health", "/metrics", "/v1/shop")])
        printed = keeper.settings.model_dump_json() + repr(keeper.settings)
    server_logs = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("websockets.client"))
    assert "websockets.client" in {record.name for record in caplog.records}         # the log was really open
    for told_to_somebody in (server_logs, answered, refused, figures, printed):
        assert SECRET not in told_to_somebody


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"tokens": [{"name": "a", "secret": "x"}, {"name": "a", "secret": "y"}]}, "two tokens are called a"),
        ({"tokens": [{"name": "a"}]}, "needs either secret or sha256"),
        ({"tokens": [{"name": "a", "secret": "short", "scopes": ["manage"]}]}, "16 characters"),
        ({"tokens": [{"name": "a", "secret": "x", "scopes": ["everything"]}]}, "talk"),
        ({"manage_port": 0, "token": "talks"}, "scope manage"),
        ({"tls_certificate": "cert.pem"}, "tls_key"),
        ({"tokens_file": "no-such.toml"}, "no-such.toml"),
    ],
)
def test_settings_of_doors_that_cannot_hold_are_refused_in_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as wrong:
        load_settings(None, {}, **settings)
    assert "short" not in str(wrong.value)


def test_tokens_by_file_and_by_environment(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    file.write_text(f'[[tokens]]\nname = "till"\nscopes = ["talk", "manage"]\nsecret = "{SECRET}"\n')
    keeper = Doorkeeper(load_settings(None, {"SHOPTALK_TOKENS": "page=one:talk, phone=two", "SHOPTALK_TOKENS_FILE": str(file)}))
    keys = keeper.gate._keys
    keeper.lanes.close()
    assert [token.name for token in keys.tokens] == ["page", "phone", "till"]
    assert keys.holder(["two"], "manage") is None
    held = keys.holder([SECRET], "manage")
    assert held is not None
    assert held.name == "till"
    with pytest.raises(SettingsError, match="name=secret"):
        load_settings(None, {"SHOPTALK_TOKENS": "open-sesame"})
