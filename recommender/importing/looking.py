"""Looking at a shop folder: what it holds, and what in it is odd though not broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.catalogue import load_catalogue
from recommender.interactions import load_interactions
from recommender.shop import load_schema, read_toml

COMMONEST = 5


def look_at(folder: Path) -> dict[str, Any]:
    """Figures of a shop. Raises ShopError or TableError where it cannot be used."""
    schema = load_schema(folder)
    catalogue = load_catalogue(folder, schema)
    interactions = load_interactions(folder, schema, catalogue.positions)
    items = catalogue.items
    slots = []
    for slot in schema.slots:
        if slot.kind == "choice":
            counts = Counter(value for item in items for value in item.values.get(slot.name, ()))
            having = sum(bool(item.values.get(slot.name)) for item in items)
            common = ", ".join(f"{value} {count}" for value, count in counts.most_common(COMMONEST))
        else:
            money = slot is schema.money_slot
            numbers = [n for item in items if (n := item.price_minor if money else item.numbers.get(slot.name)) is not None]
            having, counts = len(numbers), Counter(str(number) for number in numbers)
            scale = 100 if money else 1
            common = f"{min(numbers) / scale:g} to {max(numbers) / scale:g}" if numbers else ""
        share = round(having / len(items), 4)
        slots.append({"name": slot.name, "kind": slot.kind, "coverage": share, "values": len(counts), "commonest": common})
    policies = read_toml(folder).get("policies", [])
    return {
        "id": schema.shop.id, "name": schema.shop.name, "about": schema.shop.about, "currency": schema.shop.currency,
        "synthetic": schema.shop.synthetic, "items": len(items), "in_stock": sum(item.in_stock for item in items),
        "stock_known": schema.catalogue.stock is not None, "slots": slots, "interactions": len(interactions),
        "interactions_of_unknown_items": interactions.report.unknown_items, "shoppers": len(interactions.shoppers),
        "policies": ", ".join(str(policy.get("name", "")) for policy in policies) if isinstance(policies, list) else "",
    }


def warnings(folder: Path, synonyms: Mapping[str, Sequence[str]], scales: Mapping[str, Sequence[str]]) -> list[str]:
    """What a careful owner would mend: titles that cannot be told apart, synonyms and scales of values that no item has."""
    schema = load_schema(folder)
    items = load_catalogue(folder, schema).items
    held = {slot.name: {value for item in items for value in item.values.get(slot.name, ())} for slot in schema.slots}
    doubts = []
    for title, count in Counter(item.title.casefold() for item in items).items():
        if count > 1:
            doubts.append(f"{count} items are called {title!r}; spoken, they cannot be told apart")
    for slot, values in synonyms.items():
        strange = [value for value in values if value not in held.get(slot, set())]
        doubts += [f"slot {slot}: synonyms for {value!r}, which no item has" for value in strange]
    for slot, scale in scales.items():
        strange = [value for value in scale if value not in held.get(slot, set())]
        doubts += [f"critique on {slot}: {value!r} is on the scale but no item has it" for value in strange]
    if schema.catalogue.stock is None:
        doubts.append("stock is not known, so it is never spoken of")
    return doubts
