"""Which item the shopper means: "the first", "the green one", "that one", "both", "neither", "the cheaper of the two".

Only what was heard can be meant: references resolve among the items on the table, and "that one" is the item heard last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dialogue.bare_values import find_bare_values
from dialogue.choosing_among import VERBS, find_superlatives, rest_of
from dialogue.critiques import CritiqueBook
from dialogue.describing import Describer
from dialogue.english import SMALL_WORDS
from dialogue.in_general import kinds_asked, kinds_counted, kinds_refused, taken_up
from dialogue.item_words import has_any
from dialogue.mentions import Mention
from dialogue.negation import find_scopes
from dialogue.ordinals import find_places
from dialogue.pointing import Pointing, Table, point
from dialogue.vocabulary import Vocabulary
from dialogue.words import Span, Utterance, read_words
from recommender.types import Item

_PLURAL = re.compile(
    r"\b(?:both(?: of (?:them|those|these))?|(?:those|these|the) two"
    r"(?! (?:of )?them| (?:hour|minute|year|day|week|month|dollar|pound|euro)s?\b)|"
    r"which ones?(?: did you say| do you think)?(?= (?:is|are|was|has|have|comes?|in)\b)|"
    r"all (?:of (?:them|those|these)|three|four)|"
    r"(?:those|these|the) (?:(?:three|four)(?! (?:hundred|\w+ty)\b)|"
    r"ones(?! (?:for|in|with|from|by|made|at|on|that|which|before|after)\b))|"
    r"the pair(?: of (?:them|those|these))?(?! of)|"
    r"the whole lot|the lot(?= ?(?:$|[,.!?]| please| then))|every one of (?:them|those|these)|"
    r"(?:either|any) (?:of (?:them|those|these)|one)|"
    r"(?:(?<=like )|(?<=want )|(?<=love )|(?<=fancy )|(?<=need )|(?<=keen on ))either(?= ?(?:$|[,.!?]))|"
    r"eithers?(?= (?:one |is |have |has |comes? |costs? |will |would |works?\b|suits?\b|looks?\b|sounds?\b|fine\b))|"
    r"one of each|each of (?:them|those|these)|them|those|these|they(?:re)?)\b"
)
_NEITHER = re.compile(
    r"\b(?:neithers?(?: (?:of (?:them|those|these)|one))?|none(?: of (?:them|those|these))?|not (?:(?:any|one) of )?"
    r"(?:them|those|these)(?: ones)?|no to (?:both|all)(?: of them)?)\b"
)
_THAT = re.compile(
    r"\b(?:(?:that|this|the same|the very same) (?:last )?(?:one|item)|"
    r"(?:the )?(?:very )?same(?: again| (?!size|colou?r|price|brand|sort|kind|style|way|time|day)\w+)?"
    r"(?= (?:but|only|just|except|in)\b)|that (?:you )?just (?:said|mentioned)|"
    r"(?:the one )?you (?:just )?"
    r"(?:said|mentioned|named)(?: last)?|(?:the )?one you(?:ve)? (?:just )?(?:told me about|showed me|shown me|read out|"
    r"described)|"
    r"it|its|thats|that|this)\b"
)
_ONE_OF = re.compile(r"\b(?:one|any|either|some|which) of$")
""" "Is one of those heated": no noun follows."""
_CLAUSE_OF = frozenset({"", "one", "that", "what", "like", "about", "take", "than", "have", "and", "was", "is", "want"})
"""Before "you mentioned" where it stands for an item; after a noun it only says which: "the one ... you mentioned"."""
_BESIDE = re.compile(
    r"\bthe (?:next |first )?(?:ones?|pair) (?:just |right |straight |immediately )?(?P<way>after|before|following|"
    r"preceding)(?: the one)?$"
)
_ALL_BUT = re.compile(
    r"\b(?:all|everything|any|any one|anyone)(?: (?:of )?(?:them|those|these))? "
    r"(?:but|except|bar|apart from|other than)(?: for)?$"
)
""" "All but the last": the others. "Anything but the last" refuses the last."""
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
_FROM_THE_START = re.compile(
    r"\bthe (?:very )?first (?:one |thing )?(?:that )?(?:you (?:showed me|mentioned|said|offered|told me about|suggested) )?"
    r"(?:at the (?:start|beginning)|to (?:start|begin) with|originally|earlier)\b"
)
""" "The first one you showed me at the start": of an earlier list."""
_SAID = re.compile(r"^ (?:that )?you (?:just )?(?:said|mentioned|named|told|read|described)\b")
""" "The last one you said" is the one spoken of last, wherever it stands."""
_OWN_STORY = re.compile(
    r"^(?:that )?(?:i|we|she|he|they) (?:bought|had|got|gave|broke|lost|wore|ordered)\b(?! (?:in mind|a look|my eye))"
)
""" "The last glass one I bought": another one, of long ago."""
_ISNT = re.compile(
    r"\bthe (?:\w+ )?(?P<many>ones|\w+)(?: that| which|(?<=thats)) (?:isnt|arent|is not|are not|doesnt have|not)(?: made of|"
    r" in)?$"
)
""" "The one that isn't ..."."""
EARLIER = 0.95


def find_references(
    utterance: Utterance,
    table: Table,
    mentions: Sequence[Mention],
    vocabulary: Vocabulary,
    book: CritiqueBook,
    amount: Callable[[Item, str], float | None],
    scales: Mapping[str, Sequence[str]],
    priced: Sequence[Pointing] = (),
) -> tuple[Pointing, ...]:
    """Every reference, in order. ``amount``: an item's number in an amount slot, price included; ``scales``: ordered values;
    ``priced``: items meant by their price, which count first."""
    if not table.items:
        return ()
    describer = Describer(utterance, mentions, vocabulary)
    named = (
        priced,
        _neither(utterance, table, mentions),
        find_superlatives(utterance, table, book, amount, scales, describer),
        _ordinal(utterance, table, describer),
        [point(utterance, span, items, sure) for span, items, sure in describer.descriptions(table.items)],
    )
    found: list[Pointing] = []
    for pointings in named:
        _claim(found, pointings)
    _claim(found, _negated(utterance, table, mentions))
    _claim(found, find_bare_values(utterance, table, mentions))
    _claim(found, kinds_refused(utterance, table, describer))
    _claim(found, taken_up(utterance, table, describer))
    _claim(found, kinds_asked(utterance, table, describer))
    _claim(found, kinds_counted(utterance, table, describer, found))
    others = [
        replace(point(utterance, span, items, sure), deictic=len(items) == 1)
        for span, items, sure in rest_of(utterance, table, found, describer)
    ]
    found = _all_but(utterance, table, _beside_named(utterance, table, found))
    _claim(found, [point(utterance, span, items, sure * EARLIER) for span, items, sure in describer.descriptions(table.earlier)])
    for pointings in (others, _plural(utterance, table), _that(utterance, table, describer, found)):
        _claim(found, pointings)
    groups = [set(pointing.reference.items) for pointing in found if not pointing.weak]
    found = [
        pointing
        for pointing in found
        if not (any(group < set(pointing.reference.items) for group in groups) and _after_of(utterance, pointing.span))
        and not _OWN_STORY.match(utterance.after(pointing.span))
    ]
    return tuple(sorted(found, key=lambda pointing: pointing.span.first))


def _negated(utterance: Utterance, table: Table, mentions: Sequence[Mention]) -> list[Pointing]:
    """ "The one that isn't leather": what has not the value named."""
    found = []
    for mention in mentions:
        match = _ISNT.search(utterance.before(mention.span.first))
        noun = match.group("many") if match else ""
        rest = [
            item
            for item in table.items
            if not has_any(item, mention) and (noun in {"one", "ones"} or noun in read_words(item.title).norm.split())
        ]
        if match and rest and (len(rest) == 1 or noun == "ones"):
            span = Span(mention.span.first - len(match.group().split()), mention.span.last)
            found.append(replace(point(utterance, span, rest, 0.9), corrects=True))
    return found


def _after_of(utterance: Utterance, span: Span) -> bool:
    """ "Of those three, the red one": the three are only what is chosen from, unlike "one of the other two"."""
    before = [word.norm for word in utterance.words[max(0, span.first - 3) : span.first]]
    if before[-2:] in (["one", "of"], ["any", "of"]) and before[0] != "which":
        return False
    which = utterance.words[span.first].norm in {"which", "what"}
    return which or (span.first > 0 and utterance.words[span.first - 1].norm in {"of", "between", "among"})


def _claim(found: list[Pointing], pointings: Sequence[Pointing]) -> None:
    """Take what overlaps nothing found before."""
    found += [pointing for pointing in pointings if not any(pointing.span.overlaps(other.span) for other in found)]


def _beside_named(utterance: Utterance, table: Table, found: Sequence[Pointing]) -> list[Pointing]:
    """ "The one after the reading light": told by its neighbour."""
    ids = [item.id for item in table.items]
    kept = []
    for pointing in found:
        match = _BESIDE.search(utterance.before(pointing.span.first))
        at = ids.index(pointing.reference.items[0]) if pointing.reference.items[0] in ids else -1
        step = 0 if match is None else 1 if match.group("way") in {"after", "following"} else -1
        if match and at >= 0 and len(pointing.reference.items) == 1 and 0 <= at + step < len(ids):
            span = Span(pointing.span.first - len(match.group().split()), pointing.span.last)
            kept.append(point(utterance, span, [table.items[at + step]]))
        else:
            kept.append(pointing)
    return kept


def _all_but(utterance: Utterance, table: Table, found: Sequence[Pointing]) -> list[Pointing]:
    """ "All but the last": every item on the table except those named."""
    kept = []
    for pointing in found:
        match = _ALL_BUT.search(utterance.before(pointing.span.first))
        rest = [item for item in table.items if item.id not in pointing.reference.items]
        if match and rest:
            span = Span(pointing.span.first - len(match.group().split()), pointing.span.last)
            kept.append(point(utterance, span, rest))
        else:
            kept.append(pointing)
    return kept


def _neither(utterance: Utterance, table: Table, mentions: Sequence[Mention]) -> list[Pointing]:
    """ "Neither of them"; of "she never wears orange so not those", what is orange."""
    found = []
    for span, _ in utterance.find(_NEITHER):
        before = [word.norm for word in utterance.words[: span.first]]
        scopes = find_scopes(utterance, [(one.span, one.slot) for one in mentions if one.span.last < span.first])
        shut_out = [one for one in mentions if any(scope.span.first <= one.span.first < scope.span.last for scope in scopes)]
        meant = [item for item in table.items if before[-1:] == ["so"] and any(has_any(item, one) for one in shut_out)]
        found.append(replace(point(utterance, span, meant or table.items), refusal=True))
    return found


def _ordinal(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "The second", "the second wrap": a place among all items, or among those of the kind that is named with it."""
    starts = utterance.find(_FROM_THE_START) if table.earlier else ()
    found = [point(utterance, span, table.earlier[:1]) for span, _ in starts]
    for span, places in find_places(utterance, len(table.items)):
        if any(span.overlaps(other.span) for other in found):
            continue
        span, after = _with_kind_before(utterance, span, table, describer), utterance.words[span.last :]
        last, items = describer.kind_after(span.last, table.items)
        among = dict(find_places(utterance, len(items))).get(span, ()) if len(items) < len(table.items) else places
        if places == (len(table.items) - 1,) and table.last and _SAID.match("".join(f" {word.norm}" for word in after[:3])):
            found.append(replace(point(utterance, span, [table.last]), deictic=True))
        elif among:
            found.append(point(utterance, Span(span.first, last), [items[index] for index in among]))
        else:
            found.append(point(utterance, span, [table.items[index] for index in places]))
    return found


