"""Lanes, not luck: one scheduler for the work of all sessions.

Each engine has a *bench*: a worker thread that takes the most urgent job first. Engines set their own thread counts; a bench
whose work may wait (the LLM's) runs at a lower priority of the operating system, and so do the threads its engine starts: a
thread inherits the priority of the one that made it. So a long sentence being phrased never delays somebody's first word.

A job past its usefulness is dropped where it stands in the queue, never begun. A job that hangs is given up after a limit: its
caller gets ``EngineSlowError``, the bench gets a new worker, and every other session goes on.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, Literal, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
BenchName = Literal["listening", "turn_end", "hearing", "glancing", "thinking", "phrasing", "speaking"]

MAX_WAITING = 64
"""Jobs one bench keeps; past it the least urgent is dropped."""
JOB_LIMIT_S = 20.0
"""Longest any job may run before it counts as hung."""
NICE: dict[BenchName, int] = {
    "listening": 0, "turn_end": 0, "hearing": 0, "glancing": 15, "thinking": 0, "phrasing": 10, "speaking": 0,
}
"""Added to the worker's niceness; 0 is the process's own."""
WATCHDOG_S = 0.25
WORKERS: dict[BenchName, int] = {"phrasing": 4}
"""Workers of a bench that has more than one: phrasing mostly waits for the LLM's own thread."""
KEPT_WAITS = 512
SICK_AFTER, SICK_FOR_S = 3, 300.0
"""A bench on which so many jobs hung within this time is sick: each left a thread stuck in its engine."""


class Lane(IntEnum):
    """Most urgent first."""

    VOICE_ACTIVITY = 0
    BARGE_IN = 1
    FINAL_TRANSCRIPT = 2
    FIRST_CLAUSE = 3
    REST = 4
    SPECULATION = 5


class Dropped(Exception):  # noqa: N818 - it is no error
    """The job was past its usefulness, or the queue was full of more urgent ones, before it began."""


class EngineSlowError(Exception):
    """The job ran past its limit and was given up."""


@dataclass
class Job(Generic[T]):
    """A unit of work waiting or running. ``await job`` gives its result."""

    work: Callable[[], T]
    lane: Lane
    stale: Callable[[], bool]
    done: asyncio.Future[T]
    queued_s: float
    number: int
    bench: Bench
    limit_s: float
    began_s: float | None = None
    took_ms: float = 0.0

    def promote(self, lane: Lane) -> None:
        """Make a waiting job more urgent; it never becomes less so."""
        self.bench.promote(self, lane)

    def ran_past_limit(self, now_s: float) -> bool:
        return self.began_s is not None and now_s - self.began_s >= self.limit_s

    def __await__(self) -> Any:
        return asyncio.shield(self.done).__await__()


@dataclass
class LaneFigures:
    """What a lane has seen since the start."""

    done: int = 0
    dropped: int = 0
    slow: int = 0
    waits_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_WAITS))


