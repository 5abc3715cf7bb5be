"""Whether one caller more can be served well: by how many there are, and by how long people have waited for answers lately.

A server past its knee makes everybody wait. So newcomers are refused, with a code, while those inside have waited too long; they
are let in again as soon as answers are quick, or when nobody has asked anything for a while.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable

from server.protocol import ErrorCode, ServerMessage, TurnSaid
from server.settings import Settings

RECENT_S = 30.0
"""How long a slow answer counts."""
LEAST_TURNS, MOST_TURNS = 4, 16
"""The median of at least so many spoken turns says that the server is slow, one slow answer does not; of at most so many."""


class Admission:
    """One server's door policy."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._onsets: deque[tuple[float, float]] = deque(maxlen=MOST_TURNS)

    def saw(self, message: ServerMessage) -> None:
        """Note how long a shopper waited for the first sound."""
        if isinstance(message, TurnSaid) and message.spoken and message.onset_ms is not None:
            self._onsets.append((self._clock(), message.onset_ms))

    @property
    def median_onset_ms(self) -> float | None:
        """Of the last spoken turns; None where there were too few to tell."""
        since_s = self._clock() - RECENT_S
        recent = [onset_ms for at_s, onset_ms in self._onsets if at_s >= since_s]
        return statistics.median(recent) if len(recent) >= LEAST_TURNS else None

    def refusal(self, sessions: int) -> tuple[ErrorCode, object] | None:
        """The code, with its detail, for one caller more beside so many; None where he is welcome."""
        if sessions >= self._settings.max_sessions:
            return "busy", self._settings.max_sessions
        if sessions and (onset_ms := self.median_onset_ms) is not None and onset_ms > self._settings.crowded_onset_ms:
            return "crowded", ""
        return None
