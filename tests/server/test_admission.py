"""Who is let in: by what talk costs, and by how long people wait. In virtual time, on a machine that shares its cores evenly."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from server import admission as admission_module
from server.admission import LEAST_TURNS, RECENT_S, Admission, available_cores
from server.protocol import TurnSaid
from server.settings import Settings

STEP_S = 0.02
ENDPOINT_S = 0.2
"""From the end of speech until it is known to be one."""


@dataclass
class Work:
    """Something that so many threads do."""

    left_core_s: float
    threads: int


@dataclass
class Machine:
    """Cores, what runs on them, and the processor time that was used."""

    cores: float = 2.0
    now_s: float = 0.0
    used_s: float = 0.0
    running: list[Work] = field(default_factory=list)

    def step(self) -> None:
        share = min(1.0, self.cores / max(1, sum(work.threads for work in self.running)))
        for work in self.running:
            done = min(work.left_core_s, share * work.threads * STEP_S)
            work.left_core_s -= done
            self.used_s += done
        self.running = [work for work in self.running if work.left_core_s > 1e-9]
        self.now_s += STEP_S


def caller(machine: Machine, admission: Admission, onsets_ms: list[float], cost: float) -> Iterator[None]:
    """Somebody who talks and talks: three seconds of speech, an answer of five, a second to breathe. ``cost`` 1: half a core."""
    def until(at_s: float) -> Iterator[None]:
        while machine.now_s < at_s:
            yield

    while True:
        machine.running.append(Work(1.5 * cost, 1))              # words shown while they are spoken
        yield from until(machine.now_s + 3.0)
        ended_s = machine.now_s
        yield from until(ended_s + ENDPOINT_S)
        answer = Work(0.6 * cost, 2)                              # hearing it, and the first words
        machine.running.append(answer)
        while answer in machine.running:
            yield
        onsets_ms.append((machine.now_s - ended_s) * 1000)
        admission.saw(TurnSaid(turn=1, spoken=True, onset_ms=onsets_ms[-1]))
        machine.running.append(Work(2.4 * cost, 2))              # the rest of the reply
        yield from until(machine.now_s + 6.0)


def let_talk(arrive_s: list[float], *, cost: float = 1.0, minutes: float = 10, **settings: float) -> tuple[int, float]:
    """Callers who come and stay: how many were let in, and what 95 % of their waits kept, in ms."""
    machine, onsets_ms = Machine(), list[float]()
    admission = Admission(Settings(max_sessions=100, **settings), lambda: machine.now_s, lambda: machine.used_s, cores=2.0)  # type: ignore[arg-type]
    coming, inside, looked_s = deque(sorted(arrive_s)), list[Iterator[None]](), 0.0
    while machine.now_s < minutes * 60:
        while coming and coming[0] <= machine.now_s:
            coming.popleft()
            if admission.refusal(len(inside), len(inside)) is None:
                inside.append(caller(machine, admission, onsets_ms, cost))
        if machine.now_s - looked_s >= 1:
            looked_s = machine.now_s
            admission.look(len(inside))
        for one in inside:
            next(one)
        machine.step()
    return len(inside), float(np.percentile(onsets_ms, 95))


AT_ONCE = [0.25 * number for number in range(8)]
ONE_BY_ONE = [20.0 * number for number in range(25)]


@pytest.mark.parametrize("arrive_s", [AT_ONCE, ONE_BY_ONE])
def test_past_the_knee_newcomers_are_refused_and_those_inside_are_answered_in_time(arrive_s: list[float]) -> None:
    served, p95_ms = let_talk(arrive_s)
    assert 2 <= served <= 3
    assert p95_ms < 1_000
    everybody, p95_ms = let_talk(arrive_s[:8], crowded_load=1e9, crowded_onset_ms=1e9)
    assert everybody == 8
    assert p95_ms > 2_000                                         # what would have become of it


def test_what_talk_really_costs_decides_once_it_was_measured() -> None:
    dear, _ = let_talk(ONE_BY_ONE, cost=1.6)
    usual, _ = let_talk(ONE_BY_ONE)
    cheap, p95_ms = let_talk(ONE_BY_ONE, cost=0.25)
    assert dear < usual < cheap
    assert cheap >= 6
    assert p95_ms < 1_000


def test_waits_refuse_where_the_work_is_done_elsewhere() -> None:
    now_s = 0.0
    admission = Admission(Settings(max_sessions=4, crowded_onset_ms=1_000), lambda: now_s, lambda: 0.0, cores=16)
    slow = TurnSaid(turn=1, spoken=True, onset_ms=1_800)
    for _ in range(LEAST_TURNS):
        assert admission.refusal(1, 1) is None
        admission.saw(slow)
    assert admission.refusal(1, 1) == ("crowded", "")
    assert admission.refusal(0, 0) is None                       # nobody is inside to be protected
    assert admission.refusal(4, 4) == ("busy", 4)
    now_s = RECENT_S + 1
    assert admission.refusal(1, 1) is None


def test_who_only_listens_keeps_nobody_out_and_the_first_always_comes_in() -> None:
    admission = Admission(Settings(), lambda: 0.0, lambda: 0.0, cores=0.5)
    assert admission.refusal(0, 0) is None
    assert admission.refusal(1, 1) == ("crowded", "")
    assert admission.refusal(5, 0) is None


def test_a_containers_share_of_the_cores_is_what_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission_module, "CPU_LIMIT", tmp_path / "cpu.max")
    whole = available_cores()
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert available_cores() == whole
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert available_cores() == 0.5
