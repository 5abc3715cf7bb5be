"""The installed models, or a skip that says how to install them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def model(name: str) -> Path:
    """The folder of an installed model."""
    home = os.environ.get("SHOPTALK_HOME")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "shoptalk"
    folder = (Path(home) if home else cache) / "models" / name
    if not folder.is_dir():
        pytest.skip(f"the model {name} is not installed; run `shoptalk models install`")
    return folder


def recordings() -> Path:
    """The shared development recordings, beside the checkout."""
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "speech"
    if not folder.is_dir():
        pytest.skip("the development recordings (../shared/data/speech) are not here")
    return folder
