"""Whether a request may open a conversation, and as whose guest: origin, then token, before anything of it is read."""

from __future__ import annotations

import http
from collections.abc import Mapping

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request

from server import doors, shopfront
from server.guests import Guest, Guests, caller, local
from server.keys import brought_by, keyring
from server.protocol import error
from server.settings import Settings
from server.shopfront import Answer

READ = ("Authorization", "Sec-WebSocket-Protocol", "X-Forwarded-For")
TOO_MANY_GUESSES = "Too many wrong tokens came from this address; wait a minute, then bring the right one."
SAID_TWICE = "A request names its host and its origin once."
WRONG_ORIGIN = "Pages of this origin may not talk here; the shop lists the origins that may."


class Gate:
    """One server's gate."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._keys, self._guests = settings, keyring(settings), Guests(settings)

    def refusal(self, connection: ServerConnection, request: Request, *, late_token: bool = False) -> Answer | None:
        """Why this request may not open a conversation; None where it may, or where its token comes later (``late_guest``)."""
        origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
        if len(origins) > 1 or len(hosts) > 1:
            return shopfront.refused(http.HTTPStatus.BAD_REQUEST, "bad_message", SAID_TWICE)
        if not doors.origin_allowed(next(iter(origins), None), next(iter(hosts), None), self._settings.origins):
            return shopfront.refused(http.HTTPStatus.FORBIDDEN, "not_allowed", WRONG_ORIGIN)
        headers = _read(request)
        brought = brought_by(headers)
        if not self._keys.wanted("talk") or self._keys.holder(brought, "talk") is not None or (late_token and not brought):
            return None
        if brought and not self._guests.may_try(self._address(connection, headers)):
            return shopfront.refused(http.HTTPStatus.TOO_MANY_REQUESTS, "not_allowed", TOO_MANY_GUESSES)
        answer = shopfront.refused(http.HTTPStatus.UNAUTHORIZED, "not_allowed", error("not_allowed").message)
        return Answer(answer.status, answer.body, answer.content_type, {"WWW-Authenticate": "Bearer"})

    def guest(self, connection: ServerConnection) -> Guest:
        """Who came in, and what he may have."""
        headers = _read(connection.request) if connection.request else {}
        return self._guests.guest(self._address(connection, headers), self._keys.holder(brought_by(headers), "talk"))

    def late_guest(self, connection: ServerConnection, token: str) -> Guest | None:
        """The same for a client that brings its token in its first message; None where it may not talk."""
        headers = _read(connection.request) if connection.request else {}
        address, holder = self._address(connection, headers), self._keys.holder([*brought_by(headers), token], "talk")
        if holder is None and self._keys.wanted("talk"):
            return None
        return self._guests.guest(address, holder)

    def from_here(self, connection: ServerConnection, request: Request) -> bool:
        """Whether this machine itself asks, speaking for nobody else: only it is told the server's figures at this door."""
        return local(_peer(connection)) and not {"X-Forwarded-For", "Forwarded"} & {name.title() for name in request.headers}

    def _address(self, connection: ServerConnection, headers: Mapping[str, str]) -> str:
        return caller(_peer(connection), headers, self._settings.proxies)


def _read(request: Request) -> dict[str, str]:
    return {name: ",".join(request.headers.get_all(name)) for name in READ}


def _peer(connection: ServerConnection) -> str:
    address = connection.remote_address
    return str(address[0]) if address else ""
