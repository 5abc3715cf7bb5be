"""Which of the items named in a turn are meant: not those refused beside them, nor those only praised before the choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.english import OPENING
from dialogue.reading import Reading
from dialogue.types import Act, Reference

_WHAT_ABOUT = re.compile(r"\b(?:what|how) about $")
_THEN = re.compile(r"^then(?: please| thanks)? ?[.!]?$")
_SO = re.compile(r"(?:[,.;]|\bso|\bjust) $")
_SO_I = re.compile(
    r"\bso (?:(?:i (?:suppose|guess|think)|it has to be|its|its got to be|lets (?:say|have)|ill (?:take|have)|maybe|just) )?$"
)
_PRONOUNS = frozenset({"it", "that", "this", "that too", "them", "those"})
_THAT_ONE = frozenset({"that one", "this one"})
_IF = re.compile(r"\bif $")
_UNLESS = re.compile(r"\bunless $")
""" "If the denim's gone then the leather one": a condition, and what is meant."""
_MEASURED = re.compile(r"\b(?:than|as|of|from|like) $")
""" "The second, but it's twice the price of the first" takes the second."""
_ENDS = re.compile(r"^(?:then|please|thanks|it is)? ?[.!]?$")
_IS = re.compile(r"^(?:is|are|was|were|looks?|sounds?|might|would|will|has|have)\b")
_ASKS = re.compile(OPENING + r"(?:what|how|is|are|does|do|which|can|would)\b")


def without(reference: Reference, refused: Sequence[Reference]) -> Reference:
    """ "One of the heated ones but not the orange": of several the others."""
    out = {item for other in refused for item in other.items}
    left = tuple(item for item in reference.items if item not in out)
    return replace(reference, items=left) if left else reference


def prefers(reading: Reading) -> bool:
    """Some of the items named are refused and some are not."""
    return len({reading.refuses(pointing) for pointing in reading.strong}) == 2


def all_refused(reading: Reading) -> bool:
    """A refusal, or a "not" that reaches the only items meant."""
    strong = reading.strong
    return bool(strong) and all(reading.refuses(pointing) for pointing in strong) and (
        any(pointing.refusal for pointing in strong) or not any(map(reading.polarity, reading.mentions))
    )


def settles_on_last(reading: Reading) -> bool:
    """ "The first is glass, the gold then", "she'd lose the glass so I suppose the gold": not what was told of."""
    if len(reading.strong) < 2:
        return False
    last = reading.strong[-1]
    told = any(_IS.match(reading.after(other.span, 1)) for other in reading.strong[:-1])
    before, after = reading.before(last.span, 5), reading.after(last.span)
    then = _THEN.match(after) is not None and _SO.search(before) is not None
    return (told and then) or (_SO_I.search(before) is not None and _ENDS.match(after) is not None)


def chosen_references(reading: Reading, references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Of items praised and items chosen only the chosen: "both are nice but the cotton one's better"."""
    strong = reading.strong
    turns = [index for index, word in enumerate(reading.utterance.words) if word.norm == "but"]
    if len(strong) > 1 and turns:
        late = [one.reference for one in strong if one.span.first > turns[0] and not reading.refuses(one)]
        early = [pointing for pointing in strong if pointing.span.first < turns[0]]
        if late and early:
            measured = _MEASURED.search(reading.before(strong[-1].span, 2)) and not reading.refuses(early[-1])
            return (early[-1].reference,) if measured else tuple(late)
    return wanted_references(reading, references)


def companion_meant(reading: Reading, references: Sequence[Reference], acts: Sequence[Act]) -> tuple[Reference, ...]:
    """After "I'll take it" the shop names what would go with it: "that one", or taking "that too", means this companion; "it" and
    every question mean what was taken.
    """
    plan = reading.state.last_plan
    if plan is None or plan.kind != "chosen" or len(references) != 1 or references[0].items != (plan.focus,):
        return tuple(references)
    beside = [one.item.id for one in plan.items if any(reason.kind == "goes_with" for reason in one.reasons)]
    said = references[0].words.lower()
    pronoun = said in _PRONOUNS or said in _THAT_ONE
    if not beside or beside[0] not in reading.state.table or not pronoun or not (Act.CHOOSE in acts or said in _THAT_ONE):
        return tuple(references)
    return (replace(references[0], items=(beside[0],)),)


def wanted_references(reading: Reading, references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Where one item is refused and another named, the other: "not the first one, the second"; or the one asked about at last."""
    late = [pointing.reference for pointing in reading.strong if _WHAT_ABOUT.search(reading.before(pointing.span, 3))]
    if len(late) == 1 and not _ASKS.match(reading.utterance.norm):
        return tuple(late)
    if settles_on_last(reading):
        return (reading.strong[-1].reference,)
    refused = [pointing.reference for pointing in reading.strong if reading.refuses(pointing)]
    if prefers(reading):
        return tuple(without(reference, refused) for reference in references if reference not in refused)
    early = [pointing.reference for pointing in reading.strong[:-1] if _IF.search(reading.before(pointing.span, 2))]
    early += [pointing.reference for pointing in reading.strong[1:] if _UNLESS.search(reading.before(pointing.span, 2))]
    return tuple(reference for reference in references if reference not in early)
