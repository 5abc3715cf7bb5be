"""What is worth saying of an item: the wished values first, then what sets it apart, each put as the shop puts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogue.phrasing.facts import ItemFacts, ShopFacts, stems
from dialogue.phrasing.names import sayable
from dialogue.phrasing.spoken import listed, price
from dialogue.shop import Slot

SPECIFIC = (1, 2, 3)
"""Rank by how many values the item has of a slot: one colour says more than four occasions."""
WISHES_REPEATED = 2
LEADING = frozenset({"for", "in", "by", "with", "from", "on", "at", "to"})
VALUES_TELLING = 3
"""An item with more values of a slot than this is for anything."""
ROUGH_FROM_MINOR = 300
"""Differences from here on are said to the whole unit, "about five dollars more", where that is nearly so."""
ROUGHLY = 0.05


@dataclass(frozen=True, slots=True)
class Trait:
    slot: str
    value: str
    said: str
    """As it stands in a sentence: "in navy", "ninety-six minutes"."""
    wished: bool

    @property
    def phrased(self) -> bool:
        """Whether the shop said how to put it; a bare value stands before the others."""
        return self.said != self.value


def put(slot: Slot, value: str) -> str:
    """A value as it stands in a sentence."""
    pattern = slot.phrases.get(value, slot.phrase)
    return pattern.replace("{a value}", article(value)).replace("{value}", value) if pattern else value


def article(word: str) -> str:
    """ "a wedding", "an anniversary"."""
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def traits_of(
    facts: ItemFacts,
    shop: ShopFacts,
    wishes: Mapping[str, Sequence[str]],
    most: int,
    besides: Sequence[ItemFacts] = (),
    told: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Trait, ...]:
    """``most`` of them: what was wished and holds, then what the others in the reply have not, then the
    rest in the shop's order.

    Left out are the kind of thing, what the name or the opening (``told``: slot and value) says already, slots that nobody is
    ever asked about, values of an item that has so many that none says much, and a value that another slot has said.
    """
    found: list[tuple[int, int, Trait]] = []
    for order, slot in enumerate(shop.shop.slots):
        wished = tuple(wishes.get(slot.name, ()))
        if slot.is_money or slot.topic or (not wished and (slot.willing == 0 or slot.made_to_order)):
            continue
        if slot.kind == "amount":
            if said := facts.amounts.get(slot.name):
                found.append((1, order, Trait(slot.name, said, slot.phrase.replace("{value}", said) or said, False)))
            continue
        values = facts.values.get(slot.name, ())
        held = [value for value in values if value in wished]
        for value in (held or list(values))[:1]:
            if (
                set(stems(value)) <= set(facts.name_stems)
                or (slot.name, value) in told
                or (not held and len(values) > VALUES_TELLING)
            ):
                continue
            shared = any(value in other.values.get(slot.name, ()) for other in besides)
            rank = 0 if held else len(SPECIFIC) if shared else SPECIFIC[min(len(values), len(SPECIFIC)) - 1]
            found.append((rank, order, Trait(slot.name, value, put(slot, value), bool(held))))
    chosen: list[Trait] = []
    for _, _, trait in sorted(found, key=lambda entry: entry[:2]):
        if not any(set(stems(trait.value)) & set(stems(other.value)) for other in chosen):
            chosen.append(trait)
    return tuple(chosen[:most])


def wishes_met(
    shop: ShopFacts, wishes: Mapping[str, Sequence[str]], items: Sequence[ItemFacts] = ()
) -> tuple[tuple[Slot, str], ...]:
    """The wishes that every one of the items fulfils and that the shop says how to put, two at most."""
    met: list[tuple[Slot, str]] = []
    for slot in shop.shop.slots:
        if slot.topic or slot.kind != "choice":
            continue
        held = [
            value
            for value in sayable(wishes.get(slot.name, ()))
            if all(value in facts.values.get(slot.name, ()) for facts in items)
        ]
        if held and (slot.phrase or held[0] in slot.phrases):
            met.append((slot, held[0]))
    return tuple(met[:WISHES_REPEATED])


def wished_words(met: Sequence[tuple[Slot, str]]) -> str:
    """Wishes as they stand in a sentence: "in navy, for a wedding"."""
    return ", ".join(put(slot, value) for slot, value in met)


def price_gap(one: ItemFacts, other: ItemFacts, shop: ShopFacts) -> str:
    """ "thirty dollars less" of the first against the second, "the same price", or "" where a price is missing."""
    mine, theirs = one.item.price_minor, other.item.price_minor
    if mine is None or theirs is None:
        return ""
    if mine == theirs:
        return "the same price"
    gap = abs(mine - theirs)
    whole = round(gap / 100) * 100
    rough = gap >= ROUGH_FROM_MINOR and 0 < abs(gap - whole) <= ROUGHLY * gap
    said = f"about {price(whole, shop.currency)}" if rough else price(gap, shop.currency)
    return f"{said} {'less' if mine < theirs else 'more'}"


def sentence_traits(traits: Sequence[Trait]) -> str:
    """The traits in a row: "elegant, in navy, for a wedding"."""
    return ", ".join([trait.said for trait in traits if not trait.phrased] + [trait.said for trait in traits if trait.phrased])


def put_together(slot: Slot, values: Sequence[str], joiner: str) -> str:
    """Values as they are put, what they all begin and end with said once: "for a wedding, a picnic and the office", "in a smart
    and a vintage style".
    """
    shared, rest = _parted(slot, values)
    last = {text.rpartition(" ")[2] for text in rest}
    if len(rest) > 1 and len(last) == 1 and all(" " in text for text in rest):
        rest = [*(text.rpartition(" ")[0] for text in rest[:-1]), rest[-1]]
    return f"{shared} {listed(rest, joiner)}".strip()


def offered(slot: Slot, values: Sequence[str]) -> str:
    """Values to choose from, without the word that the question has said already: "a wedding, a picnic or the office"."""
    return listed(_parted(slot, values)[1], "or")


def _parted(slot: Slot, values: Sequence[str]) -> tuple[str, list[str]]:
    """The word that all the values as put begin with ("" where they do not), and what follows it in each."""
    said = [put(slot, value) for value in values]
    first = {text.partition(" ")[0] for text in said}
    shared = next(iter(first)) if len(first) == 1 and first <= LEADING and all(" " in text for text in said) else ""
    return shared, [text.removeprefix(f"{shared} ") if shared else text for text in said]


def puts_of(traits: Sequence[Trait]) -> tuple[tuple[str, str], ...]:
    """(value, as it stands in a sentence) of the traits that have a phrase."""
    return tuple((trait.value, trait.said) for trait in traits if trait.phrased)
