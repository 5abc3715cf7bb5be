"""Complaints about a thing bought here, which want the shop's own line on faults and not another thing of the kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.english import OPENING
from dialogue.shop import Policy
from dialogue.words import Utterance, read_words

_PART = r"(?:hole|crack|chip|stain|tear|rip|scratch|dent|mark|leak|fault|mould)"
_FAULT = re.compile(
    r"\b(?:broke|broken|breaks|snapped|ripped|torn|tore|cracked|split|(?:came|comes|coming|fell|falls|falling|"
    r"fallen) (?:apart|off|to bits|"
    r"to pieces|undone)|(?:stopped|not|isnt|wasnt|arent) working|(?:doesnt|dont|didnt|wont) work|packed up|went wrong|"
    rf"(?:a|an|in) (?:\w+ )?{_PART}s?|shrunk|shrank|faded|leaks|leaked|leaking|scratched|faulty|damaged|chipped|smashed|"
    rf"bent|peeling|"
    r"bobbled|stained|wore out|worn out|died|in pieces|unravell?ed)\b"
)
_WENT_ASTRAY = re.compile(
    r"\b(?:(?:never|hasnt|havent|didnt|not)(?: even| yet)? (?:arrived?|came|come|turned up|turn up|shown up|show up|"
    r"been delivered)|"
    r"(?:is|are|was|were) missing|(?:sent|got|gave|delivered)(?: me| us)? the wrong \w+|the wrong \w+ (?:came|arrived|"
    r"turned up))\b"
)
_BOUGHT = re.compile(
    r"\b(?:from (?:you|here|this shop|your shop)|off you|you (?:sold|sent|gave) (?:me|us|her|him|them)|"
    r"(?:i|we|she|he|they|ive|weve)(?: just| only)? (?:bought|ordered|purchased|got|had)(?! (?:a|any) (?:good )?(?:look|idea))\b"
    r".* (?:here|from you|off you|last (?:week|month|year|time|christmas)|yesterday|the other (?:day|week)|(?:week|month|"
    r"year|day)s? ago)|"
    r"my (?:order|parcel|package|delivery)|(?:it|they|one)(?: just| only| all)? (?:arrived|came|turned up)|"
    r"after (?:only |just |about )?(?:an? |one |two |three |four |five |six |a few |a couple of |\d+ )?(?:wash|wear|use|day|"
    r"week|month)\w*)\b"
)
_WANTS_ANOTHER = re.compile(
    r"\b(?:need|want|looking for|after|get|show me|find(?: me)?|recommend) (?:me )?(?:a |an |some )?(?:new|another|"
    r"replacement|different|"
    r"proper|better|stronger|sturdier)\b"
)
_WHAT_NOW = re.compile(
    OPENING + r"(?:so )?(?:(?:what|how) (?:do|can|should|shall|could|am|are|will|would) (?:i|we|you|they)\b(?: \w+){0,3} "
    r"(?:do|done|sort|fix|get it sorted)\b|what now|(?:can|could|will|would) (?:i|you|we) (?:get|have|give me|do|swap|fix|"
    r"send|replace|"
    r"change)\b.*(?:new one|another|it|that|them|money|refund|replacement|something))"
)
""" "So what do I do about it?", after a complaint."""
_FAULTS = frozenset({"faulty", "broken", "break", "damaged", "guarantee", "guaranteed", "warranty", "repair", "defect"})
_RETURNS = frozenset({"return", "refund", "exchange", "swap", "replace", "replacement"})
_PEOPLE = frozenset({"service", "order", "track", "manager", "complaint", "person"})


def complains(utterance: Utterance) -> bool:
    """Whether a thing that was bought is said to have a fault, or not to have come."""
    return _BOUGHT.search(utterance.norm) is not None and (_FAULT.search(utterance.norm) is not None or _is_astray(utterance))


def wants_another(utterance: Utterance) -> bool:
    """ "... and I need a new one": a wish beside the complaint."""
    return _WANTS_ANOTHER.search(utterance.norm) is not None


def asks_what_now(utterance: Utterance) -> bool:
    """What one asks once a complaint was answered."""
    return _WHAT_NOW.match(utterance.norm) is not None


def _is_astray(utterance: Utterance) -> bool:
    return _WENT_ASTRAY.search(utterance.norm) is not None


def lines_on(utterance: Utterance, policies: Sequence[Policy]) -> tuple[str, ...]:
    """The name of the shop's line on faults, else on returns, else on whom to turn to; these come first where a thing did not."""
    return _first_of(policies, (_PEOPLE, _RETURNS) if _is_astray(utterance) else (_FAULTS, _RETURNS, _PEOPLE))


def lines_on_what_now(policies: Sequence[Policy]) -> tuple[str, ...]:
    """The name of the line that says what to do next: on returns, else on whom to turn to."""
    return _first_of(policies, (_RETURNS, _PEOPLE, _FAULTS))


def _first_of(policies: Sequence[Policy], orders: Sequence[frozenset[str]]) -> tuple[str, ...]:
    said = {one.name: {word.stem for text in (one.name, *one.words) for word in read_words(text).words} for one in policies}
    best = {name: next((rank for rank, keys in enumerate(orders) if keys & stems), len(orders)) for name, stems in said.items()}
    found = sorted((rank, -len(orders[rank] & said[name]), name) for name, rank in best.items() if rank < len(orders))
    return (found[0][2],) if found else ()
