"""Items meant by their kind, where one of it is refused or owned: "he'd never wear a cravat", "I've got sandals, thank you"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.acts import STRONG_CHOICE
from dialogue.called import NAME_ENDS
from dialogue.describing import Describer
from dialogue.english import BEHAVES, OPENING, SMALL_WORDS
from dialogue.item_words import says_ones
from dialogue.pointing import Pointing, Table, point
from dialogue.words import Span, Utterance, is_contracted, joined_stem
from recommender.types import Item

_SOME = r"(?: (?:a|an|any|anything|some|another|one|two|more|so many|enough|plenty of|loads of|lots of|too many|the|his|her))*$"
_REFUSED = re.compile(
    r"\b(?:(?:never|wont|wouldnt|doesnt|dont|cant|cannot|couldnt|not sure(?: if| that)?|"
    r"doubt)(?: \w+){0,2}? (?:wear|worn|owned|tried|like|want|use|eat|drink|need|stand|bear|"
    r"fancy|enjoy|suit|play|do|see the point of)|hates?|detests?|cant stand|not keen on|not into|not one for|"
    r"not a fan of|anything but|not|no|"
    r"(?:no|\w+nt(?: \w+){0,3}?) (?:room|space|use|need|call|time) for|"
    r"(?:cant|cannot) see (?:him|her|them|me|us|myself) (?:with|in|wearing|using|carrying))" + _SOME
)
_OWNED = re.compile(
    r"(?:^|[,.;!] |\b(?:and|but|because|as|since|well|no|oh|sorry|think) )(?:(?:ive|weve|shes|hes|theyve|"
    r"(?:my |our |his |her )?\w+s)(?: already)? got|(?:i|we|they)(?: already)? (?:have|own)|"
    r"(?:she|he|my \w+|her \w+|his \w+)(?: already)? (?:has|owns)|"
    r"(?:i|we|she|he) (?:just |already )?(?:bought|had|used to have))" + _SOME
)
_HAS = re.compile(r"\b(?:has|have|had|got|owns?)" + _SOME)
""" "Every child has a teddy already"."""
_JUDGED = re.compile(r"(?:^|[,.!;] |\b(?:and|but|so|well|maybe|think|reckon|suppose|guess|oh|hmm|no|yes|yeah) )(?P<one>an?)?$")
_LIKED = re.compile(r"\b(?:prefers?|likes?|loves?|adores?|suits?|wears?|rather have|go for|going for|keen on|into|"
                    r"(?P<one>(?:thinking|thought)(?: more)? of an?))$")
_SAYS = re.compile(
    rf"^(?:is|are|isnt|arent|would|wouldnt|might|could|will|wont|always|sounds?|looks?|seems?|makes?|dont|doesnt|suits?|{BEHAVES})$"
)
_THAT_ONE = re.compile(r"\b(?:that|this) ones?\b(?! (?:in|with|for|by|from|at)\b)")
_WISHES = re.compile(
    r"\b(?:to go with|goes? with|to match|matching|something|(?<!want )(?<!like )(?<!wear )anything(?! but)|similar|another|"
    r"instead of)\b"
)
""" "I've got sandals, something to go with them" wishes, and refuses nothing."""
_WHICH = re.compile(r"\b(?:which|what)\b(?! (?:one|ones|of|is|are)\b)")
_HOW_MANY = re.compile(r"\b(?:how many|what (?:kind|sort|type)s? of)\b(?! (?:of|do|are|can)\b)")
_OF_SHOP = re.compile(r"^(?:do|have|did) you (?!get\b)")
_IN_THE = re.compile(r"^(?:(?:are there|do you get|come|comes) )?(?:in|on|with) (?:the|that|this)\b")
""" "How many cups in the set": of the set."""
_QUESTIONED = re.compile(
    OPENING + r"(?:(?P<what>(?:whats|what(?: on earth)? (?:is|are))(?: an?)?)|"
    r"(?P<one>(?:is|isnt|how (?:is|does|do|would)) an?)|would|do|does|are|will|can)(?= )"
)
_USED = re.compile(
    OPENING + r"(?:(?:(?:how|when|where) )?(?:can|do|could|would|should) (?:you|i|we|people) "
    r"(?!(?:have|get|do|sell|stock|find|show|send|recommend|suggest|order|wrap|see|make|offer|know|like|want|need|prefer)\b)|"
    r"(?:who|how many(?: people)?) (?:can|could|would) |whod |what (?:do|can|would) (?:you|i|people) (?=do with an? )|"
    r"who (?!makes|sells|stocks|designed|made)(?=\w+ an? ))"
    r"\w+(?P<one>(?: \w+){0,4}? an?)?(?= )"
)
""" "Can you play boules on grass?", "how do you use a samovar?", "who'd want a black milk jug?" """
_WHAT_THEY_ARE = re.compile(r"\b(?:idea|know|sure|remember|wonder|wondering|tell me) what(?= )")
""" "I've no idea what wax melts are"."""
_LIKE_THAT = re.compile(
    r"\b(?:(?:a bit|a little|rather|very|much|just|more|exactly) )?(?:like|than) (?:that|this)\b(?! (?:one|\w+s)\b)"
)
""" "A satchel like that"."""
_LOVES_A = re.compile(r"^an?\b|\b(?P<not>(?:dont|never|not) )?(?:love|adore|like|fancy|partial to|weakness for) an?\b")
_PRONOUN = re.compile(r"^(?:(?:,|\.|!|so|and|yes|is|does|can|would|will|one|how|what) ?)*\b(?:it|its|that|this)\b")
""" "I love a duffle coat, is it lined?" """
_COUNTS = frozenset({"a", "an", "one", "two", "three", "four", "1", "2", "3", "4"})
_ORDERED = re.compile(r"\b(?:please|then|thanks) ?[.!]?$")
""" "Two travel mugs and a cup, please"."""
_ENDS = NAME_ENDS | {
    "than", "to", "already", "at", "myself", "anyway", "enough", "here", "thank", "any", "like", "once", "before", "coming",
    "everywhere", "galore", "exactly", "person", "man", "woman", "girl", "type", "fan",
}
_POSSESSIVES = frozenset({"my", "your", "his", "her", "its", "our", "their"})
_LONGEST = 3
"""Words in which a kind is named: "tea towels"."""


def kinds_refused(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """Every kind refused or owned that some of the items on the table are of, and others not, with those items.

    A kind by the shop's own name for it is a wish to see none of it, and is left to be read as one.
    """
    if len(table.items) < 2 or _WISHES.search(utterance.norm):
        return []
    found: list[Pointing] = []
    words = utterance.words
    for first, word in enumerate(words):
        if word.is_mark or (found and first < found[-1].span.last):
            continue
        said = utterance.before(first)
        refused, owned = _REFUSED.search(said), _OWNED.search(said)
        if not (refused or owned or _HAS.search(said)):
            continue
        for span in _spans_at(utterance, first):
            after = words[span.last].norm if span.last < len(words) else None
            if not (refused or owned or after == "already") or not (after is None or after in _ENDS):
                continue
            items = describer.of_kind(span, table.items, loosely=said.endswith("anything") or _is_plural_noun(utterance, span))
            if 0 < len(items) < len(table.items) and not (refused and _is_own_name(describer, span)):
                found.append(replace(point(utterance, span, items, 0.9), refusal=True))
                break
    return found


def kinds_in_question(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "What are Mary Janes?", "would ear cuffs hurt?": all that are such."""
    found = []
    for span, match in (*utterance.find(_QUESTIONED), *utterance.find(_USED)):
        for kind in _spans_at(utterance, span.last):
            last = utterance.words[kind.last - 1]
            ends = kind.last == len(utterance.words) or utterance.words[kind.last].norm in _ENDS
            asks = ends and match.groupdict().get("what")
            goes_on = match.re is _USED or utterance.after(kind, 1) not in {"", "you"}
            plural = _is_plural_noun(utterance, kind)
            many = match.group("one") or (last.norm != last.stem and goes_on)
            items = describer.of_kind(kind, table.items, loosely=plural, valued=True) if asks or many else ()
            if items and not _is_own_name(describer, kind):
                found.append(point(utterance, kind, items, 0.9))
                break
    for span, _ in utterance.find(_WHAT_THEY_ARE):
        kinds = [one for one in _spans_at(utterance, span.last) if utterance.after(one, 1) in {"is", "are"}]
        found += [point(utterance, one, items, 0.9) for one in kinds if (items := describer.of_kind(one, table.items))]
    return found


