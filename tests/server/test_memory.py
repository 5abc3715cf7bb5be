"""What is remembered between visits: only of those who agreed, used, shown, corrected, and gone when it shall be forgotten.

The database's own tests run on SQLite and, where PostgreSQL is installed, on a server of their own.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from dialogue.remembering import Known, Trait
from server.memory import ForgetfulError
from server.memory.store import Memory, open_memory
from server.memory.tables import metadata

SHOP, ANNA = "demo", "anna"
LINEN = Trait("likes", "material", "linen")
AGREED = Known(kept=True, agreed=True)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own; skips where none can be started."""
    programs = next(iter(_folders("initdb")), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed (its initdb is not found)")
    pytest.importorskip("psycopg", reason="shoptalk[postgres] is not installed")
    folder = tmp_path_factory.mktemp("postgres")
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}   # PostgreSQL refuses to run as root
    try:
        if user:
            for above in (folder, *folder.parents[:2]):
                above.chmod(0o755)
            shutil.chown(folder, "postgres")
        run = {"check": True, "capture_output": True, "timeout": 60, "cwd": folder, **user}
        data = folder / "data"
        subprocess.run([f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "test", "--no-sync", "--locale=C.UTF-8"], **run)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        subprocess.run([f"{programs}/pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **run)
    except (LookupError, PermissionError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL does not start here ({error})")
    yield f"postgresql://test@127.0.0.1:{port}/postgres"
    subprocess.run([f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)


def _folders(program: str) -> list[str]:
    """Folders that hold a program of PostgreSQL's and its pg_ctl, real ones first (wrappers may choose another version)."""
    found = [*sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), reverse=True), shutil.which(program) or ""]
    return [str(Path(path).parent) for path in found if path and (Path(path).parent / "pg_ctl").exists()]


@pytest.fixture(params=["sqlite", "postgresql"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    if request.param == "sqlite":
        opened = open_memory(f"sqlite:///{tmp_path / 'memory.sqlite'}")
    else:
        opened = open_memory(request.getfixturevalue("postgres"))
    yield opened
    for shopper in (ANNA, "ben"):
        opened.forget(SHOP, shopper)
    opened.close()


def test_nothing_is_known_of_a_stranger(memory: Memory) -> None:
    assert memory.recall(SHOP, "stranger") == Known(kept=True, agreed=False)


def test_nothing_is_kept_without_agreement(memory: Memory) -> None:
    memory.keep(SHOP, ANNA, Known(kept=True), [LINEN])
    assert memory.recall(SHOP, ANNA) == Known(kept=True)


def test_what_was_taught_is_known_at_the_next_visit_newest_first(memory: Memory) -> None:
    memory.agree(SHOP, ANNA)
    memory.keep(SHOP, ANNA, AGREED, [LINEN])
    green = Trait("dislikes", "colour", "green", "mother")
    memory.keep(SHOP, ANNA, memory.recall(SHOP, ANNA), [green, Trait("owns", "", "LP0001")])
    known = memory.recall(SHOP, ANNA)
    assert known.agreed
    assert set(known.traits) == {LINEN, green, Trait("owns", "", "LP0001")}
    assert known.traits[-1] == LINEN
    assert (known.of("dislikes", ["mother"]), known.of("dislikes", [""])) == ({"colour": ("green",)}, {})
    assert known.owned == ("LP0001",)


def test_a_taste_that_turned_is_not_kept_both_ways(memory: Memory) -> None:
    memory.keep(SHOP, ANNA, AGREED, [LINEN])
    memory.keep(SHOP, ANNA, memory.recall(SHOP, ANNA), [Trait("dislikes", "material", "linen")])
    assert memory.recall(SHOP, ANNA).traits == (Trait("dislikes", "material", "linen"),)


def test_what_the_conversation_took_back_is_gone(memory: Memory) -> None:
    memory.keep(SHOP, ANNA, AGREED, [LINEN, Trait("likes", "colour", "navy")])
    memory.keep(SHOP, ANNA, Known(True, True, (Trait("likes", "colour", "navy"),)), [])
    assert memory.recall(SHOP, ANNA).traits == (Trait("likes", "colour", "navy"),)


def test_forget_me_forgets_one_shopper_and_no_other(memory: Memory) -> None:
    for shopper in (ANNA, "ben"):
        memory.keep(SHOP, shopper, AGREED, [LINEN])
    assert memory.forget(SHOP, ANNA)
    assert not memory.forget(SHOP, ANNA)
    assert memory.recall(SHOP, ANNA) == Known(kept=True)
    assert memory.recall(SHOP, "ben").traits == (LINEN,)


def test_shops_do_not_know_each_others_shoppers(memory: Memory) -> None:
    memory.keep(SHOP, ANNA, AGREED, [LINEN])
    assert memory.recall("another", ANNA) == Known(kept=True)


def test_odd_ids_are_only_ids(memory: Memory) -> None:
    odd = "ben'; drop table traits; --"
    memory.keep(SHOP, odd, AGREED, [LINEN])
    assert memory.recall(SHOP, odd).traits == (LINEN,)
    memory.forget(SHOP, odd)
    with pytest.raises(ForgetfulError, match="at most 100 characters"):
        memory.agree(SHOP, "x" * 101)


def test_the_migrations_make_the_tables_that_the_code_declares(memory: Memory) -> None:
    found = inspect(memory._engine)
    for table in metadata.sorted_tables:
        made = {column["name"]: (str(column["type"]), column["nullable"]) for column in found.get_columns(table.name)}
        assert set(made) == {column.name for column in table.columns}
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [column.name for column in table.primary_key]


def test_opening_twice_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'memory.sqlite'}"
    first = open_memory(url)
    first.keep(SHOP, ANNA, AGREED, [LINEN])
    first.close()
    assert open_memory(url).recall(SHOP, ANNA).traits == (LINEN,)


def test_nothing_of_the_forgotten_is_left_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "memory.sqlite"
    opened = open_memory(f"sqlite:///{file}")
    opened.keep(SHOP, "anna-from-elsewhere", AGREED, [Trait("likes", "material", "gossamerlinen")])
    assert b"gossamerlinen" in file.read_bytes()
    opened.forget(SHOP, "anna-from-elsewhere")
    opened.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"gossamerlinen" not in left
    assert b"anna-from-elsewhere" not in left


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nowhere/memory.sqlite", "postgresql://nobody@127.0.0.1:1/none"])
def test_what_is_no_database_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(ForgetfulError, match=r"(memory_url|cannot be opened).*[.?]$"):
        open_memory(url)


def test_the_password_is_not_told() -> None:
    with pytest.raises(ForgetfulError) as failed:
        open_memory("postgresql://anna:verysecret@127.0.0.1:1/none")
    assert "verysecret" not in str(failed.value)


def test_a_broken_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "memory.sqlite"
    opened = open_memory(f"sqlite:///{file}")
    with contextlib.closing(create_engine(f"sqlite:///{file}").raw_connection()) as raw:
        raw.execute("drop table traits")
        raw.commit()
    with pytest.raises(ForgetfulError, match="did not answer"):
        opened.recall(SHOP, ANNA)

