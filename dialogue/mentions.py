"""Where an utterance names a value of the catalogue: by its form, forgiving inflection, word breaks and small misspellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from rapidfuzz import fuzz, process

from dialogue.english import SMALL_WORDS
from dialogue.numbers import find_numbers
from dialogue.sound import sound_key
from dialogue.vocabulary import LONGEST_PHRASE, Entry, Vocabulary
from dialogue.words import Span, Utterance, Word

SOUND_CONFIDENCE = 0.7
"""For a value that was only sounded like."""

DOUBTED = 0.55
"""For a value that an unknown word only sounds like: asked back before it counts."""
ALIKE_FLOOR = 85.0
"""rapidfuzz ratio of a value that begins with a letter easily taken for the word's own."""
SOUND_FLOOR = 78.0
"""rapidfuzz ratio, 0..100, that a word must have beside the sound of a value."""
SHORTEST_BY_SOUND = 6
"""Letters of the shortest unknown word that is taken for a value it sounds like."""
_ENDINGS = ("er", "r", "est", "ed", "ing", "ly")
_PLACES = frozenset({"for", "in", "on", "at"})
"""Before everyday words that name a value plainly: "in the evening"."""
_ALIKE = ({"f", "s"}, {"b", "p"}, {"v", "f"}, {"m", "n"}, {"d", "t"}, {"g", "k"}, {"c", "k"})

FUZZY_FLOOR = 86.0
"""rapidfuzz ratio, 0..100, above which an unknown word is taken for a misspelt value."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A value, or the values it may be, named by a span of words."""

    slot: str
    values: tuple[str, ...]
    span: Span
    confidence: float
    how: Literal["form", "fuzzy", "meaning", "sound"]
    rivals: tuple[Entry, ...] = ()
    """What the same words mean in other slots."""


def find_mentions(
    utterance: Utterance, vocabulary: Vocabulary, *, taken: Sequence[Span] = (), asked: str | None = None
) -> tuple[Mention, ...]:
    """Values named, in order, longest first where they overlap; words in ``taken`` are left alone."""
    words = utterance.words
    free = [not word.is_mark and not any(span.first <= index < span.last for span in taken) for index, word in enumerate(words)]
    found: list[Mention] = []
    at = 0
    while at < len(words):
        mention = _longest(words, free, at, vocabulary, asked) if free[at] else None
        if mention is None:
            at += 1
            continue
        inner = _longest(words, free, at + 1, vocabulary, asked) if words[at].norm in SMALL_WORDS else None
        if inner is not None and inner.span.first > at and inner.span.last > mention.span.last:
            mention = inner   # "on Saturday afternoon", where "on Saturday" is a name too
        found.append(mention)
        at = mention.span.last
    if not found and asked and (answer := _alone(words, vocabulary, asked)):
        return (answer,)
    for mention in found:
        free[mention.span.first : mention.span.last] = [False] * len(mention.span)
    alone = (_of_ones_own(words, index, vocabulary) for index in range(len(words)) if free[index])
    found += [mention for mention in alone if mention]
    for mention in found:
        free[mention.span.first : mention.span.last] = [False] * len(mention.span)
    found += [mention for index in range(len(words)) if free[index] and (mention := _misspelt(words[index], index, vocabulary))]
    found += _by_sound(words, free, found, vocabulary)
    found.sort(key=lambda mention: mention.span.first)
    named = [_resolve(mention, found, asked) for mention in found]
    return tuple(one for one, after in zip_longest(named, named[1:]) if not _says_what_for(one, after, words, vocabulary))


