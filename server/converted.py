"""Verified models in another form that is quicker to run, made once on this machine and verified like the rest."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
from pathlib import Path

from recommender.versions import sha256
from server import places
from server.models import model_named, require

SUMS = "sums.json"
"""File to sha256 of what was made; written last."""


def query_model(name: str) -> Path:
    """The folder of a sentence-embedding model for ``recommender.query_embedding``; made where it is not whole, in some seconds.

    Raises ModelError as ``require`` does, OSError where it cannot be written.
    """
    source = require(name)
    weights = next(file.sha256 for file in model_named(name).files if file.path.endswith(".safetensors"))
    folder = places.home() / "converted" / f"{name}-{weights[:12]}-onnx8-{importlib.metadata.version('onnxruntime')}"
    if _whole(folder):
        return folder
    from recommender.query_embedding import convert

    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        convert(source, fresh)
        sums = {path.name: sha256(path) for path in sorted(fresh.iterdir())}
        (fresh / SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            os.replace(fresh, folder)
        except OSError:  # another process was quicker
            if not _whole(folder):
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _whole(folder: Path) -> bool:
    try:
        sums = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return bool(sums) and all(sha256(folder / name) == wanted for name, wanted in sums.items())
    except (OSError, ValueError, AttributeError):
        return False
