"""The management API: apart from the talking one, for holders of a token that may manage; the shop changes while it is open."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from little_parlour import make_engines
from serving_here import get, open_shop, told, until
from websockets.asyncio.client import connect

from recommender.building import build_index
from server import places
from server.client import ShoptalkClient
from server.engines import Engines
from server.manage import managing
from server.serve import Doorkeeper

SECRET = "the-manager-and-nobody-else"
TOKENS = [{"name": "office", "secret": SECRET, "scopes": ["manage"]}]


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    """A shop whose index stands where the server looks for it."""
    monkeypatch.setattr(places, "indexes_dir", lambda shop_id: tmp_path / "indexes")
    return make_engines(tmp_path)


@contextlib.asynccontextmanager
async def managed(engines: Engines | None, folder: Path, **settings: Any) -> AsyncIterator[tuple[str, Doorkeeper, Office]]:
    async with (
        open_shop(engines, shop=folder / "corner", manage_port=0, tokens=TOKENS, **settings) as (url, keeper),
        managing(keeper.settings, keeper) as port, aiohttp.ClientSession() as http,
    ):
        yield url, keeper, Office(http, f"http://127.0.0.1:{port}")


class Office:
    """Who manages."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self.http, self.address = http, address

    async def ask(
        self, method: str, path: str, body: object = None, token: str | None = SECRET, **headers: str
    ) -> tuple[int, Any]:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.request(method, self.address + path, json=body, headers={**bearer, **headers}) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else text


async def test_nobody_manages_without_the_scope_and_no_web_page_ever(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path, token="talks") as (url, keeper, office):
        assert (await office.ask("GET", "/status", token=None))[0] == 401
        status, body = await office.ask("POST", "/drain", token="talks")
        assert (status, body["code"]) == (401, "not_allowed")
        assert (await office.ask("GET", "/status", Origin="http://127.0.0.1:1"))[0] == 403
        assert not keeper.closing
        assert (await office.ask("GET", "/status"))[1]["shop"] == "corner"
        assert (await get(url, "/sessions"))[0] == 404                     # nothing of it at the door where people talk
        assert (await office.ask("GET", "/v1/voice"))[0] == 404
        assert "shoptalk_sessions" in (await office.ask("GET", "/metrics"))[1]


