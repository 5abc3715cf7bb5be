"""From the samples of phonemes to the samples of words.

The phonemizer runs words together ("of the" is one group, "twenty-nine" too) and speaks figures as several. So every word is
phonemized alone, and the phonemes of all of them are aligned with what was spoken by edit distance: each spoken phoneme
then belongs to the word whose sound it is, whatever the spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from voice.sound import SpokenWord

_TOKEN = re.compile(r"\S+")
_NOT_SOUND = frozenset(" ,.;:!?-'()\"ˈˌ")
"""Spaces, punctuation and stress marks: they have samples but say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class TimedPhoneme:
    """One spoken phoneme ("" for the marks at a sentence's start and end) and its samples before trimming."""

    phoneme: str
    start_sample: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start_char: int
    end_char: int
    sounds: tuple[str, ...]


def time_words(
    sentence: str,
    spoken: Sequence[TimedPhoneme],
    phonemes_of_word: Callable[[str], Sequence[str]],
    *,
    first: int,
    last: int,
) -> tuple[SpokenWord, ...]:
    """The words of ``sentence`` with their samples, counted from ``first``; the audio was cut to [first, last).

    Words come in order, never overlap and lie inside the audio. A token without a sound of its own (a dash) is no word; one
    whose sound was swallowed by its neighbour is given no samples, at the neighbour's edge.
    """
    tokens = _tokens(sentence, phonemes_of_word)
    sounds = [p for p in spoken if p.phoneme and p.phoneme not in _NOT_SOUND]
    owner = _owners(tokens, [p.phoneme for p in sounds])
    words: list[SpokenWord] = []
    position = 0
    for index, token in enumerate(tokens):
        own = [p for p, word in zip(sounds, owner, strict=True) if word == index]
        start = max(position, min(own[0].start_sample, last) - first) if own else position
        end = max(start, min(own[-1].end_sample, last) - first) if own else position
        words.append(SpokenWord(token.text, token.start_char, token.end_char, start, end))
        position = end
    return tuple(words)


def _tokens(sentence: str, phonemes_of_word: Callable[[str], Sequence[str]]) -> list[_Token]:
    """Words between spaces, without the punctuation around them."""
    tokens = []
    for match in _TOKEN.finditer(sentence):
        text = match.group()
        left = next((i for i, c in enumerate(text) if c.isalnum() or c in "$£€"), None)
        if left is None:
            continue
        right = max(i for i, c in enumerate(text) if c.isalnum() or c in "$£€%") + 1
        word = text[left:right]
        sounds = tuple(p for p in phonemes_of_word(word) if p not in _NOT_SOUND)
        tokens.append(_Token(word, match.start() + left, match.start() + right, sounds))
    return tokens


def _owners(tokens: Sequence[_Token], spoken: Sequence[str]) -> list[int]:
    """For every spoken phoneme the index of its word: never falling, by the cheapest edits."""
    expected = [sound for token in tokens for sound in token.sounds]
    word_of = [index for index, token in enumerate(tokens) for _ in token.sounds]
    owners: list[int] = []
    for edit in Levenshtein.opcodes(expected, spoken):
        width, owned = edit.dest_end - edit.dest_start, edit.src_end - edit.src_start
        for offset in range(width):
            at = edit.src_start + (offset if owned == width else offset * owned // max(width, 1))
            owners.append(word_of[min(max(at, 0), len(word_of) - 1)] if word_of else 0)
    return owners
