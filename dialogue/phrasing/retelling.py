"""A policy retold: the shop's own lines may be said as written, or in fewer words that keep their conditions and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialogue.phrasing.claims import Claim, Reading
from dialogue.phrasing.facts import Ground, ShopFacts, root, stems
from dialogue.phrasing.figures import figures_in
from dialogue.phrasing.plain import GRAMMAR, PLAIN
from dialogue.phrasing.polarity import negated
from dialogue.phrasing.subjects import ORDINALS
from dialogue.shop import Policy
from dialogue.words import Utterance, Word, read_words

COVER, PART_COVER, TOUCHED_COVER = 0.5, 0.6, 0.4
"""Share of the content words of a policy, or of one of its parts, that a sentence about it must keep; and of one of its parts
where the sentence is about several."""
_CONDITIONS = "without never unless except before after until over under above below always anything every all only"
CONDITIONS = frozenset(_CONDITIONS.split())
"""Plain words that turn a policy's meaning: a retelling has none that the line has not."""
_ALIKE = {"any": "every", "each": "every", "within": "for", "during": "for", "never": "not"}
_GIVEN_BACK = frozenset(map(root, ("send", "bring", "take", "give")))
_LIGHT = frozenset({"get", "have", "take"})
TIME_SPAN = re.compile(r"\b(?:a|an|one|single|same|next) (?:minute|hour|day|week|month|year)\b")
_LIST = re.compile(r"\b\w+(?:, \w+)* (?:and|or) \w+\b")
_FOR_NOTHING = re.compile(r"\b(?:for )?nothing(?: at all| extra)?\b", re.IGNORECASE)
_COSTS_NOTHING = re.compile(
    r"\b(?:costs?|(?:wo|do|does|is|are)n['’]t (?:going to )?cost)(?: you)? (?:nothing|anything|a thing)(?: at all| extra)?\b",
    re.IGNORECASE,
)
_GOES_OUT = re.compile(
    r"\b(?:go(?:es)?|(?:is|are|be|get|gets) sent) out\b|\b(?:is|are) (?:sent|shipped|dispatched)\b", re.IGNORECASE
)
_UNTIL = re.compile(r"\b(?:up )?(?:until|till)\b", re.IGNORECASE)
_BACK = re.compile(r"\b(?:send|bring|take|give) (it|them|this|these|those|things?|anything|something) back\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|\w+n['’]t|never)(?: (?:yet|been|be))* (\w+)", re.IGNORECASE)
_PARTS = re.compile(r"[;:]\s+|,\s+(?:and|but)\s+|(?<=[.!?])\s+")


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
    """A retelling of one policy line or of a part of it: none but its words, said and denied as there, its conditions and its
    spans of time, most of its content."""
    return any(_retells(reading, ground, policy, unit, cover) for policy in ground.policies for unit, cover in _units(policy))


def _units(policy: Policy) -> Iterator[tuple[Utterance, float]]:
    yield read_words(policy.text), COVER
    parts = _PARTS.split(policy.text)
    for part in parts if len(parts) > 1 else ():
        yield read_words(part), PART_COVER


def _put_as(line: Utterance, text: str) -> Utterance:
    """A sentence with other ways to say a policy's words put as the policy puts them."""
    text = _COSTS_NOTHING.sub("is free", text) if "free" in line.norm.split() else text
    text = _FOR_NOTHING.sub("free", text) if "free" in line.norm.split() else text
    text = _UNTIL.sub("up to", text) if "up to" in line.norm else text
    text = _GOES_OUT.sub("leave", text) if "leave" in line.norm.split() else text
    text = _BACK.sub(r"return \1", text) if "return" in line.norm.split() else text
    denied = {word.norm.removeprefix("un") for word in line.words if word.norm.startswith("un")}
    return read_words(_NOT.sub(lambda found: f"un{found[1]}" if found[1].lower() in denied else found[0], text))


