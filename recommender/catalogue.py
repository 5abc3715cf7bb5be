"""The catalogue, read strictly: every broken cell is named by line and column, and a broken catalogue is never half-loaded."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from recommender.shop import ShopSchema
from recommender.tables import Problem, Table, TableError, read_table
from recommender.types import Item

MAX_ID_CHARS = 128
MAX_TITLE_CHARS = 300
MAX_DESCRIPTION_CHARS = 20_000
MAX_VALUE_CHARS = 200
MAX_VALUES = 50
MAX_PRICE_MAJOR = 1_000_000_000
MAX_STOCK = 2_000_000_000
NOT_GIVEN = ("", "nan", "none", "null")


T = TypeVar("T")


class CatalogueError(TableError):
    """A catalogue that cannot be used; ``problems`` names the line and column of every broken cell."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items in the order of the file, and where each stands."""

    items: tuple[Item, ...]
    positions: Mapping[str, int] = field(repr=False)


class CellError(Exception):
    """A cell that cannot be read; the message says why."""


def load_catalogue(folder: Path, schema: ShopSchema) -> Catalogue:
    """Read the shop's catalogue. Raises CatalogueError with the line and column of every broken cell (the first hundred)."""
    try:
        table = read_table(folder / schema.catalogue.file)
    except TableError as error:
        raise CatalogueError(error.file, error.problems, error.total) from None
    return parse_catalogue(table, schema)


def parse_catalogue(table: Table, schema: ShopSchema) -> Catalogue:
    """Check and convert a table. Raises CatalogueError as ``load_catalogue`` does."""
    missing = [Problem(1, name, "the column is missing") for name in _columns_needed(schema) if name not in table.columns]
    if missing:
        raise CatalogueError(table.file, missing)
    if not len(table):
        raise CatalogueError(table.file, [Problem(1, "", "there are no items")])
    problems: list[Problem] = []
    items: list[Item] = []
    positions: dict[str, int] = {}
    read = _RowReader(table, schema, problems)
    for row, line in enumerate(table.lines):
        item = read.item(row)
        if item is None:
            continue
        if item.id in positions:
            first = table.lines[positions[item.id]]
            problems.append(Problem(line, schema.catalogue.id, f"the id {item.id!r} is already on line {first}"))
        else:
            positions[item.id] = row
            items.append(item)
    if problems:
        problems.sort(key=lambda problem: problem.line)
        raise CatalogueError(table.file, problems)
    return Catalogue(tuple(items), positions)


def _columns_needed(schema: ShopSchema) -> list[str]:
    columns = schema.catalogue
    named = [columns.id, columns.title, columns.description, columns.price, columns.stock, columns.launched, columns.margin]
    return list(dict.fromkeys([name for name in named if name] + [slot.column for slot in schema.slots]))


class _RowReader:
    """Turns rows into items and collects what is wrong with each cell."""

    def __init__(self, table: Table, schema: ShopSchema, problems: list[Problem]) -> None:
        self.table = table
        self.problems = problems
        self.columns = schema.catalogue
        money = schema.money_slot
        self.price_column = schema.catalogue.price or (money.column if money else None)
        self.choices = [slot for slot in schema.slots if slot.kind == "choice"]
        self.amounts = [slot for slot in schema.slots if slot.kind == "amount" and slot is not money]

    def item(self, row: int) -> Item | None:
        before = len(self.problems)
        identity = self._read(row, self.columns.id, lambda cell: _text(cell, MAX_ID_CHARS, required=True))
        title = self._read(row, self.columns.title, lambda cell: _text(cell, MAX_TITLE_CHARS, required=True))
        description = self._read(row, self.columns.description, lambda cell: _text(cell, MAX_DESCRIPTION_CHARS))
        price = self._read(row, self.price_column, price_minor)
        stock = self._read(row, self.columns.stock, _stock)
        launched = self._read(row, self.columns.launched, _date)
        margin = self._read(row, self.columns.margin, _margin)
        values = {}
        for slot in self.choices:
            found = self._read(row, slot.column, lambda cell, separator=slot.separator: _values(cell, separator))  # type: ignore[misc]
            if found:
                values[slot.name] = found
        numbers = {}
        for slot in self.amounts:
            number = self._read(row, slot.column, _number)
            if number is not None:
                numbers[slot.name] = number
        if margin is not None:
            numbers["margin"] = margin
        if len(self.problems) > before:
            return None
        return Item(
            id=identity or "", title=title or "", description=description or "", price_minor=price, stock=stock,
            values=values, numbers=numbers, launched=launched,
        )

    def _read(self, row: int, column: str | None, parse: Callable[[object], T]) -> T | None:
        if column is None:
            return None
        try:
            return parse(self.table.columns[column][row])
        except CellError as broken:
            self.problems.append(Problem(self.table.lines[row], column, str(broken)))
            return None


