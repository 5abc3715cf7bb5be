"""Word error rate, and the one way in which texts are made comparable before words are counted.

What was said may be written in several right ways: "morewood" spelled aloud as "M-O-R-E-W-O-O-D" or "m o r e w o o d",
"six thirty" as "6:30" or "630". None of them is a hearing error, so both sides are put in one form, whoever heard:

1. letters said one by one are joined to one word, with or without hyphens, and parted from digits that follow;
2. openai-whisper's ``EnglishTextNormalizer`` (Radford et al. 2022, appendix C): case, punctuation, contractions, British
   spellings, fillers, and number words as digits;
3. numbers become single digits, ordinals lose their ending, "a" before a number falls away: "2,552", "25 52" and
   "twenty five fifty two" are all "2 5 5 2", "a hundred" is "1 0 0".

A name that was spelled and is written as a word ("Morewood") is right; one wrong letter makes the one word wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import Levenshtein
from whisper.normalizers import EnglishTextNormalizer

_LETTERS_APART = re.compile(r"(?<![\w'])[A-Za-z](?:[\s.,-]+[A-Za-z]\b)+")
_CAPITALS_HYPHENATED = re.compile(r"\b[A-Z]+(?:-[A-Z]+)+\b")
_CAPITALS_BESIDE_DIGITS = re.compile(r"(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Z])")
_NUMBER = re.compile(r"([$¢€£]?)(\d[\d.:,/]*)(?:st|nd|rd|th|s)?")


@cache
def _normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def comparable_words(text: str) -> list[str]:
    """The text's words in the form above."""
    joined = _LETTERS_APART.sub(lambda run: re.sub(r"[^A-Za-z]", "", run[0]), text)
    joined = _CAPITALS_HYPHENATED.sub(lambda run: run[0].replace("-", ""), joined)
    joined = _CAPITALS_BESIDE_DIGITS.sub(" ", joined)
    words: list[str] = []
    for word in _normalizer()(joined).split():
        number = _NUMBER.fullmatch("1" if word == "one" else word)
        if number and words[-1:] == ["a"]:
            words.pop()
        words += [*number[1], *re.sub(r"\D", "", number[2])] if number else [word]
    return words


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Edits (substitutions, deletions, insertions) against the words that were said."""

    edits: int = 0
    words: int = 0

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(self.edits + other.edits, self.words + other.words)

    @property
    def rate(self) -> float | None:
        """Word error rate; None where nothing was said."""
        return round(self.edits / self.words, 4) if self.words else None


def word_errors(said: str, heard: str) -> WordErrors:
    """Levenshtein distance between the comparable words."""
    reference = comparable_words(said)
    return WordErrors(Levenshtein.distance(reference, comparable_words(heard)), len(reference))
