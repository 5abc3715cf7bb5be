"""What a turn shows, as features for the learned tracker: names replaced by their slots, so that unseen values are read alike.

Candidate-set tracking after Rastogi, Hakkani-Tur and Heck, "Scalable multi-domain dialogue state tracking" (2017): every
value named by the shopper, by the shop or by the rules, or held before, is a candidate; so is "does not mind".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dialogue.belief import merge_change
from dialogue.dontcare import find_dont_care, slots_named
from dialogue.mentions import Mention, find_mentions
from dialogue.negation import find_scopes, polarity
from dialogue.state import BeliefState
from dialogue.types import Act
from dialogue.understanding import Reader
from dialogue.vocabulary import Vocabulary
from dialogue.words import Span, Utterance, read_words

DONT_CARE = "dontcare"
"""The value of a slot that the shopper leaves open."""

Held = Mapping[str, tuple[str, ...]]
"""Slot to values, or (DONT_CARE,)."""

_NEAR = 4
_QUESTION = re.compile(r"\?|^(?:what|which|would|do|any|how|is there|are you)\b")


@dataclass(frozen=True)
class Said:
    """One side's words with the values they name."""

    utterance: Utterance
    mentions: tuple[Mention, ...]
    named: tuple[str, ...]
    """Slots called by their own names."""
    tokens: tuple[str, ...]
    """The words with values replaced by their slots."""
    places: tuple[int, ...]
    """Where each mention stands in ``tokens``."""
    polarities: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    """Mentions of one slot joined by "and" or a comma: "red, white and yellow" is one value of three parts."""
    open: tuple[str | None, ...] = ()
    """Slots that the rules take for left open."""

    @classmethod
    def read(cls, text: str, vocabulary: Vocabulary, asked: str | None = None) -> Said:
        utterance = read_words(text)
        mentions = find_mentions(utterance, vocabulary, asked=asked)
        scopes = find_scopes(utterance, [(mention.span, mention.slot) for mention in mentions])
        tokens: list[str] = []
        places = []
        starts = {mention.span.first: mention for mention in mentions}
        at = 0
        while at < len(utterance.words):
            if at in starts:
                places.append(len(tokens))
                tokens.append(f"<{starts[at].slot}>")
                at = starts[at].span.last
            else:
                tokens.append(utterance.words[at].norm)
                at += 1
        named = tuple(dict.fromkeys(slot for slot, _ in slots_named(utterance, vocabulary)))
        signs = tuple(polarity(utterance, mention.span, scopes) for mention in mentions)
        left_open = tuple(slot for slot, _ in find_dont_care(utterance, vocabulary, None, asked))
        return cls(utterance, mentions, named, tuple(tokens), tuple(places), signs, _groups(tokens, places, mentions), left_open)

    def asks(self) -> bool:
        return _QUESTION.search(self.utterance.norm) is not None

    def grams(self) -> tuple[str, ...]:
        padded = ("^", *self.tokens, "$")
        return (*self.tokens, *(f"{a}_{b}" for a, b in pairwise(padded)))

    def values(self, slot: str) -> list[tuple[tuple[str, ...], int]]:
        """Values of a slot with the index of their mention; a rival reading counts too, and a group is one value."""
        found: list[tuple[tuple[str, ...], int]] = []
        for group in self.groups:
            first = self.mentions[group[0]]
            if first.slot == slot and len(group) > 1:
                found.append(((joined(value for index in group for value in self.mentions[index].values[:1]),), group[0]))
            elif first.slot == slot:
                found.append((first.values, group[0]))
            found += [(rival.values, index) for index in group for rival in self.mentions[index].rivals if rival.slot == slot]
        return found


def joined(values: Iterable[str]) -> str:
    """Several values held together, as one name in a fixed order."""
    return "|".join(sorted(set(values)))


def _groups(tokens: Sequence[str], places: Sequence[int], mentions: Sequence[Mention]) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = []
    for index, place in enumerate(places):
        if groups:
            before = groups[-1][-1]
            between = tokens[places[before] + 1 : place]
            if mentions[before].slot == mentions[index].slot and 0 < len(between) <= 2 and set(between) <= {"and", ",", "&"}:
                groups[-1].append(index)
                continue
        groups.append([index])
    return tuple(tuple(group) for group in groups)


