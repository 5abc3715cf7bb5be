"""Questions that no slot answers ("is it waterproof?", "what goes with it?"), and topics that a shop does not enter.

They are told by the form of the words alone: a question about an item at hand must not be taken for a wish, and a question about
health, the law, politics or a person must be turned back with grace, whatever else was understood.
"""

from __future__ import annotations

import re
from typing import Literal

from dialogue.english import OPENING
from dialogue.words import read_turn

Topic = Literal["medical", "legal", "political", "personal"]

_CLOSED: dict[Topic, re.Pattern[str]] = {
    "medical": re.compile(
        r"\b(?:rash|allerg(?:y|ies|ic)|symptoms?|diagnos\w+|medicines?|medication|pregnan\w+|disease|illness|cure|cancer|"
        r"diabet\w+|depress(?:ed|ion)|doctor|blood pressure|headaches?|infection|safe to (?:take|swallow|drink))\b"
    ),
    "legal": re.compile(
        r"\b(?:sue|suing|lawsuit|lawyer|solicitor|legal(?:ly)?|illegal|court|my rights|landlord|divorce|contract)\b"
    ),
    "political": re.compile(
        r"\b(?:vote|voting|elections?|politic\w*|president|prime minister|government|abortion|immigra\w+|religion|"
        r"republicans?|democrats?|conservatives|labour party|the war)\b"
    ),
    "personal": re.compile(
        r"\bam i (?:too )?(?:fat|thin|old|ugly|gay|poor|stupid|short|tall|black|white)\b|\bdo i (?:look|sound) \w+"
        r"|\b(?:what|which) (?:race|religion|gender) am i\b|\bguess my (?:age|weight|race|gender|religion)\b"
        r"|\bare you (?:married|single|gay)\b|\b(?:love me|marry me|date me)\b"
    ),
}
_BEING = r"(?:person|human(?: being)?|robot|bot|machine|computer|ai|chatbot|recording|real|alive|somebody|someone)"
_WHAT_ARE_YOU = re.compile(
    rf"\b(?:are|r) you (?:(?:a|an|even|really|actually|just|some|kind of|real|actual|live|proper) )*{_BEING}\b|"
    rf"\b(?:am i|are we) (?:talking|speaking|chatting) (?:to|with) (?:(?:a|an|real|actual|live) )*{_BEING}\b|"
    r"\bis (?:this|it|that) (?:(?:a|an|just|some|real|live) )+"
    r"(?:person|human|robot|bot|machine|computer|ai|chatbot|recording)\b|"
    r"\bwho am i (?:talking|speaking) to\b|\bwhat are you ?\??$"
)
_CRISIS = re.compile(r"\b(?:(?:kill|hurt|harm) (?:myself|ourselves)|suicid\w*|end (?:my life|it all)|self harm|want to die)\b")
_ASKS = re.compile(
    OPENING + r"(?:"
    r"is|are|isnt|arent|does|do|dont|did|was|has|have|can|could|may|will|would|should|am|how|what|whats|where|wheres|who|whos|"
    r"when|why|which|whose)\b|\?$"
)
_ITEM = r"(?:it|its|ones?|they|them|this|that|these|those|the (?:first|second|third|last|other)(?: one)?|(?:this|that) one)"
_OF_ITEM = re.compile(rf"\b{_ITEM}\b|\bhow (?!much\b|many\b)\w+ (?:is|are) (?:the|its|their) \w+(?: \w+)? ?\??$")
_LEFT = re.compile(
    r"\bhow many\b.*\b(?:left|in stock|have you got)\b"
    r"|\b(?:seats?|any|some|copies|tickets) (?:still )?(?:left|remaining)\b"
)
_ABOUT = re.compile(
    r"\b(?:whats|what is) (?:it|this|that|the (?:first|second|third)(?: one)?)(?: all)? about\b|\bthe (?:plot|story)\b"
)
_SEEN_AGAIN = re.compile(rf"\b(?:see|show me|hear about|look at|tell me about|describe) {_ITEM} (?:once )?(?:again|once more)\b")
_WHY = re.compile(r"^why\b|\bhow come\b|\bwhat makes (?:it|this|that|you)\b")
_GOES = re.compile(r"\b(?:what|which|anything|something)\b.*\b(?:go(?:es)?|wear|pairs?|match(?:es)?)\b.*\bwith\b")
_HAVE_DONE = re.compile(
    rf"^(?:can|could|may) (?:i|we|you) (?:please )?(?:have|get|make) {_ITEM} (?!(?:please|in|for|from|with|then|now|today|too|"
    r"instead|and|as|at|to|again|now|delivered|sent)\b)\w+"
)
_OTHERS_SAY = re.compile(r"\b(?:customers|people|others|critics|everyone|reviewers?) (?:say|think|said|thought)\b|\breviews?\b")
_POINTED = re.compile(
    OPENING + r"(?:(?:is|are|does|do|did|was|has|have|can|could|will|would|how(?! about)|where|who|when)\b|"
    r"which (?:ones? )?(?:is |are )?(?:the )?(?!best\b|nicest\b|better\b|nicer\b)(?:\w+est\b|\w+er of (?:the two|them|those)\b))"
)
_POINTED_LATE = re.compile(
    r" ,? ?(?:isnt|arent|wasnt|doesnt|dont|werent|havent|hasnt) (?:it|they|that) ?\??$|"
    r"[,.;!] (?:is|are|does|do|did|was|has|have|can|could|will|would) (?:it|they|that|this|you|i|we)\b"
)
_ANY_WITH = re.compile(
    OPENING + r"(?:(?:do|have|is|are) (?:you|there)(?: have| got)? |(?:ive |you )?got )?(?:any|some|anything|something|ones?) "
    r"(?:\w+ )?(?:with|in|that has|that have)\b"
)
""" "Anything with animals on it?" wishes for another."""
_TO_SHOP = re.compile(
    r"^(?:can|could|may|do|does|will|would|is|are|how|what|where|when) (?:(?:can|do) )?(?:i|we|you|there|your)\b"
)