def _absent(cell: object) -> bool:
    return (
        cell is None
        or (isinstance(cell, float) and math.isnan(cell))
        or (isinstance(cell, str) and cell.strip().casefold() in NOT_GIVEN)
    )


def _text(cell: object, longest: int, *, required: bool = False) -> str:
    if isinstance(cell, (list, dict)):
        raise CellError("is a list where a text is expected")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else " ".join(str(cell).split())
    if required and not text:
        raise CellError("is empty")
    if "\0" in text or not _writable(text):
        raise CellError("holds a NUL or half a character; it is damaged or not text")
    if len(text) > longest:
        raise CellError(f"is {len(text):,} characters long; at most {longest:,} are allowed")
    return text


def _writable(text: str) -> bool:
    """False of lone surrogates, which JSON can name and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def price_minor(cell: object) -> int | None:
    """A price in major units ("12.50", 12.5) as whole minor units; None of an empty cell."""
    if _absent(cell):
        return None
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, Decimal)):
        raise CellError("is not a price")
    try:
        amount = Decimal(cell.strip()) if isinstance(cell, str) else Decimal(str(cell))
    except InvalidOperation:
        raise CellError(f"{_short(cell)} is not a price; write a plain number such as 12.50") from None
    if not amount.is_finite():
        raise CellError(f"{_short(cell)} is not a price")
    if amount < 0:
        raise CellError(f"the price {_short(cell)} is negative")
    if amount > MAX_PRICE_MAJOR:
        raise CellError(f"the price {_short(cell)} is above {MAX_PRICE_MAJOR:,}")
    minor = (amount * 100).to_integral_value()
    if isinstance(cell, str) and minor != amount * 100:
        raise CellError(f"the price {_short(cell)} has more than two decimals")
    return int(minor)


def _number(cell: object) -> float | None:
    if _absent(cell):
        return None
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, Decimal)):
        raise CellError("is not a number")
    try:
        number = float(cell)
    except ValueError:
        raise CellError(f"{_short(cell)} is not a number") from None
    if not math.isfinite(number):
        raise CellError(f"{_short(cell)} is not a finite number")
    return number


def _stock(cell: object) -> int | None:
    number = _number(cell)
    if number is None:
        return None
    if number < 0 or not number.is_integer() or number > MAX_STOCK:
        raise CellError(f"the stock {_short(cell)} is not a whole number of units, 0 or more")
    return int(number)


def _margin(cell: object) -> float | None:
    number = _number(cell)
    if number is not None and not 0 <= number <= 1:
        raise CellError(f"the margin {_short(cell)} is not between 0 and 1")
    return number


def _date(cell: object) -> datetime.date | None:
    if _absent(cell):
        return None
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    try:
        return datetime.date.fromisoformat(str(cell).strip()[:10])
    except ValueError:
        raise CellError(f"{_short(cell)} is not a date; write it as 2026-05-31") from None


def _values(cell: object, separator: str) -> tuple[str, ...]:
    parts: Sequence[object] = cell if isinstance(cell, (list, tuple)) else [] if _absent(cell) else [cell]
    found: dict[str, None] = {}
    for part in parts:
        if isinstance(part, (list, dict)):
            raise CellError("is nested; a list of words is expected")
        pieces = part.split(separator) if isinstance(part, str) and separator else [part]
        for piece in pieces:
            if value := _text(piece, MAX_VALUE_CHARS):
                found[value] = None
    if len(found) > MAX_VALUES:
        raise CellError(f"holds {len(found)} values; at most {MAX_VALUES} are allowed")
    return tuple(found)


def _short(cell: object) -> str:
    text = str(cell)
    return repr(text if len(text) <= 40 else text[:37] + "...")
