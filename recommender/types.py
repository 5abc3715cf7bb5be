"""The recommender's public types: what an item is, what may be asked, what comes back. Others import these, and `Recommender`.

Money is held in minor units (pence, cents) as whole numbers, so that a limit of 20 pounds is exactly 2000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit-length rows, shape (n, dim)."""


class Embedder(Protocol):
    """Text to unit vectors. The real one is sentence-transformers; importing it costs seconds, so it is passed in."""

    dim: int

    def embed(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the catalogue, as the shop wrote it."""

    id: str
    title: str
    description: str = ""
    price_minor: int | None = None
    """Price in 1/100 of the shop's currency; None where the shop gives no price."""
    stock: int | None = None
    """Units in stock; None where the shop does not say (then it is never claimed)."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Choice slots to values, e.g. {"colour": ("navy",), "occasion": ("wedding", "party")}; spelled as in the catalogue."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Amount slots other than the price, e.g. {"length_minutes": 96, "year": 2024}; and "margin" (0..1) where known."""
    launched: date | None = None

    @property
    def in_stock(self) -> bool:
        """True unless the shop says there is none."""
        return self.stock is None or self.stock > 0


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range; None is open. For price the unit is minor units."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits. No item outside them is ever returned, on any path, however few remain."""

    price_minor: Range = Range()
    must: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Slot to values: an item must have at least one of them, for every slot named."""
    exclude: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Slot to values: an item must have none of them."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """Amount slots other than price. An item that lacks the number is outside the range."""
    exclude_items: frozenset[str] = frozenset()
    only_items: frozenset[str] | None = None
    in_stock_only: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """One request for items. Everything but ``limits`` is a preference and only moves the order."""

    limits: Limits = Limits()
    prefer: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Slot to value to weight (-1..1): {"style": {"elegant": 1.0}}."""
    text: str = ""
    """The shopper's own words, embedded and matched with item text; "" where there are none."""
    shopper: str | None = None
    """Id of a known shopper; unknown ids are treated as a new shopper."""
    liked: tuple[str, ...] = ()
    """Item ids liked in this session, oldest first."""
    disliked: tuple[str, ...] = ()
    like_item: str | None = None
    """Find things like this item (it is never returned itself)."""
    towards: Mapping[str, float] = field(default_factory=dict)
    """Amount slot (or "price") to -1 (less) or +1 (more), relative to ``like_item`` or to the middle of what fits."""
    target_price_minor: int | None = None
    """"Around 50": nearer is better."""
    count: int = 3
    diversity: float = 0.3
    """0: pure relevance; 1: as different from each other as the list allows (maximal marginal relevance)."""
    surprise: float = 0.0
    """0: what fits best; 1: of what fits, what neither this shopper's choices nor everybody's would have led to."""
    usual: bool = False
    """"More like what I usually buy": the shopper's own history, and what was liked, count as much as a named item would."""
    at: datetime | None = None
    """When it is asked, on the shop's clock, where that may matter (part of the day, season)."""


ReasonKind = Literal[
    "wish", "text", "like_item", "liked", "shoppers_like_you", "popular", "new", "price", "business", "goes_with", "again"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is on the list; each is a fact of the row or of the interactions, never a guess."""

    kind: ReasonKind
    slot: str | None = None
    value: str | None = None
    item: str | None = None
    weight: float = 0.0
    """Share of the score, 0..1."""


@dataclass(frozen=True, slots=True)
class Ranked:
    item: Item
    score: float
    reasons: tuple[Reason, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    """By source: "dense", "collaborative", "wish", "popularity", "business"; and what habits say: "habit_price_fit"."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Best first. ``fitting`` counts every item inside the limits, not only those returned."""

    items: tuple[Ranked, ...]
    fitting: int
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What giving up or easing one limit would bring: "nothing under 40; two at 45"."""

    slot: str
    """"price", a slot's name, or "stock"."""
    fitting: int
    """Items that fit when only this limit is eased."""
    nearest: float | None = None
    """For price and amounts: the nearest value that brings at least one item (price in minor units)."""
    values: tuple[str, ...] = ()
    """For choices: values that would bring items, commonest first."""


class Recommender(Protocol):
    """What dialogue and server may ask of the recommender room. Pure: no call changes anything a later call sees."""

    def recommend(self, query: Query) -> Recommendation: ...

    def item(self, item_id: str) -> Item | None: ...

    def items(self) -> Sequence[Item]: ...

    def knows(self, shopper: str) -> bool: ...

    def count(self, limits: Limits) -> int: ...

    def facets(self, limits: Limits, slots: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Slot to value to number of fitting items, commonest first: what a question could still split."""
        ...

    def relaxations(self, limits: Limits) -> Sequence[Relaxation]: ...

    def goes_with(self, item_id: str, limits: Limits, count: int = 3) -> Sequence[Ranked]:
        """Items of other kinds that go with an item, best first."""
        ...

    def nearest_titles(self, text: str, count: int = 5) -> Sequence[tuple[str, float]]:
        """Item ids whose titles are nearest in meaning to the text, with cosine similarity."""
        ...
