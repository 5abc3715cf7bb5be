"""What people did (views, wishes, purchases), from whatever file holds it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recommender.importing.columns import find_fields
from recommender.importing.report import Dropped
from recommender.importing.sales import ids, times
from recommender.importing.words import word_list
from recommender.tables import Problem, Table, TableError


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
    problems: list[Problem] = []
    log["shopper"], log["item"] = ids(log["shopper"]), ids(log["item"]).map(lambda item: item_of.get(item, item))
    if "kind" in log:
        log["kind"] = ids(log["kind"])
    if "time" in log and not pd.api.types.is_numeric_dtype(log["time"]):
        log["time"] = times(table, log["time"], columns["time"], problems).dt.strftime("%Y-%m-%dT%H:%M:%S")
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
