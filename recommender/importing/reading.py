"""One catalogue file, understood: columns guessed, cells made plain, variants put together, everything checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.catalogue import CatalogueError, parse_catalogue
from recommender.importing.cells import (
    absent,
    broken_prices,
    currency_codes,
    decimal_sign,
    is_flag,
    number,
    plain_dates,
    plain_prices,
    plain_stock,
    plain_text,
    present,
)
from recommender.importing.columns import Columns, SlotColumn, guess_columns, merged
from recommender.importing.feeds import adapt
from recommender.importing.variants import as_items, group_column, lowest, total
from recommender.importing.words import parts
from recommender.shop import ShopSchema
from recommender.tables import Problem, Table

Confirm = Callable[[Columns, Table], bool]
CURRENCY_COLUMNS = {"currency", "waehrung", "wahrung", "devise", "moneda", "valuta"}


class ImportRefused(Exception):  # noqa: N818 - the owner said no; nothing is wrong
    """The owner did not confirm the columns."""


@dataclass(frozen=True)
class Understood:
    """A catalogue every cell of which can be used."""

    table: Table
    columns: Columns
    shape: str
    currency: str | None = None
    notes: Sequence[str] = ()
    item_of: Mapping[str, str] = field(default_factory=dict)
    """A variant's id to the id of the item it was put into."""


def understand(
    table: Table, fields: Mapping[str, str], slots: Mapping[str, str], ignore: Sequence[str], confirm: Confirm | None
) -> Understood:
    """Raises CatalogueError with the source's own lines and columns, ColumnError or TableError where columns are missing, and
    ImportRefused where ``confirm``, shown the guesses, says no."""
    table, shape = adapt(table)
    columns = guess_columns(table, fields=fields, slots=slots, ignore=ignore)
    if confirm is not None and not confirm(columns, table):
        raise ImportRefused("Nothing was written; --column, --slot and --ignore say which column is what.")
    notes: list[str] = []
    problems: list[Problem] = []
    table, currency = _plain(table, columns, notes, problems)
    _check(table, columns, problems)
    chosen = {slot.column for slot in columns.slots if slot.kind == "choice"}
    group, item_of = group_column(table), dict[str, str]()
    if group is not None and group not in {*fields.values(), *slots.values(), *ignore}:
        rows = len(table)
        table, item_of = as_items(table, group, columns.fields, chosen)
        if len(table) < rows:
            notes.append(f"{rows:,} rows are variants of {len(table):,} items by {group!r}, as dear as the cheapest in stock.")
    return Understood(table, columns, shape, currency, notes, item_of)


def values_of(table: Table, slot: SlotColumn) -> list[str]:
    """Every row's values, parted by a bar: those of the slot's own column, then those of the columns that add to it."""
    columns = [(table.columns[one.column], one.separator) for one in (slot, *slot.also)]
    rows = zip(*([_split(cell, separator) for cell in cells] for cells, separator in columns), strict=True)
    return ["|".join(dict.fromkeys(value for values in row for value in values)) for row in rows]


def _split(cell: object, separator: str) -> list[str]:
    """Values without mark-up. "A > B > C" is C, then B: the kind first, then what it belongs to."""
    pieces = cell if isinstance(cell, (list, tuple)) else [] if absent(cell) else str(cell).split(separator)
    steps = [step for piece in pieces for step in reversed(str(plain_text(piece)).split(" > ")[-2:])]
    return [text for step in steps if (text := " ".join(step.replace("|", "/").split()))]


