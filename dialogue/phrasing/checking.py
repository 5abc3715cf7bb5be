"""Which claims hold: each is compared with the facts of the item it speaks of, and a sentence passes when all of them do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.phrasing.backing import of_another_slot, value_holds, word_holds
from dialogue.phrasing.claims import Claim, Reading, read_claims
from dialogue.phrasing.facts import Ground, ItemFacts, ShopFacts, stems
from dialogue.phrasing.holding import (
    amount_holds,
    count_holds,
    counted_in_name,
    difference_holds,
    for_so_many,
    limit_holds,
    of_one_kind,
    price_holds,
    sold_in_pairs,
    stock_holds,
    times_holds,
)
from dialogue.phrasing.patterns import TAKEN_OFF
from dialogue.phrasing.ranking import comparison_holds, superlative_holds
from dialogue.phrasing.retelling import is_policy_line, retells, retold, retold_figure
from dialogue.phrasing.subjects import Mention
from dialogue.phrasing.together import apart, turned_round
from dialogue.phrasing.unspeakable import ADDRESS, MARKUP, profane
from dialogue.phrasing.written import beside, included, runs, says, written
from dialogue.words import stem_of

Cause = Literal[
    "wrong_name",
    "wrong_price",
    "wrong_comparison",
    "wrong_amount",
    "wrong_value",
    "wrong_stock",
    "superlative",
    "wrong_count",
    "wrong_number",
    "promise",
    "unsupported_word",
    "forbidden_word",
    "unspeakable",
    "not_named",
    "too_long",
    "said_twice",
]
UNFOUNDED: dict[str, Cause] = {
    "promise": "promise",
    "popular": "superlative",
    "offered": "wrong_value",
    "included": "wrong_value",
    "new": "wrong_stock",
    "quoted": "unsupported_word",
}
"""Claims that no row can bear out, and what they are counted as."""
RETOLD = frozenset({"word", "number", "promise", "quoted", "value", "offered", "included", "superlative"})
"""Claims that a policy retold in the sentence bears out: all its words are the policy's."""
QUOTABLE = frozenset({"price", "count", "word", "number", "amount", "value", "quoted", "promise", "comparison", "superlative"})
"""Claims that words quoted from the description bear out."""
TIMES_AS_MUCH = {"half": 0.5, "twice": 2.0, "three times": 3.0}
TIMES = re.compile(rf"({'|'.join(TIMES_AS_MUCH)}) as much")
CAN = re.compile(r"you (?:can|could) (\w+)")
"""What a shopper may do with a thing holds where the row says that it can be done."""
POINTED = frozenset({"the", "this", "that", "its", "their"})
"""A value said again after these is spoken of, not said twice: "it's walnut, and the walnut is turned"."""
LONGEST_SENTENCE = 260
"""Characters; about seventeen seconds aloud."""
UNSPEAKABLE = re.compile(r"[<>{}\[\]|\\^~`*_#@=]|https?:|www\.|\bnull\b|\bnone_|\bitem ?:|^price ?:|\bfacts ?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A claim that does not hold, with the words that make it."""

    cause: Cause
    text: str
    start_char: int = 0
    end_char: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was read in a sentence and what of it is wrong."""

    reading: Reading
    faults: tuple[Fault, ...]

    @property
    def passes(self) -> bool:
        return not self.faults

    @property
    def claims(self) -> int:
        """Statements read that could have been false, names included."""
        return sum(claim.kind != "word" for claim in self.reading.claims) + sum(
            mention.named for mention in self.reading.mentions
        )

    @property
    def causes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fault.cause for fault in self.faults))


def check(text: str, ground: Ground, shop: ShopFacts, *, must_name: Iterable[int] = ()) -> Verdict:
    """Read the sentence and judge it. ``must_name``: positions of items whose names it has to say."""
    reading = read_claims(text[: LONGEST_SENTENCE * 2], ground, shop)
    faults = [*_surface(text, shop)]
    if not is_policy_line(text, ground):
        quotations = [tuple(runs(reading, facts)) for facts in ground.items]
        own = [claim for claim in reading.claims if not _quotes(claim, quotations)]
        faults += [_fault(cause, claim, reading) for claim in own if (cause := judge(claim, reading, ground, shop))]
        if not faults and not retells(reading, ground):
            faults += [_fault("unsupported_word", claim, reading) for claim in _put_together(reading.claims, reading, ground)]
    faults += _said_twice(reading)
    named = {index for mention in reading.mentions if mention.named for index in mention.items}
    faults += [Fault("not_named", ground.items[index].name) for index in must_name if index not in named]
    return Verdict(reading, tuple(faults))


def _quotes(claim: Claim, quotations: Sequence[Sequence[tuple[int, int]]]) -> bool:
    """Whether a claim stands inside words quoted from the description of what it speaks of."""
    return (
        claim.kind in QUOTABLE
        and bool(claim.items)
        and all(any(first <= claim.first and claim.last <= last for first, last in quotations[index]) for index in claim.items)
    )


def _put_together(claims: Sequence[Claim], reading: Reading, ground: Ground) -> Iterable[Claim]:
    """Claims that the row's words bear out one by one, but not together."""
    for index, facts in enumerate(ground.items):
        yield from turned_round(reading, facts)
        yield from apart(reading, facts, [claim for claim in claims if index in claim.items and not claim.wished])


def _said_twice(reading: Reading) -> Iterable[Fault]:
    """The same value or price of the same item said again in one sentence."""
    seen: set[tuple[str, str, float | None, tuple[int, ...]]] = set()
    for claim in reading.claims:
        if claim.kind in ("value", "price") and not claim.wished:
            said = (claim.kind, claim.text, claim.number, claim.items)
            if said in seen and reading.words.words[claim.first - 1].norm not in POINTED:
                yield _fault("said_twice", claim, reading)
            seen.add(said)


def _fault(cause: Cause, claim: Claim, reading: Reading) -> Fault:
    words = reading.words.words
    return Fault(cause, claim.text, words[claim.first].start, words[claim.last - 1].end)


def _surface(text: str, shop: ShopFacts) -> Iterable[Fault]:
    if UNSPEAKABLE.search(text) or ADDRESS.search(text) or MARKUP.search(text):
        yield Fault("unspeakable", text[:60])
    if any(not (char.isascii() or char in "’‘“”–—£€éèêëáàâäíìîïóòôöúùûüñçøåæœßÉÈÀÖÜÅØ…") for char in text):
        yield Fault("unspeakable", text[:60])
    if len(text) > LONGEST_SENTENCE:
        yield Fault("too_long", text[:60])
    if profane(text):
        yield Fault("forbidden_word", "profanity")
    for word in forbidden_in(text, shop):
        yield Fault("forbidden_word", word)


def forbidden_in(text: str, shop: ShopFacts) -> tuple[str, ...]:
    """The words of a text that the shop never says."""
    lowered = f" {' '.join(stems(text))} "
    return tuple(word for word in shop.shop.voice.forbidden if f" {' '.join(stems(word))} " in lowered)


def judge(claim: Claim, reading: Reading, ground: Ground, shop: ShopFacts) -> Cause | None:
    """The cause for which a claim does not hold, or None where it does."""
    if claim.number is not None and retold_figure(claim, reading, ground, shop):
        return None
    items = [ground.items[index] for index in claim.items]
    if claim.kind in RETOLD and retold(claim, reading, ground):
        return None
    if claim.kind == "word" or claim.kind == "number":
        if word_holds(claim, reading, items, ground, shop):
            return None
        return "unsupported_word" if claim.kind == "word" else "wrong_number"
    if claim.kind == "name":
        return "wrong_name"
    if claim.kind == "price":
        no_price = bool(items) and all(for_so_many(claim, reading, facts) for facts in items)
        return None if no_price or price_holds(claim, reading, items, ground) else "wrong_price"
    if claim.kind == "limit":
        return None if limit_holds(claim, items, ground) else "wrong_price"
    if claim.kind == "difference":
        return None if difference_holds(claim, ground) else "wrong_price"
    if claim.kind == "amount":
        return None if items and all(amount_holds(claim, facts, ground) for facts in items) else "wrong_amount"
    if claim.kind == "value":
        if of_another_slot(claim, reading, shop):
            return "wrong_value"
        return None if value_holds(claim, reading, items, ground, shop) else "wrong_value"
    if claim.kind in ("stock", "stock_count"):
        held = items and all(stock_holds(claim, facts) and not of_one_kind(claim, reading, facts) for facts in items)
        return None if held else "wrong_stock"
    if claim.kind == "superlative":
        return None if superlative_holds(claim, reading, ground) else "superlative"
    if claim.kind == "comparison":
        written_so = bool(items) and all(beside(claim, reading, facts) for facts in items)
        return None if written_so or comparison_holds(claim, ground, shop) else "wrong_comparison"
    if claim.kind == "more_here":
        return None if ground.fitting > len(ground.items) else "wrong_count"
    if claim.kind == "count":
        in_name = len(items) == 1 and counted_in_name(claim, items[0])
        return None if in_name or count_holds(claim, ground) else "wrong_count"
    if claim.text == "pair" and items and all(sold_in_pairs(facts) for facts in items):
        return None
    if claim.kind == "quoted" and items and all(written(claim, reading, facts) or _removable(claim, facts) for facts in items):
        return None
    if claim.kind == "promise" and (times := TIMES.fullmatch(claim.text)):
        return None if times_holds(claim, TIMES_AS_MUCH[times[1]], ground) else "wrong_comparison"
    if claim.kind == "promise" and items and (deed := CAN.fullmatch(claim.text)):
        return None if all(says(facts, stem_of(deed[1]), False) for facts in items) else "promise"
    if claim.kind == "included" and items and all(included(claim, reading, facts) for facts in items):
        return None
    return UNFOUNDED[claim.kind]


def _removable(claim: Claim, facts: ItemFacts) -> bool:
    """ "The basket comes out" of a removable basket."""
    taken = TAKEN_OFF.fullmatch(claim.text) is not None
    return taken and any(says(facts, stem_of(word), claim.negated) for word in ("removable", "detachable"))


def spans_of(reading: Reading, ground: Ground) -> tuple[tuple[str, int, int], ...]:
    """(item id, start_char, end_char) of every name said."""
    words = reading.words.words

    def span(mention: Mention) -> tuple[str, int, int]:
        return ground.items[mention.items[0]].item.id, words[mention.first].start, words[mention.last - 1].end

    return tuple(span(mention) for mention in reading.mentions if mention.named)
