"""What an import understood, dropped and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SHAPES = {
    "sales": "a log of sales", "catalogue": "a catalogue", "shopify": "a Shopify export", "google": "a Google product feed",
    "woocommerce": "a WooCommerce export",
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows or items that did not come along."""

    what: str
    count: int
    why: str
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f" ({', '.join(self.examples)})" if self.examples else ""
        return f"{self.count:,} {self.what}: {self.why}{shown}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole story of one import."""

    source: str
    shape: str
    rows: int
    items: int
    currency: str
    shopper_count: int = 0
    interaction_count: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    """What was taken to the column it was taken from."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    coverage: Mapping[str, float] = field(default_factory=dict)
    """Slot to the share of items that have a value, 0..1."""
    derived: tuple[str, ...] = ()
    """Slots read from titles."""
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Slot to its values and how many items have each, commonest first."""
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    prices: tuple[float, ...] = ()
    """Every item's price in major units, for the plot."""
    purchases_by_month: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def figures(self) -> dict[str, object]:
        """For --json: everything but the long lists."""
        ordered = sorted(self.prices)
        middle = ordered[len(ordered) // 2] if ordered else None
        return {
            "source": self.source, "shape": self.shape, "rows": self.rows, "items": self.items, "currency": self.currency,
            "shoppers": self.shopper_count, "interactions": self.interaction_count,
            "price_median": middle, "columns": dict(self.columns), "left_out": dict(self.left_out),
            "coverage": {slot: round(share, 4) for slot, share in self.coverage.items()}, "derived": list(self.derived),
            "dropped": [{"what": d.what, "count": d.count, "why": d.why, "examples": list(d.examples)} for d in self.dropped],
            "notes": list(self.notes), "seconds": round(self.seconds, 2),
        }

    def lines(self) -> list[str]:
        """For people, one fact a line."""
        out = [f"{self.source}: {self.rows:,} rows, taken as {SHAPES[self.shape]}"]
        out += [f"  {what} is from {column!r}" for what, column in self.columns.items()]
        out += [f"  not used: {column!r} ({why})" for column, why in self.left_out.items()]
        tastes = f"{self.interaction_count:,} interactions of {self.shopper_count:,} shoppers"
        out.append(f"{self.items:,} items, {tastes}, prices in {self.currency}")
        for slot, share in self.coverage.items():
            common = ", ".join(f"{value} {count}" for value, count in list(self.values.get(slot, {}).items())[:6])
            read = " (read from titles, only where certain)" if slot in self.derived else ""
            out.append(f"  {slot}: {share:.0%} of items{read}" + (f": {common}" if common else ""))
        out += [f"left behind: {dropped}" for dropped in self.dropped]
        out += [f"note: {note}" for note in self.notes]
        return out
