"""A session and its memory: two visits of one shopper, with agreement and without, over a real database file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from little_parlour import Parlour, make_engines
from typer.testing import CliRunner

from dialogue.remembering import Known, Trait
from server import session_memory
from server.cli import app
from server.engines import Engines
from server.protocol import ItemsSaid, ReplySaid, Text, TurnSaid
from server.session_memory import MemoryAt


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take long to open a database for the first time; test_faults has how long a shopper waits."""
    monkeypatch.setattr(session_memory, "RECALL_WITHIN_S", 20.0)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("remembering"))


@pytest.fixture
def engines(plain: Engines, tmp_path: Path) -> Engines:
    return replace(plain, memory=MemoryAt(f"sqlite:///{tmp_path / 'memory.sqlite'}"))


def known(engines: Engines, shopper: str) -> Known:
    assert engines.memory is not None
    return engines.memory.open().recall(engines.shop.shop.id, shopper)


async def visit(engines: Engines, *lines: str, **start: object) -> list[str]:
    """Say the lines, one after the other, and leave; gives the replies, in words."""
    replies = []
    async with Parlour(engines, output="text", **start) as parlour:
        for number, line in enumerate(lines, start=1):
            before = len(parlour.sent)
            await parlour.tell(Text(text=line))
            await parlour.until(lambda turns=number: len(parlour.of(TurnSaid)) >= turns)
            replies.append(" ".join(sent.text for sent in parlour.sent[before:] if isinstance(sent, ReplySaid)))
    return replies


async def test_a_shopper_who_agreed_is_known_at_the_next_visit(engines: Engines) -> None:
    await visit(engines, "please remember me", "a red mug, nothing blue", shopper="anna")
    assert known(engines, "anna").agreed
    assert set(known(engines, "anna").traits) == {Trait("likes", "colour", "red"), Trait("dislikes", "colour", "blue")}
    replies = await visit(engines, "a lamp", shopper="anna")
    assert "Last time you liked red." in replies[0]
    assert "colour" not in replies[0].split("?")[0].split(".")[-1]


async def test_agreement_can_come_with_the_start(engines: Engines) -> None:
    await visit(engines, "a green scarf", shopper="anna", remember=True)
    assert known(engines, "anna").traits == (Trait("likes", "colour", "green"),)


@pytest.mark.parametrize("start", [{"shopper": "anna"}, {"shopper": "anna", "remember": False}, {}])
async def test_nothing_is_kept_of_one_who_did_not_agree(engines: Engines, start: dict[str, object]) -> None:
    await visit(engines, "a red mug", **start)
    assert known(engines, "anna") == Known(kept=True)


async def test_who_did_not_say_their_name_is_told_that_nothing_will_be_kept(engines: Engines) -> None:
    replies = await visit(engines, "please remember me")
    assert "only this conversation" in replies[0]


async def test_what_is_known_is_shown_and_can_be_corrected(engines: Engines) -> None:
    await visit(engines, "a red mug", shopper="anna", remember=True)
    shown, _, after = await visit(
        engines, "what do you know about me", "forget that I like red", "what do you know about me?", shopper="anna"
    )
    assert "you like red" in shown.lower()
    assert "red" not in after
    assert known(engines, "anna").traits == ()


async def test_what_was_bought_is_owned_and_not_offered_again(engines: Engines) -> None:
    await visit(engines, "a red mug", "I'll take the first one", shopper="anna", remember=True)
    (owned,) = known(engines, "anna").owned
    assert owned.startswith("mug-red")
    async with Parlour(engines, output="text", shopper="anna") as parlour:
        await parlour.tell(Text(text="a red mug"))
        await parlour.until(lambda: parlour.of(ItemsSaid))
        assert owned not in {item.id for item in parlour.of(ItemsSaid)[0].items}


async def test_forget_me_leaves_nothing_and_ends_the_agreement(engines: Engines, tmp_path: Path) -> None:
    await visit(engines, "a green scarf", shopper="anna", remember=True)
    replies = await visit(engines, "forget me", "a red mug", shopper="anna")
    assert "forgotten" in replies[0]
    assert known(engines, "anna") == Known(kept=True)
    assert all(b"anna" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_a_memory_that_fails_does_not_stop_the_conversation(plain: Engines, caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(plain, memory=MemoryAt("postgresql://nobody@127.0.0.1:1/none"))
    replies = await visit(broken, "a red mug", shopper="anna", remember=True)
    assert "Dawn" in replies[0]
    assert "cannot be opened" in caplog.text


def test_an_owner_sees_and_forgets_a_shopper(engines: Engines, tmp_path: Path) -> None:
    assert engines.memory is not None
    engines.memory.open().keep("corner", "anna", Known(True, True), [Trait("likes", "colour", "red", "mother")])
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "shop.toml").write_text('[shop]\nid = "corner"\nname = "Corner"\n[catalogue]\nfile = "catalogue.csv"\n')

    def run(what: str) -> dict[str, object]:
        options = ["--shop", str(shop), "--memory-url", engines.memory.url if engines.memory else "", "--json"]
        result = CliRunner().invoke(app, ["memory", what, "anna", *options])
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    assert run("show")["likes (colour, for mother)"] == ["red"]
    assert run("forget")["forgotten"] is True
    assert run("show") == {"shopper": "anna", "shop": "corner", "agreed": False}
