"""The catalogue as numpy columns: what limits, wishes and business weights are computed on, a million items at a time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.types import Item

Positions = npt.NDArray[np.int32]
"""Item numbers, in the order of the catalogue."""

NO_PRICE = -1
STOCK_NOT_SAID = -1
NO_DATE = np.iinfo(np.int32).min
EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Codes:
    """Each item's value codes."""

    starts: npt.NDArray[np.int64]
    """Shape (items + 1): item i has ``codes[starts[i]:starts[i + 1]]``, in the catalogue's order."""
    codes: npt.NDArray[np.int32]

    def codes_of(self, positions: Positions) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """The codes of several items, one item after the other, and how many each has."""
        starts = self.starts[positions]
        sizes = self.starts[positions + 1] - starts
        ends = np.cumsum(sizes)
        within = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)
        return self.codes[within], sizes


@dataclass(frozen=True, slots=True)
class Choice(Codes):
    """One choice slot: each item's value codes, and for each value the items that have it."""

    values: tuple[str, ...]
    by_spelling: Mapping[str, tuple[int, ...]] = field(repr=False)
    """Case-folded value to codes, so that "Red" and "red" are one wish."""
    held_starts: npt.NDArray[np.int64] = field(repr=False)
    held: Positions = field(repr=False)
    """Value v is held by the items ``held[held_starts[v]:held_starts[v + 1]]``."""

    def holders(self, value: str) -> npt.NDArray[np.intp]:
        """The items that have the value; none where no item has it. As numpy indexes: with others it takes twice the time."""
        codes = self.by_spelling.get(value.casefold(), ())
        parts = [self.held[self.held_starts[code] : self.held_starts[code + 1]] for code in codes]
        return np.concatenate(parts, dtype=np.intp) if parts else np.zeros(0, np.intp)

    def of(self, position: int) -> tuple[str, ...]:
        return tuple(self.values[code] for code in self.codes[self.starts[position] : self.starts[position + 1]])


def choice(values: Sequence[str], starts: npt.NDArray[np.int64], codes: npt.NDArray[np.int32]) -> Choice:
    """Complete a choice column with its inverted lists."""
    owners = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    order = np.argsort(codes, kind="stable")
    held_starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.bincount(codes, minlength=len(values)), out=held_starts[1:])
    spellings: dict[str, list[int]] = {}
    for code, value in enumerate(values):
        spellings.setdefault(value.casefold(), []).append(code)
    return Choice(
        starts, codes, tuple(values), {name: tuple(found) for name, found in spellings.items()}, held_starts, owners[order]
    )


class Choices(dict[str, Choice]):
    """Slot to its column. Not changed once made."""

    @cached_property
    def joint(self) -> Codes:
        """All slots in one column; a slot's codes are its own and follow those of the slots before it."""
        columns = list(self.values())
        sizes = np.stack([np.diff(column.starts) for column in columns], axis=1)
        ends = np.cumsum(sizes)
        begins = np.concatenate([[0], ends[:-1]]).reshape(sizes.shape)
        codes = np.empty(int(ends[-1]), np.int32)
        before = 0
        for slot, column in enumerate(columns):
            moved = np.repeat(begins[:, slot] - column.starts[:-1], sizes[:, slot])
            codes[np.arange(len(column.codes)) + moved] = column.codes + before
            before += len(column.values)
        return Codes(np.concatenate([begins[:, 0], ends[-1:]]), codes)


@dataclass(frozen=True)
class Facts:
    """Columns of equal length n. Nothing here is a score."""

    price_minor: npt.NDArray[np.int64]
    stock: npt.NDArray[np.int32]
    launched_days: npt.NDArray[np.int32]
    """Days since 1970; NO_DATE where not said."""
    numbers: Mapping[str, npt.NDArray[np.float64]]
    """Amount slots other than price, and "margin"; NaN where not said."""
    choices: Choices
    withdrawn: npt.NDArray[np.bool_] | None = None
    """Items taken off the shelf since the index was built; None of none."""

    def __len__(self) -> int:
        return len(self.price_minor)

    def newest_launch(self, until_days: int) -> int | None:
        """Of the launches up to a day (since 1970), the last one's; None of none."""
        before = int(np.searchsorted(self._launches, until_days, side="right"))
        return int(self._launches[before - 1]) if before else None

    @cached_property
    def most_stock(self) -> float:
        """Of one item."""
        return float(self.stock.max(initial=0))

    @cached_property
    def _launches(self) -> npt.NDArray[np.int32]:
        """Every day on which something was launched, in order."""
        return np.unique(self.launched_days[self.launched_days != NO_DATE])


def facts_of(items: Sequence[Item]) -> Facts:
    """Columns of the items, in their order."""
    count = len(items)
    prices = np.fromiter((NO_PRICE if item.price_minor is None else item.price_minor for item in items), np.int64, count)
    stock = np.fromiter((STOCK_NOT_SAID if item.stock is None else item.stock for item in items), np.int32, count)
    days = np.fromiter((NO_DATE if item.launched is None else (item.launched - EPOCH).days for item in items), np.int32, count)
    names = dict.fromkeys(name for item in items for name in item.numbers)
    numbers = {name: np.fromiter((item.numbers.get(name, np.nan) for item in items), np.float64, count) for name in names}
    slots = dict.fromkeys(name for item in items for name in item.values)
    return Facts(prices, stock, days, numbers, Choices({name: _choice_of(items, name) for name in slots}))


def _choice_of(items: Sequence[Item], slot: str) -> Choice:
    codes: dict[str, int] = {}
    flat: list[int] = []
    starts = np.zeros(len(items) + 1, np.int64)
    for row, item in enumerate(items):
        flat.extend(codes.setdefault(value, len(codes)) for value in item.values.get(slot, ()))
        starts[row + 1] = len(flat)
    return choice(tuple(codes), starts, np.array(flat, np.int32))


def save_facts(facts: Facts, path: Path) -> None:
    """Write as one .npz of plain arrays (no pickled objects)."""
    arrays: dict[str, Any] = {
        "price_minor": facts.price_minor, "stock": facts.stock, "launched_days": facts.launched_days,
        "slots": np.array(list(facts.choices), np.str_), "amounts": np.array(list(facts.numbers), np.str_),
    }
    for number, column in enumerate(facts.choices.values()):
        arrays[f"values{number}"] = np.array(column.values, np.str_)
        arrays[f"starts{number}"], arrays[f"codes{number}"] = column.starts, column.codes
    for number, amounts in enumerate(facts.numbers.values()):
        arrays[f"amount{number}"] = amounts
    np.savez(path, allow_pickle=False, **arrays)


def load_facts(path: Path) -> Facts:
    """Read what ``save_facts`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return Facts(
            arrays["price_minor"], arrays["stock"], arrays["launched_days"],
            {str(name): arrays[f"amount{number}"] for number, name in enumerate(arrays["amounts"])},
            Choices({
                str(name): choice(arrays[f"values{number}"].tolist(), arrays[f"starts{number}"], arrays[f"codes{number}"])
                for number, name in enumerate(arrays["slots"])
            }),
        )
