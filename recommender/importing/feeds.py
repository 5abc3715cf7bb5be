"""Exports that shop systems write: a Shopify product export (several lines an item) and a Google Merchant feed (XML or text).

Shapes after Shopify's "Using CSV files to import and export products" and Google's "Product data specification".
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from recommender.importing.words import plain
from recommender.tables import Problem, Table, TableError

GOOGLE_NAMESPACE = "{http://base.google.com/ns/1.0}"
_TAG = re.compile(r"<[^>]*>")
_UNSOLD = {"draft", "archived"}
_NOT_AN_OPTION = {"", "title"}
_GONE = ("out of stock", "out_of_stock", "outofstock", "sold out")


def adapt(table: Table) -> tuple[Table, str]:
    """The table with one row an item, and what it was: "shopify", "google" or "catalogue" (then as it came)."""
    names = {plain(column): column for column in table.columns}
    if {"handle", "title", "variantprice"} <= set(names):
        return _shopify(table, names), "shopify"
    if {"id", "title", "availability", "price"} <= set(names):
        return _google(table, names), "google"
    return table, "catalogue"


def parse_google_xml(file: str, raw: bytes) -> Table:
    """An RSS or Atom feed of products. Raises TableError with the line where the XML breaks."""
    if b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
        raise TableError(file, [Problem(1, "", "declares a document type, which product feeds do not; it is not read")])
    try:
        root = ET.fromstring(raw)  # noqa: S314 - entities, which make XML dangerous, were refused above
    except ET.ParseError as error:
        raise TableError(file, [Problem(error.position[0], "", f"is not whole XML: {error}")]) from None
    rows: list[dict[str, list[str]]] = []
    for entry in root.iter():
        if entry.tag.rsplit("}", 1)[-1] not in ("item", "entry"):
            continue
        row: dict[str, list[str]] = {}
        for part in entry:
            name = part.tag.removeprefix(GOOGLE_NAMESPACE).rsplit("}", 1)[-1]
            row.setdefault(name, []).append(" ".join("".join(part.itertext()).split()))
        rows.append(row)
    if not rows:
        raise TableError(file, [Problem(1, "", "holds no <item> or <entry>; is it a product feed?")])
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Table(file, {name: [_one(row.get(name, [])) for row in rows] for name in names}, range(1, len(rows) + 1))


def _one(parts: Sequence[str]) -> object:
    return None if not parts else parts[0] if len(parts) == 1 else list(parts)


def _google(table: Table, names: dict[str, str]) -> Table:
    """Availability as stock, product types as their last steps, a sale price in the place of the price."""
    columns = dict(table.columns)
    gone = [str(cell or "").casefold().strip() in _GONE for cell in columns.pop(names["availability"])]
    columns["stock"] = [0 if out else None for out in gone]
    if "saleprice" in names:
        sale = columns.pop(names["saleprice"])
        columns[names["price"]] = [now or usual for now, usual in zip(sale, columns[names["price"]], strict=True)]
    for name in ("producttype", "googleproductcategory"):
        if name in names:
            columns[names[name]] = [_steps(cell) for cell in columns[names[name]]]
    if "producttype" in names and "googleproductcategory" in names:
        del columns[names["googleproductcategory"]]
    if "description" in names:
        columns[names["description"]] = [_text(cell) for cell in columns[names["description"]]]
    return Table(table.file, columns, table.lines)


def _steps(cell: object) -> list[str] | None:
    """"A > B > C" as C, B: the kind first, then what it belongs to."""
    texts = cell if isinstance(cell, list) else [str(cell)] if cell else []
    steps = [step.strip() for text in texts for step in reversed(str(text).split(">"))]
    return list(dict.fromkeys(step for step in steps if step and not step.isdigit()))[:2] or None


def _shopify(table: Table, names: dict[str, str]) -> Table:
    """Lines of one handle as one item: its first title, its lowest price, the stock of all variants, the options as values."""

    def cells(name: str) -> Sequence[object]:
        return table.columns[names[name]] if name in names else [None] * len(table)

    rows_of: dict[str, list[int]] = {}
    for row, handle in enumerate(cells("handle")):
        rows_of.setdefault(str(handle or ""), []).append(row)
    if "" in rows_of:
        raise TableError(table.file, [Problem(table.lines[row], names["handle"], "is empty") for row in rows_of[""]])
    status, published = cells("status"), cells("published")
    kept = {handle: rows for handle, rows in rows_of.items() if _is_sold(status[rows[0]], published[rows[0]])}
    names_kept = ("Title", "Body (HTML)", "Vendor", "Type", "Product Category", "Tags")
    firsts = {name: _first_each(cells(plain(name)), kept) for name in names_kept}
    columns: dict[str, list[object]] = {
        "Handle": list(kept), "Title": firsts["Title"], "Body (HTML)": [_text(cell) for cell in firsts["Body (HTML)"]],
        "Vendor": firsts["Vendor"],
        "Type": [kind or _last_step(category) for kind, category in zip(firsts["Type"], firsts["Product Category"], strict=True)],
        "Tags": [[tag.strip() for tag in str(cell or "").split(",") if tag.strip()] or None for cell in firsts["Tags"]],
        "Variant Price": [_lowest(cells("variantprice"), rows) for rows in kept.values()],
    }
    if "variantinventoryqty" in names:
        columns["Variant Inventory Qty"] = [_sum(cells("variantinventoryqty"), rows) for rows in kept.values()]
    for option, values in _options(cells, kept).items():
        columns.setdefault(option, values)
    if not any(columns["Tags"]):
        del columns["Tags"]
    return Table(table.file, columns, [table.lines[rows[0]] for rows in kept.values()])


def _is_sold(status: object, published: object) -> bool:
    return str(status or "active").casefold() not in _UNSOLD and str(published or "true").casefold() != "false"


def _options(cells: object, kept: dict[str, list[int]]) -> dict[str, list[object]]:
    """Option name ("Color") to each item's values."""
    read = cells
    assert callable(read)
    found: dict[str, dict[str, dict[str, None]]] = {}
    for number in (1, 2, 3):
        names, values = read(f"option{number}name"), read(f"option{number}value")
        for handle, rows in kept.items():
            name = next((str(names[row]).strip() for row in rows if names[row]), "")
            if plain(name) not in _NOT_AN_OPTION:
                held = found.setdefault(name, {}).setdefault(handle, {})
                held.update({str(values[row]).strip(): None for row in rows if values[row]})
    return {name: [list(by_handle.get(handle, {})) or None for handle in kept] for name, by_handle in found.items()}


def _first_each(cells: Sequence[object], kept: dict[str, list[int]]) -> list[object]:
    return [next((cells[row] for row in rows if cells[row] not in (None, "")), None) for rows in kept.values()]


def _lowest(cells: Sequence[object], rows: Sequence[int]) -> object:
    """The lowest price of the variants; a cell that is no number comes back as it is, to be named as broken."""
    present = [cells[row] for row in rows if cells[row] not in (None, "")]
    try:
        return min(present, key=lambda cell: float(str(cell)), default=None)
    except ValueError:
        return next(cell for cell in present if not _is_number(cell))


def _sum(cells: Sequence[object], rows: Sequence[int]) -> object:
    """Units of all variants; sold beyond the stock counts as none."""
    present = [float(str(cells[row])) for row in rows if cells[row] not in (None, "") and _is_number(cells[row])]
    return int(sum(max(0.0, units) for units in present)) if present else None


def _is_number(cell: object) -> bool:
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


def _last_step(cell: object) -> object:
    return str(cell).split(">")[-1].strip() if cell else None


def _text(cell: object) -> str:
    """HTML as plain text."""
    return " ".join(html.unescape(_TAG.sub(" ", str(cell or ""))).split())
