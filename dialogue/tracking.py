"""Tracking text dialogues turn by turn: with the learned tracker where there is one, otherwise with the rules alone."""

from __future__ import annotations

from dataclasses import replace

from dialogue.belief import merge_change
from dialogue.features import DONT_CARE, Exchange, Past, joined
from dialogue.learned import LearnedTracker, LearnedTurn
from dialogue.state import BeliefState
from dialogue.types import Act
from dialogue.understanding import Reader


class Tracker:
    """Reads exchanges in order; the past goes in and comes out. ``lasting``: what holds after the turn, not what it says."""

    def __init__(self, reader: Reader, learned: LearnedTracker | None = None, *, lasting: bool = True) -> None:
        self.reader, self.learned, self.lasting = reader, learned, lasting

    def turn(self, system: str, user: str, past: Past) -> LearnedTurn:
        """What holds, what was asked about, and the act, of one exchange."""
        exchange = Exchange.read(system, user, self.reader.vocabulary, past)
        if self.learned is not None:
            return self.learned.read(exchange, self.reader.shop, self.reader.vocabulary)
        return self._by_rules(exchange)

    def _by_rules(self, exchange: Exchange) -> LearnedTurn:
        state = BeliefState(asked_slot=exchange.asked)
        understanding = self.reader.read(exchange.user.utterance.text, state)
        goes_on = self.lasting or Act.MORE in understanding.acts
        slots = dict(exchange.before or exchange.earlier) if goes_on else {}
        for change in understanding.changes:
            belief = merge_change(change, state.belief(change.slot), state.turn)
            if belief.want:
                slots[change.slot] = (joined(belief.want),)
            elif belief.any:
                slots[change.slot] = (DONT_CARE,)
            elif change.kind in {"exclude", "clear"} and set(slots.get(change.slot, ())) & set(change.values):
                del slots[change.slot]
        return LearnedTurn(slots, understanding.requested, "")


def next_past(past: Past, read: LearnedTurn) -> Past:
    """The past of the next exchange."""
    return replace(past.then(read.slots, read.requested, read.act))
