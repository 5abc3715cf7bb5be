"""``shoptalk config``: the one truth about how the server would run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from server.commands.failing import EXPECTED, failed
from server.reporting import console, emit
from server.settings import load_settings, said_where, unknown_variables


def config(
    file: Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Print every setting as it would hold now, and where it was said: defaults, the file, SHOPTALK_* variables; later ones win.

    Secrets are masked. Variables that look like settings and are none are named on standard error.
    """
    try:
        settings = load_settings(file)
        where = {key: source for key, (_, source) in said_where(file, os.environ, {}).items()}
    except EXPECTED as error:
        raise failed(error) from None
    for name in unknown_variables():
        console.print(f"{name} is no setting and changes nothing.", style="yellow", highlight=False)
    values = json.loads(settings.model_dump_json())
    if as_json:
        emit({name: {"value": value, "from": where.get(name, "default")} for name, value in values.items()}, as_json=True)
        return
    table = Table("setting", "value", "from", title="settings")
    for name, value in values.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
        table.add_row(name, shown, where.get(name, "[dim]default[/]"))
    Console().print(table)
