"""Words read back into claims: every statement in a sentence that a row, a policy or the plan could contradict.

The reading is closed-world. Names, money, amounts, catalogue values, stock, ranks, comparisons and counts are read with the item they
speak of; every word left over that is not plain English (`dialogue.phrasing.plain`) is a claim too, of kind "word".
`dialogue.phrasing.checking` says which of the claims hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from dialogue.numbers import Number, find_numbers
from dialogue.phrasing.facts import Ground, ShopFacts, Stems
from dialogue.phrasing.plain import PLAIN
from dialogue.phrasing.spoken import money_of
from dialogue.words import Utterance, Word, read_words, stem_of

ClaimKind = Literal[
    "name",
    "price",
    "difference",
    "amount",
    "value",
    "stock",
    "stock_count",
    "superlative",
    "comparison",
    "count",
    "number",
    "word",
    "promise",
    "popular",
    "offered",
    "new",
    "more_here",
]
Relation = Literal["exact", "under", "over", "about", "more", "less", "apart"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement; ``first`` and ``last`` are word positions, ``items`` positions in the ground's items (all must bear it out)."""

    kind: ClaimKind
    text: str
    first: int
    last: int
    items: tuple[int, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    """For values and comparisons: (slot, catalogue value) or (slot, "less" | "more")."""
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
class Mention:
    """Words that name or point at items."""

    first: int
    last: int
    items: tuple[int, ...]
    named: bool = True
    whole: bool = True
    """The name in full."""


@dataclass(frozen=True, slots=True)
class Reading:
    words: Utterance
    claims: tuple[Claim, ...]
    mentions: tuple[Mention, ...]


_ORDINAL_STEMS = {"first": 0, "second": 1, "third": 2}
_UNDER = re.compile(
    r"(?:just |a little |a bit |well |comfortably |right )?(?:under|below|less than|up to|at most|within|no more than|not more than|"
    r"shy of|short of|inside)(?: your)?(?: budget of| limit of)?$"
)
_OVER = re.compile(r"(?:just |a little |a bit |well )?(?:over|above|more than|at least|upwards of|from|starting at)$")
_ABOUT = re.compile(r"(?:about|around|roughly|nearly|almost|close to|near|approximately|some)$")
_MORE = re.compile(r"^(?:more|extra|dearer|pricier|above|over|higher|on top|costlier)\b")
_LESS = re.compile(r"^(?:less|cheaper|lower|below|under|saved|lighter on)\b")
_APART = re.compile(r"^(?:apart|between them|of a difference|difference)\b")
_NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "isnt",
        "arent",
        "wasnt",
        "doesnt",
        "dont",
        "didnt",
        "hasnt",
        "havent",
        "without",
        "nor",
        "neither",
        "cannot",
        "cant",
        "instead",
        "rather",
    ]
)
_WISHED = re.compile(
    r"\b(?:you|youd|youve)(?: had| have)? (?:\w+ )?(?:ask|want|wish|mention|said|say|like|need|look|hop|prefer|fancy|had in mind|wanted|asked)"
)

