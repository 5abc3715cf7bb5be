"""Where shoptalk keeps what is not in a shop folder: model weights and built indexes, under one folder of the user's."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """``$SHOPTALK_HOME``, or ``$XDG_CACHE_HOME/shoptalk``, or ``~/.cache/shoptalk``."""
    if named := os.environ.get("SHOPTALK_HOME"):
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "shoptalk"


def models_dir() -> Path:
    """One folder a model, named as in models.toml."""
    return home() / "models"


def indexes_dir(shop_id: str) -> Path:
    """The versions of one shop's index."""
    return home() / "indexes" / shop_id
