"""Numbers as shoppers say them and as Whisper writes them: "a hundred and fifty", "one fifty", "1,200", "1.5k", "two grand"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dialogue.words import Span, Utterance, Word, is_contracted

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = {name: value for value, name in enumerate(ONES)}
_TENS = {name: 10 * value for value, name in enumerate(TENS) if name}
_TENS["fourty"] = 40
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "grand": 1_000, "k": 1_000}
_DIGITS = re.compile(r"^[$£€]?(\d+(?:,\d{3})*(?:\.\d+)?)([a-z]*)$")
_NOTES = {"fiver": 5, "tenner": 10}
_COUNTED = {"dollar", "pound", "quid", "euro", "buck", "hour"}
"""After "a", "an" or "one" these are counted: "under a dollar", "an hour and a half"."""
_PARTS = {"and a half": 0.5, "and a quarter": 0.25}
_SUFFIXES = {"", "k", "p", "ish", "s", "min", "mins", "m", "h", "hr", "hrs"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the words that say it."""

    span: Span
    value: float
    suffix: str = ""
    """Letters written onto the digits: "90min", "20ish"."""
    pair: tuple[int, int] | None = None
    """Said as two numbers, as prices and years are: "nineteen ninety nine" is (19, 99)."""


def find_numbers(utterance: Utterance) -> tuple[Number, ...]:
    """Every number in the utterance, in order. Ordinals, and "one" where it stands for a thing, are none."""
    words, found, at = utterance.words, [], 0
    while at < len(words):
        number = _note(words, at) or _one_unit(words, at) or _digits(words, at) or _spoken(words, at)
        if number is None:
            at += 1
            continue
        number = _and_a_half(words, number)
        found.append(number)
        at = number.span.last
    return tuple(found)


def _note(words: tuple[Word, ...], at: int) -> Number | None:
    """ "A fiver", "two tenners"; "half a dozen"."""
    if [word.norm for word in words[at : at + 3]] == ["half", "a", "dozen"]:
        return Number(Span(at, at + 3), 6.0)
    counted = _UNITS.get(words[at].norm, 1 if words[at].norm in {"a", "one"} else 0)
    if at + 1 < len(words) and counted and words[at + 1].stem in _NOTES:
        return Number(Span(at, at + 2), float(counted * _NOTES[words[at + 1].stem]), "quid")
    return None


def _one_unit(words: tuple[Word, ...], at: int) -> Number | None:
    """ "a dollar", "an hour": one of them."""
    if words[at].norm in {"a", "an"} and at + 1 < len(words) and words[at + 1].norm in _COUNTED:
        return Number(Span(at, at + 1), 1.0)
    return None


def _and_a_half(words: tuple[Word, ...], number: Number) -> Number:
    """ "two and a half", "an hour and a half"; in the second the unit is among the number's words."""
    at, unit = number.span.last, ""
    if at < len(words) and words[at].stem == "hour":
        at, unit = at + 1, "h"
    part = _PARTS.get(" ".join(word.norm for word in words[at : at + 3]))
    if part is None:
        return number
    return replace(number, span=Span(number.span.first, at + 3), value=number.value + part, suffix=unit or number.suffix)


def _digits(words: tuple[Word, ...], at: int) -> Number | None:
    match = _DIGITS.match(words[at].norm)
    if match is None or match.group(2) not in _SUFFIXES:
        return None
    value, suffix, last = float(match.group(1).replace(",", "")), match.group(2), at + 1
    if suffix == "k":
        value, suffix = value * 1_000, ""
    elif last < len(words) and words[last].norm in _SCALES:
        value *= _SCALES[words[last].norm]
        last += 1
    if not suffix and value % 100 == 0 and value >= 100 and [word.norm for word in words[last : last + 1]] == ["and"]:
        value, last = _with_rest(words, at, value, last)
    return Number(Span(at, last), value, suffix)


def _with_rest(words: tuple[Word, ...], at: int, value: float, last: int) -> tuple[float, int]:
    """ "100 and 50", where nobody said between."""
    rest = words[last + 1].norm if last + 1 < len(words) else ""
    bounded = any(word.norm in {"between", "from"} for word in words[max(0, at - 2) : at])
    whole = rest.isdigit() and 10 <= int(rest) < 100 and not bounded
    return (value + int(rest), last + 2) if whole else (value, last)


