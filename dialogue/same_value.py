"""A value of the item at hand, meant by the name of its slot: "a cheaper one by the same brand", "not sure about that colour".

And the maker who was just told of: "do they make anything else?".
"""

from __future__ import annotations

import re

from dialogue.pointing import Table
from dialogue.reading import Reading
from dialogue.types import SlotChange
from recommender.types import Item

_SAME = re.compile(r"\b(?:by|from|in|of|with|for) (?:the|that|this) (?:very )?same $")
_WISHES = re.compile(r"\b(?:one|ones|something|anything|others?|more|another|else|cheaper|similar|but|just)\b")

_BY_THEM = re.compile(
    r"\b(?:(?:anything|something|what|things|ones|one|others?) (?:else )?(?:by|from) them|"
    r"what else (?:do|have) they (?:do|make|sell|have|got|offer|design)|"
    r"(?:do|have) they (?:also )?(?:do|make|sell|have|got|offer|design)(?: \w+)? (?:else|others?|other things))(?= ?(?:$|[.?!,]))"
)
_UNLIKED = re.compile(
    r"\b(?:(?:not|never|isnt) (?:so |too |very |really |that )?(?:sure|keen|mad|crazy|convinced|fond|wild)(?: about| on| by| of)|"
    r"(?:dont|doesnt|didnt|wont|wouldnt) (?:really |much )?(?:like|love|want|suit|wear)|hates?|not|cant stand) (?:that|this|"
    r"those|these) $|\b(?:but|just|only) not the $"
)
""" "Not sure about that colour", "I like that but not the colour"."""


def same_values(reading: Reading, table: Table) -> tuple[SlotChange, ...]:
    """The wishes so made, measured from the one item named, else from the item spoken of last."""
    named = [item for one in reading.strong for item in one.reference.items]
    item = next((one for one in table.items if [one.id] == named), None) if named else table.last
    if item is None:
        return ()
    wishes = _WISHES.search(reading.utterance.norm) is not None
    found = _by_them(reading, item)
    for slot, span in reading.named:
        values = item.values.get(slot, ())[:1]
        if not values or slot == reading.vocabulary.topic:
            continue
        if wishes and _SAME.search(reading.before(span, 4)):
            found.append(SlotChange(slot, "want", values, words=reading.utterance.said(span)))
        elif _UNLIKED.search(reading.before(span, 6)):
            found.append(SlotChange(slot, "exclude", values, words=values[0]))
    return tuple(found)


def _by_them(reading: Reading, item: Item) -> list[SlotChange]:
    """The maker, or whoever else has a name, that was told of last."""
    plan, said = reading.state.last_plan, _BY_THEM.search(reading.utterance.norm)
    if plan is None or said is None:
        return []
    return [
        SlotChange(slot, "want", item.values[slot][:1], words=said.group())
        for slot in plan.requested
        if slot in item.values and all(value[:1].isupper() for value in item.values[slot])
    ]
