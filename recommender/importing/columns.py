"""Which column is what: guessed from names and contents, shown to the owner, overruled by flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

from recommender.importing.words import plain, word_list
from recommender.tables import Problem, Table, TableError

Shape = Literal["catalogue", "sales"]
MOST_CHOICES = 400
"""A column of more different values than this is no choice a shopper could name, unless few beside the rows."""
LONGEST_CHOICE_CHARS = 60
LOOKED_AT = 5_000
"""Cells of a column looked at when guessing."""
FIELDS = ("id", "title", "description", "price", "stock", "launched", "margin")
SEPARATORS = ("|", ";", ",")


class ColumnError(Exception):
    """A column that was named but is not there, or one that is needed and was not found; one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class SlotColumn:
    """A column that feeds a slot."""

    slot: str
    column: str
    kind: Literal["choice", "amount"] = "choice"
    separator: str = "|"


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a catalogue was taken for."""

    fields: Mapping[str, str]
    """id, title, description, price, stock, launched, margin: those that were found, to the file's column."""
    slots: tuple[SlotColumn, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Column to why it is not used."""


def shape_of(table: Table) -> Shape:
    """A till's log, where the columns of one are all there; otherwise a catalogue."""
    sales = word_list("columns")["sales"]
    found = find_fields(table, sales["fields"])
    return "sales" if all(name in found for name in sales["needs"]) and found["item"] != found["title"] else "catalogue"


def find_fields(table: Table, known: Mapping[str, Sequence[str]], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Field to column by name, best names first; ``given`` overrules. Raises ColumnError for a given column that is not there."""
    by_plain: dict[str, str] = {}
    for column in table.columns:
        by_plain.setdefault(plain(column), column)
    found: dict[str, str] = {}
    for name, column in (given or {}).items():
        if name not in known:
            raise ColumnError(f"There is no field called {name!r}; the fields are {', '.join(known)}.")
        if column and column not in table.columns:
            raise ColumnError(f"{table.file} has no column {column!r}; it has {', '.join(map(repr, table.columns))}.")
        if column:
            found[name] = column
    for name, spellings in known.items():
        if name in (given or {}):
            continue
        taken = set(found.values())
        match = next((by_plain[plain(s)] for s in spellings if plain(s) in by_plain and by_plain[plain(s)] not in taken), None)
        if match is not None:
            found[name] = match
    return found


def guess_columns(
    table: Table, *, fields: Mapping[str, str] | None = None, slots: Mapping[str, str] | None = None, ignore: Sequence[str] = ()
) -> Columns:
    """Take a catalogue's columns for what they most likely are. Raises ColumnError where there is no id or title."""
    words = word_list("columns")
    missing = [column for column in (*ignore, *(slots or {}).values()) if column not in table.columns]
    if missing:
        raise ColumnError(f"{table.file} has no column {missing[0]!r}; it has {', '.join(map(repr, table.columns))}.")
    found = find_fields(table, words["fields"], fields)
    for needed in ("id", "title"):
        if needed not in found:
            advice = f"no column looks like the {needed}; say which with --column {needed}=NAME"
            raise TableError(table.file, [Problem(1, needed, advice)])
    slot_names = {plain(name): slot for slot, names in words["slots"].items() for name in names}
    ignored_names = {plain(name) for name in words["ignored"]["names"]}
    named = {column: slot for slot, column in (slots or {}).items()}
    chosen: list[SlotColumn] = []
    left_out: dict[str, str] = {}
    for column, cells in table.columns.items():
        if column in found.values() and column not in named:
            continue
        if column in ignore:
            left_out[column] = "as asked"
        elif plain(column) in ignored_names and column not in named:
            left_out[column] = "nothing a shopper chooses by"
        else:
            slot, why = _slot(column, cells, named.get(column) or slot_names.get(plain(column)))
            if slot is None or (slot.slot in {other.slot for other in chosen} and column not in named):
                left_out[column] = why or "another column already feeds that slot"
            else:
                chosen.append(slot)
    return Columns(found, tuple(chosen), left_out)


def _slot(column: str, cells: Sequence[object], known: str | None) -> tuple[SlotColumn | None, str]:
    present = [cell for cell in cells[:LOOKED_AT] if cell is not None and cell != "" and cell == cell]
    if not present:
        return None, "empty"
    name = known or _slot_name(column)
    texts = [str(cell).strip() for cell in present if not isinstance(cell, (list, tuple))]
    numbers = [number for text in texts if (number := _number(text)) is not None]
    distinct = set(texts)
    if texts and len(numbers) == len(texts) and known is None:
        if len(distinct) < 2:
            return None, "the same in every row"
        return SlotColumn(name, column, "amount"), ""
    lists = [cell for cell in present if isinstance(cell, (list, tuple))]
    if lists:
        return SlotColumn(name, column), ""
    separator = next((sign for sign in SEPARATORS if _parts(texts, sign)), "|")
    values = {part.strip() for text in texts for part in text.split(separator)}
    if len(values) < 2 and known is None:
        return None, "the same in every row"
    if fmean(map(len, values)) > LONGEST_CHOICE_CHARS or any(value.startswith(("http://", "https://")) for value in values):
        return None, "long texts or links, not values to choose by"
    if known is None and len(values) > max(20, min(MOST_CHOICES, len(present) // 3)):
        return None, f"{len(values)} different values, too many to choose by"
    return SlotColumn(name, column, "choice", separator), ""


def _parts(texts: Sequence[str], sign: str) -> bool:
    """True where the sign parts values in a good share of cells and the parts come back in other cells."""
    holding = [text for text in texts if sign in text]
    if len(holding) < max(2, len(texts) // 50):
        return False
    parts = [part.strip() for text in holding for part in text.split(sign)]
    return len(set(parts)) <= 0.6 * len(parts) and fmean(map(len, parts)) < 30


def _slot_name(column: str) -> str:
    name = "".join(character if character.isalnum() else "_" for character in column.casefold()).strip("_")
    return name or "other"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