def _plain(table: Table, columns: Columns, notes: list[str], problems: list[Problem]) -> tuple[Table, str | None]:
    """The table with prices, stock, dates, amounts and texts made plain, and the currency that the prices name.

    ``problems`` gathers what is wrong in columns that the plain table no longer has.
    """
    cells = dict(table.columns)
    fields = columns.fields
    currency = None
    if "price" in fields:
        cells[fields["price"]], currency = _prices(table, columns, notes, problems)
    if "stock" in fields:
        cells[fields["stock"]] = _stock(table, columns, notes)
    if "launched" in fields:
        column = fields["launched"]
        days = plain_dates(cells[column])
        cells[column] = [None] * len(table) if days is None else days
        if days is None:
            notes.append(f"The dates in {column!r} may be read day first or month first; none is used.")
    for name in ("title", "description"):
        if name in fields:
            cells[fields[name]] = [plain_text(cell) for cell in cells[fields[name]]]
    for slot in columns.slots:
        if slot.kind == "amount":
            point = decimal_sign(str(cell) for cell in present(cells[slot.column]) if isinstance(cell, str))
            cells[slot.column] = [cell if (amount := number(cell, point)) is None else amount for cell in cells[slot.column]]
    return Table(table.file, cells, table.lines), currency


def _prices(table: Table, columns: Columns, notes: list[str], problems: list[Problem]) -> tuple[list[object], str | None]:
    """What each row costs now, of all the columns that say so, and in which currency."""
    price = columns.fields["price"]
    among = columns.beside.get("price", (price,))
    said = [""] * len(table)
    read: list[list[object]] = []
    for name in among:
        cells, named = plain_prices([lowest(cell) if isinstance(cell, list) else cell for cell in table.columns[name]])
        read.append(cells)
        said = [one or other for one, other in zip(said, named, strict=True)]
        problems += broken_prices(cells, table.lines, name)
    if len(among) > 1:
        notes.append(f"An item costs what {', or else '.join(map(repr, among))} says: the first of these that its row fills in.")
    codes = currency_codes()
    if not any(said):
        said = [code.upper() for name in among for code in parts(name) if code.upper() in codes]
    if not said or not any(said):
        beside = next((cells for name, cells in table.columns.items() if {*parts(name)[-1:]} & CURRENCY_COLUMNS), [])
        said = [str(next(iter(cell), "") if isinstance(cell, list) else cell).strip().upper() for cell in beside]
    counted = Counter(code for code in said if code in codes)
    currency = max((count, code) for code, count in counted.items())[1] if counted else None
    if len(counted) > 1:
        problems += [
            Problem(line, price, f"is in {code}, and most prices are in {currency}; a shop has one currency")
            for line, code in zip(table.lines, said, strict=False) if code in codes and code != currency
        ]
    return merged(read), currency


def _stock(table: Table, columns: Columns, notes: list[str]) -> list[object]:
    """Units of each row; 0 where a column beside says that there is none."""
    column = columns.fields["stock"]
    counted = [total(cell) if isinstance(cell, list) else cell for cell in table.columns[column]]
    units = plain_stock(counted, flag=is_flag(column, counted))
    for name in columns.beside.get("stock", ()):
        said = plain_stock(table.columns[name], flag=is_flag(name, table.columns[name]))
        units = [0 if other == 0 else unit for unit, other in zip(units, said, strict=True)]
    below = sum((number(cell) or 0) < 0 for cell in counted)
    if below:
        notes.append(f"{below:,} rows have a stock below nothing; they count as sold out.")
    return units


def _check(table: Table, columns: Columns, problems: Sequence[Problem]) -> None:
    """Raises CatalogueError with the source's own lines and columns, prices by their ``problems``."""
    schema = ShopSchema.model_validate({
        "shop": {"id": "checked", "name": "checked"},
        "catalogue": {"file": table.file, **columns.fields},
        "slots": [
            {"name": f"{one.slot}{place or ''}", "kind": one.kind, "column": one.column, "separator": one.separator}
            for slot in columns.slots for place, one in enumerate((slot, *slot.also))
        ],
    })
    try:
        parse_catalogue(table, schema)
    except CatalogueError as error:
        others = [problem for problem in error.problems if problem.column != columns.fields.get("price")]
        total = error.total - (len(error.problems) - len(others)) + len(problems)
        raise CatalogueError(table.file, sorted([*problems, *others], key=lambda problem: problem.line), total) from None
    if problems:
        raise CatalogueError(table.file, problems)
