"""Places in a list that was read out: "the first", "number two", "the last two" of the items named or the options offered."""

from __future__ import annotations

import re

from dialogue.words import Span, Utterance

_PLACES = {
    **dict.fromkeys(("first", "1st", "former", "top", "one", "1", "a"), 0),
    **dict.fromkeys(("second", "2nd", "two", "2", "b"), 1),
    **dict.fromkeys(("third", "3rd", "three", "3", "c"), 2),
    **dict.fromkeys(("fourth", "4th", "four", "4"), 3),
    **dict.fromkeys(("fifth", "5th", "five", "5"), 4),
    "sixth": 5,
    **dict.fromkeys(("latter", "last", "final", "bottom"), -1),
}
_ORDINAL = re.compile(
    r"\b(?:(?:the |that |your |my )?(?:very )?(?P<ordinal>first|second|third|fourth|fifth|sixth|1st|2nd|3rd|4th|5th|last|"
    r"final|middle|former|"
    r"latter)(?:(?<=[dt])s(?= \w))?"
    r"(?: (?P<count>two|three|2|3))?(?P<one> ones?| options?| items?| choices?| suggestions?| things?| thing you said)?|"
    r"(?:number|option|item|choice) (?P<number>one|two|three|four|five|[1-5a-c]))\b"
)
_TWO_NUMBERS = re.compile(
    r"\b(?P<said>(?:numbers?|options?|items?) )?(?P<one>one|two|three|four|[1-4]) and (?:number )?(?P<other>two|three|"
    r"four|[1-4])\b"
)
_NOT_AN_ITEM = re.compile(
    r"^(?: time| thing| birthday| anniversary| year| week| month| night| day| floor| of all| date| name| minute| "
    r"chance| home| baby| child| hand| class| aid| thought| try| question| bit| summer| winter)"
)
_BARE = {"last", "middle", "final", "second", "first"}
_AFTER_CHOICE = {"take", "pick", "choose", "and", "or", "with", "than", "like", "not", "about"}
_NOTHING_NAMED = re.compile(
    r"\b(?:(?:the |that )?(?:first|second|third|last|other|same) one|(?:that|this) one|(?:both|neither|either|any|which|all) of "
    r"(?:them|those|these)|of (?:the|those|these) (?:two|three)|both|neither|it|them)\b"
)


def find_places(utterance: Utterance, size: int) -> list[tuple[Span, tuple[int, ...]]]:
    """Places named in a list of ``size``, as 0-based indices; a place the list does not have is left out."""
    found: list[tuple[Span, tuple[int, ...]]] = []
    for span, match in utterance.find(_ORDINAL):
        after = utterance.norm[match.end() :]
        if _NOT_AN_ITEM.match(after) or (
            match.group().strip() in _BARE and not match.group("one") and not _answers_alone(utterance, span)
        ):
            continue
        if not match.group("one") and re.match(r" (?:few|couple|\w+ (?:years?|months?|weeks?|days?))\b", after):
            continue
        if match.group("ordinal") == "middle":
            found.append((span, (size // 2,)))
            continue
        place = _PLACES[match.group("ordinal") or match.group("number")]
        if count := match.group("count"):
            many = min({"two": 2, "2": 2, "three": 3, "3": 3}[count], size)
            found.append((span, tuple(range(size - many, size) if place == -1 else range(many))))
        elif -size <= place < size:
            found.append((span, (place % size,)))
    for span, match in utterance.find(_TWO_NUMBERS):
        places = tuple(_PLACES[match.group(name)] for name in ("one", "other"))
        if max(places) < size and (match.group("said") or len(utterance.words) <= 5):
            found.append((span, places))
    return found


def points_at_nothing(utterance: Utterance) -> Span | None:
    """The words that mean an item, said where none was named yet."""
    return next((span for span, _ in utterance.find(_NOTHING_NAMED)), None)


def _answers_alone(utterance: Utterance, span: Span) -> bool:
    """A bare ordinal is an answer ("second, please") or follows a verb of choice; "second" in running speech is not."""
    before = utterance.words[span.first - 1].norm if span.first else ""
    return len(utterance.words) <= 4 or before in _AFTER_CHOICE
