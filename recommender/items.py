"""Items as the index keeps them: texts in Parquet, everything else in the numpy columns; an Item is made when it is asked for."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow
import pyarrow.parquet

from recommender.facts import EPOCH, NO_DATE, NO_PRICE, STOCK_NOT_SAID, Facts
from recommender.types import Item


@dataclass(frozen=True, slots=True)
class ItemTable(Sequence[Item]):
    """A sequence of items over columns; a million of them cost no more than their text."""

    ids: Sequence[str]
    titles: pyarrow.ChunkedArray = field(repr=False)
    descriptions: pyarrow.ChunkedArray = field(repr=False)
    facts: Facts = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = int(index) + (len(self) if index < 0 else 0)
        facts = self.facts
        price, stock, days = int(facts.price_minor[position]), int(facts.stock[position]), int(facts.launched_days[position])
        numbers = {name: float(column[position]) for name, column in facts.numbers.items()}
        return Item(
            id=self.ids[position],
            title=self.titles[position].as_py(),
            description=self.descriptions[position].as_py(),
            price_minor=None if price == NO_PRICE else price,
            stock=None if stock == STOCK_NOT_SAID else stock,
            values={name: values for name, column in facts.choices.items() if (values := column.of(position))},
            numbers={name: number for name, number in numbers.items() if not np.isnan(number)},
            launched=None if days == NO_DATE else EPOCH + datetime.timedelta(days=days),
        )


def save_items(items: Sequence[Item], path: Path) -> None:
    """Write ids, titles and descriptions; the facts are written beside them."""
    table = pyarrow.table({
        "id": [item.id for item in items], "title": [item.title for item in items],
        "description": [item.description for item in items],
    })
    pyarrow.parquet.write_table(table, path, compression="zstd")


def load_items(path: Path, facts: Facts) -> ItemTable:
    """Read what ``save_items`` wrote."""
    table = pyarrow.parquet.read_table(path)
    return ItemTable(tuple(table.column("id").to_pylist()), table.column("title"), table.column("description"), facts)


def item_text(item: Item) -> str:
    """What is embedded of an item: its title, what it is like, and its description."""
    values = ", ".join(dict.fromkeys(value for found in item.values.values() for value in found))
    return ". ".join(part for part in (item.title, values, item.description) if part)
