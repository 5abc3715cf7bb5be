"""Which words and values the rows back: the row's own, or the shop's other words for them, said of the slot they belong to."""

from __future__ import annotations

import re

from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import LEAST_ROOT, Ground, ItemFacts, ShopFacts, position, root, stems
from dialogue.phrasing.holding import count_holds, hyphened, number_of
from dialogue.phrasing.plain import GRAMMAR, NOUNS, PLAIN, VERB_FORMS, stemmed
from dialogue.phrasing.written import in_title, quoted, says

AND_IT_IS = re.compile(r"\bwhat (?:it|this|that|they|these|you) (?:is|are|get)\b|\b(?:it|this|they) (?:is|are)(?=$| [.,!])")
"""After a wish repeated: the item is said to be so."""
TURN_WORDS = 2
"""How far after "directed" the director is named."""
PRIVATIVE = frozenset({"mock", "faux", "fake", "imitation", "artificial", "vegan", "synthetic", "non", "pretend"})
"""Adjectives that take back the noun they stand before."""
NOUN_STEMS = stemmed(NOUNS)


def value_holds(claim: Claim, reading: Reading, items: list[ItemFacts], ground: Ground, shop: ShopFacts) -> bool:
    wished = {(slot, value) for slot, values in ground.wishes.items() for value in values}
    said = reading.words.words[claim.first : claim.last]
    granted = claim.wished and not AND_IT_IS.search(reading.words.norm)
    if all(word.stem in ground.words for word in said) or (granted and claim.pairs & wished):
        return True
    if not items:
        return bool(claim.pairs & wished)
    return all(_value_of(claim, reading, facts) for facts in items)


def _value_of(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    said = tuple(word.stem for word in reading.words.words[claim.first : claim.last])
    has = any(
        value in facts.item.values.get(slot, ()) or any(_kind_of(said, stems(own)) for own in facts.item.values.get(slot, ()))
        for slot, value in claim.pairs
    )
    if claim.negated:
        there = facts.topic in {slot for slot, _ in claim.pairs} and position(said, facts.description_stems) is not None
        return not has and not there and any(facts.item.values.get(slot) for slot, _ in claim.pairs)
    return has or in_title(claim, reading, facts) or quoted(claim, reading, facts) or _counted(claim, reading, facts)


def _counted(claim: Claim, reading: Reading, facts: ItemFacts) -> bool:
    """Whether the row has as many of them: "it makes six cups" of a thing that is no cup."""
    before = next((other for other in reading.claims if other.last == claim.first and other.number is not None), None)
    return before is not None and number_of(before, reading, facts)


def _kind_of(said: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether a value is of the kind said: "brushed cotton" is cotton, "lambswool" wool, "mock leather" is no leather."""
    if len(said) == len(own) == 1:
        return len(said[0]) > LEAST_ROOT - 1 and len(own[0]) > len(said[0]) + 1 and own[0].endswith(said[0])
    return len(own) > len(said) and own[-len(said) :] == said and own[0] not in PRIVATIVE


def word_holds(claim: Claim, reading: Reading, items: list[ItemFacts], ground: Ground, shop: ShopFacts) -> bool:
    said = reading.words.words[claim.first : claim.last]
    if all(word.stem in ground.words or word.stem in shop.slot_words for word in said):
        return True
    if claim.text == "pure" and _purely(claim, reading, items):
        return True
    if claim.kind == "word" and _turn_of_slot(claim, reading, items, shop):
        return True
    if claim.kind == "number":
        following = reading.words.words[claim.last : claim.last + 1]
        if following and (counted := _slot_of(following[0].stem, shop)):
            return bool(items) and all(len(facts.item.values.get(counted, ())) == claim.number for facts in items)
        counting = not hyphened(claim, reading) and (not following or following[0].is_mark or following[0].stem in PLAIN)
        if counting and count_holds(claim, ground):
            return True
        return bool(items) and all(number_of(claim, reading, facts) for facts in items)
    return bool(items) and all(says(facts, said[0].stem, claim.negated) for facts in items)


def _purely(claim: Claim, reading: Reading, items: list[ItemFacts]) -> bool:
    """Before the one value that the row has of a slot."""
    after = next((other for other in reading.claims if other.kind == "value" and other.first == claim.last), None)
    return after is not None and all(len(facts.item.values.get(slot, ())) == 1 for slot, _ in after.pairs for facts in items)


def _turn_of_slot(claim: Claim, reading: Reading, items: list[ItemFacts], shop: ShopFacts) -> bool:
    """A word for a slot next to a value of that slot which holds: "directed by" before the director's name."""
    slots = shop.slot_turns.get(root(reading.words.words[claim.first].stem), frozenset())
    values = [other for other in reading.claims if other.kind == "value"]
    near = [other for other in values if min(abs(other.first - claim.last), abs(claim.first - other.last)) <= TURN_WORDS]
    held = [other for other in near if all(_value_of(other, reading, each) for each in items)]
    return any(slot in slots for other in held for slot, _ in other.pairs)


def of_another_slot(claim: Claim, reading: Reading, shop: ShopFacts) -> bool:
    """Whether the verb after a value is another slot's (the director's name before "plays in it"), or the "by" before it."""
    mine = {slot for slot, _ in claim.pairs}
    made_by = {slot.name for slot in shop.shop.slots if slot.phrase.startswith("by ")}
    if made_by and not made_by & mine and claim.first and reading.words.words[claim.first - 1].norm == "by":
        return True
    after = reading.words.words[claim.last : claim.last + 2]
    if not after or (len(after) > 1 and after[1].norm == "by"):
        return False
    slots = shop.slot_turns.get(root(after[0].stem), frozenset())
    verb = after[0].norm.endswith("ed") or (after[0].stem in VERB_FORMS and after[0].stem not in GRAMMAR | NOUN_STEMS)
    return bool(slots) and verb and not slots & mine


def _slot_of(noun: str, shop: ShopFacts) -> str | None:
    """The choice slot that a noun counts the values of: "three sizes"."""
    named = (slot for slot in shop.slots.values() if slot.kind == "choice" and not slot.topic)
    return next((slot.name for slot in named if noun in {*stems(slot.name), *stems(slot.spoken)} - GRAMMAR), None)
