"""What the server answers to a plain GET: the page and its files, health, readiness, and the shop.

Everything is read only. The page may load nothing from anywhere else, and no other page may frame it.
"""

from __future__ import annotations

import http
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Response

from recommender.types import Item
from server import published
from server.engines import Engines
from server.showing import examples, item_shown

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: http.HTTPStatus
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """As websockets sends it, with the headers every answer carries."""
        headers = Headers()
        headers["Content-Type"] = self.content_type
        headers["Content-Length"] = str(len(self.body))
        headers["Connection"] = "close"
        headers["Cache-Control"] = "no-store"
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        for name, value in self.headers.items():
            headers[name] = value
        return Response(self.status.value, self.status.phrase, headers, self.body)


def as_json(value: Any, status: http.HTTPStatus = http.HTTPStatus.OK) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False, default=str).encode())


def refused(status: http.HTTPStatus, code: str, message: str) -> Answer:
    """A refusal with its code and one sentence."""
    return as_json({"type": "error", "code": code, "message": message}, status)


def metrics(page: bytes) -> Answer:
    """The server's figures, as Prometheus reads them."""
    return Answer(http.HTTPStatus.OK, page, "text/plain; version=0.0.4; charset=utf-8")


def state(found: Mapping[str, Any]) -> Answer:
    """Health or readiness; 503 where it is not as it should be."""
    fine = found.get("status", "ok") == "ok" and found.get("ready", True)
    return as_json(found, http.HTTPStatus.OK if fine else http.HTTPStatus.SERVICE_UNAVAILABLE)


def answer(target: str, engines: Engines | None) -> Answer:
    """Answer ``GET target``. ``engines``: None while they are loading."""
    try:
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
    except ValueError:   # no address, or more keys than anybody asks for
        return _nothing_there()
    if path == "/v1/protocol":
        return as_json(published.schemas())
    if path.startswith("/v1/shop"):
        if engines is None:
            return refused(http.HTTPStatus.SERVICE_UNAVAILABLE, "busy", "The shop is being opened; try again in some seconds.")
        return _shop(path.removeprefix("/v1/shop"), query, engines)
    return _page_file(path)


def _shop(path: str, query: Mapping[str, list[str]], engines: Engines) -> Answer:
    shop, recommender = engines.shop, engines.recommender
    currency = shop.shop.currency
    if path in ("", "/"):
        return as_json({
            "id": shop.shop.id, "name": shop.shop.name, "about": shop.shop.about, "currency": currency,
            "language": shop.shop.language, "synthetic": shop.shop.synthetic, "items": len(recommender.items()),
            "examples": examples(shop, recommender),
            "drawings": engines.drawings.model_dump(),
            "slots": [{"slot": slot.name, "spoken": slot.said, "kind": slot.kind} for slot in shop.slots],
        })
    if path == "/items":
        start, count = _number(query, "from", 0), min(_number(query, "count", 20), MOST_ITEMS)
        items = recommender.items()
        shown = [item_shown(items[at], currency).model_dump() for at in range(start, min(start + count, len(items)))]
        return as_json({"items": shown, "total": len(items), "from": start})
    if path.startswith("/items/"):
        item: Item | None = recommender.item(path.removeprefix("/items/"))
        if item is None:
            return refused(http.HTTPStatus.NOT_FOUND, "unknown_item", "There is no item of that id in this shop.")
        return as_json(item_shown(item, currency).model_dump())
    return _nothing_there()


def _number(query: Mapping[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _page_file(path: str) -> Answer:
    name = "index.html" if path == "/" else path.lstrip("/")
    files = page_files()
    if name not in files:
        return _nothing_there()
    suffix = name[name.rfind("."):]
    return Answer(http.HTTPStatus.OK, files[name], TYPES[suffix])


@cache
def page_files() -> Mapping[str, bytes]:
    """The page's own files by name; nothing else can be asked for."""
    folder = resources.files("server") / "page"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name[entry.name.rfind("."):] in TYPES}


def _nothing_there() -> Answer:
    return refused(http.HTTPStatus.NOT_FOUND, "not_found", "There is nothing here; the page is at / and the voice at /v1/voice.")
