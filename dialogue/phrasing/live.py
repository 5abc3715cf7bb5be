"""Price and stock at the moment of speaking: a shop may point shoptalk at its own live service, with a time limit.

``[live]`` in shop.toml names an address; it is asked ``GET <url>?ids=a,b`` and answers
``{"items": [{"id": "a", "price": 19.5, "stock": 3}]}``, price in major units; what it leaves out is the catalogue's. Where it
does not answer in time nothing is claimed of stock, and the reply says that the prices are as listed.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from recommender.types import Item

LONGEST_ANSWER = 200_000
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """What the service knows now; None where it did not say."""

    price_minor: int | None = None
    stock: int | None = None


class LiveError(Exception):
    """The service did not answer in time, or not in its own form."""


class LiveSource(Protocol):
    """Whoever knows prices and stock now: the shop's service over HTTP, or anything a program passes in."""

    def look_up(self, item_ids: Sequence[str], timeout_ms: float) -> Mapping[str, LiveFacts]:
        """Item id to facts; ids it does not know are left out. Raises LiveError."""
        ...


class HttpLive:
    """A shop's own service."""

    def __init__(self, url: str) -> None:
        """Raises LiveError for what is no HTTP address."""
        self._parts = urllib.parse.urlsplit(url)
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise LiveError(f"{url!r} under [live] is not an HTTP address.")

    def look_up(self, item_ids: Sequence[str], timeout_ms: float) -> Mapping[str, LiveFacts]:
        """See `LiveSource.look_up`."""
        until = time.monotonic() + timeout_ms / 1000
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=timeout_ms / 1000)
        query = "&".join(part for part in (self._parts.query, urllib.parse.urlencode({"ids": ",".join(item_ids)})) if part)
        try:
            connection.request("GET", f"{self._parts.path or '/'}?{query}", headers={"Accept": "application/json"})
            if connection.sock is not None:
                connection.sock.settimeout(max(0.01, until - time.monotonic()))
            response = connection.getresponse()
            if response.status != 200:
                raise LiveError(f"the service answered {response.status}")
            return _read(json.loads(response.read(LONGEST_ANSWER)))
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError, AttributeError) as error:
            raise LiveError(f"the service did not answer as it should: {error}") from None
        finally:
            connection.close()


def _read(answer: Any) -> dict[str, LiveFacts]:
    facts = {}
    for entry in answer["items"]:
        price, stock = entry.get("price"), entry.get("stock")
        facts[str(entry["id"])] = LiveFacts(
            round(float(price) * 100) if price is not None else None, max(0, int(stock)) if stock is not None else None
        )
    return facts


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows as they are now, and whether the service was heard."""

    items: tuple[Item, ...]
    live: bool


def check_live(items: Sequence[Item], source: LiveSource | None, timeout_ms: float) -> Checked:
    """The rows with live price and stock; the rows as they are where nobody is to be asked or nobody answers."""
    if source is None or not items:
        return Checked(tuple(items), True)
    try:
        now = source.look_up([item.id for item in items], timeout_ms)
    except LiveError:
        return Checked(tuple(items), False)
    return Checked(tuple(_updated(item, now.get(item.id, LiveFacts())) for item in items), True)


def _updated(item: Item, now: LiveFacts) -> Item:
    price = item.price_minor if now.price_minor is None else now.price_minor
    return replace(item, price_minor=price, stock=item.stock if now.stock is None else now.stock)