class Bench:
    """One engine's workers and their queue. Thread safe."""

    def __init__(self, name: BenchName, figures: dict[Lane, LaneFigures]) -> None:
        self.name = name
        self._figures = figures
        self._queue: list[tuple[Lane, int, Job[Any]]] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._closed = False
        self._worker_numbers = itertools.count(1)
        self._given_up_s: deque[float] = deque(maxlen=SICK_AFTER)
        self._running: dict[int, Job[Any] | None] = {}
        """What each live worker is doing; a worker that is not here any more was given up."""
        for _ in range(WORKERS.get(name, 1)):
            self._start_worker()

    def submit(self, work: Callable[[], T], lane: Lane, stale: Callable[[], bool], limit_s: float) -> Job[T]:
        loop = asyncio.get_running_loop()
        job = Job(work, lane, stale, loop.create_future(), time.monotonic(), next(self._numbers), self, limit_s)
        job.done.add_done_callback(_retrieve)
        with self._wake:
            if self._closed:
                job.done.set_exception(Dropped("the server is closing"))
                return job
            heapq.heappush(self._queue, (lane, job.number, job))
            if len(self._queue) > MAX_WAITING:
                worst = max(self._queue)
                self._queue.remove(worst)
                heapq.heapify(self._queue)
                self._drop(worst[2])
            self._wake.notify()
        return job

    def promote(self, job: Job[Any], lane: Lane) -> None:
        with self._wake:
            if job.began_s is not None or lane >= job.lane:
                return
            waiting = (job.lane, job.number, job)
            if waiting in self._queue:
                self._queue.remove(waiting)
                job.lane = lane
                self._queue.append((lane, job.number, job))
                heapq.heapify(self._queue)

    @property
    def sick(self) -> bool:
        """Its engine hangs again and again; only a new process helps."""
        return len(self._given_up_s) == SICK_AFTER and time.monotonic() - self._given_up_s[0] < SICK_FOR_S

    def close(self) -> None:
        with self._wake:
            self._closed = True
            for _, _, job in self._queue:
                self._drop(job)
            self._queue.clear()
            self._wake.notify_all()

    def _start_worker(self) -> None:
        number = next(self._worker_numbers)
        self._running[number] = None
        threading.Thread(target=self._work, args=(number,), name=f"lane-{self.name}-{number}", daemon=True).start()

    def _drop(self, job: Job[Any]) -> None:
        self._figures[job.lane].dropped += 1
        _settle(job, error=Dropped("past its usefulness"))

    def _work(self, number: int) -> None:
        make_nice(NICE[self.name])
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if not self._queue:
                    return
                _, _, job = heapq.heappop(self._queue)
                if job.done.cancelled() or job.stale():
                    self._drop(job)
                    continue
                job.began_s = time.monotonic()
                self._running[number] = job
            try:
                result = job.work()
            except BaseException as error:
                job.took_ms = (time.monotonic() - job.began_s) * 1000
                _settle(job, error=error)
            else:
                job.took_ms = (time.monotonic() - job.began_s) * 1000
                _settle(job, result=result)
            with self._wake:
                if number not in self._running:
                    return   # given up, and replaced
                self._running[number] = None
                figures = self._figures[job.lane]
                figures.done += 1
                figures.waits_ms.append((job.began_s - job.queued_s) * 1000)

    def give_up_if_hung(self) -> None:
        """Leave a worker that is stuck in an engine to its fate and let a fresh one go on with the queue."""
        with self._wake:
            now_s = time.monotonic()
            hung = [(number, job) for number, job in self._running.items() if job is not None and job.ran_past_limit(now_s)]
            for number, job in hung:
                del self._running[number]
                self._given_up_s.append(now_s)
                self._figures[job.lane].slow += 1
                self._start_worker()
        for _, job in hung:
            log.error("a job on the %s bench ran past %.1f s and was given up", self.name, job.limit_s)
            _settle(job, error=EngineSlowError(f"{self.name} ran past {job.limit_s:.1f} s"))


class Lanes:
    """All benches. One a server, shared by every session."""

    def __init__(self) -> None:
        self.figures: dict[Lane, LaneFigures] = {lane: LaneFigures() for lane in Lane}
        self._benches: dict[BenchName, Bench] = {name: Bench(name, self.figures) for name in NICE}
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="lanes-watchdog", daemon=True).start()

    def submit(
        self, bench: BenchName, lane: Lane, work: Callable[[], T], *, stale: Callable[[], bool] = lambda: False,
        limit_s: float = JOB_LIMIT_S,
    ) -> Job[T]:
        """Queue ``work`` for the bench's thread. Call from the event loop. The job can be awaited and promoted."""
        return self._benches[bench].submit(work, lane, stale, limit_s)

    async def run(
        self, bench: BenchName, lane: Lane, work: Callable[[], T], *, stale: Callable[[], bool] = lambda: False,
        limit_s: float = JOB_LIMIT_S,
    ) -> T:
        """Queue and wait. Raises Dropped, EngineSlowError, or whatever ``work`` raises."""
        result: T = await self.submit(bench, lane, work, stale=stale, limit_s=limit_s)
        return result

    def sick(self) -> list[BenchName]:
        """Benches whose engine hangs again and again."""
        return [name for name, bench in self._benches.items() if bench.sick]

    def close(self) -> None:
        self._closed.set()
        for bench in self._benches.values():
            bench.close()

    def _watch(self) -> None:
        while not self._closed.wait(WATCHDOG_S):
            for bench in self._benches.values():
                bench.give_up_if_hung()


def make_nice(by: int) -> None:
    """Lower this thread's priority (and that of every thread it starts). Linux only; elsewhere nothing happens."""
    if by and hasattr(os, "setpriority"):
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), by)
        except OSError:
            log.debug("thread priority could not be changed")


def _settle(job: Job[T], *, result: T | None = None, error: BaseException | None = None) -> None:
    def settle() -> None:
        if job.done.done():
            return
        if error is not None:
            job.done.set_exception(error)
        else:
            job.done.set_result(result)  # type: ignore[arg-type]

    try:
        job.done.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:   # the loop is closed: nobody waits for this any more
        log.debug("a job ended after its event loop")


def _retrieve(done: asyncio.Future[Any]) -> None:
    """A speculative job may fail with nobody waiting; that is no warning."""
    if not done.cancelled():
        done.exception()
