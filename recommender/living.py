"""A catalogue that lives: prices, stock and items change without a rebuild, and the next query sees it.

Every change makes another shelf that shares what has not changed; queries in flight keep the one they began with. Changes are
journalled beside the version they belong to, each line on disk before it is seen, and hold until the next full build, which
reads the shop's own file. A line that a crash cut short is as if it had never been asked for.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pyarrow
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from recommender.catalogue import MAX_DESCRIPTION_CHARS, MAX_ID_CHARS, MAX_STOCK, MAX_TITLE_CHARS, MAX_VALUE_CHARS
from recommender.collaborative import ItemWeights
from recommender.dense import DenseIndex
from recommender.facts import NO_PRICE, STOCK_NOT_SAID, Choice, Choices, Facts, choice, facts_of
from recommender.items import ItemTable, item_text
from recommender.semantic import UNPROVEN, Codes, Inheritance, inherit, joined
from recommender.shelf import Shelf
from recommender.shoppers import most_popular
from recommender.types import Embedder, Item, Vectors

JOURNAL = "changes.jsonl"

PriceMinor = Annotated[int, Field(ge=0, le=10**11)]
Stock = Annotated[int, Field(ge=0, le=MAX_STOCK)]
Value = Annotated[str, Field(min_length=1, max_length=MAX_VALUE_CHARS)]


class ChangeError(ValueError):
    """A change that cannot be made; the message is one sentence, and nothing has been changed."""


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SetPrice(_Change):
    """The item costs this much from now on; None: the shop no longer says."""

    kind: Literal["price"] = "price"
    id: str
    price_minor: PriceMinor | None


class SetStock(_Change):
    """So many are left; None: the shop does not say."""

    kind: Literal["stock"] = "stock"
    id: str
    stock: Stock | None


class Withdraw(_Change):
    """The item is no longer sold."""

    kind: Literal["withdraw"] = "withdraw"
    id: str


class AddItem(_Change):
    """A new item, or a new text, values and all for one that is there."""

    kind: Literal["item"] = "item"
    id: Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS)]
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_CHARS)] = ""
    price_minor: PriceMinor | None = None
    stock: Stock | None = None
    values: Mapping[str, tuple[Value, ...]] = Field(default_factory=dict)
    numbers: Mapping[str, Annotated[float, Field(allow_inf_nan=False)]] = Field(default_factory=dict)
    launched: datetime.date | None = None

    def item(self) -> Item:
        return Item(self.id, self.title, self.description, self.price_minor, self.stock, self.values, self.numbers, self.launched)


Change = Annotated[SetPrice | SetStock | Withdraw | AddItem, Field(discriminator="kind")]
_changes: TypeAdapter[list[Change]] = TypeAdapter(list[Change])


def parse_changes(raw: object) -> list[Change]:
    """Check changes that came as JSON. Raises ChangeError naming the first that is wrong."""
    try:
        return _changes.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise ChangeError(f"change {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def changed(shelf: Shelf, changes: Sequence[Change], embedder: Embedder, topic: str | None) -> Shelf:
    """Another shelf with the changes made, all or none. ``topic`` names the taxonomy slot. Raises ChangeError."""
    added = {change.id: change.item() for change in changes if isinstance(change, AddItem)}
    known = set(added)
    for change in changes:
        if change.id not in shelf.positions and change.id not in known:
            raise ChangeError(f"There is no item {change.id!r}.")
    vectors = embedder.embed([item_text(item) for item in added.values()] + [item.title for item in added.values()])
    shelf = _with_items(shelf, list(added.values()), vectors, topic) if added else shelf
    facts = shelf.facts
    price, stock = facts.price_minor.copy(), facts.stock.copy()
    withdrawn = np.zeros(len(facts), np.bool_) if facts.withdrawn is None else facts.withdrawn.copy()
    positions = dict(shelf.positions)
    for change in changes:
        at = positions.get(change.id)
        if at is None:
            raise ChangeError(f"The item {change.id!r} has been withdrawn.")
        if isinstance(change, SetPrice):
            price[at] = NO_PRICE if change.price_minor is None else change.price_minor
        elif isinstance(change, SetStock):
            stock[at] = STOCK_NOT_SAID if change.stock is None else change.stock
        elif isinstance(change, Withdraw):
            withdrawn[at] = True
            del positions[change.id]
    facts = replace(facts, price_minor=price, stock=stock, withdrawn=withdrawn if withdrawn.any() else None)
    return replace(shelf, facts=facts, items=replace(shelf.items, facts=facts), positions=positions)


def _with_items(shelf: Shelf, items: list[Item], vectors: Vectors, topic: str | None) -> Shelf:
    """Append the items; one that was there before under the same id is withdrawn in favour of the new row."""
    before, count = len(shelf.items), len(items)
    facts = _appended(shelf.facts, facts_of(items))
    withdrawn = np.zeros(before + count, np.bool_)
    if shelf.facts.withdrawn is not None:
        withdrawn[:before] = shelf.facts.withdrawn
    positions = dict(shelf.positions)
    for row, item in enumerate(items, start=before):
        if item.id in positions:
            withdrawn[positions[item.id]] = True
        positions[item.id] = row
    facts = replace(facts, withdrawn=withdrawn if withdrawn.any() else None)
    table = ItemTable(
        [*shelf.items.ids, *(item.id for item in items)], _longer(shelf.items.titles, [item.title for item in items]),
        _longer(shelf.items.descriptions, [item.description for item in items]), facts,
    )
    dense = replace(shelf.dense, added=_stacked(shelf.dense.added, vectors[:count]))
    titles = None if shelf.titles is None else replace(shelf.titles, added=_stacked(shelf.titles.added, vectors[count:]))
    weights = ItemWeights(
        np.concatenate([shelf.weights.starts, np.full(count, shelf.weights.starts[-1])]), shelf.weights.targets,
        shelf.weights.weights,
    )
    topics = [item.values.get(topic, ()) if topic else () for item in items]
    codes = np.concatenate([shelf.semantic.codes, shelf.semantic.encode(topics, vectors[:count])])
    relatives = _relatives(shelf, codes, dense, [shelf.positions.get(item.id) for item in items])
    popular = np.concatenate([shelf.popularity, np.zeros(count, np.float32)])
    fresh = popular.copy()
    relatives.spread(fresh, UNPROVEN)
    popular[before:] = fresh[before:]
    for row, item in enumerate(items, start=before):
        if item.id in shelf.positions:
            popular[row] = popular[shelf.positions[item.id]]
    return replace(
        shelf, items=table, positions=positions, facts=facts, dense=dense, titles=titles, weights=weights,
        semantic=replace(shelf.semantic, codes=codes), inheritance=relatives, popularity=popular,
        by_popularity=most_popular(popular),
    )


def _relatives(shelf: Shelf, codes: Codes, dense: DenseIndex, replaced: Sequence[int | None]) -> Inheritance:
    """What the added rows inherit from: a new item from its relatives, a rewritten one from what it was."""
    before = len(shelf.items)
    chosen = np.ones(before, np.bool_)
    chosen[shelf.inheritance.new] = False
    new, warm = np.arange(before, before + len(replaced), dtype=np.int32), np.flatnonzero(chosen).astype(np.int32)
    more = inherit(codes, dense.rows, new, warm)
    mates = [more.of(before + row) for row in range(len(replaced))]
    for row, old in enumerate(replaced):
        if old is not None:
            mates[row] = np.array([old], np.int32) if chosen[old] else shelf.inheritance.of(old)
    return joined(shelf.inheritance, more.new, mates)


def _stacked(added: Vectors | None, vectors: Vectors) -> Vectors:
    return vectors if added is None else np.concatenate([added, vectors])


def _longer(column: pyarrow.ChunkedArray, texts: list[str]) -> pyarrow.ChunkedArray:
    return pyarrow.chunked_array([*column.chunks, pyarrow.array(texts, column.type)], column.type)


def _appended(facts: Facts, more: Facts) -> Facts:
    numbers = {
        name: np.concatenate([one.numbers.get(name, np.full(len(one), np.nan)) for one in (facts, more)])
        for name in dict.fromkeys([*facts.numbers, *more.numbers])
    }
    choices = Choices({
        name: _choices(facts.choices.get(name), len(facts), more.choices.get(name), len(more))
        for name in dict.fromkeys([*facts.choices, *more.choices])
    })
    return Facts(
        np.concatenate([facts.price_minor, more.price_minor]), np.concatenate([facts.stock, more.stock]),
        np.concatenate([facts.launched_days, more.launched_days]), numbers, choices,
    )


def _choices(first: Choice | None, first_count: int, second: Choice | None, second_count: int) -> Choice:
    nothing = np.zeros(0, np.int32)
    values = list(dict.fromkeys([*(first.values if first else ()), *(second.values if second else ())]))
    numbers = {value: number for number, value in enumerate(values)}
    renumbered = np.array([numbers[value] for value in second.values], np.int32)[second.codes] if second else nothing
    first_starts = first.starts if first else np.zeros(first_count + 1, np.int64)
    second_starts = second.starts if second else np.zeros(second_count + 1, np.int64)
    return choice(
        values, np.concatenate([first_starts, first_starts[-1] + second_starts[1:]]),
        np.concatenate([first.codes if first else nothing, renumbered]).astype(np.int32),
    )


# --- the journal ---------------------------------------------------------------------------------------------------------------


def journalled(folder: Path) -> list[list[Change]]:
    """The changes made to a version since it was built, in the batches in which they were made."""
    try:
        lines = (folder / JOURNAL).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    return [parse_changes(json.loads(line)) for line in lines[:-1] if line]


def journal(folder: Path, changes: Sequence[Change]) -> None:
    """Write one batch to disk. Raises OSError where it does not get there; then the batch must not be made."""
    line = json.dumps([change.model_dump(mode="json") for change in changes], ensure_ascii=False) + "\n"
    with (folder / JOURNAL).open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end and (file.seek(end - 1), file.read(1))[1] != b"\n":
            kept = (folder / JOURNAL).read_bytes().rfind(b"\n") + 1
            file.truncate(kept)  # a line that a crash cut short
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
