"""Relative wishes: "cheaper", "less formal", "not so dressy", "warm enough". The shop says which words move which slot.

A critique (McGinty and Reilly, "On the evolution of critiquing recommenders", 2011) is a wish for less or more of one attribute,
measured from an item at hand, or from the middle of what there is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dialogue.english import OPENING
from dialogue.prices import MONEY_WORDS, find_money_talk
from dialogue.shop import TalkingShop
from dialogue.words import Span, Utterance, read_words

_BARE_MONEY = {"less", "bargain", "splurge"}

_OF_THOSE = re.compile(r"^ of (?:the|those|these|them) ?(?:two|three|lot)?\b")
"""After "the cheaper": one of some things, not a wish."""

_MORE = r"(?:more|bit more|little more|much more|a lot more|lot more|slightly more|even more|far more)"
_LESS = r"(?:less|bit less|little less|much less|a lot less|slightly less|even less)"
_TOO = r"(?:(?:far |way |much |a bit |bit |a little |little |rather |slightly )?too|over)"
_NOT_SO = (
    r"(?:(?:not|isnt|arent|nothing|never|dont want (?:anything|something|it)?|doesnt have to be|without being|wasnt)"
    r"(?: \w+)?? (?:so|as|too|that|very|overly|quite as|quite so|quite that|terribly|super|particularly|all that))"
)


_HOW = re.compile(r"\bhow(?: much| far)?$")
HEDGED = re.compile(
    r"\b(?:its|it is|theyre|they are|thats|that is|those are|these are|looks?|seems?|feels?|ones?|is|are|was|were)(?: all|"
    r" both)?"
    r"(?: a (?:bit|little|tad|touch)| rather| awfully| terribly| kind of| sort of)$|"
    r"\b(?:the|this|that)(?: \w+){0,2} \w+s (?:a (?:bit|little|tad|touch)|rather|awfully)$"
)
""" "It's a bit ...": a complaint, politely put."""
_NOT_A_DEGREE = frozenset(
    """
looking fashioned style school brother sister son daughter child people lady ladies man men woman women gentleman person couple
kids children boy girl relative colour color shade
    """.split()  # noqa: SIM905
)
_IS_IT = re.compile(
    rf"(?:{OPENING}|[,.;:!?] |\b(?:and|so|but|ok|okay|well|wait|actually|sorry) )(?:is|are|was|were|isnt|arent|would|does|do) "
    r"(?:it|that|this|they|those|these|(?:that|this|either|both|any)(?: of)? (?:one|them|these|those)|the \w+(?: \w+){0,3})"
    r"(?: (?:be|look|feel|run|(?:need|take|have|come with)(?: an?| any| some)?))?"
    r"(?: (?:really|very|quite|all that|any|much|a bit|a lot|still|more|less|that|so|rather))*$"
)
""" "Is it ...", "are they any ...": what follows is asked about."""


@dataclass(frozen=True, slots=True)
class CritiqueWord:
    slot: str
    direction: int
    comparative: bool
    """Said of a comparison ("cheaper"), not of a degree ("cheap")."""


@dataclass(frozen=True, slots=True)
class CritiqueMention:
    """A relative wish and the words that say it. ``of_item``: said of something at hand ("too expensive", "cheaper")."""

    slot: str
    direction: int
    span: Span
    of_item: bool
    complaint: bool
    """"too ..." of an item is a reason not to take it."""
    most: bool = False
    """As far as it goes: "your cheapest"."""
    asked: bool = False
    """Asked, not wished: "how long is it?", "is it warm?"."""


@dataclass(frozen=True)
class CritiqueBook:
    """The shop's relative wishes, compiled."""

    words: Mapping[str, CritiqueWord]
    pattern: re.Pattern[str]
    scales: frozenset[str]
    """Choice slots whose values a critique orders, and the price: a plain adjective leans along these."""
    superlatives: Mapping[str, CritiqueWord]
    superlative_pattern: re.Pattern[str] | None
    money: str | None = None
    """The slot of the price."""


def compile_critiques(shop: TalkingShop) -> CritiqueBook:
    """Compile the shop's critiques with those that any price understands; degrees are derived from comparatives."""
    words: dict[str, CritiqueWord] = {}
    if shop.money:
        for direction, phrases in MONEY_WORDS.items():
            for phrase in phrases:
                comparative = phrase.split()[0] in {"less", "more", "lower", "higher", "costs"} or phrase.endswith("er")
                words[phrase] = CritiqueWord(shop.money.name, direction, comparative)
    for critique in shop.critiques:
        direction = 1 if critique.direction == "more" else -1
        for phrase in critique.words:
            norm = read_words(phrase).norm
            words[norm] = CritiqueWord(critique.slot, direction, _is_comparative(norm))
            for degree, sign in _degrees(norm):
                words.setdefault(degree, CritiqueWord(critique.slot, direction * sign, False))
    superlatives = {superlative: word for norm, word in words.items() for superlative in _superlatives(norm, word)}
    either = "|".join(re.escape(phrase) for phrase in sorted(words, key=len, reverse=True)) or r"(?!)"
    pattern = re.compile(
        rf"\b(?:(?P<too>{_TOO}) |(?P<notso>{_NOT_SO}) |(?P<not>not |isnt |arent |nothing )|(?P<less>{_LESS}) |"
        rf"(?P<more>{_MORE}) )?(?P<word>{either})(?P<enough> enough)?\b"
    )
    money = shop.money.name if shop.money else None
    if money:
        superlatives["costs the least"] = superlatives["cost the least"] = CritiqueWord(money, -1, False)
        superlatives["costs the most"] = superlatives["cost the most"] = CritiqueWord(money, +1, False)
    top = "|".join(re.escape(phrase) for phrase in sorted(superlatives, key=len, reverse=True))
    scales = frozenset(
        {*(critique.slot for critique in shop.critiques if critique.scale), *([shop.money.name] if shop.money else [])}
    )
    return CritiqueBook(words, pattern, scales, superlatives, re.compile(rf"\b(?:{top})(?=s?\b)") if top else None, money)


