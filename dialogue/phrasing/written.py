"""What the row itself says, word for word: which of its words bear out a word of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import LEAST_ROOT, ItemFacts, position, root, stems
from dialogue.phrasing.plain import FUNCTION_WORDS, GRAMMAR, PLAIN, TASTE
from dialogue.phrasing.polarity import NEGATIONS, negated
from dialogue.words import Word, read_words

SENTENCE_ENDS = r"(?<=[.!?;])\s+"
WITH_WORDS = 3
"""How many words after "comes with" say what with."""
RUN_WORDS, RUN_TELLING = 4, 2
"""A run of the description's words that is long enough to be a quotation, and how many of them must be no plain ones."""
NEAR_WORDS = 4
"""How near two words of a description stand that are of one thing."""
_PARTING = frozenset({"and", "but", "with", "while", "whereas", "or", "so", "though"})
COPULAS = frozenset({"is", "are", "was", "were"})
OF_IT = frozenset({"the", "its", "their"})


def named_words(facts: ItemFacts) -> frozenset[str]:
    """Stems of the title, the values and the amounts: what holds of the whole item."""
    return frozenset(
        (
            *facts.name_stems,
            *facts.title_stems,
            *(stem for values in facts.values.values() for value in values for stem in stems(value)),
            *(stem for said in facts.amounts.values() for stem in stems(said)),
        )
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A word of a description."""

    root: str
    denied: bool
    part: int
    """Which stretch of its sentence it stands in, counted over commas and "and"."""


@lru_cache(maxsize=512)
def sentences_of(description: str) -> tuple[tuple[Told, ...], ...]:
    """The words of every sentence of a description."""
    told = []
    for text in re.split(SENTENCE_ENDS, description):
        words, part, kept = read_words(text).words, 0, []
        for at, word in enumerate(words):
            part += word.is_mark or word.norm == "and"
            if not word.is_mark:
                kept.append(Told(root(word.stem), negated(words, at), part))
        told.append(tuple(kept))
    return tuple(told)


def says(facts: ItemFacts, stem: str, denied: bool) -> bool:
    """Whether the row has this word, said or denied as here."""
    if not denied and (stem in named_words(facts) or root(stem) in {root(own) for own in named_words(facts)}):
        return True
    roots = {root(stem)}
    if stem.endswith("y") and len(stem) > LEAST_ROOT:
        roots.add(root(stem[:-1]))  # "floaty" of what floats
    if stem.endswith("er") and len(stem) > LEAST_ROOT:
        roots |= {root(f"{stem[:-2]}en"), f"{stem[:-2]}en"}  # "darker" of what darkens
    return any(word.root in roots and word.denied == denied for told in sentences_of(facts.description) for word in told)


def pieces_of(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Stretches of words that say one thing: between marks, "and", "with" and their like."""
    start = 0
    for at, word in enumerate(words):
        if word.is_mark or word.norm in _PARTING:
            if at > start:
                yield start, at
            start = at + 1
    if start < len(words):
        yield start, len(words)


def runs(reading: Reading, facts: ItemFacts) -> Iterator[tuple[int, int]]:
    """Words ``[first, last)`` that stand in the description one after the other, said and not denied."""
    spoken = [at for at, word in enumerate(reading.words.words) if not word.is_mark]
    said = tuple(reading.words.words[at].stem for at in spoken)
    at = 0
    while at + RUN_WORDS <= len(said):
        end = at
        while end < len(said) and position(said[at : end + 1], facts.description_stems) is not None:
            end += 1
        first = position(said[at:end], facts.description_stems)
        if end > at and first is not None and _taken_back(facts, first):
            at += 1
            continue  # "driver gets lost" out of "a train without a driver gets lost"
        telling = sum(stem not in PLAIN for stem in said[at:end])
        if end - at >= RUN_WORDS and telling >= RUN_TELLING and not negated(reading.words.words, spoken[at]):
            yield spoken[at], spoken[end - 1] + 1
        at = max(end, at + 1) if end - at >= RUN_WORDS else at + 1


def _taken_back(facts: ItemFacts, first: int) -> bool:
    """Whether "without" or the like stands right before a word of the description, or before its article."""
    before = facts.description_stems[max(0, first - 2) : first]
    return bool(before) and (before[-1] in NEGATIONS or (before[-1] in ("a", "an", "the", "any") and before[0] in NEGATIONS))


def in_title(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Said as the title says it. Where the slot is filled otherwise, the word must keep its neighbour ("red rose"
    is not "red"), unless it is what the name ends in.
    """
    said = tuple(word.stem for word in reading.words.words[claim.first : claim.last])
    at = position(said, facts.title_stems)
    if at is None:
        return False
    if not any(facts.item.values.get(slot) for slot, _ in claim.pairs):
        return True
    if at + len(said) == len(facts.title_stems):
        return True
    after = _stem_at(reading, claim.last)
    title_after = facts.title_stems[at + len(said)] if at + len(said) < len(facts.title_stems) else None
    return after is not None and after == title_after


def quoted(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Said next to a word it stands next to in the description ("green glass", "the back is see-through"), or of a slot that the
    row leaves empty."""
    said = tuple(word.stem for word in reading.words.words[claim.first : claim.last])
    if not any(facts.item.values.get(slot) for slot, _ in claim.pairs):
        return position(said, facts.description_stems) is not None
    part = facts.topic in {slot for slot, _ in claim.pairs} and reading.words.words[max(0, claim.first - 1)].norm in OF_IT
    if part and position(said, facts.description_stems) is not None:
        return True  # "the skirt" of a dress
    return beside(claim, reading, facts) or told_near(claim, reading, facts)


def told_near(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Whether a word that the same stretch of the sentence has stands near it in the description: "the beads are graded"."""
    stretch = next(((first, last) for first, last in pieces_of(reading.words.words) if first <= claim.first < last), None)
    if stretch is None:
        return False
    words = reading.words.words
    before = next((at for at in range(claim.first - 1, stretch[0] - 1, -1) if words[at].stem not in GRAMMAR | TASTE), None)
    after = next((at for at in range(claim.last, stretch[1]) if words[at].stem not in GRAMMAR | TASTE), None)
    others = {root(words[at].stem) for at in (before, after) if at is not None and words[at].stem not in PLAIN}
    others -= {root(stem) for stem in named_words(facts)}
    said = root(reading.words.words[claim.last - 1].stem)
    for told in sentences_of(facts.description):
        for at, word in enumerate(told):
            near = {each.root for each in told[max(0, at - NEAR_WORDS) : at + NEAR_WORDS + 1]}
            if word.root == said and not word.denied and others & near:
                return True
    return False


def beside(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Whether the words stand in the description next to a neighbour that they have in the sentence."""
    said = tuple(word.stem for word in reading.words.words[claim.first : claim.last])
    before, after = _stem_at(reading, claim.first - 1), _stem_at(reading, claim.last)
    pairs = ([(before, *said)] if before and before not in FUNCTION_WORDS else []) + (
        [(*said, after)] if after and (after not in FUNCTION_WORDS or claim.text != " ".join(said)) else []
    )
    copula = reading.words.words[claim.first - 1].norm in COPULAS if claim.first > 1 else False
    if copula and (subject := _stem_at(reading, claim.first - 2)) and subject not in FUNCTION_WORDS:
        pairs.append((*said, subject))
    return any(position(pair, facts.description_stems) is not None for pair in pairs)


def _stem_at(reading: Reading, at: int) -> str | None:
    return reading.words.words[at].stem if 0 <= at < len(reading.words.words) else None


def written(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Whether the row has these words, one after the other."""
    said = tuple(word.stem for word in reading.words.words[claim.first : claim.last])
    values = [stems(value) for values in facts.values.values() for value in values]
    ways = (said, ("the", *said[1:])) if said[0] in ("a", "an") else (said,)
    return any(position(way, hay) is not None for way in ways for hay in (facts.title_stems, facts.description_stems, *values))


def included(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """What something "comes with" is in the row word for word."""
    words = reading.words.words
    first = next(at for at in range(claim.first, claim.last) if words[at].norm == "with") + 1
    ends = (at for at in range(first, len(words)) if words[at].is_mark or words[at].norm in {"and", "for", "at"})
    end = max(claim.last, min(next(ends, len(words)), first + WITH_WORDS))
    tail = [word.stem for word in words[first:end] if word.stem not in {"a", "an", "it", "the", "your", "and", "of"}]
    title = facts.title_stems
    along = title[title.index("with") + 1 :] if "with" in title else ()
    values = [stems(value) for values in facts.values.values() for value in values]
    told = {*facts.description_stems, *along, *(stem for own in values if position(own, title) is None for stem in own)}
    return bool(tail) and all(stem in told for stem in tail)
