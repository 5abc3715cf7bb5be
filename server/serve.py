"""The server: one websocket endpoint, ``/v1/voice``, and plain GETs, on the ``websockets`` package."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from dialogue.state import BeliefState
from dialogue.types import Act
from server import logs, places, shopfront
from server.admission import Admission
from server.allocating import give_back_memory
from server.committed import Conversations
from server.doors import Certificate
from server.engines import Engines
from server.gate import Gate
from server.guests import Guest
from server.keeping import Keeper
from server.keys import BEARER_PROTOCOLS
from server.lanes import Lanes
from server.line import NOBODY, Line
from server.protocol import MAX_FRAME_BYTES, ErrorCode, Ready, ServerMessage, Start, error
from server.realtime.line import REALTIME_PATH, REALTIME_PROTOCOL, RealtimeLine
from server.session import Session
from server.session_timing import Finished
from server.settings import Settings, SettingsError
from server.shopkeeping import Shopkeeper
from server.tracing import open_tracing
from server.twilio import TWILIO_PATH, TwilioLine
from server.watching import Watching, gauges

log = logging.getLogger(__name__)

VOICE_PATH = "/v1/voice"
CUT_OFF_WITHIN_S = 2.0
PING_S = 20.0
"""How often a connection is asked whether it lives, and how long its answer may take; a half-open one is found out so."""
LOOK_S = 1.0
"""How often the load is looked at."""
TOLD_TO_ALL = ("status", "ready", "because")
"""What callers from elsewhere are told of the server's state."""
LINES: dict[str, type[Line]] = {VOICE_PATH: Line, REALTIME_PATH: RealtimeLine, TWILIO_PATH: TwilioLine}
"""Where conversations are held, and the protocol that is spoken there."""


