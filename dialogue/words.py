"""An utterance as words: normalised once, so that every later stage speaks of the same word positions.

Whisper writes "Um, a T-shirt under £1,200" in many ways; here fillers go, accents and apostrophes go, hyphens part words,
and each word keeps where it stood in the text, so that a value can always show the words that set it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_TEXT = 2_000
"""Characters of one turn that are read; a minute of rambling is about 900."""

FILLERS = frozenset({"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "ah", "oh"})
_BEGINS = frozenset("the a an i we no not sorry actually wait or and but then make that this".split())  # noqa: SIM905
"""A comma after a filler parts nothing ("the um, grey one") unless one of these follows it."""
_CANNOT_END = frozenset(
    "the a an my your his her their our of for with in on to at by im id ill ive is are was not very some and or but than".split()  # noqa: SIM905
)
_STUTTERED = frozenset(
    "the a an i it is to in on of for my her his with and or what how do does did can could would im id ill we you".split()  # noqa: SIM905
)
_KNOWS_BEFORE = frozenset("do did dont what everything all that as if would let should things anything".split())  # noqa: SIM905
_KNOWS_AFTER = frozenset(
    "what who whos how if where when why which that about the any me my anything of whether it him her them a".split()  # noqa: SIM905
)
""" "You know" between other words is a filler."""
_WRITTEN = {
    "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth",
    "2": "two", "3": "three", "4": "four", "u": "you", "ur": "your",
}
"""What Whisper writes either way, as it is said."""
_F_PLURALS = tuple("knives wives lives leaves loaves thieves halves calves shelves elves selves arves wolves hooves".split())  # noqa: SIM905
"""Plurals of words that end in f; "gloves" and "sleeves" are not."""
MARKS = frozenset(".,;:?!")
_WILL = re.compile(
    r"(?P<noun>(?!(?:i|you|he|she|it|we|they|that|this|there|here|who|what|how|where|when)['’])[^\W\d_]{2,})['’]ll$",
    re.IGNORECASE,
)
""" "The white one'll mark": a verb swallowed by a noun; "it'll" stays one word."""

_TOKEN = re.compile(r"[$£€]?\d+(?:,\d{3})*(?:\.\d+)?(?:[a-z]+\b)?|[$£€]|[^\W\d_]+(?:['’][^\W\d_]+)*|[.,;:?!&%+]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """One word or punctuation mark; ``text[start:end]`` of the utterance spells it."""

    text: str
    norm: str
    """Lower case, no accents, no apostrophes: "don't" is "dont"."""
    stem: str
    """The norm without plural or possessive endings, in one of the two English spellings."""
    start: int
    end: int

    @property
    def is_mark(self) -> bool:
        return self.norm in MARKS


def is_contracted(word: Word) -> bool:
    """An "is" or "has" swallowed: "the green's nicer"."""
    return word.text.lower().endswith(("'s", "’s"))


@dataclass(frozen=True, slots=True)
class Span:
    """Words ``[first, last)`` of an utterance."""

    first: int
    last: int

    def overlaps(self, other: Span) -> bool:
        return self.first < other.last and other.first < self.last

    def __len__(self) -> int:
        return self.last - self.first


@dataclass(frozen=True)
class Utterance:
    """One turn's text and its words; ``norm`` joins the words' norms with single spaces."""

    text: str
    words: tuple[Word, ...]
    norm: str
    _starts: tuple[int, ...]

    def said(self, span: Span) -> str:
        """The shopper's own words of a span."""
        if span.first >= span.last or span.first >= len(self.words):
            return ""
        return self.text[self.words[span.first].start : self.words[span.last - 1].end]

    def before(self, at: int, count: int | None = None) -> str:
        """The norms of the words before a position, or of the last ``count`` of them, with single spaces."""
        return " ".join(word.norm for word in self.words[0 if count is None else max(0, at - count) : at])

    def leading_to(self, at: int, count: int | None = None) -> str:
        """The same, each followed by a space, for patterns that end where a word begins."""
        return "".join(f"{word.norm} " for word in self.words[0 if count is None else max(0, at - count) : at])

    def after(self, span: Span, count: int | None = None) -> str:
        """The norms of the words after a span, or of the first ``count`` of them, with single spaces."""
        return " ".join(word.norm for word in self.words[span.last :][:count])

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[Span, re.Match[str]]]:
        """Matches of a pattern over ``norm``, as word spans. Patterns should begin and end at word edges."""
        for match in pattern.finditer(self.norm):
            if match.end() > match.start():
                yield self.span_of(match.start(), match.end()), match

    def span_of(self, start: int, end: int) -> Span:
        """The words that stand in ``norm[start:end]``."""
        inside = [index for index, at in enumerate(self._starts) if at < end and at + len(self.words[index].norm) > start]
        return Span(inside[0], inside[-1] + 1) if inside else Span(0, 0)


