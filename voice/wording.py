"""What the bare words tell about turn-taking: is this only "mhm", and can a turn end here? The words are in ``turn_words``."""

from __future__ import annotations

import re

from voice.turn_words import TURN_WORDS, TurnWords

SHORT_WORDS = 4
"""A phrase of so many words is short."""
_SENTENCE_END = re.compile(r"[.?!]+(?:\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation; "Mm-hmm." is two."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def is_backchannel(text: str, *, asked: bool = False, language: str = "en") -> bool:
    """Nothing but "mhm", "okay", "right"... Where a question has just been heard (``asked``) those that answer are answers."""
    known, words = TURN_WORDS.get(language), words_of(text)
    if known is None or not words or len(words) > 4:
        return False
    whole = " ".join(words)
    if asked and (whole in known.answers or any(word in known.answers for word in words)):
        return False
    return whole in known.backchannels or all(word in known.backchannels for word in words)


def reads_finished(text: str, *, language: str = "en") -> bool | None:
    """True: these words can only be an end. False: something must follow. None: they tell nothing.

    Full stops and question marks are ignored: a recogniser writes them after half a sentence too. Only its own "...", dash and
    comma are believed.
    """
    known, words = TURN_WORDS.get(language), _last_sentence(text)
    if known is None or not words:
        return None
    whole = " ".join(words)
    if text.rstrip().endswith(("...", "…", "-", "—", ",")):
        return False
    if whole in known.whole:
        return True
    if whole in known.hesitations or whole in known.beginnings or _dangles(words, known):
        return False
    last, before = words[-1], words[-4:-1]
    if last in known.closing and not (before and before[-1] in known.pronouns):
        return True
    return True if last in known.pointing and any(word in known.pointers for word in before) else None


def _last_sentence(text: str) -> list[str]:
    return next((words for part in reversed(_SENTENCE_END.split(text)) if (words := words_of(part))), [])


def _dangles(words: list[str], known: TurnWords) -> bool:
    """The last words want something after them."""
    last, pair = words[-1], tuple(words[-2:])
    verb = known.short_answers
    if pair in known.not_dangling or (last in known.pronouns and len(words) > 2 and words[-2] in verb):
        return False
    wants_noun = len(words) > 1 and words[-2] in known.articles and last in known.plain_adjectives
    if last in known.openers or last.endswith("'s") or wants_noun:
        return True
    opening, joining = known.ranges
    if opening in words and joining not in words[words.index(opening) :] and len(words) - words.index(opening) <= 4:
        return True
    if len(words) > 3 and words[0] in known.questions:
        return False
    if len(words) in (2, 3) and last in verb and words[-2] in known.pronouns and words[0] not in verb:
        return False
    return last in known.carriers or pair in known.carrier_pairs or (len(words) <= SHORT_WORDS and pair in known.short_pairs)
