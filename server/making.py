"""Folders made on this machine: put in place whole, with a hash of every file that is checked before any is used."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from recommender.versions import sha256

SUMS = "sums.json"
"""File to sha256 of what was made; written last."""


def put_in_place(folder: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a fresh folder, then put it in place of the last one, which stays where anything is raised.

    Raises what ``write`` does, and OSError where it cannot be put there; not where another process was quicker.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write(fresh)
        sums = {path.name: sha256(path) for path in sorted(fresh.iterdir()) if path.name != SUMS}
        (fresh / SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            os.replace(fresh, folder)
        except OSError:  # another process was quicker
            if not is_whole(folder):
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Whether every file that was made is there as it was made."""
    try:
        sums = json.loads((folder / SUMS).read_text(encoding="utf-8"))
        return bool(sums) and all(sha256(folder / name) == wanted for name, wanted in sums.items())
    except (OSError, ValueError, AttributeError):
        return False
