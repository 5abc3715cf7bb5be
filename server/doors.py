"""Who may come in, and how much they may send: origins, tokens, and the pace of messages and sound."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

BEARER_PROTOCOL = "shoptalk.bearer."
"""A browser cannot set headers on a websocket, so its token comes as a subprotocol of this beginning."""
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def origin_allowed(origin: str | None, host: str | None, allowed: tuple[str, ...]) -> bool:
    """Pages of this machine, of the very host that is asked, and those listed may open a conversation; programs send no origin.

    The host that is asked must itself be local, or listed, so that a name rebound to this machine (DNS rebinding) opens nothing.
    """
    if origin is None:
        return True
    if origin in allowed:
        return True
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or parts.hostname is None:
        return False
    return parts.hostname in LOCAL_HOSTS and parts.netloc == (host or "")


def token_allowed(headers: Mapping[str, str], wanted: str | None) -> bool:
    """Whether the request brings the wanted token, as ``Authorization: Bearer`` or as a subprotocol (constant time)."""
    if wanted is None:
        return True
    given = headers.get("Authorization", "")
    brought = [given.removeprefix("Bearer ").strip()] if given.startswith("Bearer ") else []
    offered = [name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")]
    brought += [name.removeprefix(BEARER_PROTOCOL) for name in offered if name.startswith(BEARER_PROTOCOL)]
    return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in brought)


@dataclass
class Allowance:
    """A bucket that fills at ``per_s`` up to ``most``; ``spend`` says whether there was enough (a token bucket)."""

    per_s: float
    most: float
    clock: Callable[[], float]

    def __post_init__(self) -> None:
        self._left, self._at_s = self.most, self.clock()

    def spend(self, amount: float) -> bool:
        now_s = self.clock()
        self._left = min(self.most, self._left + max(0.0, now_s - self._at_s) * self.per_s)
        self._at_s = now_s
        if amount > self._left:
            return False
        self._left -= amount
        return True
