"""What this shop's shoppers can name: the catalogue's own values and titles, and the shop's synonyms, compiled once.

Nothing here knows a trade; every word comes from the shop folder.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialogue.amount_types import AmountSlot
from dialogue.english import STOP
from dialogue.numbers import ONES
from dialogue.shop import TalkingShop
from dialogue.sound import SHORT_MENU, SHORTEST, sound_key
from dialogue.words import joined_stem, read_words
from recommender.types import Item

LONGEST_PHRASE = 8
"""Words of the longest value, synonym or title part that is looked up."""

HEAD_CONFIDENCE = 0.85
"""For the last word of a longer topic value: "lamp" where the shop says "table lamp"."""

_ASKING_IS = re.compile(r"^(who|what|where|when|how) is ")
""" "Who is in it" is also said "who's in it"."""
_KIN = ("little", "big", "older", "elder", "younger", "eldest", "youngest", "oldest", "baby", "twin", "dear", "old", "other")
LEAST_SOUND = 3
"""Consonants of the shortest value that is known by its sound in a long list."""
_ARTICLE = re.compile(r"^(?:an?|the) (?=\w)", re.IGNORECASE)
RARE_TITLE_WORD = 12
"""A word in at most this many titles can point at one of them."""
WHOLE_TITLE = 3
"""A title of common words points at its item where all of it is said, and it has at least so many."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase may mean."""

    slot: str
    values: tuple[str, ...]
    confidence: float
    exact: bool
    """True for the catalogue's own spelling, False for a synonym or a part."""
    items: int
    """Items that have the value."""


@dataclass(frozen=True)
class Vocabulary:
    """Compiled from a shop and its items; see ``compile_vocabulary``."""

    entries: Mapping[str, tuple[Entry, ...]]
    """Joined stems to meanings."""
    slot_names: Mapping[str, str]
    """Joined stems of words for a slot to the slot's name."""
    amounts: tuple[AmountSlot, ...]
    titles: Mapping[str, tuple[str, ...]]
    """Rare title stem to item ids."""
    whole_titles: Mapping[tuple[str, ...], tuple[str, ...]]
    """Stems of a title without a rare one, to item ids."""
    title_stems: Mapping[str, tuple[str, ...]]
    """Item id to the stems of its title."""
    title_words: tuple[str, ...]
    """Every stem of a title, once."""
    known: frozenset[str]
    """Every stem in the shop's own text: such a word is no misspelling."""
    policies: Mapping[str, str]
    """Joined stems of policy words to the policy's name."""
    facts: Mapping[str, str]
    wares: frozenset[str]
    """Stems by which the shop calls all that it has: the "film" in "kind of film"."""
    sounding: Mapping[str, tuple[str, ...]]
    """Sound to the keys that sound so, for a word that is unknown."""
    sounds: Mapping[str, str]
    """Sound of a word in short lists of values to the one stem that sounds so."""
    topic: str | None
    """The slot that says what kind of thing is wanted."""
    fuzzy_keys: tuple[str, ...]
    """Keys long enough to be matched with a misspelling."""
    narrower: Mapping[tuple[str, str], tuple[str, ...]]
    """Slot and value to the values that are kinds of it."""

    def meanings(self, key: str) -> tuple[Entry, ...]:
        return self.entries.get(key, ())


