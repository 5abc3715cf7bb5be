"""How the page draws a shop's items: ``drawings.toml`` beside ``shop.toml``, names of values to shapes and colours.

A shop without the file is drawn all the same, in patterns made of its items' values.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from recommender.shop import ShopError

FILE = "drawings.toml"
PathData = Annotated[str, StringConstraints(pattern=r"^[MmLlHhVvCcSsQqTtAaZz0-9 ,.\-]+$", max_length=4_000)]
"""SVG path data on a square of 100 by 100, and nothing else: it goes into the page as it is."""
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]


class Drawings(BaseModel):
    """What ``drawings.toml`` may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colours: dict[str, Colour] = Field(default_factory=dict)
    """Value to colour, "#rrggbb"."""
    shapes: dict[str, tuple[PathData] | tuple[PathData, PathData]] = Field(default_factory=dict)
    """Value to what is filled, then (where there are two) the lines drawn over it."""


def load_drawings(shop_folder: Path) -> Drawings:
    """The shop's drawings; none where it has no such file. Raises ShopError naming the entry that is wrong."""
    path = shop_folder / FILE
    if not path.is_file():
        return Drawings()
    try:
        return Drawings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShopError(f"{path} cannot be read: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][:2])
        raise ShopError(f"{path}: {where}: a colour is \"#rrggbb\", a shape one or two texts of SVG path data.") from None
