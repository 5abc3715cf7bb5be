"""Figures in a sentence: amounts of money and of other things, with how they are meant ("under forty", "ten dollars less").

Money is read in minor units from every way it is said or written: "nineteen pounds fifty", "$19.50", "nineteen fifty".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from dialogue.numbers import Number, find_numbers
from dialogue.phrasing.bounds import ABOUT_BEFORE, AFTER, BEFORE, Relation
from dialogue.phrasing.facts import ShopFacts
from dialogue.phrasing.patterns import LEFT
from dialogue.phrasing.plain import PLAIN
from dialogue.phrasing.spoken import Money, money_of
from dialogue.words import Span, Utterance, read_words, stem_of

FigureKind = Literal["money", "amount", "left", "count", "bare"]

_LONG = re.compile(r"^(?:long|tall|wide|high|deep|across|old|in length|in height|in width|in all|in total|running time)\b")
_AND_A_HALF = re.compile(r"^and a half\b|^a half\b")
_PARTS_OF_COIN = {"and a half": 50, "and a quarter": 25}
_AND_OVER = re.compile(r"^(?:and|or) (?:over|older|up|above)\b")
"""After a bare number: for how old."""
_LASTS = re.compile(r"\b(?:lasts?|runs?|plays?|goes on)(?: for)?$")
_HAVE = re.compile(
    r"\b(?:have|got|there are|theres)(?: only| just| still| well| about| around| nearly| almost| over| under| at least"
    r"| (?:more|less|fewer) than)*$"
)
_WE_HAVE = re.compile(r"\bwe(?:ve)?(?: still| now| only| just)? (?:have|got)(?: still| only| just)?$")
_OF_THEM = re.compile(r"^of (?:them|it|these|those|the)\b")
_OF_THE = re.compile(r"\b(?:of (?:the|these|those|my|all)|all|these|those)$")
_PRICE_BEFORE = re.compile(
    r"\b(?:at|for|costs?|costing|price|priced(?: at)?|pay|just|only|under|over|about|around|than|to|you back|yours for"
    r"|comes to|is|its)$"
)
_THING_WORDS = "thing item piece option choice idea kind one more other suggestion that which match pick fit of"
_THINGS = frozenset(_THING_WORDS.split())
_HOURS = re.compile(r"\b(?P<n>an|a|one|two|three|four|five|\d)(?P<half> and a half)? hours?(?P<tail>(?: and)?(?= ))?")
_COUNT_WORDS = {"an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Coins:
    """Stems of a currency's words."""

    major: frozenset[str]
    minor: frozenset[str]

    @classmethod
    def of(cls, money: Money) -> Coins:
        """Of a currency as it is said."""
        return cls(frozenset(map(stem_of, (money.one, money.many))), frozenset(map(stem_of, (money.cent, money.cents))))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; words ``[first, last)`` say it, relation words included."""

    kind: FigureKind
    value: float
    """Minor units for money; otherwise as said, hours as minutes."""
    first: int
    last: int
    at: int
    """The word where the number itself begins."""
    relation: Relation = "exact"
    roughly: bool = False
    or_value: float | None = None
    """The other reading of "nine fifty"."""
    slot: str = ""
    """The amount slot whose unit was said."""


class _Figures:
    def __init__(
        self, said: Utterance, coins: Coins, units: Mapping[str, str], directions: Mapping[str, Relation], stocked: frozenset[str]
    ) -> None:
        self.said, self.words, self.coins, self.units, self.directions = said, said.words, coins, units, directions
        self.stocked = stocked

    def read(self) -> tuple[Figure, ...]:
        figures, taken = self._hours()
        numbers = [
            number for number in self._numbers() if not any(at in taken for at in range(number.span.first, number.span.last))
        ]
        end = -1
        for index, number in enumerate(numbers):
            if number.span.first < end:
                continue
            figure = self._figure(number, numbers[index + 1] if index + 1 < len(numbers) else None)
            end = figure.last
            figures.append(figure)
        return tuple(sorted(figures, key=lambda figure: figure.at))

    # --- numbers -------------------------------------------------------------------------------------------------------

    def _numbers(self) -> list[Number]:
        """Numbers in order, with "one" and "a" before a unit, and "one hundred seven" as one number."""
        numbers = list(find_numbers(self.said))
        covered = {at for number in numbers for at in range(number.span.first, number.span.last)}
        numbers += [
            Number(Span(at, at + 1), 1.0)
            for at, word in enumerate(self.words)
            if at not in covered and ((word.norm in {"one", "a", "single"} and self._unit_at(at + 1)) or self._hyphened_one(at))
        ]
        numbers.sort(key=lambda number: number.span.first)
        merged: list[Number] = []
        for number in numbers:
            gap = self.words[merged[-1].span.last : number.span.first] if merged else ()
            if (
                merged
                and [word.norm for word in gap] in ([], ["and"])
                and not self._digits(merged[-1])
                and not self._digits(number)
            ):
                before = merged[-1]
                if before.value >= 100 and before.value % 100 == 0 and number.value < 100:
                    merged[-1] = Number(Span(before.span.first, number.span.last), before.value + number.value)
                    continue
                if not gap and before.value >= 100 and before.pair is None and 10 <= number.value < 100:
                    whole = int(before.value)
                    span = Span(before.span.first, number.span.last)
                    merged[-1] = Number(span, whole * 100 + number.value, pair=(whole, int(number.value)))
                    continue
            merged.append(number)
        return merged

    def _digits(self, number: Number) -> bool:
        return self.words[number.span.first].norm.lstrip("$£€")[:1].isdigit()

    def _unit_at(self, at: int) -> bool:
        if at >= len(self.words):
            return False
        stem = self.words[at].stem
        return stem in self.coins.major | self.coins.minor or stem in self.units or bool(LEFT.match(self._ahead(at, 9)))

    def _hyphened_one(self, at: int) -> bool:
        """ "a one-way zip" """
        return self.words[at].norm == "one" and self.said.text[self.words[at].end : self.words[at].end + 1] == "-"

    def _hours(self) -> tuple[list[Figure], set[int]]:
        """ "an hour and thirty-five minutes", where a slot counts minutes."""
        slot = self.units.get("minute")
        figures: list[Figure] = []
        taken: set[int] = set()
        for span, match in self.said.find(_HOURS) if slot else ():
            minutes = 60.0 * (_COUNT_WORDS.get(match["n"]) or int(match["n"])) + (30 if match["half"] else 0)
            last = span.last
            following = next((number for number in find_numbers(self.said) if number.span.first in (last, last + 1)), None)
            if following and following.value < 60 and self._ahead(following.span.last, 1) in ("minutes", "minute"):
                minutes, last = minutes + following.value, following.span.last + 1
            if half := self._absorbed(_AND_A_HALF, last):
                minutes, last = minutes + 30, last + half
            last += self._absorbed(_LONG, last)
            relation, start, last, roughly = self._relation(span.first, last)
            taken |= set(range(start, last))
            figures.append(Figure("amount", minutes, start, last, span.first, relation, roughly, slot=slot or ""))
        return figures, taken

    # --- what they mean --------------------------------------------------------------------------------------------------

    def _figure(self, number: Number, following: Number | None) -> Figure:
        first, last = number.span.first, number.span.last
        stem = self.words[last].stem if last < len(self.words) else ""
        signed = self.words[first].norm[:1] in "$£€" or self._behind(first, 1) in ("$", "£", "€")
        if stem in self.coins.major or signed:
            return self._money(number, following, last + (stem in self.coins.major))
        if stem in self.coins.minor:
            return self._settled("money", number.value, first, last + 1)
        if slot := self.units.get(stem):
            end = last + 1 + self._absorbed(_LONG, last + 1)
            return replace(self._settled("amount", number.value, first, end), slot=slot)
        if left := LEFT.match(self._ahead(last, 9)):
            return self._settled("left", number.value, first, last + len(left[0].split()))
        if _HAVE.search(self._behind(first, 5)) and (them := _OF_THEM.match(self._ahead(last, 5))):
            return self._settled("left", number.value, first, last + len(them[0].split()))
        ends = last == len(self.words) or self.words[last].is_mark
        in_pairs = stem in ("pair", "set") and (last + 1 == len(self.words) or self.words[last + 1].is_mark)
        if stem in self.stocked or ((ends or in_pairs) and _WE_HAVE.search(self._behind(first, 4))):
            return self._settled("left", number.value, first, last + (stem in self.stocked or in_pairs))
        if (stem in _THINGS and not self._price_before(first)) or _OF_THE.search(self._behind(first, 2)):
            return self._settled("count", number.value, first, last)
        if _AND_OVER.match(self._ahead(last, 2)):
            return Figure("bare", number.value, first, last, first)
        pair = None if self._by_another(last) else self._pair(number)
        figure = self._settled("bare", number.value, first, last)
        if last < len(self.words) and not self.words[last].is_mark and self.words[last].stem not in PLAIN:
            return Figure("bare", number.value, first, last, first)
        if pair and (self._price_before(first) or self._behind(first, 1) in ("are", "theyre") or int(number.value) not in YEARS):
            whole = number.value * 100 if pair[0] < 10 else None
            return replace(figure, kind="money", value=float(pair[0] * 100 + pair[1]), or_value=whole)
        if self._price_before(first) or figure.relation in ("more", "less", "limit", "past"):
            return replace(figure, kind="money", value=number.value * 100)
        return Figure("bare", number.value, first, last, first)

    def _money(self, number: Number, following: Number | None, last: int) -> Figure:
        value, first = number.value, number.span.first
        signed = self.words[first].norm[:1] in "$£€"
        minor = round(value * 100) if number.pair is None or signed else number.pair[0] * 100 + number.pair[1]
        if following is not None and following.value < 100 and value == int(value):
            after = following.span.last
            cents = after < len(self.words) and self.words[after].stem in self.coins.minor
            gap = [word.norm for word in self.words[last : following.span.first]]
            if (cents and gap in ([], ["and"])) or (not gap and not self._unit_at(after)):
                return self._settled("money", minor + following.value, first, after + cents)
        part = _PARTS_OF_COIN.get(self._ahead(last, 3), 0)
        return self._settled("money", float(minor + part), first, last + (3 if part else 0))

    def _settled(self, kind: FigureKind, value: float, first: int, last: int) -> Figure:
        at = first
        if self._behind(first, 1) in ("$", "£", "€"):
            first -= 1
        relation, first, last, roughly = self._relation(first, last)
        return Figure(kind, float(value), first, last, at, relation, roughly)

    def _relation(self, first: int, last: int) -> tuple[Relation, int, int, bool]:
        """How a figure is meant, the words it takes with the relation's own, and whether "about" stands before it."""
        roughly = ABOUT_BEFORE.search(self._behind(first, 2)) is not None
        if self._behind(first, 1) in ("only", "just", "merely"):
            first -= 1
        after = self._ahead(last, 4)
        first -= self._lasting(first)
        before = self._behind(first, 5)
        for word, way in self.directions.items():
            if re.match(rf"{re.escape(word)}\b", after):
                return way, first, last + len(word.split()), roughly
        for relation, pattern in AFTER:
            if match := pattern.match(after):
                return relation, first, last + len(match[0].split()), roughly
        for relation, pattern in BEFORE:
            if match := pattern.search(before):
                first -= len(match[0].split())
                return relation, first - self._lasting(first), last, roughly
        return "exact", first, last, roughly

    def _lasting(self, first: int) -> int:
        """How many words before a figure say "it lasts" or "it runs for"."""
        match = _LASTS.search(self._behind(first, 3))
        return len(match[0].split()) if match else 0

    def _pair(self, number: Number) -> tuple[int, int] | None:
        """Major and minor of "nineteen ninety-nine" and "nine fifty"."""
        norms = [word.norm for word in self.words[number.span.first : number.span.last]]
        if number.pair or len(norms) < 2 or number.value < 100 or {"hundred", "thousand", "and"} & set(norms):
            return number.pair
        return None if self._digits(number) else divmod(int(number.value), 100)

    def _by_another(self, last: int) -> bool:
        """Whether "by" and another number follow: "one fifty by two hundred centimetres"."""
        return self._ahead(last, 1) == "by" and any(number.span.first == last + 1 for number in find_numbers(self.said))

    def _price_before(self, first: int) -> bool:
        """Whether a bare number stands where a price does: "at forty-five", "costs nineteen ninety-nine"."""
        ranged = self._behind(first, 1) == "to" and any(number.span.last == first - 1 for number in find_numbers(self.said))
        return not ranged and _PRICE_BEFORE.search(self._behind(first, 3)) is not None

    def _absorbed(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self._ahead(at, 3))
        return len(match[0].split()) if match else 0

    def _ahead(self, at: int, count: int) -> str:
        return " ".join(word.norm for word in self.words[at : at + count])

    def _behind(self, at: int, count: int) -> str:
        return " ".join(word.norm for word in self.words[max(0, at - count) : at])


def read_figures(
    said: Utterance, coins: Coins, units: Mapping[str, str], directions: Mapping[str, Relation], stocked: frozenset[str]
) -> tuple[Figure, ...]:
    """Every figure of a sentence. ``units``: stems of units to amount slots; ``directions``: the shop's words for less and
    more; ``stocked``: stems of what the shop counts its stock in ("seats").
    """
    return _Figures(said, coins, units, directions, stocked).read()


def figures_in(said: Utterance, shop: ShopFacts) -> tuple[Figure, ...]:
    """Every figure, in the shop's currency, units and words for more and less."""
    slots = [slot for slot in shop.slots.values() if slot.kind == "amount" and not slot.is_money]
    units = {stem_of(slot.unit): slot.name for slot in slots if slot.unit}
    directions: dict[str, Relation] = {
        read_words(word).norm: critique.direction
        for critique in shop.shop.critiques
        for word in critique.words
        if shop.slots[critique.slot].kind == "amount"
    }
    return read_figures(said, Coins.of(money_of(shop.currency)), units, directions, shop.stocked)
