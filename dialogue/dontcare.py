"""Answers that leave a choice open: "I don't mind", "any colour", "money's no object", "surprise me"."""

from __future__ import annotations

import re

from dialogue.english import SMALL_WORDS
from dialogue.vocabulary import LONGEST_PHRASE, Vocabulary
from dialogue.words import Span, Utterance

_OPEN = re.compile(
    r"\b(?:(?:i |we |she |he |they |really |honestly )*(?:dont|doesnt|do not|does not|wouldnt|couldnt) (?:really |much |"
    r"particularly )?(?:mind|care|matter)|(?:im |were |i am )?not "
    r"(?:too |that |really |very |particularly |overly )?(?:fussed|fussy|bothered|picky|particular|concerned|worried)|"
    r"no (?:particular |real |strong |special |specific )?"
    r"(?:preferences?|opinion)|(?:doesnt|dont|does not|wont) (?:really )?(?:bother|worry|concern) (?:me|us|her|him|them)|"
    r"(?:isnt|is not|not|arent) (?:that |so |very |really |too |at all |all that )?important|doesnt matter|"
    r"does not matter|it doesnt|makes no (?:difference|odds)|"
    r"whatever(?: you (?:think|like|have|recommend|suggest))?|"
    r"whichever(?! (?:one )?is (?:the )?(?:\w+er|\w+est|best|most|least)\b)|"
    r"anything(?: (?:is|will|would|thats?) (?:fine|ok|okay|good|do|great|goes|works|available|nice))|anything goes|"
    r"(?:(?<=^)|(?<=[,.] )|(?<=or ))anything(?= ?(?:$|[.!]|really|at all))|any(?: \w+){0,2} "
    r"(?:is|are|will|would|works?)(?: be)? (?:fine|ok|okay|good|do|great|work|alright|acceptable)|any(?: \w+){0,2} (?:works|"
    r"goes|suits)|either (?:is fine|way|one is fine|works|will do)|"
    r"(?:its |thats )?up to you|(?<!would )(?<!do )(?<!did )(?<!should )you (?:choose|decide|pick)|"
    r"(?<!can )(?<!could )you tell me(?! \w)|surprise me|"
    r"open to (?:anything|any|suggestions|ideas|"
    r"all)|all the same(?: to me)?|im easy|im flexible|flexible|"
    r"^(?:any|all)(?= ?$)|i guess any|i have no idea|no idea|not (?:really )?sure(?: yet)?|(?:i )?dont know(?: yet)?|"
    r"havent (?:decided|thought)|dont have (?:a|any)(?: \w+)? (?:preference|idea|in mind)|"
    r"just (?:looking|browsing)|nothing (?:in )?particular|nothing specific|it all depends|no (?:limit|restrictions?|"
    r"constraints?))\b"
)
_MONEY_OPEN = re.compile(
    r"\b(?:(?:money|price|cost|budget|expense)s?(?: is| isnt| is not)? ?(?:no|not an|an|not a|a)? ?(?:object|issue|problem|"
    r"concern|matter|limit|obstacle)|(?:no|without a?n?y?) "
    r"(?:budget|price limit|spending limit|upper limit|limit on (?:price|cost|money|what))|sky(?:s| is) the limit|(?:any|"
    r"whatever) price|whatever it (?:costs|takes)|spare no expense|"
    r"(?:price|cost|money|budget) (?:doesnt|does not|dont) matter|(?:dont|do not) (?:care|mind|"
    r"worry)(?: about)? (?:how much|what it costs|the (?:price|cost|money|budget)|about (?:price|cost|money)))\b"
)
_ANY_SLOT = re.compile(
    r"\b(?:any|whatever|whichever|all|no (?:particular|specific|special|preferred)|any (?:kind|sort|"
    r"type) of|any old)(?: (?:kind|sort|type) of)? (?P<rest>\w+(?: \w+){0,3})"
)


