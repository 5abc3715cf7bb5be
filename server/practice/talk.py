"""What people may say to a shop: sentences of ours (``talk.txt``), filled with the shop's own kinds, values and titles.

``talk.txt`` holds the turns we develop understanding on, with "{topic}" for a kind of item and "{colour}" for a value of that
slot; ``benchmarks/understanding/talk.py`` writes it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from rapidfuzz import fuzz

from dialogue.likely import values_named
from dialogue.shop import TalkingShop
from recommender.types import Item
from voice.turn_words import TURN_WORDS

WORDED = Path(__file__).with_name("talk.txt")
_BLANK = re.compile(r"\{(\w+)\}")
_A_BEFORE_VOWEL = re.compile(r"\ba (?=[aeiou])", re.IGNORECASE)
_AN_BEFORE_REST = re.compile(r"\ban (?=[^aeiou\W\d])", re.IGNORECASE)

WITH_VALUES, WITHOUT, EVERYWHERE = 0.57, 0.28, 0.05
"""Shares of the sentences: with something of the shop's in them, without, and what is said at every shop ("hello there", "okay,
thanks"); the rest name a title."""
NAMING = (
    "I'll take the {title}", "tell me about the {title}", "how much is the {title}", "the {title}, please", "{title}",
    "is the {title} in stock", "something like the {title}", "what about the {title}", "not the {title}",
)
_KNOWN = TURN_WORDS["en"]
SAID_EVERYWHERE = ("thank you", *sorted(said for said in _KNOWN.whole | _KNOWN.answers if re.search("[aeiouy]", said)))
SHORT_WORDS, SHORT_WEIGHT = 5, 3
"""Lines of at most so many words are said so many times as often: the fewer the words, the more hangs on each."""
SYNONYM_SHARE = 0.25
COMMON_SHARE = 0.5
"""Values drawn from the quarter that most items have; the rest from all alike."""
MISHEARD, ANOTHERS = 60, 75
"""rapidfuzz ratios, 0..100: a synonym as like its value as the first, or another value as the second, may be a misspelling that
the shop lists so that it is understood; nobody says it."""


def sentences(
    shop: TalkingShop, items: Sequence[Item], count: int, seed: int = 0, worded: Sequence[str] | None = None
) -> list[str]:
    """At most ``count`` different sentences, the same for a seed. ``worded``: other lines than talk.txt's."""
    rng = random.Random(seed)
    lines = worded if worded is not None else worded_turns()
    fillable, plain = [line for line in lines if "{" in line], [line for line in lines if "{" not in line]
    weights = [SHORT_WEIGHT if len(line.split()) <= SHORT_WORDS else 1 for line in fillable]
    fill = _Filling(shop, items, rng)
    titles = sorted({item.title for item in items})

    def one() -> str:
        drawn = rng.random()
        if fillable and fill.values and drawn < WITH_VALUES:
            return fill(rng.choices(fillable, weights)[0])
        if plain and drawn < WITH_VALUES + WITHOUT:
            return rng.choice(plain)
        if drawn < WITH_VALUES + WITHOUT + EVERYWHERE or not titles:
            return ", ".join(rng.sample(SAID_EVERYWHERE, rng.choice((1, 2))))
        return rng.choice(NAMING).format(title=rng.choice(titles))

    return list(dict.fromkeys(one() for _ in range(count)))


def worded_turns() -> list[str]:
    """The lines of talk.txt."""
    return WORDED.read_text(encoding="utf-8").splitlines()


class _Filling:
    """Puts values of the shop where a line has blanks: of the slot that it names, where the shop has one, else of any."""

    def __init__(self, shop: TalkingShop, items: Sequence[Item], rng: random.Random) -> None:
        self.values = {slot: values for slot, values in values_named(shop, items).items() if values}
        self._synonyms = {
            (slot.name, value): [word for word in words if _is_said(word, value, self.values.get(slot.name, ()))]
            for slot in shop.slots
            for value, words in slot.synonyms.items()
        }
        self._topic = shop.topic.name if shop.topic and shop.topic.name in self.values else None
        self._rng = rng

    def __call__(self, line: str) -> str:
        filled = _BLANK.sub(lambda blank: self._said(blank[1]), line)
        return _AN_BEFORE_REST.sub("a ", _A_BEFORE_VOWEL.sub("an ", filled))

    def _said(self, named: str) -> str:
        slot = self._topic if named == "topic" and self._topic else named
        if slot not in self.values:
            slot = self._rng.choice([name for name in self.values if name != self._topic] or list(self.values))
        values = self.values[slot]
        common = values[: max(1, len(values) // 4)] if self._rng.random() < COMMON_SHARE else values
        value = self._rng.choice(common)
        synonyms = self._synonyms.get((slot, value))
        return self._rng.choice(synonyms) if synonyms and self._rng.random() < SYNONYM_SHARE else value


def _is_said(word: str, value: str, values: Sequence[str]) -> bool:
    said = word.lower()
    return fuzz.ratio(said, value.lower()) < MISHEARD and all(fuzz.ratio(said, one.lower()) < ANOTHERS for one in values)
