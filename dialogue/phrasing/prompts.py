"""The few-shot prompts. A base model is shown, not told: the same shape again and again, ending where its own words begin.

The sentence's lead (its opening and the item's name) is given, so that the name is right by construction and need not be
generated; the model writes how the sentence goes on.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from dialogue.phrasing.facts import ShopFacts

EXAMPLES = Path(__file__).with_name("examples.toml")
STOP = ("\n",)
MAX_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts of one sentence as the model sees them, and in an example what is said of them."""

    name: str = ""
    price: str = ""
    asked: str = ""
    """What the shopper asked about."""
    facts: str = ""
    ask: str = ""
    """A question to put to the shopper, as the shop wrote it; then nothing but ``options`` goes with it."""
    options: str = ""
    lead: str = ""
    """How the sentence begins; given to the model."""
    says: str = ""
    puts: tuple[tuple[str, str], ...] = ()
    """(value, as it stands in a sentence) of the traits that the shop puts in its own way; not shown, for mending grammar."""
    traits: tuple[tuple[str, bool], ...] = ()
    """(as it stands in a sentence, whether it was wished); not shown, for the ways to say them."""
    several: bool = False
    """The name is spoken of as several; not shown."""
    ways: tuple[str, ...] = ()
    """All the ways to say it, where there is nothing to put in other words; not shown."""

    @property
    def free(self) -> bool:
        """Whether a model may put it in its own words."""
        return not self.ways

    @property
    def opening(self) -> str:
        """Where the model goes on, without the facts."""
        return f"Says: {self.lead}".rstrip()

    def prompt(self) -> str:
        """Up to where the model goes on."""
        labelled = (
            ("Name", self.name),
            ("Price", self.price),
            ("Asked", self.asked),
            ("Facts", self.facts),
            ("Ask", self.ask),
            ("Options", self.options),
        )
        lines = [f"{label}: {value}" for label, value in labelled if value]
        return "\n".join((*lines, self.opening))


@cache
def _house_sheets() -> tuple[Sheet, ...]:
    return tuple(_sheet(entry) for entry in tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))["examples"])


def _sheet(entry: dict[str, object]) -> Sheet:
    shown = [each.name for each in fields(Sheet) if each.name not in ("puts", "traits", "several", "ways")]
    return Sheet(**{name: str(entry[name]) for name in shown if name in entry})  # type: ignore[arg-type]


def prefix(shop: ShopFacts) -> str:
    """What does not change from sentence to sentence, so that the engine keeps it processed."""
    own = tuple(_sheet(entry) for entry in (shop.shop.voice.model_extra or {}).get("examples", ()))
    tone = shop.shop.voice.tone
    head = f"What a shop assistant says aloud, one sentence each: {tone}. Every fact given is said, and nothing else.\n\n"
    return head + "".join(f"{sheet.prompt()} {sheet.says}\n\n" for sheet in (*_house_sheets(), *own))
