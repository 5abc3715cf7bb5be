"""What an amount is: a number with its relation, in the slot that it limits."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.types import ChangeKind
from dialogue.words import Span


@dataclass(frozen=True, slots=True)
class AmountSlot:
    """What the reader needs of an amount slot."""

    name: str
    money: bool
    unit: str = ""
    names: tuple[str, ...] = ()
    """Words that mean the slot ("budget", "running time"), as stems."""
    newest: float | None = None
    """The highest value in the catalogue: what "this year" means for a slot counted in years."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount read from the words, in the slot's own unit (money in major units)."""

    slot: str
    kind: ChangeKind
    span: Span
    low: float | None = None
    high: float | None = None
    """"around" has low == high == the amount."""
    confidence: float = 1.0
