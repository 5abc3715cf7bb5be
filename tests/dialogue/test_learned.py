"""The learned tracker: it learns from labelled dialogues, reads values it never saw, and is kept as plain data."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dialogue.features import DONT_CARE, Exchange, Past
from dialogue.learned import LabelledTurn, LearnedTracker
from dialogue.learning import train
from dialogue.shop import ShopError, load_shop
from dialogue.state import BeliefState
from dialogue.understanding import Reader
from server.cli import app

SHOP = Path(__file__).parents[2] / "benchmarks" / "shops" / "woz2"
FOODS = ["italian", "thai", "french", "indian", "chinese", "spanish", "korean", "turkish", "british", "greek"]
AREAS = ["north", "south", "east", "west", "centre"]


@cache
def reader() -> Reader:
    return Reader.of(load_shop(SHOP), [])


def dialogues() -> list[list[LabelledTurn]]:
    """Invented conversations in a few turns of phrase, enough to learn what matters."""
    made = []
    for number, food in enumerate(FOODS * 3):
        area = AREAS[number % 5]
        open_area = number % 3 == 0
        second = "I really could not say." if open_area else f"The {area} please."
        held = {"food": (food,), "area": (DONT_CARE if open_area else area,)}
        made.append(
            [
                LabelledTurn("", f"I would like some {food} food", {"food": (food,)}),
                LabelledTurn("Which part of town?", second, held),
                LabelledTurn(f"There is a nice {food} place.", "What is the phone number?", held, ("phone",)),
            ]
        )
    return made


@cache
def model() -> LearnedTracker:
    return train(dialogues(), reader(), lasting=True)


def read(system: str, user: str, past: Past) -> Past:
    turn = model().read(Exchange.read(system, user, reader(), past), reader().shop, reader().vocabulary)
    return past.then(turn.slots, turn.requested, turn.act)


def test_it_reads_values_it_never_saw_and_keeps_them() -> None:
    past = read("", "I would like some vietnamese food", Past())
    assert past.before == {"food": ("vietnamese",)}
    past = read("Which part of town?", "The north please.", past)
    assert past.before == {"food": ("vietnamese",), "area": ("north",)}
    past = read("There is a nice vietnamese place.", "What is the phone number?", past)
    assert past.before == {"food": ("vietnamese",), "area": ("north",)}
    assert past.requested == ("phone",)


def test_it_learns_a_way_of_not_minding_that_no_rule_knows() -> None:
    assert not reader().read("I really could not say.", BeliefState(asked_slot="area")).changes
    past = read("", "I would like some polish food", Past())
    assert read("Which part of town?", "I really could not say.", past).before["area"] == (DONT_CARE,)


def test_it_is_kept_as_plain_arrays_and_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "understanding.npz"
    model().save(path)
    again = LearnedTracker.load(path)
    assert np.allclose(again.weights, model().weights, atol=0.01)
    assert (again.frequent, again.floors, again.requests) == (model().frequent, model().floors, model().requests)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ShopError, match=r"understanding\.npz"):
        LearnedTracker.load(path)


def test_the_command_prints_one_object_and_says_who_read(tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    rows = [
        {"id": str(number), "turns": [{"system": turn.system, "user": turn.user, "requested": list(turn.requested),
                                       "state": {slot: values[0] for slot, values in turn.slots.items()}} for turn in turns]}
        for number, turns in enumerate(dialogues())
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = ["evaluate", "understanding", str(file), "--shop", str(SHOP), "--json"]
    done = CliRunner().invoke(app, [*command, "--part", "odd", "--learn-from", str(file), "--learn-part", "even"])
    figures = json.loads(done.stdout)
    assert figures["joint_goal_accuracy"] > 0.9
    assert figures["turns"] == 45
    by_rules = json.loads(CliRunner().invoke(app, [*command, "--rules"]).stdout)
    assert by_rules["reader"] == "rules"
    assert 0.5 < by_rules["joint_goal_accuracy"] < figures["joint_goal_accuracy"]


def test_a_file_that_is_no_dialogues_is_told_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"turns": []}\nnot json\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", "understanding", str(file), "--shop", str(SHOP)])
    assert done.exit_code == 1
    assert "line 2" in " ".join(done.output.split())

