"""Items meant by a value that stands alone: "green rather than red", "two velvet and one silk", "patent's a bit shiny for me"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.english import BEHAVES, OPENING, SMALL_WORDS
from dialogue.item_words import has_any, title_words, value_words
from dialogue.mentions import Mention
from dialogue.pointing import Pointing, Table, point
from dialogue.settling import FAULTED
from dialogue.words import Span, Utterance, is_contracted, read_words
from recommender.types import Item

_OPPOSED = re.compile(
    r"^(?:(?:no|oh|well|actually|sorry|yes|yeah|okay|ok|so|right|and|but|i said|i meant|i mean|maybe|the) ,? ?)*"
    r"(?:(?P<late>not 0 ?,? ?(?:but |the )*1)|(?P<early>0 ?,? ?(?:and |but )?(?:not|rather than|instead of|over) (?:the )?1|"
    r"(?:(?!not)\w+ ){0,4}(?:prefer|rather have|sooner have) 0 (?:to|than|over|rather than) 1))"
    r"(?: (?:please|then|thanks|i think|instead))* ?[.!]?$"
)
"""A whole turn, with 0 and 1 for its two values."""
_ASKED = re.compile(OPENING + r"(?:is|are|does|do|will|would|isnt|arent|doesnt|dont|wont|wouldnt)$")
_WHAT_IS = re.compile(OPENING + r"(?:whats|what(?: on earth)? is|what on earths)$")
""" "What's twill?" """
_WHAT_LIKE = re.compile(r"^(?:smell|taste|feel|look|sound)s? like\b")
_JUDGED = re.compile(
    r"^(?:is|are|isnt|arent|looks?|feels?|seems?|sounds?|suits?|doesnt|dont|will|wont|would|wouldnt|might|must|can|could|cant|"
    rf"goes|{BEHAVES}) "
    r"(?!(?:really |just |quite )?(?:my|her|his|our|their) (?:\w+ )?"
    r"(?:colou?r|shade|style|thing|taste|favou?rite|size|sort|kind|cup|material|scene)\b|"
    r"be (?:\w+ )?(?:nice|good|great|lovely)\b|"
    r"(?:(?:be|is|a|the|very|really|probably|also|just|quite) )*"
    r"(?:better|best|ideal|perfect|fine|ok|okay|favourites?|favorites?|preferred|preferable|wanted|needed|"
    r"essential|a must|what|do|work)\b)\w"
)
""" "Silk's so cold", "bamboo feels nice": said of the one that has it; "silk would be nice" is a wish."""
_OF_OR_FOR = re.compile(
    r"^(?:for|on|with|in|at) (?:(?:a|an|the|my|her|his|our|their|that|this) )?\w+ "
    rf"(?=(?:is|isnt|looks?|seems?|wont|wouldnt|might|{BEHAVES})\b)"
)
_ILL_SAID = re.compile(rf"^(?:isnt|arent|doesnt|dont|wont|wouldnt|{BEHAVES}|(?:is|are) (?:so|too|not))\b")
_MAKES = re.compile(r"^(?:do|make|sell|have|stock|offer)\b")
""" "Does Hartwell make anything else?" asks of the maker."""
_IDEA_OF = re.compile(r"\b(?:idea|look|sound|thought|(?:the|that) (?:smell|feel|taste)) of$")
""" "Is hemp itchy?", "I like the idea of glass": of those in it."""
_YES_THAT = re.compile(r"(?<=yes )that one\b|(?<=yes , )that one\b|(?<=yeah )that one\b|(?<=yeah , )that one\b")
""" "Velvet for the bedroom, yes, that one"."""
_WHICH_OF_TWO = re.compile(OPENING + r"0 or 1 ?[,?]? ?(?:which|what do you (?:think|say|reckon))\b")
""" "Leather or cashmere, what do you think?" """
_COUNTS = frozenset({"one", "two", "three", "four", "1", "2", "3", "4"})
_ENDS = frozenset({"and", "please", "then", "thanks", "exactly", ",", ".", "?"})
_INTRODUCES = frozenset({"think", "reckon", "suppose", "guess", "because", "but", "and", "so", "well", "afraid"})
""" "I don't think purple will go"."""
_OPENS = frozenset({".", "!", "?", ","})


def find_bare_values(
    utterance: Utterance, table: Table, mentions: Sequence[Mention], named: Sequence[Pointing] = ()
) -> list[Pointing]:
    """Every item meant by a value without "the", where it is the only one on the table that has it, or of those ``named``."""
    if len(table.items) < 2:
        return []
    single = [(one, having[0]) for one in mentions if len(having := _having(table, one)) == 1]
    by_word = [(one.span, item) for one, item in single] + _of_one_word(utterance, table)
    counted = [
        point(utterance, Span(one.span.first - 1, one.span.last), [item], 0.9)
        for one, item in single
        if one.span.first and utterance.words[one.span.first - 1].norm in _COUNTS and _ends(utterance, one.span.last)
    ]
    faulted = [
        replace(point(utterance, span, [item], 0.9), refusal=True)
        for span, item in by_word
        if _opens(utterance, span.first) and FAULTED.search(_predicate(utterance, span))
    ]
    told_apart = [(one, having) for one in mentions if 0 < len(having := _having(table, one)) < len(table.items)]
    before = {item for one in named for item in one.reference.items}
    subjects = [
        (_phrase_start(one, mentions), one.span, [item for item in having if item.id in before] or having)
        for one, having in told_apart
        if _is_called(utterance, one, having[0])
    ]
    subjects += [
        (span.first, span, [item])
        for span, item in _of_one_word(utterance, table)
        if not any(span.overlaps(one.span) for one in mentions) and not utterance.words[span.first].norm.endswith("ing")
    ]   # "reading in bed is all I want it for"
    judged = [
        replace(point(utterance, span, items, 0.9), refusal=_ILL_SAID.match(said) is not None)
        for first, span, items in subjects
        if _opens(utterance, first) and _JUDGED.match(said := _clause_after(utterance, span))
    ]
    taken = [
        point(utterance, at, [item], 0.9)
        for at, _ in utterance.find(_YES_THAT)
        for one, item in single[-1:]
        if one.span.last <= at.first
    ]
    asked = [
        point(utterance, one.span, _titled(utterance, one, having), 0.9)
        for one in mentions
        if one.span.last < len(utterance.words) and (having := _having(table, one))
        and not _MAKES.match(utterance.after(one.span, 1))
        and (
            (_ASKED.match(said := utterance.before(one.span.first)) and _is_called(utterance, one, having[0]))
            or (_IDEA_OF.search(said) and len(having) == 1)
        )
    ]
    asked += [
        point(utterance, one.span, having, 0.9)
        for one in mentions
        if asked and one.slot == mentions[0].slot and utterance.before(one.span.first, 1) == "than"
        and (having := _having(table, one))
    ]
    asked += [
        point(utterance, span, [item], 0.9)
        for span, item in by_word
        if _IDEA_OF.search(utterance.before(span.first))
        or _asks_of(utterance, span, named_value=any(one.span.overlaps(span) for one in mentions))
    ]
    counted = counted if len(counted) > 1 else []
    return [*asked, *_weighed(utterance, table, mentions), *_opposed(utterance, single), *counted, *faulted, *judged, *taken]


def _titled(utterance: Utterance, mention: Mention, items: Sequence[Item]) -> Sequence[Item]:
    """ "Are bed socks thicker?": of socks, those that are called so."""
    said = {word.stem for word in utterance.words[mention.span.first : mention.span.last]}
    if any(said == {word.stem for word in read_words(value).words} for value in mention.values):
        return items   # "is bamboo soft?"
    return [item for item in items if said <= {word.stem for word in title_words(item.title)}] or items


def _is_called(utterance: Utterance, mention: Mention, item: Item) -> bool:
    """ "Does leather ...": a value by a word of its own, unlike "do men ..."."""
    return utterance.words[mention.span.last - 1].stem in value_words(item)


def _asks_of(utterance: Utterance, span: Span, *, named_value: bool) -> bool:
    """ "What's twill?", "what does foxglove smell like?", "is solitaire a game for one?"."""
    said, after = utterance.before(span.first), utterance.after(span)
    if _WHAT_IS.match(said):
        return _ends(utterance, span.last) or after.startswith("like")
    if said.endswith(("what does", "what do")):
        return after.startswith("mean") or _WHAT_LIKE.match(after) is not None
    return bool(after) and not named_value and _ASKED.match(said) is not None


def _of_one_word(utterance: Utterance, table: Table) -> list[tuple[Span, Item]]:
    """Words that only one item's values or title hold: "patent" of patent leather."""
    found = []
    for at, word in enumerate(utterance.words):
        stem = word.stem
        having = [
            item
            for item in table.items
            if stem in value_words(item) or stem in {one.stem for one in read_words(item.title).words}
        ]
        if len(having) == 1 and word.norm not in SMALL_WORDS and not word.is_mark:
            found.append((Span(at, at + 1), having[0]))
    return found


