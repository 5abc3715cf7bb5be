"""Hearing what is likely: a phrase that may well have been said, and sounds like what was heard, is weighed against it.

Whisper can be leaned towards names by a prompt, but a prompt also puts them into mouths that did not say them, and changes words
elsewhere. So the words are decoded without it. Only where some of them sound like a likely phrase (``voice.sounds_like``) is the
text with that phrase scored against the text as heard, by Whisper itself on the same sound. The phrase wins when sound and score
together make it surely right; otherwise nothing changes. It is the noisy channel of speech recognition's n-best rescoring.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from voice.at_hand import AT_HAND_NATS, with_words_at_hand
from voice.near_values import LIKELIEST, singular, with_near_values
from voice.sounds_like import EDGES_KEPT, Soundalike, soundalikes, words_of

Score = Callable[[str], float]
"""A text's log probability on the sound, in nats: the sum over its tokens."""

LEAST_LIKENESS = 0.75
SCORED = 2
"""Phrases scored, each in about 30 ms; the likest."""

NATS_PER_UNLIKENESS = 60.0
"""How fast belief falls as the sounds differ: 10 % unlike cost 6 nats."""

SURE_NATS = -23.0
"""Score gained, less unlikeness, at which a phrase is surely right. Whisper finds its own words likelier than any other (a right
phrase costs it 0 to 16 nats), so this is below zero. Of 66 misheard titles of the demo shop 50 lay above; of sentences that named
no likely title none did, but for names with a near twin in the list ("Kestrel", "Crystal"), for which rivals must be given."""

WORDS_AT_HAND = 2
"""Words put right in one text, one after the other."""

NEAR_PHRASES = 32
FAR_NATS = 6.0
"""Phrases are given likeliest first; those after the first NEAR_PHRASES must be surer by this much. They are there as rivals."""


def with_rivals(likely: Sequence[str], titles: Sequence[str]) -> tuple[str, ...]:
    """What is likely, then every other title: less likely, and a rival where it sounds nearer."""
    return tuple(dict.fromkeys([*likely, *titles]))


def brings_in(text: str, other: str, likely: Sequence[str]) -> bool:
    """Whether the text has a word of the likeliest phrases that the other has not; in the singular or the plural."""
    named = {singular(word) for phrase in likely[:LIKELIEST] for word in words_of(phrase)} - EDGES_KEPT
    new = {singular(word) for word in words_of(text)} - {singular(word) for word in words_of(other)}
    return bool(new & named)


def put_right(heard: str, likely: Sequence[str], score: Score) -> str:
    """The text, with the one phrase that it surely misheard put in its place; as it was where there is none.

    ``likely``: phrases that may have been said, likeliest first; give rivals too, so that the nearest is not merely the only one.
    """
    found = soundalikes(heard, likely, LEAST_LIKENESS)
    said = [match for match in found if words_of(heard[match.start : match.end]) == words_of(match.phrase)]
    open_to_doubt = [match for match in found if not any(_overlap(match, sure) for sure in said)][:SCORED]
    if not open_to_doubt:
        return heard
    rank = {phrase: position for position, phrase in reversed(list(enumerate(likely)))}
    as_heard = score(heard)

    def belief_nats(match: Soundalike) -> float:
        far = FAR_NATS if rank[match.phrase] >= NEAR_PHRASES else 0.0
        return score(_with(heard, match)) - as_heard - NATS_PER_UNLIKENESS * (1 - match.likeness) - far

    beliefs = [(belief_nats(match), -position, match) for position, match in enumerate(open_to_doubt)]
    belief, _, best = max(beliefs)
    return _with(heard, best) if belief >= SURE_NATS else heard


def put_words_at_hand_right(heard: str, likely: Sequence[str], score: Score) -> str:
    """The text with at most WORDS_AT_HAND words put right that sound nearly like one of a title at hand (``voice.at_hand``)."""
    titles = tuple(phrase for phrase in likely[:NEAR_PHRASES] if " " in phrase and phrase[:1].isupper())
    for _ in range(WORDS_AT_HAND):
        gained_nats, best = _likeliest(with_words_at_hand(heard, titles), heard, score)
        if gained_nats < AT_HAND_NATS:
            return heard
        heard = best
    return heard


def put_value_right(heard: str, likely: Sequence[str], reminded_score: Score) -> str:
    """The text with one word that is none of the shop's put right, where the value it sounds like is likelier on the sound.

    ``reminded_score``: a text's log probability on the sound with what is likely before it (see ``voice.near_values``).
    """
    gained_nats, best = _likeliest(with_near_values(heard, likely), heard, reminded_score)
    return best if gained_nats > 0 else heard


def _likeliest(others: Sequence[str], heard: str, score: Score) -> tuple[float, str]:
    """Of the first SCORED texts the likeliest, with how much likelier it is than what was heard; none gains nothing."""
    if not others:
        return -math.inf, heard
    best_nats, best = max((score(other), other) for other in others[:SCORED])
    return best_nats - score(heard), best


def _with(heard: str, match: Soundalike) -> str:
    return heard[: match.start] + match.phrase + heard[match.end :]


def _overlap(one: Soundalike, other: Soundalike) -> bool:
    return one.start < other.end and other.start < one.end