@dataclass
class Doorkeeper:
    """What the running server knows: how many are in, and since when it runs."""

    settings: Settings
    engines: Engines | None = None
    lanes: Lanes = field(default_factory=Lanes)
    sessions: dict[str, Session] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    """The connection of each session, by the session's id; likewise the next."""
    tokens: dict[str, str] = field(default_factory=dict)
    resting: dict[str, Resting] = field(default_factory=dict)
    """Conversations whose connection was lost, by the token that takes them up again; oldest first."""
    resumed: int = 0
    _endings: set[asyncio.Task[None]] = field(default_factory=set)
    closing: bool = False
    """People may finish, and nobody new comes in."""
    refused: int = 0
    served: int = 0
    began_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.watching = Watching(self.lanes)
        self.admission = Admission(self.settings)
        self.gate = Gate(self.settings)
        self.kept = Keeper(self.settings)
        self.committed = Conversations(places.home() / "conversations.sqlite")
        self.tracing = open_tracing(self.settings)
        self.certificate = _certificate(self.settings)
        self.shopkeeper = Shopkeeper(self.settings, self.use)

    @property
    def talking(self) -> int:
        """Conversations in which something was said lately."""
        return sum(session.talking for session in self.sessions.values())

    async def look_at_the_load(self) -> None:
        """Keep what people cost the machine, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.admission.look(self.talking)

    def saw(self, message: ServerMessage) -> None:
        """A message went to a client."""
        self.watching.saw(message)
        self.admission.saw(message)

    def _count_refusal(self, code: ErrorCode) -> None:
        self.refused += 1
        self.watching.refused(code)
        logs.event("refused", code=code)

    def use(self, engines: Engines) -> None:
        """Put other engines into force, from everybody's next turn on."""
        self.engines = engines
        logs.event("engines_changed", shop=engines.shop.shop.id, index=getattr(engines.recommender, "version", ""))
        for session in (*self.sessions.values(), *(resting.session for resting in self.resting.values())):
            session.use(engines)

    def finished(self, turn: Finished) -> None:
        """A turn is over."""
        if self.engines is not None:
            self.kept.finished(turn, self.engines)
        self.watching.finished(turn)
        logs.turn_event(turn, with_words=self.settings.keep_words)
        token = self.tokens.get(turn.session)
        if token is not None and turn.may_keep and self.settings.keep_words and self.engines is not None:
            done, shop = turn.turning.work.turn.result(), self.engines.shop.shop.id
            if Act.FORGET_ME in done.understanding.acts:
                self._beside(asyncio.to_thread(self.committed.drop, token))
            else:
                self._beside(asyncio.to_thread(self.committed.keep, token, shop, turn.said.turn, done.state))
        if self.tracing is not None:
            self.tracing.finished(turn)

    def dismiss(self, session_id: str) -> bool:
        """End one conversation; False where there is none of that id."""
        line = self.lines.get(session_id)
        if line is not None:
            line.close("ended")
        return line is not None

    def metrics(self) -> bytes:
        """What Prometheus reads."""
        return self.watching.page() + gauges(self.figures())

    def health(self) -> dict[str, Any]:
        """Whether this process does its work or should be replaced: an engine that hangs again and again does not mend itself."""
        sick = self.lanes.sick()
        return {"status": "sick" if sick else "ok", **({"sick": sick} if sick else {}), **self.figures()}

    def readiness(self) -> dict[str, Any]:
        """Whether one caller more would be let in now, and the code of the refusal where not."""
        refusal = self._refusal(NOBODY)
        return {"ready": refusal is None, **({"because": refusal[0]} if refusal else {}), **self.figures()}

    def figures(self) -> dict[str, Any]:
        """Numbers of the server, nothing of what is said."""
        return {
            "sessions": len(self.sessions), "max_sessions": self.settings.max_sessions,
            "served": self.served, "resumed": self.resumed,
            "resting": len(self.resting), "refused": self.refused, "tasks": len(asyncio.all_tasks()),
            "talking": self.talking, "cores_each": round(self.admission.cores_each, 3),
            "up_s": round(time.monotonic() - self.began_s, 1),
        }

    def answer_get(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain GETs; None lets a websocket in."""
        path = request.path.split("?")[0]
        if path in LINES:
            refusal = self.gate.refusal(connection, request, late_token=LINES[path].late_token)
            if refusal is not None:
                self._count_refusal("not_allowed")
            return refusal.response() if refusal else None
        here = self.gate.from_here(connection, request)
        if path == "/metrics" and here:
            return shopfront.metrics(self.metrics()).response()
        if path in ("/health", "/ready"):
            found = self.health() if path == "/health" else self.readiness()
            return shopfront.state(found if here else {name: found[name] for name in TOLD_TO_ALL if name in found}).response()
        return shopfront.answer(request.path, self.engines).response()

    async def talk(self, connection: ServerConnection) -> None:
        """One conversation's connection, from its beginning to its end."""
        path = connection.request.path.split("?")[0] if connection.request else VOICE_PATH
        guest = self.gate.guest(connection)
        line = LINES[path](connection, self.settings, self.saw, guest)
        refusal = self._refusal(guest)
        if refusal is not None or self.engines is None:
            refusal = refusal or ("opening", "")
            self._count_refusal(refusal[0])
            await line.refuse(*refusal)
            return
        async with line.sending():
            try:
                await self._converse(connection, line, self.engines)
            except ConnectionClosed:
                log.debug("a client has gone")

    def _refusal(self, guest: Guest) -> tuple[ErrorCode, object] | None:
        """Why nobody, or not this guest, may begin a conversation now."""
        if self.closing or self.engines is None:
            return ("closing" if self.closing else "opening"), ""
        if (most := guest.full()) is not None:
            return "too_many_here", most
        return self.admission.refusal(len(self.sessions), self.talking)

    async def _converse(self, connection: ServerConnection, line: Line, engines: Engines) -> None:
        start, first = await line.start(engines)
        if start is None:
            return
        engines = self.engines or engines   # the shop may have changed meanwhile
        if line.late_token:
            guest = self.gate.late_guest(connection, line.token)
            if guest is None:
                self._count_refusal("not_allowed")
                line.close("not_allowed")
                return
            line.guest = guest
        resting = await self._resting(start.resume) if start.resume else None
        before = None
        if start.resume and (resting is not None or self._refusal(line.guest) is None):
            before = await asyncio.to_thread(self.committed.take, start.resume, engines.shop.shop.id)
        if resting is None and (refusal := self._refusal(line.guest)) is not None:   # others came while this one was starting
            self._count_refusal(refusal[0])
            line.close(*refusal)
            return
        if start.resume and resting is None and before is None:
            line.send(error("resume_failed"))
        if resting is None:
            session, running, position = self._begin(start, engines, line, before)
        else:
            session, running, position = self._take_up(resting, start, line)
        self.sessions[session.id], self.lines[session.id] = session, line
        logs.event("session_began", session=session.id, token=line.guest.token, resumed=resting is not None)
        line.guest.come()
        token = self.tokens[session.id] = secrets.token_urlsafe(24)
        line.send(Ready(
            session=session.id, sample_rate=session.sample_rate_hz, output_sample_rate=session.output_rate_hz,
            shop=engines.shop.shop.id, shop_name=engines.shop.shop.name, resume=token,
            resumed=resting is not None or before is not None, sent_samples=position,
        ))
        reading = asyncio.create_task(line.read_into(session, first))
        try:
            await asyncio.wait({running, reading}, return_when=asyncio.FIRST_COMPLETED)
            if running.done() and (failure := running.exception()) is not None:
                log.error("a session has failed", exc_info=failure)
                line.close("internal")
        finally:
            del self.sessions[session.id], self.lines[session.id]
            line.guest.go()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            unfinished = not (running.done() or session.finished.is_set() or self.closing)
            if line.lost and line.resumable and unfinished:
                self._rest(token, session, running)
            else:
                await self._end(session, running)

    async def _resting(self, token: str) -> Resting | None:
        """The conversation of a token. One whose client has come back before its connection was known to be lost loses it now."""
        session = next((name for name, held in self.tokens.items() if held == token and name in self.lines), None)
        if session is not None:
            self.lines[session].cut_off()
            until_s = time.monotonic() + CUT_OFF_WITHIN_S
            while token not in self.resting and time.monotonic() < until_s:
                await asyncio.sleep(0.01)
        return self.resting.pop(token, None)

    def _begin(
        self, start: Start, engines: Engines, line: Line, before: tuple[int, BeliefState] | None
    ) -> tuple[Session, asyncio.Task[None], int]:
        """A new session, or one that goes on where a process before this one was."""
        session = Session(start, engines, self.lanes, line.send, line.drop_unsent, finished=self.finished)
        if before is not None:
            self.resumed += 1
            session.restored(*before)
        self.served += 1
        return session, asyncio.create_task(session.run()), 0

    def _take_up(self, resting: Resting, start: Start, line: Line) -> tuple[Session, asyncio.Task[None], int]:
        self.resumed += 1
        position = resting.session.attach(line.send, line.drop_unsent, start.played_samples)
        return resting.session, resting.running, position

    def _rest(self, token: str, session: Session, running: asyncio.Task[None]) -> None:
        """Keep a conversation whose connection was lost, for a while; the oldest makes room."""
        session.detach()
        self.resting[token] = Resting(session, running)
        while len(self.resting) > self.settings.max_sessions:
            self._expire(next(iter(self.resting)))
        asyncio.get_running_loop().call_later(self.settings.resume_minutes * 60, self._expire, token)

    def _expire(self, token: str) -> None:
        if (resting := self.resting.pop(token, None)) is not None:
            self._beside(self._end(resting.session, resting.running))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _end(self, session: Session, running: asyncio.Task[None]) -> None:
        """The conversation is over: nothing of it goes on."""
        session.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self.kept.ended(session.id)
        if not self.closing:   # a conversation that a restart interrupts can be taken up after it
            await asyncio.to_thread(self.committed.drop, self.tokens.pop(session.id, ""))
        logs.event("session_ended", session=session.id, turns=session.turns)
        if not (self.sessions or self.closing):   # whom it would hold up
            await asyncio.to_thread(give_back_memory)

    async def let_finish(self, within_s: float, at_once: asyncio.Event | None = None) -> None:
        """Take nobody in any more, and let what is being said be said and heard, until ``at_once`` is set."""
        self.closing = True
        until_s = time.monotonic() + within_s
        while any(session.busy for session in self.sessions.values()) and time.monotonic() < until_s:
            if at_once is not None and at_once.is_set():
                return
            await asyncio.sleep(0.1)

    async def say_goodbye(self) -> None:
        """Tell everybody that the server is closing."""
        for session in list(self.sessions.values()):
            session.tell(error("closing"))
        for token in list(self.resting):
            self._expire(token)


@dataclass(frozen=True, slots=True)
class Resting:
    """A conversation whose connection was lost."""

    session: Session
    running: asyncio.Task[None]


@contextlib.asynccontextmanager
async def serving(settings: Settings, keeper: Doorkeeper) -> AsyncIterator[tuple[Server, int]]:
    """The listening server and its port; conversations are refused as busy until ``keeper.engines`` is set."""
    def choose(connection: ServerConnection, offered: Any) -> Subprotocol | None:
        names = (name for name in offered if name == REALTIME_PROTOCOL or name.startswith(BEARER_PROTOCOLS[0]))
        return next(names, None)

    async with serve(
        keeper.talk, settings.host, settings.port, process_request=keeper.answer_get, select_subprotocol=choose,
        ssl=keeper.certificate.context if keeper.certificate else None, compression=None, max_size=MAX_FRAME_BYTES,
        ping_interval=PING_S, ping_timeout=PING_S, close_timeout=2, server_header=None, logger=_discreet(),
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        looking = asyncio.create_task(keeper.look_at_the_load())
        try:
            yield server, port
        finally:
            looking.cancel()
            await keeper.say_goodbye()
    keeper.lanes.close()
    if keeper.tracing is not None:
        keeper.tracing.close()


def _certificate(settings: Settings) -> Certificate | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    try:
        return Certificate.of(settings.tls_certificate, settings.tls_key)
    except OSError as wrong:
        raise SettingsError(f"The certificate {settings.tls_certificate} and its key cannot be used: {wrong.strerror}.") from None


def _discreet() -> logging.Logger:
    """The log of connections, which at its most talkative would write down tokens and what people say: never that."""
    logger = logging.getLogger(f"{__name__}.connections")
    logger.setLevel(logging.WARNING)
    return logger
