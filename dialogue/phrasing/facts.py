"""What may be said: catalogue rows made speakable, and the ground each sentence stands on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from dialogue.phrasing.names import sayable, spoken_name, spoken_text
from dialogue.phrasing.spoken import price, quantity
from dialogue.shop import Policy, Slot, TalkingShop
from dialogue.words import read_words, stem_of
from recommender.types import Item

Stems = tuple[str, ...]
LEAST_ROOT = 4
ALIKE = Path(__file__).with_name("alike.txt")
MADE = {"make": "made", "made": "make"}


def stems(text: str) -> Stems:
    """The words of a text without marks, stemmed."""
    return tuple(word.stem for word in read_words(text).words if not word.is_mark)


@cache
def root(stem: str) -> str:
    """A word without its endings, one word of a group of like meaning standing for them all: "it folds" is borne out by
    "folding", "big" by "large". Short words are left whole.
    """
    return _alike().get(stem) or _alike().get(_bare(stem)) or _bare(stem)


def _bare(stem: str) -> str:
    if stem.endswith("ied") and len(stem) > LEAST_ROOT:
        return f"{stem[:-3]}y"
    bare = re.sub(r"(?:ing|ed|es|e)$", "", re.sub(r"(?:ment|ness|(?<=\w{4})ly)$", "", stem))
    bare = re.sub(r"(?<=ct)or$", "", bare)
    bare = re.sub(r"(?<=\w{5})ll$", "l", bare)
    bare = re.sub(r"([bdgmnprt])\1$", r"\1", bare) if bare != stem else bare
    return bare if len(bare) >= LEAST_ROOT else stem


@cache
def _alike() -> dict[str, str]:
    """Stems and roots of the words of alike.txt, to the first of their group."""
    found: dict[str, str] = {}
    for line in ALIKE.read_text(encoding="utf-8").splitlines():
        group = [stem_of(word) for word in line.split()] if not line.startswith("#") else []
        for stem in group:
            found[stem] = found[_bare(stem)] = group[0]
    return found


def position(needle: Stems, hay: Stems) -> int | None:
    """Where some words stand in others, one after the other."""
    return next((at for at in range(len(hay) - len(needle) + 1) if hay[at : at + len(needle)] == needle), None)


@dataclass(frozen=True)
class ItemFacts:
    """One row, as it may be spoken of."""

    item: Item
    name: str
    """To be said aloud; where the title cannot be spoken, its kind ("one of our lamps")."""
    price: str
    """In words; "" where the shop gives none."""
    values: Mapping[str, tuple[str, ...]]
    """Choice slot to speakable values."""
    amounts: Mapping[str, str]
    """Amount slot other than price to words with the unit: {"length": "ninety-six minutes"}."""
    description: str = ""
    kind_only: bool = False
    """The title could not be spoken; the item is called by its kind."""
    proper: bool = False
    """The shop's names are proper names, said without an article and as of one thing: "Forty Bridges is"."""
    topic: str = ""
    """The slot that says what kind of thing it is."""
    live: bool = True
    """False where the shop's own service did not answer: price and stock are the catalogue's, and said so."""

    @cached_property
    def name_stems(self) -> Stems:
        return stems(self.name)

    @cached_property
    def written_stems(self) -> Stems:
        """The title as the shop writes it, figures and all, where it can be spoken."""
        return () if self.kind_only else stems(self.item.title[:200])

    @cached_property
    def title_stems(self) -> Stems:
        return stems(spoken_name(self.item.title))

    @cached_property
    def description_stems(self) -> Stems:
        return stems(self.description)


@dataclass(frozen=True)
class Ground:
    """Everything one reply may be built from. What is not here cannot be true."""

    items: tuple[ItemFacts, ...] = ()
    policies: tuple[Policy, ...] = ()
    wishes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits_minor: tuple[int, ...] = ()
    """Amounts of money the shopper named: their own limit may be repeated to them."""
    fitting: int = 0
    counts: frozenset[int] = frozenset()
    """Other numbers of things that are true of this reply."""
    words: frozenset[str] = frozenset()
    """Stems that may be said besides: options offered, the slot asked for, the shop's name."""
    prices_minor: frozenset[int] = frozenset()
    """Prices that may be said of no item in particular ("two at 45")."""

    def only(self, *items: ItemFacts) -> Ground:
        """The same ground with these items alone."""
        return Ground(
            items, self.policies, self.wishes, self.limits_minor, self.fitting, self.counts, self.words, self.prices_minor
        )