_STOCK_YES = re.compile(
    r"\b(?:in stock|available(?: now| today)?|on the shelf|on our shelves|ready to (?:go|take|buy)|(?:still )?(?:have|got) (?:it|them|this|that) (?:here|in)"
    r"|to hand|on hand|have it)\b"
)
_STOCK_NO = re.compile(
    r"\b(?:out of stock|sold out|none left|unavailable|no longer available|not in stock|not available|no stock|all gone)\b"
)
_STOCK_VAGUE = re.compile(
    r"\b(?:plenty(?: left)?|lots left|lots of stock|well stocked|few left|running low|low in stock|low stock|selling fast|going fast|almost gone"
    r"|nearly gone|last (?:one|few|chance)|(?:only|just) a few|the last of)\b"
)
_LEFT = re.compile(r"^(?:\w+ ){0,2}?(?:left|remaining|remain|in stock|available|on the shelf|still here|to spare)\b")
_LONG = re.compile(r"^(?:long|tall|wide|high|deep|across|old|in length|in height|in width|in all|in total|of it|running time)\b")
_OF_THE = re.compile(r"\b(?:of (?:the|these|those|my|all)|all|these|those)$")
_SUPERLATIVE = re.compile(
    r"\b(?:the |our |your |its )?(?:(?:most|least) (?!of\b|people\b)\w+|best(?: seller| selling| loved| value| known)?|\w{2,}est|number one|top(?: seller| rated| pick| choice)?"
    r"|favourite|favorite|ultimate|unbeatable|unrivalled|unique|one of a kind|only one|the only|unmatched|second to none|popular|famous)\b"
)
_NOT_SUPERLATIVE = frozenset(
    [
        "rest",
        "interest",
        "guest",
        "honest",
        "forest",
        "west",
        "modest",
        "harvest",
        "contest",
        "request",
        "suggest",
        "invest",
        "test",
        "vest",
        "nest",
        "quest",
        "protest",
        "arrest",
        "best-man",
        "chest",
        "digest",
        "earnest",
        "crest",
        "zest",
        "breast",
        "priest",
        "pest",
        "fest",
        "jest",
        "manifest",
    ]
)
_CHEAPEST = re.compile(r"cheapest|least expensive|lowest|most affordable|least costly")
_DEAREST = re.compile(r"most expensive|dearest|priciest|highest|most costly|costliest")
_CHEAPER = re.compile(
    r"\b(?:cheaper|less expensive|more affordable|costs? (?:a (?:bit|little|touch) )?less|less costly|lower (?:in )?price[d]?|lower priced|saves? you|easier on the budget"
    r"|a little less|a bit less|for less)\b"
)
_DEARER = re.compile(
    r"\b(?:dearer|pricier|more expensive|costs? (?:a (?:bit|little|touch) )?more|costlier|higher (?:in )?price[d]?|higher priced|more costly|a little more|a bit more)\b"
)
_SAME_PRICE = re.compile(
    r"\b(?:same price|same money|costs? the same|equally priced|priced the same|priced alike|no difference in price)\b"
)
_PROMISE = re.compile(
    r"\b(?:we|well|we will|we can|we could|ill|i will|i can|i could|you can|you will|youll|they will|theyll)(?: \w+ly| also| even| always| still| just)? "
    r"(?!(?:show|tell|look|say|find|suggest|recommend|help|pick|choose|start|give you|go|think|see|like|love|prefer|have|know|name|mention|ask|list|describe"
    r"|compare|talk|speak|hear|be|been|try|consider|note|got|offer|point|enjoy|want|need|is|are|do|also|not|only|s|a|the|at|in|of|for)\b)\w+"
    r"|\b(?:money|cash|get it|take it|bring it|send it) back\b|\bget (?:another|one more|a second|both for|it for)\b"
    r"|\b(?:costs?|pay|paying|for) nothing\b|\bnothing (?:to pay|more to pay)\b|\bno (?:extra |added )?(?:cost|charge|price)\b|\bon (?:us|the house)\b"
    r"|\b(?:i (?:own|bought|use|wear)|have one (?:myself|at home)|mine\b|my own)\b"
)
_POPULAR = re.compile(
    r"\b(?:everyone|everybody|people|others|nobody|no one|most|anyone)(?: \w+ly| who \w+| really| always)? "
    r"(?:loves?|likes?|picks?|choos?es?|chose|prefers?|wants?|takes?|asks?|recommends?|agrees?|enjoys?|regrets?)\b"
)
_OFFERED = re.compile(
    r"\b(?:all|every|other|more|different|various|your|(?:a )?(?:range|choice|selection|lot|number) of)(?: \w+)? "
    r"(?:colou?rs?|sizes?|shades?|styles?|materials?|lengths?|finishe?s?|tones?|fabrics?|occasions?|events?)\b"
    r"|\bfits? (?:all(?! of)|everyone|everybody|anyone|any|every)\b|\b(?:goes|works|pairs) with (?:everything|anything)\b"
)
_NEW = re.compile(
    r"\b(?:just (?:come |came )?in|just (?:landed|added)|back in|new in|brand new)(?=$| (?:and|to|for|this|now)\b| [,.;])"
)
_MORE_HERE = re.compile(
    r"\b(?:have|got|are|is) (?:some |a lot |lots |plenty )?(?:more|others)(?: of (?:it|them|these|those))?(?: like (?:it|them|this|that))?(?=$| [,.;])"
)
_THINGS = frozenset(
    [
        "thing",
        "item",
        "piece",
        "option",
        "choice",
        "idea",
        "kind",
        "of",
        "one",
        "more",
        "other",
        "suggestion",
        "that",
        "which",
        "match",
        "pick",
        "fit",
        "of",
    ]
)


