"""Any server that speaks OpenAI's completions interface: a bigger model on the shop's own machine, or a hosted one.

Only the standard library is used; the answer is streamed so that it can be cut short. Nothing is sent anywhere unless a shop
owner configured the address.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogue.llm import Completion, Finished, LlmError, wanted

CONNECT_S = 2.0
"""A server that does not take the call in this time is treated as away."""
STRUCTURED_TOKENS = 400
"""Enough for a turn of a dozen changes."""


class OpenAiModel:
    """Text completions at ``base_url + "/completions"``, or chat at ``"/chat/completions"`` with ``chat=True``."""

    can_choose = False

    def __init__(self, base_url: str, *, model: str = "default", api_key: str | None = None, chat: bool = False) -> None:
        """``base_url`` as OpenAI clients take it, ending in ``/v1``. Raises LlmError for an address that is no HTTP address."""
        parts = urllib.parse.urlsplit(base_url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LlmError(f"{base_url!r} is not an HTTP address; give one such as http://127.0.0.1:8080/v1.")
        self.name = model
        self._parts, self._chat = parts, chat
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {api_key}"} if api_key else {})

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
        """See `LanguageModel.complete`. ``among`` cannot be asked for over it, and is not sent."""
        started = time.monotonic()
        until = started + deadline_ms / 1000
        request: dict[str, Any] = {
            "max_tokens": max_tokens,
            "stop": list(stop),
            "temperature": temperature,
            "seed": seed,
        }
        request |= {"messages": [{"role": "user", "content": prompt}]} if self._chat else {"prompt": prompt}
        pieces, finished = self._streamed("chat/completions" if self._chat else "completions", request, until, cancelled)
        tokens = sum(1 for piece in pieces if piece)
        return Completion("".join(pieces), tokens, (time.monotonic() - started) * 1000, finished)

    def structured(self, system: str, user: str, schema: Mapping[str, Any], *, deadline_ms: float) -> str:
        """A chat answer bound to a JSON schema, as text; whether it keeps to it is for the caller to check. Raises LlmError."""
        request = {
            "max_tokens": STRUCTURED_TOKENS,
            "temperature": 0.0,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "turn", "strict": True, "schema": schema}},
        }
        pieces, finished = self._streamed("chat/completions", request, time.monotonic() + deadline_ms / 1000, wanted)
        if finished != "stop":
            raise LlmError(f"The language model at {self._parts.netloc} did not finish its answer ({finished}).")
        return "".join(pieces)

    def _streamed(
        self, what: str, request: Mapping[str, Any], until: float, cancelled: Callable[[], bool]
    ) -> tuple[list[str], Finished]:
        """The pieces of a streamed answer. ``until``: by time.monotonic."""
        left_s = max(0.05, until - time.monotonic())
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=min(CONNECT_S, left_s))
        pieces: list[str] = []
        finished: Finished = "stop"
        try:
            connection.connect()
            asked = json.dumps({"model": self.name, "stream": True, **request})
            connection.request("POST", f"{self._parts.path}/{what}", asked, self._headers)
            if connection.sock is not None:
                connection.sock.settimeout(max(0.05, until - time.monotonic()))
            response = connection.getresponse()
            if response.status != 200:
                raise LlmError(f"The language model at {self._parts.netloc} answered {response.status} {response.reason}.")
            for line in response:
                piece, reason = _read_event(line)
                pieces.append(piece)
                if reason:
                    finished = "length" if reason == "length" else "stop"
                elif cancelled():
                    finished = "cancelled"
                elif time.monotonic() > until:
                    finished = "late"
                else:
                    continue
                break
        except TimeoutError:
            finished = "late"
        except (OSError, http.client.HTTPException) as error:
            raise LlmError(f"The language model at {self._parts.netloc} did not answer: {error}.") from None
        finally:
            connection.close()
        return pieces, finished


def _read_event(line: bytes) -> tuple[str, str | None]:
    """The text and the finish reason of one server-sent event line; ("", None) for anything else."""
    if not line.startswith(b"data:") or line.strip() == b"data: [DONE]":
        return "", None
    try:
        choice = json.loads(line[5:])["choices"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        return "", None
    piece = choice.get("text") or (choice.get("delta") or {}).get("content") or ""
    return str(piece), choice.get("finish_reason")
