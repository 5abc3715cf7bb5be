"""Where a session's messages go: to the client, or into keeping while its connection is lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from server.protocol import Clear, ServerMessage

MOST_KEPT = 256
"""Messages kept for a client whose connection is lost."""


class Outlet:
    """One session's way out, over one connection after another. ``send`` must not block."""

    def __init__(self, send: Callable[[ServerMessage | bytes], None], drop_unsent: Callable[[], None]) -> None:
        self._send, self._drop_unsent = send, drop_unsent
        self._kept: deque[ServerMessage] | None = None
        """None while there is a client."""

    def send(self, message: ServerMessage | bytes) -> None:
        """Sound for nobody is not kept; the ledger knows what was not heard."""
        if self._kept is None:
            self._send(message)
        elif not isinstance(message, bytes | Clear):
            self._kept.append(message)

    def drop_unsent(self) -> None:
        """Forget sound that has not left yet."""
        self._drop_unsent()

    def lose(self) -> None:
        """The connection is lost; the client may come back."""
        self._kept = deque(maxlen=MOST_KEPT)

    def regain(self, send: Callable[[ServerMessage | bytes], None], drop_unsent: Callable[[], None]) -> list[ServerMessage]:
        """The client is back, over another connection. Returns what it missed."""
        missed, self._kept = list(self._kept or ()), None
        self._send, self._drop_unsent = send, drop_unsent
        return missed