def find_critiques(utterance: Utterance, book: CritiqueBook) -> tuple[CritiqueMention, ...]:
    """Relative wishes in the order they were said."""
    money = book.money
    found = [CritiqueMention(money, sign, span, True, faults) for sign, faults, span in find_money_talk(utterance) if money]
    for span, match in utterance.find(book.pattern):
        if any(span.overlaps(other.span) for other in found) or _is_part(utterance, span):
            continue
        word = book.words[match.group("word")]
        direction, negated = word.direction, bool(match.group("notso") or match.group("not"))
        if utterance.norm[: match.start()].endswith("the ") and _OF_THOSE.match(utterance.norm[match.end() :]):
            continue
        if match.group("word") in _BARE_MONEY and not _stands_alone(utterance, span, match.group("word")):
            continue
        if match.group("enough"):
            direction = word.direction
        elif match.group("too") or match.group("less"):
            direction = -word.direction
        if match.group("notso") or (match.group("not") and not match.group("enough")):
            direction = -word.direction
        if (len(utterance.words) <= 2 and utterance.words[0].norm == "cool") or _is_equal(utterance, span):
            continue
        plain = not (word.comparative or match.group("too") or match.group("less") or match.group("more") or match.group("notso"))
        complaint = bool(match.group("too") or (match.group("enough") and negated))
        asked = not complaint and _is_asked(utterance, span)
        hedged = plain and not asked and HEDGED.search(utterance.norm[: match.start()].rstrip()) is not None
        if hedged:
            complaint, direction = True, -word.direction
        elif plain and not asked and not _describes(utterance, span, word.slot in book.scales):
            continue
        of_item = complaint or word.comparative or bool(match.group("less") or match.group("more") or match.group("notso"))
        found.append(CritiqueMention(word.slot, direction, span, of_item, complaint, asked=asked))
    if book.superlative_pattern is not None:
        for span, match in utterance.find(book.superlative_pattern):
            word = book.superlatives[match.group()]
            found.append(CritiqueMention(word.slot, word.direction, span, False, False, most=True))
    return tuple(found)


def _is_equal(utterance: Utterance, span: Span) -> bool:
    """ "As warm as the second": like it, and no further."""
    around = [word.norm for word in (*utterance.words[max(0, span.first - 1) : span.first], *utterance.words[span.last :][:1])]
    as_can_be = span.last + 1 < len(utterance.words) and utterance.words[span.last + 1].norm in {"possible", "you", "can", "they"}
    return around == ["as", "as"] and not as_can_be


def _is_part(utterance: Utterance, span: Span) -> bool:
    """ "Older looking", "my older sister": no degree of what is wanted."""
    return span.last < len(utterance.words) and utterance.words[span.last].norm in _NOT_A_DEGREE


def _is_asked(utterance: Utterance, span: Span) -> bool:
    before = utterance.before(span.first)
    return _HOW.search(before) is not None or _IS_IT.search(before) is not None


def _describes(utterance: Utterance, span: Span, ordered: bool) -> bool:
    """Whether a plain adjective describes what is wanted: "warm ones", not "I fancy a ..." nor "a new ..."."""
    before = utterance.words[span.first - 1].norm if span.first else ""
    after = utterance.words[span.last].norm if span.last < len(utterance.words) else ""
    return ordered and not (
        before in {"i", "we", "you", "really", "dont", "would"} and after in {"a", "an", "the", "some", "something"}
    )


def _stands_alone(utterance: Utterance, span: Span, phrase: str) -> bool:
    """ "less" is about money only in "spend less", "for less"."""
    before = {word.norm for word in utterance.words[max(0, span.first - 3) : span.first]}
    than = [word.norm for word in utterance.words[span.last : span.last + 2]]
    if phrase == "less" and than[:1] == ["than"] and than[1:] and than[1] in {"the", "that", "this", "those", "these"}:
        return True
    return phrase != "less" or bool(before & {"for", "spend", "pay", "cost", "spending", "paying"})


def _is_comparative(norm: str) -> bool:
    first = norm.split()[0]
    return first in {"more", "less"} or first.endswith("er")


def _degrees(norm: str) -> list[tuple[str, int]]:
    """The plain adjectives of a comparative with their sign: "dressier" gives "dressy", "less formal" gives "formal" reversed."""
    first, _, rest = norm.partition(" ")
    if first == "more" and rest:
        return [(rest, 1)]
    if first == "less" and rest:
        return [(rest, -1)]
    if rest or not first.endswith("er") or len(first) < 5:
        return []
    base = first[:-2]
    if base.endswith("i"):
        return [(base[:-1] + "y", 1)]
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return [(base[:-1], 1)]
    return [(base, 1)]


def _superlatives(norm: str, word: CritiqueWord) -> list[str]:
    first, _, rest = norm.partition(" ")
    if first == "more":
        return [f"most {rest}"]
    if first == "less":
        return [f"least {rest}"]
    return [first[:-2] + "est"] if not rest and first.endswith("er") and word.comparative else []
