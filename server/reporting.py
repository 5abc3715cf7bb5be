"""How every command reports: tables and progress for people on standard error, one JSON object on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

console = Console(stderr=True)
"""Everything meant for people; standard output stays clean for --json."""


def percentile_ms(samples_ms: Sequence[float], percent: float) -> float | None:
    """The percentile (0..100) rounded to 0.1 ms; None of no samples."""
    return round(float(np.percentile(samples_ms, percent)), 1) if samples_ms else None


def emit(figures: Mapping[str, Any], *, as_json: bool, title: str = "") -> None:
    """Print the figures: the object alone on standard output with ``as_json``, otherwise a table for people."""
    if as_json:
        json.dump(figures, sys.stdout, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write("\n")
        return
    table = Table(title=title or None, show_header=False)
    for name, value in figures.items():
        table.add_row(name, json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else str(value))
    Console().print(table)
