"""What the person a thing is for has already, or had lately: reasons against more of it."""

from __future__ import annotations

import re

from dialogue.words import Span, Utterance

_HAD = re.compile(
    r"\b(?:had|ate|eaten|did|saw|seen|watched|tried|went for|gave (?:her|him|them)|got (?:her|him|them)|bought (?:her|him|them)|"
    r"(?:she|he|they|we|i)(?: already| just)? (?:got|bought))"
    r"(?: (?:an?|some|the))? $"
)
_HAS_SOME = re.compile(
    r"\b(?:(?:shes|hes|theyve|they have)(?: already)? got|(?:she|he|they)(?: already| both)? (?:has|have|got|owns?)(?: already)?|"
    r"(?:shes|hes|theyve) already got)"
    r"(?: plenty of| lots of| loads of| enough| (?:too|so) many| (?:a )?(?:million|hundred|thousand|dozen|ton|load)s?(?: of)?)? $"
)
""" "She's got slippers": no more of them, unlike "she's got a pair of ... that need a match"."""
_ENDS = re.compile(r"^(?:already\b|$|[,.;!?]|and\b|but\b|so\b|though\b)")
_LATELY = re.compile(
    r"^(?:\w+ )?(?:yesterday|last (?:night|week|weekend|time|month|year|christmas|birthday)|the other (?:day|night|week)|already|"
    r"recently|the time before)\b"
)
""" "We had Indian yesterday": a reason against it."""


def had_lately(utterance: Utterance, span: Span) -> bool:
    """ "We had Indian yesterday", "she got gloves last year"."""
    before = utterance.leading_to(span.first, 5)
    return _HAD.search(before) is not None and _LATELY.match(utterance.after(span, 5)) is not None


def has_enough(utterance: Utterance, span: Span) -> bool:
    """Whether a thing named in the plural is one that the person it is for has already."""
    plural = utterance.words[span.last - 1].norm.endswith("s")
    before = utterance.leading_to(span.first, 5)
    return plural and _HAS_SOME.search(before) is not None and _ENDS.match(utterance.after(span, 1)) is not None