def _says_what_for(one: Mention, after: Mention | None, words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """ "Card" in "card game": of two kinds of thing in a row, in the singular, the second is meant."""
    if after is None or one.span.last != after.span.first or {one.slot, after.slot} != {vocabulary.topic}:
        return False
    last, first = words[one.span.last - 1], words[after.span.first]
    return last.norm == last.stem and first.norm not in SMALL_WORDS and not set(one.values) & set(after.values)


def _alone(words: Sequence[Word], vocabulary: Vocabulary, asked: str) -> Mention | None:
    """ "Me", "her": an everyday word that alone answers what was asked."""
    said = [index for index, word in enumerate(words) if not word.is_mark]
    if len(said) != 1:
        return None
    stem, span = words[said[0]].stem, Span(said[0], said[0] + 1)
    meant = [entry for key in (stem, f"for{stem}") for entry in vocabulary.meanings(key) if entry.slot == asked]
    return Mention(asked, meant[0].values, span, meant[0].confidence, "form") if meant else None


def _of_ones_own(words: Sequence[Word], index: int, vocabulary: Vocabulary) -> Mention | None:
    """ "Birthday, wife, sixty dollars": what the shop knows with "my", said alone between two pauses."""
    around = [words[at] for at in (index - 1, index + 1) if 0 <= at < len(words)]
    if words[index].norm in SMALL_WORDS or not all(word.is_mark for word in around):
        return None
    meanings = vocabulary.meanings(f"my{words[index].stem}")
    if not meanings:
        return None
    first, rivals = meanings[0], meanings[1:]
    return Mention(first.slot, first.values, Span(index, index + 1), first.confidence, "form", rivals)


def _longest(
    words: Sequence[Word], free: Sequence[bool], at: int, vocabulary: Vocabulary, asked: str | None = None
) -> Mention | None:
    best = None
    key = ""
    for last in range(at, min(len(words), at + LONGEST_PHRASE)):
        if not free[last]:
            break
        if words[last].norm != "&":
            key += words[last].stem
        entries = vocabulary.meanings(key)
        answers = any(entry.slot == asked for entry in entries)
        if entries and not (_too_common(words, at) if last == at else not answers and _small_talk(words, at, last + 1)):
            first, *rivals = _plural_first(words[at : last + 1], entries, vocabulary)
            best = Mention(first.slot, first.values, Span(at, last + 1), first.confidence, "form", tuple(rivals))
    return best


def _plural_first(words: Sequence[Word], entries: Sequence[Entry], vocabulary: Vocabulary) -> Sequence[Entry]:
    """Of a thing and what it is made of, the plural is the thing: "glasses"."""
    if len(words) == 1 and words[0].norm != words[0].stem and len(words[0].stem) > 3:
        return sorted(entries, key=lambda entry: entry.slot != vocabulary.topic)
    return entries


def _too_common(words: Sequence[Word], at: int) -> bool:
    """A value that is also an everyday word ("her") counts only where it is plainly named: after "for"."""
    return words[at].norm in SMALL_WORDS and not (
        at > 0
        and words[at - 1].norm == "for"
        and (at + 1 == len(words) or words[at + 1].is_mark or words[at + 1].norm in SMALL_WORDS)
    )


def _small_talk(words: Sequence[Word], first: int, last: int) -> bool:
    """A value said in everyday words alone ("thank you") counts only where it is plainly named: "a thank you", "to say ..."."""
    before = words[first - 1].norm if first else ""
    everyday = all(word.norm in SMALL_WORDS for word in words[first:last])
    article = first > 1 and words[first - 2].norm == "a"
    return everyday and words[first].norm not in _PLACES and not article and before not in {"for", "a", "as", "say", "just"}


def _misspelt(word: Word, index: int, vocabulary: Vocabulary) -> Mention | None:
    stem = word.stem
    if len(stem) < 5 or word.norm in SMALL_WORDS or stem in vocabulary.known or any(letter.isdigit() for letter in stem):
        return None
    nearest = process.extractOne(stem, vocabulary.fuzzy_keys, scorer=fuzz.ratio, score_cutoff=ALIKE_FLOOR)
    if nearest is not None and any(stem + ending == nearest[0] for ending in _ENDINGS):
        return None   # "manage" is no manager
    if nearest is not None and nearest[0][0] == stem[0] and nearest[1] >= FUZZY_FLOOR:
        first, *rivals = vocabulary.meanings(nearest[0])
        return Mention(
            first.slot, first.values, Span(index, index + 1), first.confidence * nearest[1] / 100 * 0.85, "fuzzy", tuple(rivals)
        )
    alike = nearest[0] if nearest and _begins_alike(nearest[0], stem) else _sounding(stem, vocabulary)
    if alike is None or len(stem) < SHORTEST_BY_SOUND:
        return None
    first, *rivals = vocabulary.meanings(alike)
    return Mention(first.slot, first.values, Span(index, index + 1), DOUBTED, "sound", tuple(rivals))


def _begins_alike(one: str, other: str) -> bool:
    """Two first letters that are easily taken for each other: "flippers" for slippers."""
    return one[0] != other[0] and any({one[0], other[0]} <= letters for letters in _ALIKE)


def _sounding(stem: str, vocabulary: Vocabulary) -> str | None:
    """The one value that sounds as an unknown word does and is spelled not too far from it: "braselet" for bracelet.

    A word that only adds letters to a value or to a word of the shop's is another word: "dresser", "plainer".
    """
    roots = {stem[:-1] + "e", *(stem.removesuffix(ending) for ending in _ENDINGS)}
    if any(root in vocabulary.known or vocabulary.meanings(root) for root in roots):
        return None
    alike = vocabulary.sounding.get(sound_key(stem), ())
    near = [key for key in alike if fuzz.ratio(key, stem) >= SOUND_FLOOR and not stem.startswith(key) and stem not in key]
    return near[0] if len(near) == 1 else None


def _resolve(mention: Mention, found: Sequence[Mention], asked: str | None) -> Mention:
    """Choose between slots that share a word: the one asked for, else the better spelling, else the one with more items."""
    if not mention.rivals:
        return mention
    own = Entry(mention.slot, mention.values, mention.confidence, mention.confidence == 1.0, 0)
    choices = [own, *mention.rivals]
    answer = next((entry for entry in choices if entry.slot == asked), None) or _beside(mention, found, choices)
    if answer is None and own.exact:
        exact = [entry for entry in mention.rivals if entry.exact]
        others = {other.slot for other in found if other.values != mention.values}
        answer = own if own.slot not in others or not exact else next((entry for entry in exact if entry.slot not in others), own)
    chosen = answer or own
    rest = tuple(entry for entry in choices if entry is not chosen)
    return Mention(chosen.slot, chosen.values, mention.span, min(mention.confidence, chosen.confidence), mention.how, rest)


def _by_sound(words: Sequence[Word], free: Sequence[bool], found: list[Mention], vocabulary: Vocabulary) -> list[Mention]:
    """Values once unknown words are taken for what they sound like; a longer value takes the place of a part found before."""
    taken = [mention.span for mention in found]
    heard = list(words)
    for index, word in enumerate(words):
        explained = any(span.first <= index < span.last for span in taken)
        strange = free[index] and not explained and word.norm not in SMALL_WORDS and word.stem not in vocabulary.known
        meant = vocabulary.sounds.get(sound_key(word.stem)) if strange and len(word.stem) > 3 else None
        if meant:
            heard[index] = replace(word, stem=meant)
    changed = [index for index, word in enumerate(heard) if word is not words[index]]
    more: list[Mention] = []
    for index in changed:
        open_words = [not word.is_mark for word in heard]
        tries = [_longest(heard, open_words, first, vocabulary) for first in range(max(0, index - 2), index + 1)]
        best = next((mention for mention in tries if mention and mention.span.first <= index < mention.span.last), None)
        if best and not any(best.span.overlaps(other.span) for other in more):
            more.append(replace(best, confidence=best.confidence * SOUND_CONFIDENCE, how="sound"))
            found[:] = [mention for mention in found if not mention.span.overlaps(best.span)]
    return more


def _beside(mention: Mention, found: Sequence[Mention], choices: Sequence[Entry]) -> Entry | None:
    """The reading in the slot of a value named just before or after: "silver or rose gold" is two of one kind."""
    for other in found:
        gap = max(other.span.first - mention.span.last, mention.span.first - other.span.last)
        if other is not mention and gap == 1 and not other.rivals:
            return next((entry for entry in choices if entry.slot == other.slot), None)
    return None


def values_with_numbers(utterance: Utterance, vocabulary: Vocabulary) -> list[Span]:
    """Where a value of two words or more is named that holds a number: "turning sixty"."""
    found = []
    for number in find_numbers(utterance):
        for first in range(max(0, number.span.first - 2), number.span.first + 1):
            for last in range(number.span.last, min(len(utterance.words), number.span.last + 2) + 1):
                words = utterance.words[first:last]
                if len(words) > len(number.span) and vocabulary.meanings("".join(word.stem for word in words)):
                    found.append(Span(first, last))
    return found
