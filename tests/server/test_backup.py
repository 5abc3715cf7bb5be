"""A shop in one file and back: all of it, while it is open, and never half."""

from __future__ import annotations

import errno
import io
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest
from little_parlour import CATALOGUE, WordEmbedder, make_engines
from typer.testing import CliRunner

from recommender.living import SetPrice
from recommender.store import ShopRecommender, open_recommender
from server import backup, places
from server.backup import BackupError, back_up, restore
from server.cli import app
from server.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with an index, a price changed since, and a memory that is being written to."""
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    monkeypatch.setattr(places, "indexes_dir", lambda shop_id: tmp_path / "indexes")
    recommender = make_engines(tmp_path).recommender
    assert isinstance(recommender, ShopRecommender)
    recommender.change([SetPrice(id="mug-red-0", price_minor=4_200)])
    with sqlite3.connect(tmp_path / "memory.sqlite") as memory:
        memory.execute("pragma journal_mode=wal")
        memory.execute("create table traits (shopper, text)")
        memory.execute("insert into traits values ('s1', 'likes blue')")
    return tmp_path


def settings(home: Path) -> Settings:
    return Settings(shop=home / "corner")


def remembered(home: Path) -> list[tuple[str, str]]:
    return sqlite3.connect(home / "memory.sqlite").execute("select * from traits").fetchall()


def test_everything_comes_back_and_what_stood_there_is_moved_aside(home: Path) -> None:
    contents = back_up(settings(home), home / "shop.tar.gz")
    assert contents.memory
    assert contents.index
    (home / "corner" / "catalogue.csv").write_text("id\n")
    (home / "indexes" / "current").unlink()
    with sqlite3.connect(home / "memory.sqlite") as memory:
        memory.execute("delete from traits")
    with pytest.raises(BackupError, match="--force"):
        restore(home / "shop.tar.gz", settings(home))
    assert restore(home / "shop.tar.gz", settings(home), force=True).shop == "corner"
    assert (home / "corner" / "catalogue.csv").read_text() == CATALOGUE
    item = open_recommender(home / "corner", home / "indexes", WordEmbedder()).item("mug-red-0")
    assert item is not None
    assert item.price_minor == 4_200                        # the change made while the shop was open
    assert remembered(home) == [("s1", "likes blue")]
    assert len(list(home.glob("*.before-*"))) == 3


def test_to_a_new_machine(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(settings(home), home / "shop.tar.gz")
    there = tmp_path / "there"
    monkeypatch.setenv("SHOPTALK_HOME", str(there))
    monkeypatch.setattr(places, "indexes_dir", lambda shop_id: there / "indexes")
    restore(home / "shop.tar.gz", Settings(shop=there / "corner"))
    assert open_recommender(there / "corner", there / "indexes", WordEmbedder()).items()
    assert remembered(there) == [("s1", "likes blue")]


def test_a_back_up_holds_no_settings_and_nobody_else_may_read_it(home: Path) -> None:
    back_up(Settings(shop=home / "corner", token="a-secret-token"), home / "shop.tar.gz")
    assert (home / "shop.tar.gz").stat().st_mode & 0o077 == 0
    with tarfile.open(home / "shop.tar.gz") as archive:
        texts = b"".join(member.read() for name in archive.getnames() if (member := archive.extractfile(name)) is not None)
    assert b"a-secret-token" not in texts


def test_a_full_disk_leaves_no_half_back_up_and_the_last_one_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(settings(home), home / "shop.tar.gz")
    before = (home / "shop.tar.gz").read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", full)
    told = CliRunner().invoke(app, ["backup", str(home / "shop.tar.gz"), "--shop", str(home / "corner")])
    assert told.exit_code == 1
    assert "No space left on device" in told.stderr.replace("\n", " ")
    assert (home / "shop.tar.gz").read_bytes() == before
    assert not list(home.glob(".shop.tar.gz*"))


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "outside", "missing"])
def test_what_is_damaged_or_malicious_changes_nothing(home: Path, damage: str) -> None:
    file = home / "shop.tar.gz"
    back_up(settings(home), file)
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        file.write_bytes(whole[:2000] + bytes(byte ^ 0xFF for byte in whole[2000:2040]) + whole[2040:])
    elif damage == "foreign":
        file.write_bytes(b"not a back-up at all")
    else:
        name = "../evil.txt" if damage == "outside" else "shop/gone.csv"
        said = json.dumps({"format": 1, "shop": "corner", "made": "", "index": None, "memory": False, "files": {name: "0" * 64}})
        with tarfile.open(file, "w:gz") as archive:
            for member, content in (("manifest.json", said.encode()), ("../evil.txt", b"evil")):
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    with pytest.raises(BackupError, match=r"damaged|no back-up|outside"):
        restore(file, settings(home), force=True)
    assert (home / "corner" / "catalogue.csv").read_text() == CATALOGUE
    assert not (home.parent / "evil.txt").exists()
    assert not list(home.glob("*.before-*"))
    assert not list(home.glob(".restoring-*"))


def test_a_memory_in_a_database_server_is_said_to_be_backed_up_there(home: Path) -> None:
    elsewhere = Settings(shop=home / "corner", memory_url="postgresql://user:pw@db/name")
    with pytest.raises(BackupError, match="--without-memory") as told:
        back_up(elsewhere, home / "shop.tar.gz")
    assert "pw" not in str(told.value)
    words = ["backup", str(home / "a.tar.gz"), "--shop", str(home / "corner"), "--without-memory", "--json"]
    done = CliRunner().invoke(app, words)
    assert json.loads(done.stdout)["memory"] is False
