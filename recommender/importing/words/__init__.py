"""Word lists of the importer, as data: what columns are called, what titles can say for certain, how a clerk abbreviates."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def word_list(name: str) -> dict[str, Any]:
    """``columns`` or ``attributes``."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def plain(name: object) -> str:
    """A column's name without case, spaces and signs: "Product-Title" and "product_title" are one."""
    return "".join(character for character in str(name).casefold() if character.isalnum())