def _small(words: tuple[Word, ...], at: int) -> tuple[int, int] | None:
    """A number below one hundred that starts at a word: (value, next word)."""
    if at >= len(words):
        return None
    norm = words[at].stem if is_contracted(words[at]) and words[at].stem != "one" else words[at].norm
    if norm in _UNITS:
        return _UNITS[norm], at + 1
    if norm in _TENS:
        if (
            at + 1 < len(words)
            and 1 <= _UNITS.get(words[at + 1].norm, 0) <= 9
            and not _pronoun_one(words, at + 1, after_ten=True)
        ):
            return _TENS[norm] + _UNITS[words[at + 1].norm], at + 2
        return _TENS[norm], at + 1
    return None


def _pronoun_one(words: tuple[Word, ...], at: int, *, after_ten: bool = False) -> bool:
    """Whether "one" stands for a thing ("the second one") rather than for a number."""
    if words[at].norm != "one" or after_ten:
        return False
    following = words[at + 1].norm if at + 1 < len(words) else ""
    counted = (at + 1 < len(words) and words[at + 1].stem in _COUNTED) or following in _SCALES or following in _TENS
    return not (counted or _UNITS.get(following, 0) >= 10)


def _spoken(words: tuple[Word, ...], at: int) -> Number | None:
    norm = words[at].norm
    start = at
    if norm in {"a", "couple"} or norm in _SCALES:
        total, at = _leading_article(words, at)
        if total is None:
            return None
        pair = None
    else:
        if _pronoun_one(words, at):
            return None
        small = _small(words, at)
        if small is None:
            return None
        total, at = float(small[0]), small[1]
        pair = None
        following = _small(words, at)
        scale_next = at < len(words) and words[at].norm in _SCALES
        if following and not scale_next and following[0] >= 10 and total < 100:
            if total < 10:
                total, at = total * 100 + following[0], following[1]
            else:
                pair = (int(total), following[0])
                total, at = total * 100 + following[0], following[1]
        elif following and words[at].norm in _UNITS and following[0] == 0:
            return Number(Span(start, following[1]), total * 10)
    if at < len(words) and words[at].norm in _SCALES and pair is None:
        total, at = total * _SCALES[words[at].norm], at + 1
    total, at = _tail(words, at, total)
    return Number(Span(start, at), total, pair=pair)


def _leading_article(words: tuple[Word, ...], at: int) -> tuple[float | None, int]:
    """ "a hundred", "a couple of hundred", "hundred": the multiplier, and the word where the scale stands."""
    norms = [word.norm for word in words[at : at + 4]]
    if norms[0] in {"dozen", "hundred", "thousand"}:
        return 1.0, at
    if norms[0] == "a" and len(norms) > 1 and norms[1] in {"dozen", "hundred", "thousand", "grand"}:
        return 1.0, at + 1
    skipped = 1 if norms[0] == "a" else 0
    if len(norms) > skipped + 1 and norms[skipped] == "couple":
        nxt = skipped + (2 if norms[skipped + 1] == "of" else 1)
        if len(norms) > nxt and norms[nxt] in {"hundred", "thousand", "grand"}:
            return 2.0, at + nxt
    return None, at


def _tail(words: tuple[Word, ...], at: int, total: float) -> tuple[float, int]:
    """What may follow a hundred or a thousand: "and fifty", "two hundred", "twenty five"."""
    while total >= 100 and at < len(words) and total % 100 == 0:
        after = at + 1 if words[at].norm == "and" else at
        small = _small(words, after)
        if small is None or (words[after].norm == "one" and _pronoun_one(words, after)):
            break
        value, nxt = small
        if nxt < len(words) and words[nxt].norm == "hundred" and total >= 1_000:
            total, at = total + value * 100, nxt + 1
            continue
        if words[at].norm != "and" and total < 1_000 and value < 10 and after == at:
            break
        if nxt < len(words) and words[nxt].norm in _SCALES:
            break   # "between one hundred and two hundred"
        return total + value, nxt
    return total, at
