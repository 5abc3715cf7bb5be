"""Prices told by others: "half that", "double the budget", "somewhere in between" of what is held or on the table."""

from __future__ import annotations

import math
import re

from dialogue.amount_types import Amount
from dialogue.pointing import Table
from dialogue.state import BeliefState
from dialogue.words import Utterance

_FACTORS = {"half": 0.5, "double": 2.0, "twice": 2.0, "a third of": 1 / 3, "a quarter of": 0.25, "three times": 3.0}
_MULTIPLE = re.compile(
    rf"\b(?P<times>{'|'.join(_FACTORS)})(?: of)? (?:(?:that|this|it)(?: (?P<of>price|cost|budget|amount|much|money))?|"
    r"(?:the|my|our) (?P<the>price|cost|budget|limit|amount|money))(?= ?(?:$|[,.!?]|please|then|instead|maybe|if|though|or))"
)
_BETWEEN = re.compile(
    r"(?:^|[,.] |\b(?:something|anything|want|like|maybe|about|a price) )(?:somewhere |something |anything |one )?"
    r"(?:in between(?! \d)|between (?:the two|those(?: two)?|them|these(?: two)?)|in the middle)"
    r"(?: (?:the two|those(?: two)?|them|these(?: two)?))?(?: of (?:the two|those|them))?(?= ?(?:$|[,.!?]|please|then|maybe))"
    r"(?! ?,? ?(?:which|what|whats|who)\b)"
)
ROOM = 0.1
"""Share of a price that another must be away from it for something to lie between them."""
_DOUBT = re.compile(r"\b(?:is|are|was|not|isnt|thats|its|they)(?: \w+)? $")
""" "It's half that" tells of a price and sets none."""


def find_between(utterance: Utterance, money: str, state: BeliefState, table: Table) -> list[Amount]:
    """ "Somewhere in between": of the prices on the table, or of those and the ones that "cheaper" was measured from."""
    costs = sorted({item.price_minor / 100 for item in table.items if item.price_minor is not None})
    belief = state.belief(money)
    before = belief.high if belief.direction < 0 else belief.low if belief.direction > 0 else None
    if not costs or (before is None and len(costs) < 2):
        return []
    low, high = costs[0], costs[-1]
    if before is not None:
        near = [cost for cost in costs if abs(cost - before) > ROOM * before]
        low, high = sorted((before, min(near or costs, key=lambda cost: abs(cost - before))))
    inner = (math.floor(low) + 1, math.ceil(high) - 1)   # neither of them, in whole units
    return [Amount(money, "between", span, *inner) for span, _ in utterance.find(_BETWEEN)] if inner[0] < inner[1] else []


def find_multiples(utterance: Utterance, money: str, state: BeliefState, table: Table) -> list[Amount]:
    """Limits as multiples of the budget that is held, else of the price of the item spoken of last; none where is neither."""
    belief, last = state.belief(money), table.last or (table.items[-1] if table.items else None)
    price = last.price_minor / 100 if last is not None and last.price_minor is not None else None
    held = belief.high if belief.high is not None else belief.around
    found = []
    for span, match in utterance.find(_MULTIPLE):
        of_price = {"price", "cost"} & {match.group("of"), match.group("the")}
        base = price if of_price or held is None else held
        if base is not None and not _DOUBT.search(utterance.norm[: match.start()]):
            found.append(Amount(money, "at_most", span, None, round(base * _FACTORS[match.group("times")], 2)))
    return found
