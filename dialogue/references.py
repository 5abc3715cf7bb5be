"""Which item the shopper means: "the first", "the green one", "that one", "both", "neither", "the cheaper of the two".

Only what was heard can be meant: references resolve among the items on the table, and "that one" is the item heard last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dialogue.amounts import Amount
from dialogue.critiques import CritiqueBook
from dialogue.english import SMALL_WORDS
from dialogue.mentions import Mention
from dialogue.ordinals import find_places
from dialogue.types import Reference
from dialogue.vocabulary import Vocabulary
from dialogue.words import Span, Utterance
from recommender.types import Item

_PLURAL = re.compile(
    r"\b(?:both(?: of (?:them|those|these))?|(?:those|these|the) two(?! (?:of )?them)|"
    r"which ones?(?= (?:is|are|has|have|comes?)\b)|all (?:of (?:them|those|these)|three|four)|"
    r"(?:those|these|the) (?:three|four|ones)|(?:either|any) (?:of (?:them|those|these)|one)|"
    r"one of each|each of (?:them|those|these)|them|those|these|they(?:re)?)\b"
)
_NEITHER = re.compile(
    r"\b(?:neither(?: (?:of (?:them|those|these)|one))?|none(?: of (?:them|those|these))?|not (?:(?:any|one) of )?"
    r"(?:them|those|these)(?: ones)?|no to (?:both|all)(?: of them)?)\b"
)
_THAT = re.compile(
    r"\b(?:(?:that|this|the same|the very same) (?:last )?(?:one|item)|"
    r"the (?:very )?same(?= (?:but|only|just|except|in)\b)|that (?:you )?just (?:said|mentioned)|"
    r"(?:the one )?you (?:just )?"
    r"(?:said|mentioned|named)(?: last)?|it|its|thats|that|this)\b"
)
_PREVIOUS = re.compile(r"\bthe (?:previous|earlier) one\b|\bthe one before(?: (?:that|it|this)(?: one)?)?\b")
_OTHER = re.compile(r"\bthe (?:others?(?: ones?)?(?P<many>(?<=s)| two| three)?|rest)\b")
_VERBS = frozenset({"arent", "isnt", "werent", "wont", "look", "looked", "sound", "seem", "cost", "come"})
_DEFINITE = frozenset({"the", "that", "this", "your", "those", "these"})
_JOINING = frozenset({"one", "ones", "and", "from", "in", "with", "by", "made", "of"})
_PREPOSITIONS = frozenset("in with for of from by at on to about like as whats is than".split())  # noqa: SIM905
LONGEST_DESCRIPTION = 7
"""Words after "the" in which one item may be described."""
UNSURE = 0.4
"""For "the cheaper of the two" where only one was named: asked back before anything is done with it."""
_OF_THE_SHOP = re.compile(r"^(?: \w+){0,2} (?:you|youve|that you|in the (?:shop|store)|there is|available|going)\b")
""" "The cheapest you have" is none of those named."""
_TWO = re.compile(r"^ of (?:the )?(?:two|three)")
_PAIR = re.compile(r"^ (?:of (?:the )?(?:two|three|them|those|these|lot)|one|ones|option|of all)")


@dataclass(frozen=True)
class Table:
    """The items a shopper can point at: what was heard, in order, and which of them was heard last."""

    items: tuple[Item, ...] = ()
    last: Item | None = None


@dataclass(frozen=True, slots=True)
class Pointing:
    """A reference and the words that make it; those words name no new wish."""

    reference: Reference
    span: Span
    refusal: bool = False
    weak: bool = False
    """A bare "it" or "that", which means an item only in company ("how much is it")."""


def find_references(
    utterance: Utterance,
    table: Table,
    mentions: Sequence[Mention],
    vocabulary: Vocabulary,
    book: CritiqueBook,
    amount: Callable[[Item, str], float | None],
    scales: Mapping[str, Sequence[str]],
) -> tuple[Pointing, ...]:
    """Every reference, in order. ``amount``: an item's number in an amount slot, price included; ``scales``: ordered values."""
    if not table.items:
        return ()
    named = (
        _neither(utterance, table),
        _superlative(utterance, table, book, amount, scales),
        _ordinal(utterance, table),
        _described(utterance, table, mentions, vocabulary),
    )
    found: list[Pointing] = []
    for pointings in named:
        _claim(found, pointings)
    for pointings in (_other(utterance, table, found), _plural(utterance, table), _that(utterance, table, vocabulary)):
        _claim(found, pointings)
    single = any(len(pointing.reference.items) == 1 and not pointing.weak for pointing in found)
    found = [
        pointing
        for pointing in found
        if not (single and len(pointing.reference.items) > 1 and _after_of(utterance, pointing.span))
    ]
    return tuple(sorted(found, key=lambda pointing: pointing.span.first))