@dataclass(frozen=True)
class Exchange:
    """What the shop said, what the shopper answered, and what was held before."""

    system: Said
    user: Said
    before: Held = field(default_factory=dict)
    earlier: Held = field(default_factory=dict)
    """What was last held at all, where nothing was held just before."""
    requested: tuple[str, ...] = ()
    act: str = ""
    asked: str | None = None
    also_asked: tuple[str, ...] = ()
    by_rules: Held = field(default_factory=dict)
    """What the rules make of the same words, with what was held before."""
    requested_by_rules: tuple[str, ...] = ()

    @classmethod
    def read(cls, system: str, user: str, reader: Reader, past: Past) -> Exchange:
        vocabulary = reader.vocabulary
        said = Said.read(system, vocabulary)
        asked = slot_asked(said)
        by_rules, requested = read_by_rules(user, reader, past, asked)
        return cls(
            system=said,
            user=Said.read(user, vocabulary, asked),
            before=past.before,
            earlier=past.earlier,
            requested=past.requested,
            act=past.act,
            asked=asked,
            also_asked=said.named if asked else (),
            by_rules=by_rules,
            requested_by_rules=requested,
        )


def read_by_rules(
    user: str, reader: Reader, past: Past, asked: str | None, *, lasting: bool = True
) -> tuple[Held, tuple[str, ...]]:
    """What the rules hold after a turn (or, not ``lasting``, what they read in it), and what they take for asked about."""
    understanding = reader.read(user, BeliefState(asked_slot=asked))
    goes_on = lasting or Act.MORE in understanding.acts
    slots = dict(past.before or past.earlier) if goes_on else {}
    for change in understanding.changes:
        belief = merge_change(change, BeliefState().belief(change.slot), 0)
        if belief.want:
            slots[change.slot] = (joined(belief.want),)
        elif belief.any:
            slots[change.slot] = (DONT_CARE,)
        elif change.kind in {"exclude", "clear"} and set(slots.get(change.slot, ())) & set(change.values):
            del slots[change.slot]
    return slots, understanding.requested


@dataclass(frozen=True)
class Past:
    """What a turn inherits from those before it."""

    before: Held = field(default_factory=dict)
    earlier: Held = field(default_factory=dict)
    requested: tuple[str, ...] = ()
    act: str = ""

    def then(self, slots: Held, requested: tuple[str, ...], act: str) -> Past:
        """The past of the next turn."""
        return Past(slots, slots or self.before or self.earlier, requested, act)


def slot_asked(system: Said) -> str | None:
    """The slot a question of the shop's asks for: the last one it names."""
    if not system.asks():
        return None
    return system.named[-1] if system.named else None


def candidates(exchange: Exchange, slot: str, frequent: Sequence[str]) -> dict[str, str]:
    """Candidate value to its sources: U the shopper, S the shop, P held before, F frequent in training, D does not mind."""
    found: dict[str, str] = {}
    for values, _ in exchange.user.values(slot):
        for value in values:
            found[value] = "U"
    for said, letter in ((exchange.system.values(slot), "S"),):
        for values, _ in said:
            for value in values:
                found[value] = found.get(value, "") + (letter if letter not in found.get(value, "") else "")
    for value in exchange.before.get(slot, ()):
        found[value] = found.get(value, "") + "P"
    for value in exchange.earlier.get(slot, ()) if not exchange.before else ():
        found[value] = found.get(value, "") + "E"
    for value in exchange.by_rules.get(slot, ()):
        found[value] = found.get(value, "") + "R"
    for value in frequent:
        found.setdefault(value, "")
        found[value] += "F"
    found[DONT_CARE] = found.get(DONT_CARE, "") + "D"
    return found


