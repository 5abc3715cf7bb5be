"""A policy retold: the shop's own lines may be said as written, or in fewer words that keep their conditions and figures."""

from __future__ import annotations

import re

from dialogue.phrasing.claims import Claim, Reading, figures_in
from dialogue.phrasing.facts import Ground, ShopFacts, stems
from dialogue.phrasing.patterns import NEGATIONS
from dialogue.phrasing.plain import PLAIN
from dialogue.words import read_words

POLICY_COVER = 0.5
"""Share of a policy's content words that a sentence about it must keep."""
_CONDITIONS = "without never unless except before after until over under above below always any anything every all only"
CONDITIONS = frozenset(_CONDITIONS.split())
"""Plain words that turn a policy's meaning: a retelling has none that the line has not."""
TIME_SPAN = re.compile(r"\b(?:a|an|one|single|same|next) (?:minute|hour|day|week|month|year)\b")


def is_policy_line(text: str, ground: Ground) -> bool:
    """A policy as it is written, or whole sentences of it."""
    said = stems(text)
    for policy in ground.policies:
        parts = [stems(part) for part in re.split(r"(?<=[.!?;])\s+", policy.text)]
        runs = (parts[first:last] for first in range(len(parts)) for last in range(first + 1, len(parts) + 1))
        if said and any(said == tuple(stem for part in run for stem in part) for run in runs):
            return True
    return False


def retells(reading: Reading, ground: Ground) -> bool:
    """A retelling of one policy line: none but its words, its conditions and its spans of time, most of its content."""
    words = [word for word in reading.words.words if not word.is_mark]
    said = {word.stem for word in words} - PLAIN
    spans = {match[0] for match in TIME_SPAN.finditer(reading.words.norm)}
    for policy in ground.policies:
        line = set(stems(policy.text)) - PLAIN
        written = read_words(policy.text)
        known = line | {stem for word in policy.words for stem in stems(word)} | ground.words
        turned = {word.norm for word in words if word.norm in CONDITIONS} - {word.norm for word in written.words}
        denied = any(
            word.norm in NEGATIONS and any(after.stem in line for after in words[at + 1 : at + 3])
            for at, word in enumerate(words)
            if word.norm not in {each.norm for each in written.words}
        )
        told = all(span in written.norm for span in spans)
        if said <= known and not turned and not denied and told and len(said & line) >= POLICY_COVER * len(line):
            return True
    return False


def retold_figure(claim: Claim, reading: Reading, ground: Ground, shop: ShopFacts) -> bool:
    """A figure that a policy retold in the sentence says too: the same number, of the same kind."""
    if not ground.policies or not retells(reading, ground):
        return False
    return any(claim.number in _figures_of(policy.text, claim.kind, shop) for policy in ground.policies)


def _figures_of(text: str, kind: str, shop: ShopFacts) -> frozenset[float]:
    """Amounts of money in minor units, or for any other kind of claim all other numbers."""
    money = kind in ("price", "difference", "limit")
    return frozenset(figure.value for figure in figures_in(read_words(text), shop) if (figure.kind == "money") == money)