def kinds_judged(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "A card holder would be perfect", "plates aren't very exciting", "she prefers hoops": of the only ones that are such.

    A kind by the shop's own name for it is a wish, as "a watch would be nice" is.
    """
    if len(table.items) < 2 or _WISHES.search(utterance.norm) or utterance.norm.endswith("?"):
        return []
    found = []
    for first, word in enumerate(utterance.words):
        opens, liked = _JUDGED.search(utterance.before(first)), _LIKED.search(utterance.before(first))
        if word.is_mark or word.norm in SMALL_WORDS or not (opens or liked):
            continue
        for span in _spans_at(utterance, first):
            last = utterance.words[span.last - 1]
            plural = last.norm != last.stem and last.norm not in SMALL_WORDS and not is_contracted(last)
            says = _SAYS.match(utterance.after(span, 1)) or is_contracted(utterance.words[span.last - 1])
            ends = span.last == len(utterance.words) or utterance.words[span.last].norm in _ENDS
            one = last.norm in {"one", "ones"} and not says_ones(last) and len(span) > 1
            one = one and not any(span.overlaps(value.span) for value in describer.mentions)
            kind = Span(span.first, span.last - 1) if one else span   # "a walking stick one would be handy"
            items = describer.of_kind(kind, table.items, loosely=one or _is_plural_noun(utterance, span))
            liked = liked if liked and (len(items) == 1 or liked.group().startswith("prefer")) else None
            said = (opens and says and (plural or opens.group("one"))) or (liked and (plural or liked.group("one")) and ends)
            if said and 0 < len(items) < len(table.items) and not _is_own_name(describer, span):
                found.append(point(utterance, span, items, 0.9))
                break
    return found


def kinds_asked(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "Which wrap's the softer?": all of the kind, where there are several; "how many plates is it?": what is of that kind."""
    found = []
    for span, _ in utterance.find(_HOW_MANY):
        kinds = [(one, items) for one in _spans_at(utterance, span.last) if (items := _told_apart(describer, one, table))]
        for one, items in kinds[:1]:
            after = utterance.after(one)
            inside = _IN_THE.match(after)
            whole = describer.kind_after(one.last + len(inside.group().split()), table.items)[1] if inside else ()
            if not _OF_SHOP.match(after):
                found.append(point(utterance, one, whole if 0 < len(whole) < len(table.items) else items, 0.9))
    for span, _ in utterance.find(_WHICH):
        kinds = [
            (one, items)
            for one in _spans_at(utterance, span.last)
            if len(items := describer.of_kind(one, table.items, loosely=_SAYS.match(utterance.after(one, 1)) is not None)) > 1
        ]
        found += [point(utterance, Span(span.first, one.last), items, 0.9) for one, items in kinds[:1]]
    return found


def kinds_counted(utterance: Utterance, table: Table, describer: Describer, named: Sequence[Pointing]) -> list[Pointing]:
    """ "Two of the seat pads and one cushion", "I'll take one cup and two mugs": kinds that are counted and taken."""
    found: list[Pointing] = []
    words, ordered = utterance.words, _ORDERED.search(utterance.norm)
    for at, word in enumerate(words):
        if word.norm not in _COUNTS or len(table.items) < 2:
            continue
        taken = word.norm not in {"a", "an"} and (STRONG_CHOICE.search(utterance.before(at)) or (at == 0 and ordered))
        early = [one.span for one in (*named, *found) if one.span.last < at]
        beside = at > 1 and words[at - 1].norm == "and" and any(
            one.last == at - 1 or (words[one.last].norm == "for" and at - one.last < _LONGEST + 2) for one in early
        )
        spans = _spans_at(utterance, at + 1) if taken or beside else []
        kinds = [(span, items) for span in spans if len(items := describer.of_kind(span, table.items)) == 1]
        found += [point(utterance, Span(at, span.last), items, 0.9) for span, items in kinds[:1]]
    return found


def taken_up(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """ "Dad needs a new watering can so that one will do": "that one" is the only one of the kind named before it."""
    found = []
    words = utterance.words
    like = {Span(span.last - 1, span.last): span.first for span, _ in utterance.find(_LIKE_THAT)}
    for span in [*(span for span, _ in utterance.find(_THAT_ONE)), *like]:
        kinds = [
            items
            for first in range(span.first)
            for last in range(first + 1, min(first + _LONGEST, span.first) + 1)
            if last == like.get(span, last)
            if (words[first].norm not in SMALL_WORDS and not words[first].is_mark)
            and _indefinite_before(utterance, first, owned=utterance.before(span.first, 1) == "so")
            and len(items := describer.of_kind(Span(first, last), table.items)) == 1
        ]
        if kinds and len(table.items) > 1:
            found.append(point(utterance, span, kinds[-1], 0.9))
    for span, match in utterance.find(_LOVES_A):
        for kind in _spans_at(utterance, span.last):
            items = describer.of_kind(kind, table.items)
            goes_on = _PRONOUN.search(utterance.after(kind, 5)) is not None
            if goes_on and len(items) == 1 < len(table.items) and not match.group("not"):
                found.append(point(utterance, Span(span.last - 1, kind.last), items, 0.9))
                break
    return found


def _spans_at(utterance: Utterance, first: int) -> list[Span]:
    """The words that may name a kind from there on, the longest first."""
    return [Span(first, last) for last in range(min(first + _LONGEST, len(utterance.words)), first, -1)]


def _indefinite_before(utterance: Utterance, first: int, *, owned: bool) -> bool:
    """ "A new watering can"; ``owned``: also "lost without her purse, so that one"."""
    articles = {"a", "an", *(_POSSESSIVES if owned else ())}
    return any(word.norm in articles for word in utterance.words[max(0, first - 2) : first])


def _told_apart(describer: Describer, span: Span, table: Table) -> tuple[Item, ...]:
    """The items of a kind, where not all are."""
    items = describer.of_kind(span, table.items, loosely=_is_plural_noun(describer.utterance, span))
    return items if len(items) < len(table.items) else ()


def _is_plural_noun(utterance: Utterance, span: Span) -> bool:
    """ "Tassels", "hoops", of earrings that have such."""
    word = utterance.words[span.last - 1]
    return len(span) == 1 and word.norm != word.stem and word.norm not in SMALL_WORDS and not is_contracted(word)


def _is_own_name(describer: Describer, span: Span) -> bool:
    """Whether the words are the shop's own name of a kind: "dresses", unlike a narrower "gowns"."""
    said = joined_stem(describer.utterance.said(span))
    return any(joined_stem(value) == said for mention in describer.mentions if mention.span == span for value in mention.values)
