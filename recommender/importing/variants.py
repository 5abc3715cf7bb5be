"""Variants (sizes, colours) of one thing, a row each in the file, as one item: what a shopper asks for is the thing.

The item's price is the lowest of what is in stock, its values are those that are in stock, and it is sold out where all are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from recommender.importing.cells import absent, number
from recommender.importing.words import plain, word_list
from recommender.tables import Table


@dataclass(frozen=True, slots=True)
class Variants:
    """Rows of a table by the item they belong to, in the order of the file."""

    groups: Sequence[Sequence[int]]

    def first(self, cells: Sequence[object]) -> list[object]:
        """The first cell of each item that is filled in."""
        return [next((cells[row] for row in rows if not absent(cells[row])), None) for rows in self.groups]

    def every(self, cells: Sequence[object], sold: Sequence[bool]) -> list[object]:
        """The different values of each item's variants that are sold; of all, where none is. One value alone is no list."""
        joined = []
        for rows in self.groups:
            held = [row for row in rows if sold[row]] or rows
            parts = [part for row in held for part in _parts(cells[row])]
            different = [part for place, part in enumerate(parts) if part not in parts[:place]]
            joined.append(different if len(different) > 1 else different[0] if different else None)
        return joined

    def lowest(self, cells: Sequence[object], sold: Sequence[bool]) -> list[object]:
        """The lowest price of each item's variants that are sold. A cell that is no number comes back as it is, to be named."""
        return [lowest([cells[row] for row in rows if sold[row]] or [cells[row] for row in rows]) for rows in self.groups]

    def units(self, cells: Sequence[object], sold: Sequence[bool]) -> list[object]:
        """Units of all variants; nothing where one is sold and does not say how many there are."""
        return [total([cells[row] for row in rows if sold[row]]) for rows in self.groups]

    def lines(self, lines: Sequence[int]) -> list[int]:
        return [lines[rows[0]] for rows in self.groups]


def grouped(keys: Sequence[object]) -> Variants:
    """Rows of one key together; a row without a key is an item of its own."""
    rows_of: dict[object, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows_of[("row", row) if absent(key) else str(key)].append(row)
    return Variants(list(rows_of.values()))


def lowest(cells: Sequence[object]) -> object:
    """The lowest of some prices; the first that is none where there is one."""
    present = [cell for cell in cells if not absent(cell)]
    amounts = [number(cell) for cell in present]
    if None in amounts:
        return present[amounts.index(None)]
    return min(zip(amounts, present, strict=True), key=lambda pair: pair[0] or 0.0, default=(0.0, None))[1]


def total(cells: Sequence[object]) -> object:
    """Units together, oversold ones counting as none; nothing where a cell says nothing or is no number."""
    units = [number(cell) for cell in cells]
    return None if None in units else int(sum(max(0.0, unit or 0.0) for unit in units))


def one_title(titles: Sequence[str], values: Sequence[str]) -> str | None:
    """The title that the titles of variants share once the values in which they differ are taken out; None where they do not."""
    if len(set(titles)) == 1:
        return titles[0]
    words = sorted({value for value in values if value}, key=len, reverse=True)
    if not words:
        return None
    value = re.compile(rf"[\s,/(\[–-]*(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)[)\]]*", re.IGNORECASE)
    bare = {" ".join(value.sub("", title).split()).strip(" ,-–/") for title in titles}
    return bare.pop() if len(bare) == 1 and "" not in bare else None


def group_column(table: Table) -> str | None:
    """The column that says which rows are variants of one thing; None where there is none, or no two rows share one."""
    names = {plain(column): column for column in table.columns}
    for spelling in word_list("columns")["variants"]["group"]:
        cells = table.columns.get(names.get(plain(spelling), ""), [])
        keys = [str(cell) for cell in cells if not absent(cell)]
        if len(set(keys)) < len(keys):
            return names[plain(spelling)]
    return None


def as_items(
    table: Table, group: str, fields: Mapping[str, str], differing: Set[str]
) -> tuple[Table, dict[str, str]]:
    """A table of variants, its prices and stock plain already, as one of items; and variant id to item id.

    ``differing``: columns by which variants may differ; their values are joined. Groups whose titles differ otherwise stay apart.
    """
    title, price, stock = (fields.get(name) for name in ("title", "price", "stock"))
    names = [str(cell) for cell in table.columns[fields["title"]]]
    sold = [stock is None or number(table.columns[stock][row]) != 0 for row in range(len(table))]
    titles: dict[int, str] = {}
    groups: list[Sequence[int]] = []
    for rows in grouped(table.columns[group]).groups:
        values = [str(part) for column in differing for row in rows for part in _parts(table.columns[column][row])]
        shared = one_title([names[row] for row in rows], values) if len(rows) > 1 else None
        if shared is not None:
            titles[rows[0]] = shared
        groups.extend([rows] if shared is not None else [[row] for row in rows])
    whole = Variants(sorted(groups, key=lambda rows: rows[0]))
    columns: dict[str, list[object]] = {}
    for name, cells in table.columns.items():
        if name == title:
            columns[name] = [titles.get(rows[0], cells[rows[0]]) for rows in whole.groups]
        elif name == price:
            columns[name] = whole.lowest(cells, sold)
        elif name == stock:
            columns[name] = whole.units(cells, sold)
        elif name in differing:
            columns[name] = whole.every(cells, sold)
        else:
            columns[name] = whole.first(cells)
    ids = [str(cell) for cell in table.columns[fields["id"]]]
    return Table(table.file, columns, whole.lines(table.lines)), {ids[row]: ids[rows[0]] for rows in whole.groups for row in rows}


def _parts(cell: object) -> Sequence[object]:
    return cell if isinstance(cell, (list, tuple)) else () if absent(cell) else (cell,)
