"""Whether one caller more can be served well: by how many there are, by what their talk costs, and by how long they wait.

A server past its knee makes everybody wait. So a newcomer is refused, with a code, where his talk would take more of the
processors than leaves answers quick. What a conversation takes is measured while people talk; before that it is expected. Waits
that are long all the same (the machine has other work, or a model runs elsewhere) refuse newcomers too, until answers are quick
again or nobody has asked anything for a while. Nobody who is in is ever sent away.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from server.protocol import ErrorCode, ServerMessage, TurnSaid
from server.settings import Settings

RECENT_S = 30.0
"""How long a slow answer counts."""
LEAST_TURNS, MOST_TURNS = 4, 16
"""The median of at least so many spoken turns says that the server is slow, one slow answer does not; of at most so many."""
EXPECTED_CORES = 0.5
"""What a lively conversation takes before any was measured: about what Whisper base, Gemma 3 270M and Piper do."""
EXPECTED_FOR_S = 60.0
"""Seconds of talk that the expectation weighs; every measured second weighs one."""
REMEMBERED_S = 180.0
"""Seconds of talk after which a measurement weighs half."""
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of the processors: microseconds in each period of so many (cgroup v2)."""


class Admission:
    """One server's door policy."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.monotonic, cpu_s: Callable[[], float] = time.process_time,
        cores: float | None = None,
    ) -> None:
        """``cpu_s``: processor time this process has used, all threads together."""
        self._settings, self._clock, self._cpu_s = settings, clock, cpu_s
        self.cores = available_cores() if cores is None else cores
        self._onsets: deque[tuple[float, float]] = deque(maxlen=MOST_TURNS)
        self._talked_s, self._spent_s = EXPECTED_FOR_S, EXPECTED_FOR_S * EXPECTED_CORES
        self._looked = clock(), cpu_s()

    def saw(self, message: ServerMessage) -> None:
        """Note how long a shopper waited for the first sound."""
        if isinstance(message, TurnSaid) and message.spoken and message.onset_ms is not None:
            self._onsets.append((self._clock(), message.onset_ms))

    def look(self, talking: int) -> None:
        """Note what so many people who are talking have cost since the last look; call about once a second."""
        before_s, spent_before_s = self._looked
        now_s, spent_s = self._looked = self._clock(), self._cpu_s()
        if not talking:
            return
        talked_s = talking * (now_s - before_s)
        fades = 0.5 ** (talked_s / REMEMBERED_S)
        self._talked_s = self._talked_s * fades + talked_s
        self._spent_s = self._spent_s * fades + spent_s - spent_before_s

    @property
    def cores_each(self) -> float:
        """What one who talks takes, in cores."""
        return self._spent_s / self._talked_s

    @property
    def median_onset_ms(self) -> float | None:
        """Of the last spoken turns; None where there were too few to tell."""
        since_s = self._clock() - RECENT_S
        recent = [onset_ms for at_s, onset_ms in self._onsets if at_s >= since_s]
        return statistics.median(recent) if len(recent) >= LEAST_TURNS else None

    def refusal(self, sessions: int, talking: int) -> tuple[ErrorCode, object] | None:
        """The code, with its detail, for one caller more beside so many, of whom so many talk; None where he is welcome."""
        if sessions >= self._settings.max_sessions:
            return "busy", self._settings.max_sessions
        if not sessions:
            return None
        if talking and (talking + 1) * self.cores_each > self._settings.crowded_load * self.cores:
            return "crowded", ""
        if (onset_ms := self.median_onset_ms) is not None and onset_ms > self._settings.crowded_onset_ms:
            return "crowded", ""
        return None


def available_cores() -> float:
    """Cores this process may use: those it may run on, or fewer where its container has a share of them."""
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = CPU_LIMIT.read_text(encoding="ascii").split()
        cores = min(cores, int(quota) / int(period))
    return cores
