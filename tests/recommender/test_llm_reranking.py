"""A language model may put the best few in order; it can add nothing, and whatever it does or fails to do, limits hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from little_shop import SHOP_TOML, WordEmbedder, write_shop

from recommender.building import build_index
from recommender.store import open_recommender
from recommender.types import Limits, Query


class Model(ThreadingHTTPServer):
    """Speaks the interface and answers what a test says."""

    answer = ""
    asked: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(request["messages"][0]["content"])
        said = json.dumps({"choices": [{"message": {"content": self.server.answer}}]}).encode()
        self.send_response(200 if self.path == "/v1/chat/completions" else 404)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model() -> Iterator[Model]:
    server = Model(("127.0.0.1", 0), _Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def opened(folder: Path, url: str):  # type: ignore[no-untyped-def]
    shop = write_shop(folder / "shop", toml=SHOP_TOML + f'[rerank]\nurl = "{url}"\nitems = 4\ntimeout_ms = 20000\n')
    build_index(shop, folder / "indexes", WordEmbedder())
    return open_recommender(shop, folder / "indexes", WordEmbedder())


ASKED = Query(text="something red", limits=Limits(in_stock_only=True), count=3, diversity=0)


@pytest.mark.parametrize("answer", ["4, 3, 2, 1", "none of them", "9, 99, -4 and 4, 4", "", "1" * 5000])
def test_it_reorders_what_it_is_given_and_is_asked_once(tmp_path: Path, model: Model, answer: str) -> None:
    corner = opened(tmp_path, f"http://127.0.0.1:{model.server_port}/v1")
    model.answer = "nothing"
    own = [ranked.item.id for ranked in corner.recommend(Query(text="something red", count=4, diversity=0)).items]
    asked, model.answer = len(model.asked), answer
    corner = opened(tmp_path / "again", f"http://127.0.0.1:{model.server_port}/v1")
    found = [ranked.item.id for ranked in corner.recommend(ASKED).items]
    assert found[0] == (own[3] if "4" in answer else own[0])
    assert len(set(found)) == 3
    assert set(found) <= set(own)
    assert corner.recommend(ASKED).items[0].item.id == found[0]
    assert len(model.asked) == asked + 1, "the second time the answer is kept"
    assert "something red" in model.asked[-1]
    assert "Blue Mug" not in model.asked[-1], "what is out of stock is not even shown to it"


def test_a_model_that_is_not_there_leaves_the_recommenders_order(tmp_path: Path) -> None:
    corner = opened(tmp_path, "http://127.0.0.1:9/v1")
    assert len(corner.recommend(ASKED).items) == 3


def test_without_a_section_in_the_shop_nothing_is_sent(tmp_path: Path) -> None:
    shop = write_shop(tmp_path / "shop")
    build_index(shop, tmp_path / "indexes", WordEmbedder())
    assert open_recommender(shop, tmp_path / "indexes", WordEmbedder())._reranker is None
