"""A till's log (one line for each thing sold) as products with median prices, and purchases by shopper.

A log mixes things with services (postage, fees), notes ("damaged", "?") and cancellations. What is kept: codes of the usual
shape, named by their commonest description among real sales, priced at the median of what people paid. The rest is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.importing.columns import find_fields
from recommender.importing.report import Dropped
from recommender.importing.titles import shouted, tidy_title
from recommender.importing.words import word_list
from recommender.tables import Problem, Table, TableError

CANCELLED = "C"
"""Invoices whose number begins so take goods back."""
USUAL_SHARE = 0.9
"""Where so many lines have codes of one shape, other codes are not products."""
TIME_FORMATS = (
    "ISO8601", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%y %H:%M", "%d/%m/%y %H:%M", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y %H:%M",
)


@dataclass(frozen=True)
class Sales:
    """What a log holds."""

    products: pd.DataFrame
    """id, title, price (major units); ordered by id."""
    purchases: pd.DataFrame
    """shopper, item, kind, time, basket; ordered by time. Empty where the log names no shoppers."""
    columns: Mapping[str, str]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    countries: Mapping[str, int]


def read_sales(table: Table, given: Mapping[str, str] | None = None) -> Sales:
    """Products and purchases of a log. Raises TableError naming the line and column of a price, quantity or time that is none."""
    columns = find_fields(table, word_list("columns")["sales"]["fields"], given)
    log = pd.DataFrame({name: pd.Series(table.columns[column], dtype=object) for name, column in columns.items()})
    problems: list[Problem] = []
    log["price"] = _numbers(table, log, "price", columns, problems)
    log["quantity"] = _numbers(table, log, "quantity", columns, problems) if "quantity" in log else 1.0
    if "time" in log:
        log["time"] = times(table, log["time"], columns["time"], problems)
    if problems:
        raise TableError(table.file, sorted(problems, key=lambda problem: problem.line))
    for name in ("invoice", "item", "title"):
        log[name] = _texts(log[name])
    log["item"] = log["item"].str.upper()
    dropped: list[Dropped] = []
    log["back"] = log["invoice"].str.startswith(CANCELLED) | (log["quantity"] < 0)
    products_only = _usual_codes(log, dropped)
    log = log[products_only]
    sold = log[~log["back"] & (log["price"] > 0) & (log["quantity"] > 0) & (log["title"] != "")]
    unsold = len(log) - len(sold) - int(log["back"].sum())
    if log["back"].any():
        dropped.append(Dropped("lines", int(log["back"].sum()), "cancelled or taken back, so no purchases"))
    if unsold:
        dropped.append(Dropped("lines", unsold, "corrections of the stock: no price, no quantity or no description"))
    products = _products(sold, dropped)
    never = sorted(set(log["item"]) - set(sold["item"]))
    if never:
        dropped.append(Dropped("codes", len(never), "never sold at a price", tuple(never[:5])))
    purchases = _purchases(log, sold[sold["item"].isin(set(products["id"]))], dropped)
    notes = ["The log says nothing of stock, so shoptalk will never claim that a thing is in stock."]
    if "shopper" in columns:
        unnamed = int((ids(sold["shopper"]) == "").sum())
        if unnamed:
            notes.append(f"{unnamed:,} sales name no shopper; they count for prices and titles but teach no tastes.")
    else:
        notes.append("The log names no shoppers, so there are no interactions to learn from.")
    countries = sold["country"].value_counts().head(5).to_dict() if "country" in sold else {}
    return Sales(products, purchases, columns, tuple(dropped), tuple(notes), {str(name): int(n) for name, n in countries.items()})


def _usual_codes(log: pd.DataFrame, dropped: list[Dropped]) -> pd.Series[bool]:
    """True for lines whose code has the shape that nearly all have, and that are no service."""
    codes = log["item"].drop_duplicates()
    lengths = codes.str.extract(r"^(\d+)[A-Z]{0,3}$", expand=False).str.len()
    per_line = log["item"].map(dict(zip(codes, lengths, strict=True)))
    usual = per_line.mode()
    if len(usual) and (per_line == usual.iloc[0]).mean() >= USUAL_SHARE:
        fits = per_line == usual.iloc[0]
        shape = f"codes that are not {int(usual.iloc[0])} digits (and letters after), so not products"
    else:
        fits = log["item"].str.contains(r"\d")
        shape = "codes without a digit, so not products"
    titles = log["title"].str.lower().str.strip()
    services = word_list("columns")["tidy"]["services"]
    phrases = "|".join(re.escape(service) for service in services if " " in service)
    kinds = titles.drop_duplicates()
    service = set(kinds[kinds.isin(services) | kinds.str.contains(rf"\b(?:{phrases})\b")])
    is_service = titles.isin(service)
    for name, rows in ((shape, ~fits), ("services and vouchers, not things", fits & is_service)):
        found = log[rows]
        if len(found):
            commonest = found.groupby("item")["title"].agg(["size", "first"]).sort_values("size", ascending=False)
            shown = tuple(f"{code} {row['first'][:24]}".strip() for code, row in commonest.head(6).iterrows())
            dropped.append(Dropped("codes", len(commonest), f"{name}; {len(found):,} lines", shown))
    keep: pd.Series[bool] = fits & ~is_service
    return keep


def _products(sold: pd.DataFrame, dropped: list[Dropped]) -> pd.DataFrame:
    named = sold.groupby(["item", "title"], sort=True).size().reset_index(name="times")
    named = named.sort_values(["item", "times", "title"], ascending=[True, False, True]).drop_duplicates("item")
    price = sold.groupby("item")["price"].median()
    caps = shouted(named["title"].tolist())
    notes = word_list("columns")["tidy"]["notes"]
    note = re.compile(rf"\b(?:{'|'.join(map(re.escape, notes))})\b")
    lower = named["title"].str.lower().str.strip()
    unlike = named["title"] != named["title"].str.upper()
    junk = lower.isin(notes) | ~lower.str.contains(r"[a-z]{2}") | (unlike & lower.str.contains(note) if caps else False)
    if junk.any():
        shown = tuple(named.loc[junk, "title"].head(6))
        dropped.append(Dropped("codes", int(junk.sum()), "described only by notes, not by a name", shown))
    named = named[~junk]
    titles = [tidy_title(title, recase=caps) for title in named["title"]]
    products = pd.DataFrame({"id": named["item"].to_numpy(), "title": titles, "price": price[named["item"]].round(2).to_numpy()})
    return products[products["title"].str.len() > 0].reset_index(drop=True)


def _purchases(log: pd.DataFrame, sold: pd.DataFrame, dropped: list[Dropped]) -> pd.DataFrame:
    if "shopper" not in log:
        return pd.DataFrame(columns=["shopper", "item", "kind", "time", "basket"])
    bought = sold.assign(shopper=ids(sold["shopper"]))
    bought = bought[bought["shopper"] != ""]
    if "time" in bought:
        bought = bought.sort_values("time", kind="stable")
    back = log[log["back"]]
    back = back.assign(shopper=ids(back["shopper"]))
    keys = ["shopper", "item", "amount"]
    returned = back.assign(amount=back["quantity"].abs()).groupby(keys).size().rename("returns")
    bought = bought.assign(amount=bought["quantity"])
    bought["from_last"] = bought.groupby(keys).cumcount(ascending=False)
    counts = returned.reindex(pd.MultiIndex.from_frame(bought[keys]), fill_value=0).to_numpy()
    kept = bought["from_last"].to_numpy() >= counts
    if (~kept).any():
        dropped.append(Dropped("purchases", int((~kept).sum()), "taken back later in the same quantity by the same shopper"))
    bought = bought[kept]
    out = {"shopper": bought["shopper"], "item": bought["item"], "kind": "purchase"}
    if "time" in bought:
        out["time"] = bought["time"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    return pd.DataFrame({**out, "basket": bought["invoice"]}).reset_index(drop=True)


def _numbers(table: Table, log: pd.DataFrame, name: str, columns: Mapping[str, str], problems: list[Problem]) -> pd.Series[float]:
    cells = log[name]
    numbers = pd.to_numeric(cells, errors="coerce")
    empty = cells.isna() | (cells == "")
    wrong = cells.index[numbers.isna() & ~empty][:100]
    problems += [Problem(table.lines[row], columns[name], f"{str(cells[row])[:40]!r} is not a number") for row in wrong]
    return numbers.fillna(0.0)


def times(table: Table, cells: pd.Series[str], column: str, problems: list[Problem]) -> pd.Series[pd.Timestamp]:
    """Read in the first usual way of writing times that fits every line."""
    different = cells.drop_duplicates()
    read: list[pd.Series[pd.Timestamp]] = []
    for form in TIME_FORMATS:
        read.append(pd.to_datetime(different, format=form, errors="coerce", utc=True).dt.tz_localize(None))
        if not read[-1].isna().any():
            break
    fullest = min(read, key=lambda times: int(times.isna().sum()))
    best = cells.map(dict(zip(different, fullest, strict=True)))
    wrong = cells.index[best.isna()][:100]
    advice = "is not a time; write it as 2026-05-31T14:05"
    problems += [Problem(table.lines[row], column, f"{str(cells[row])[:40]!r} {advice}") for row in wrong]
    return best


def _texts(cells: pd.Series[str]) -> pd.Series[str]:
    """Texts with single spaces."""
    return _each_once(cells, lambda cell: " ".join(_id(cell).split()))


def ids(cells: pd.Series[str]) -> pd.Series[str]:
    """Texts; numbers that were read as 17850.0 become "17850", what is missing becomes ""."""
    return _each_once(cells, _id)


def _id(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _each_once(cells: pd.Series[str], change: Callable[[object], str]) -> pd.Series[str]:
    """The same change of every cell, worked out once for each different cell."""
    codes, different = pd.factorize(cells, use_na_sentinel=False)
    changed = np.array([change(cell) for cell in different], dtype=object)
    return pd.Series(changed[codes], index=cells.index, dtype=object)
