"""Amounts with their relation: "under a hundred and fifty", "around 50 quid", "between 20 and 40", "no longer than two hours"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from dialogue.amount_types import Amount, AmountSlot
from dialogue.english import SMALL_WORDS
from dialogue.numbers import Number, find_numbers
from dialogue.types import ChangeKind
from dialogue.units import CENTS, JOINS, TIME, unit_of, with_cents
from dialogue.words import Span, Utterance, stem_of
from dialogue.years import find_years

_AT_MOST = (
    r"(?:under|below|beneath|less than|cheaper than|lower than|shorter than|smaller than|lighter than|up to|upto|(?:go|"
    r"stretch|run|manage)(?: up| as far as)? to|"
    r"at most|"
    r"at the most|within|inside|max|maximum|maximum of|max of|(?:no|not|nothing|never|dont want(?: to)?(?: \w+){0,4}|"
    r"isnt|wont|cant|cannot|shouldnt)"
    r"(?: \w+){0,3} (?:more than|over|above|greater than|higher than|longer than|past|beyond|exceed|exceeding)|"
    r"cap(?: of)?|limit(?: of| is)?|ceiling of|before|earlier than|older than)"
)
_AT_LEAST = (
    r"(?:over|above|more than|at least|at the least|minimum|minimum of|min|no less than|not less than|nothing under|"
    r"nothing below|not under|not below|upwards of|starting at|starting from|greater than|higher than|longer than|"
    r"bigger than|exceeding|after|since|later than|newer than|from)"
)
_AROUND = (
    r"(?:about|around|roughly|approximately|approx|circa|near|nearly|close to|somewhere around|somewhere near|"
    r"in the (?:region|neighbou?rhood|vicinity) of|something like|ish|more or less|give or take|say|round about)"
)
_BEFORE = re.compile(
    rf"(?:^|\s)(?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST})|(?P<around>{_AROUND}))"
    r"(?: (?:a|the|about|around|say|like|roughly|of|budget|is|be|price|total|maybe))*\s*$"
)
_SPEND = re.compile(
    r"(?:(?:budget|spend|spending|afford|pay|limit|price|drop|blow|splash out|fork out|part with)(?:s)?(?: \w+){0,3}|"
    r"make (?:it|that)|call it|"
    r"chipped in(?: \w+){0,2})\s*$"
)
_AFTER_MOST = re.compile(
    r"^\s*(?:, )?(?:(?:or|for) less(?! than)|or under|or below|or cheaper|or lower|tops|max|maximum|at most|"
    r"at the (?:very )?most|"
    r"at the outside|at a push|"
    r"absolute max|and under|and below|and no more|"
    r"(?:is )?my (?:limit|budget|max|maximum)|is the limit|limit|is about my limit)\b"
)
_DIFFERENCE = re.compile(
    r"^(?:more|less|extra|cheaper|dearer|pricier|apart|difference|"
    r"between (?:them|those|these|the two))\b(?! than)"
)
""" "Three dollars more" tells two things apart and limits none."""
_CLOCK = re.compile(r"^\s*(?:before|after|since|earlier than|later than)\b")
_LAST_HOUR = 12
""" "After seven" is a time of day."""
_TO_SPEND = re.compile(r"^\s*(?:budget|to spend|to play with|in my budget)\b")
_AFTER_LEAST = re.compile(
    r"^\s*(?:or more|or over|or above|and up|and above|and over|plus(?! (?:one|two|three|four|five|six|seven|eight|nine|"
    r"ten|\d)\b)|\+|upwards|minimum|at least|"
    r"or later|"
    r"or newer|onwards)(?:\b|\s|$)"
)
_AFTER_AROUND = re.compile(
    r"^\s*(?:, )?(?:odd|(?<!, )something(?! (?:for|in|like|that|nice|with))|or so|ish|give or take|or thereabouts|roughly|"
    r"more or less|or something)\b"
)
_MEANT = re.compile(
    r"\b(?:i (?:really )?(?:meant|mean|said)|make (?:it|that)|or rather|correction)(?: (?:to say|more like|like|say))? ?$"
)
_EVEN = re.compile(r"(?:, )?(?:(?:or|and|well|ok) )?(?:maybe|perhaps|possibly|even|at a push|or|at most)(?: (?:even|up to))?")
_JOIN = JOINS | {"and"}
_TIME_COUNTED = {"year", "month", "week", "day"}
""" "For ten years" is no year."""
_COUNTED_THINGS = {"things", "bits", "items", "presents", "gifts", "pieces", "people", "guests", "kids", "children", "favours"}
""" "About thirty little things" is no price."""
_COUNTS_ELSE = {"turning", "turns", "turned", "aged", "hes", "shes", "need"}
_NOT_MONEY = {
    "year",
    "month",
    "week",
    "day",
    "people",
    "person",
    "guest",
    "kid",
    "of",
    "time",
    "piece",
    "set",
    "pack",
    "old",
    "percent",
    "%",
    "inch",
    "cm",
    "st",
    "nd",
    "rd",
    "th",
    "or",
    "star",
}


def find_amounts(
    utterance: Utterance, slots: Sequence[AmountSlot], asked: str | None = None, taken: Sequence[Span] = ()
) -> tuple[Amount, ...]:
    """Amounts in the order they were said. ``asked``: the slot the last reply asked for; a bare number answers it. ``taken``:
    words that name values ("turning sixty"), whose numbers are none.
    """
    found = find_years(utterance, slots)
    claimed = [*(amount.span for amount in found), *taken]
    numbers = [number for number in find_numbers(utterance) if not any(number.span.overlaps(span) for span in claimed)]
    numbers = with_cents(utterance, numbers)
    skip = False
    for index, number in enumerate(numbers):
        if skip:
            skip = False
            continue
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        amount = following and _range(utterance, number, following, slots, asked)
        if amount:
            skip = True
        else:
            amount = _single(utterance, number, slots, asked) or _instead(utterance, number, found, slots)
        if amount:
            found.append(amount)
        elif found and (further := _or_even(utterance, number, found[-1])):
            found[-1] = further
    return tuple(sorted(found, key=lambda amount: amount.span.first))


def _or_even(utterance: Utterance, number: Number, early: Amount) -> Amount | None:
    """ "Thirty quid, maybe thirty-five": the limit gives a little."""
    between = " ".join(word.norm for word in utterance.words[early.span.last : number.span.first])
    after = utterance.words[number.span.last].norm if number.span.last < len(utterance.words) else "."
    if early.high is None or not early.high < number.value <= 2 * early.high or (after.isalpha() and after not in SMALL_WORDS):
        return None
    if _EVEN.fullmatch(between) is None:
        return None
    span = Span(early.span.first, number.span.last)
    return replace(early, kind="between" if early.kind == "between" else "at_most", span=span, high=number.value,
                   low=early.low if early.kind == "between" else None)


def _instead(utterance: Utterance, number: Number, found: Sequence[Amount], slots: Sequence[AmountSlot]) -> Amount | None:
    """ "About fifty dollars. No, sorry, I meant sixty": a bare number in place of the amount before it, or of an earlier one."""
    before = utterance.before(number.span.first)
    after = utterance.words[number.span.last].norm if number.span.last < len(utterance.words) else "."
    marker = _MEANT.search(before)
    if marker is None or (after.isalpha() and after not in SMALL_WORDS):
        return None
    early = found[-1] if found and found[-1].span.last <= len(before[: marker.start()].split()) else None
    if early is not None:
        low, high = (number.value if bound is not None else None for bound in (early.low, early.high))
        return None if early.kind == "between" else Amount(early.slot, early.kind, number.span, low, high)
    money = next((slot for slot in slots if slot.money), None)
    return Amount(money.name, "at_most", number.span, None, number.value) if money and number.value >= CENTS else None


def _range(utterance: Utterance, low: Number, high: Number, slots: Sequence[AmountSlot], asked: str | None) -> Amount | None:
    words = utterance.words
    gap = [word.norm for word in words[low.span.last : high.span.first]]
    inner = [norm for norm in gap if unit_of(norm) is None]
    written_dash = not gap and utterance.text[words[low.span.last - 1].end : words[high.span.first].start].strip() in {
        "-",
        "–",
        "—",
    }
    if not written_dash and (len(inner) != 1 or inner[0] not in _JOIN):
        return None
    before = utterance.before(low.span.first, 3)
    between = re.search(r"(?:between|from|anywhere|somewhere|range)(?: \w+)?$", before) is not None
    if inner and inner[0] == "and" and not between:
        return None
    slot = _slot_of(utterance, high, slots, asked, relation=True) or _slot_of(utterance, low, slots, asked, relation=True)
    if slot is None:
        return None
    first, second = _value(low, slot, utterance), _value(high, slot, utterance)
    if first > second and first < 100 and second < 10:
        return None
    start = low.span.first
    while start > 0 and words[start - 1].norm in {"between", "from", "somewhere", "anywhere", "$", "£", "€"}:
        start -= 1
    span = Span(start, _with_unit(utterance, high))
    return Amount(slot.name, "between", span, min(first, second), max(first, second))


def _single(utterance: Utterance, number: Number, slots: Sequence[AmountSlot], asked: str | None) -> Amount | None:
    words = utterance.words
    start = number.span.first
    while start > 0 and words[start - 1].norm in {"$", "£", "€"}:
        start -= 1
    before = utterance.before(start, 8)
    end = _with_unit(utterance, number)
    after = " ".join(word.norm for word in words[end : end + 4])
    if end > number.span.last and _DIFFERENCE.match(after):
        return None
    kind: ChangeKind | None = None
    first = start
    if match := _BEFORE.search(before):
        kind = "at_most" if match.group("most") else "at_least" if match.group("least") else "around"
        first = start - len(before[match.start() :].split())
    if tail := _AFTER_MOST.search(after):
        kind, end = "at_most", end + len(tail.group().split())
    elif (tail := _TO_SPEND.search(after)) is not None:
        kind, end = kind or "at_most", end + len(tail.group().split())
    elif tail := _AFTER_LEAST.search(after):
        kind, end = "at_least", end + len(tail.group().split())
    elif (tail := _AFTER_AROUND.search(after)) and kind is None:
        kind, end = "around", end + len(tail.group().split())
    if kind is None and number.suffix == "ish":
        kind = "around"
    if match and _CLOCK.search(match.group()) and number.value <= _LAST_HOUR:
        return None
    spend = _SPEND.search(before)
    slot = _slot_of(utterance, number, slots, asked, relation=kind is not None or spend is not None)
    if slot is None:
        return None
    value = _value(number, slot, utterance)
    if kind is None:
        kind = "at_most" if slot.money else "around"
    if kind == "at_least" and words[first].norm == "from" and not slot.money and end == _with_unit(utterance, number):
        kind = "around"
    if slot.unit == "year" and kind in {"at_most", "at_least"} and words[first].norm in {"before", "after"}:
        value += -1 if kind == "at_most" else 1
    span = Span(max(first, 0), end)
    if kind == "at_most":
        return Amount(slot.name, kind, span, None, value)
    if kind == "at_least":
        return Amount(slot.name, kind, span, value, None)
    return Amount(slot.name, kind, span, value, value)


def _with_unit(utterance: Utterance, number: Number) -> int:
    """The word after the number and its unit."""
    end = number.span.last
    while end < len(utterance.words) and unit_of(utterance.words[end].norm):
        end += 1
    return end


def _slot_of(
    utterance: Utterance, number: Number, slots: Sequence[AmountSlot], asked: str | None, *, relation: bool
) -> AmountSlot | None:
    """Which slot a number speaks of: by its unit, by the slot's own words near it, by what was asked, else money if related."""
    words = utterance.words
    money = next((slot for slot in slots if slot.money), None)
    here = {words[i].norm for i in range(max(0, number.span.first - 1), number.span.first)}
    after = words[number.span.last].norm if number.span.last < len(words) else ""
    sign = utterance.words[number.span.first].text[:1]
    unit = unit_of(after) or ("money" if sign in "$£€" or here & {"$", "£", "€"} else unit_of(number.suffix))
    if unit in {"money", "pence"}:
        return money
    if unit is not None:
        return next((slot for slot in slots if stem_of(slot.unit) in TIME), None)
    stem = stem_of(after)
    after_words = list(takewhile(lambda word: not word.is_mark, words[number.span.last : number.span.last + 3]))
    near = {word.stem for word in (*words[max(0, number.span.first - 5) : number.span.first], *after_words)}
    years_old = stem == "year" and after_words[1:] and after_words[1].norm == "old"
    if years_old or here & _COUNTS_ELSE or "how many" in utterance.before(number.span.first):
        return None
    for slot in slots:
        if not slot.money and slot.unit and stem_of(slot.unit) == stem and stem != "year":
            return slot
    for slot in slots:
        if slot.unit == "year" and 1880 <= number.value <= 2100 and number.value == int(number.value):
            return slot
    counted = stem in _TIME_COUNTED and number.value < 1000
    for slot in slots:
        if near & set(slot.names) - ({stem} if counted or slot.money else set()):
            return slot
    answering = next((slot for slot in slots if slot.name == asked), None)
    if answering and stem not in _NOT_MONEY - {"or"}:
        return answering
    thing = after != stem and after.endswith("s") and after not in SMALL_WORDS | {"tops"}
    thing = thing or bool({word.norm for word in after_words} & _COUNTED_THINGS)
    if relation and money and stem not in _NOT_MONEY and not thing and not {"size", "age", "aged"} & here:
        return money
    return None


def _value(number: Number, slot: AmountSlot, utterance: Utterance) -> float:
    after = utterance.words[number.span.last].norm if number.span.last < len(utterance.words) else ""
    unit = unit_of(after) or number.suffix
    if slot.money and number.pair and unit != "pence" and number.value < 10_000:
        return number.pair[0] + number.pair[1] / 100
    if slot.money and unit in {"pence", "p"}:
        return number.value / 100
    own = TIME.get(stem_of(slot.unit))
    spoken = TIME.get(stem_of(unit)) or TIME.get(unit)
    if own and spoken:
        return number.value * spoken / own
    if own and not spoken and slot.unit == "minutes" and number.value <= 4:
        return number.value * 60
    return number.value
