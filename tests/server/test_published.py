"""The published pages and the schema are those of the types, and the worked transcript is a conversation that can be held."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server import published
from server.protocol import CLIENT_TYPES, parse_client, parse_server

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", [published.PAGE, published.REALTIME_PAGE, published.SCHEMA_FILE])
def test_what_is_published_is_what_the_types_say(name: str) -> None:
    told = published.files(DOCS)[DOCS / name]
    assert (DOCS / name).read_text(encoding="utf-8") == told, "run: shoptalk protocol --write docs"


def test_every_message_of_the_voice_protocol_stands_in_the_tables() -> None:
    tables = published.tables()
    assert set(re.findall(r"^\| `([a-z_]+)` ", tables["client"], flags=re.M)) == CLIENT_TYPES
    assert not re.findall(r"\| *\|$", "".join(tables.values()), flags=re.M), "a message without a meaning"


def test_the_command_prints_the_schema() -> None:
    printed = subprocess.run(
        [str(Path(sys.executable).parent / "shoptalk"), "protocol", "--schema"], capture_output=True, text=True, check=True
    )
    assert json.loads(printed.stdout) == json.loads((DOCS / published.SCHEMA_FILE).read_text())


def test_the_worked_transcript_is_made_of_messages_as_they_are() -> None:
    page = (DOCS / published.PAGE).read_text(encoding="utf-8")
    lines = re.findall(r"^([><]) (\{.*\})$", page[page.index("## A worked transcript") :], flags=re.M)
    assert len(lines) > 10
    kinds: list[Any] = []
    for side, text in lines:
        message: Any = parse_client(text) if side == ">" else parse_server(text)
        assert message is not None
        assert set(json.loads(text)) <= set(type(message).model_fields)
        kinds.append(message.type)
    assert {"start", "ready", "speech_started", "transcript", "understanding", "items", "reply", "clear", "turn"} <= set(kinds)
