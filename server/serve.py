"""The server: one websocket endpoint, ``/v1/voice``, and plain GETs, on the ``websockets`` package."""

from __future__ import annotations

import asyncio
import contextlib
import http
import logging
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from server import doors, shopfront
from server.engines import Engines
from server.lanes import Lanes
from server.protocol import (
    CLOSE_GOING_AWAY,
    CLOSE_NORMAL,
    CLOSE_POLICY,
    CLOSE_TRY_LATER,
    MAX_FRAME_BYTES,
    ErrorCode,
    ProtocolError,
    Ready,
    ServerMessage,
    Start,
    error,
    parse_client,
    to_json,
)
from server.session import Session
from server.settings import Settings

log = logging.getLogger(__name__)

VOICE_PATH = "/v1/voice"
START_WITHIN_S = 0.25
"""A client that says nothing so long after connecting gets the defaults."""
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


@dataclass
class Doorkeeper:
    """What the running server knows: how many are in, and since when it runs."""

    settings: Settings
    engines: Engines | None = None
    lanes: Lanes = field(default_factory=Lanes)
    sessions: dict[str, Session] = field(default_factory=dict)
    closing: bool = False
    """People may finish, and nobody new comes in."""
    refused: int = 0
    served: int = 0
    began_s: float = field(default_factory=time.monotonic)

    def figures(self) -> dict[str, Any]:
        """What /health tells: numbers only, nothing of what is said."""
        return {
            "ready": self.engines is not None and not self.closing,
            "sessions": len(self.sessions), "max_sessions": self.settings.max_sessions,
            "served": self.served, "refused": self.refused, "up_s": round(time.monotonic() - self.began_s, 1),
        }

    def answer_get(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain GETs; None lets a websocket in."""
        headers = {name: request.headers.get(name, "") for name in ("Authorization", "Sec-WebSocket-Protocol")}
        if request.path.split("?")[0] != VOICE_PATH:
            return shopfront.answer(request.path, self.engines, self.figures()).response()
        if not doors.origin_allowed(request.headers.get("Origin"), request.headers.get("Host"), self.settings.origins):
            self.refused += 1
            answer = shopfront.refused(http.HTTPStatus.FORBIDDEN, "not_allowed", "Pages of this origin may not talk here.")
            return answer.response()
        token = self.settings.token.get_secret_value() if self.settings.token else None
        if not doors.token_allowed(headers, token):
            self.refused += 1
            answer = shopfront.refused(http.HTTPStatus.UNAUTHORIZED, "not_allowed", error("not_allowed").message)
            response = answer.response()
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return None

    async def talk(self, connection: ServerConnection) -> None:
        """One connection to ``/v1/voice``, from its beginning to its end."""
        line = Line(connection, self.settings)
        refusal: ErrorCode | None = None
        if self.closing or self.engines is None:
            refusal = "closing" if self.closing else "opening"
        elif len(self.sessions) >= self.settings.max_sessions:
            refusal = "busy"
        if refusal is not None or self.engines is None:
            self.refused += 1
            await line.refuse(refusal or "opening", self.settings.max_sessions)
            return
        async with line.sending():
            try:
                await self._converse(line, self.engines)
            except ConnectionClosed:
                log.debug("a client has gone")

    async def _converse(self, line: Line, engines: Engines) -> None:
        start, first = await line.start(engines)
        if start is None:
            return
        session = Session(start, engines, self.lanes, line.send, line.drop_unsent)
        if len(self.sessions) >= self.settings.max_sessions:   # others came while this one was starting
            self.refused += 1
            line.close("busy", self.settings.max_sessions)
            return
        self.sessions[session.id] = session
        self.served += 1
        line.send(Ready(
            session=session.id, sample_rate=start.sample_rate, output_sample_rate=start.output_sample_rate or start.sample_rate,
            shop=engines.shop.shop.id, shop_name=engines.shop.shop.name,
        ))
        running = asyncio.create_task(session.run())
        reading = asyncio.create_task(line.read_into(session, first))
        try:
            await asyncio.wait({running, reading}, return_when=asyncio.FIRST_COMPLETED)
            if running.done() and (failure := running.exception()) is not None:
                log.error("a session has failed", exc_info=failure)
                line.close("internal")
        finally:
            session.close()
            del self.sessions[session.id]
            for task in (running, reading):
                task.cancel()
            await asyncio.gather(running, reading, return_exceptions=True)

    async def let_finish(self, within_s: float) -> None:
        """Take nobody in any more, and let the replies under way be heard."""
        self.closing = True
        until_s = time.monotonic() + within_s
        while any(session.busy for session in self.sessions.values()) and time.monotonic() < until_s:
            await asyncio.sleep(0.1)

    async def say_goodbye(self) -> None:
        """Tell everybody that the server is closing."""
        for session in list(self.sessions.values()):
            session.tell(error("closing"))


class Line:
    """One connection: what goes out waits here in order, what comes in is checked here."""

    def __init__(self, connection: ServerConnection, settings: Settings) -> None:
        self._connection, self._settings = connection, settings
        self._out: deque[str | bytes] = deque()
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
        data = message if isinstance(message, bytes) else to_json(message)
        self._out.append(data)
        self._out_bytes += len(data)
        if self._out_bytes > MOST_UNSENT_BYTES:
            self._closing = (CLOSE_POLICY, "The client does not read what it is sent.")
        self._more.set()

    def drop_unsent(self) -> None:
        """Forget audio that has not left yet."""
        self._out = deque(data for data in self._out if isinstance(data, str))
        self._out_bytes = sum(len(data) for data in self._out)

    def close(self, code: ErrorCode, detail: object = "", status: int | None = None) -> None:
        """Say why, then close with the fitting code."""
        said = error(code, detail)
        self.send(said)
        by_code = {"busy": CLOSE_TRY_LATER, "closing": CLOSE_GOING_AWAY, "idle": CLOSE_NORMAL, "internal": 1011}
        self._closing = (status or by_code.get(code, CLOSE_POLICY), said.message)
        self._more.set()

    async def refuse(self, code: ErrorCode, detail: object) -> None:
        """Close a connection that never became a conversation."""
        said = error(code, detail)
        with contextlib.suppress(ConnectionClosed):
            await self._connection.send(to_json(said))
            await self._connection.close(CLOSE_TRY_LATER, said.message)

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
                data = self._out.popleft()
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
            try:
                data = await asyncio.wait_for(self._connection.recv(), HEARTBEAT_S)
            except TimeoutError:
                if time.monotonic() - session.last_active_s > self._settings.idle_minutes * 60:
                    self.close("idle", f"{self._settings.idle_minutes:g}")
                continue
            except ConnectionClosed:
                return
            await self._take(session, data)

    async def _take(self, session: Session, data: str | bytes) -> None:
        if not self._messages.spend(1):
            self.close("too_many")
        elif isinstance(data, bytes):
            if self._audio_s.spend(len(data) / 2 / session.sample_rate_hz):
                session.audio(data)
            else:
                self.close("too_fast")
        else:
            try:
                message = parse_client(data)
            except ProtocolError as wrong:
                self.send(wrong.answer)
                return
            if message is not None:
                await session.message(message)


@contextlib.asynccontextmanager
async def serving(settings: Settings, keeper: Doorkeeper) -> AsyncIterator[tuple[Server, int]]:
    """The listening server and its port; conversations are refused as busy until ``keeper.engines`` is set."""
    def choose(connection: ServerConnection, offered: Any) -> Subprotocol | None:
        return next((name for name in offered if name.startswith(doors.BEARER_PROTOCOL)), None)

    context = None
    if settings.tls_certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    async with serve(
        keeper.talk, settings.host, settings.port, process_request=keeper.answer_get, select_subprotocol=choose, ssl=context,
        compression=None, max_size=MAX_FRAME_BYTES, ping_interval=20, ping_timeout=20, close_timeout=2, server_header=None,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        try:
            yield server, port
        finally:
            await keeper.say_goodbye()
    keeper.lanes.close()
