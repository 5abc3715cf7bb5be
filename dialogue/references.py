"""Which item the shopper means: "the first", "the green one", "that one", "both", "neither", "the cheaper of the two".

Only what was heard can be meant: references resolve among the items on the table, and "that one" is the item heard last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dialogue.bare_values import find_bare_values
from dialogue.choosing_among import find_superlatives, rest_of
from dialogue.critiques import CritiqueBook
from dialogue.definite import ONE
from dialogue.describing import Describer
from dialogue.in_general import kinds_asked, kinds_counted, kinds_in_question, kinds_judged, kinds_refused, taken_up
from dialogue.item_words import has_any
from dialogue.mentions import Mention
from dialogue.negation import find_scopes
from dialogue.ordinals import find_places
from dialogue.pointing import Pointing, Table, point
from dialogue.pronouns import find_plurals, find_pronouns
from dialogue.vocabulary import Vocabulary
from dialogue.wider import widened
from dialogue.words import Span, Utterance, read_words
from recommender.types import Item

_NEITHER = re.compile(
    r"\b(?:neithers?(?: (?:of (?:them|those|these)|one))?|none(?: of (?:them|those|these))?|not (?:(?:any|one) of )?"
    r"(?:them|those|these)(?: ones)?|no to (?:both|all)(?: of them)?)\b"
)
_BESIDE = re.compile(
    r"\bthe (?:next |first )?(?:ones?|pair) (?:just |right |straight |immediately )?(?P<way>after|before|following|"
    r"preceding)(?: the one)?$"
)
_ALL_BUT = re.compile(
    r"\b(?:all|everything|any|any one|anyone)(?: (?:of )?(?:them|those|these))? "
    r"(?:but|except|bar|apart from|other than)(?: for)?$"
)
""" "All but the last": the others. "Anything but the last" refuses the last."""
_YOU_SHOWED = re.compile(r"\bthe (?:very )?first (?:one |thing )?(?:that )?you (?:showed(?: me)?|mentioned|offered|suggested)\b")
""" "The first one you showed me", said when only one is on the table: of an earlier list."""
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
_WHICHEVER = re.compile(r"\bwhichever(?:s| ones?)?(?: is| was)?(?: the)? \w+(?: \w+)?$")
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
    mentions = widened(utterance, mentions, table.items, vocabulary.narrower)
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
    found = _whichever(utterance, table, found, lambda of: find_superlatives(utterance, of, book, amount, scales, describer))
    _claim(found, _negated(utterance, table, mentions))
    _claim(found, find_bare_values(utterance, table, mentions, found))
    _claim(found, kinds_refused(utterance, table, describer))
    _claim(found, taken_up(utterance, table, describer))
    _claim(found, kinds_judged(utterance, table, describer))
    _claim(found, kinds_asked(utterance, table, describer))
    _claim(found, kinds_in_question(utterance, table, describer))
    _claim(found, kinds_counted(utterance, table, describer, found))
    others = [
        replace(point(utterance, span, items, sure), deictic=len(items) == 1)
        for span, items, sure in rest_of(utterance, table, found, describer)
    ]
    found = _all_but(utterance, table, _beside_named(utterance, table, found))
    _claim(found, [point(utterance, span, items, sure * EARLIER) for span, items, sure in describer.descriptions(table.earlier)])
    for pointings in (others, find_plurals(utterance, table), find_pronouns(utterance, table, describer, found)):
        _claim(found, pointings)
    groups = [set(pointing.reference.items) for pointing in found if not pointing.weak]
    found = [
        pointing
        for pointing in found
        if not (any(group < set(pointing.reference.items) for group in groups) and _after_of(utterance, pointing.span))
        and not _OWN_STORY.match(utterance.after(pointing.span))
    ]
    return tuple(sorted(found, key=lambda pointing: pointing.span.first))


def _whichever(
    utterance: Utterance, table: Table, found: list[Pointing], furthest: Callable[[Table], list[Pointing]]
) -> list[Pointing]:
    """ "The red one or the silver one, whichever's cheaper": that one of the two; both where nothing tells which it is."""
    free = [one for one in found if _WHICHEVER.search(utterance.before(one.span.last))]
    named = [one for one in found if one not in free]
    ids = {item for one in named for item in one.reference.items}
    if not free or len(ids) < 2:
        return found
    among = replace(table, items=tuple(item for item in table.items if item.id in ids))
    meant = [one for one in furthest(among) if one.span.overlaps(free[0].span)]
    return meant or named


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
    for pointing in pointings:
        if not any(pointing.span.overlaps(other.span) for other in found):
            found.append(pointing)


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
    starts = utterance.find(_FROM_THE_START if len(table.items) > 1 else _YOU_SHOWED) if table.earlier else ()
    found = [point(utterance, span, table.earlier[:1]) for span, _ in starts]
    found += _of_earlier_kind(utterance, table, describer)
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


def _of_earlier_kind(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "The first scarf you mentioned", said when hats are on the table: a place among the scarves heard before."""
    found = []
    for span, _ in find_places(utterance, len(table.earlier)):
        last, items = describer.kind_after(span.last, table.earlier)
        here = last > span.last and any(describer.of_kind(Span(at, last), table.items) for at in range(span.last, last))
        if last == span.last or here or utterance.words[last - 1].norm in ONE:
            continue
        among = dict(find_places(utterance, len(items))).get(span, ())
        if among:
            found.append(point(utterance, Span(span.first, last), [items[index] for index in among], EARLIER))
    return found


def _with_kind_before(utterance: Utterance, span: Span, table: Table, describer: Describer) -> Span:
    """ "Lamp number two", "the rug you said first": the kind of thing belongs to the words that point."""
    if utterance.words[span.first].norm not in {"number", "option", "you", "that"} or not span.first:
        return span
    if not describer.is_kind_at(span.first - 1, table.items):
        return span
    the = span.first > 1 and utterance.words[span.first - 2].norm in {"the", "that"}
    return Span(span.first - 1 - the, span.last)
