"""The few-shot prompts. A base model is shown, not told: the same shape again and again, ending where its sentence begins."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dialogue.phrasing.facts import ItemFacts, ShopFacts

EXAMPLES = Path(__file__).with_name("examples.toml")
STOP = ("\n",)
MAX_TOKENS = 56


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    price: str
    facts: str
    says: str


@cache
def _house_examples() -> tuple[Example, ...]:
    raw = tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))
    return tuple(Example(**entry) for entry in raw["pitch"])


def prefix(shop: ShopFacts) -> str:
    """What does not change from sentence to sentence, so that the engine keeps it processed."""
    extra = shop.shop.voice.model_extra or {}
    own = tuple(Example(**{key: str(entry.get(key, "")) for key in ("name", "price", "facts", "says")}) for entry in extra.get("examples", ()))
    shown = (*_house_examples(), *own)
    head = f"What an assistant says aloud, in one sentence: {shop.shop.voice.tone}. Only the facts given, none left out.\n\n"
    return head + "".join(f"{_facts(one.name, one.price, one.facts)} {one.says}\n\n" for one in shown)


def pitch_prompt(facts: ItemFacts, lines: str) -> str:
    """The facts of one item, ready to be worded."""
    return _facts(facts.name, facts.price, lines)


def _facts(name: str, price: str, lines: str) -> str:
    parts = [f"Name: {name}", *([f"Price: {price}"] if price else []), *([f"Facts: {lines}"] if lines else [])]
    return "\n".join((*parts, "Says:"))
