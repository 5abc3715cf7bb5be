"""The whole of ``shop.toml`` as the dialogue room reads it: slots with their questions and synonyms, critiques, policies, voice.

The recommender reads its own part of the same file (``recommender.shop``). Keys that nobody knows are errors here, so that a
misspelt key is found on the first load and not by a shopper.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recommender.shop import ShopError, ShopInfo, ShopSchema, SlotColumns, load_schema, read_toml

__all__ = ["Critique", "Fact", "Policy", "ShopError", "Slot", "TalkingShop", "Voice", "load_shop"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Slot(SlotColumns):
    """A slot shoppers choose by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spoken: str = ""
    """What people call the slot ("kind of thing"); its name with spaces where empty."""
    phrase: str = ""
    """How a value stands in a sentence: "in {value}", "for a {value}"; the bare value where empty."""
    phrases: dict[str, str] = Field(default_factory=dict)
    """Values that are put otherwise: {"everyday": "for every day"}."""
    ask: str | None = None
    """The question; None where it is never asked."""
    willing: float = Field(default=0.5, ge=0, le=1)
    """How gladly people answer it."""
    lapses: bool = False
    """Forgotten when the shopper turns to another kind of thing."""
    made_to_order: bool = False
    """The values are what an item can be made with, so that shutting one out leaves the item: milk, sugar."""
    person: bool = False
    """Says who the thing is for; what is remembered between visits is kept apart for each."""
    remember: bool = True
    """A choice that says something of the shopper's taste, worth knowing at the next visit; never the topic."""
    words: tuple[str, ...] = ()
    """Other words for the slot itself, as in "what is it made of?"."""
    values: tuple[str, ...] = ()
    """Values known even where no item has them now."""
    synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Catalogue value to other ways to say it."""

    @property
    def said(self) -> str:
        """How the slot is called in speech."""
        return self.spoken or self.name.replace("_", " ")

    @property
    def is_money(self) -> bool:
        return self.kind == "amount" and self.unit == "money"


class Critique(_Strict):
    """Words for a relative wish: towards less or more of an amount, or along a scale of values."""

    words: tuple[str, ...] = Field(min_length=1)
    slot: str
    direction: Literal["less", "more"]
    scale: tuple[str, ...] = ()
    """The choice slot's values from less to more."""


class Policy(_Strict):
    """A line the shop stands behind, spoken only as written."""

    name: str
    words: tuple[str, ...] = Field(min_length=1)
    text: str


class Fact(_Strict):
    """Something shoppers ask about an item that is no slot to choose by, such as an address."""

    name: str
    words: tuple[str, ...] = Field(min_length=1)
    column: str | None = None


class Live(_Strict):
    """The shop's own service for price and stock at the moment of speaking (`dialogue.phrasing.live`)."""

    url: str
    timeout_ms: float = Field(default=150, gt=0, le=2_000)


class Intent(_Strict):
    """What a spoken command is for, where a shop takes commands; told by its words, or the only one there is."""

    name: str
    words: tuple[str, ...] = ()


class Voice(BaseModel):
    """How the shop sounds. Keys beyond these are phrasing's own."""

    model_config = ConfigDict(frozen=True, extra="allow")

    greeting: str = ""
    tone: str = "warm, brief, plain"
    forbidden: tuple[str, ...] = ()
    companions: bool = True
    """Whether what goes with a choice is named: not where one thing is all that is wanted, such as a film."""
    in_stock: str | None = Field(default=None, pattern=r"\{name\}")
    out_of_stock: str | None = Field(default=None, pattern=r"\{name\}")
    """How the two are said of an item, where not as "in stock"; {name} stands for it."""


class TalkingShop(BaseModel):
    """One shop, ready to be talked to."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shop: ShopInfo
    slots: tuple[Slot, ...] = ()
    critiques: tuple[Critique, ...] = ()
    policies: tuple[Policy, ...] = ()
    facts: tuple[Fact, ...] = ()
    intents: tuple[Intent, ...] = ()
    voice: Voice = Voice()
    live: Live | None = None
    columns: ShopSchema
    """The recommender's view of the same file."""
    folder: Path = Path()

    @model_validator(mode="after")
    def _parts_fit(self) -> TalkingShop:
        names = {slot.name: slot for slot in self.slots}
        for number, critique in enumerate(self.critiques):
            slot = names.get(critique.slot)
            if slot is None:
                raise ValueError(f"critiques.{number}.slot names {critique.slot!r}, which is no slot of this shop")
            if slot.kind == "choice" and len(critique.scale) < 2:
                raise ValueError(f"critiques.{number}.scale must list the values of {critique.slot!r} from less to more")
        if len([slot for slot in self.slots if slot.topic]) > 1:
            raise ValueError("slots: only one slot can have topic = true")
        return self

    def slot(self, name: str) -> Slot | None:
        """The slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)

    @property
    def topic(self) -> Slot | None:
        """The slot that says what kind of thing is wanted."""
        return next((slot for slot in self.slots if slot.topic), None)

    @property
    def money(self) -> Slot | None:
        """The slot of the price."""
        return next((slot for slot in self.slots if slot.is_money), None)

    def scale(self, slot: str) -> tuple[str, ...]:
        """A choice slot's values from less to more, where a critique orders them."""
        return next((critique.scale for critique in self.critiques if critique.slot == slot and critique.scale), ())


def load_shop(folder: Path) -> TalkingShop:
    """Read a shop folder. Raises ShopError: one sentence that names the key to mend."""
    schema = load_schema(folder)
    raw = read_toml(folder)
    try:
        return TalkingShop.model_validate({**raw, "columns": schema, "folder": folder})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = (
            "is not a key that shoptalk knows"
            if first["type"] == "extra_forbidden"
            else first["msg"].removeprefix("Value error, ")
        )
        raise ShopError(f"{folder / 'shop.toml'}: {f'{where}: ' if where else ''}{message}.") from None
