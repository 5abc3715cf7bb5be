"""A value of the item at hand, wished for by the name of its slot: "a cheaper one by the same brand"."""

from __future__ import annotations

import re

from dialogue.pointing import Table
from dialogue.reading import Reading
from dialogue.types import SlotChange

_SAME = re.compile(r"\b(?:by|from|in|of|with|for) (?:the|that|this) (?:very )?same $")
_WISHES = re.compile(r"\b(?:one|ones|something|anything|others?|more|another|else|cheaper|similar|but|just)\b")


def same_values(reading: Reading, table: Table) -> tuple[SlotChange, ...]:
    """The wishes so made, measured from the one item named, else from the item spoken of last."""
    named = [item for one in reading.strong for item in one.reference.items]
    item = next((one for one in table.items if [one.id] == named), None) if named else table.last
    if item is None or _WISHES.search(reading.utterance.norm) is None:
        return ()
    found = []
    for slot, span in reading.named:
        values = item.values.get(slot, ())[:1]
        if values and slot != reading.vocabulary.topic and _SAME.search(reading.before(span, 4)):
            found.append(SlotChange(slot, "want", values, words=reading.utterance.said(span)))
    return tuple(found)
