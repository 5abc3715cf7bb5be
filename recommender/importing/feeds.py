"""Exports that shop systems write: a Shopify or WooCommerce product export, and a Google Merchant feed (XML or text).

Shapes after Shopify's "Using CSV files to import and export products", WooCommerce's "Product CSV Import Schema" and Google's
"Product data specification".
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from xml.parsers import expat

from recommender.catalogue import CatalogueError
from recommender.importing.cells import absent, broken_prices, number, plain_prices
from recommender.importing.variants import Variants, grouped
from recommender.importing.words import plain
from recommender.tables import Problem, Table, TableError

_UNSOLD = {"draft", "archived"}
_NOT_AN_OPTION = {"", "title"}
_SHOPIFY_NAMES = {
    "handle": "urlhandle", "title": "title", "bodyhtml": "description", "vendor": "vendor", "productcategory": "productcategory",
    "type": "type", "tags": "tags", "published": "publishedononlinestore", "status": "status", "variantprice": "price",
    "variantinventoryqty": "inventoryquantity", "variantinventorypolicy": "continuesellingwhenoutofstock",
    **{f"option{number}{part}": f"option{number}{part}" for number in (1, 2, 3) for part in ("name", "value")},
}
"""What a column of an export is called before 2025, and since."""


def adapt(table: Table) -> tuple[Table, str]:
    """The table with one row an item, and what it was: "shopify", "google", "woocommerce" or "catalogue" (then as it came)."""
    names = {plain(column): column for column in table.columns}
    if {"handle", "title", "variantprice"} <= set(names) or {"urlhandle", "title", "price"} <= set(names):
        return _shopify(table, names), "shopify"
    if {"id", "title", "availability", "price"} <= set(names):
        return _google(table, names), "google"
    if {"id", "type", "sku", "name", "regularprice"} <= set(names):
        return _woocommerce(table, names), "woocommerce"
    return table, "catalogue"


def parse_google_xml(file: str, raw: bytes) -> Table:
    """An RSS or Atom feed of products. Raises TableError with the line where the XML breaks."""
    entries = _Entries()
    try:
        entries.parser.Parse(raw, True)
    except expat.ExpatError as error:
        says = f"is not whole XML: {expat.errors.messages[error.code]}"
        raise TableError(file, [Problem(error.lineno, "", says)]) from None
    except _DocumentTypeError:
        raise TableError(file, [Problem(1, "", "declares a document type, which product feeds do not; it is not read")]) from None
    if not entries.rows:
        raise TableError(file, [Problem(1, "", "holds no <item> or <entry>; is it a product feed?")])
    names = list(dict.fromkeys(name for row in entries.rows for name in row))
    return Table(file, {name: [_one(row.get(name, [])) for row in entries.rows] for name in names}, entries.lines)


class _DocumentTypeError(Exception):
    """The file declares entities, which make XML dangerous."""


class _Entries:
    """Every <item> or <entry>: the texts of its parts by name, and the line on which it begins."""

    def __init__(self) -> None:
        self.rows: list[dict[str, list[str]]] = []
        self.lines: list[int] = []
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler = self._read
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._depth = 0
        self._text: list[str] = []

    def _begin(self, name: str, _: object) -> None:
        if self._depth:
            self._depth += 1
            self._text = [] if self._depth == 2 else self._text
        elif _local(name) in ("item", "entry"):
            self._depth = 1
            self.rows.append({})
            self.lines.append(self.parser.CurrentLineNumber)

    def _end(self, name: str) -> None:
        if self._depth == 2:
            self.rows[-1].setdefault(_local(name), []).append(" ".join("".join(self._text).split()))
        self._depth = max(0, self._depth - 1)

    def _read(self, text: str) -> None:
        if self._depth >= 2:
            self._text.append(text)

    def _refuse(self, *_: object) -> None:
        raise _DocumentTypeError


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _one(parts: Sequence[str]) -> object:
    return None if not parts else parts[0] if len(parts) == 1 else list(parts)


def _google(table: Table, names: dict[str, str]) -> Table:
    """The shop's own product types before Google's; a sale price only while it holds."""
    columns = dict(table.columns)
    if "saleprice" in names and "salepriceeffectivedate" in names:
        now = datetime.datetime.now(datetime.UTC)
        sale, when = columns[names["saleprice"]], columns.pop(names["salepriceeffectivedate"])
        columns[names["saleprice"]] = [price if _holds(span, now) else None for price, span in zip(sale, when, strict=True)]
    if "producttype" in names and "googleproductcategory" in names:
        del columns[names["googleproductcategory"]]
    return Table(table.file, columns, table.lines)


def _holds(span: object, now: datetime.datetime) -> bool:
    """Whether a moment lies in "2026-02-24T11:07+0100/2026-02-29T23:07+0100"; always where nothing readable is said."""
    try:
        begins, ends = (datetime.datetime.fromisoformat(part.strip()) for part in str(span).split("/"))
        return begins.astimezone() <= now <= ends.astimezone()
    except ValueError:
        return True


def _woocommerce(table: Table, names: dict[str, str]) -> Table:
    """What is published, named attributes as columns, and every variation under the product it belongs to."""
    shown = table.columns[names["published"]] if "published" in names else [1] * len(table)
    table = table.without({line for line, cell in zip(table.lines, shown, strict=True) if number(cell) in (0.0, -1.0)})
    columns = dict(table.columns)
    variation = ["variation" in str(kind) for kind in columns.pop(names["type"])]
    ids = [f"id:{name}" for name in columns[names["id"]]]
    own = [name if absent(sku) else str(sku) for sku, name in zip(columns[names["sku"]], ids, strict=True)]
    by_id = dict(zip(ids, own, strict=True))
    parents = [str(cell or "") for cell in columns.get(names.get("parent", ""), [""] * len(table))]
    belongs = [by_id.get(up, up) if varies else key for up, varies, key in zip(parents, variation, own, strict=True)]
    columns[names.get("parent", "Parent")] = list(belongs)
    for name, column in names.items():
        if name.startswith("attribute") and name.endswith("name"):
            values = columns.pop(names.get(name.removesuffix("name") + "values", ""), [None] * len(table))
            called = columns.pop(column)
            told = {(up, title) for up, title, varies in zip(belongs, called, variation, strict=True) if varies}
            for row, title in enumerate(called):  # what variations name, their product names for all of them, sold out or not
                if not absent(title) and (variation[row] or (belongs[row], title) not in told):
                    columns.setdefault(str(title), [None] * len(table))[row] = _listed(values[row])
    return Table(table.file, columns, table.lines)


def _shopify(table: Table, names: dict[str, str]) -> Table:
    """Lines of one handle as one item: its first title, its lowest price, the stock of all variants, the options as values."""
    names = {old: names[spelled] for old, new in _SHOPIFY_NAMES.items() for spelled in (new, old) if spelled in names}

    def cells(name: str) -> Sequence[object]:
        return table.columns[names[name]] if name in names else [None] * len(table)

    handles = cells("handle")
    nameless = [row for row, handle in enumerate(handles) if absent(handle)]
    if nameless:
        raise CatalogueError(table.file, [Problem(table.lines[row], names["handle"], "is empty") for row in nameless])
    status, published = cells("status"), cells("published")
    items = Variants([rows for rows in grouped(handles).groups if _is_sold(status[rows[0]], published[rows[0]])])
    if not items.groups:
        raise TableError(table.file, [Problem(1, names.get("status", ""), "no product is active, so there is nothing to sell")])
    prices, _ = plain_prices(cells("variantprice"))
    units, titles = cells("variantinventoryqty"), cells("title")
    problems = broken_prices(prices, table.lines, names["variantprice"])
    for line, unit in zip(table.lines, units, strict=True):
        counting = number(unit)
        if not absent(unit) and (counting is None or not counting.is_integer()):
            problems.append(Problem(line, names["variantinventoryqty"], f"{str(unit)[:40]!r} is not a whole number of units"))
    for rows in items.groups:
        named = [row for row in rows if not absent(titles[row])]
        twice = [row for row in named if titles[row] != titles[named[0]]]
        already = f"the handle {str(handles[rows[0]])[:40]!r} is already on line {table.lines[rows[0]]} with another title"
        problems += [Problem(table.lines[row], names["handle"], already) for row in twice]
    if problems:
        raise CatalogueError(table.file, sorted(problems, key=lambda problem: problem.line))
    on = [str(policy or "").casefold() == "continue" for policy in cells("variantinventorypolicy")]
    sold = [
        not absent(price) and (absent(unit) or on_order or (number(unit) or 0) > 0)
        for price, unit, on_order in zip(prices, units, on, strict=True)
    ]
    types = zip(items.first(cells("type")), items.first(cells("productcategory")), strict=True)
    columns: dict[str, list[object]] = {
        names["handle"]: items.first(handles), names["title"]: items.first(cells("title")),
        "Body (HTML)": items.first(cells("bodyhtml")), "Vendor": items.first(cells("vendor")),
        "Type": [kind or _last_step(category) for kind, category in types],
        "Tags": [_listed(cell) for cell in items.first(cells("tags"))],
        names["variantprice"]: items.lowest(prices, sold),
    }
    if "variantinventoryqty" in names:
        counted = [None if more and not (number(unit) or 0) > 0 else unit for unit, more in zip(units, on, strict=True)]
        columns["Variant Inventory Qty"] = items.units(counted, sold)
    for option, values in _options(cells, items, sold).items():
        columns.setdefault(option, values)
    if not any(columns["Tags"]):
        del columns["Tags"]
    return Table(table.file, columns, items.lines(table.lines))


def _is_sold(status: object, published: object) -> bool:
    return str(status or "active").casefold() not in _UNSOLD and str(published or "true").casefold() != "false"


def _options(
    cells: Callable[[str], Sequence[object]], items: Variants, sold: Sequence[bool]
) -> dict[str, list[object]]:
    """Option name ("Color") to each item's values, of the variants that can be had."""
    found: dict[str, list[object]] = {}
    for number_of in (1, 2, 3):
        called, values = items.first(cells(f"option{number_of}name")), items.every(cells(f"option{number_of}value"), sold)
        for item, (name, held) in enumerate(zip(called, values, strict=True)):
            if plain(name or "") not in _NOT_AN_OPTION:
                found.setdefault(str(name).strip(), [None] * len(items.groups))[item] = held
    return found


def _listed(cell: object) -> list[str] | None:
    return [part.strip() for part in str(cell or "").split(",") if part.strip()] or None


def _last_step(cell: object) -> object:
    return str(cell).split(">")[-1].strip() if cell else None
