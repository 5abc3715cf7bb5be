"""A shop in one file: its folder, the index in force with the changes made since, and the memory of those who agreed to one.

The file is a gzipped tar with a manifest of every member's sha256. Settings and tokens are not in it. It is written beside its
place and renamed, so a full disk leaves no half one. What is restored is checked before anything is put in its place, and what
stood there is moved aside, never deleted.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.engine import make_url

from dialogue.shop import load_shop
from recommender.versions import IndexFolderError, current_version, sha256
from server import places
from server.session_memory import memory_at
from server.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 4 << 20
SQLITE_BUSY_S = 10.0


class BackupError(Exception):
    """A back-up that cannot be made or used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a back-up holds."""

    shop: str
    made: str
    index: str | None
    """The version of the index; None where none was built."""
    memory: bool
    files: int
    bytes: int


def back_up(settings: Settings, to: Path) -> Contents:
    """Write the back-up. Raises BackupError, ShopError, OSError."""
    shop = load_shop(settings.shop).shop.id
    with tempfile.TemporaryDirectory() as scratch:
        members = {f"shop/{path.relative_to(settings.shop).as_posix()}": path for path in _files(settings.shop)}
        index = None
        with contextlib.suppress(IndexFolderError):
            version = current_version(places.indexes_dir(shop))
            index = version.name
            members |= {f"index/{version.name}/{path.name}": path for path in _files(version.folder)}
            members["index/current"] = places.indexes_dir(shop) / "current"
        if (memory := _copy_memory(settings, Path(scratch))) is not None:
            members["memory.sqlite"] = memory
        made = datetime.now(UTC).isoformat(timespec="seconds")
        files = {name: sha256(path) for name, path in members.items()}
        facts = {"format": FORMAT, "shop": shop, "made": made, "index": index, "memory": memory is not None, "files": files}
        _write(to, members, json.dumps(facts, indent=1).encode())
    return Contents(shop, made, index, memory is not None, len(files), to.stat().st_size)


def restore(file: Path, settings: Settings, *, force: bool = False, memory: bool = True) -> Contents:
    """Put a back-up in place: the shop folder to ``settings.shop``, index and memory to where the server looks for them.

    What stands there is moved aside with ``force``; without it, BackupError is raised and nothing is touched. ``memory``: whether
    the memory in the file is put back as well.
    """
    with _opened(file) as (archive, facts):
        shop = str(facts["shop"])
        indexes = places.indexes_dir(shop)
        memory_file = _memory_file(settings) if facts["memory"] and memory else None
        targets = {"shop": settings.shop, "index": indexes if facts["index"] else None, "memory.sqlite": memory_file}
        there = [target for target in targets.values() if target is not None and target.exists()]
        if there and not force:
            raise BackupError(f"{there[0]} is there already; --force moves it aside and puts the back-up in its place.")
        home = settings.shop.parent
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".restoring-") as scratch:
            _extract(archive, facts["files"], Path(scratch))
            load_shop(Path(scratch) / "shop")
            for name, target in targets.items():
                if target is not None:
                    _put(Path(scratch) / name, target)
        files = facts["files"]
        return Contents(shop, str(facts["made"]), facts["index"], bool(facts["memory"]), len(files), file.stat().st_size)


def _files(folder: Path) -> Iterator[Path]:
    """Regular files in a folder, none by way of a link out of it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _memory_file(settings: Settings) -> Path | None:
    """The SQLite file of the memory; None where nobody is remembered. Raises BackupError for a database server."""
    memory = memory_at(settings)
    if memory is None:
        return None
    url = make_url(memory.url)
    if url.get_backend_name() != "sqlite":
        raise BackupError("The memory is in a database server: back it up with that server's tools, and give --without-memory.")
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _copy_memory(settings: Settings, scratch: Path) -> Path | None:
    """A consistent copy of the memory while it may be written to (SQLite's own back-up)."""
    file = _memory_file(settings)
    if file is None or not file.is_file():
        return None
    copy = scratch / "memory.sqlite"
    try:
        source = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=SQLITE_BUSY_S)
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise BackupError(f"The memory {file} cannot be copied ({error}); try again when the server is less busy.") from None
    return copy


def _write(to: Path, members: dict[str, Path], manifest: bytes) -> None:
    beside = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with beside.open("xb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz") as archive:
                said = tarfile.TarInfo(MANIFEST)
                said.size = len(manifest)
                archive.addfile(said, io.BytesIO(manifest))
                for name, path in members.items():
                    archive.add(path, name, recursive=False, filter=_nobodys)
            raw.flush()
            os.fsync(raw.fileno())
        os.chmod(beside, 0o600)   # it may hold what shoppers agreed to have remembered
        os.replace(beside, to)
    finally:
        beside.unlink(missing_ok=True)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tuple[tarfile.TarFile, dict[str, Any]]]:
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            first = archive.next()
            said = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
            facts = json.loads(said.read(MOST_MANIFEST_BYTES)) if said is not None else None
            if not isinstance(facts, dict) or facts.get("format") != FORMAT or not isinstance(facts.get("files"), dict):
                raise BackupError(f"{file} is no back-up of a shop, or one of a newer shoptalk.")
            yield archive, facts
    except (tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        raise BackupError(f"{file} is damaged ({error}); nothing has been changed.") from None
    except FileNotFoundError:
        raise BackupError(f"There is no file {file}.") from None


def _extract(archive: tarfile.TarFile, files: dict[str, str], into: Path) -> None:
    """Every file of the manifest, and nothing else, each as it was."""
    for name, expected in files.items():
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
            raise BackupError(f"The back-up names a file outside of itself ({name}); nothing has been changed.")
        try:
            member = archive.getmember(name)
        except KeyError:
            raise BackupError(f"The back-up is damaged: {name} is missing; nothing has been changed.") from None
        archive.extract(member, into, filter="data")
        if not (into / name).is_file() or sha256(into / name) != expected:
            raise BackupError(f"The back-up is damaged: {name} is not what it was; nothing has been changed.")


def _put(restored: Path, target: Path) -> None:
    """Put it in place; what stood there is moved aside."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        os.replace(target, target.with_name(f"{target.name}.before-{stamp}"))
    for leftover in (f"{target.name}-wal", f"{target.name}-shm"):   # of the database that was moved aside
        target.with_name(leftover).unlink(missing_ok=True)
    shutil.move(restored, target)
