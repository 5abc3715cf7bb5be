"""The words that tell about turns, one list a language: backchannels, what cannot and what must end a turn.

Only function words and the plainest adjectives stand here, never those of a trade. A language without a list gets no hints, and
the sound alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TurnWords:
    """One language's words about turns, lower case, without punctuation."""

    backchannels: frozenset[str]
    """Said to show that one listens: they ask for nothing."""
    answers: frozenset[str]
    """Backchannels that answer a question when one was asked."""
    hesitations: frozenset[str]
    """Whole utterances that only gain time."""
    openers: frozenset[str]
    """Words that open a phrase: whatever came before, something must follow."""
    carriers: frozenset[str]
    """Prepositions and verbs that want something after them, except at the end of a question ("what is it made of")."""
    carrier_pairs: frozenset[tuple[str, str]]
    """The same in two words."""
    short_pairs: frozenset[tuple[str, str]]
    """The same, but only in a short phrase: "show me", not "anything else that you can show me"."""
    beginnings: frozenset[str]
    """Whole utterances that only begin one."""
    not_dangling: frozenset[tuple[str, str]]
    """Pairs that may end a turn though their last word stands above."""
    short_answers: frozenset[str]
    """Verbs that end an answer after a pronoun ("yes it is")."""
    questions: frozenset[str]
    """Words that open a question."""
    pronouns: frozenset[str]
    articles: frozenset[str]
    plain_adjectives: frozenset[str]
    """Adjectives that want their noun after "a"."""
    ranges: tuple[str, str]
    """("between", "and")"""
    closing: frozenset[str]
    """Words that close a wish."""
    whole: frozenset[str]
    """Utterances that are complete by themselves."""
    pointing: frozenset[str]
    """Heads of "the ... one": a pointing phrase is complete with them ..."""
    pointers: frozenset[str]
    """... after one of these."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    words = text.replace(",", "").split()
    return frozenset(zip(words[::2], words[1::2], strict=True))


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split(","))


_ENGLISH = TurnWords(
    backchannels=_words(
        "mhm mm mmm mmhm mmhmm hm hmm hmmm uh huh uhhuh um ah aha oh ooh okay ok kay yeah yep yup yes right sure "
        "alright nice great cool good wow fine gotcha really true lovely"
    )
    | _phrases("i see, got it, all right, of course, oh nice, sounds good, very good, go on"),
    answers=_words("okay ok yeah yep yup yes right sure alright great good fine mhm mmhm mmhmm uhhuh cool lovely nice")
    | _phrases("of course, all right, sounds good"),
    hesitations=_phrases(
        "well, so, um, uh, er, erm, hmm, hm, actually, i don't know, well i don't know, let me see, let me think, let's "
        "see, hold on, one moment, just a moment, you know, i mean, i think, i guess, okay so, and then, no actually, "
        "oh well"
    ),
    openers=_words(
        "a an the my your our their his and or but because if as than i we he she they who whose i'm he's she's they're "
        "we're you're i'd we'd i'll it's that's there's what's something's um uh er erm maybe perhaps very quite rather "
        "slightly every"
    ),
    carriers=_words(
        "under over below above around about between with without for from of to in into on onto at by like is are was "
        "were be am can could would will should may might must do does did not have has had which near per until till "
        "except than so"
    ),
    carrier_pairs=_pairs(
        "would like, i'd like, we'd like, let me, i'm looking, i'm thinking, i'm after, to buy, to find, to get, to "
        "give, not too, is too, it's too, be too, bit too, little too, kind of, sort of, lot of, the one, the ones, i meant, "
        "who loves, who likes, who wears, who enjoys, who wants, who needs, who collects, he wears, she wears, he collects, "
        "she collects, something more, something less, for something, need something, want something, like "
        "something, for anything, i'll take, i'll have, i'll get, i get, "
        "me something, have anything, got anything, have something, got something"
    ),
    short_pairs=_pairs(
        "show me, give me, tell me, find me, get me, buy me, you have, have you, do you, can you, could you, is it, is "
        "there, are there, i want, i need, i like"
    ),
    beginnings=_phrases(
        "i love, i have, we want, we need, at most, at least, up to, less than, more than, not more, how about, what "
        "about, yes but, no but, can i, something, anything that, no i, yes i, i was, i really like, i really want, i "
        "really need, i also want, i also need"
    ),
    not_dangling=_pairs(
        "think so, hope so, guess so, suppose so, or so, so so, why not, or not, course not, certainly not, probably "
        "not, maybe not, definitely not, better not, think not, hope not, love to, go on, it on, them on, come in, look "
        "like, looks like, i am, to do, can do, will do, to have, yes maybe, a lot, a bit, a little"
    ),
    short_answers=_words("is are was were am do does did can could will would should have has"),
    questions=_words("what where who which how when why whose what's where's who's how's"),
    pronouns=_words("i you we they he she it that this there"),
    articles=_words("a an"),
    plain_adjectives=_words(
        "nice good great new old big small large little long short warm light dark simple cheap cheaper different "
        "similar special pretty beautiful lovely red blue green black white yellow brown grey gray pink purple orange"
    ),
    ranges=("between", "and"),
    closing=_words("please thanks instead though either anymore"),
    whole=_words("thanks hello hi hey stop wait both neither none cheaper bye")
    | _phrases(
        "no thanks, no thank you, yes please, that one, this one, go ahead, go on, start over, say that again, i don't "
        "mind, i don't care, i'll take it, never mind, show me more, tell me more, how much is it, not really, no "
        "preference, that's all, goodbye, good bye, bye bye, hello there, hi there, good morning, good afternoon, "
        "good evening, cheers"
    ),
    pointing=_words("one ones"),
    pointers=_words("the this that these those which another either neither each first second third last other"),
)
TURN_WORDS: dict[str, TurnWords] = {"en": _ENGLISH}
"""Hints by language code."""
