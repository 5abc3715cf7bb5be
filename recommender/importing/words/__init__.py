"""Word lists of the importer, as data: what columns are called, what titles can say for certain, how a clerk abbreviates."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@cache
def word_list(name: str) -> dict[str, Any]:
    """``columns`` or ``attributes``."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def plain(name: object) -> str:
    """A column's name without case, accents, spaces and signs: "Product-Title" and "product_title" are one."""
    return "".join(character for character in _bare(str(name)).casefold() if character.isalnum())


def parts(name: object) -> tuple[str, ...]:
    """The words of a column's name: "UnitPriceGBP" and "unit_price (gbp)" are unit, price, gbp."""
    return tuple(word.casefold() for word in _WORD.findall(_bare(str(name)).replace("ß", "ss")))


def _bare(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character))
