"""A short value heard as another short word: "I am looking for a mud", where the shop has mugs and nothing made of mud.

Sound alone cannot choose: too many words differ in one sound ("red", "read"). But a word that is none of the shop's, and differs
in one sound from a value that is likely now, is open to doubt; then Whisper, reminded of what is likely, is asked which of the
two texts it finds likelier on the sound.

On eight synthetic voices, 110 wishes and 78 sentences about other things, 12 of 14 values misheard by a sound were found likelier
than the word heard, and without the reminder the right and the wrong ones do not part. In two further runs of the whole (202
utterances) four values were put right, and one word that had been said was changed: "I had lamb for dinner" to "lamp".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from voice.phonemes import Phonemes, phonemes
from voice.sounds_like import EDGES_KEPT, words_of
from voice.turn_words import TURN_WORDS

LEAST_LETTERS, LEAST_PHONEMES = 3, 3
SOUNDS_APART, LONG_PHONEMES, LONG_APART = 1, 6, 2
"""Sounds by which a value may differ; words of LONG_PHONEMES or more by LONG_APART."""
LIKELIEST = 120
"""Phrases that are near enough to the front of what is likely to be the words of a turn; those after them are only rivals."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_KNOWN = TURN_WORDS["en"]
COMMON_WORDS = frozenset().union(
    EDGES_KEPT, _KNOWN.openers, _KNOWN.carriers, _KNOWN.questions, _KNOWN.pronouns, _KNOWN.closing, _KNOWN.whole,
    _KNOWN.backchannels, _KNOWN.hesitations, _KNOWN.pointers, _KNOWN.plain_adjectives,
    {"other", "others", "said", "say", "same", "some", "here", "hear", "buy", "best", "time", "got", "get", "gets", "want"},
    {"need", "show", "tell", "make", "take", "six", "ten", "much", "size"},
    {"ones", "thing", "things", "something", "think", "don't", "let's", "dollar", "dollars"},
)
"""Words too common to be doubted."""


def singular(word: str) -> str:
    """Without the s of a plural."""
    return word if word.endswith("ss") else word.removesuffix("s")


def with_near_values(heard: str, likely: Sequence[str]) -> list[str]:
    """The text with one doubtful word replaced by a likely value that sounds nearly like it; the nearest first."""
    values, known = _values(tuple(likely))

    def near(word: str) -> Iterator[tuple[int, str]]:
        plain = word.lower()
        if len(plain) >= LEAST_LETTERS and plain not in COMMON_WORDS and singular(plain.removesuffix("'s")) not in known:
            yield from _near(phonemes(plain), plain, values)

    return with_one_other(heard, near)


def with_one_other(heard: str, near: Callable[[str], Iterable[tuple[int, str]]]) -> list[str]:
    """The text with one word replaced by another that is ``near`` it, so many sounds apart; the nearest first."""
    found = [
        (apart, heard[: word.start()] + other + heard[word.end() :])
        for word in _WORD.finditer(heard)
        for apart, other in near(word[0])
    ]
    return [text for _, text in sorted(found, key=lambda one: one[0])]


@lru_cache(maxsize=8)
def _values(likely: tuple[str, ...]) -> tuple[dict[str, Phonemes], frozenset[str]]:
    """The likely values of one word, with their sounds; and every word of the shop's, in the singular."""
    values = {phrase: phonemes(phrase) for phrase in likely[:LIKELIEST] if " " not in phrase and phrase.islower()}
    return (
        {value: sounds for value, sounds in values.items() if len(sounds) >= LEAST_PHONEMES},
        frozenset(singular(word) for phrase in likely for word in words_of(phrase)),
    )


def _near(said: Phonemes, plain: str, values: dict[str, Phonemes]) -> Iterator[tuple[int, str]]:
    """Values, as they would stand in the text, with the sounds by which they differ: alone, in the plural, after "a"."""
    for value, sounds in values.items():
        forms = {value: sounds}
        if plain.endswith("s") and not value.endswith("s"):
            forms[f"{value}s"] = phonemes(f"{value}s")
        if plain.startswith("a"):     # "a dress", heard as "address"
            forms[f"a {value}"] = phonemes("a") + sounds
        for form, form_sounds in forms.items():
            most = LONG_APART if len(form_sounds) >= LONG_PHONEMES else SOUNDS_APART
            apart = Levenshtein.distance(said, form_sounds, score_cutoff=most)
            if apart <= most:
                yield apart, form
