"""The language models behind one Protocol: the real one in process, a server over HTTP, and what goes wrong with each."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from speaking_shop import SHIFT, SHOP, WRAP, Shelf, recommending

from dialogue.llm import LanguageModel, LlmError
from dialogue.llm_local import LocalModel
from dialogue.llm_openai import OpenAiModel
from dialogue.phrasing import Phraser
from dialogue.state import BeliefState
from server.places import models_dir

GEMMA = models_dir() / "gemma3-270m" / "gemma-3-270m-q4_k_m.gguf"
COUNTING = "One, two, three, four, five, six,"


@pytest.fixture(scope="module")
def gemma() -> LocalModel:
    if not GEMMA.is_file():
        pytest.skip("the language model is not installed: `shoptalk models install`")
    return LocalModel(GEMMA, threads=1)


def test_the_local_model_goes_on_and_stops_where_told(gemma: LocalModel) -> None:
    said = gemma.complete(COUNTING, max_tokens=12, stop=[" nine"], deadline_ms=30_000)
    assert said.text.startswith(" seven, eight")
    assert "nine" not in said.text
    assert said.finished == "stop"
    assert 1 <= said.tokens <= 8


def test_the_same_prompt_gets_the_same_words(gemma: LocalModel) -> None:
    again = {gemma.complete(COUNTING, max_tokens=8, stop=["\n"], deadline_ms=30_000).text for _ in range(2)}
    assert len(again) == 1


def test_max_tokens_deadline_and_cancelling_end_it(gemma: LocalModel) -> None:
    assert gemma.complete(COUNTING, max_tokens=3, stop=[], deadline_ms=30_000).finished == "length"
    late = gemma.complete(COUNTING, max_tokens=400, stop=[], deadline_ms=60)
    assert late.finished == "late"
    assert late.took_ms < 5_000
    calls: list[None] = []
    cancelled = gemma.complete(
        COUNTING, max_tokens=400, stop=[], deadline_ms=30_000, cancelled=lambda: bool(calls.append(None)) or len(calls) > 3
    )
    assert cancelled.finished == "cancelled"


def test_it_can_be_held_to_a_few_texts_and_is_asked_only_where_they_part(gemma: LocalModel) -> None:
    ends = ("goes by half past seven in the evening", "fades while you look at it, quite slowly")
    among = [f" {colour}, and {end}." for colour in ("purple", "orange") for end in ends]
    said = gemma.complete("The sky at sunset is", max_tokens=8, stop=[], among=among, deadline_ms=30_000)
    assert said.text in among
    assert 1 < said.tokens <= 6  # of some fourteen


def test_several_sessions_may_ask_at_once(gemma: LocalModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: gemma.complete(COUNTING, max_tokens=4, stop=[], deadline_ms=60_000).text, range(4)))
    assert all(text.startswith(" seven") for text in said)


def test_the_real_model_words_a_recommendation_truly(gemma: LocalModel) -> None:
    phraser = Phraser(SHOP, Shelf(), gemma)
    phraser.warm_up()
    sentences = list(phraser.say(recommending(WRAP, SHIFT, wishes={"occasion": ("wedding",)}), BeliefState()))
    phraser.close()
    text = " ".join(sentence.text for sentence in sentences)
    assert "Linen Wrap Dress" in text
    assert "a hundred and forty-five dollars" in text
    assert "ninety-five dollars" in text
    assert next(item for sentence in sentences for item in sentence.items) == "w1"


@pytest.mark.parametrize("path", ["missing.gguf", "broken.gguf"])
def test_a_model_that_cannot_be_loaded_says_so(tmp_path: Path, path: str) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(LlmError, match=path):
        LocalModel(tmp_path / path)


# --- over HTTP -------------------------------------------------------------------------------------------------------------


class _Server(BaseHTTPRequestHandler):
    """Speaks OpenAI's streaming completions; what it does is set by the model's name."""

    requests: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append(request | {"path": self.path, "authorization": self.headers.get("Authorization")})
        if request["model"] == "broken":
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        chat = "chat" in self.path
        for index, piece in enumerate([" seven", ",", " eight"]):
            if request["model"] == "slow":
                time.sleep(3)     # ten times the deadline it is given
            choice: dict[str, Any] = {"delta": {"content": piece}} if chat else {"text": piece}
            choice["finish_reason"] = "stop" if index == 2 else None
            try:
                self.wfile.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


@pytest.mark.parametrize("chat", [False, True])
def test_a_server_is_asked_as_openai_clients_ask(address: str, chat: bool) -> None:
    model: LanguageModel = OpenAiModel(address, model="good", api_key="abc", chat=chat)
    said = model.complete(COUNTING, max_tokens=5, stop=["\n"], deadline_ms=30_000)
    assert (said.text, said.finished, said.tokens) == (" seven, eight", "stop", 3)
    asked = _Server.requests[-1]
    assert asked["path"] == ("/v1/chat/completions" if chat else "/v1/completions")
    assert asked["authorization"] == "Bearer abc"
    assert asked["messages" if chat else "prompt"]


def test_a_slow_server_is_late(address: str) -> None:
    said = OpenAiModel(address, model="slow").complete(COUNTING, max_tokens=5, stop=[], deadline_ms=300)
    assert said.finished == "late"
    assert said.took_ms < 2_500     # not even the first piece was waited for


def test_a_broken_absent_or_misspelt_server_is_one_clear_sentence(address: str) -> None:
    with pytest.raises(LlmError, match="503"):
        OpenAiModel(address, model="broken").complete(COUNTING, max_tokens=5, stop=[], deadline_ms=1_000)
    with pytest.raises(LlmError, match="did not answer"):
        OpenAiModel("http://127.0.0.1:9/v1").complete(COUNTING, max_tokens=5, stop=[], deadline_ms=1_000)
    with pytest.raises(LlmError, match="is not an HTTP address"):
        OpenAiModel("not an address")


def test_a_broken_server_leaves_the_shopper_with_the_template(address: str) -> None:
    phraser = Phraser(SHOP, Shelf(), OpenAiModel(address, model="broken"))
    sentences = list(phraser.say(recommending(WRAP), BeliefState()))
    phraser.close()
    assert sentences[-1].causes == ("no_model",)
    assert "a hundred and forty-five dollars" in sentences[-1].text


def test_the_same_model_over_http_says_what_it_says_in_process(gemma: LocalModel) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_parallel, params.swa_full = str(GEMMA), 512, 1, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    over_http = OpenAiModel(f"{server.listening_address}/v1")
    here = gemma.complete(COUNTING, max_tokens=6, stop=["\n"], deadline_ms=60_000)
    assert over_http.complete(COUNTING, max_tokens=6, stop=["\n"], deadline_ms=60_000).text == here.text
