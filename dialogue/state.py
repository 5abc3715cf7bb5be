"""What the shopper wants now: an immutable belief state in which every value says which words of which turn set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialogue.manner import Manner
from dialogue.remembering import NOTHING_KNOWN, Known
from dialogue.types import Heard, Plan, SlotChange

UNDO_DEPTH = 8
"""Turns that "no, go back" can take away."""


_ABOUT_ONE = frozenset({"answer", "chosen", "confirm"})
"""Replies about an item of the list, which leave the list on the table: "the third" is still its third."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a value is believed."""

    words: str
    turn: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SlotBelief:
    """What is believed of one slot. Amounts are in the slot's own unit (money in major units)."""

    want: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    any: bool = False
    """The shopper does not mind, so it is never asked."""
    low: float | None = None
    high: float | None = None
    around: float | None = None
    direction: int = 0
    """-1 for a wish for less ("cheaper"), +1 for more."""
    most: bool = False
    """As far as it goes: "the shortest", of whatever else is wanted."""
    near: float | None = None
    """Where a wish for a little less or more would best lie: "a bit cheaper"."""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """Value, or "low", "high", "around", "any", "direction", to why it is believed."""

    @property
    def settled(self) -> bool:
        """Whether there is nothing left to ask about this slot."""
        return bool(
            self.want or self.any or self.low is not None or self.high is not None or self.around is not None or self.direction
        )

    @property
    def empty(self) -> bool:
        return not (self.settled or self.exclude)


@dataclass(frozen=True, slots=True)
class BeliefState:
    """One conversation so far. ``BeliefState()`` is a new one."""

    turn: int = 0
    slots: Mapping[str, SlotBelief] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    """Wishes in the shopper's words that no slot holds, oldest first, of the present topic."""
    table: tuple[str, ...] = ()
    """Items the shopper heard of in the last reply that named any, in order: "the second one"."""
    last_item: str | None = None
    """The item spoken of last: "that one"."""
    offered: tuple[str, ...] = ()
    """Every item whose name was heard, in order, once each."""
    refused: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()
    """Items called by a word that was shut out."""
    liked: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    """Items refused because they are owned already."""
    made: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Kind of thing to how it is to be made, slot to values, where several are ordered at once."""
    like_item: str | None = None
    """Find likenesses of this item."""
    manner: tuple[Manner, ...] = ()
    """Asked for beside the wishes: by what is usually bought, with surprise, with variety."""
    asked: tuple[str, ...] = ()
    """Slots already asked for in this topic; none is asked twice."""
    asked_slot: str | None = None
    """The slot the last reply asked for."""
    pending: tuple[SlotChange, ...] = ()
    """Changes heard with doubt, to be confirmed."""
    last_plan: Plan | None = None
    repairs: int = 0
    """Turns in a row that were not understood."""
    known: Known = NOTHING_KNOWN
    """What is known from earlier visits."""
    recalled: bool = False
    """Something known from before was told in this visit."""
    history: tuple[BeliefState, ...] = ()
    """Earlier states, newest last, for undo; their own histories are empty."""

    def belief(self, slot: str) -> SlotBelief:
        """What is believed of a slot; an empty belief where nothing is."""
        return self.slots.get(slot) or SlotBelief()

    def wants(self, slot: str) -> tuple[str, ...]:
        return self.belief(slot).want

    def with_slot(self, slot: str, belief: SlotBelief) -> BeliefState:
        """This state with one slot's belief replaced; an empty belief is dropped."""
        slots = {name: value for name, value in self.slots.items() if name != slot}
        if not belief.empty:
            slots[slot] = belief
        return replace(self, slots=slots)

    def hear(self, heard: Heard) -> BeliefState:
        """Take note of what reached the ear: an item whose name was never heard was never shown."""
        taken = self.last_plan.taken if self.last_plan is not None else None
        table = tuple(item for item in heard.items if item != taken) or self.table
        kind = self.last_plan.kind if self.last_plan is not None else ""
        about_one = kind == "chosen" or (kind in _ABOUT_ONE and len(heard.items) == 1)
        if about_one and {*heard.items[:1]} <= {*self.table}:
            table = tuple(dict.fromkeys((*self.table, *heard.items)))
        offered = self.offered + tuple(item for item in dict.fromkeys(heard.items) if item not in self.offered)
        last = heard.last_item or (heard.items[-1] if heard.items else self.last_item)
        if kind == "chosen" and self.last_plan is not None and self.last_plan.focus in heard.items:
            last = self.last_plan.focus   # "it" is what was taken, not what goes with it
        state = replace(self, table=table, offered=offered, last_item=last)
        return state if heard.asked or self.asked_slot is None else replace(
            state, asked_slot=None, asked=tuple(slot for slot in self.asked if slot != self.asked_slot)
        )

    def remembered(self) -> BeliefState:
        """This state, undoable: it stands at the end of its own history."""
        past = replace(self, history=())
        return replace(self, history=(*self.history, past)[-UNDO_DEPTH:])