def read_words(text: str) -> Utterance:
    """Split a turn into words. Never raises; text beyond LONGEST_TEXT characters is not read."""
    text = text[:LONGEST_TEXT]
    words: list[Word] = []
    filled, comma = False, None
    for match in _TOKEN.finditer(text):
        norm = normal(match.group())
        before = words[-1].norm if words else ""
        if not norm or norm in FILLERS or (norm in MARKS and not words):   # "Hmm... so"
            filled = filled or bool(norm)
            continue
        if filled and norm == ",":
            comma = match
            continue
        if comma is not None and before and before not in MARKS | _CANNOT_END and norm in _BEGINS:
            words.append(Word(",", ",", ",", comma.start(), comma.end()))
        filled, comma = False, None
        if norm == before and norm in _STUTTERED:
            continue
        if will := _WILL.match(match.group()):
            noun, at = will.group("noun"), match.start() + len(will.group("noun"))
            words.append(Word(noun, normal(noun), stem_of(noun), match.start(), at))
            words.append(Word(text[at : match.end()], "will", "will", at, match.end()))
            continue
        stem = stem_of(match.group())
        if norm in _WRITTEN:
            norm = stem = _WRITTEN[norm]
        words.append(Word(match.group(), norm, stem, match.start(), match.end()))
    return _utterance(text, _without_you_know(words))


def read_turn(text: str) -> Utterance:
    """The same for what a shopper said: without the full stop at its end, which Whisper writes or does not."""
    whole = read_words(text)
    return _utterance(whole.text, whole.words[:-1]) if whole.words and whole.words[-1].norm == "." else whole


def _utterance(text: str, words: Sequence[Word]) -> Utterance:
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.norm) + 1
    return Utterance(text, tuple(words), " ".join(word.norm for word in words), tuple(starts))


def _without_you_know(words: list[Word]) -> list[Word]:
    norms = ["", *(word.norm for word in words), "", ""]
    dropped: set[int] = set()
    for at in range(len(words) - 1):
        before, after = norms[at], norms[at + 3]
        if (norms[at + 1], norms[at + 2]) == ("you", "know") and before not in _KNOWS_BEFORE and after not in _KNOWS_AFTER:
            dropped |= {at, at + 1}
            if after == "," and (not before or before in MARKS):
                dropped.add(at + 2)
    return [word for at, word in enumerate(words) if at not in dropped]


def normal(token: str) -> str:
    """Lower case without accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", token.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’")


def stem_of(token: str) -> str:
    """The norm of one word without its possessive or plural ending, American and British spellings made one.

    Only inflections go: "dresses" and "dress" are the same wish, "dressy" is another.
    """
    lowered = token.lower()
    for ending in ("'s", "’s", "s'", "s’"):
        if lowered.endswith(ending):
            lowered = lowered[: -len(ending)] + ("s" if ending[0] == "s" else "")
            break
    stem = normal(lowered)
    if len(stem) > 3:
        if stem.endswith("ies") and len(stem) > 4:
            stem = stem[:-3] + "y"
        elif stem.endswith(("sses", "shes", "ches", "xes", "zzes", "tzes")):
            stem = stem[:-2]
        elif stem.endswith(_F_PLURALS):
            stem = stem[:-3] + "f"
        elif stem.endswith("s") and not stem.endswith(("ss", "us", "is")):
            stem = stem[:-1]
    if stem.endswith("ie") and len(stem) > 4:
        stem = stem[:-2] + "y"   # "booties" and a "bootie"
    if stem.endswith("fe") and len(stem) > 3:
        stem = stem[:-1]
    if len(stem) > 4:
        stem = re.sub(r"our(?=$|ed$|ful$)", "or", stem)
        stem = stem.replace("ellery", "elry")
    return re.sub(r"\bgrey", "gray", stem)


def joined_stem(text: str) -> str:
    """A phrase as one key: stems without spaces, so that "t-shirt", "t shirt" and "tshirts" agree."""
    return "".join(word.stem for word in read_words(text).words if not word.is_mark and word.norm != "&")
