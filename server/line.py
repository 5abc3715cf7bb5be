"""One connection: what goes out waits here in order, what comes in is checked here before a session sees it.

``Line`` speaks ``/v1/voice``; the lines of other protocols (server/realtime, server/twilio) write and read their own messages and
share the rest: the queue, the pace, the closing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from server import doors
from server.engines import Engines
from server.guests import Guest
from server.protocol import (
    CLOSE_FAILED,
    CLOSE_GOING_AWAY,
    CLOSE_NORMAL,
    CLOSE_POLICY,
    CLOSE_TRY_LATER,
    ErrorCode,
    ProtocolError,
    ServerMessage,
    Start,
    error,
    parse_client,
    to_json,
)
from server.session import Session
from server.settings import Settings

START_WITHIN_S = 1.0
"""A client that says nothing so long after connecting gets the defaults: long enough for a ``start`` over a slow network."""
CORRECTION_WITHIN_S = 5.0
"""... and so long after a ``start`` that could not be taken."""
SEND_WITHIN_S = 10.0
"""A client that does not take a message so long has stopped reading."""
MOST_UNSENT_BYTES = 8 << 20
MESSAGES_PER_S, MESSAGES_AT_ONCE = 200.0, 1_000.0
"""Messages a client may send; 20 ms frames of audio are 50 a second."""
AUDIO_PER_S, AUDIO_AT_ONCE_S = 4.0, 120.0
"""Seconds of audio a second, and at once: a recording may be sent faster than it was spoken, not without end."""
HEARTBEAT_S = 1.0
LONGEST_REASON_BYTES = 123
"""RFC 6455, 5.5: a control frame has 125 bytes, two of them for the code."""
NOBODY = Guest(())
"""A caller without limits of his own."""


CLOSE_BY_CODE: dict[ErrorCode, int] = {
    "busy": CLOSE_TRY_LATER, "crowded": CLOSE_TRY_LATER, "too_many_here": CLOSE_TRY_LATER, "opening": CLOSE_TRY_LATER,
    "closing": CLOSE_GOING_AWAY, "idle": CLOSE_NORMAL, "too_long": CLOSE_NORMAL, "ended": CLOSE_NORMAL, "internal": CLOSE_FAILED,
}
"""How a connection closes after an error that ends it; CLOSE_POLICY after any other."""


class Line:
    """One connection: what goes out waits here in order, what comes in is checked here."""

    resumable = True
    """Whether the protocol can take up a conversation whose connection was lost."""
    late_token = False
    """Whether the client can bring its token only in its first message; ``token`` is what it brought."""
    token = ""

    def __init__(
        self, connection: ServerConnection, settings: Settings, saw: Callable[[ServerMessage], None], guest: Guest = NOBODY
    ) -> None:
        """``saw`` is told every message that goes out. ``guest``: what the caller may have over all connections."""
        self._connection, self._settings, self._saw = connection, settings, saw
        self.guest = guest
        self.began_s = time.monotonic()
        self._out: deque[tuple[str | bytes, bool]] = deque()
        """Messages as they are written, and whether each is sound."""
        self._out_bytes = 0
        self._more = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self._messages = doors.Allowance(MESSAGES_PER_S, MESSAGES_AT_ONCE, time.monotonic)
        self._audio_s = doors.Allowance(AUDIO_PER_S, AUDIO_AT_ONCE_S, time.monotonic)

    # --- out -----------------------------------------------------------------------------------------------------------

    def send(self, message: ServerMessage | bytes) -> None:
        """Queue a message; never blocks. A client that has stopped reading is closed."""
        if self._closing is not None:
            return
        if not isinstance(message, bytes):
            self._saw(message)
        for data, is_sound in self.written(message):
            self.put(data, is_sound=is_sound)

    def written(self, message: ServerMessage | bytes) -> Iterator[tuple[str | bytes, bool]]:
        """What this protocol writes for a message, and whether it is sound."""
        yield (message, True) if isinstance(message, bytes) else (to_json(message), False)

    def put(self, data: str | bytes, *, is_sound: bool = False) -> None:
        """Queue what is written already."""
        self._out.append((data, is_sound))
        self._out_bytes += len(data)
        if self._out_bytes > MOST_UNSENT_BYTES:
            self._closing = (CLOSE_POLICY, "The client does not read what it is sent.")
        self._more.set()

    def drop_unsent(self) -> None:
        """Forget audio that has not left yet."""
        self._out = deque((data, is_sound) for data, is_sound in self._out if not is_sound)
        self._out_bytes = sum(len(data) for data, _ in self._out)

    def close(self, code: ErrorCode, detail: object = "", status: int | None = None) -> None:
        """Say why, then close with the fitting code."""
        said = error(code, detail)
        self.send(said)
        self._closing = (status or CLOSE_BY_CODE.get(code, CLOSE_POLICY), _reason(said.message))
        self._more.set()

    async def refuse(self, code: ErrorCode, detail: object) -> None:
        """Close a connection that never became a conversation."""
        said = error(code, detail)
        self._saw(said)
        with contextlib.suppress(ConnectionClosed):
            for data, _ in self.written(said):
                await self._connection.send(data)
            await self._connection.close(CLOSE_BY_CODE.get(code, CLOSE_POLICY), _reason(said.message))

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """While inside, queued messages go out; on leaving, what is queued is still sent, then the connection is closed."""
        sender = asyncio.create_task(self._send_all())
        try:
            yield
            if self._closing is None:
                self._closing = (CLOSE_NORMAL, "")
            self._more.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(sender), SEND_WITHIN_S)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            await self._connection.close(*(self._closing or (CLOSE_NORMAL, "")))

    async def _send_all(self) -> None:
        while True:
            while self._out:
                data, _ = self._out.popleft()
                self._out_bytes -= len(data)
                try:
                    await asyncio.wait_for(self._connection.send(data), SEND_WITHIN_S)
                except TimeoutError:
                    self._connection.transport.abort()
                    return
                except ConnectionClosed:
                    return
            if self._closing is not None:
                await self._connection.close(*self._closing)
                return
            self._more.clear()
            await self._more.wait()

    def cut_off(self) -> None:
        """Break the connection: its client has come back on another."""
        self._connection.transport.abort()

    @property
    def lost(self) -> bool:
        """The connection broke without a goodbye from either side."""
        return self._closing is None and self._connection.protocol.close_rcvd is None

    # --- in ------------------------------------------------------------------------------------------------------------

    async def start(self, engines: Engines) -> tuple[Start | None, str | bytes | None]:
        """The client's ``start``, or the defaults and the message that came instead; None where the conversation cannot begin."""
        patience_s = START_WITHIN_S
        while True:
            try:
                first: str | bytes = await asyncio.wait_for(self._connection.recv(), patience_s)
            except TimeoutError:
                return Start(), None
            if not self._messages.spend(1):
                self.close("too_many")
                return None, None
            if isinstance(first, bytes):
                return Start(), first
            try:
                message = parse_client(first)
            except ProtocolError as wrong:
                self.send(wrong.answer)
                patience_s = CORRECTION_WITHIN_S
                continue
            if not isinstance(message, Start):
                return Start(), first
            if message.shop not in (None, engines.shop.shop.id):
                self.close("unknown_shop", message.shop)
                return None, None
            return message, None

    async def read_into(self, session: Session, first: str | bytes | None) -> None:
        """Hand the session what comes until the client goes, says stop, or is sent away."""
        if first is not None:
            await self._take(session, first)
        while not session.finished.is_set() and self._closing is None:
            self._look_at_the_clock(session)
            try:
                data = await asyncio.wait_for(self._connection.recv(), HEARTBEAT_S)
            except TimeoutError:
                continue
            except ConnectionClosed:
                return
            await self._take(session, data)

    def _look_at_the_clock(self, session: Session) -> None:
        """An open microphone that nobody speaks into keeps nothing open, nor does one that never stops."""
        now_s, limits = time.monotonic(), self._settings
        if now_s - session.last_active_s > limits.idle_minutes * 60:
            self.close("idle", f"{limits.idle_minutes:g}")
        elif now_s - self.began_s > limits.session_minutes * 60:
            self.close("too_long", f"{limits.session_minutes:g}")

    async def _take(self, session: Session, data: str | bytes) -> None:
        if self._messages.spend(1) and self.guest.may_send():
            await self.read(session, data)
        else:
            self.close("too_many")

    async def read(self, session: Session, data: str | bytes) -> None:
        """Give the session one message of this protocol."""
        if isinstance(data, bytes):
            self.hear(session, data)
            return
        try:
            message = parse_client(data)
        except ProtocolError as wrong:
            self.send(wrong.answer)
            return
        if message is not None:
            await session.message(message)

    def hear(self, session: Session, pcm: bytes) -> None:
        """Give the session sound, PCM16 at its own rate, as long as it comes at a bearable pace."""
        if self.bearable(len(pcm) / 2 / session.sample_rate_hz):
            session.audio(pcm)

    def bearable(self, lasts_s: float) -> bool:
        """Take so much sound off what the client may send; False, and the conversation is closed, where it is too much."""
        if not self._audio_s.spend(lasts_s):
            self.close("too_fast")
        elif not self.guest.may_hear(lasts_s):
            self.close("used_up")
        else:
            return True
        return False


def _reason(message: str) -> str:
    """As much of a sentence as a close frame holds."""
    return message.encode("utf-8", "replace")[:LONGEST_REASON_BYTES].decode("utf-8", "ignore")
