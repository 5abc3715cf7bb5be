"""How many of an item: "two of the first", "how much would three of those be?", "actually make it four"."""

from __future__ import annotations

import re

from dialogue.english import OPENING
from dialogue.numbers import find_numbers
from dialogue.state import BeliefState
from dialogue.words import Utterance, read_words

_TIMES = re.compile(
    r"\b\w+(?: \w+)? of (?:them|those|these|it|that|the)\b|"
    r"\bhow much (?:for|(?:is|are|would) (?:it|they|that) (?:be )?for) \w+(?: \w+)?(?= ?(?:$|[,.?!]))|"
    r"\b(?:if|when) (?:i|we) (?:(?:only|just) )?(?:take|took|buy|bought|get|got|have|had|want|wanted|need|"
    r"needed) (?:(?:only|just) )?\w+"
    r"(?= ?(?:$|[,.?!]))"
)
""" "How much would two of those be?", "what if I took four?" """
_MAKE_IT = re.compile(
    rf"{OPENING}(?:(?:lets |can you |could you )?make (?:it|that)|(?:ill|well|i will|we will) (?:take|have|need)|(?:i|we) need|"
    r"lets say|just|only) (?:just |only )?(?:the )?(?P<number>\w+)(?: of (?:it|them|those|these))?"
    r"(?: ?,? ?(?:please|then|instead|actually|in fact))* ?[.!]?$"
)
MOST = 20
"""More is a price, and no number of things."""


def how_many(utterance: Utterance) -> int:
    """How many of an item are asked about or taken; 1 where no number is said."""
    again, times = _MAKE_IT.match(utterance.norm), _TIMES.search(utterance.norm)
    many = _number_in(again["number"] if again else times.group() if times else "")
    return 1 if many is None else many


def _number_in(said: str) -> int | None:
    """The first number; None where there is none."""
    return next((round(number.value) for number in find_numbers(read_words(said))), 1 if said == "one" else None)


def so_many_of(utterance: Utterance, state: BeliefState) -> str | None:
    """The item just taken of which another number is wanted: "actually make it three"."""
    last = state.last_plan
    if last is None or last.focus not in state.chosen:
        return None
    said = _MAKE_IT.match(utterance.norm)
    many = _number_in(said["number"]) if said else None
    return last.focus if many is not None and 1 <= many <= MOST and many != max(1, last.fitting) else None
