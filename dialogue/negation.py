"""What a "not" reaches: whether a value named in an utterance is wanted, shut out, or taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.had_already import had_lately
from dialogue.words import MARKS, Span, Utterance

Polarity = Literal["want", "exclude", "clear"]

_NEVER_NEGATE = (
    r"(?:not (?:only|just|necessarily|sure|bad|at all)|no (?:problem|worries|idea|thanks|thank you|preference|rush|doubt)|"
    r"why not|if not|or not|dont mind|wouldnt mind|dont care|dont know|not fussed|not fussy|not bothered|no wait|no no|"
    r"no hang on|no hold on|"
    r"(?:i |we )?(?:cant|cannot) (?:choose|decide|make)|no sorry|no actually|no i meant|no i mean|no i said|cant wait|"
    r"not to mention)"
)
_EXCLUDE = (
    r"(?:(?:any|every)(?: \w+){1,2} (?:but|except(?: for)?|apart from|other than|bar)|anything but|everything but|"
    r"anything except|anything other than|everything except|all but|nothing (?:with|in|from|"
    r"by|made of|"
    r"made from|thats|that is|containing|for)|nothing|without|except(?: for)?|other than|apart from|aside from|besides|"
    r"excluding|"
    r"avoid(?:ing)?|avoids|but not|nor|never|hates?|hated|detests?|loathes?|dislikes?|cant stand|cannot stand|cant bear|"
    r"allergic to|(?:gone|going) off(?! to\b)|"
    r"sick of|tired of|bored of|not keen on|not into|not a fan of|not fond of|not a big fan of|steer clear of|"
    r"stay away from|(?:leave|leaving|take) out|(?:leave|take)(?= (?:the |that |any )?\w+(?: \w+)? (?:out|off)\b)|"
    r"hold(?= the\b)|"
    r"(?:leave|drop)(?= the\b)|(?:ill|i will|lets|we can|i can|id) (?:leave|pass on|drop)|skip|skip the|"
    r"minus|rule out|"
    r"(?:i |she |he |they |we |id |you )*(?:dont|doesnt|didnt|do not|does not|did not|wouldnt|would not|wont|will not|cant|"
    r"cannot)"
    r" (?:\w+ ){0,2}?(?:want|like|need|fancy|wear|do|have|show me|give me|eat|drink|use|love|enjoy|get|choose|include|suggest|"
    r"suit|recommend|be|take|burn|play|read|carry|collect|keep|own|buy)|"
    r"too (?:old|young|grown up|big) for|too (?:close|near|similar) to|too (?:much )?like|"
    r"(?:dont|doesnt|do not|does not|wont|wouldnt|cant|cannot|couldnt|shouldnt) "
    r"(?!see\b|find\b|think\b|know\b|remember\b|spot\b)\w+ (?=any(?:thing)?\b)|"
    r"(?:rather|prefer|hope|hoping|wish|if|long as)(?: (?:if|it|they|that|was)){1,3} (?:wasnt|werent|isnt|arent)|"
    r"dont|doesnt have to be|(?:has|have|got|owns?|already has|already have) (?:enough|plenty of|too many|"
    r"loads of|"
    r"lots of|tons of)|isnt|arent|not|no more|no(?! (?:the|this|that)\b))"
)
_INSTEAD = (
    r"(?:(?:forget|never ?mind|scrap|ditch)(?: about)?(?= (?!it\b|that\b|this\b|me\b|i\b|all\b|what|everything|you)\w)|"
    r"(?:forget|never ?mind|scrap|ignore|cancel)(?: about)? (?:what|everything|all)(?: that)? (?:i|we) (?:just )?"
    r"(?:said|told you|mentioned)(?: about| of)?|"
    r"(?:take off|remove|get rid of)(?= (?:the|that)\b)|instead of|rather than|in place of|as opposed to|not so much|"
    r"(?:forget|dont remember|stop remembering)(?: about)?(?: that)? (?:i|we|he|she|they) "
    r"(?:like|love|want|prefer|wear|hate)s?d?)"
)
_OPENER = re.compile(rf"\b(?:(?P<free>{_NEVER_NEGATE})|(?P<instead>{_INSTEAD})|(?P<exclude>{_EXCLUDE}))\b")
_QUESTION = re.compile(
    r"(?:^|[,.;!?] |^(?:and|but|so|well|oh|or|wait|sorry) )"
    r"(?:isnt|arent|wasnt|werent|dont|doesnt|didnt|wont|wouldnt|cant|couldnt|hasnt|havent) "
    r"(?:(?:you|it|that|this|they|those|these|there|we|i)(?: \w+)?|the \w+)$|\bi dont (?:suppose|imagine)(?: \w+)?$"
)
""" "Isn't", "don't" before their subjects ask."""
_STOPPERS = frozenset(
    [
        "but",
        "just",
        "only",
        "instead",
        "rather",
        "id",
        "i",
        "we",
        "im",
        "ill",
        "lets",
        "maybe",
        "please",
        "make",
        "give",
        "show",
        "preferably",
        "prefer",
        "ideally",
        "because",
        "so",
        "since",
        "though",
        "although",
        "however",
        "something",
        "perhaps",
        "then",
        "actually",
        "otherwise",
        "yes",
        "more",
        "less",
        "and",
        "want",
        "need",
        "is",
        "was",
        "would",
        "should",
        "could",
        "can",
        "do",
        "does",
        "he",
        "she",
        "they",
        "it",
        "if",
        "when",
        "unless",
    ]
)
_PREPOSITIONS = frozenset("for in with to under over that which who from by around about between".split())  # noqa: SIM905
_OF_THE_WHOLE = re.compile(r"(?:in|on) (?:the|that|this|my|his|her)$")
_LEADING = frozenset(
    [
        "i",
        "want",
        "need",
        "like",
        "fancy",
        "really",
        "any",
        "anything",
        "a",
        "an",
        "the",
        "in",
        "with",
        "of",
        "made",
        "from",
        "too",
        "so",
        "be",
        "something",
        "that",
        "is",
        "thats",
        "show",
        "me",
        "give",
        "it",
        "to",
        "have",
        "more",
        "for",
        "it",
        "its",
    ]
)
AILMENTS = r"itch\w*|rash|hives|sneez\w*|ill|sick|headaches?"
""" "Wool makes her itch": what a thing does to one who is not to have it."""
_AFTER = re.compile(
    r"^(?:one |ones |things? |stuff |colou?r )?(?:(?:is|are|s) (?:out|not (?:for|my|her|his|an option|really|her|what)|"
    r"a no|off the table|wrong)|(?:makes?|gives?|brings?) (?:me|him|her|them|us|my \w+|his \w+|their \w+)"
    rf" (?:a |an )?(?:{AILMENTS}|out in)|"
    r"(?:(?:is|are|looks?|seems?) )?(?:(?:so|a bit|really|just|all|very|rather) )*"
    r"(?:boring|dull|ugly|awful|horrible|hideous|tacky|drab|out)"
    r"(?= ?(?:$|[,.!?;]|and|but|so))|"
    r"isnt (?:for|my|her|his|really|right)|arent (?:for|my|her|his|really)|wont do|"
    r"(?:doesnt|dont|does not|do not) (?:work|suit|appeal))\b"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The words a negation reaches."""

    span: Span
    polarity: Polarity
    opener: Span


