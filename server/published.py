"""What is published of the protocols: JSON Schema and the page's tables, made from the types, so that neither can grow old."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from server import protocol, twilio
from server.realtime import events

SCHEMA_FILE, PAGE, REALTIME_PAGE = "protocol.schema.json", "protocol.md", "realtime.md"
"""In ``docs``."""


def schemas() -> dict[str, Any]:
    """JSON Schema of every message, by endpoint and by who says it."""
    return {
        "/v1/voice": protocol.schemas(),
        "/v1/realtime": {"client": events.EVENTS.json_schema()},
        "/v1/twilio": {"client": twilio.BRIDGE.json_schema()},
    }


def tables() -> dict[str, str]:
    """The pages' tables, by the name that stands in their comments."""
    return {
        "client": _messages(get_args(protocol.ClientMessage)[0]),
        "server": _messages(get_args(protocol.ServerMessage)[0]),
        "errors": _rows(("code", "sentence"), [(f"`{code}`", sentence) for code, sentence in protocol.SENTENCES.items()]),
        "events": _messages(events.ClientEvent),
    }


def written(page: str) -> str:
    """A page with its tables as they are now."""
    for name, table in tables().items():
        before, begins, rest = page.partition(f"<!-- {name} -->\n")
        _, ends, after = rest.partition(f"<!-- /{name} -->")
        page = before + begins + (table if begins else "") + ends + after
    return page


def files(docs: Path) -> dict[Path, str]:
    """What the published files should hold. Raises OSError where a page is missing."""
    pages = {docs / name: written((docs / name).read_text(encoding="utf-8")) for name in (PAGE, REALTIME_PAGE)}
    return pages | {docs / SCHEMA_FILE: json.dumps(schemas(), indent=1, ensure_ascii=False) + "\n"}


def _messages(union: Any) -> str:
    return _rows(("type", "keys", "meaning"), [_message(model) for model in get_args(union)])


def _message(model: type[BaseModel]) -> tuple[str, str, str]:
    """A row: the keys that may be left out have a question mark."""
    fields = {name: field for name, field in model.model_fields.items() if name not in ("type", "event_id")}
    keys = ", ".join(f"`{name}{'' if field.is_required() else '?'}`" for name, field in fields.items())
    said = [model.__doc__ or ""] + [f"`{name}`: {field.description}" for name, field in fields.items() if field.description]
    kind = get_args(model.model_fields["type"].annotation)[0]
    return f"`{kind}`", keys, " ".join(_line(one) for one in said)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("None", "null").replace("|", "\\|")


def _rows(heads: tuple[str, ...], rows: list[Any]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
