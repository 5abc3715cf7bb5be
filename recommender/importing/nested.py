"""Objects inside cells, as JSON and Parquet may hold them, laid out as columns: {"price": {"amount": 5}} is price.amount."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.tables import Table

DEEPEST = 4
"""Levels of objects in objects that are laid out; what lies deeper stays as it is."""


def flattened(table: Table) -> Table:
    """A table without objects in its cells. Lists of objects (variants) become one list for each of their keys."""
    columns = table.columns
    for _ in range(DEEPEST):
        if not any(_holds_objects(cells) for cells in columns.values()):
            break
        columns = {name: cells for column, held in columns.items() for name, cells in _laid_out(column, held).items()}
    return Table(table.file, columns, table.lines)


def _holds_objects(cells: Sequence[object]) -> bool:
    return any(isinstance(part, dict) for cell in cells for part in (cell if isinstance(cell, list) else (cell,)))


def _laid_out(column: str, cells: list[object]) -> dict[str, list[object]]:
    if not _holds_objects(cells):
        return {column: cells}
    found: dict[str, list[object]] = {}
    for row, cell in enumerate(cells):
        objects = [part for part in (cell if isinstance(cell, list) else (cell,)) if isinstance(part, dict)]
        if not objects:  # where others hold objects, this one is empty or a plain value
            found.setdefault(column, [None] * len(cells))[row] = cell
            continue
        for key in dict.fromkeys(key for one in objects for key in one):
            values = [one[key] for one in objects if one.get(key) is not None]
            apart = found.setdefault(f"{column}.{key}", [None] * len(cells))
            apart[row] = _flat(values) if isinstance(cell, list) else values[0] if values else None
    if not any(cell not in (None, []) for cell in found.get(column, ())):
        found.pop(column, None)
    return found


def _flat(values: Sequence[object]) -> list[object]:
    return [part for value in values for part in (value if isinstance(value, list) else (value,))]
