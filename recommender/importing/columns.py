"""Which column is what: guessed from names and contents, shown to the owner, overruled by flags."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Literal

from recommender.importing.cells import absent, is_flag, number, plain_prices, plain_stock, present
from recommender.importing.words import parts, plain, word_list
from recommender.tables import Problem, Table, TableError

Shape = Literal["catalogue", "sales"]
MOST_CHOICES = 400
"""A column of more different values than this is no choice a shopper could name, unless few beside the rows."""
LONGEST_CHOICE_CHARS = 60
LOOKED_AT = 5_000
"""Cells of a column looked at when guessing."""
AGREEING = 0.9
"""Share of a column's cells that must be of the kind that its name only suggests."""
FIELDS = ("id", "title", "description", "price", "stock", "launched", "margin")
SEPARATORS = ("|", ";", ",", ">", "/")
CATEGORY = "category"
_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})")


class ColumnError(Exception):
    """A column that was named but is not there, or one that is needed and was not found; one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class SlotColumn:
    """A column that feeds a slot."""

    slot: str
    column: str
    kind: Literal["choice", "amount"] = "choice"
    separator: str = "|"
    also: tuple[SlotColumn, ...] = ()
    """Columns whose values follow this one's: the wider categories."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a catalogue was taken for."""

    fields: Mapping[str, str]
    """id, title, description, price, stock, launched, margin: those that were found, to the file's column."""
    slots: tuple[SlotColumn, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Column to why it is not used."""
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field to columns that are read with it: other prices, best first, and whether there is stock at all."""


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
    missing = [column for column in (*ignore, *(slots or {}).values()) if column not in table.columns]
    if missing:
        raise ColumnError(f"{table.file} has no column {missing[0]!r}; it has {', '.join(map(repr, table.columns))}.")
    named = {column: slot for slot, column in (slots or {}).items()}
    free = Table(table.file, {name: cells for name, cells in table.columns.items() if name not in ignore}, table.lines)
    found, beside = _fields(free, fields or {}, named)
    for needed in ("title", "id"):
        if needed not in found:
            advice = f"no column looks like the {needed}; say which with --column {needed}=NAME"
            raise TableError(table.file, [Problem(1, needed, advice)])
    chosen: list[SlotColumn] = []
    left_out: dict[str, str] = dict.fromkeys(ignore, "as asked")
    used = {*found.values(), *(column for columns in beside.values() for column in columns)} - set(named)
    for column, cells in free.columns.items():
        if column in used:
            continue
        why = "" if column in named else _of_no_use(column, found)
        slot = None
        if not why:
            slot, why = _slot(column, cells, named.get(column) or _slot_of(column), given=column in named)
        twin = next((other for other in chosen if slot is not None and other.slot == slot.slot), None)
        if slot is None:
            left_out[column] = why
        elif twin is None or column in named:
            chosen.append(slot)
        elif twin.slot == CATEGORY and "choice" == twin.kind == slot.kind:
            chosen[chosen.index(twin)] = _narrowest(table, (replace(twin, also=()), *twin.also, slot))
        else:
            left_out[column] = "another column already feeds that slot"
    return Columns(found, tuple(chosen), left_out, beside)


def _fields(
    table: Table, given: Mapping[str, str], named: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Field to column, and the columns read beside it."""
    words = word_list("columns")
    found = find_fields(table, words["fields"], given)
    beside: dict[str, tuple[str, ...]] = {}
    for name, head in words["heads"].items():
        if name not in found and name not in given:
            fits = [column for column in table.columns if column not in found.values() and column not in named]
            fits = [column for column in fits if _suggests(column, head) and _agrees(name, table.columns[column])]
            if name == "stock":
                fits.sort(key=lambda column: is_flag(column, table.columns[column]))
            if fits:
                found[name], other = fits[0], fits[1:]
                flags = tuple(column for column in other if name == "stock" and is_flag(column, table.columns[column]))
                beside |= {name: flags} if flags else {}
    if "id" not in found and "id" not in given and "title" in found and _agrees("id", table.columns[found["title"]]):
        found["id"] = found["title"]
    others = [_among(table, words["prices"][kind], found) for kind in ("reduced", "recommended")]
    if "price" not in given:
        prices = [*others[0], *([found["price"]] if "price" in found else []), *others[1]]
        if prices:
            found["price"] = found.get("price", prices[0])
            beside["price"] = tuple(prices)
    if "stock" in found and "stock" not in given and "stock" not in beside:
        beside["stock"] = tuple(column for column in _among(table, words["stock_words"]["flags"], found) if column not in named)
    return found, {name: columns for name, columns in beside.items() if columns and columns != (found[name],)}


def _among(table: Table, spellings: Sequence[str], found: Mapping[str, str]) -> list[str]:
    wanted = {plain(spelling): place for place, spelling in enumerate(spellings)}
    columns = [column for column in table.columns if plain(column) in wanted and column not in found.values()]
    return sorted(columns, key=lambda column: wanted[plain(column)])


def _suggests(column: str, head: Mapping[str, Sequence[str]]) -> bool:
    said = set(parts(column))
    return not said.isdisjoint(head["words"]) and said.isdisjoint(head["never"])


def _agrees(name: str, cells: Sequence[object]) -> bool:
    """Whether what a column holds can be the field."""
    held = present(cells[:LOOKED_AT])
    if not held or any(isinstance(cell, (list, dict)) for cell in held):
        return False
    texts = [str(cell).strip() for cell in held]
    different = len(set(texts)) / len(texts)
    match name:
        case "id":
            return len(held) == len(cells[:LOOKED_AT]) and different == 1 and max(map(len, texts)) <= LONGEST_CHOICE_CHARS
        case "title" | "description":
            return different > 0.3 and fmean(any(map(str.isalpha, text)) for text in texts) > AGREEING
        case "price":
            return fmean(number(cell) is not None for cell in plain_prices(held)[0]) > AGREEING
        case "stock":
            units = plain_stock(held, flag=False)
            return fmean(unit is None or isinstance(unit, int) for unit in units) > AGREEING
        case _:
            return fmean(isinstance(cell, datetime.date) or bool(_DATE.match(str(cell))) for cell in held) > AGREEING


def _of_no_use(column: str, found: Mapping[str, str]) -> str:
    """Why nobody chooses by a column of such a name; "" where one may."""
    words = word_list("columns")
    said = parts(column)
    if plain(column) in {plain(name) for name in words["ignored"]["names"]} or {*said} & {*words["ignored"]["links"]}:
        return "nothing a shopper chooses by"
    if {*said} & {*words["ignored"]["identifiers"]} and not {*said} & {"of"}:
        return "names a row, not something to choose by"
    for name in ("price", "stock"):
        if name in found and not {*said}.isdisjoint(words["heads"][name]["words"]) and _slot_of(column) is None:
            return f"another {name} is used"
    return ""


def _slot_of(column: str) -> str | None:
    """The slot that a column's name means, whatever stands about it ("attributes.color", "Main Category")."""
    words = word_list("columns")
    names: dict[str, str] = {plain(name): slot for slot, spelled in words["slots"].items() for name in spelled}
    if plain(column) in names:
        return names[plain(column)]
    said = [word for word in parts(column) if word not in words["ignored"]["says_nothing"] and not word.isdigit()]
    if "".join(said) in names:
        return names["".join(said)]
    return CATEGORY if said and names.get(said[-1]) == CATEGORY else None


def _narrowest(table: Table, slots: Sequence[SlotColumn]) -> SlotColumn:
    """One slot of several columns of categories, that with the most different values first."""
    ordered = sorted(slots, key=lambda slot: -len({str(cell) for cell in table.columns[slot.column]}))
    return replace(ordered[0], also=tuple(ordered[1:]))


def _slot(column: str, cells: Sequence[object], known: str | None, *, given: bool) -> tuple[SlotColumn | None, str]:
    held = present(cells[:LOOKED_AT])
    if not held:
        return None, "empty"
    name = known or _slot_name(column)
    texts = [str(cell).strip() for cell in held if not isinstance(cell, (list, tuple))]
    if texts and known is None and all(number(text) is not None for text in texts):
        return (None, "the same in every row") if len(set(texts)) < 2 else (SlotColumn(name, column, "amount"), "")
    if any(isinstance(cell, (list, tuple)) for cell in held):
        return SlotColumn(name, column), ""
    separator = next((sign for sign in SEPARATORS if _parts(texts, sign)), "|")
    values = {part.strip() for text in texts for part in text.split(separator)}
    if len(values) < 2 and not given:
        return None, "the same in every row"
    if fmean(map(len, values)) > LONGEST_CHOICE_CHARS or any(value.startswith(("http://", "https://")) for value in values):
        return None, "long texts or links, not values to choose by"
    if known is None and len(values) > max(20, min(MOST_CHOICES, len(held) // 3)):
        return None, f"{len(values)} different values, too many to choose by"
    return SlotColumn(name, column, "choice", separator), ""


def _parts(texts: Sequence[str], sign: str) -> bool:
    """True where the sign parts values in a good share of cells and the parts come back in other cells."""
    holding = [text for text in texts if sign in text]
    if len(holding) < max(2, len(texts) // 50):
        return False
    pieces = [part.strip() for text in holding for part in text.split(sign)]
    return len(set(pieces)) <= 0.6 * len(pieces) and fmean(map(len, pieces)) < 30 and not all(map(str.isdigit, pieces))


def _slot_name(column: str) -> str:
    return re.sub(r"\W+|_+", "_", column.casefold()).strip("_") or "other"


def merged(columns: Sequence[Sequence[object]]) -> list[object]:
    """Row by row the first cell that is filled in; zero counts as not filled in where another cell is."""
    rows = [[cell for cell in row if not absent(cell)] for row in zip(*columns, strict=True)]
    return [next((cell for cell in row if number(cell) != 0), row[0] if row else None) for row in rows]
