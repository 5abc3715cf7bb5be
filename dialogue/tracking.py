"""Tracking text dialogues turn by turn: with the learned tracker where there is one, otherwise with the rules alone."""

from __future__ import annotations

from dialogue.features import Exchange, Past, Said, read_by_rules, slot_asked
from dialogue.learned import LearnedTracker, LearnedTurn
from dialogue.understanding import Reader


class Tracker:
    """Reads exchanges in order; the past goes in and comes out. ``lasting``: what holds after the turn, not what it says."""

    def __init__(self, reader: Reader, learned: LearnedTracker | None = None, *, lasting: bool = True) -> None:
        self.reader, self.learned, self.lasting = reader, learned, lasting

    def turn(self, system: str, user: str, past: Past) -> LearnedTurn:
        """What holds, what was asked about, and the act, of one exchange."""
        if self.learned is not None:
            return self.learned.read(Exchange.read(system, user, self.reader, past), self.reader.shop, self.reader.vocabulary)
        asked = slot_asked(Said.read(system, self.reader.vocabulary))
        slots, requested = read_by_rules(user, self.reader, past, asked, lasting=self.lasting)
        return LearnedTurn(slots, requested, "")


def next_past(past: Past, read: LearnedTurn) -> Past:
    """The past of the next exchange."""
    return past.then(read.slots, read.requested, read.act)
