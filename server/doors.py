"""Which web pages may come in, the certificate that is shown to callers, and the bucket that limits of pace are made of."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def origin_allowed(origin: str | None, host: str | None, allowed: tuple[str, ...]) -> bool:
    """Pages of this machine, of the very host that is asked, and those listed may open a conversation; programs send no origin.

    The host that is asked must itself be local, or listed, so that a name rebound to this machine (DNS rebinding) opens nothing.
    """
    if origin is None:
        return True
    if origin in allowed:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.hostname is None:
        return False
    return parts.hostname in LOCAL_HOSTS and parts.netloc == (host or "")


@dataclass(frozen=True, slots=True)
class Certificate:
    """TLS by certificate files, which may be renewed while the server runs."""

    chain: Path
    key: Path
    context: ssl.SSLContext

    @classmethod
    def of(cls, chain: Path, key: Path) -> Certificate:
        """Raises OSError (ssl.SSLError is one) where the files are no certificate and its key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        made = cls(chain, key, context)
        made.renew()
        return made

    def renew(self) -> None:
        """Read the files again; new connections see the new certificate."""
        self.context.load_cert_chain(self.chain, self.key)


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