def slot_features(exchange: Exchange, slot: str, value: str, sources: str) -> Iterator[str]:
    """Features of one candidate."""
    user, system = exchange.user, exchange.system
    in_user = [index for values, index in user.values(slot) if value in values]
    in_system = [index for values, index in system.values(slot) if value in values]
    other = any(value not in values for values, _ in user.values(slot))
    marks = (
        ("o", other),
        ("a", exchange.asked == slot),
        ("A", exchange.asked != slot and slot in exchange.also_asked),
        ("q", exchange.asked not in {slot, None} and slot not in exchange.also_asked),
        ("n", slot in user.named),
        ("y", slot in system.named),
        ("p", bool(exchange.before.get(slot))),
        ("m", bool(user.mentions)),
        ("d", slot in user.open),
        ("r", slot in exchange.by_rules),
    )
    context = "".join(letter for letter, holds in marks if holds)
    source = sources.replace("F", "")
    yield f"{sources}"
    yield f"{sources}|{slot}"
    yield f"{source}|{context}"
    yield f"{source}|{slot}|{context}"
    for index in in_user:
        mention, place = user.mentions[index], user.places[index]
        yield f"U|{user.polarities[index]}"
        yield f"U|{slot}|{user.polarities[index]}"
        yield f"U|group={any(index in group and len(group) > 1 for group in user.groups)}|{slot}"
        yield f"U|how={mention.how}|{mention.confidence > 0.9}"
        yield f"U|rival={mention.slot != slot}|{slot}"
        yield f"U|alone={len(user.tokens) <= 3}|{exchange.asked == slot}"
        yield f"U|last={place >= len(user.tokens) - 2}"
        yield from _around("U", slot, user.tokens, place)
    for index in in_system:
        yield from _around("S", slot, system.tokens, system.places[index])
    for gram in user.grams():
        yield f"u|{source}|{gram}"
        yield f"u|{source}|{slot}|{gram}"
        if "F" in sources:
            yield f"v|{slot}={value}|{gram}"
        if "D" in sources and exchange.asked:
            yield f"d|{exchange.asked == slot}|{gram}"
    for token in set(system.tokens):
        yield f"y|{source}|{slot}|{token}"
    if exchange.act:
        yield f"act|{source}|{slot}|{exchange.act}"


def _around(letter: str, slot: str, tokens: Sequence[str], place: int) -> Iterator[str]:
    for step in range(1, _NEAR + 1):
        for sign in (-1, 1):
            at = place + sign * step
            token = tokens[at] if 0 <= at < len(tokens) else "#"
            yield f"{letter}{sign * step}={token}"
            yield f"{letter}{sign * step}={token}|{slot}"
    before = "_".join(tokens[max(0, place - 2) : place])
    yield f"{letter}bb={before}"
    yield f"{letter}bb={before}|{slot}"
    yield f"{letter}aa={'_'.join(tokens[place + 1 : place + 3])}"


def request_features(exchange: Exchange, name: str, spans: Sequence[Span]) -> Iterator[str]:
    """Features of "was this asked about?"; ``spans``: where its words stand in the shopper's turn."""
    user = exchange.user
    said, before = bool(spans), name in exchange.requested
    yield f"r|{said}|{before}"
    yield f"r|{name}|{said}|{before}"
    yield f"r|{name}|{said}|q={'?' in user.tokens}|m={bool(user.mentions)}"
    yield f"r|{said}|act={exchange.act}|{before}"
    yield f"r|rules={name in exchange.requested_by_rules}|{said}|{before}"
    yield f"r|{name}|rules={name in exchange.requested_by_rules}|{before}"
    for gram in user.grams():
        yield f"r|{name}|{gram}"
        yield f"r|{said}|{gram}"
        yield f"r|{before}|{gram}"
    for token in set(exchange.system.tokens):
        yield f"ry|{before}|{token}"


def act_features(exchange: Exchange, act: str) -> Iterator[str]:
    """Features of a label of the act itself."""
    yield f"a|{act}"
    yield f"a|{act}|before={exchange.act}"
    yield f"a|{act}|asks={exchange.system.asks()}|short={len(exchange.user.tokens) < 9}"
    for gram in exchange.user.grams():
        yield f"a|{act}|{gram}"
    for token in set(exchange.system.tokens[-12:]):
        yield f"ay|{act}|{token}"
    yield f"a|{act}|first={exchange.user.tokens[:2]}"
    yield f"a|{act}|yfirst={exchange.system.tokens[:2]}"
