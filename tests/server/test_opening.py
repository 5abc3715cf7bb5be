"""Opening a shop: what is wrong is told at once, not after everything else was read."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.shop import ShopError
from server.engines import _side_by_side, silent
from server.settings import SettingsError, load_settings


def test_the_first_failure_does_not_wait_for_the_others() -> None:
    over = threading.Event()

    def fail() -> None:
        raise ShopError("There is no such shop.")

    with pytest.raises(ShopError, match="no such shop"):
        _side_by_side({"slow": (0, lambda: over.wait(60)), "wrong": (0, fail)}, silent)
    assert not over.is_set()
    over.set()


def test_every_part_is_there_when_all_were_read() -> None:
    assert _side_by_side({"one": (0, lambda: 1), "two": (0, lambda: 2)}, silent) == {"one": 1, "two": 2}


def test_a_command_that_fails_while_models_are_read_ends_with_its_sentence(tmp_path: Path, model: Callable[[str], Path]) -> None:
    model("whisper-base")
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--shop", str(tmp_path), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=250)
    assert ended.returncode == 1
    assert "is not a shop" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_a_mistyped_setting_is_told_with_the_one_that_is_near(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text("max_sesions = 3\n")
    with pytest.raises(SettingsError, match="no setting max_sesions; is max_sessions meant"):
        load_settings(tmp_path / "shop.toml", {})
