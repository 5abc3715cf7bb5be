"""Verified models in another form that is quicker to run, made once on this machine and verified like the rest."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from server import places
from server.making import is_whole, put_in_place
from server.models import model_named, require


def query_model(name: str) -> Path:
    """The folder of a sentence-embedding model for ``recommender.query_embedding``; made where it is not whole, in some seconds.

    Raises ModelError as ``require`` does, OSError where it cannot be written.
    """
    source = require(name)
    weights = next(file.sha256 for file in model_named(name).files if file.path.endswith(".safetensors"))
    folder = places.home() / "converted" / f"{name}-{weights[:12]}-onnx8-{importlib.metadata.version('onnxruntime')}"
    if not is_whole(folder):
        from recommender.query_embedding import convert

        put_in_place(folder, lambda fresh: convert(source, fresh))
    return folder
