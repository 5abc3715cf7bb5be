"""Units that amounts are said in, and prices said in two of them: "forty five dollars and ninety nine cents"."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.numbers import Number
from dialogue.words import Span, Utterance, stem_of

CENTS = 10
"""Cents said without their unit are of two digits: "two pound fifty"."""
JOINS = {"to", "or", "-", "–", "through", "till"}
"""Between the bounds of a range."""
_MONEY = {"$", "£", "€", "dollar", "pound", "quid", "buck", "euro", "usd", "gbp", "eur", "grand", "sterling"}
_MINOR_MONEY = {"pence", "penny", "cent", "p"}
TIME = {"minute": 1.0, "min": 1.0, "mins": 1.0, "hour": 60.0, "hr": 60.0, "h": 60.0, "second": 1 / 60}
"""Spoken durations in minutes; used by a slot whose unit is a duration."""


def unit_of(norm: str) -> str | None:
    """ "money", "pence" or a duration's stem, if the word is a unit."""
    stem = stem_of(norm)
    if stem in _MONEY or norm in _MONEY:
        return "money"
    if stem in _MINOR_MONEY or norm in _MINOR_MONEY:
        return "pence"
    return stem if stem in TIME or norm in TIME else None


def with_cents(utterance: Utterance, numbers: Sequence[Number]) -> list[Number]:
    """ "Forty five dollars and ninety nine cents", "two pound fifty": one price, said in two numbers."""
    joined: list[Number] = []
    for number in numbers:
        whole = joined[-1] if joined else None
        gap = [word.norm for word in utterance.words[whole.span.last : number.span.first]] if whole else []
        sign = utterance.words[whole.span.first].text[:1] in {"$", "£", "€"} if whole else False
        after = utterance.words[number.span.last].norm if number.span.last < len(utterance.words) else ""
        minor = unit_of(after) == "pence"
        unit = [norm for norm in gap if norm != "and"]
        major = (len(unit) == 1 and unit_of(unit[0]) == "money") or (sign and not unit)
        bare = number.value >= CENTS and "and" not in gap and bool(unit) and unit_of(after) is None and after not in JOINS
        if whole and major and number.value == int(number.value) < 100 and (minor or bare):
            price = whole.value + number.value / 100
            joined[-1] = Number(Span(whole.span.first, number.span.last + minor), price, "quid")
        else:
            joined.append(number)
    return joined
