"""Items meant by words that only point: "both", "those", "which ones", "that one", "it", "the one before"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.choosing_among import VERBS
from dialogue.describing import Describer
from dialogue.english import SMALL_WORDS
from dialogue.item_words import called_in_plural
from dialogue.pointing import Pointing, Table, point
from dialogue.words import Span, Utterance

_PLURAL = re.compile(
    r"\b(?:both(?: of (?:them|those|these))?(?! (?:sides?|ends?|ways?|hands|feet|ears|wrists|shoulders|my|her|his|our|their|"
    r"of us|of you|times|years|days)\b)|(?:those|these|the) two"
    r"(?! (?:of )?them| (?:hour|minute|year|day|week|month|dollar|pound|euro)s?\b)|"
    r"(?<!for )the two of (?:them|those|these)|(?<!for )them all(?! (?:over|the)\b)|"
    r"which ones?(?= \w)|one(?= (?:\w+ ){1,3}than the other\b)|"
    r"all (?:of (?:them|those|these)|three|four)|"
    r"(?:those|these|the) (?:(?:three|four)(?! (?:hundred|\w+ty)\b)|"
    r"ones(?! (?:for|in|with|from|by|made|at|on|that|which|before|after)\b))|"
    r"the pair(?: of (?:them|those|these))?(?! of)|"
    r"the whole lot|the lot(?= ?(?:$|[,.!?]| please| then))|every one of (?:them|those|these)|"
    r"(?:either|any) (?:of (?:them|those|these)|one)|"
    r"(?:(?<=like )|(?<=want )|(?<=love )|(?<=fancy )|(?<=need )|(?<=keen on )|(?<=with )|(?<=than )|(?<=take ))"
    r"either(?= ?(?:$|[,.!?]|at\b|for\b|if\b))|"
    r"eithers?(?= (?:one |is |have |has |comes? |costs? |will |would |works?\b|suits?\b|looks?\b|sounds?\b|fine\b))|"
    r"one of each|each of (?:them|those|these)|them|those|these|they(?:re)?)\b"
)
_THAT = re.compile(
    r"\b(?:(?:that|this|the same(?! (?:one|item) as)|the very same) (?:last )?(?:one|item)|"
    r"(?:the )?(?:very )?same(?: again| (?!size|colou?r|price|brand|sort|kind|style|way|time|day)\w+)?"
    r"(?= (?:but|only|just|except|in)\b)|that (?:you )?just (?:said|mentioned)|"
    r"(?:the one )?you (?:just )?"
    r"(?:said|mentioned|named)(?: last)?|(?:the )?one you(?:ve)? (?:just )?(?:told me about|showed me|shown me|read out|"
    r"described)|"
    r"it|its|thats|that|this)\b"
)
_ONE_OF = re.compile(r"\b(?:one|any|either|some|which) of$")
""" "Is one of those heated": no noun follows."""
_SEVERAL_OF = re.compile(
    r"(?:^|\b(?:take|have|get|like|want|need|order|please|just|then|yes|ok|okay|right|and|,) )"
    r"(?:two|three|four|five|six|[2-9]|a couple|a pair|half a dozen) of$"
)
_ENDS = re.compile(r"^(?:please|then|thanks)?(?: please)? ?[.!]?$")
""" "Two of those, please": of the one spoken of last."""
_CLAUSE_OF = frozenset({"", "one", "that", "what", "like", "about", "take", "than", "have", "and", "was", "is", "want"})
"""Before "you mentioned" where it stands for an item; after a noun it only says which: "the one ... you mentioned"."""
_ONE_TOLD = r"\bthe (?:one|pair|set|thing)s?(?: (?:that )?you(?:d| had)? (?:just )?(?:said|mentioned|showed me|named|had))?"
_PREVIOUS = re.compile(
    rf"\bthe (?:previous|earlier) one\b|{_ONE_TOLD} (?:just |right )?before(?: (?:that|it|this)(?: (?:one|pair|set))?)?\b"
)
_NEXT = re.compile(
    rf"{_ONE_TOLD} (?:just |right )?after(?: (?:that|it|this)(?: (?:one|pair|set))?)?\b|\bthe (?:next|following) one\b"
)
_OWNING = frozenset({"had", "has", "wears", "wore"})
""" "She's had the same one for years"."""
ASKS_WHETHER = frozenset({"is", "are", "was", "were", "does", "do", "would", "will"})
""" "Is that suitable", where "that" stands for an item."""


def find_plurals(utterance: Utterance, table: Table) -> list[Pointing]:
    """ "Both", "neither one", "those": several of what is on the table."""
    found = []
    for span, match in utterance.find(_PLURAL):
        said = match.group()
        after = utterance.words[span.last] if span.last < len(utterance.words) else None
        of = _ONE_OF.search(utterance.before(span.first))
        which = of is not None and of.group() == "which of"
        counted = which or (of is not None and (said == "them" or after is None or after.norm == after.stem))
        weak = said in {"them", "those", "these", "they", "theyre"} and not which   # and not "one of those kettles"
        if (
            said in {"those", "these"}
            and not counted
            and after is not None
            and after.norm not in SMALL_WORDS | VERBS
            and not after.is_mark
            and not (span.first and utterance.words[span.first - 1].norm in ASKS_WHETHER)
        ):
            continue
        if _SEVERAL_OF.search(utterance.before(span.first)) and _ENDS.match(utterance.after(span)):
            found.append(point(utterance, span, [table.last or table.items[-1]], 0.9))
            continue
        two = said.startswith(("both", "the pair")) or said in {"either", "eithers"} or said.endswith("two")
        items = table.items[:2] if two and len(table.items) > 2 else table.items
        if weak and table.last is not None and table.last is not table.items[-1] and called_in_plural(table.last.title):
            items = (table.last,)   # "are they warm?", of the gloves just asked about
        found.append(replace(point(utterance, span, items, 0.9 if two and len(table.items) > 2 else 1.0), weak=weak))
    return found


def find_pronouns(utterance: Utterance, table: Table, describer: Describer, named: Sequence[Pointing]) -> list[Pointing]:
    """ "That one", "it", "the one before": told from the item spoken of last, or from the one named before in the turn."""
    last = table.last or table.items[-1]
    found = []
    ids = [item.id for item in table.items]
    for step, pattern in ((-1, _PREVIOUS), (1, _NEXT)):
        for span, _ in utterance.find(pattern):
            single = [one.reference.items[0] for one in named if one.span.last <= span.first and len(one.reference.items) == 1]
            start = single[-1] if single and single[-1] in ids else last.id
            at = (ids.index(start) if start in ids else 0) + step
            if 0 <= at < len(ids):
                found.append(point(utterance, span, [table.items[at]]))
    for span, match in utterance.find(_THAT):
        said = match.group()
        after = utterance.words[span.last].norm if span.last < len(utterance.words) else ""
        weak = said in {"it", "its", "thats", "that", "this"}
        noun = bool(after) and after not in SMALL_WORDS and not utterance.words[span.last].is_mark
        before = utterance.words[span.first - 1].norm if span.first and not utterance.words[span.first - 1].is_mark else ""
        if any(span.overlaps(pointing.span) for pointing in found):
            continue
        told_of = before not in _CLAUSE_OF or any(pointing.span.last == span.first for pointing in named)
        if told_of and said.startswith(("you", "one you")):
            continue
        if "same" in said and span.first and utterance.words[span.first - 1].norm in _OWNING:
            continue
        if said in {"that", "this"} and noun:
            end, items = describer.kind_after(span.last, table.items)
            if end > span.last and last in items:
                span, weak = Span(span.first, end), False
            elif end > span.last or before not in ASKS_WHETHER:
                continue
        confidence = 0.8 if weak and len(table.items) > 1 and table.last is None else 0.95
        found.append(replace(point(utterance, span, [last], confidence), weak=weak))
    return [replace(pointing, deictic=True) for pointing in found]
