"""Versioned index folders: written beside the old one, checked, and swapped in by one rename.

A crash or a full disk at any moment leaves the old version in force: a version counts only once the file ``current`` names
it, and that file is replaced in one step after everything else is on disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

KEPT_VERSIONS = 3
MANIFEST = "manifest.json"
FORMAT = 3
"""Raised when the files of a version change shape; older versions are then rebuilt, not misread."""


class IndexFolderError(Exception):
    """An index that cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """One built index. ``facts`` holds what the builder said of it: fingerprint, counts, seconds, settings."""

    name: str
    folder: Path
    current: bool
    pinned: bool
    """Gone back to on purpose: it serves although the catalogue has changed since."""
    facts: dict[str, object]


@contextmanager
def writing_version(indexes_dir: Path, facts: dict[str, object]) -> Iterator[Path]:
    """Give an empty folder to write into; on leaving, make it the current version. On an error nothing has changed.

    ``facts`` may be added to while writing; it goes into the manifest. One build at a time: a second waits.
    """
    indexes_dir.mkdir(parents=True, exist_ok=True)
    with (indexes_dir / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in indexes_dir.glob(".writing-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder = indexes_dir / f".writing-{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
            _write_manifest(folder, facts)
            name = _new_name(indexes_dir, folder)
            os.rename(folder, indexes_dir / name)
            _sync(indexes_dir)
            _point_to(indexes_dir, name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _drop_old(indexes_dir)


def current_version(indexes_dir: Path) -> Version:
    """The version in force. Raises IndexFolderError where there is none or it is damaged."""
    pointer = _pointer(indexes_dir)
    if pointer is None:
        raise IndexFolderError(f"No index has been built in {indexes_dir}; `shoptalk index build` makes one.")
    version = _read(indexes_dir, pointer[0], pointer)
    if version is None:
        raise IndexFolderError(
            f"The index {indexes_dir / pointer[0]} is missing or of another format; `shoptalk index build` makes a new one."
        )
    return version


def check(version: Version) -> None:
    """Compare every file with the manifest's sha256. Raises IndexFolderError naming the first that differs."""
    files = version.facts["files"]
    assert isinstance(files, dict)
    for name, expected in files.items():
        path = version.folder / name
        if not path.is_file() or sha256(path) != expected:
            raise IndexFolderError(
                f"{path} is damaged; `shoptalk index build` makes a new index, `shoptalk index rollback` goes back."
            )


def versions(indexes_dir: Path) -> list[Version]:
    """Every whole version, oldest first."""
    pointer = _pointer(indexes_dir)
    names = sorted(path.parent.name for path in indexes_dir.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))
    return [version for name in names if (version := _read(indexes_dir, name, pointer)) is not None]


def roll_back(indexes_dir: Path) -> Version:
    """Make the version before the current one current. Raises IndexFolderError where there is none."""
    now = current_version(indexes_dir)
    earlier = [version for version in versions(indexes_dir) if version.name < now.name]
    if not earlier:
        raise IndexFolderError(f"There is no version before {now.name} to go back to.")
    _point_to(indexes_dir, earlier[-1].name, pinned=True)
    return current_version(indexes_dir)


def sha256(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(folder: Path, facts: dict[str, object]) -> None:
    files = {}
    for path in sorted(folder.iterdir()):
        files[path.name] = sha256(path)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps({**facts, "format": FORMAT, "files": files}, indent=1), encoding="utf-8")
    with manifest.open("rb") as file:
        os.fsync(file.fileno())
    _sync(folder)


def _new_name(indexes_dir: Path, folder: Path) -> str:
    """Sorts by time; a digest of the manifest keeps two builds in one second apart."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return f"{stamp}-{sha256(folder / MANIFEST)[:8]}"


def _pointer(indexes_dir: Path) -> list[str] | None:
    """The words of the file ``current``: the version's name, and "pinned" where one went back to it."""
    try:
        return (indexes_dir / "current").read_text(encoding="utf-8").split() or None
    except FileNotFoundError:
        return None


def _point_to(indexes_dir: Path, name: str, *, pinned: bool = False) -> None:
    beside = indexes_dir / "current.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(f"{name} pinned\n" if pinned else f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, indexes_dir / "current")
    _sync(indexes_dir)


def _read(indexes_dir: Path, name: str, pointer: list[str] | None) -> Version | None:
    try:
        facts = json.loads((indexes_dir / name / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        return None
    current = pointer is not None and pointer[0] == name
    return Version(name, indexes_dir / name, current, current and "pinned" in (pointer or ()), facts)


def _drop_old(indexes_dir: Path) -> None:
    whole = versions(indexes_dir)
    kept = {version.folder for version in whole[-KEPT_VERSIONS:]} | {version.folder for version in whole if version.current}
    for manifest in indexes_dir.glob(f"*/{MANIFEST}"):
        if manifest.parent not in kept:  # older, or of a format that is no longer read
            shutil.rmtree(manifest.parent, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