def _having(table: Table, mention: Mention) -> list[Item]:
    return [item for item in table.items if has_any(item, mention)]


def _opposed(utterance: Utterance, single: Sequence[tuple[Mention, Item]]) -> list[Pointing]:
    """ "Not olive, navy": the one wanted of two values of one slot that are held against each other."""
    if len(single) != 2 or single[0][1] is single[1][1]:
        return []
    (one, early), (other, late) = single
    match = _OPPOSED.match(" ".join(_with_values(utterance, one, other)))
    if match is None:
        return []
    whole = Span(one.span.first - bool(match.group("late")), other.span.last)
    return [replace(point(utterance, whole, [late if match.group("late") else early], 0.9), corrects=True)]


def _weighed(utterance: Utterance, table: Table, mentions: Sequence[Mention]) -> list[Pointing]:
    """ "Leather or cashmere, which is better?": the items that have either of the first two values."""
    if len(mentions) < 2 or mentions[0].slot != mentions[1].slot:
        return []
    one, other = mentions[:2]
    items = [item for item in table.items if has_any(item, one) or has_any(item, other)]
    weighed = _WHICH_OF_TWO.match(" ".join(_with_values(utterance, one, other))) and _having(table, one) and _having(table, other)
    return [point(utterance, Span(one.span.first, other.span.last), items, 0.9)] if weighed else []


