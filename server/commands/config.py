"""``shoptalk config``: the one truth about how the server would run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from server.commands.failing import EXPECTED, failed
from server.reporting import emit
from server.settings import load_settings


def config(
    file: Annotated[Path | None, typer.Option("--config", help="A TOML file of settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Print every setting as it would hold now: defaults, then the file, then SHOPTALK_* variables. Secrets are masked."""
    try:
        settings = load_settings(file)
    except EXPECTED as error:
        raise failed(error) from None
    emit(json.loads(settings.model_dump_json()), as_json=as_json, title="settings")