def find_scopes(utterance: Utterance, mentions: Sequence[tuple[Span, str]]) -> tuple[Scope, ...]:
    """The reach of every negation. ``mentions``: spans of values with their slots, in order."""
    scopes = []
    for span, match in utterance.find(_OPENER):
        if match.group("free") or _is_answer(utterance, span) or _asks(utterance, span):
            continue
        end = _reach(utterance, span.last, mentions)
        if end > span.last:
            scopes.append(Scope(Span(span.last, end), "clear" if match.group("instead") else "exclude", span))
    return tuple(scopes)


def openers(utterance: Utterance) -> list[Span]:
    """Openers of several words, which name no value: "steer clear of"."""
    return [span for span, match in utterance.find(_OPENER) if len(span) > 1 and match.group("exclude")]


def polarity(utterance: Utterance, span: Span, scopes: Sequence[Scope]) -> Polarity:
    """What is meant of a value named at a span."""
    for scope in scopes:
        if scope.span.first <= span.first < scope.span.last:
            return scope.polarity
    after = utterance.after(span, 5)
    return "exclude" if had_lately(utterance, span) or _AFTER.search(after) else "want"


def _asks(utterance: Utterance, span: Span) -> bool:
    """ "Isn't the first one steel?", "don't you have it in red?", "I don't suppose you have one in green"."""
    at = span.first + 1
    return _QUESTION.search(f"{utterance.before(at)} {utterance.after(Span(span.first, at), 2)}") is not None


