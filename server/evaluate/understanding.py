"""How well labelled dialogues are understood: joint goal accuracy, slots, acts, requests, references and relative wishes."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.features import Past
from dialogue.learned import LearnedTracker
from dialogue.state import BeliefState
from dialogue.tracking import Tracker, next_past
from dialogue.types import Plan, SlotChange, Understanding
from dialogue.understanding import Reader
from server.evaluate.dialogue_files import LabelledDialogues
from server.evaluate.spoken import Ear
from server.reporting import percentile_ms

Told = Callable[[int], None]
RELATIVE = frozenset({"less", "more"})


@dataclass
class Counted:
    """What was found, what should have been, and what of it was right."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, found: Iterable[Hashable], wanted: Iterable[Hashable]) -> bool:
        """Count one turn; True where nothing is missing and nothing too much."""
        one, other = set(found), set(wanted)
        self.right += len(one & other)
        self.found += len(one)
        self.wanted += len(other)
        return one == other

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 1.0


@dataclass
class Tally:
    slots: Counted = field(default_factory=Counted)
    requests: Counted = field(default_factory=Counted)
    acts: Counted = field(default_factory=Counted)
    references: Counted = field(default_factory=Counted)
    relative: Counted = field(default_factory=Counted)
    by_slot: dict[str, Counted] = field(default_factory=dict)
    joint: int = 0
    turns: int = 0
    took_ms: list[float] = field(default_factory=list)
    misread: list[dict[str, Any]] = field(default_factory=list)


def measure_tracking(data: LabelledDialogues, reader: Reader, learned: LearnedTracker | None, told: Told) -> dict[str, Any]:
    """Figures for the shapes that label what holds (``state``) or what a turn is about (``turn_slots``)."""
    tracker = Tracker(reader, learned, lasting=data.shape == "state")
    tally = Tally()
    acts_labelled = any(turn.act for turns in data.turns for turn in turns) and learned is not None
    for number, turns in enumerate(data.turns, start=1):
        past = Past()
        for turn in turns:
            started = time.perf_counter()
            read = tracker.turn(turn.system, turn.user, past)
            tally.took_ms.append((time.perf_counter() - started) * 1e3)
            past = next_past(past, read)
            tally.turns += 1
            exact = tally.slots.add(read.slots.items(), turn.slots.items())
            tally.joint += exact
            for slot in {*read.slots, *turn.slots}:
                tally.by_slot.setdefault(slot, Counted()).add(_one(read.slots, slot), _one(turn.slots, slot))
            tally.requests.add(read.requested, turn.requested)
            if acts_labelled:
                tally.acts.add([read.act], [turn.act])
            if not exact:
                tally.misread.append({"system": turn.system, "user": turn.user, "read": read.slots, "label": turn.slots})
        told(number)
    figures = _figures(tally)
    key = "joint_goal_accuracy" if data.shape == "state" else "turn_slots_accuracy"
    figures = {key: _rate(tally.joint / tally.turns), **figures}
    if acts_labelled:
        figures["act_f1"] = _rate(tally.acts.f1)
    return figures


def _one(slots: Mapping[str, tuple[str, ...]], slot: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(slot, slots[slot])] if slot in slots else []


def measure_reading(data: LabelledDialogues, reader: Reader, told: Told, ear: Ear | None = None) -> dict[str, Any]:
    """Figures for our own shape, which labels each turn's changes, acts, references and requests.

    ``ear``: the turns are spoken and heard first; the figures are then of what was heard, beside those of the text.
    """
    tally, written = Tally(), Tally()
    by_voice: dict[str, tuple[Counted, Counted]] = {}
    for number, turns in enumerate(data.raw, start=1):
        for turn in turns:
            state = _before(turn)
            said = ear.hears(turn["user"], state) if ear else turn["user"]
            started = time.perf_counter()
            read = reader.read(said, state)
            tally.took_ms.append((time.perf_counter() - started) * 1e3)
            heard = _count(turn, read, tally)
            if ear:
                wrote = _count(turn, reader.read(turn["user"], state), written)
                of_heard, of_written = by_voice.setdefault(ear.voice, (Counted(), Counted()))
                of_heard.add(*heard)
                of_written.add(*wrote)
        told(number)
    figures = _figures(tally)
    figures["turn_accuracy"] = _rate(tally.joint / tally.turns)
    figures["act_f1"] = _rate(tally.acts.f1)
    figures["references_f1"] = _rate(tally.references.f1)
    figures["references"] = tally.references.wanted
    figures["relative_wishes_f1"] = _rate(tally.relative.f1)
    figures["relative_wishes"] = tally.relative.wanted
    if ear:
        figures["text_slot_f1"] = _rate(written.slots.f1)
        figures["slot_f1_fall"] = _rate(written.slots.f1 - tally.slots.f1)
        figures["slot_f1_fall_by_voice"] = {voice: _rate(wrote.f1 - heard.f1) for voice, (heard, wrote) in by_voice.items()}
        figures |= {"wer": ear.errors.rate, "wer_by_voice": {voice: errors.rate for voice, errors in ear.by_voice.items()}}
    return figures