class ShopFacts:
    """A shop's rows and words, read once: rows on demand, and which words are values of which slot."""

    def __init__(self, shop: TalkingShop, items: Sequence[Item]) -> None:
        self.shop = shop
        self.currency = shop.shop.currency
        self.slots = {slot.name: slot for slot in shop.slots}
        self.lexicon: dict[Stems, frozenset[tuple[str, str]]] = _lexicon(shop.slots, items)
        """Stems of every way to say a value, to (slot, catalogue value)."""
        self.slot_words = frozenset(stem for slot in shop.slots for text in (slot.name, slot.said) for stem in stems(text))
        """Words for the slots themselves ("length", "language")."""
        self.stocked = frozenset(stems(shop.columns.catalogue.stock or "")) - {"stock"}
        """What the shop counts its stock in, where its column says so: "seats"."""
        self.slot_turns: dict[str, frozenset[str]] = _turns(shop.slots)
        """Roots of other words for a slot ("directed"), to the slots."""
        self.longest = max((len(key) for key in self.lexicon), default=1)
        self.names: dict[Stems, frozenset[str]] = _names(items)
        """Stems of every spoken name of two words or more, to item ids."""
        self.longest_name = max((len(key) for key in self.names), default=1)

    def of(self, item: Item, *, live: bool = True) -> ItemFacts:
        """The row's speakable facts."""
        values = {slot: said for slot, row in item.values.items() if slot in self.slots and (said := tuple(sayable(row)))}
        amounts = {
            slot: quantity(value, "" if self.slots[slot].unit == "money" else self.slots[slot].unit)
            for slot, value in item.numbers.items()
            if slot in self.slots and not self.slots[slot].is_money
        }
        return ItemFacts(
            item=item,
            name=spoken_name(item.title) or self._kind_name(values),
            price=price(item.price_minor, self.currency) if item.price_minor is not None else "",
            values=values,
            amounts=amounts,
            description=spoken_text(item.description),
            kind_only=not spoken_name(item.title),
            proper=(self.shop.voice.model_extra or {}).get("article", "the") == "",
            topic=self.shop.topic.name if self.shop.topic else "",
            live=live,
        )

    def _kind_name(self, values: Mapping[str, tuple[str, ...]]) -> str:
        """What to call an item whose title cannot be spoken: its kind, or "this one"."""
        topic = self.shop.topic
        kind = values.get(topic.name, ("",))[0] if topic else ""
        return f"one of our {kind} pieces" if kind else "one more from our shelves"

    def policies(self, names: Iterable[str]) -> tuple[Policy, ...]:
        """The shop's policies of these names, in that order."""
        known = {policy.name: policy for policy in self.shop.policies}
        return tuple(known[name] for name in names if name in known)

    def slot_value_stems(self, slot: str, value: str) -> Iterable[Stems]:
        """Every way to say a value."""
        yield stems(value)
        for synonym in self.slots[slot].synonyms.get(value, ()):
            yield stems(synonym)


def _lexicon(slots: Sequence[Slot], items: Sequence[Item]) -> dict[Stems, frozenset[tuple[str, str]]]:
    found: dict[Stems, set[tuple[str, str]]] = defaultdict(set)
    for slot in slots:
        if slot.kind != "choice":
            continue
        values = {value for item in items for value in item.values.get(slot.name, ())} | set(slot.values) | set(slot.synonyms)
        for value in values:
            phrase = slot.phrases.get(value, "")
            for said in (value, *slot.synonyms.get(value, ()), *([phrase] if " " in phrase else ())):
                if key := stems(said[:80]):
                    found[key].add((slot.name, value))
    return {key: frozenset(pairs) for key, pairs in found.items()}


def _turns(slots: Sequence[Slot]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for slot in slots:
        for said in slot.words:
            told = stems(said)
            for stem in told if len(told) == 1 or told[0] == "who" or told[0].endswith("ing") else ():
                found[root(stem)].add(slot.name)
                found[root(MADE.get(stem, stem))].add(slot.name)
    return {key: frozenset(names) for key, names in found.items()}


def _names(items: Sequence[Item]) -> dict[Stems, frozenset[str]]:
    found: dict[Stems, set[str]] = defaultdict(set)
    for item in items:
        key = stems(spoken_name(item.title))
        if len(key) >= 2:
            found[key].add(item.id)
    return {key: frozenset(ids) for key, ids in found.items()}
