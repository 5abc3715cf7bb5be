"""One import from beginning to end: open, understand, check, write the folder at once or not at all."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.catalogue import CatalogueError, load_catalogue
from recommender.importing.attributes import derivable_slots, derive
from recommender.importing.behaviour import read_behaviour
from recommender.importing.columns import FIELDS, SlotColumn, shape_of
from recommender.importing.files import read_source
from recommender.importing.page import page
from recommender.importing.reading import Confirm, Understood, understand, values_of
from recommender.importing.report import Dropped, ImportReport
from recommender.importing.sales import Sales, read_sales
from recommender.importing.titles import shouted, tidy_title
from recommender.importing.words import word_list
from recommender.importing.writing import refuse_to_lose, shop_toml, write_folder
from recommender.shop import load_schema
from recommender.tables import Problem, Table

CATALOGUE_FILE, INTERACTIONS_FILE, REPORT_FILE = "catalogue.csv", "interactions.parquet", "report.html"
PASSES = 100
"""Rounds of leaving broken rows out before an import gives up."""


@dataclass(frozen=True)
class Choices:
    """What the owner decided; the rest is guessed."""

    name: str | None = None
    id: str | None = None
    about: str = ""
    currency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to column."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slot to column."""
    ignore: Sequence[str] = ()
    encoding: str | None = None
    sheet: str | None = None
    derive: bool = True
    skip_broken: bool = False
    interactions: Path | None = None
    interaction_columns: Mapping[str, str] = field(default_factory=dict)
    replace: bool = False
    """Put the new shop in the place of one that is there; the old one is kept beside it."""
    refresh: bool = False
    """Replace the items of the shop that is there and keep its shop.toml."""


@dataclass
class Draft:
    """A shop before it is written."""

    table: pd.DataFrame
    """id, title and whatever else, by canonical name; several values parted by a bar."""
    slots: list[SlotColumn]
    currency: str | None
    columns: dict[str, str]
    left_out: dict[str, str]
    dropped: list[Dropped]
    notes: list[str]
    purchases: pd.DataFrame
    shape: str = "catalogue"
    derived: tuple[str, ...] = ()


def import_shop(
    source: Path, to: Path, choices: Choices, *, confirm: Confirm | None = None, stage: Callable[[str], None] | None = None
) -> ImportReport:
    """Turn a file into a shop folder.

    ``confirm`` is shown the guessed columns and may refuse; ``stage`` hears what is being done. Raises TableError (line and
    column of what is broken), ColumnError, ShopError or ImportRefused; ``to`` is then as it was.
    """
    stage = stage or _unheard
    began = time.perf_counter()
    refuse_to_lose(to, replace=choices.replace or choices.refresh)
    settings = (to / "shop.toml").read_text(encoding="utf-8") if choices.refresh and (to / "shop.toml").exists() else None
    stage("reading")
    table = read_source(source, encoding=choices.encoding, sheet=choices.sheet)
    stage("understanding")
    rows, shape = len(table), str(shape_of(table))
    if shape == "sales":
        draft = _from_sales(read_sales(table, choices.columns))
    else:
        draft = _from_catalogue(table, choices, confirm)
        shape = draft.shape
    if choices.derive:
        _derive(draft)
    report, toml = _describe(source, to, shape, rows, draft, choices)
    stage("writing")

    def fill(folder: Path) -> None:
        draft.table.to_csv(folder / CATALOGUE_FILE, index=False, lineterminator="\n")
        if len(draft.purchases):
            draft.purchases.to_parquet(folder / INTERACTIONS_FILE, index=False)
        (folder / "shop.toml").write_text(settings or toml, encoding="utf-8")
        (folder / REPORT_FILE).write_text(page(report), encoding="utf-8")
        load_catalogue(folder, load_schema(folder))

    write_folder(to, fill)
    return replace(report, seconds=time.perf_counter() - began)


def _unheard(_: str) -> None:
    """Nobody asked what is being done."""


def _from_sales(sales: Sales) -> Draft:
    currency = None
    notes = list(sales.notes)
    for country in sales.countries:
        currency = word_list("columns")["currencies"]["countries"].get(country)
        if currency:
            notes.append(f"Prices are taken to be in {currency}, because most sales are in {country}; --currency says otherwise.")
        break
    return Draft(
        table=sales.products, slots=[], currency=currency, columns=dict(sales.columns), left_out={}, dropped=list(sales.dropped),
        notes=notes, purchases=sales.purchases,
    )


def _from_catalogue(table: Table, choices: Choices, confirm: Confirm | None) -> Draft:
    dropped: list[Dropped] = []
    read = _understood(table, choices, confirm, dropped)
    fields, slots = read.columns.fields, read.columns.slots
    frame = pd.DataFrame({name: read.table.columns[column] for name, column in fields.items()})
    frame["title"] = _tidied([str(title) for title in frame["title"]])
    for slot in slots:
        cells: Sequence[Any] = read.table.columns[slot.column] if slot.kind == "amount" else values_of(read.table, slot)
        frame[slot.slot] = list(cells)
    notes = list(read.notes)
    if "stock" not in fields:
        notes.append("The file says nothing of stock, so shoptalk will never claim that a thing is in stock.")
    if "price" not in fields:
        notes.append("The file names no prices, so shoptalk will not speak of prices; --column price=NAME says where they are.")
    taken = {name: (column, *read.columns.beside.get(name, ())) for name, column in fields.items()}
    taken |= {"price": read.columns.beside["price"]} if "price" in read.columns.beside else {}
    taken |= {slot.slot: tuple(one.column for one in (slot, *slot.also)) for slot in slots}
    columns = {name: " and ".join(dict.fromkeys(named)) for name, named in taken.items()}
    left_out = dict(read.columns.left_out)
    draft = Draft(frame, list(slots), read.currency, columns, left_out, dropped, notes, pd.DataFrame(), read.shape)
    if choices.interactions:
        log = read_source(choices.interactions, encoding=choices.encoding)
        draft.purchases = read_behaviour(log, choices.interaction_columns, set(frame["id"].astype(str)), dropped, read.item_of)
    else:
        notes.append("No interactions were given, so the shop begins by what things are, not by what people like.")
    return draft


