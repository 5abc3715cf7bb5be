"""The management API: its own port, localhost unless told otherwise, and a token with the scope ``manage`` for every request.

    GET    /status                what /health tells, and which index serves
    GET    /health  /ready  /metrics
    GET    /sessions              who is in: ids, ages, turns; nothing of what is said
    DELETE /sessions/{id}         end one conversation
    GET    /turns?session=        the last turns, for `shoptalk replay`
    POST   /catalogue             [{"kind": "price", "id": ..., "price_minor": ...}, ...]: all or none (recommender.living)
    GET    /index                 its versions
    POST   /index/rebuild  /index/rollback  /reload
    POST   /drain                 let people finish; nobody new comes in

Answers are JSON objects; an error is {"type": "error", "code", "message"}.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from dialogue.llm import LlmError
from recommender.catalogue import CatalogueError
from recommender.living import ChangeError, parse_changes
from recommender.shop import ShopError
from recommender.versions import IndexFolderError, Version
from server import shopfront
from server.engines import Engines
from server.keys import brought_by, keyring
from server.serve import Doorkeeper
from server.settings import Settings

MOST_BODY_BYTES = 16 << 20
NOT_ALLOWED = "A token that may manage is wanted here: \"Authorization: Bearer ...\"."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(keeper: Doorkeeper) -> web.Application:
    """The API over one running server."""
    desk = _Desk(keeper)
    app = web.Application(middlewares=[desk.guarded], client_max_size=MOST_BODY_BYTES)
    app.add_routes([
        web.get("/status", desk.status), web.get("/health", desk.health), web.get("/ready", desk.ready),
        web.get("/metrics", desk.metrics), web.get("/sessions", desk.sessions), web.delete("/sessions/{id}", desk.dismiss),
        web.get("/turns", desk.turns), web.post("/catalogue", desk.change), web.get("/index", desk.versions),
        web.post("/index/rebuild", desk.rebuild), web.post("/index/rollback", desk.roll_back), web.post("/reload", desk.reload),
        web.post("/drain", desk.drain),
    ])
    return app


@contextlib.asynccontextmanager
async def managing(settings: Settings, keeper: Doorkeeper, tls: ssl.SSLContext | None = None) -> AsyncIterator[int | None]:
    """The listening API and its port; None where the settings name no port. Raises OSError where nothing can listen there."""
    if settings.manage_port is None:
        yield None
        return
    runner = web.AppRunner(application(keeper), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.manage_host, settings.manage_port, ssl_context=tls)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class _Desk:
    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper, self._keys = keeper, keyring(keeper.settings)

    @web.middleware
    async def guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """No request without the token; every error a code and one sentence."""
        if "Origin" in request.headers:
            return _refused(403, "not_allowed", "Web pages may not manage the shop.")
        if self._keys.holder(brought_by(request.headers), "manage") is None:
            return _refused(401, "not_allowed", NOT_ALLOWED, {"WWW-Authenticate": "Bearer"})
        try:
            return await handler(request)
        except _Closed:
            return _refused(503, "opening", "The shop is still being opened; try again in some seconds.")
        except (ChangeError, ShopError, CatalogueError, IndexFolderError, LlmError) as wrong:
            return _refused(409, "refused", str(wrong))
        except OSError as wrong:
            return _refused(507, "not_written", f"It could not be written ({wrong.strerror}); nothing has been changed.")
        except web.HTTPException as wrong:
            return _refused(wrong.status, "not_found" if wrong.status == 404 else "bad_request", f"{wrong.reason}.")

    async def status(self, request: web.Request) -> web.Response:
        engines = self._keeper.engines
        index = getattr(engines.recommender, "version", "") if engines else ""
        return web.json_response({**self._keeper.figures(), "shop": engines.shop.shop.id if engines else None, "index": index})

    async def health(self, request: web.Request) -> web.Response:
        return _state(shopfront.state(self._keeper.health()))

    async def ready(self, request: web.Request) -> web.Response:
        return _state(shopfront.state(self._keeper.readiness()))

    async def metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._keeper.metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def sessions(self, request: web.Request) -> web.Response:
        now_s = time.monotonic()
        listed = [
            {
                "id": name, "turns": session.turns, "lasts_s": round(now_s - line.began_s, 1),
                "quiet_s": round(now_s - session.last_active_s, 1), "busy": session.busy, "token": line.guest.token,
            }
            for name, session in self._keeper.sessions.items() if (line := self._keeper.lines.get(name)) is not None
        ]
        return web.json_response({"sessions": listed, "resting": len(self._keeper.resting)})

    async def dismiss(self, request: web.Request) -> web.Response:
        if not self._keeper.dismiss(request.match_info["id"]):
            return _refused(404, "not_found", "No conversation of that id is going on.")
        return web.json_response({"ended": request.match_info["id"]})

    async def turns(self, request: web.Request) -> web.Response:
        return web.json_response({"turns": list(self._keeper.kept.turns(request.query.get("session")))})

    async def change(self, request: web.Request) -> web.Response:
        try:
            changes = parse_changes(await request.json())
        except ValueError as wrong:
            message = str(wrong) if isinstance(wrong, ChangeError) else "The body must be a JSON list of changes."
            return _refused(400, "bad_request", message)
        await self._keeper.shopkeeper.change(self._engines, changes)
        return web.json_response({"changed": len(changes)})

    async def versions(self, request: web.Request) -> web.Response:
        return web.json_response({"versions": [_version(one) for one in self._keeper.shopkeeper.versions(self._engines)]})

    async def rebuild(self, request: web.Request) -> web.Response:
        return web.json_response(_version(await asyncio.shield(self._keeper.shopkeeper.rebuild(self._engines))))

    async def roll_back(self, request: web.Request) -> web.Response:
        return web.json_response(_version(await self._keeper.shopkeeper.roll_back(self._engines)))

    async def reload(self, request: web.Request) -> web.Response:
        if self._keeper.certificate is not None:
            self._keeper.certificate.renew()
        return web.json_response(_version(await self._keeper.shopkeeper.reload(self._engines)))

    async def drain(self, request: web.Request) -> web.Response:
        self._keeper.closing = True
        return web.json_response({"closing": True, "sessions": len(self._keeper.sessions)})

    @property
    def _engines(self) -> Engines:
        if self._keeper.engines is None:
            raise _Closed
        return self._keeper.engines


class _Closed(Exception):  # noqa: N818 - it is no error
    """The shop is not open yet."""


def _refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"type": "error", "code": code, "message": message}, status=status, headers=headers)


def _state(answer: shopfront.Answer) -> web.Response:
    return web.Response(body=answer.body, status=answer.status.value, content_type="application/json")


def _version(version: Version) -> dict[str, Any]:
    facts = {name: value for name, value in version.facts.items() if name not in ("files", "format")}
    return {"version": version.name, "current": version.current, "pinned": version.pinned, **facts}
