"""``shoptalk shop``: what the owner sees on standard output, on standard error, and in the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app

GOODS = "id,title,price,colour\n1,Oak Lamp,20.00,red\n2,Glass Vase,12.50,blue\n3,Round Bowl,8.00,blue\n"
run = CliRunner()


@pytest.fixture
def goods(tmp_path: Path) -> Path:
    path = tmp_path / "goods.csv"
    path.write_text(GOODS)
    return path


def test_import_tells_what_it_did_and_writes_json_alone(goods: Path, tmp_path: Path) -> None:
    done = run.invoke(app, ["shop", "import", str(goods), "--to", str(tmp_path / "shop"), "--currency", "gbp", "--json"])
    assert done.exit_code == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["items"], figures["currency"], figures["rows"]) == (3, "GBP", 3)
    assert figures["columns"]["price"] == "price"
    told = run.invoke(app, ["shop", "import", str(goods), "--to", str(tmp_path / "other")])
    assert told.stdout == ""
    assert "shoptalk index build" in told.stderr
    assert "stock" in told.stderr


def test_a_broken_file_is_told_in_lines_and_columns(goods: Path, tmp_path: Path) -> None:
    goods.write_text(GOODS.replace("12.50", "-3").replace("Round Bowl", ""))
    failed = run.invoke(app, ["shop", "import", str(goods), "--to", str(tmp_path / "shop")])
    assert failed.exit_code == 1
    assert "line 3, column 'price': the price '-3' is negative" in failed.stderr
    assert "line 4, column 'title': is empty" in failed.stderr
    assert "nothing was written" in failed.stderr
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--column", "price"], "write it as --column NAME=COLUMN"),
        (["--column", "cost=price"], "There is no field called 'cost'"),
        (["--slot", "mood=feeling"], "no column 'feeling'"),
        (["--interactions", "nowhere.csv"], "cannot be opened"),
    ],
)
def test_wrong_flags_are_told_in_one_sentence(goods: Path, tmp_path: Path, flags: list[str], said: str) -> None:
    failed = run.invoke(app, ["shop", "import", str(goods), "--to", str(tmp_path / "shop"), *flags])
    assert failed.exit_code == 1
    assert said in failed.stderr
    assert not (tmp_path / "shop").exists()


def test_show_and_check(goods: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    run.invoke(app, ["shop", "import", str(goods), "--to", str(shop), "--name", "Corner Shop"])
    shown = json.loads(run.invoke(app, ["shop", "show", str(shop), "--json"]).stdout)
    assert (shown["name"], shown["items"], shown["synthetic"], shown["stock_known"]) == ("Corner Shop", 3, False, False)
    checked = json.loads(run.invoke(app, ["shop", "check", str(shop), "--json"]).stdout)
    assert checked["usable"] is True
    assert any("stock" in warning for warning in checked["warnings"])
    (shop / "catalogue.csv").write_text("id,title,price,colour\n1,,20.00,red\n")
    broken = run.invoke(app, ["shop", "check", str(shop), "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["usable"] is False


def test_what_is_no_shop_is_said(tmp_path: Path) -> None:
    failed = run.invoke(app, ["shop", "show", str(tmp_path)])
    assert failed.exit_code == 1
    assert "is not a shop" in failed.stderr
