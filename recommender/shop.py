"""What the recommender reads of ``shop.toml``: where the catalogue is and which columns feed which slots.

The dialogue room reads the rest of the same file (questions, synonyms, policies); each ignores what is the other's.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class ShopError(Exception):
    """A shop folder that cannot be used; the message is one sentence that says what to mend."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ShopInfo(_Section):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str
    about: str = ""
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    language: str = "en"
    synthetic: bool = False


class CatalogueColumns(_Section):
    """Which column holds what; None where the shop has no such column."""

    file: str
    id: str = "id"
    title: str = "title"
    description: str | None = None
    price: str | None = None
    stock: str | None = None
    launched: str | None = None
    margin: str | None = None


class InteractionColumns(_Section):
    file: str
    shopper: str = "shopper"
    item: str = "item"
    kind: str | None = None
    time: str | None = None
    weights: dict[str, float] = Field(default_factory=dict)
    """Kind to weight; a kind not named weighs 1."""


class SlotColumns(_Section):
    """A slot as the recommender sees it: a named choice or amount fed by one column."""

    name: str
    kind: Literal["choice", "amount"]
    column: str
    unit: str = ""
    """"money" marks the price slot; otherwise a word for people ("minutes")."""
    separator: str = "|"
    limit: bool = True
    topic: bool = False


class Business(_Section):
    """Bounded shares of the score that the shop's own interests may move (0..0.2 each)."""

    margin: float = Field(default=0.0, ge=0.0, le=0.2)
    launches: float = Field(default=0.0, ge=0.0, le=0.2)
    clearance: float = Field(default=0.0, ge=0.0, le=0.2)


class Rerank(_Section):
    """An OpenAI-compatible server that puts the best few in order. The shopper's words and the items' rows are sent to it."""

    url: str = Field(pattern=r"^https?://\S+$")
    """As OpenAI clients take it, ending in ``/v1``."""
    model: str = "default"
    items: int = Field(default=10, ge=2, le=50)
    """How many of the best it may reorder."""
    timeout_ms: float = Field(default=1500.0, gt=0, le=60_000)


class ShopSchema(_Section):
    shop: ShopInfo
    catalogue: CatalogueColumns
    interactions: InteractionColumns | None = None
    slots: tuple[SlotColumns, ...] = ()
    business: Business = Business()
    rerank: Rerank | None = None
    """None: nothing is sent anywhere."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> ShopSchema:
        names = [slot.name for slot in self.slots]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the slot {twice[0]!r} is declared twice")
        return self

    @property
    def money_slot(self) -> SlotColumns | None:
        """The amount slot fed by the price, if the shop has one."""
        return next((slot for slot in self.slots if slot.kind == "amount" and slot.unit == "money"), None)

    @property
    def topic_slot(self) -> SlotColumns | None:
        """The slot that says what kind of thing is wanted."""
        return next((slot for slot in self.slots if slot.topic), None)


def read_toml(folder: Path) -> dict[str, object]:
    """Parse ``folder/shop.toml``. Raises ShopError in one sentence when absent or broken."""
    path = folder / "shop.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ShopError(f"{folder} is not a shop: it holds no shop.toml; `shoptalk shop import` makes one.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShopError(f"{path} cannot be read: {error}.") from None


def load_schema(folder: Path) -> ShopSchema:
    """The recommender's view of a shop folder. Raises ShopError naming the key that is wrong."""
    try:
        return ShopSchema.model_validate(read_toml(folder))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "shop.toml"
        raise ShopError(f"{folder / 'shop.toml'}: {where}: {first['msg']}.") from None
