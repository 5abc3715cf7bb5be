"""Whether the row's words stand together as they are said: in one sentence, in their order, as affirmed or denied there.

A description is a handful of sentences, each about one thing. Its words are no bag to draw from: what is said together must
stand together there ("the ribs are steel" is borne out by no row that has ribs in one sentence and steel in another), and what
it denies is not to be affirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from dialogue.numbers import find_numbers
from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import ItemFacts, root
from dialogue.phrasing.plain import GRAMMAR, PLAIN, TASTE, VERB_FORMS
from dialogue.phrasing.polarity import negated
from dialogue.phrasing.subjects import ORDINALS
from dialogue.phrasing.written import COPULAS, OF_IT, SENTENCE_ENDS, named_words, pieces_of, runs, sentences_of
from dialogue.words import Word, read_words

BESIDE = 2
"""Words no farther apart may change places: "a dry, heavy cloth"."""
_FEELING = frozenset({"afraid"})
"""Small words that are said of somebody too."""
_ONE = frozenset({"single", "lone", "sole"})
LONE_WORDS = 3
_FRONTED = frozenset({"after", "before", "when", "once", "if", "in", "on", "at", "with", "from", "for", "to", "during", "as"})
"""A clause that begins with one of these has what is done before who does it."""
_PAIRS = """
up down, in out, on off, top bottom, left right, wrong right, first last, one both, inside outside, out through, before after,
front back, own else, one each, one every, own share, own same, same different, alike different, together apart, over under,
above below, begin end, start end, start finish, always never, happy sad, sell buy, open shut, near far, early late, all none
"""
_OPPOSITES: dict[str, frozenset[str]] = {}
for _pair in _PAIRS.split(","):
    for _word, _other in (_pair.split(), _pair.split()[::-1]):
        _OPPOSITES[_word] = _OPPOSITES.get(_word, frozenset()) | {root(_other)}


def apart(reading: Reading, facts: ItemFacts, mine: Sequence[Claim]) -> Iterator[Claim]:
    """Claims about this item whose words the description has, but not in one sentence with those they are said with."""
    quotations = tuple(runs(reading, facts))
    for first, last in pieces_of(reading.words.words):
        words = reading.words.words[first:last]
        fronted = words[0].norm in _FRONTED
        inside = [claim for claim in mine if first <= claim.first < last and claim.kind in ("word", "number", "value")]
        part = _part(words, facts)
        together: set[int] | None = _places(part, facts) if part else None
        before = [(part, first)] if part else []
        for claim in inside:
            word = reading.words.words[claim.first].stem
            of_part = part and claim.first > first and not word.endswith(part) and word != part
            if (claim.kind == "value" and not of_part) or (claim.kind != "value" and word in named_words(facts)):
                continue
            places = _told(claim.number, facts) if claim.number is not None else _places(word, facts)
            if not places and claim.kind != "value":
                continue  # a figure written otherwise; it was compared by its value
            together = places if together is None else together & places
            out_of_turn = False
            in_order = claim.number is not None or any(start <= claim.first < end for start, end in quotations)
            for earlier, at in () if in_order else before:
                parted = not fronted and _verb_between(reading, at, claim.first)
                out_of_turn |= not _follows(earlier, word, facts, together, parted=parted)
            if not together or out_of_turn:
                yield claim
                break
            before.append((word, claim.first))
        if inside and together and (turned := _turned(words, facts, together)):
            yield replace(inside[-1], text=turned)


@lru_cache(maxsize=512)
def _lone(description: str) -> frozenset[str]:
    """Stems of what there is one of: "a single off-centre bead"."""
    words = read_words(description).words
    ones = [at for at, word in enumerate(words) if word.norm in _ONE]
    return frozenset(word.stem for at in ones for word in words[at + 1 : at + 1 + LONE_WORDS] if not word.is_mark)


def _verb_between(reading: Reading, first: int, last: int) -> bool:
    """Whether something is said to do a thing, or to be done by."""
    words = reading.words.words[first + 1 : last]
    passive = any(one.norm in COPULAS and other.norm.endswith(("ed", "en")) for one, other in pairwise(words))
    return passive or any(word.stem in VERB_FORMS and word.stem not in GRAMMAR for word in words)


def turned_round(reading: Reading, facts: ItemFacts) -> Iterator[Claim]:
    """Plain words that the description denies where the sentence affirms them, or the other way about, in one breath with words
    that both have: "it ends as you'd expect" of what ends where you would least expect."""
    words = reading.words.words
    lone = _lone(facts.description)
    content = [(at, root(word.stem)) for at, word in enumerate(words) if not word.is_mark and word.stem not in GRAMMAR - _FEELING]
    for at, own in content:
        if words[at].stem in lone and words[at].norm.endswith("s") and words[at].norm != words[at].stem:
            yield Claim("word", words[at].norm, at, at + 1)
        if words[at].stem not in VERB_FORMS | TASTE | _FEELING:
            continue
        said, told_so = negated(words, at), False
        against = False
        for told in sentences_of(facts.description):
            shared = {each.root for each in told} & {other for _, other in content} - {own}
            ways = {each.denied for each in told if each.root == own}
            told_so |= said in ways
            against |= bool(ways) and said not in ways and bool(shared)
        if against and not told_so:
            yield Claim("word", words[at].norm, at, at + 1)


def _turned(words: Sequence[Word], facts: ItemFacts, sentences: set[int]) -> str:
    """A small word whose opposite stands in the sentences that bear out the others: "up" where the row says "down"."""
    told = {each.root for at in sentences for each in sentences_of(facts.description)[at]}
    said = {root(word.stem) for word in words}
    for at, word in enumerate(words):
        if word.norm == "one" and not (at + 1 < len(words) and root(words[at + 1].stem) in told):
            continue  # "this one", "each one"
        if (_OPPOSITES.get(word.norm, frozenset()) & told) - said and root(word.stem) not in told:
            return word.norm
    return ""


def _follows(one: str, other: str, facts: ItemFacts, sentences: set[int], *, parted: bool) -> bool:
    """Whether the second word stands after the first in the description, or in the same stretch of a sentence. ``parted``: a
    verb stands between them, so that one is what does it and one what it is done to."""
    for at in sentences:
        told = sentences_of(facts.description)[at]
        firsts = [(place, word.part) for place, word in enumerate(told) if word.root == root(one)]
        seconds = [(place, word.part) for place, word in enumerate(told) if word.root == root(other)]
        pairs = [(a, part, b, own) for a, part in firsts for b, own in seconds]
        if not pairs or any(a <= b + BESIDE or ((part == own or b == 0) and not parted) for a, part, b, own in pairs):
            return True
    return False


def _part(words: Sequence[Word], facts: ItemFacts) -> str:
    """What "the ribs are ..." speaks of: a thing that the description alone names; "" where there is none."""
    for at in range(2, min(len(words), 5)):
        if words[at].norm in COPULAS and words[0].norm in OF_IT:
            stem = words[at - 1].stem
            if stem not in PLAIN and stem not in ORDINALS and stem not in named_words(facts) and stem in facts.description_stems:
                return stem
    return ""


def _places(stem: str, facts: ItemFacts) -> set[int]:
    """Which sentences of the description have the word."""
    return {at for at, told in enumerate(sentences_of(facts.description)) if any(word.root == root(stem) for word in told)}


def _told(number: float, facts: ItemFacts) -> set[int]:
    """Which sentences of the description have the number."""
    parts = re.split(SENTENCE_ENDS, facts.description)
    return {at for at, part in enumerate(parts) if any(found.value == number for found in find_numbers(read_words(part)))}
