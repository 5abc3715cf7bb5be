"""Where an ear's practice is kept, and when it is still good: of these weights, whole, and for this shop."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server import places
from server.making import is_whole, put_in_place
from server.models import model_named
from voice.features import PRACTISED_WINDOW_STEPS_S

log = logging.getLogger(__name__)

FACTS = "practice.json"
"""What was practised and measured, the hash of the weights that it began with, and the windows it was heard in."""


def practised(model: str, shop_id: str) -> Path | None:
    """The folder of the model after practice for a shop; None where there was none, or it is damaged, of other weights or of
    another kind."""
    folder, facts = _folder(model, shop_id), facts_of(model, shop_id)
    if facts.items() >= _origin(model).items() and is_whole(folder):
        return folder
    if facts:
        log.warning("practice for %s is damaged or of another kind or weights; run `shoptalk train hearing` again", shop_id)
    return None


def facts_of(model: str, shop_id: str) -> dict[str, Any]:
    """What ``keep`` was told, or nothing."""
    try:
        facts = json.loads((_folder(model, shop_id) / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def keep(model: str, shop_id: str, write: Callable[[Path], Mapping[str, Any]]) -> dict[str, Any]:
    """Let ``write`` fill a folder and tell of it, and keep both in place of the last; that stays where anything is raised."""
    facts: dict[str, Any] = {}

    def fill(fresh: Path) -> None:
        facts.update(write(fresh))
        (fresh / FACTS).write_text(json.dumps({**facts, **_origin(model)}, indent=1), encoding="utf-8")

    put_in_place(_folder(model, shop_id), fill)
    return facts


def forget(model: str, shop_id: str) -> bool:
    """Remove a practice; whether there was one. Raises OSError."""
    folder = _folder(model, shop_id)
    if not folder.exists():
        return False
    shutil.rmtree(folder)
    return True


def _folder(model: str, shop_id: str) -> Path:
    return places.home() / "practice" / f"{shop_id}-{model}"


def _origin(model: str) -> dict[str, Any]:
    return {"weights": _weights(model), "windows_s": list(PRACTISED_WINDOW_STEPS_S)}


def _weights(model: str) -> str:
    return next(file.sha256 for file in model_named(model).files if file.path == "model.bin")
