"""Habits of the house that no linter knows: what is never committed, and which room knows what."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_BYTES = 3_000_000
WEIGHTS = {".bin", ".onnx", ".gguf", ".safetensors", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".whl", ".npz", ".npy"}
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+|tmp/[a-z]+)/")
INDEX_HOSTS = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|download\.pytorch\.org|registry\.npmjs\.org|deb\.debian\.org)\b")
LOADS_CODE = re.compile(r"\bpickle\.load|\btorch\.load\([^)]*weights_only\s*=\s*False|\ballow_pickle\s*=\s*True")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


try:
    TRACKED = tracked()
except (OSError, subprocess.CalledProcessError):
    pytest.skip("not a git checkout", allow_module_level=True)
TEXTS = [path for path in TRACKED if path.suffix in {".py", ".toml", ".md", ".txt", ".yaml", ".js", ".html", ".css", ""}]


def test_files_are_small_and_none_are_weights() -> None:
    assert [str(path) for path in TRACKED if path.stat().st_size >= MOST_BYTES] == []
    assert [str(path) for path in TRACKED if path.suffix in WEIGHTS] == []


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    here = Path(__file__)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths if path != here
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_path_of_one_machine_is_written_down() -> None:
    assert found(MACHINE_PATHS, TEXTS) == []


def test_no_package_index_is_named() -> None:
    assert found(INDEX_HOSTS, TEXTS) == []


def test_nothing_is_loaded_that_could_run() -> None:
    rooms = [path for path in TRACKED if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"]
    assert found(LOADS_CODE, rooms) == []


def test_modules_stay_small_enough_to_read() -> None:
    rooms = {"voice", "recommender", "dialogue", "server"}
    long = {
        str(path.relative_to(ROOT)): lines
        for path in TRACKED
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in rooms
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}


def test_what_is_installed_holds_every_file_the_rooms_read() -> None:
    """A container installs the package, it does not run in the checkout."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for package, patterns in data.items() for pattern in patterns
              for path in (ROOT / package.replace(".", "/")).glob(pattern)}
    rooms = {"voice", "recommender", "dialogue", "server"}
    read = [path for path in TRACKED if path.relative_to(ROOT).parts[0] in rooms and path.suffix != ".py"]
    assert read
    assert [str(path) for path in read if path not in packed] == []


def test_every_console_command_names_a_function_that_exists() -> None:
    from typer.main import get_command

    from server.cli import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {"serve", "call", "talk", "demo", "models", "index", "evaluate"} <= set(commands)


def test_the_protocol_page_names_every_message_and_every_error() -> None:
    from server.protocol import SENTENCES, schemas

    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    types = {
        definition["properties"]["type"]["const"]
        for direction in schemas().values() for definition in direction["$defs"].values()
        if "type" in definition.get("properties", {})
    }
    assert [name for name in sorted({*types, *SENTENCES}) if f"`{name}`" not in page] == []


def test_the_architecture_page_names_every_folder() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    picture = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    folders = {path.relative_to(ROOT).parts[0] for path in TRACKED if len(path.relative_to(ROOT).parts) > 1} - {".ci"}
    assert [name for name in sorted(folders) if f"`{name}/`" not in page or f"{name}/<" not in picture] == []
