"""What the conversation holds, asked back: "what did I ask for so far?", "remind me what I said", "what are you looking for?"."""

from __future__ import annotations

import re

from dialogue.english import OPENING
from dialogue.words import Utterance

_SAID = (
    r"(?:ask(?:ed)?(?: you)?(?: (?:for|about))?|sa(?:y|id)|tell you|told you|order(?:ed)?|want(?:ed)?|mention(?:ed)?|"
    r"chosen?|pick(?:ed)?|got)"
)
_RECAP = re.compile(
    rf"{OPENING}(?:(?:can|could|would) you (?:please )?)?(?:"
    rf"what (?:(?:did|have|do) (?:i|we)|(?:ive|weve)) (?:just |already |actually )?{_SAID}(?: for)?"
    r"(?: i (?:want(?:ed)?|need(?:ed)?))?"
    r"(?: (?:at the (?:very )?(?:start|beginning)|first|originally|"
    r"so far|already|until now|up to now|again|then|before|earlier|in total|altogether))* ?[.?!]?$|"
    r"(?:remind me|tell me|repeat|sum up|recap|summari[sz]e|go over|say)(?: again| back)? (?:what|everything|all)(?: that)? "
    rf"(?:(?:(?:have|had) )?(?:i|we)|ive|weve|im|were)(?: just| have| had)? (?:{_SAID}|looking for|after)\b|"
    r"(?:remind me )?what (?:are|were) (?:you|we) (?:looking|searching) for\b"
    r"(?: (?:now|then|again|exactly|at the moment|here))* ?[.?!]?$|"
    r"(?:remind me )?what (?:was i|am i|were we) (?:looking|searching|asking) for(?: again)? ?[.?!]?$|"
    r"(?:(?:sum|recap) (?:it|that|this|things|everything) ?(?:up)?|"
    r"what (?:do you have|have you got) (?:me )?down(?: for (?:me|us))?(?: so far)?|"
    r"where (?:are|were|did) we(?: (?:get|got|up))?(?: (?:up )?to)?(?: again)?|"
    r"what have (?:we|you) got (?:down )?so far) ?[.?!]?$)"
)


def asks_recap(utterance: Utterance) -> bool:
    """Whether the shopper asks what they have said so far."""
    return _RECAP.match(utterance.norm) is not None