def _after_of(utterance: Utterance, span: Span) -> bool:
    """ "Of those three, the red one": the three are only what is chosen from."""
    which = utterance.words[span.first].norm == "which"
    return which or (span.first > 0 and utterance.words[span.first - 1].norm in {"of", "between", "among"})


def _claim(found: list[Pointing], pointings: Sequence[Pointing]) -> None:
    """Take what overlaps nothing found before."""
    found += [pointing for pointing in pointings if not any(pointing.span.overlaps(other.span) for other in found)]


def _point(
    utterance: Utterance, span: Span, items: Sequence[Item], confidence: float = 1.0, *, refusal: bool = False, weak: bool = False
) -> Pointing:
    return Pointing(Reference(tuple(item.id for item in items), utterance.said(span), confidence), span, refusal, weak)


def _neither(utterance: Utterance, table: Table) -> list[Pointing]:
    return [_point(utterance, span, table.items, refusal=True) for span, _ in utterance.find(_NEITHER)]


def _ordinal(utterance: Utterance, table: Table) -> list[Pointing]:
    places = find_places(utterance, len(table.items))
    return [_point(utterance, span, [table.items[index] for index in indices]) for span, indices in places]


def _plural(utterance: Utterance, table: Table) -> list[Pointing]:
    found = []
    for span, match in utterance.find(_PLURAL):
        said = match.group()
        weak = said in {"them", "those", "these", "they", "theyre"}
        if (
            said in {"those", "these"}
            and span.last < len(utterance.words)
            and utterance.words[span.last].norm not in SMALL_WORDS | _VERBS
            and not utterance.words[span.last].is_mark
        ):
            continue
        two = said.startswith("both") or said.endswith("two")
        items = table.items[:2] if two and len(table.items) > 2 else table.items
        found.append(_point(utterance, span, items, 0.9 if two and len(table.items) > 2 else 1.0, weak=weak))
    return found


def _is_told_of(utterance: Utterance, span: Span, vocabulary: Vocabulary) -> bool:
    """ "Is that suitable", where "that" stands for an item, unlike "is that dress": what follows names no kind of thing."""
    before = utterance.words[span.first - 1].norm if span.first else ""
    kinds = vocabulary.meanings(utterance.words[span.last].stem)
    return before in {"is", "was", "does", "would", "will"} and not any(entry.slot == vocabulary.topic for entry in kinds)


def _that(utterance: Utterance, table: Table, vocabulary: Vocabulary) -> list[Pointing]:
    last = table.last or table.items[-1]
    found = []
    at = table.items.index(last) if last in table.items else 0
    if at > 0:
        found += [_point(utterance, span, [table.items[at - 1]]) for span, _ in utterance.find(_PREVIOUS)]
    for span, match in utterance.find(_THAT):
        said = match.group()
        after = utterance.words[span.last].norm if span.last < len(utterance.words) else ""
        weak = said in {"it", "its", "thats", "that", "this"}
        noun = bool(after) and after not in SMALL_WORDS and not utterance.words[span.last].is_mark
        if said in {"that", "this"} and noun and not _is_told_of(utterance, span, vocabulary):
            continue
        found.append(
            _point(utterance, span, [last], 0.8 if weak and len(table.items) > 1 and table.last is None else 0.95, weak=weak)
        )
    return found


