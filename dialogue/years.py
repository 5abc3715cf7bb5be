"""Years: "from the last year", "this year's", "from the seventies", for a slot that is counted in years."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.amount_types import Amount, AmountSlot
from dialogue.numbers import find_numbers
from dialogue.words import Utterance, read_words

_TOLD_OF_THEN = re.compile(r"\b(?:bought|had|wore|used|broke|lost|moved|visited|went|came|was|were)(?: \S+){0,6} $")
""" "I bought one in the last year" asks for nothing."""
_DECADE = re.compile(
    r"\b(?:from |in |of )?(?:the )?(?:(?P<digits>(?:19|20)?\d0)s|(?P<word>twenties|thirties|forties|"
    r"fifties|sixties|"
    r"seventies|eighties|nineties|noughties))\b"
)
_DECADE_WORDS = {
    "twenties": 1920,
    "thirties": 1930,
    "forties": 1940,
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
    "noughties": 2000,
}


def find_years(utterance: Utterance, slots: Sequence[AmountSlot]) -> list[Amount]:
    """Years that were said without a number of four digits."""
    return [*_relative(utterance, slots), *_decades(utterance, slots)]


def _relative(utterance: Utterance, slots: Sequence[AmountSlot]) -> list[Amount]:
    """ "from the last year", "this year's", for a slot counted in years; this year is the catalogue's newest."""
    slot = next((slot for slot in slots if slot.unit == "year" and slot.newest), None)
    if slot is None or slot.newest is None:
        return []
    found = []
    for span, match in utterance.find(
        re.compile(
            r"\b(?:from |in |of |within )?(?:the )?(?:(?P<this>this years?|this year)|(?:last|"
            r"past) (?:(?P<count>\w+) )?years?)\b"
        )
    ):
        if _TOLD_OF_THEN.search(utterance.norm[: match.start()]):
            continue
        back = 0.0
        if not match.group("this"):
            counted = match.group("count")
            numbers = find_numbers(read_words(counted)) if counted else ()
            back = numbers[0].value if numbers else 3 if counted in {"few", "couple"} else 1
        found.append(Amount(slot.name, "at_least", span, slot.newest - back, None, 0.9))
    return found


def _decades(utterance: Utterance, slots: Sequence[AmountSlot]) -> list[Amount]:
    slot = next((slot for slot in slots if slot.unit == "year"), None)
    if slot is None:
        return []
    found = []
    for span, match in utterance.find(_DECADE):
        year = _DECADE_WORDS[match.group("word")] if match.group("word") else int(match.group("digits"))
        if year < 100:
            year += 2000 if year < 30 else 1900
        found.append(Amount(slot.name, "between", span, float(year), float(year + 9)))
    return found
