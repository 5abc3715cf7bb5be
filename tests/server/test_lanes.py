"""The scheduler: urgent work first, useless work never, one hung engine never takes the others with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from server import lanes as lanes_module
from server.lanes import Dropped, EngineSlowError, Lane, Lanes


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


async def _held(lanes: Lanes) -> threading.Event:
    """Keep the hearing bench busy until the event is set."""
    go = threading.Event()
    began = threading.Event()
    lanes.submit("hearing", Lane.VOICE_ACTIVITY, lambda: (began.set(), go.wait(20)))
    await asyncio.to_thread(began.wait, 20)
    return go


async def test_the_most_urgent_job_goes_first(lanes: Lanes) -> None:
    go = await _held(lanes)
    order: list[str] = []
    jobs = [
        lanes.submit("hearing", Lane.SPECULATION, lambda: order.append("guess")),
        lanes.submit("hearing", Lane.REST, lambda: order.append("rest")),
        lanes.submit("hearing", Lane.FINAL_TRANSCRIPT, lambda: order.append("final")),
        lanes.submit("hearing", Lane.FINAL_TRANSCRIPT, lambda: order.append("final of another")),
    ]
    go.set()
    for job in jobs:
        await job
    assert order == ["final", "final of another", "rest", "guess"]


async def test_a_guess_that_became_certain_overtakes(lanes: Lanes) -> None:
    go = await _held(lanes)
    order: list[str] = []
    guess = lanes.submit("hearing", Lane.SPECULATION, lambda: order.append("guess"))
    rest = lanes.submit("hearing", Lane.REST, lambda: order.append("rest"))
    guess.promote(Lane.FINAL_TRANSCRIPT)
    guess.promote(Lane.REST)      # never less urgent again
    go.set()
    await guess
    await rest
    assert order == ["guess", "rest"]


async def test_stale_work_is_never_begun(lanes: Lanes) -> None:
    go = await _held(lanes)
    ran: list[int] = []
    revision = 1
    job = lanes.submit("hearing", Lane.SPECULATION, lambda: ran.append(1), stale=lambda: revision != 1)
    revision = 2
    go.set()
    with pytest.raises(Dropped):
        await job
    assert not ran
    assert lanes.figures[Lane.SPECULATION].dropped == 1


async def test_a_full_bench_drops_the_least_urgent(lanes: Lanes) -> None:
    go = await _held(lanes)
    guess = lanes.submit("hearing", Lane.SPECULATION, lambda: None)
    finals = [lanes.submit("hearing", Lane.FINAL_TRANSCRIPT, lambda: 1) for _ in range(lanes_module.MAX_WAITING)]
    with pytest.raises(Dropped):
        await guess
    go.set()
    assert [await job for job in finals] == [1] * lanes_module.MAX_WAITING


async def test_a_hung_engine_is_given_up_and_the_bench_goes_on(lanes: Lanes) -> None:
    forever = threading.Event()
    with pytest.raises(EngineSlowError):
        await lanes.run("speaking", Lane.FIRST_CLAUSE, lambda: forever.wait(30), limit_s=0.1)
    assert await lanes.run("speaking", Lane.FIRST_CLAUSE, lambda: "well again") == "well again"
    assert lanes.figures[Lane.FIRST_CLAUSE].slow == 1
    forever.set()


async def test_an_engine_that_raises_spoils_only_its_own_job(lanes: Lanes) -> None:
    with pytest.raises(ZeroDivisionError):
        await lanes.run("thinking", Lane.REST, lambda: 1 // 0)
    assert await lanes.run("thinking", Lane.REST, lambda: 2) == 2


async def test_benches_do_not_wait_for_each_other(lanes: Lanes) -> None:
    go = await _held(lanes)
    assert await lanes.run("listening", Lane.VOICE_ACTIVITY, lambda: "heard") == "heard"
    assert any(lanes._benches["hearing"]._running.values())      # the one that is held is held still
    go.set()


async def test_after_closing_nothing_is_begun() -> None:
    lanes = Lanes()
    lanes.close()
    with pytest.raises(Dropped):
        await lanes.run("hearing", Lane.FINAL_TRANSCRIPT, lambda: 1)
