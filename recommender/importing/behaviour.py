"""What people did (views, wishes, purchases), from whatever file holds it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recommender.catalogue import MAX_ID_CHARS
from recommender.importing.columns import find_fields
from recommender.importing.report import Dropped
from recommender.importing.sales import ids, times
from recommender.importing.words import word_list
from recommender.tables import Problem, Table, TableError

FEWEST_SECONDS = 1e8
"""Since 1970, in a log of shoppers: smaller numbers are an order."""
UNITS_OF_SECONDS = {1e17: 1e9, 1e14: 1e6, 1e11: 1e3, FEWEST_SECONDS: 1.0}
"""From numbers of this size on, so many make a second: nano-, micro- and milliseconds."""
DAYS_AHEAD = 366
"""Made shops live a little in the future; a time further ahead is a slip."""


def read_behaviour(
    table: Table, given: Mapping[str, str], items: set[str], dropped: list[Dropped], item_of: Mapping[str, str]
) -> pd.DataFrame:
    """shopper, item, and kind and time where the file has them. Raises TableError naming what is missing or broken.

    ``item_of``: a variant's id to the item it is sold as.
    """
    known = {name: names for name, names in word_list("columns")["interactions"].items() if name != "weights"}
    columns = find_fields(table, known, given)
    missing = [name for name in ("shopper", "item") if name not in columns]
    if missing:
        advice = f"no column looks like the {missing[0]}; say which with --interaction-column {missing[0]}=NAME"
        raise TableError(table.file, [Problem(1, missing[0], advice)])
    log = pd.DataFrame({name: table.columns[column] for name, column in columns.items()})
    problems = [
        Problem(line, column, "is a list where one text is expected")
        for column in columns.values() for line, cell in zip(table.lines, table.columns[column], strict=True)
        if isinstance(cell, list)
    ]
    if problems:
        raise TableError(table.file, problems)
    log["shopper"], log["item"] = ids(log["shopper"]), ids(log["item"]).map(lambda item: item_of.get(item, item))
    if "kind" in log:
        log["kind"] = ids(log["kind"])
    if "time" in log:
        log["time"] = _moments(table, log["time"], columns["time"], problems)
    for row in log.index[log["shopper"].str.len() > MAX_ID_CHARS][:100]:
        too_long = f"is {len(log['shopper'][row]):,} characters long; at most {MAX_ID_CHARS} are allowed"
        problems.append(Problem(table.lines[row], columns["shopper"], too_long))
    for name in ("shopper", "item"):
        problems += [Problem(table.lines[row], columns[name], "is empty") for row in log.index[log[name] == ""][:100]]
    if problems:
        raise TableError(table.file, problems)
    known_items = log["item"].isin(items)
    if not known_items.any():
        strangers = "no item of this file is in the catalogue; is it the right column?"
        raise TableError(table.file, [Problem(2, columns["item"], strangers)])
    if not known_items.all():
        strange = log.loc[~known_items, "item"]
        examples = tuple(strange.unique()[:5])
        dropped.append(Dropped("interactions", len(strange), "of items that are not in the catalogue", examples))
    return log[known_items].reset_index(drop=True)


def _moments(table: Table, cells: pd.Series[str], column: str, problems: list[Problem]) -> pd.Series[str] | pd.Series[float]:
    """Times as ISO texts; numbers too small to be seconds since 1970 stay as they are, for they are an order."""
    numbers: pd.Series[float] = cells  # type: ignore[assignment]
    if not pd.api.types.is_numeric_dtype(cells):
        unread: list[Problem] = []
        read = times(table, cells, column, unread)
        numbers = pd.to_numeric(cells.astype(str), errors="coerce")
        if not unread or numbers.isna().any():
            problems += unread
            return _possible(table, cells, read, column, problems)
    problems += [Problem(table.lines[row], column, "is empty") for row in cells.index[numbers.isna()][:100]]
    usual = float(numbers.median())
    if not usual >= FEWEST_SECONDS:
        return numbers
    units = next(units for least, units in UNITS_OF_SECONDS.items() if usual >= least)
    return _possible(table, cells, pd.to_datetime(numbers / units, unit="s", errors="coerce"), column, problems)


def _possible(
    table: Table, cells: pd.Series[str], read: pd.Series[pd.Timestamp], column: str, problems: list[Problem]
) -> pd.Series[str]:
    last = pd.Timestamp.now() + pd.Timedelta(days=DAYS_AHEAD)
    never = "is a time at which nobody can have chosen anything"
    outside = read.index[(read < pd.Timestamp(0)) | (read > last)][:100]
    problems += [Problem(table.lines[row], column, f"{str(cells[row])[:40]!r} {never}") for row in outside]
    return read.dt.strftime("%Y-%m-%dT%H:%M:%S")