_IN_GENERAL = re.compile(
    OPENING + r"why (?:is|are) (?:everything|it all|things|all (?:of )?(?:this|these|it)|your \w+)\b|"
    r"\b(?:whats|what is|is there a|the) difference between (?!(?:the|them|those|these|it|that|this|number|"
    r"option)\b)\w+(?: \w+)? and \w+"
)


def closed_topic(text: str) -> Topic | None:
    """The topic that a question is about and the shop does not enter; None for anything else."""
    norm = read_turn(text).norm
    return next((topic for topic, pattern in _CLOSED.items() if pattern.search(norm)), None) if _ASKS.search(norm) else None


def asks_what_you_are(text: str) -> bool:
    """ "Are you a real person?" """
    return _WHAT_ARE_YOU.search(read_turn(text).norm) is not None


def is_crisis(text: str) -> bool:
    """Whether somebody speaks of harming themselves: nothing is sold then."""
    return _CRISIS.search(read_turn(text).norm) is not None


def is_about_item(text: str) -> bool:
    """Whether the words ask something of an item at hand."""
    norm = read_turn(text).norm
    if _OTHERS_SAY.search(norm):
        return True
    if _ANY_WITH.search(norm):
        return False
    return (_ASKS.search(norm) or _POINTED_LATE.search(norm)) is not None and _OF_ITEM.search(norm) is not None


def is_pointed(text: str) -> bool:
    """Whether the words ask one thing, as "is it ...?" and "where is it ...?" do, and not for all that is known."""
    norm = read_turn(text).norm
    return _POINTED.search(norm) is not None or _POINTED_LATE.search(norm) is not None


def is_to_shop(text: str) -> bool:
    """Whether the words ask something of the shop: "can I cancel my order?"."""
    norm = read_turn(text).norm
    return _TO_SHOP.search(norm) is not None or asks_in_general(norm)


def asks_in_general(norm: str) -> bool:
    """ "What's the difference between silk and satin?" is about no item."""
    return _IN_GENERAL.search(norm) is not None


def asks_to_change(text: str) -> bool:
    """ "Can I have it engraved?" asks for something to be done; it does not choose."""
    return _HAVE_DONE.search(read_turn(text).norm) is not None


def kind_of(text: str) -> Literal["stock", "details", "why", "goes_with", "others", "question"]:
    """What is asked, as far as the form of the words shows it."""
    norm = read_turn(text).norm
    if _LEFT.search(norm):
        return "stock"
    if _GOES.search(norm):
        return "goes_with"
    if _OTHERS_SAY.search(norm):
        return "others"
    if _ABOUT.search(norm) or _SEEN_AGAIN.search(norm):
        return "details"
    return "why" if _WHY.search(norm) else "question"