def _retells(reading: Reading, ground: Ground, policy: Policy, line: Utterance, cover: float) -> bool:
    utterance = _put_as(line, reading.words.text)
    words = [word for word in utterance.words if not word.is_mark]
    content = {root(stem) for stem in {word.stem for word in line.words if not word.is_mark} - PLAIN}
    asked_by = {root(stem) for said in policy.words if " " not in said for stem in stems(said)}
    named = {root(stem) for stem in stems(policy.name)}
    said = {root(stem) for stem in {word.stem for word in words} - PLAIN - _ALIKE.keys()} - {"back"}
    conditions = {_ALIKE.get(word.norm, word.norm) for word in line.words}
    turned = {_ALIKE.get(word.norm, word.norm) for word in words} & CONDITIONS - conditions
    spans = {match[0] for match in TIME_SPAN.finditer(utterance.norm)}
    return (
        said <= content | asked_by | {root(stem) for stem in ground.words}
        and not turned
        and all(span in line.norm and _anchored(span, line, words) for span in spans)
        and _said_alike(utterance.words, line.words)
        and len(said & content) >= cover * len(content - _others_listed(line, said))
        and all(_kept_enough(part, said, asked_by | named) for part in _PARTS.split(line.text))
    )


def _others_listed(line: Utterance, said: set[str]) -> set[str]:
    """What a line lists beside things that are said: of "wool, silk and leather" one is enough."""
    others: set[str] = set()
    for match in _LIST.finditer(line.text):
        listed = {root(stem) for stem in stems(match[0])} - {"and", "or"}
        others |= listed - said if listed & said else set()
    return others


def _kept_enough(part: str, said: set[str], asked_by: set[str]) -> bool:
    """Whether a part of a line, where a sentence has any of its content, is kept well enough not to be turned into another."""
    line = read_words(part)
    content = {root(stem) for stem in set(stems(part)) - PLAIN - ORDINALS.keys()} - _others_listed(line, said)
    kept = content & said
    return kept <= asked_by or len(kept) >= TOUCHED_COVER * len(content)


def _anchored(span: str, line: Utterance, words: Sequence[Word]) -> bool:
    """Whether the retelling also has the word that the line's span of time belongs to: what is done "the same day"."""
    at = line.span_of(line.norm.index(span), line.norm.index(span) + len(span)).first
    before = [word.stem for word in line.words[:at] if not word.is_mark and word.stem not in GRAMMAR]
    return not before or before[-1] in {form for word in words for form in (word.stem, word.norm.removesuffix("s"))}


def _said_alike(words: Sequence[Word], line: Sequence[Word]) -> bool:
    """Whether what both say is affirmed in both, or denied in both."""
    ways: dict[str, set[bool]] = {}
    for at, word in enumerate(line):
        ways.setdefault(root(word.stem), set()).add(negated(line, at))
    content = [at for at, word in enumerate(words) if root(word.stem) in ways and word.stem not in GRAMMAR]
    return all(negated(words, at) in ways[root(words[at].stem)] for at in content)


def retold(claim: Claim, reading: Reading, ground: Ground) -> bool:
    """A claim that a policy retold in the sentence bears out; turns of phrase that promise must be the line's own, plain words
    and all."""
    if not ground.policies or not retells(reading, ground):
        return False
    said = {root(word.stem) for word in reading.words.words[claim.first : claim.last] if word.stem not in GRAMMAR} - _LIGHT
    if claim.kind == "promise" and _BACK.search(reading.words.text):
        said = said - _GIVEN_BACK
    lines = [{root(stem) for stem in stems(policy.text)} for policy in ground.policies]
    return claim.kind in ("word", "number", "value") or any(said <= line for line in lines)


def retold_figure(claim: Claim, reading: Reading, ground: Ground, shop: ShopFacts) -> bool:
    """A figure that a policy retold in the sentence says too: the same number, of the same kind."""
    if not ground.policies or not retells(reading, ground):
        return False
    return any(claim.number in _figures_of(policy.text, claim.kind, shop) for policy in ground.policies)


def _figures_of(text: str, kind: str, shop: ShopFacts) -> frozenset[float]:
    """Amounts of money in minor units, or for any other kind of claim all other numbers."""
    money = kind in ("price", "difference", "limit")
    return frozenset(figure.value for figure in figures_in(read_words(text), shop) if (figure.kind == "money") == money)