_PLAIN_LIES: tuple[tuple[ClaimKind, re.Pattern[str]], ...] = (
    ("promise", _PROMISE),
    ("popular", _POPULAR),
    ("offered", _OFFERED),
    ("new", _NEW),
    ("more_here", _MORE_HERE),
)


class _Reader:
    def __init__(self, text: str, ground: Ground, shop: ShopFacts) -> None:
        self.ground, self.shop = ground, shop
        self.said = read_words(text)
        self.words = self.said.words
        self.taken = [word.is_mark for word in self.words]
        self.claims: list[Claim] = []
        self.mentions: list[Mention] = []
        self.money = money_of(shop.currency)
        self.major = {stem_of(self.money.one), stem_of(self.money.many)}
        self.minor = {stem_of(self.money.cent), stem_of(self.money.cents)}

    def read(self) -> Reading:
        self._names()
        self._pointers()
        self._subjects()
        self._wished_ranges()
        self._pattern_claims()
        self._numbers()
        self._values()
        self._leftovers()
        ordered = tuple(sorted(self.claims, key=lambda claim: claim.first))
        return Reading(self.said, ordered, tuple(sorted(self.mentions, key=lambda mention: mention.first)))

    # --- who is spoken of ----------------------------------------------------------------------------------------------

    def _free(self, first: int, last: int) -> bool:
        return not any(self.taken[first:last])

    def _take(self, first: int, last: int) -> None:
        self.taken[first:last] = [True] * (last - first)

    def _stems(self, first: int, last: int) -> Stems:
        return tuple(word.stem for word in self.words[first:last])

    def _names(self) -> None:
        """Names of the ground's items, whole or shortened truthfully; then names of other rows, which nobody may speak of here."""
        for whole in (True, False):
            for length in range(max((len(facts.name_stems) for facts in self.ground.items), default=0), 0, -1):
                for first in range(len(self.words) - length + 1):
                    if self._free(first, first + length):
                        self._name_at(first, first + length, whole)
        for length in range(min(self.shop.longest_name, len(self.words)), 1, -1):
            for first in range(len(self.words) - length + 1):
                if self._free(first, first + length) and self._stems(first, first + length) in self.shop.names:
                    capitals = sum(word.text[:1].isupper() for word in self.words[first : first + length])
                    if capitals * 2 >= length:
                        self._claim("name", first, first + length)

    def _name_at(self, first: int, last: int, whole: bool) -> None:
        said = self._stems(first, last)
        found = [
            index
            for index, facts in enumerate(self.ground.items)
            if (said == facts.name_stems if whole else len(said) >= 2 and _shortens(said, facts.name_stems))
        ]
        if not found or (not whole and len(found) > 1):
            return
        if not whole and not any(word.text[:1].isupper() for word in self.words[first:last]):
            return
        if whole and len(said) == 1 and not self.words[first].text[:1].isupper():
            return
        self.mentions.append(Mention(first, last, tuple(found), whole=whole))
        self._take(first, last)

    def _pointers(self) -> None:
        """The first, the second one, the other, both, all three."""
        count = len(self.ground.items)
        if count < 2:
            for at in range(1, len(self.words)):
                if self.words[at].norm in _ORDINAL_STEMS and self.words[at - 1].norm == "the" and not self.taken[at]:
                    self._take(at, at + 1)
            return
        everyone = tuple(range(count))
        named = sorted(self.mentions, key=lambda mention: mention.first)
        for at, word in enumerate(self.words):
            if self.taken[at]:
                continue
            norm, before = word.norm, self.words[at - 1].norm if at else ""
            items: tuple[int, ...] = ()
            if norm in _ORDINAL_STEMS and before in {"the", "this", "that"} and _ORDINAL_STEMS[norm] < count:
                items = (_ORDINAL_STEMS[norm],)
            elif norm in {"latter", "last"} and before == "the":
                items = (count - 1,)
            elif norm == "former" and before == "the":
                items = (0,)
            elif norm == "other" and before == "the" and count == 2:
                last = [mention for mention in (*named, *self.mentions) if mention.last <= at]
                items = tuple(index for index in everyone if not last or index not in last[-1].items)
            elif norm in {"both", "each", "either", "all"} and (
                norm != "all" or self._stems(at + 1, at + 2) in {("three",), ("of",), ("two",)}
            ):
                items = everyone
            elif (
                norm == "one"
                and at + 1 < len(self.words)
                and self.words[at + 1].norm in {"is", "has", "comes", "costs"}
                and count == 2
                and not before.startswith(("first", "second", "other", "this", "that"))
            ):
                items = (0,)
            elif norm in {"theyre", "they", "these", "them"}:
                items = everyone
            if items:
                self.mentions.append(Mention(at, at + 1, items, named=False, whole=False))
                self._take(at, at + 1)

    def _subjects(self) -> None:
        """For every word the items it speaks of: the last mention before it in its clause, else the first after, else the clause before's."""
        count = len(self.ground.items)
        self.subject: list[tuple[int, ...]] = [tuple(range(count))] * len(self.words)
        marks = sorted(self.mentions, key=lambda mention: mention.first)
        carried: tuple[int, ...] = tuple(range(count))
        for first, last in self._clauses():
            inside = [
                mention for mention in marks if first <= mention.first < last and not self._after_than(mention.first, first)
            ]
            for at in range(first, last):
                before = [mention for mention in inside if mention.first <= at]
                chosen = before[-1] if before else inside[0] if inside else None
                self.subject[at] = chosen.items if chosen else carried
            if inside:
                carried = inside[-1].items

    def _after_than(self, at: int, start: int) -> bool:
        """Whether a mention is what a comparison compares with: "cheaper than the second"."""
        return any(self.words[back].norm in {"than", "as", "unlike"} for back in range(max(start, at - 3), at))

    def _clauses(self) -> list[tuple[int, int]]:
        cuts = [0]
        named = [mention.first for mention in self.mentions]
        for at, word in enumerate(self.words):
            if (
                word.norm in {";", ".", "!", "?", ":"}
                or word.norm in {"while", "whereas", "whilst"}
                or (
                    word.norm in {"and", "but", "or"}
                    and at
                    and self.words[at - 1].norm in {",", "–"}
                    and any(place > at for place in named)
                )
            ):
                cuts.append(at + 1)
        cuts.append(len(self.words))
        return [(first, last) for first, last in zip(cuts, cuts[1:], strict=False) if first < last]

    def _others(self, at: int) -> tuple[int, ...]:
        """What a comparison at a word compares with: the mention after "than", else every other item."""
        mine = self.subject[at] if at < len(self.subject) else ()
        for mention in sorted(self.mentions, key=lambda mention: mention.first):
            if mention.first >= at and self._after_than(mention.first, 0) and set(mention.items) != set(mine):
                return mention.items
        return tuple(index for index in range(len(self.ground.items)) if index not in mine)

    # --- what is said of them ------------------------------------------------------------------------------------------

    def _claim(self, kind: ClaimKind, first: int, last: int, **more: object) -> None:
        text = " ".join(word.norm for word in self.words[first:last])
        claim = Claim(
            kind, text, first, last, items=self.subject[first] if hasattr(self, "subject") and first < len(self.subject) else ()
        )
        none = re.search(r"\b(?:nothing|none|no one|not one)\b", self._behind(first, 5)) is not None
        claim = replace(
            claim, none=none, negated=self._negated(first), wished=any(a <= first < b for a, b in getattr(self, "wished", ()))
        )
        self.claims.append(replace(claim, **more))  # type: ignore[arg-type]
        self._take(first, last)

    def _negated(self, first: int) -> bool:
        for at in range(first - 1, max(-1, first - 4), -1):
            if self.words[at].norm in {",", ";", ".", "but"}:
                return False
            if self.words[at].norm in _NEGATIONS:
                return not (self.words[at].norm == "not" and self._stems(at + 1, at + 2) in {("only",), ("just",)})
        return False

    def _wished_ranges(self) -> None:
        """Words that repeat the shopper's wish: "you asked for navy"."""
        self.wished: list[tuple[int, int]] = []
        for span, _ in self.said.find(_WISHED):
            last = span.last
            while last < len(self.words) and self.words[last].norm not in {",", ";", ".", "but", "and", ":", "so"}:
                last += 1
            self.wished.append((span.first, last))

    def _find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """Free words that match; "we'll" is spelled "well" in the norms, so a match on the adverb is none."""
        return [
            (span.first, span.last)
            for span, _ in self.said.find(pattern)
            if self._free(span.first, span.last) and not self._adverb_well(span.first)
        ]

    def _adverb_well(self, at: int) -> bool:
        return self.words[at].norm == "well" and self.words[at].text.lower() == "well"

    def _pattern_claims(self) -> None:
        for kind, pattern in _PLAIN_LIES:
            for first, last in self._find(pattern):
                self._claim(kind, first, last)
        for first, last in self._find(_STOCK_NO):
            self._claim("stock", first, last, relation="less", negated=False)
        for first, last in self._find(_STOCK_VAGUE):
            self._claim("stock", first, last, relation="about", negated=False)
        for first, last in self._find(_STOCK_YES):
            if not any(number.span.last == first for number in find_numbers(self.said)):
                self._claim("stock", first, last, relation="exact")
        for first, last in self._find(_SUPERLATIVE):
            norms = [word.norm for word in self.words[first:last]]
            if norms[-1] in _NOT_SUPERLATIVE or stem_of(norms[-1]) in _NOT_SUPERLATIVE:
                continue
            text = " ".join(norms)
            relation: Relation = "less" if _CHEAPEST.search(text) else "more" if _DEAREST.search(text) else "exact"
            self._claim("superlative", first, last, relation=relation)
        for pattern, way in ((_CHEAPER, "less"), (_DEARER, "more"), (_SAME_PRICE, "same")):
            for first, last in self._find(pattern):
                if self._money_ends(first):
                    continue
                self._claim("comparison", first, last, pairs=frozenset({("price", way)}), other=self._others(first))
        for critique in self.shop.shop.critiques:
            slot = self.shop.slots[critique.slot]
            for said in critique.words:
                key = read_words(said).norm
                for first, last in self._find(re.compile(rf"\b{re.escape(key)}\b")):
                    name = "price" if slot.is_money else slot.name
                    self._claim(
                        "comparison", first, last, pairs=frozenset({(name, critique.direction)}), other=self._others(first)
                    )

    def _money_ends(self, at: int) -> bool:
        """Whether money is said right before a word: "thirty dollars cheaper" is a difference, read with its number."""
        return at > 0 and (
            self.words[at - 1].stem in self.major | self.minor
            or (self.words[at - 1].norm[:1] in "$£€" and len(self.words[at - 1].norm) > 1)
        )

    def _numbers(self) -> None:
        numbers = list(find_numbers(self.said))
        ones = [at for at, word in enumerate(self.words) if word.norm in {"one", "a", "single"} and self._unit_after(at + 1)]
        numbers += [
            Number(span=type(numbers[0].span if numbers else self.said.span_of(0, 1))(at, at + 1), value=1.0)
            for at in ones
            if not any(number.span.first <= at < number.span.last for number in numbers)
        ]
        numbers.sort(key=lambda number: number.span.first)
        skip = -1
        for index, number in enumerate(numbers):
            first, last = number.span.first, number.span.last
            if first < skip or not self._free(first, last):
                continue
            following = numbers[index + 1] if index + 1 < len(numbers) else None
            skip = self._number(number, following)

    def _unit_after(self, at: int) -> bool:
        if at >= len(self.words):
            return False
        stem = self.words[at].stem
        return (
            stem in self.major | self.minor
            or stem in {stem_of(slot.unit) for slot in self.shop.slots.values() if slot.unit}
            or bool(_LEFT.match(self._ahead(at, 3)))
        )

    def _ahead(self, at: int, count: int) -> str:
        return " ".join(word.norm for word in self.words[at : at + count])

    def _behind(self, at: int, count: int) -> str:
        return " ".join(word.norm for word in self.words[max(0, at - count) : at])

    def _relation(self, first: int, last: int) -> tuple[Relation, int, int]:
        if first and self.words[first - 1].norm in {"only", "just", "merely"} and not self.taken[first - 1]:
            first -= 1
        before, after = self._behind(first, 4), self._ahead(last, 4)
        if match := _MORE.match(after):
            return "more", first, last + len(match[0].split())
        if match := _LESS.match(after):
            return "less", first, last + len(match[0].split())
        if match := _APART.match(after):
            return "apart", first, last + len(match[0].split())
        for pattern, relation in ((_UNDER, "under"), (_OVER, "over"), (_ABOUT, "about")):
            if match := pattern.search(before):
                return relation, first - len(match[0].split()), last  # type: ignore[return-value]
        return "exact", first, last

    def _number(self, number: Number, following: Number | None) -> int:
        """Read one number as a claim; the word position up to which words were used."""
        first, last = number.span.first, number.span.last
        stem = self.words[last].stem if last < len(self.words) else ""
        signed = self.words[first].norm[:1] in "$£€" or (first and self.words[first - 1].norm in {"$", "£", "€"})
        if stem in self.major or signed:
            return self._money_claim(number, following, last + (stem in self.major))
        if stem in self.minor:
            return self._amount_of_money(number.value, first, last + 1)
        unit = next(
            (slot for slot in self.shop.slots.values() if slot.unit and not slot.is_money and stem_of(slot.unit) == stem), None
        )
        relation, start, end = self._relation(first, last + (unit is not None))
        if unit is not None and (match := _LONG.match(self._ahead(end, 3))):
            end += len(match[0].split())
        if unit is not None:
            self._claim(
                "amount",
                start,
                end,
                number=number.value,
                relation=relation,
                pairs=frozenset({(unit.name, "")}),
                other=self._others(first),
            )
        elif match := _LEFT.match(self._ahead(last, 4)):
            end = last + len(match[0].split())
            self._claim("stock_count", start, end, number=number.value, relation=relation)
        elif (stem in _THINGS and not self._price_before(first)) or _OF_THE.search(self._behind(first, 2)):
            self._claim("count", first, last, number=number.value)
        elif (pair := self._pair(number)) and (self._price_before(first) or not 1900 <= number.value <= 2099):
            whole = number.value * 100 if pair[0] < 10 else None
            minor = float(pair[0] * 100 + pair[1])
            self._claim("price", start, end, number=minor, or_number=whole, relation=relation, other=self._others(first))
        elif self._price_before(first) or relation in {"more", "less"}:
            kind: ClaimKind = "difference" if relation in {"more", "less", "apart"} else "price"
            self._claim(kind, start, end, number=number.value * 100, relation=relation, other=self._others(first))
        else:
            self._claim("number", first, last, number=number.value)
        return last

    def _pair(self, number: Number) -> tuple[int, int] | None:
        """Major and minor of "nineteen ninety-nine" and "nine fifty"."""
        norms = [word.norm for word in self.words[number.span.first : number.span.last]]
        if number.pair or len(norms) < 2 or number.value < 100 or {"hundred", "thousand", "and"} & set(norms):
            return number.pair
        return divmod(int(number.value), 100) if not any(norm[:1].isdigit() for norm in norms) else None

    def _price_before(self, first: int) -> bool:
        """Whether a bare number stands where a price does: "at forty-five", "costs nineteen ninety-nine"."""
        return (
            re.search(
                r"\b(?:at|for|cost|costs|costing|price|priced(?: at)?|pay|just|only|under|over|about|around|than|to|set you back|yours for|comes to|is)$",
                self._behind(first, 3),
            )
            is not None
        )

    def _money_claim(self, number: Number, following: Number | None, last: int) -> int:
        value, first = number.value, number.span.first
        minor = (
            round(value * 100)
            if number.pair is None or self.words[first].norm[:1] in "$£€"
            else number.pair[0] * 100 + number.pair[1]
        )
        if following is not None:
            after = following.span.last
            cents = after < len(self.words) and self.words[after].stem in self.minor
            gap = [word.norm for word in self.words[last : following.span.first]]
            if following.value < 100 and (
                (cents and gap in ([], ["and"])) or (not gap and value == int(value) and not self._unit_after(after))
            ):
                return self._amount_of_money(minor + following.value, first, after + cents)
        return self._amount_of_money(minor, first, last)

    def _amount_of_money(self, minor: float, first: int, last: int) -> int:
        if first and self.words[first - 1].norm in {"$", "£", "€"}:
            first -= 1
        relation, start, end = self._relation(first, last)
        kind: ClaimKind = "difference" if relation in {"more", "less", "apart"} else "price"
        roughly = _ABOUT.search(self._behind(first, 2)) is not None
        self._claim(kind, start, end, number=float(minor), relation=relation, roughly=roughly, other=self._others(first))
        return end

    def _values(self) -> None:
        """Catalogue values and their synonyms, longest first."""
        for length in range(min(self.shop.longest, len(self.words)), 0, -1):
            for first in range(len(self.words) - length + 1):
                last = first + length
                if not self._free(first, last):
                    continue
                key = self._stems(first, last)
                pairs = self.shop.lexicon.get(key)
                if pairs and not (length == 1 and key[0] in PLAIN and not self._true_value(pairs, first)):
                    self._claim("value", first, last, pairs=pairs)

    def _true_value(self, pairs: frozenset[tuple[str, str]], first: int) -> bool:
        """A plain word that is also a catalogue value ("other", "plain") is read as one only where it holds."""
        return any(
            value in self.ground.items[index].item.values.get(slot, ()) for slot, value in pairs for index in self.subject[first]
        )

    def _leftovers(self) -> None:
        for at, word in enumerate(self.words):
            if not self.taken[at] and not _plain(word):
                self._claim("word", at, at + 1)


def _plain(word: Word) -> bool:
    return word.stem in PLAIN or word.norm in PLAIN or not any(char.isalnum() for char in word.norm)


def _shortens(said: Stems, name: Stems) -> bool:
    """Whether the words stand in the name next to each other: "Wrap Dress" of "Linen Wrap Dress"."""
    return any(name[at : at + len(said)] == said for at in range(len(name) - len(said) + 1))


def read_claims(text: str, ground: Ground, shop: ShopFacts) -> Reading:
    """Read a sentence back into claims about the ground's items."""
    return _Reader(text, ground, shop).read()
