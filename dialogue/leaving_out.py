"""What is left out of an item, taken back or put in: "without the copper", "forget the centre", "almond milk in the latte"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from dialogue.english import CANCELLING
from dialogue.mentions import Mention
from dialogue.pointing import Pointing
from dialogue.state import BeliefState
from dialogue.words import Span, Utterance

_WITHOUT = re.compile(
    r"\b(?:without|leave out|leaving out|take out|take off|remove|get rid of|hold|minus|lose|drop|skip|no more of) $"
)
_LEAVE = re.compile(r"\b(?:leave|leaving|take|cut|keep) $")
_OUT = re.compile(r"^(?:out|off|away)\b")
_IS_OUT = re.compile(r"^(?:(?:is|are) )?(?:out|no good)(?= ?(?:$|[,.!?;]))")
""" "Thursday's out"."""
CANCELS = re.compile(rf"\b(?:{CANCELLING}|delete|ditch|dont bother with)(?: the| my| that)? $")
""" "Cancel the iced one", of an item."""
_FORGET = re.compile(r"\b(?:forget|never ?mind|scrap|ditch|ignore|drop|not|lose)(?: about)? $")


def leaves_out(
    utterance: Utterance, pointing: Pointing, mentions: Sequence[Mention], topic: str | None, state: BeliefState
) -> bool:
    """Whether what looks like an item ("the copper") is a value of no kind of thing that is not to be had, or no more."""
    inside = [one for one in mentions if one.span.overlaps(pointing.span)]
    if len(inside) != 1 or inside[0].slot == topic:
        return False
    meant, said = inside[0], [word.norm for word in utterance.words[inside[0].span.last : pointing.span.last]]
    several = state.wants(meant.slot)
    if len(state.table) < 2 and set(meant.values) < set(several) and said in ([], ["one"]):
        return True   # "just the large one", of a large and a small that are wanted
    if utterance.before(pointing.span.first, 1) == "make" and not said:
        return True   # "make that whole milk"
    if said or len(pointing.span) > len(meant.span) + 1:
        return False
    before = utterance.leading_to(pointing.span.first, 3)
    after = utterance.after(pointing.span, 2)
    named = utterance.words[pointing.span.first].norm == "the"   # "the silk's out" is an item
    out = _WITHOUT.search(before) or (_LEAVE.search(before) and _OUT.match(after)) or (_IS_OUT.match(after) and not named)
    return bool(out) or (bool(set(meant.values) & set(several)) and _FORGET.search(before) is not None)


def without_what_goes_in(
    utterance: Utterance, pointing: Pointing, mentions: Sequence[Mention], made: Collection[str]
) -> Pointing:
    """The item alone of "almond milk in the latte". ``made``: the slots of what an item can be made with."""
    for mention in mentions:
        joined = mention.span.last < pointing.span.last and utterance.words[mention.span.last].norm in {"in", "into", "for", "to"}
        if mention.slot in made and joined and pointing.span.first <= mention.span.first:
            return replace(pointing, span=Span(mention.span.last + 1, pointing.span.last))
    return pointing