def _other(utterance: Utterance, table: Table, before: Sequence[Pointing]) -> list[Pointing]:
    """What is left beside those named in the same breath, or beside the one spoken of last."""
    last = table.last or table.items[0]
    named = {item for pointing in before if len(pointing.reference.items) == 1 for item in pointing.reference.items}
    rest = [item for item in table.items if item.id not in (named or {last.id})]
    found = []
    for span, match in utterance.find(_OTHER):
        many = match.group("many") is not None or match.group() == "the rest"
        if rest and (named or not match.group().endswith("others")):
            found.append(_point(utterance, span, rest if many else rest[:1], 1.0 if many or len(rest) == 1 else 0.6))
    return found


def _superlative(
    utterance: Utterance,
    table: Table,
    book: CritiqueBook,
    amount: Callable[[Item, str], float | None],
    scales: Mapping[str, Sequence[str]],
) -> list[Pointing]:
    """ "the cheapest", "the cheaper one", "the more formal of the two"."""
    found = []
    for pattern, words in ((book.superlative_pattern, book.superlatives), (book.pattern, book.words)):
        if pattern is None:
            continue
        for span, match in utterance.find(pattern):
            comparative = words is book.words
            word = words[match.group("word") if comparative else match.group()]
            first = span.first - 1
            if first < 0 or utterance.words[first].norm not in {"the", "which", "whichever", "whats"}:
                continue
            if _OF_THE_SHOP.match(utterance.norm[match.end() :]):
                continue
            tail = _PAIR.match(utterance.norm[match.end() :])
            if comparative and not (tail and word.comparative):
                continue
            ranked = _ranked(table.items, word.slot, amount, scales)
            if not ranked or (ranked[0][0] == ranked[-1][0] and len(ranked) > 1):
                continue
            last = span.last + (len(tail.group().split()) if tail else 0)
            chosen = ranked[-1] if word.direction > 0 else ranked[0]
            alone = len(table.items) == 1 and _TWO.match(utterance.norm[match.end() :])
            found.append(_point(utterance, Span(first, last), [chosen[1]], UNSURE if alone else 0.95))
    return found


def _ranked(
    items: Sequence[Item], slot: str, amount: Callable[[Item, str], float | None], scales: Mapping[str, Sequence[str]]
) -> list[tuple[float, Item]]:
    pairs = []
    for item in items:
        scale = scales.get(slot)
        if scale:
            places = [scale.index(value) for value in item.values.get(slot, ()) if value in scale]
            number = sum(places) / len(places) if places else None
        else:
            number = amount(item, slot)
        if number is not None:
            pairs.append((float(number), item))
    return sorted(pairs, key=lambda pair: pair[0])


def _described(utterance: Utterance, table: Table, mentions: Sequence[Mention], vocabulary: Vocabulary) -> list[Pointing]:
    """ "the green one", "the linen wrap dress": a definite phrase whose words fit exactly one item on the table."""
    found = []
    words = utterance.words
    for first, word in enumerate(words):
        if word.norm not in _DEFINITE:
            continue
        best: tuple[float, Span, tuple[Item, ...]] | None = None
        for last in range(first + 2, min(first + 2 + LONGEST_DESCRIPTION, len(words) + 1)):
            if words[last - 1].is_mark:
                break
            scored = _fitting(utterance, Span(first + 1, last), table.items, mentions, vocabulary)
            if scored and len(scored[1]) == 1 and (best is None or scored[0] >= best[0]):
                best = (scored[0], Span(first, last), scored[1])
        if best:
            found.append(_point(utterance, best[1], best[2], min(1.0, 0.75 + 0.1 * best[0])))
    return found


