"""A GGUF model in this process, through llama.cpp's server engine as xllamacpp wraps it.

The engine keeps the processed prompt of each of its lanes, so a few-shot prefix that does not change is paid for once. Held to
a set of texts it is asked only where they part: what they share is read as prompt, many words at a time, and what follows the
last parting is not read at all ("jump-forward decoding": Zheng and others, SGLang, 2024). It also opens an HTTP port on the
loopback address; a random key is set so that no other process of the machine can use it.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.llm import Completion, Finished, LlmError, wanted

LANES = 2
"""Prompts processed side by side; each keeps its own cached prefix."""
CONTEXT_TOKENS = 1536
"""A lane: the few-shot prefix, the facts and one sentence."""

_PIECE = re.compile(r" ?[^\s,.?]+|[,.?]|\s")
"""A word with the space before it, or a mark: where a text may be parted so that its tokens stay whole."""


@dataclass(frozen=True, slots=True)
class _Ask:
    """What holds for every request of one completion."""

    stop: tuple[str, ...]
    temperature: float
    seed: int
    until: float
    cancelled: Callable[[], bool]


class LocalModel:
    """The language model in process. Loading takes about a second; the weights are memory-mapped."""

    can_choose = True

    def __init__(self, gguf: Path, *, threads: int = 1, lanes: int = LANES, context_tokens: int = CONTEXT_TOKENS) -> None:
        """Raises LlmError where the file is missing or is not a model llama.cpp reads."""
        import xllamacpp

        if not gguf.is_file():
            raise LlmError(f"There is no language model at {gguf}; `shoptalk models install` fetches it.")
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx = context_tokens * lanes
        params.n_parallel = lanes
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        # One thread by default: two that share cores with other work wait for each other at every layer, ninefold slower.
        # Spinning threads starve the recogniser and the voice on two cores, and themselves when they share.
        params.cpuparams.poll = 0
        params.cpuparams_batch.poll = 0
        params.swa_full = True  # a sliding-window cache cannot be cut back to the shared prefix
        params.cache_ram_mib = 0
        params.n_threads_http = 1
        params.api_keys = [secrets.token_hex(16)]
        params.verbosity = -1
        try:
            self._server: Any = xllamacpp.Server(params)
        except Exception as error:
            raise LlmError(f"{gguf} cannot be loaded as a language model: {error}.") from None
        self.name = gguf.stem
        self._places = threading.BoundedSemaphore(lanes)

    def complete(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str],
        among: Sequence[str] = (),
        deadline_ms: float,
        temperature: float = 0.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = wanted,
    ) -> Completion:
        """See `LanguageModel.complete`. Waiting for a free lane counts against the deadline."""
        started = time.monotonic()
        until = started + deadline_ms / 1000
        if not self._places.acquire(timeout=max(0.0, deadline_ms / 1000)):
            return Completion("", 0, (time.monotonic() - started) * 1000, "late")
        ask = _Ask(tuple(stop), temperature, seed, until, cancelled)
        try:
            said = self._choose(prompt, among, ask) if among else self._write(prompt, max_tokens, ask)
        finally:
            self._places.release()
        text, tokens, finished = said
        return Completion(text, tokens, (time.monotonic() - started) * 1000, finished)

    def _choose(self, prompt: str, among: Sequence[str], ask: _Ask) -> tuple[str, int, Finished]:
        """One of the texts: a token is asked for wherever those that begin as it began go on differently."""
        left, said, tokens = list(dict.fromkeys(among)), "", 0
        while len(left) > 1:
            shared = _shared(left)
            said = max(said, shared[: _word_start(shared, left)], key=len)
            rest = len(said)
            goes_on = dict.fromkeys(piece[0] for text in left if (piece := _PIECE.match(text, rest)))
            token, took, finished = self._write(prompt + said, 1, ask, grammar=f"root ::= {' | '.join(map(_quoted, goes_on))}")
            tokens += took
            if finished in ("late", "cancelled"):
                return said, tokens, finished
            left = [text for text in left if text.startswith(said + token)] if token else left[:1]
            said += token
        return left[0], tokens, "stop"

    def _write(self, prompt: str, max_tokens: int, ask: _Ask, grammar: str = "") -> tuple[str, int, Finished]:
        """The model's own words, with how many tokens they took."""
        pieces: list[str] = []
        finished: Finished = "stop"
        failure: str | None = None

        def take(chunk: Any) -> bool:
            nonlocal finished, failure
            if "error" in chunk:
                failure = str(chunk["error"].get("message", chunk["error"]))
                return True
            choice = chunk["choices"][0]
            pieces.append(choice.get("text") or "")
            if choice.get("finish_reason"):
                finished = "length" if choice["finish_reason"] == "length" else "stop"
                return False
            if ask.cancelled():
                finished = "cancelled"
            elif time.monotonic() > ask.until:
                finished = "late"
            else:
                return False
            return True

        request: dict[str, Any] = {
            "prompt": prompt,
            "max_tokens": max_tokens,
            "stop": list(ask.stop),
            "temperature": ask.temperature,
            "seed": ask.seed,
            "stream": True,
            "cache_prompt": True,
        }
        if grammar:
            request["grammar"] = grammar
        try:
            self._server.handle_completions(request, take)
        except Exception as error:
            raise LlmError(f"The language model {self.name} did not answer: {error}.") from None
        if failure:
            raise LlmError(f"The language model {self.name} did not answer: {failure}.")
        return "".join(pieces), sum(1 for piece in pieces if piece), finished


def _shared(texts: Sequence[str]) -> str:
    """What all begin with."""
    first, last = min(texts), max(texts)
    return first[: next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))]


def _word_start(shared: str, texts: Sequence[str]) -> int:
    """How much of what texts share may be read as prompt: up to where the words begin in which they part."""
    inside = any(len(text) > len(shared) and text[len(shared)] not in " ,.?" for text in texts)
    if not inside:
        return len(shared)
    return max((match.start() for match in _PIECE.finditer(shared)), default=0)


def _quoted(text: str) -> str:
    """As GBNF has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