async def test_who_is_in_is_listed_without_their_words_and_can_be_sent_home(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (url, keeper, office), connect(url) as line:
        await line.send('{"type": "start", "output": "text"}')
        await line.send('{"type": "text", "text": "a green lamp"}')
        await until(lambda: any(session.turns for session in keeper.sessions.values()))
        listed = (await office.ask("GET", "/sessions"))[1]
        assert [one["turns"] for one in listed["sessions"]] == [1]
        assert "lamp" not in json.dumps(listed)
        status, _ = await office.ask("DELETE", f"/sessions/{listed['sessions'][0]['id']}")
        assert status == 200
        codes = [json.loads(data).get("code") async for data in line if isinstance(data, str)]
        assert (codes[-1], line.close_code) == ("ended", 1000)
        assert (await office.ask("DELETE", "/sessions/nobody"))[0] == 404


async def test_prices_stock_and_items_change_in_the_middle_of_a_conversation(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (url, _, office), ShoptalkClient(url, hurry=True) as client:
        await client.type("a green mug")
        status, body = await office.ask("POST", "/catalogue", [
            {"kind": "price", "id": "mug-green-0", "price_minor": 99_900},
            {"kind": "item", "id": "drum-1", "title": "Thunder Field", "price_minor": 4_000, "stock": 2,
             "values": {"kind": ["drum"], "colour": ["purple"]}},
            {"kind": "withdraw", "id": "mug-green-1"},
        ])
        assert (status, body) == (200, {"changed": 3})
        again = await client.type("start over")
        again = await client.type("a green mug")
        assert again.items is not None
        prices = {item.id: item.price for item in again.items.items}
        assert prices["mug-green-0"] == "$999"
        dear = await client.type("how much is the Little Harbour Noon?")
        assert "ine hundred and ninety-nine dollars" in dear.said or "999" in dear.said
        assert "mug-green-1" not in prices
        new = await client.type("I want a drum")                       # a word the shop had never heard before
        assert new.items is not None
        assert [item.id for item in new.items.items] == ["drum-1"]


async def test_changes_that_cannot_be_made_change_nothing_and_say_why(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (_, keeper, office):
        before = keeper.engines.recommender.item("mug-red-0")  # type: ignore[union-attr]
        refused = await office.ask("POST", "/catalogue", [
            {"kind": "price", "id": "mug-red-0", "price_minor": 1}, {"kind": "price", "id": "nobody's", "price_minor": 1},
        ])
        assert (refused[0], refused[1]["message"]) == (409, "There is no item \"nobody's\".")
        assert (await office.ask("POST", "/catalogue", {"not": "a list"}))[0] == 400
        assert (await office.ask("POST", "/catalogue", [{"kind": "gift", "id": "mug-red-0"}]))[0] == 400
        assert keeper.engines.recommender.item("mug-red-0") == before  # type: ignore[union-attr]


async def test_an_index_is_built_put_into_force_and_taken_back_while_people_talk(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (url, keeper, office), ShoptalkClient(url, hurry=True) as client:
        async def build_here(folder: Path) -> None:
            build_index(folder, places.indexes_dir("corner"), engines.conversation.embedder)  # type: ignore[arg-type]

        keeper.shopkeeper._build = build_here
        first = (await office.ask("GET", "/status"))[1]["index"]
        catalogue = tmp_path / "corner" / "catalogue.csv"
        catalogue.write_text(catalogue.read_text() + "tent-1,Silver Ridge,tent,blue,80,3\n")
        status, built = await office.ask("POST", "/index/rebuild")
        assert (status, built["current"], built["items"]) == (200, True, 28)
        found = await client.type("I want a tent")
        assert found.items is not None
        assert [item.id for item in found.items.items] == ["tent-1"]
        status, back = await office.ask("POST", "/index/rollback")
        assert (status, back["version"], back["pinned"]) == (200, first, True)
        assert keeper.engines.recommender.item("tent-1") is None  # type: ignore[union-attr]
        assert (await office.ask("POST", "/index/rollback"))[0] == 409     # there is none before it


async def test_a_broken_shop_file_is_refused_and_the_shop_stays_open_as_it_was(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (url, _, office), ShoptalkClient(url, hurry=True) as client:
        good = (tmp_path / "corner" / "shop.toml").read_text()
        (tmp_path / "corner" / "shop.toml").write_text("[shop\n")
        status, body = await office.ask("POST", "/reload")
        assert (status, body["code"]) == (409, "refused")
        assert (await client.type("a mug")).said
        (tmp_path / "corner" / "shop.toml").write_text(good.replace('name = "Corner"', 'name = "Bend"'))
        assert (await office.ask("POST", "/reload"))[0] in (200, 409)


async def test_draining_lets_nobody_new_in_and_says_so_everywhere(engines: Engines, tmp_path: Path) -> None:
    async with managed(engines, tmp_path) as (url, _, office), ShoptalkClient(url, hurry=True) as client:
        assert (await get(url, "/ready"))[0] == 200
        assert (await office.ask("POST", "/drain"))[1]["sessions"] == 1
        assert (await get(url, "/ready")) == (503, (await get(url, "/ready"))[1])
        assert (await office.ask("GET", "/ready"))[1]["because"] == "closing"
        said, code = await told(url)
        assert ([one["code"] for one in said], code) == (["closing"], 1001)
        assert (await client.type("a mug")).said                            # who is inside is served


async def test_while_the_shop_opens_there_is_nothing_to_manage(tmp_path: Path) -> None:
    async with managed(None, tmp_path) as (_, _, office):
        assert (await office.ask("POST", "/reload"))[1]["code"] == "opening"
        assert (await office.ask("GET", "/ready"))[0] == 503
        assert (await office.ask("GET", "/health"))[0] == 200
