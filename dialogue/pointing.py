"""What there is to point at, and a reference to some of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.types import Reference
from dialogue.words import Span, Utterance
from recommender.types import Item


@dataclass(frozen=True)
class Table:
    """The items a shopper can point at: what was heard last, in order, and before."""

    items: tuple[Item, ...] = ()
    last: Item | None = None
    chosen: Item | None = None
    """Chosen just now: "the other one" is another."""
    earlier: tuple[Item, ...] = ()
    """Items heard in earlier replies, in order, that are not on the table now."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """A reference and the words that make it; those words name no new wish."""

    reference: Reference
    span: Span
    refusal: bool = False
    weak: bool = False
    """A bare "it" or "that", which means an item only in company ("how much is it")."""
    deictic: bool = False
    """Says where, not what: "that one", "the one before"."""
    corrects: bool = False
    """Takes the place of one taken back."""


def point(utterance: Utterance, span: Span, items: Sequence[Item], confidence: float = 1.0, by: str = "") -> Pointing:
    """A reference to items by the words of a span; confidence in 0..1. ``by``: the slot that tells them from the others."""
    return Pointing(Reference(tuple(item.id for item in items), utterance.said(span), confidence, by), span)
