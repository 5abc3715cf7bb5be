"""Where an ear's practice is kept, and when it is still good: of these weights, whole, and for this shop."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recommender.versions import sha256
from server import places
from server.models import model_named

log = logging.getLogger(__name__)

FACTS = "practice.json"
"""What was practised and measured, the model it was, and file to sha256; written last."""


def practised(model: str, shop_id: str) -> Path | None:
    """The folder of the model after practice for a shop; None where there was none, or it was of other weights or is damaged."""
    folder = _folder(model, shop_id)
    facts = facts_of(model, shop_id)
    if not facts:
        return None
    try:
        same = facts["weights"] == _weights(model)
        whole = same and all(sha256(folder / name) == wanted for name, wanted in facts["sums"].items())
    except (OSError, KeyError, AttributeError):
        whole = False
    if not whole:
        log.warning("what was practised for %s is of other weights or damaged; run `shoptalk train hearing` again", shop_id)
    return folder if whole else None


def facts_of(model: str, shop_id: str) -> dict[str, Any]:
    """What ``keep`` was told, or nothing."""
    try:
        facts = json.loads((_folder(model, shop_id) / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def keep(model: str, shop_id: str, write: Callable[[Path], Mapping[str, Any]]) -> dict[str, Any]:
    """Let ``write`` fill a folder and tell of it, then put it in place of the last; that stays where anything is raised."""
    folder = _folder(model, shop_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        facts = dict(write(fresh))
        sums = {path.name: sha256(path) for path in sorted(fresh.iterdir())}
        (fresh / FACTS).write_text(json.dumps({**facts, "weights": _weights(model), "sums": sums}, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
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


def _weights(model: str) -> str:
    return next(file.sha256 for file in model_named(model).files if file.path == "model.bin")
