"""Items meant by how they stand to the others: "the cheapest", "the two cheaper ones", "the dearer of the wraps", "the rest"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from dialogue.critiques import CritiqueBook, CritiqueWord
from dialogue.describing import Describer
from dialogue.english import SMALL_WORDS
from dialogue.item_words import called_in_plural, has_any, says_ones
from dialogue.ordinals import find_places
from dialogue.pointing import Pointing, Table, point
from dialogue.words import MARKS, Span, Utterance, Word, is_contracted
from recommender.types import Item

_OTHER = re.compile(r"\bthe (?:others?(?: (?:ones?|pairs?|sets?|options?))?(?P<many>(?<=s)| two| three)?|rest)\b")
_NOT_OTHER = re.compile(
    r"^ (?:day|night|week|month|year|morning|afternoon|evening|time|side|half|hand|way|thing|shop|"
    r"store|place|person)s?\b"
)
""" "The other day" is a time."""
_AGAINST = frozenset({"over", "to", "than"})
""" "I prefer it to the others": what it is held against."""
VERBS = frozenset(
    "arent isnt werent wont look looks looked sound sounds sounded seem seems seemed cost costs come comes came".split()  # noqa: SIM905
)
"""Verbs that follow "the other", "these": no nouns."""
UNSURE = 0.4
"""For "the cheaper of the two" where only one was named: asked back before anything is done with it."""
_OF_THE_SHOP = re.compile(r"^(?: \w+){0,2} (?:you|youve|that you|in the (?:shop|store)|there is|available|going)\b")
""" "The cheapest you have" is none of those named."""
_TWO = re.compile(r"^ of (?:the )?(?:two|three)")
_PAIR = re.compile(
    r"^(?P<many> (?:two|2|couple|ones)\b)?(?: (?:one|option|pair)\b)?"
    r"(?: (?:of (?:(?:the|those|these) )?(?:two|three|them|those|these|lot|bunch)|of all)\b)?"
)
_WHICH = re.compile(r"\b(?:whichever|which|what)(?: one)?s?(?: is| was)?$")
_WHICHEVER_OF = re.compile(r"\bwhichever (?:one )?of (?:the|those|these|them|your)\b(?: \w+){0,4}? (?:is|are|was|s)(?: the)?$")
""" "Whichever of the brown ones is cheaper"."""
_BARE = re.compile(
    r"^ (?:of (?:the (?:two|three|lot|bunch)|them|those|these)\b|"
    r"(?:ones?|pair|option)(?= ?(?:$|[,.!]| please| then| thanks)))"
)
""" "Cheapest of them", "cheapest one please", which need no "the"."""
_TAKES_THE = re.compile(r"\b(?:take|have|get|choose|pick|prefer|buy|(?:go|going) (?:for|with)|it be|be) the$|"
                        r"^(?:.*, )?(?:(?:so|just|then|ok|okay) )?the$")
_ENDS = re.compile(r"^(?: ?[.,!]| please| then| thanks|$)")
""" "Go with the less expensive"."""
_COUNTS = frozenset({"two", "2"})
_MANY = 2
"""Items meant by "the cheaper ones"."""


def rest_of(
    utterance: Utterance, table: Table, before: Sequence[Pointing], describer: Describer
) -> list[tuple[Span, list[Item], float]]:
    """What is left beside those named in the same breath ("I don't want wool, so the others"), or beside the last spoken of."""
    last = table.chosen or table.last or table.items[0]
    strong = [pointing for pointing in before if not pointing.weak]
    valued = [(mention.span, [item.id for item in table.items if has_any(item, mention)]) for mention in describer.mentions]
    found = []
    for span, match in utterance.find(_OTHER):
        early = [ids for at, ids in valued if at.last <= span.first]
        beside = [one for one in strong if one.span.last <= span.first] or strong
        meant = [*(one.reference.items for one in beside), *early, *describer.titled_before(span.first, table.items)]
        named = {item for ids in meant if len(ids) < len(table.items) for item in ids}
        end, items = describer.kind_after(span.last, table.items)
        after = utterance.words[span.last].norm if span.last < len(utterance.words) else "."
        noun = match.group() == "the other" and after not in SMALL_WORDS | VERBS | MARKS
        if noun and end == span.last:
            end, items = _titled(utterance, span.last, table, describer)
        if _NOT_OTHER.match(utterance.norm[match.end() :]) or (noun and end == span.last):
            continue
        rest = [item for item in items if item.id not in (named or {last.id})]
        single = is_contracted(utterance.words[span.last - 1])   # "the other's nicer"
        many = (match.group("many") is not None and not single) or match.group() == "the rest"
        if many and span.first and utterance.words[span.first - 1].norm in _AGAINST:
            continue
        told = after in {"are", "were"} | VERBS or utterance.before(span.first, 1) in {"are", "were", "do", "did", "have"}
        if rest and (named or told or single or not match.group().endswith("others")):
            chosen = rest if many else rest[:1]
            found.append((Span(span.first, end), chosen, 1.0 if many or len(rest) == 1 else 0.6))
    return found


def _titled(utterance: Utterance, at: int, table: Table, describer: Describer) -> tuple[int, tuple[Item, ...]]:
    """ "The other quiz", of two quiz games: what has the word in its title, where the last spoken of has it too."""
    items = describer.of_kind(Span(at, at + 1), table.items, loosely=True)
    fits = len(items) == 2 and table.last in items
    return (at + 1, items) if fits else (at, table.items)


def find_superlatives(
    utterance: Utterance,
    table: Table,
    book: CritiqueBook,
    amount: Callable[[Item, str], float | None],
    scales: Mapping[str, Sequence[str]],
    describer: Describer,
) -> list[Pointing]:
    """ "The cheapest", "the cheaper one", "the two cheaper ones", "the more formal of the two", "the dearer of the wraps"."""
    found = []
    for pattern, words in ((book.superlative_pattern, book.superlatives), (book.pattern, book.words)):
        if pattern is None:
            continue
        for span, match in utterance.find(pattern):
            comparative = words is book.words
            word = words[match.group("word") if comparative else match.group()]
            first = span.first - 1
            counted = first > 0 and utterance.words[first].norm in _COUNTS
            first -= counted
            before = utterance.words[first].norm if first >= 0 else ""
            said = utterance.before(first + 1)
            asked, group = _WHICH.search(said), _WHICHEVER_OF.search(said)
            if group:
                opener = len(said[: group.start()].split())
                among = describer.kind_after(opener + said[group.start() :].split().index("of") + 2, table.items)[1]
                chosen = _furthest(among, word, comparative and bool(match.group("less")), amount, scales)
                found += [point(utterance, Span(opener, span.last), chosen[:1], 0.95, word.slot)] if chosen else []
                continue
            opens = first < 0 or before in {",", ".", "and", "just", "then"}
            bare = opens and _BARE.match(utterance.norm[match.end() :])
            if bare and comparative and bare.group().startswith(" ones"):
                continue   # "cheaper ones" are others
            if before != "the" and not bare and (counted or not asked):
                continue
            first += bool(bare)
            tail = _PAIR.match(utterance.norm[match.end() :])
            plain = comparative and not (word.comparative or match.group("less") or match.group("more"))
            end = span.last + len(tail.group().split()) if tail else span.last
            last, among = _among(utterance, end, table, describer)
            if _OF_THE_SHOP.match("".join(f" {word.norm}" for word in utterance.words[last:])):
                continue
            taken = comparative and (word.comparative or match.group("less") or match.group("more"))
            taken = taken and _TAKES_THE.search(said) and _ENDS.match(utterance.norm[match.end() :])
            if comparative and not (last > span.last or counted or taken or (asked and "whichever" in asked.group())):
                continue
            value = last == span.last or any(span.overlaps(mention.span) for mention in describer.mentions)
            if plain and not bare and (before != "the" or value):
                continue
            ordered = _furthest(among, word, comparative and bool(match.group("less")), amount, scales)
            if not ordered or (len(table.items) == 1 and not comparative):
                continue
            many = tail.group("many") if tail else None
            ones = many == " ones" and _says_several(utterance.words[span.last], among)
            several = counted or many in {" two", " 2", " couple"} or ones
            chosen = ordered[: _MANY if several else 1]
            alone = len(table.items) == 1 and _TWO.match(utterance.norm[match.end() :])
            found.append(point(utterance, Span(first, last), chosen, UNSURE if alone else 0.95, word.slot))
    return found


def _says_several(word: Word, items: Sequence[Item]) -> bool:
    """ "The cheapest ones" are several, unless one thing is called so: boots, slippers."""
    return says_ones(word) and not all(called_in_plural(item.title) for item in items)


def _among(utterance: Utterance, at: int, table: Table, describer: Describer) -> tuple[int, tuple[Item, ...]]:
    """Of which items "the cheapest" is said, and where the words that say so end: "of the wraps", "of the first two", "bag"."""
    after = [word.norm for word in utterance.words[at : at + 2]]
    if len(after) == 2 and after[0] == "of" and after[1] in {"the", "those", "these", "your"}:
        last, items = describer.kind_after(at + 2, table.items)
        if last > at + 2:
            return last, items
        for span, places in find_places(utterance, len(table.items)):
            if span.first == at + 1 and len(places) > 1:
                return span.last, tuple(table.items[index] for index in places)
        for span, rest, _ in rest_of(utterance, table, (), describer):
            if span.first == at + 1 and len(rest) > 1:
                return span.last, tuple(rest)
        return at, table.items
    return describer.kind_after(at, table.items)


def _furthest(
    items: Sequence[Item], word: CritiqueWord, less: bool, amount: Callable[[Item, str], float | None],
    scales: Mapping[str, Sequence[str]],
) -> list[Item]:
    """Items in the order that a relative word puts them in, those it fits best first; none where all are alike in it."""
    pairs = []
    for item in items:
        scale = scales.get(word.slot)
        if scale:
            places = [scale.index(value) for value in item.values.get(word.slot, ()) if value in scale]
            number = sum(places) / len(places) if places else None
        else:
            number = amount(item, word.slot)
        if number is not None:
            pairs.append((float(number), item))
    if len(pairs) > 1 and len({number for number, _ in pairs}) == 1:
        return []
    pairs.sort(key=lambda pair: pair[0], reverse=(word.direction > 0) != less)
    return [item for _, item in pairs]
