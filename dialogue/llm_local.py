"""A GGUF model in this process, through llama.cpp's server engine as xllamacpp wraps it.

The engine keeps the processed prompt of each of its lanes, so a few-shot prefix that does not change is paid for once. It also
opens an HTTP port on the loopback address; a random key is set so that no other process of the machine can use it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dialogue.llm import Completion, Finished, LlmError, wanted

LANES = 2
"""Prompts processed side by side; each keeps its own cached prefix."""
CONTEXT_TOKENS = 1536
"""A lane: the few-shot prefix, the facts and one sentence."""


class LocalModel:
    """The language model in process. Loading takes about a second; the weights are memory-mapped."""

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
        grammar: str | None = None,
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
            if cancelled():
                finished = "cancelled"
            elif time.monotonic() > until:
                finished = "late"
            else:
                return False
            return True

        request: dict[str, Any] = {
            "prompt": prompt,
            "max_tokens": max_tokens,
            "stop": list(stop),
            "temperature": temperature,
            "seed": seed,
            "stream": True,
            "cache_prompt": True,
        }
        if grammar:
            request["grammar"] = grammar
        try:
            self._server.handle_completions(request, take)
        except Exception as error:
            raise LlmError(f"The language model {self.name} did not answer: {error}.") from None
        finally:
            self._places.release()
        if failure:
            raise LlmError(f"The language model {self.name} did not answer: {failure}.")
        tokens = sum(1 for piece in pieces if piece)
        return Completion("".join(pieces), tokens, (time.monotonic() - started) * 1000, finished)