def _fitting(
    utterance: Utterance, span: Span, items: Sequence[Item], mentions: Sequence[Mention], vocabulary: Vocabulary
) -> tuple[float, tuple[Item, ...]] | None:
    """How many described properties fit, and the items that have them all; None where a word fits none of them."""
    inside = [mention for mention in mentions if span.first <= mention.span.first and mention.span.last <= span.last]
    said_one = bool({"one", "ones"} & {word.norm for word in utterance.words[span.first : span.last]})
    fitting = list(items)
    points = 0.0
    covered: set[int] = set()
    for mention in inside:
        meant = [(mention.slot, mention.values), *((rival.slot, rival.values) for rival in mention.rivals)]
        stems = {utterance.words[index].stem for index in range(mention.span.first, mention.span.last)}
        matching = [item for item in fitting if stems <= set(vocabulary.title_stems.get(item.id, ()))]
        if not matching or len(matching) == len(fitting):
            matching = [item for item in fitting if any(_has(item, slot, values) for slot, values in meant)]
        if matching:
            fitting, points = matching, points + 1
            covered.update(range(mention.span.first, mention.span.last))
    for index in range(span.first, span.last):
        word = utterance.words[index]
        if index in covered or word.norm in _JOINING:
            continue
        matching = [item for item in fitting if word.stem in vocabulary.title_stems.get(item.id, ()) and len(word.stem) > 2]
        if not matching:
            return None
        fitting, points = matching, points + 1
    if (
        utterance.words[span.last - 1].norm in _JOINING - {"one", "ones"}
        or points == 0
        or not fitting
        or (len(fitting) > 1 and said_one and len(items) > 1)
    ):
        return None
    if points == 1 and not said_one and len(items) > 1 and not _title_word(utterance, span, fitting, vocabulary):
        alone = len(fitting) == 1 and all(mention.span == span for mention in inside) and _stands_for_item(utterance, span)
        return (points, tuple(fitting)) if alone else None
    return points, tuple(fitting)


def _has(item: Item, slot: str, values: Sequence[str]) -> bool:
    """Whether an item has one of the values, or one that holds all its words: "steel" where it is of stainless steel."""
    own = item.values.get(slot, ())
    return any(value in own or any(set(value.split()) <= set(other.split()) for other in own) for value in values)


def _stands_for_item(utterance: Utterance, span: Span) -> bool:
    """ "The alpaca, please": a value with "the" that ends its clause and follows no preposition."""
    before = utterance.words[span.first - 2].norm if span.first > 1 else ""
    after = utterance.words[span.last].norm if span.last < len(utterance.words) else "."
    return before not in _PREPOSITIONS and after in {".", ",", "!", "?", "please", "then", "thanks", "actually", "it"}


def _title_word(utterance: Utterance, span: Span, items: Sequence[Item], vocabulary: Vocabulary) -> bool:
    """A lone describing word points only if it stands in the item's title ("the dress", "the Odette")."""
    stems = {utterance.words[index].stem for index in range(span.first, span.last)}
    return all(stems & set(vocabulary.title_stems.get(item.id, ())) for item in items)


def find_priced(utterance: Utterance, amounts: Sequence[Amount], table: Table, money: str | None) -> list[Pointing]:
    """ "The one for a hundred and nineteen", "the forty dollar one": the only item on the table at about that price."""
    found = []
    for amount in amounts:
        said = amount.high if amount.high is not None else amount.low
        before = " ".join(word.norm for word in utterance.words[: amount.span.first])
        after = utterance.words[amount.span.last].norm if amount.span.last < len(utterance.words) else ""
        one = re.search(r"\bthe (?:one|ones)(?: (?:for|at|thats|that is|that costs|costing|that was))?$", before)
        if amount.slot != money or said is None or not (one or (before.endswith("the") and after in {"one", "ones"})):
            continue
        near = [item for item in table.items if item.price_minor is not None and abs(item.price_minor / 100 - said) < 1]
        if len(near) == 1:
            first = amount.span.first - (len(one.group().split()) if one else 1)
            found.append(_point(utterance, Span(first, amount.span.last + (0 if one else 1)), near, 0.9))
    return found
