"""English words as phonemes, by espeak-ng (bundled with piper-tts), and how alike two phonemes sound."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache, lru_cache

from piper.phonemize_espeak import EspeakPhonemizer

ESPEAK_LOCK = threading.Lock()
"""espeak-ng keeps its voice and its text in globals: whoever calls it, in any module, holds this."""

Phonemes = tuple[str, ...]
"""IPA symbols without stress and length."""

_VOICE = "en-us"
_MARKS = frozenset("ˈˌː ˑ.,;:!?'\"-—…‿")

_VOWELS = {  # height 0..3 from close to open, backness 0..2 from front to back, lips rounded
    "i": (0, 0, 0), "ɪ": (0.6, 0.3, 0), "ᵻ": (0.6, 0.6, 0), "e": (1, 0, 0), "ɛ": (1.7, 0, 0), "æ": (2.5, 0, 0), "a": (3, 0.4, 0),
    "ə": (1.5, 1, 0), "ɐ": (2.3, 1, 0), "ɜ": (1.7, 1, 0), "ɚ": (1.5, 1, 0), "ʌ": (2, 1.5, 0), "ɑ": (3, 2, 0), "ɒ": (3, 2, 1),
    "ɔ": (2, 2, 1), "o": (1, 2, 1), "ʊ": (0.6, 1.7, 1), "u": (0, 2, 1),
}  # fmt: skip
_CONSONANTS = {  # place 0..7 from lips to throat, manner, voiced
    "p": (0, "stop", 0), "b": (0, "stop", 1), "t": (3, "stop", 0), "d": (3, "stop", 1), "ɾ": (3, "stop", 1), "k": (6, "stop", 0),
    "ɡ": (6, "stop", 1), "g": (6, "stop", 1), "ʔ": (7, "stop", 0), "f": (1, "hiss", 0), "v": (1, "hiss", 1), "θ": (2, "hiss", 0),
    "ð": (2, "hiss", 1), "s": (3, "hiss", 0), "z": (3, "hiss", 1), "ʃ": (4, "hiss", 0), "ʒ": (4, "hiss", 1), "x": (6, "hiss", 0),
    "h": (7, "hiss", 0), "m": (0, "nasal", 1), "n": (3, "nasal", 1), "ŋ": (6, "nasal", 1), "l": (3, "glide", 1),
    "ɹ": (4, "glide", 1), "r": (4, "glide", 1), "j": (5, "glide", 1), "w": (0, "glide", 1),
}  # fmt: skip
_HALF_VOWELS = {frozenset("ij"), frozenset("ɪj"), frozenset("uw"), frozenset("ʊw"), frozenset("ɚɹ"), frozenset("ɜɹ")}
_FAINT = {"ə": 0.4, "ᵻ": 0.4, "ɪ": 0.5, "ɚ": 0.6, "h": 0.4, "ʔ": 0.3}
"""What fast speech drops: leaving it out costs less than another phoneme."""


@cache
def _espeak() -> EspeakPhonemizer:
    return EspeakPhonemizer()


@lru_cache(maxsize=50_000)
def phonemes(word: str) -> Phonemes:
    """How one word (or number) is said, on its own; empty for what has no sound. Thread safe; about 0.2 ms when it is new."""
    with ESPEAK_LOCK:
        clauses = _espeak().phonemize(_VOICE, word)
    symbols = (symbol for clause in clauses for symbol in clause)
    return tuple(symbol for symbol in symbols if symbol not in _MARKS and not unicodedata.combining(symbol))


@cache
def unlikeness(one: str, other: str) -> float:
    """0 for the same phoneme, 1 for two that nobody confuses; by distance in articulation (as in Kondrak 2000, ALINE)."""
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        (height, back, lips), (height_2, back_2, lips_2) = _VOWELS[one], _VOWELS[other]
        return min(0.7, 0.1 + 0.15 * abs(height - height_2) + 0.15 * abs(back - back_2) + 0.05 * abs(lips - lips_2))
    if one in _CONSONANTS and other in _CONSONANTS:
        (place, manner, voiced), (place_2, manner_2, voiced_2) = _CONSONANTS[one], _CONSONANTS[other]
        far = min(0.4, 0.2 + 0.06 * abs(place - place_2)) if place != place_2 else 0.0
        return min(1.0, far + (0.45 if manner != manner_2 else 0.0) + (0.2 if voiced != voiced_2 else 0.0))
    return 0.4 if frozenset((one, other)) in _HALF_VOWELS else 1.0


def faintness(phoneme: str) -> float:
    """What it costs that one side lacks this phoneme."""
    return _FAINT.get(phoneme, 0.7 if phoneme in _VOWELS else 0.8)


def sound_distance(one: Phonemes, other: Phonemes) -> float:
    """The cheapest way to turn one into the other, in phonemes."""
    row = [0.0]
    for phoneme in other:
        row.append(row[-1] + faintness(phoneme))
    for mine in one:
        above, row = row, [row[0] + faintness(mine)]
        for at, theirs in enumerate(other):
            row.append(
                min(above[at] + unlikeness(mine, theirs), above[at + 1] + faintness(mine), row[at] + faintness(theirs))
            )
    return row[-1]


def likeness(one: Phonemes, other: Phonemes) -> float:
    """1 for the same sounds, 0 for nothing alike."""
    longest = max(len(one), len(other))
    return max(0.0, 1 - sound_distance(one, other) / longest) if longest else 0.0
