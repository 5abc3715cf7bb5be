"""What may be said of an item without "the": a kind that is a clause by itself, a thing fronted, a thing exclaimed at."""

from __future__ import annotations

import re

from dialogue.words import Span, Utterance

OPENERS = frozenset("and or just maybe not no then than actually okay ok so right yeah yes well please".split())  # noqa: SIM905
""" "Just red one please": "the" may be left out where a clause begins."""
EXCLAIMS = re.compile(
    r"^(?:(?:in|for|on|at|with)(?: \w+){1,3} )?, (?:(?:how|very|so|quite|rather) \w+|goodness|blimey|wow|crikey|gosh|"
    r"really|no thanks?(?: you)?|no|yuck|ugh|honestly|never|i dont think so|can that be right|is it|"
    r"are they)(?: me| no)? ?[.!?]?$"
)
""" "Purple and yellow, goodness", "silk shorts in bed, very fancy"."""
_FRONTED = re.compile(r"^, (?:\w+ ){1,5}?(?:it|them|those|these)\b(?! (?:is|are|was|do|does)\b)")
""" "Dragonflies, she'd adore those"."""
_ASKED_OF_IT = re.compile(
    r"^(?: though)? ?, (?:is|are|isnt|arent|does|do|doesnt|dont|will|wont|would|wouldnt|can|could|has|have) (?:it|they|that)\b"
)
""" "Vegan leather, does it breathe": of a value too."""
_CLAUSE_ENDS = frozenset({".", "!", "?", ",", "please", "then", "thanks"})
_SEEMS = frozenset({"sounds", "looks", "seems", "sound", "look", "seem"})
_PREDICATES = _SEEMS | {"that", "thats", "is", "are", "was", "were", "it"}
""" "Green canvas sounds practical", "clay secateurs, that can't be right": said of one at hand."""
_ANSWERS = re.compile(r"^(?:okay|ok|right|yes|yeah|yep|no|sorry|actually|fine|great|lovely|perfect|then)(?: then)? ,$")
""" "Okay, clip lamp please"."""


def is_exclaimed(utterance: Utterance, span: Span) -> bool:
    """ "A tea caddy for a coffee drinker, no": whether what is named is exclaimed at, and nothing else said."""
    return EXCLAIMS.match(utterance.after(span)) is not None


def opens_clause(utterance: Utterance, at: int) -> bool:
    """Whether nothing but an interjection stands before, in its sentence."""
    before = utterance.before(at, 1)
    return before in {"", ".", "!", "?"} or _ANSWERS.match(utterance.before(at)) is not None


def _goes_on_about(after: str, *, valued: bool) -> bool:
    """Whether what follows takes up what is named, with a pronoun."""
    return _ASKED_OF_IT.match(after) is not None or (not valued and _FRONTED.match(after) is not None)


def is_whole_clause(utterance: Utterance, span: Span, *, kind: bool, valued: bool, plain: bool) -> bool:
    """ "Napkins. Do they come in red?", "tablecloth, please", "dragonflies, she'd adore those".

    ``kind``: the words name a kind of thing, not that of all; ``valued``: some of them are plain values, ``plain``: all are.
    """
    if not opens_clause(utterance, span.first):
        return False
    if is_exclaimed(utterance, span) or _goes_on_about(utterance.after(span), valued=valued):
        return True
    after = utterance.after(span, 1)
    if after in _SEEMS and plain:
        return True
    return kind and (after in _CLAUSE_ENDS | _PREDICATES or not after)