_ASKS_FOR = re.compile(r"\b(?:is|are) there $|\b(?:have|had|got|get|see|know|if|there|you) $")
""" "Is there any money off?" leaves nothing open."""
_ANYWHERE = re.compile(r"\b(?:anywhere|wherever|(?:doesnt|does not) matter where|(?:dont|do not) (?:care|mind) where)\b")
"""Leaves open the slot that is called "where", if the shop has one."""
_NO_SLOT = re.compile(
    r"\b(?:no|dont have an?|do not have an?|havent got an?|without an?|no issue with (?:the|any)|not worried about (?:the )?)"
    r"(?: particular| specific| special| set| fixed| certain| real)? (?P<rest>\w+(?: \w+){0,3})"
)
_FORGET_SLOT = re.compile(
    r"\b(?:forget|never ?mind|drop|skip|ignore|scrap|cancel)(?: about)?(?: (?:what|everything|anything|all)(?: that)? (?:i|we) "
    r"(?:just )?(?:said|told you|asked|mentioned)(?: for)?(?: about)?)? (?:the|my|any) (?P<rest>\w+(?: \w+){0,3})"
)
""" "Forget the colour", "forget what I said about the colour"."""


def find_dont_care(
    utterance: Utterance, vocabulary: Vocabulary, money: str | None, asked: str | None
) -> tuple[tuple[str | None, Span], ...]:
    """(slot, words) for each choice left open; the slot is None where none was named and none was asked."""
    found: list[tuple[str | None, Span]] = []
    if money:
        found += [(money, span) for span, _ in utterance.find(_MONEY_OPEN)]
    for span, match in [*utterance.find(_ANY_SLOT), *utterance.find(_FORGET_SLOT), *utterance.find(_NO_SLOT)]:
        rest_first = span.first + len(utterance.norm[match.start() : match.start("rest")].split())
        slot = slot_named_at(utterance, rest_first, vocabulary)
        if slot and not _ASKS_FOR.search(utterance.norm[: match.start()]):
            found.append((slot[0], Span(span.first, slot[1].last)))
    if place := vocabulary.slot_names.get("where"):
        found += [(place, span) for span, _ in utterance.find(_ANYWHERE)]
    for span, _ in utterance.find(_OPEN):
        if any(span.overlaps(other) for _, other in found):
            continue
        named = _slot_near(utterance, span, vocabulary)
        found.append((named or asked, span))
    return tuple(dict.fromkeys(found))


def slot_named_at(utterance: Utterance, first: int, vocabulary: Vocabulary) -> tuple[str, Span] | None:
    """The slot whose own name starts at a word, longest first."""
    key, best = "", None
    for last in range(first, min(len(utterance.words), first + LONGEST_PHRASE)):
        if utterance.words[last].is_mark:
            break
        key += utterance.words[last].stem
        if key in vocabulary.slot_names and not (last == first and _is_verb(utterance, first)):
            best = (vocabulary.slot_names[key], Span(first, last + 1))
    return best


def _is_verb(utterance: Utterance, at: int) -> bool:
    """A slot's name that is also an everyday word ("look") is a name only after "the", "what" and the like."""
    before, word = utterance.words[at - 1].norm if at else "", utterance.words[at]
    if word.norm != word.stem and word.stem in SMALL_WORDS:
        return before not in {"the", "which", "any", "its"}
    return word.norm in SMALL_WORDS and before not in {"the", "what", "which", "a", "any", "its", "that", "this"}


def slots_named(utterance: Utterance, vocabulary: Vocabulary) -> list[tuple[str, Span]]:
    """Every slot called by its own name, in order."""
    found, at = [], 0
    while at < len(utterance.words):
        named = slot_named_at(utterance, at, vocabulary)
        if named:
            found.append(named)
            at = named[1].last
        else:
            at += 1
    return found


def _slot_near(utterance: Utterance, span: Span, vocabulary: Vocabulary) -> str | None:
    """A slot named within the same clause: "the colour doesn't matter", "I don't mind about the price"."""
    for slot, named in slots_named(utterance, vocabulary):
        between = utterance.words[min(span.last, named.last) : max(span.first, named.first)]
        if len(between) <= 4 and not any(word.norm in {".", ";", "!", "?", "but"} for word in between):
            return slot
    return None
