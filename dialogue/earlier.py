"""A whole list that was shown before: "the first lot", "what you showed me at the start"."""

from __future__ import annotations

import re

from dialogue.deciding import Deciding, all_ranked, heard_again
from dialogue.types import Act, Plan

_LOT = re.compile(
    r"\b(?P<which>first|original|earlier|previous|last|other)(?: (?:two|three|few))? (?:lot|list|batch|selection|"
    r"suggestions|options|"
    r"results|(?:ones|things|bits)(?= (?:that )?you (?:showed|said|mentioned|offered|had|gave|suggested)))\b|"
    r"\bwhat you (?:showed|said|had|offered|suggested|gave)(?: me| us)? (?P<when>first|at first|before|earlier|"
    r"at the (?:start|beginning))\b"
)
_FIRST = frozenset({"first", "original", "at first", "at the start", "at the beginning"})


def earlier_list(turn: Deciding) -> Plan | None:
    """The list meant, once more; None where the turn means none, or wishes for something else."""
    said = _LOT.search(turn.utterance.norm)
    if said is None or turn.understanding.changes or {Act.REJECT, Act.CHOOSE, Act.COMPARE} & turn.acts:
        return None
    plans = [past.last_plan for past in turn.state.history]
    shown = [tuple(ranked.item.id for ranked in plan.items) for plan in plans if plan is not None and plan.kind == "recommend"]
    lists = list(dict.fromkeys(shown))
    if not lists:
        return None
    first = (said["which"] or said["when"]) in _FIRST
    meant = lists[0] if first else lists[-2] if len(lists) > 1 else lists[-1]
    return heard_again(turn, all_ranked(turn, meant))