def _with_kind_before(utterance: Utterance, span: Span, table: Table, describer: Describer) -> Span:
    """ "Lamp number two", "the rug you said first": the kind of thing belongs to the words that point."""
    if utterance.words[span.first].norm not in {"number", "option", "you", "that"} or not span.first:
        return span
    if not describer.is_kind_at(span.first - 1, table.items):
        return span
    the = span.first > 1 and utterance.words[span.first - 2].norm in {"the", "that"}
    return Span(span.first - 1 - the, span.last)


def _plural(utterance: Utterance, table: Table) -> list[Pointing]:
    found = []
    for span, match in utterance.find(_PLURAL):
        said = match.group()
        after = utterance.words[span.last] if span.last < len(utterance.words) else None
        of = _ONE_OF.search(utterance.before(span.first))
        counted = of is not None and (said == "them" or after is None or after.norm == after.stem)   # not "one of those kettles"
        weak = said in {"them", "those", "these", "they", "theyre"} and not (counted and of and of.group() == "which of")
        if (
            said in {"those", "these"}
            and not counted
            and after is not None
            and after.norm not in SMALL_WORDS | VERBS
            and not after.is_mark
            and not (span.first and utterance.words[span.first - 1].norm in ASKS_WHETHER)
        ):
            continue
        two = said.startswith(("both", "the pair")) or said in {"either", "eithers"} or said.endswith("two")
        items = table.items[:2] if two and len(table.items) > 2 else table.items
        found.append(replace(point(utterance, span, items, 0.9 if two and len(table.items) > 2 else 1.0), weak=weak))
    return found


def _that(utterance: Utterance, table: Table, describer: Describer, named: Sequence[Pointing]) -> list[Pointing]:
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
