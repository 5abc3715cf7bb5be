"""What the bare words tell about turn-taking, one list a language: backchannels, and words that cannot or must end a turn.

Only function words stand here, never those of a trade. A language without a list gets no hints, and the sound alone decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class TurnWords:
    """One language's words about turns, lower case."""

    backchannels: frozenset[str]
    """Said to show that one listens: they ask for nothing."""
    answers: frozenset[str]
    """Backchannels that answer a question when one was asked."""
    dangling: frozenset[str]
    """Words after which something must follow."""
    dangling_pairs: frozenset[tuple[str, str]]
    """Pairs after which something must follow, though the last word alone may end a turn."""
    closing: frozenset[str]
    """Words that close a wish."""
    whole: frozenset[str]
    """Utterances that are complete by themselves."""
    pointing: frozenset[str]
    """Heads of "the ... one": a pointing phrase is complete with them."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TURN_WORDS: dict[str, TurnWords] = {
    "en": TurnWords(
        backchannels=_words(
            "mhm mm mmm mmhm mmhmm hm hmm hmmm uh huh uhhuh um ah aha oh ooh okay ok kay yeah yep yup yes right sure alright "
            "nice great cool good wow fine gotcha really true lovely"
        )
        | {"i see", "got it", "all right", "of course", "oh nice", "sounds good", "very good", "go on"},
        answers=_words("okay ok yeah yep yup yes right sure alright great good fine mhm mmhm mmhmm uhhuh cool lovely nice")
        | {"of course", "all right", "sounds good"},
        dangling=_words(
            "a an the my your our their his her its under over below above around about between and or but with without for from "
            "of to in into on onto at by than as like because if so that's it's i'm he's she's they're we're i'd i'll is are was "
            "were be am can could would will should may might do does did not very too maybe perhaps um uh er erm some any "
            "something's what's which who whose i we they he she have has had want need"
        ),
        dangling_pairs=frozenset(
            {
                ("looking", "for"), ("kind", "of"), ("sort", "of"), ("less", "than"), ("more", "than"), ("up", "to"),
                ("going", "to"), ("i", "like"), ("i", "think"), ("i", "guess"), ("i", "mean"), ("you", "know"), ("let", "me"),
                ("show", "me"), ("give", "me"), ("tell", "me"), ("would", "like"), ("i'd", "like"), ("you", "have"),
                ("at", "most"), ("at", "least"), ("not", "more"),
            }
        ),
        closing=_words("please thanks instead though either anymore"),
        whole=_words("yes no yeah nope yep okay ok sure thanks hello hi hey stop wait both neither none cheaper another bye")
        | {
            "no thanks", "no thank you", "yes please", "thank you", "that one", "this one", "go ahead", "go on", "start over",
            "say that again", "what else", "anything else", "i don't mind", "i don't care", "i'll take it", "never mind",
            "show me more", "tell me more", "how much", "how much is it", "not really", "no preference",
        },
        pointing=_words("one ones"),
    ),
}
"""Hints by language code."""


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

    Punctuation is ignored: a recogniser writes a full stop after half a sentence too. Only its own "..." or dash is believed.
    """
    known, words = TURN_WORDS.get(language), words_of(text)
    if known is None or not words:
        return None
    if text.rstrip().endswith(("...", "…", "-", "—", ",")):
        return False
    whole, last = " ".join(words), words[-1]
    if whole in known.whole:
        return True
    if tuple(words[-2:]) in known.dangling_pairs or last in known.dangling:
        return False
    if last in known.closing or last in known.pointing:
        return True
    return None
