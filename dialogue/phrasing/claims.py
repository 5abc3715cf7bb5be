"""Words read back into claims: every statement in a sentence that a row, a policy or the plan could contradict.

The reading is closed-world. Names, money, amounts, catalogue values, stock, ranks, comparisons and counts are read with the
item they speak of; every word left over that is not plain English (`dialogue.phrasing.plain`) is a claim too, of kind "word".
`dialogue.phrasing.checking` says which of the claims hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from dialogue.phrasing import frames, homonyms, patterns
from dialogue.phrasing.bounds import Relation
from dialogue.phrasing.facts import Ground, ShopFacts
from dialogue.phrasing.figures import Figure, figures_in
from dialogue.phrasing.plain import PLAIN
from dialogue.phrasing.polarity import negated
from dialogue.phrasing.subjects import (
    ORDINALS,
    Mention,
    after_than,
    kinds_in,
    names_in,
    ones_in,
    parts_in,
    pointers_in,
    stems_at,
    subjects,
)
from dialogue.words import Utterance, Word, read_words, stem_of

ClaimKind = Literal[
    "name", "price", "difference", "limit", "amount", "value", "stock", "stock_count", "superlative", "comparison", "count",
    "number", "word", "promise", "popular", "offered", "included", "new", "more_here", "quoted",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement; words ``[first, last)`` make it, ``items`` (positions in the ground) must all bear it out."""

    kind: ClaimKind
    text: str
    first: int
    last: int
    items: tuple[int, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    """For values and comparisons: (slot, catalogue value) or (slot, "less" | "more" | "same")."""
    number: float | None = None
    """Money in minor units; other amounts as said."""
    or_number: float | None = None
    """The other reading of "nine fifty"."""
    relation: Relation = "exact"
    roughly: bool = False
    """Said with "about"."""
    negated: bool = False
    none: bool = False
    """Said of nothing: "nothing under forty"."""
    other: tuple[int, ...] = ()
    """What a comparison compares with."""
    wished: bool = False
    """Said of what the shopper asked for, not of the item."""


@dataclass(frozen=True, slots=True)
class Reading:
    words: Utterance
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]


_PLAIN_LIES: tuple[tuple[ClaimKind, re.Pattern[str]], ...] = (
    ("promise", patterns.PROMISE),
    ("popular", patterns.POPULAR),
    ("offered", patterns.OFFERED),
    ("quoted", patterns.QUOTED),
    ("included", patterns.INCLUDED),
    ("included", patterns.WITH),
    ("new", patterns.NEW),
    ("more_here", patterns.MORE_HERE),
)
_FIGURE_CLAIMS: dict[str, ClaimKind] = {
    "money": "price",
    "amount": "amount",
    "left": "stock_count",
    "count": "count",
    "bare": "number",
}
_MONEY_CLAIMS: dict[str, ClaimKind] = {
    "limit": "limit", "past": "limit", "more": "difference", "less": "difference", "apart": "difference",
}  # fmt: skip