def _with_values(utterance: Utterance, one: Mention, other: Mention) -> list[str]:
    """The words of a turn, 0 and 1 standing for two values in it."""
    words = [word.norm for word in utterance.words]
    return [*words[: one.span.first], "0", *words[one.span.last : other.span.first], "1", *words[other.span.last :]]


def _phrase_start(mention: Mention, mentions: Sequence[Mention]) -> int:
    """ "Black straw's unusual": where the values begin that stand side by side."""
    before = next((one for one in mentions if one.span.last == mention.span.first), None)
    return _phrase_start(before, mentions) if before else mention.span.first


def _ends(utterance: Utterance, at: int) -> bool:
    return at == len(utterance.words) or utterance.words[at].norm in _ENDS


def _opens(utterance: Utterance, at: int) -> bool:
    return at == 0 or utterance.words[at - 1].norm in _OPENS | _INTRODUCES


def _clause_after(utterance: Utterance, span: Span) -> str:
    """What follows a subject, with the "is" that it swallowed: of "cashmere for a baby is silly" "is silly"."""
    after = _OF_OR_FOR.sub("", utterance.after(span))
    return f"is {after}" if is_contracted(utterance.words[span.last - 1]) else after


def _predicate(utterance: Utterance, span: Span) -> str:
    """What follows a subject; nothing where no verb does."""
    after = utterance.after(span)
    verb = is_contracted(utterance.words[span.last - 1]) or after.startswith(("is ", "are ", "looks ", "sounds "))
    return after if verb else ""
