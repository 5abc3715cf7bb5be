"""How a figure is meant, by the words before it and after it: "under forty", "ten more", "at least a hundred"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from dialogue.words import Word

Relation = Literal["exact", "under", "over", "about", "limit", "past", "more", "less", "apart"]
ABOUT_BEFORE = re.compile(r"\b(?:about|around|roughly|nearly|almost|close to|near|approximately|some)$")
BEFORE: Sequence[tuple[Relation, re.Pattern[str]]] = (
    (
        "past",
        re.compile(
            r"\b(?:just |well |a little |a bit )?(?:over|above|past|beyond|more than) (?:your|the)(?: (?:budget|limit)(?: of)?)?$"
        ),
    ),
    (
        "limit",
        re.compile(
            r"\b(?:(?:within|under|inside|below) )?(?:your|the) (?:budget|limit)(?: of)?$"
            r"|\bbudget of$|\blimit of$|\byou (?:said|told me|mentioned|named|wanted) (?:up to|under|about)$"
        ),
    ),
    ("limit", re.compile(r"\b(?:within|under|inside|below) (?:your|the)$")),
    ("less", re.compile(r"\b(?:saves?|saving) you$")),
    ("apart", re.compile(r"\bby$")),
    (
        "under",
        re.compile(
            r"\b(?:just |well |far |way |much |comfortably |right |a (?:little|bit|shade|touch|hair|whisker) )?"
            r"(?:under|below|less than|up to|at most|within|no more than|not more than|shy of|short of|inside|not quite)$"
        ),
    ),
    ("over", re.compile(r"\b(?:just |a little |a bit |well )?(?:over|above|more than|at least|upwards of|from|starting at)$")),
    ("about", ABOUT_BEFORE),
)
AFTER: Sequence[tuple[Relation, re.Pattern[str]]] = (
    ("about", re.compile(r"^(?:or so|or thereabouts|give or take|more or less)\b")),
    ("more", re.compile(r"^(?:more|extra|dearer|pricier|above|over|higher|on top|costlier)\b")),
    ("less", re.compile(r"^(?:less|cheaper|lower|below|under|saved)\b")),
    ("apart", re.compile(r"^(?:apart|between them|of a difference|difference)\b")),
)
LESS_THAN = re.compile(
    r"\b(?:under|below|(?:less|fewer|lower|no more) than|up to|at most|within|short of|not quite|nearly|almost)$"
)
LESS_OR_TO = re.compile(rf"{LESS_THAN.pattern}|\bto$")
MORE_THAN = re.compile(r"\b(?:over|above|beyond|past|(?:more|greater|no less) than|at least|upwards of)$")
"""Before a number these make it a bound, which a row's own number bears out only where the row says so too."""


def bound_before(words: Sequence[Word], first: int, less: re.Pattern[str] = LESS_THAN) -> Literal["", "less", "more"]:
    """Which way the words before a number bound it: "under nine hundred grams" is less."""
    before = " ".join(word.norm for word in words[max(0, first - 3) : first])
    return "less" if less.search(before) else "more" if MORE_THAN.search(before) else ""
