"""One turn of a conversation, from the words heard to the plan of what to convey. Pure: the same call gives the same turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.state import BeliefState
from dialogue.types import Plan, Understanding


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn computed but not committed: what was understood, the state after it, and what to convey."""

    understanding: Understanding
    state: BeliefState
    plan: Plan
    took_ms: Mapping[str, float] = field(default_factory=dict)
    """By stage: "understand", "decide", "recommend"."""
