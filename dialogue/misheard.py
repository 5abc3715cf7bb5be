"""A number misheard as other words, where a price was just asked: "for tea" is forty. It is asked back before it counts."""

from __future__ import annotations

import re

from dialogue.amount_types import Amount
from dialogue.words import Utterance

CONFIDENCE = 0.5
_SHORT_ANSWER = 5
"""Words of the longest answer that is taken for nothing but a price."""
_SOUNDS_LIKE = {
    float(value): re.compile(rf"\b(?:{said})(?= ?(?:$|[,.?!]|dollars|pounds|quid|bucks|max|maybe|please))")
    for value, said in {
        30: "thirsty|dirty|third e|their tea",
        40: "for tea|four tea|fort he|forte",
        50: "fifth tea|fifth e|if tea",
        60: "sick tea|six tea|sixth e|sixth tea",
        70: "seven tea|seven teeth",
        80: "ate tea|eight tea|a tea|eighth e",
        90: "nine tea|night tea|ninth e",
    }.items()
}


def misheard_amounts(utterance: Utterance, money: str) -> list[Amount]:
    """The price that a short answer sounds like."""
    if len(utterance.words) > _SHORT_ANSWER:
        return []
    return [
        Amount(money, "at_most", span, None, value, CONFIDENCE)
        for value, pattern in _SOUNDS_LIKE.items()
        for span, _ in utterance.find(pattern)
    ]