def _understood(table: Table, choices: Choices, confirm: Confirm | None, dropped: list[Dropped]) -> Understood:
    """The table made plain; broken rows are left out one round at a time, where the owner asked for that."""
    broken: Counter[str] = Counter()
    for _ in range(PASSES):
        try:
            read = understand(table, choices.columns, choices.slots, choices.ignore, confirm)
        except CatalogueError as error:
            lines = {problem.line for problem in error.problems}
            if not choices.skip_broken or all(line in lines for line in table.lines) or 1 in lines - set(table.lines):
                raise
            broken.update(str(problem) for problem in error.problems)
            table, confirm = table.without(lines), None
        else:
            if broken:
                dropped.append(Dropped("rows", len(broken), "broken, and left out as asked", tuple(list(broken)[:6])))
            return read
    raise CatalogueError(table.file, [Problem(1, "", f"is still broken after {PASSES} rounds of leaving rows out")])


def _tidied(titles: list[str]) -> list[str]:
    caps = shouted(titles)
    return [tidy_title(title, recase=caps) or title for title in titles]


def _derive(draft: Draft) -> None:
    """Read from titles what the file has no column for."""
    fed = {slot.slot for slot in draft.slots}
    found = derive(draft.table["title"].tolist(), [slot for slot in derivable_slots() if slot not in fed])
    for slot, values in found.items():
        draft.table[slot] = ["|".join(named) for named in values]
        draft.slots.append(SlotColumn(slot, slot))
    draft.derived = tuple(found)


def _describe(source: Path, to: Path, shape: str, rows: int, draft: Draft, choices: Choices) -> tuple[ImportReport, str]:
    values: dict[str, dict[str, int]] = {}
    coverage: dict[str, float] = {}
    for slot in draft.slots:
        cells = draft.table[slot.slot]
        if slot.kind == "choice":
            texts = cells.fillna("").astype(str)
            values[slot.slot] = dict(Counter(value for text in texts for value in text.split("|") if value).most_common())
            coverage[slot.slot] = float((texts != "").mean())
        else:
            coverage[slot.slot] = float(pd.to_numeric(cells, errors="coerce").notna().mean())
    fields = {name: name for name in FIELDS if name in draft.table}
    notes = list(draft.notes)
    currency = choices.currency or draft.currency
    if currency is None:
        currency = "USD"
        if "price" in fields:
            notes.append("Nothing names the currency; USD is assumed, and --currency says otherwise.")
    name = choices.name or re.sub(r"[-_]+", " ", to.absolute().name).title()
    identity = choices.id or _slug(to.absolute().name)
    shop = {"id": identity, "name": name, "about": choices.about, "currency": currency, "language": "en"}
    interactions: dict[str, Any] | None = None
    if len(draft.purchases):
        weights = word_list("columns")["interactions"]["weights"]
        kinds = set(draft.purchases["kind"]) if "kind" in draft.purchases else set()
        named = {name: name for name in ("shopper", "item", "kind", "time") if name in draft.purchases}
        interactions = {"file": INTERACTIONS_FILE, **named}
        interactions["weights"] = {kind: weights.get(kind.casefold(), 1.0) for kind in sorted(kinds)}
    by_month: dict[str, int] = {}
    if len(draft.purchases) and "time" in draft.purchases:
        months = draft.purchases["time"].astype(str).str[:7].value_counts().sort_index()
        by_month = {str(month): int(n) for month, n in months.items()}
    twice = int(draft.table["title"].str.casefold().duplicated().sum())
    if twice:
        notes.append(f"{twice} items share their title with another; spoken, they cannot be told apart.")
    notes.append("No policies (returns, delivery ...) are known; write them into shop.toml, or they cannot be answered.")
    topic_last = sorted(draft.slots, key=lambda slot: slot.slot != "category")
    toml = shop_toml(shop, fields, topic_last, values, interactions, catalogue_file=CATALOGUE_FILE)
    prices = pd.to_numeric(draft.table["price"], errors="coerce").dropna().tolist() if "price" in fields else []
    report = ImportReport(
        source=source.name, shape=shape, rows=rows, items=len(draft.table), currency=currency,
        shopper_count=int(draft.purchases["shopper"].nunique()) if len(draft.purchases) else 0,
        interaction_count=len(draft.purchases), columns=draft.columns, left_out=draft.left_out, coverage=coverage,
        derived=draft.derived, values=values, dropped=tuple(draft.dropped), notes=tuple(notes), prices=tuple(prices),
        purchases_by_month=by_month,
    )
    return report, toml


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return slug or "shop"
