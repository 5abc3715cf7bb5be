"""What people say of any price, whatever is sold: "cheaper", "a bit dear", "we could spend a little more"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.words import Span, Utterance

MONEY_WORDS = {
    -1: (
        "cheap",
        "cheaper",
        "less expensive",
        "inexpensive",
        "affordable",
        "more affordable",
        "less pricey",
        "lower price",
        "lower priced",
        "less costly",
        "less dear",
        "costs less",
        "cost less",
        "budget friendly",
        "more reasonable",
        "reasonably priced",
        "economical",
        "less money",
        "lower in price",
        "less",
        "bargain",
    ),
    +1: (
        "pricey",
        "expensive",
        "pricier",
        "more expensive",
        "dearer",
        "costly",
        "costlier",
        "higher price",
        "more premium",
        "costs more",
        "pricier",
        "splurge",
        "luxurious",
        "higher end",
    ),
}
"""What any shop with prices understands, whatever it sells."""
_IDIOMS = (
    (
        -1,
        True,
        r"(?:is|its|theyre|thats) (?:way |well )?beyond (?:me|us|my means|our means)(?= ?$| ?[,.!?])|"
        r"too dear|too much(?: money)?(?= (?:for|to)\b| ?$| ?[,.!?])|out of (?:my|our) (?:price range|budget|league|"
        r"reach)|over (?:(?:my|our|the) )?(?:budget|limit)|"
        r"(?:more than|beyond|above) (?:my budget|what (?:i|we)|(?:i|we) (?:can|want|wanted|was|had))(?: \w+){0,4}|"
        r"(?:a bit|a little|a tad|rather|all|so|very|quite|bit|pretty) (?:dear|steep|rich)"
        r"(?= (?:for|though|really)\b| ?$| ?[,.!?])|"
        r"(?:thats|its|theyre|is) (?:an awful |quite )?a lot(?: of money)?(?= (?:for|to)\b| ?$| ?[,.!?])|"
        r"(?:cant|cannot|couldnt) (?:really |quite )?(?:afford|stretch to|justify)(?= (?:it|that|those|them|these)\b|"
        r" ?$| ?[,.!?])",
    ),
    (
        -1,
        False,
        r"(?:go|come)(?: (?:a bit|a little|any|much|even))? lower(?: (?:on|in|with) (?:the )?price)?|"
        r"(?:bring|get|keep|knock)(?: \w+){0,2} (?:price|cost|budget)s?(?: \w+)? (?:down|lower)|come down(?: a \w+)? in price|"
        r"lower (?:the|my|our) (?:price|budget|limit)|(?:kinder|easier|gentler|lighter|kind|easy|gentle) on "
        r"(?:the|my|our|her|his) (?!eyes?\b|ears?\b|feet\b)\w+|(?:wont|doesnt|not|without) (?:break|breaking) the bank|"
        r"(?:spend|pay|spending|paying)(?: \w+){0,2} less(?! than)|(?:good|better|best) value|"
        r"on a (?:tight |small |limited )?budget|on a shoestring|(?:im|am|were|bit) (?:skint|broke)|strapped for cash|"
        r"(?:as )?(?:little|cheaply) as (?:possible|you can|i can)|save (?:me |us )?(?:some|a bit of|a little) money|"
        r"not (?:want to )?(?:spend|pay)(?:ing)? (?:so|that|as|too) much|without spending (?:so|that|as|too) much",
    ),
    (
        +1,
        False,
        r"(?:spend|pay|stretch|push|go|spending|paying)(?: \w+){0,3} (?:more|higher|further)"
        r"(?= ?(?:$|[,.!?])| (?:if|money|please|though|than (?:that|this|those)|on (?:it|this)|"
        r"for (?:it|this|that|something))\b)|"
        r"(?:raise|up|increase|stretch) (?:the|my|our) (?:budget|price|limit)",
    ),
)
"""Direction, whether it is a complaint about what is at hand, and how people say it of any price."""
_TALK = tuple((direction, complaint, re.compile(rf"\b(?:{said})")) for direction, complaint, said in _IDIOMS)


def find_money_talk(utterance: Utterance) -> Iterator[tuple[int, bool, Span]]:
    """Wishes about the price in other words than its adjectives: (-1 or +1, a complaint about what is at hand, words)."""
    for direction, complaint, pattern in _TALK:
        yield from ((direction, complaint, span) for span, _ in utterance.find(pattern))