def _is_answer(utterance: Utterance, span: Span) -> bool:
    """ "No, a blue one": a no that answers, not one that shuts out."""
    if utterance.norm.split()[span.first : span.last] != ["no"]:
        return False
    following = utterance.words[span.last].norm if span.last < len(utterance.words) else ""
    return following in {
        ",",
        ".",
        "!",
        ";",
        ":",
        "?",
        "",
        "a",
        "an",
        "the",
        "i",
        "its",
        "it",
        "that",
        "thats",
        "we",
        "make",
        "im",
        "id",
        "but",
    }


def _reach(utterance: Utterance, first: int, mentions: Sequence[tuple[Span, str]]) -> int:
    words = utterance.words
    slot: str | None = None
    at = first
    while at < len(words):
        word = words[at]
        here = next(((span, name) for span, name in mentions if span.first == at), None)
        if here:
            if slot is not None and here[1] != slot and not _same_phrase(utterance, at, mentions):
                return at
            slot = here[1]
            at = here[0].last
            continue
        if _adds_any(utterance, at):
            slot, at = None, at + 1
            continue
        if word.norm in {".", ";", "!", "?", ":"}:
            return at
        if word.norm in {",", "and", "or", "nor", "&"}:
            if slot is None:
                if word.norm == ",":
                    return at
            elif not _goes_on(utterance, at, slot, mentions):
                return at
        elif (
            word.norm in _STOPPERS or word.norm in _PREPOSITIONS
            if slot is not None
            else (word.norm in _STOPPERS and word.norm not in _LEADING) or _is_of_a_part(utterance, first, at)
        ):
            return at
        at += 1
    return at


def _is_of_a_part(utterance: Utterance, first: int, at: int) -> bool:
    """ "No sugar in the cappuccino", "no pockets on the coat": the whole is not shut out."""
    lacks = at > first and utterance.words[first - 1].norm in {"no", "without"}
    return lacks and _OF_THE_WHOLE.match(utterance.after(Span(first, at), 2)) is not None


def _adds_any(utterance: Utterance, at: int) -> bool:
    """ "No hats or anything formal", "... . Or anything sad": the same "not" goes on to something of another sort."""
    norms = [word.norm for word in utterance.words[at : at + 3]]
    following = norms[1:] if norms[0] in MARKS else norms
    return following[:1] in (["or"], ["nor"]) and following[1:2] in (["any"], ["anything"])


def _same_phrase(utterance: Utterance, at: int, mentions: Sequence[tuple[Span, str]]) -> bool:
    """Whether a value directly follows another, as in "black leather"."""
    return any(span.last == at for span, _ in mentions)


def _goes_on(utterance: Utterance, at: int, slot: str, mentions: Sequence[tuple[Span, str]]) -> bool:
    """Whether a comma or conjunction goes on with the list of things shut out: "not black, navy or grey"."""
    words = utterance.words
    after = at + 1
    while after < len(words) and words[after].norm in {"or", "and", "nor", "any", "a", "an", "the", "with", "in"}:
        if words[after].norm in {"or", "nor"}:
            return _names_slot_soon(after, slot, mentions)
        after += 1
    if not _names_slot_soon(at, slot, mentions):
        return False
    if words[at].norm in {"or", "nor", "and", "&"}:
        return True
    rest = [word.norm for word in words[at + 1 : at + 8]]
    return "or" in rest and not ({"but", "just", "id", "i"} & set(rest[: rest.index("or")]))


def _names_slot_soon(at: int, slot: str, mentions: Sequence[tuple[Span, str]]) -> bool:
    return any(name == slot and 0 < span.first - at <= 3 for span, name in mentions)
