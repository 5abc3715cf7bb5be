"""A word heard as another that sounds nearly like it, where the other is of a title at hand: "what size is the planter?", asked
with a planner on the table and no planter.

People name what is before them by a word of its title. So a word that no title at hand has, but that differs in a sound or two
from one that they have, is open to doubt, whether or not the shop has such things too; Whisper is asked how likely both texts are
on the sound. Its own words are always a little likelier to it: AT_HAND_NATS says how much less likely the other may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from voice.near_values import COMMON_WORDS, LEAST_PHONEMES, singular, with_one_other
from voice.phonemes import Phonemes, phonemes
from voice.sounds_like import words_of

AT_HAND_NATS = -4.5
"""Of 22 words of titles at hand that eight synthetic voices said and Whisper misheard by a sound or two, 20 lie above. Of 90 said
that no title at hand had, beside one made to sound like it, 3 do, and of 1 in 25 turns that had one by nature none."""

SOUNDS_APART, LONG_PHONEMES, LONG_APART = 1, 4, 2
"""Sounds by which the two may differ; words of LONG_PHONEMES or more by LONG_APART."""


def with_words_at_hand(heard: str, titles: Sequence[str]) -> list[str]:
    """The text with one doubtful word replaced by one of these titles that sounds nearly like it; the nearest first."""
    at_hand = _sounds(tuple(titles))

    def near(word: str) -> Iterator[tuple[int, str]]:
        plain = word.lower().removesuffix("'s")
        if plain not in COMMON_WORDS and plain not in at_hand and len(said := phonemes(plain)) >= LEAST_PHONEMES:
            yield from ((apart, other + word[len(plain) :]) for apart, other in _near(said, at_hand))

    return with_one_other(heard, near)


def _near(said: Phonemes, at_hand: dict[str, Phonemes]) -> Iterator[tuple[int, str]]:
    for other, sounds in at_hand.items():
        most = LONG_APART if min(len(said), len(sounds)) >= LONG_PHONEMES else SOUNDS_APART
        apart = Levenshtein.distance(said, sounds, score_cutoff=most)
        if apart <= most:
            yield apart, other


@lru_cache(maxsize=64)
def _sounds(titles: tuple[str, ...]) -> dict[str, Phonemes]:
    """Words of the titles, in the singular and the plural, with their sounds."""
    words = {singular(word) for title in titles for word in words_of(title)} - COMMON_WORDS
    sounds = {form: phonemes(form) for word in sorted(words) if word.isalpha() for form in (word, _plural(word))}
    return {form: sound for form, sound in sounds.items() if len(sound) >= LEAST_PHONEMES}


def _plural(word: str) -> str:
    if word.endswith(("af", "ef", "lf", "rf")):
        return f"{word[:-1]}ves"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
