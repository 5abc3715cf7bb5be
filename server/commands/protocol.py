"""``shoptalk protocol``: the messages of every endpoint, for people and for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from server import published
from server.commands.failing import failed
from server.reporting import console, emit


class ProtocolPageError(Exception):
    """The pages are not where they should be."""


def protocol(
    schema: Annotated[bool, typer.Option("--schema", help="JSON Schema of every message, on standard output.")] = False,
    write: Annotated[Path | None, typer.Option(help="Bring the tables and the schema in this docs folder up to date.")] = None,
) -> None:
    """Print the messages of /v1/voice with their meaning, made from the types themselves.

    Example: shoptalk protocol --schema > protocol.schema.json
    """
    if schema:
        emit(published.schemas(), as_json=True)
        return
    if write is not None:
        try:
            for path, text in published.files(write).items():
                path.write_text(text, encoding="utf-8")
                console.print(f"{path} is up to date.", highlight=False)
        except OSError as error:
            raise failed(ProtocolPageError(f"{write} is not the docs folder of shoptalk: {error}.")) from None
        return
    tables = published.tables()
    for title, name in (("The client says", "client"), ("The server says", "server"), ("Errors", "errors")):
        Console().print(Markdown(f"# {title}\n\n{tables[name]}"))
