"""What shoppers did: purchases, views, wishlists, in order of time, weighted by kind as the shop says."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.shop import ShopSchema
from recommender.tables import Problem, Table, TableError, read_table


class InteractionsError(TableError):
    """Interactions that cannot be used; ``problems`` names line and column."""


@dataclass(frozen=True, slots=True)
class InteractionReport:
    """What was kept and what was not, for the person who brought the file."""

    rows: int = 0
    kept: int = 0
    unknown_items: int = 0
    """Rows whose item is not in the catalogue (any more)."""
    unknown_examples: tuple[str, ...] = ()
    kinds: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Interactions:
    """Columns of equal length, ordered by shopper and then by time (the file's order where there is no time)."""

    shoppers: tuple[str, ...]
    shopper: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    """Positions in the catalogue."""
    weight: npt.NDArray[np.float32]
    time_s: npt.NDArray[np.float64]
    """Seconds since 1970 UTC; the row number where the file has no time."""
    report: InteractionReport

    def __len__(self) -> int:
        return len(self.item)

    def only(self, kept: npt.NDArray[np.bool_]) -> Interactions:
        """The rows that are marked, of the same shoppers."""
        return replace(
            self, shopper=self.shopper[kept], item=self.item[kept], weight=self.weight[kept], time_s=self.time_s[kept]
        )


def no_interactions() -> Interactions:
    """What a new shop has."""
    none = np.zeros(0, np.int32)
    return Interactions((), none, none, np.zeros(0, np.float32), np.zeros(0, np.float64), InteractionReport())


def load_interactions(folder: Path, schema: ShopSchema, positions: Mapping[str, int]) -> Interactions:
    """Read the shop's interactions; a shop without any gets none. Raises InteractionsError with line and column."""
    columns = schema.interactions
    if columns is None:
        return no_interactions()
    try:
        table = read_table(folder / columns.file)
    except TableError as error:
        raise InteractionsError(error.file, error.problems, error.total) from None
    needed = [name for name in (columns.shopper, columns.item, columns.kind, columns.time) if name]
    missing = [Problem(1, name, "the column is missing") for name in needed if name not in table.columns]
    if missing:
        raise InteractionsError(table.file, missing)
    return _parse(table, schema, positions)


def _parse(table: Table, schema: ShopSchema, positions: Mapping[str, int]) -> Interactions:
    columns = schema.interactions
    assert columns is not None
    problems: list[Problem] = []
    shopper_codes: dict[str, int] = {}
    unknown: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    shopper, item, weight, time_s = [], [], [], []
    kind_cells = table.columns[columns.kind] if columns.kind else None
    time_cells = table.columns[columns.time] if columns.time else None
    for row, line in enumerate(table.lines):
        who, what = _id(table.columns[columns.shopper][row]), _id(table.columns[columns.item][row])
        if not who or not what:
            problems.append(Problem(line, columns.shopper if not who else columns.item, "is empty"))
            continue
        when: float | None = float(row)
        if time_cells is not None and (when := _seconds(time_cells[row])) is None:
            said = str(time_cells[row])[:40]
            problems.append(Problem(line, columns.time or "", f"{said!r} is not a time; write it as 2026-05-31T14:05:00"))
            continue
        position = positions.get(what)
        if position is None:
            unknown[what] += 1
            continue
        kind = _id(kind_cells[row]) if kind_cells is not None else ""
        kinds[kind] += 1
        shopper.append(shopper_codes.setdefault(who, len(shopper_codes)))
        item.append(position)
        weight.append(columns.weights.get(kind, 1.0))
        time_s.append(when)
    if problems:
        raise InteractionsError(table.file, problems)
    who_of, when_of = np.array(shopper, np.int32), np.array(time_s, np.float64)
    order = np.lexsort((np.arange(len(who_of)), when_of, who_of))
    report = InteractionReport(
        rows=len(table), kept=len(order), unknown_items=unknown.total(),
        unknown_examples=tuple(name for name, _ in unknown.most_common(5)), kinds=dict(kinds),
    )
    return Interactions(
        tuple(shopper_codes), who_of[order], np.array(item, np.int32)[order], np.array(weight, np.float32)[order],
        when_of[order], report,
    )


def _id(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _seconds(cell: object) -> float | None:
    """Seconds since 1970 UTC of an ISO time, a datetime, or a number of seconds; None where it is none of them."""
    if isinstance(cell, str):
        try:
            cell = datetime.datetime.fromisoformat(cell.strip())
        except ValueError:
            try:
                cell = float(cell)  # type: ignore[arg-type]
            except ValueError:
                return None
    if isinstance(cell, datetime.datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=datetime.UTC)).timestamp()
    if isinstance(cell, datetime.date):
        return datetime.datetime(cell.year, cell.month, cell.day, tzinfo=datetime.UTC).timestamp()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    return None