def _before(turn: Mapping[str, Any]) -> BeliefState:
    """The state in which the turn was said: what was on the table, what was spoken of last, what was asked."""
    table = tuple(turn.get("table", ()))
    slots = BeliefState(
        turn=1, table=table, offered=tuple(turn.get("offered", table)), last_item=turn.get("last"), asked_slot=turn.get("asked"),
    )
    plan = Plan("recommend") if table else Plan("ask", slot=turn.get("asked")) if turn.get("asked") else None
    return BeliefState(**{**{name: getattr(slots, name) for name in BeliefState.__slots__}, "last_plan": plan})


def _count(turn: Mapping[str, Any], read: Understanding, tally: Tally) -> tuple[set[Fact], set[Fact]]:
    """Count one turn; the slots found, and those that should have been."""
    labels = turn["labels"]
    wanted = {_labelled(change) for change in labels.get("changes", ())}
    found = {one for change in read.changes for one in _facts(change)}
    wanted_facts = {fact for change in wanted for fact in change}
    tally.turns += 1
    exact = tally.slots.add(_lasting(found), _lasting(wanted_facts))
    exact &= tally.relative.add(found - _lasting(found), wanted_facts - _lasting(wanted_facts))
    for fact in _lasting(found) | _lasting(wanted_facts):
        tally.by_slot.setdefault(str(fact[0]), Counted()).add({fact} & _lasting(found), {fact} & _lasting(wanted_facts))
    items = [("is", item) for reference in read.references for item in reference.items] + [
        ("like", item) for item in read.like_items
    ]
    labelled = [("is", item) for item in labels.get("references", ())] + [("like", item) for item in labels.get("like", ())]
    exact &= tally.references.add(items, labelled)
    exact &= tally.requests.add(read.requested, labels.get("requested", ()))
    if "acts" in labels:
        exact &= tally.acts.add([act.value for act in read.acts], labels["acts"])
    tally.joint += exact
    if not exact:
        tally.misread.append(
            {
                "user": turn["user"],
                "heard": read.text,
                "read": {
                    "changes": sorted(map(str, found)),
                    "acts": [act.value for act in read.acts],
                    "items": items,
                    "requested": read.requested,
                },
                "label": labels,
            }
        )
    return _lasting(found), _lasting(wanted_facts)


Fact = tuple[str, str, Hashable]


def _lasting(facts: Iterable[Fact]) -> set[Fact]:
    """The facts that are no relative wishes."""
    return {fact for fact in facts if fact[1] not in RELATIVE}


def _facts(change: SlotChange) -> list[Fact]:
    """A change as comparable facts: one a value, one for an amount's bounds."""
    if change.kind in {"want", "exclude"}:
        return [(change.slot, change.kind, value) for value in change.values]
    if change.kind in {"at_most", "at_least", "around", "between"}:
        return [(change.slot, change.kind, (change.low, change.high))]
    return [(change.slot, change.kind, None)]


def _labelled(change: Sequence[Any]) -> tuple[Fact, ...]:
    """A label: [slot, kind, values or amount or [low, high]]."""
    slot, kind, value = (*change, None)[:3]
    if kind in {"want", "exclude"}:
        return tuple((slot, kind, one) for one in ([value] if isinstance(value, str) else value))
    if kind == "at_most":
        return ((slot, kind, (None, float(value))),)
    if kind == "at_least":
        return ((slot, kind, (float(value), None)),)
    if kind == "around":
        return ((slot, kind, (float(value), float(value))),)
    if kind == "between":
        return ((slot, kind, (float(value[0]), float(value[1]))),)
    return ((slot, kind, None),)


def _figures(tally: Tally) -> dict[str, Any]:
    seconds = sum(tally.took_ms) / 1e3
    return {
        "slot_precision": _rate(tally.slots.precision),
        "slot_recall": _rate(tally.slots.recall),
        "slot_f1": _rate(tally.slots.f1),
        "request_f1": _rate(tally.requests.f1),
        "slots": {slot: _rate(counted.f1) for slot, counted in sorted(tally.by_slot.items())},
        "turns": tally.turns,
        "turns_per_second": round(tally.turns / seconds, 1) if seconds else None,
        "understand_p50_ms": percentile_ms(tally.took_ms, 50),
        "understand_p95_ms": percentile_ms(tally.took_ms, 95),
        "misread": tally.misread,
    }


def _rate(value: float) -> float:
    return round(value, 4)