def compile_vocabulary(shop: TalkingShop, items: Sequence[Item]) -> Vocabulary:
    """Compile what can be named. ``items`` may be empty where the shop declares its values."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for slot in shop.slots:
        if slot.kind == "choice":
            counts: Counter[str] = Counter(value for item in items for value in item.values.get(slot.name, ()))
            counts.update(dict.fromkeys(slot.values, 0))
            synonyms = _of_kin(slot.synonyms) if slot.person else slot.synonyms
            for phrase, entry in _phrases(slot.name, counts, synonyms, heads=slot.topic):
                _add(entries, phrase, entry)
    title_stems = {item.id: tuple(word.stem for word in read_words(item.title).words if not word.is_mark) for item in items}
    rarity = Counter(stem for stems in title_stems.values() for stem in set(stems))
    titles: dict[str, list[str]] = defaultdict(list)
    for item_id, stems in title_stems.items():
        for stem in set(stems):
            if rarity[stem] <= RARE_TITLE_WORD and stem not in STOP:
                titles[stem].append(item_id)
    rare = {item_id for ids in titles.values() for item_id in ids}
    whole: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for item_id, stems in title_stems.items():
        if item_id not in rare and len(stems) >= WHOLE_TITLE:
            whole[stems].append(item_id)
    known = {word.stem for item in items for word in read_words(f"{item.title} {item.description}").words}
    known |= {word.stem for text in _shop_texts(shop) for word in read_words(text).words}
    known |= {
        word.stem for key in entries.values() for entry in key for value in entry.values for word in read_words(value).words
    }
    return Vocabulary(
        entries={key: tuple(sorted(found, key=lambda e: (-e.exact, -e.confidence, -e.items))) for key, found in entries.items()},
        slot_names=_slot_names(shop),
        amounts=tuple(_amount(shop, name, items) for name in (slot.name for slot in shop.slots if slot.kind == "amount")),
        titles={stem: tuple(ids) for stem, ids in titles.items()},
        whole_titles={stems: tuple(ids) for stems, ids in whole.items()},
        title_stems=title_stems,
        title_words=tuple(stem for stem in rarity if len(stem) > 3),
        known=frozenset(known),
        policies={
            joined_stem(form): policy.name
            for policy in shop.policies
            for word in (*policy.words, policy.name)
            for form in _inflected(word)
        },
        facts={joined_stem(word): fact.name for fact in shop.facts for word in (*fact.words, fact.name)},
        wares=frozenset(word.stem for word in read_words(shop.topic.said if shop.topic else "").words) - STOP,
        sounding=_sounding(entries),
        sounds=_sounds(shop, items),
        topic=shop.topic.name if shop.topic else None,
        fuzzy_keys=tuple(key for key in entries if len(key) >= 5),
        narrower=_narrower(shop, items),
    )


def _phrases(
    slot: str, counts: Mapping[str, int], synonyms: Mapping[str, Sequence[str]], *, heads: bool
) -> Iterable[tuple[str, Entry]]:
    by_head: dict[str, list[str]] = defaultdict(list)
    spelt = {joined_stem(value): value for value in counts}
    for value, count in counts.items():
        yield value, Entry(slot, (value,), 1.0, True, count)
        if value.isdigit() and 10 <= int(value) < len(ONES):   # smaller numbers count things
            yield ONES[int(value)], Entry(slot, (value,), 0.97, False, count)
        bare = _ARTICLE.sub("", value)
        if bare != value:
            yield bare, Entry(slot, (value,), 0.97, False, count)
        listed = value.replace(" and ", " & ") if heads or value.islower() else value
        parts = [part for part in listed.replace("/", "&").split("&") if part.strip()]
        if len(parts) > 1:
            for part in parts:
                yield part, Entry(slot, (value,), 0.9, False, count)
        words = [word for word in read_words(value).words if not word.is_mark]
        if heads and len(words) > 1 and len(parts) == 1:
            by_head[words[-1].stem].append(value)
    for value, others in synonyms.items():
        own = spelt.get(joined_stem(value), value)
        for other in others:
            yield other, Entry(slot, (own,), 0.97, False, counts.get(own, 0))
    for head, values in by_head.items():
        if head not in spelt and head not in STOP:
            yield head, Entry(slot, tuple(values), HEAD_CONFIDENCE, False, sum(counts[value] for value in values))


def _of_kin(synonyms: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """ "My brother" is also said "my little brother"."""
    return {
        value: (*others, *(f"my {which} {other[3:]}" for other in others if other.startswith("my ") for which in _KIN))
        for value, others in synonyms.items()
    }


def _narrower(shop: TalkingShop, items: Sequence[Item]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Where the shop calls one value by another's name: navy is "dark blue", so it is a blue; "rose gold" is a gold."""
    narrower: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for slot in shop.slots:
        if slot.kind != "choice" or slot.topic or slot.person:
            continue
        own = {joined_stem(value): value for item in items for value in item.values.get(slot.name, ())}
        for value in own.values():
            for phrase in (value, *slot.synonyms.get(value, ())):
                stems = [word.stem for word in read_words(phrase).words]
                for start in range(1, len(stems)):
                    wide = own.get("".join(stems[start:]))
                    if wide and wide != value:
                        narrower[slot.name, wide][value] = None
    return {pair: tuple(found) for pair, found in narrower.items()}