class _Reader:
    def __init__(self, text: str, ground: Ground, shop: ShopFacts) -> None:
        self.ground, self.shop = ground, shop
        self.said = read_words(text)
        self.words = self.said.words
        self.taken = [word.is_mark for word in self.words]
        self.claims: list[Claim] = []
        names = names_in(self.words, ground.items)
        names += parts_in(self.words, names, ground.items)
        names += kinds_in(self.words, names, ground.items, shop.shop.topic.name if shop.shop.topic else "")
        pointers = [*pointers_in(self.words, names, len(ground.items)), *ones_in(self.words, names, ground.items)]
        self.mentions = sorted((*names, *pointers), key=lambda mention: mention.first)
        self.subject = subjects(self.words, self.mentions, len(ground.items))
        self.wished = self._wished_ranges()

    def read(self) -> Reading:
        for mention in self.mentions:
            self._take(mention.first, mention.last)
        for first, last in self._find(patterns.PLAIN_TURNS):
            self._take(first, last)
        self._other_names()
        for span, _ in self.said.find(patterns.IGNORANCE):
            self._take(span.first, span.last)
        self._values(least=3)  # before figures: "the last five years" is a value
        figures = self._figures()
        self._phrases(figures)
        for figure in figures:
            self._figure(figure)
        self._values()
        self._exclusions()
        framed = frames.framed(self.words, self.mentions, self._parts())
        for at, word in enumerate(self.words):
            if not self.taken[at] and (at in framed or not _plain(word)):
                self._claim("word", at, at + 1)
        return Reading(self.said, tuple(sorted(self.claims, key=lambda claim: claim.first)), tuple(self.mentions))

    def _parts(self) -> frozenset[str]:
        """Stems of the things that the rows' descriptions alone name."""
        told = {stem for facts in self.ground.items for stem in facts.description_stems}
        return frozenset(told - PLAIN - ORDINALS.keys() - {stem for facts in self.ground.items for stem in facts.name_stems})

    def _exclusions(self) -> None:
        """ "It isn't for little ones": whom a thing is not for, where no value says who."""
        for first, last in self._find(patterns.NOT_FOR):
            if all(_plain(word) for word in self.words[first:last]):
                self._claim("quoted", first, last)

    # --- claims ----------------------------------------------------------------------------------------------------------

    def _free(self, first: int, last: int) -> bool:
        return not any(self.taken[first:last])

    def _take(self, first: int, last: int) -> None:
        self.taken[first:last] = [True] * (last - first)

    def _claim(self, kind: ClaimKind, first: int, last: int, at: int | None = None, **more: object) -> None:
        at = first if at is None else at
        claim = Claim(
            kind,
            " ".join(word.norm for word in self.words[first:last]),
            first,
            last,
            items=self.subject[at],
            negated=negated(self.words, first),
            none=patterns.NOTHING.search(" ".join(word.norm for word in self.words[max(0, first - 5) : first])) is not None,
            wished=any(start <= first < end for start, end in self.wished),
        )
        self.claims.append(replace(claim, **more))  # type: ignore[arg-type]
        self._take(first, last)

    def _wished_ranges(self) -> list[tuple[int, int]]:
        """Words that repeat the shopper's wish: "you asked for navy"."""
        ranges = []
        for span, _ in self.said.find(patterns.WISHED):
            last = span.last
            while last < len(self.words) and self.words[last].norm not in {",", ";", ".", "but", "and", ":", "so"}:
                last += 1
            ranges.append((span.first, last))
        return ranges

    def _others(self, at: int) -> tuple[int, ...]:
        """What a comparison at a word compares with: the mention after "than", else every other item."""
        mine = self.subject[at]
        for mention in self.mentions:
            if mention.first >= at and after_than(self.words, mention.first) and set(mention.items) != set(mine):
                return mention.items
        return tuple(index for index in range(len(self.ground.items)) if index not in mine)

    # --- readings --------------------------------------------------------------------------------------------------------

    def _find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """Free words that match. "we'll" is spelled "well" in the norms, so a match on the adverb is none."""
        return [
            (span.first, span.last)
            for span, _ in self.said.find(pattern)
            if self._free(span.first, span.last) and self.words[span.first].text.lower() != "well"
        ]

    def _other_names(self) -> None:
        """Names of rows that are not in this reply."""
        for length in range(min(self.shop.longest_name, len(self.words)), 1, -1):
            for first in range(len(self.words) - length + 1):
                last = first + length
                if self._free(first, last) and stems_at(self.words, first, last) in self.shop.names:
                    capitals = sum(word.text[:1].isupper() for word in self.words[first:last])
                    if capitals * 2 >= length:
                        self._claim("name", first, last)

    def _figures(self) -> list[Figure]:
        return [figure for figure in figures_in(self.said, self.shop) if not self.taken[figure.at]]

    def _phrases(self, figures: list[Figure]) -> None:
        figured = {at for figure in figures for at in range(figure.first, figure.last)}

        def found(pattern: re.Pattern[str]) -> list[tuple[int, int]]:
            return [(first, last) for first, last in self._find(pattern) if not figured & set(range(first, last))]

        for first, last in found(patterns.STOCK_NO):
            self._claim("stock", first, last, relation="less", negated=False)
        for kind, pattern in _PLAIN_LIES:
            for first, last in found(pattern):
                asked = kind == "offered" and self.said.text.rstrip().endswith("?")
                a_value = kind == "quoted" and stems_at(self.words, last - 1, last) in self.shop.lexicon
                if not asked and not a_value:
                    self._claim(kind, first, last)
        for first, last in found(patterns.STOCK_VAGUE):
            self._claim("stock", first, last, relation="about", negated=False)
        for first, last in found(patterns.STOCK_YES):
            self._claim("stock", first, last)
        for first, last in found(patterns.SUPERLATIVE):
            text = " ".join(word.norm for word in self.words[first:last])
            if self.words[last - 1].stem not in patterns.NOT_RANKS:
                way: Relation = "less" if patterns.CHEAPEST.search(text) else "more" if patterns.DEAREST.search(text) else "exact"
                self._claim("superlative", first, last, relation=way)
        for pattern, direction in ((patterns.CHEAPER, "less"), (patterns.DEARER, "more"), (patterns.SAME_PRICE, "same")):
            for first, last in found(pattern):
                self._compared(first, last, "price", direction)
        for critique in self.shop.shop.critiques:
            slot = self.shop.slots[critique.slot]
            for said in critique.words:
                for first, last in found(re.compile(rf"\b{re.escape(read_words(said).norm)}\b")):
                    self._compared(first, last, "price" if slot.is_money else slot.name, critique.direction)

    def _compared(self, first: int, last: int, slot: str, direction: str) -> None:
        self._claim("comparison", first, last, pairs=frozenset({(slot, direction)}), other=self._others(first))

    def _figure(self, figure: Figure) -> None:
        """A figure as a claim, of the item spoken of where the number itself stands."""
        kind = _FIGURE_CLAIMS[figure.kind]
        if figure.kind == "money":
            kind = _MONEY_CLAIMS.get(figure.relation, kind)
        first, last = figure.first, figure.last
        while first < figure.at and self.taken[first]:
            first += 1
        pairs = frozenset({(figure.slot, "")}) if figure.slot else frozenset[tuple[str, str]]()
        self._claim(
            kind, first, last, figure.at, number=figure.value, or_number=figure.or_value, relation=figure.relation,
            roughly=figure.roughly, pairs=pairs, other=self._others(figure.at),
        )  # fmt: skip

    def _values(self, least: int = 1) -> None:
        """Catalogue values and their synonyms of ``least`` words or more: longest first, of one length the values themselves
        before their synonyms, so that "on Friday late" is not taken for "on Friday".
        """
        for length in range(min(self.shop.longest, len(self.words)), least - 1, -1):
            for itself in (True, False):
                for first in range(len(self.words) - length + 1):
                    self._value(first, first + length, itself)

    def _value(self, first: int, last: int, itself: bool) -> None:
        pairs = self.shop.lexicon.get(stems_at(self.words, first, last)) if self._free(first, last) else None
        if not pairs:
            return
        if last - first == 1 and homonyms.done_to_it(self.words, first):
            self._claim("word", first, last)
            return
        norm = " ".join(word.norm for word in self.words[first:last])
        spelled = frozenset((slot, value) for slot, value in pairs if read_words(value).norm == norm)
        if itself and not spelled:
            return
        if homonyms.a_greeting(self.words, first, last) if last - first > 1 else self._merely_plain(first, pairs):
            return
        self._claim("value", first, last, pairs=spelled or pairs)

    def _merely_plain(self, at: int, pairs: frozenset[tuple[str, str]]) -> bool:
        rows = [self.ground.items[index].item for index in self.subject[at]]
        in_rows = any(value in row.values.get(slot, ()) for slot, value in pairs for row in rows)
        topic = self.shop.shop.topic
        after = self.words[at + 1].stem if at + 1 < len(self.words) else ""
        before_kind = topic is not None and any(slot == topic.name for slot, _ in self.shop.lexicon.get((after,), ()))
        written = any(stem_of(value) == self.words[at].stem for _, value in pairs)
        return homonyms.merely_plain(self.words, at, in_rows=in_rows, before_kind=before_kind, written=written)


def _plain(word: Word) -> bool:
    return word.stem in PLAIN or word.norm in PLAIN or not any(char.isalnum() for char in word.norm)


def read_claims(text: str, ground: Ground, shop: ShopFacts) -> Reading:
    """Read a sentence back into claims about the ground's items."""
    return _Reader(text, ground, shop).read()
