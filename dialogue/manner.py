"""How the shopper wants to be recommended to, beside what is wanted: by what they usually buy, by surprise, with more variety."""

from __future__ import annotations

import re
from typing import Literal

from dialogue.words import read_words

Manner = Literal["usual", "surprise", "variety"]

_OFTEN = r"(?:usually|normally|always|generally|tend to)"
_TAKE = r"(?:buy|get|bought|go for|choose|pick|have|like|order|take)"
_THINGS = r"(?:what|the (?:sort|kind|type) of (?:thing|stuff)s?|things?|stuff|like)"
_SAID: dict[Manner, re.Pattern[str]] = {
    "usual": re.compile(
        rf"\b{_THINGS} (?:that )?i(?:ve)? {_OFTEN} {_TAKE}|\b(?:my|the) usual\b|\b(?:like|as) (?:i )?(?:usual|always)\b|"
        r"\bmy (?:own )?(?:kind|sort|style) of thing\b"
    ),
    "surprise": re.compile(
        r"(?<!dont )(?<!not )\bsurprise (?:me|us)\b|\bunlike (?:what i|my) usual\w*|"
        r"\b(?:something|anything|one) (?:(?:a )?\w+ ){0,2}(?:surprising|unexpected|unusual|out of the ordinary)\b|"
        rf"\b(?:some|any)thing (?:i|we) (?:wouldnt|would not|would never) (?:{_OFTEN} )?(?:think of|buy|choose|pick|expect)\b"
    ),
    "variety": re.compile(
        r"\b(?:more|a bit of|some|greater) (?:variety|diversity)\b|"
        r"\b(?:wider|broader|bigger|more varied|more diverse) (?:range|choice|selection|mix)\b|"
        r"\ball (?:so |too )?(?:alike|the same|very similar)\b(?! to me)|\b(?:very|more) different (?:ones|things|from each)\b"
    ),
}


def manner_of(text: str, before: tuple[Manner, ...]) -> tuple[Manner, ...]:
    """The manners in force after a turn: those of before, and what this turn asks for. Usual and surprise exclude each other."""
    words = " ".join(word.norm for word in read_words(text).words if not word.is_mark)
    said = {manner for manner, pattern in _SAID.items() if pattern.search(words)}
    if "surprise" in said:
        said.discard("usual")
    against = {"usual": "surprise", "surprise": "usual"}
    kept = [manner for manner in before if against.get(manner) not in said]
    return tuple(dict.fromkeys([*kept, *sorted(said)]))