def _add(entries: dict[str, list[Entry]], phrase: str, entry: Entry) -> None:
    key = joined_stem(phrase)
    if not key or (key in STOP and not entry.exact):
        return
    for index, other in enumerate(entries[key]):
        if other.slot == entry.slot:
            if other.exact or (other.confidence > entry.confidence and not entry.exact):
                return
            if not entry.exact and other.confidence == entry.confidence:
                values = tuple(dict.fromkeys((*other.values, *entry.values)))
                entry = Entry(entry.slot, values, entry.confidence, False, other.items + entry.items)
            entries[key][index] = entry
            return
    entries[key].append(entry)


def _inflected(word: str) -> tuple[str, ...]:
    """A verb with its past: "deliver", "delivered"; a phrase stands as it is."""
    if not word.isalpha() or word.endswith("ed"):
        return (word,)
    return (word, f"{word}d" if word.endswith("e") else f"{word}ed")


def _sounding(entries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key in entries:
        if len(key) >= SHORTEST and key.isalpha() and len(sound_key(key)) >= LEAST_SOUND:
            found[sound_key(key)].append(key)
    return {sound: tuple(keys) for sound, keys in found.items()}


def _sounds(shop: TalkingShop, items: Sequence[Item]) -> dict[str, str]:
    """Words of a short menu's values by sound; a sound that two words share is left out, and a long menu has none."""
    found: dict[str, set[str]] = defaultdict(set)
    choices = [slot for slot in shop.slots if slot.kind == "choice"]
    values = {value for slot in choices for value in slot.values}
    values |= {value for item in items for slot in choices for value in item.values.get(slot.name, ())}
    if len(values) > SHORT_MENU:
        return {}
    for stem in {word.stem for value in values for word in read_words(value).words} - STOP:
        if len(stem) >= SHORTEST and sound_key(stem):
            found[sound_key(stem)].add(stem)
    return {key: next(iter(stems)) for key, stems in found.items() if len(stems) == 1}


def _slot_names(shop: TalkingShop) -> dict[str, str]:
    names: dict[str, str] = {}
    for slot in shop.slots:
        for word in (slot.name.replace("_", " "), slot.said, *slot.words):
            names.setdefault(joined_stem(word), slot.name)
            names.setdefault(joined_stem(_ASKING_IS.sub(r"\1s ", word)), slot.name)
    if shop.money:
        for word in ("price", "cost", "budget", "money", "price range"):
            names.setdefault(joined_stem(word), shop.money.name)
    return names


def _amount(shop: TalkingShop, name: str, items: Sequence[Item]) -> AmountSlot:
    slot = shop.slot(name)
    assert slot is not None
    numbers = [item.numbers[name] for item in items if name in item.numbers]
    words = tuple(word.stem for text in (slot.name.replace("_", " "), slot.said, *slot.words) for word in read_words(text).words)
    years = bool(numbers) and not slot.unit and all(1880 <= number <= 2100 for number in numbers)
    unit = "year" if years else slot.unit
    return AmountSlot(name, slot.is_money, unit, tuple(word for word in words if word not in STOP), max(numbers, default=None))


def _shop_texts(shop: TalkingShop) -> Iterable[str]:
    yield from (shop.shop.name, shop.shop.about)
    for slot in shop.slots:
        yield from (slot.said, slot.ask or "", *slot.words)
    for policy in shop.policies:
        yield from (policy.text, *policy.words)
    for critique in shop.critiques:
        yield from critique.words
