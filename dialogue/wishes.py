"""From what was named to what is wished: wants, exclusions, amounts, relative wishes and choices left open, repairs undone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from dialogue.amount_types import Amount
from dialogue.critiques import CritiqueMention
from dialogue.meant import prefers
from dialogue.mentions import Mention
from dialogue.of_two import is_by_another, is_of_feature
from dialogue.portions import belongs_to
from dialogue.reading import Reading
from dialogue.turning import is_for_somebody
from dialogue.types import ChangeKind, SlotChange
from dialogue.words import MARKS, Span, joined_stem
from recommender.types import Item

_REPAIR_REACH = 6
"""Words between a value and the repair that takes it back."""

MOST_OF_A_KIND = 0.6
"""Share of a kind from which a word that its titles say is as good as its name."""
_NEXT = 1
"""Words between a repair and the item that is meant instead of a value: "the thriller, sorry, the first one"."""
_BETWEEN = MARKS | {"no", "sorry", "wait", "actually"}

REPAIR = re.compile(
    r"\b(?:sorry|no wait|wait no|wait|i mean|i meant|i said|scratch that|make that|or rather|correction|"
    r"let me rephrase|no sorry|no no|actually|no)\b"
)
_OR_SAY = re.compile(r"(?<=[,.;] )(?:(?:well|or|no|ok|okay|actually|hmm|nah) ,? ?)*(?:lets )?(?:say|call it)\b|\bor lets say\b")
""" "Up to a hundred. Well, say a hundred and twenty"."""
_CORRECTION = re.compile(
    r"\b(?:i (?:meant|mean|said|asked for)|not what i (?:said|meant|asked)|i was (?:asking|looking) for|"
    r"you misheard|misheard|correction|i didnt (?:say|mean|ask))\b"
)
_ADDITION = re.compile(
    r"\b(?:also|as well|too|or (?:maybe |even |perhaps |possibly )?(?:in |a |an |some |with )?$|"
    r"and (?:maybe |also )|in addition|plus)\b"
)
_NOT_TOO = re.compile(r"not (?:too|so|that|overly)\b")
_BELOW = re.compile(r"(?:before|under|below|beneath|less|cheaper|lower|shorter|earlier|older)\b")
_SLIGHTLY = re.compile(r"\b(?:a (?:little )?bit|a (?:little|tad|touch|shade|fraction|smidge)|slightly|just under)\b(?! too)")
_ASKS_WHICH = re.compile(r"\b(?:which|whats|what is|who|is|are|was) (?:(?!there|any|some)\w+ ){0,3}$")
""" "Which is cheaper?" asks; it does not wish."""


def wishes(reading: Reading, asked: Sequence[Span], item: Callable[[str], Item | None]) -> tuple[SlotChange, ...]:
    """Every slot change of a turn, in the order in which it was said. The words in ``asked`` were asked about, not wished for.

    ``item``: the items by their ids, for what is said of one on the table.
    """
    correction = _CORRECTION.search(reading.utterance.norm) is not None
    said: list[tuple[Span, SlotChange]] = []
    mentions = [mention for mention in reading.mentions if mention.span not in asked]
    mentions = [one for one in mentions if not is_by_another(reading, one)]
    for mention in _without_repaired(reading, mentions):
        meant = None if refused_within(reading, mention) else reading.polarity(mention)
        if meant is not None and not (meant == "clear" and not set(mention.values) & _held(reading, mention.slot)):
            words = reading.utterance.said(mention.span)
            change = SlotChange(mention.slot, meant, mention.values, words=words, confidence=round(mention.confidence, 3))
            said.append((mention.span, replace(change, correction=correction, of=belongs_to(reading, mention, item))))
    amounts = [amount for amount in _without_repaired_amounts(reading) if amount.span not in asked]
    said += [(amount.span, _amount_change(reading, amount, correction)) for amount in amounts]
    said += _relative(reading, {amount.slot for amount in reading.amounts}, correction)
    said = _with_open(reading, said)
    said.sort(key=lambda pair: pair[0].first)
    adds = _ADDITION.search(reading.utterance.norm) is not None
    return tuple(_merged([change for _, change in said], reading, adds))


def refused_within(reading: Reading, mention: Mention) -> bool:
    """ "No hoops" of a wish for earrings, "not dolls" of toys: a word narrower than the kind, which is not shut out by it.

    Narrower is what the shop knows by another name and only some of its titles say.
    """
    topic = reading.shop.topic
    if topic is None or mention.slot != topic.name or reading.polarity(mention) != "exclude" or not mention.values:
        return False
    if is_of_feature(reading, mention):
        return True
    said = reading.utterance.words[mention.span.first : mention.span.last]
    named = joined_stem(reading.utterance.said(mention.span))
    if any(joined_stem(value).endswith(named) for value in mention.values):
        return False
    called = sum(all(word.stem in stems for word in said) for stems in reading.vocabulary.title_stems.values())
    of_kind = sum(one.items for value in mention.values for one in reading.vocabulary.meanings(joined_stem(value))[:1])
    return set(mention.values) <= set(reading.state.wants(topic.name)) or 0 < called < MOST_OF_A_KIND * of_kind


def without_contradiction(changes: tuple[SlotChange, ...]) -> tuple[tuple[SlotChange, ...], str | None]:
    """The changes without those of a slot that contradict each other, and that slot."""
    for slot in dict.fromkeys(change.slot for change in changes):
        said = {change.kind: change for change in changes if change.slot == slot}
        want, exclude, low, high = (said.get(kind) for kind in ("want", "exclude", "at_least", "at_most"))
        both = want and exclude and set(want.values) <= set(exclude.values)
        if both and want and exclude and joined_stem(want.words) != joined_stem(exclude.words):
            return tuple(change for change in changes if change is not exclude), None
        crossed = low and high and low.low is not None and high.high is not None and low.low > high.high
        less, more = said.get("less"), said.get("more")
        if less and more and len(tempered := [one for one in (less, more) if _NOT_TOO.match(one.words.lower())]) == 1:
            return tuple(change for change in changes if change is not tempered[0]), None   # "warm but not too heavy"
        if both or crossed or (less and more):
            return tuple(change for change in changes if change.slot != slot), slot
    return changes, None


def _held(reading: Reading, slot: str) -> set[str]:
    """The values that can be taken back: wanted or shut out now, or remembered."""
    belief = reading.state.belief(slot)
    return {*belief.want, *belief.exclude, *(trait.value for trait in reading.state.known.traits if trait.slot == slot)}


def _amount_change(reading: Reading, amount: Amount, correction: bool) -> SlotChange:
    words = reading.utterance.said(amount.span)
    if amount.kind == "around" and reading.negated(amount.span):   # "not three hours please"
        return SlotChange(amount.slot, "at_most", (), None, amount.high, words, amount.confidence, correction)
    if amount.high is not None and _BELOW.match(words.lower()) and reading.negated(amount.span):   # "nothing from before 2010"
        least = amount.high + 1 if words.lower().startswith("before") else amount.high
        return SlotChange(amount.slot, "at_least", (), least, None, words, amount.confidence, correction)
    return SlotChange(amount.slot, amount.kind, (), amount.low, amount.high, words, amount.confidence, correction)


def _relative(reading: Reading, amount_slots: set[str], correction: bool) -> list[tuple[Span, SlotChange]]:
    found = []
    for critique in reading.relative:
        if (critique.asked and not _is_beyond(reading, critique)) or (critique.complaint and prefers(reading)):
            continue
        if critique.most and reading.negated(critique.span):
            continue   # "not the cheapest thing in the shop"
        plain = not critique.complaint and not (critique.most and "which" not in reading.before(critique.span, 4))
        which = reading.is_question and _ASKS_WHICH.search(reading.before(critique.span, 4))
        asks = plain and which and not _is_beyond(reading, critique)
        if critique.slot not in amount_slots and not (asks and reading.state.table):
            kind: ChangeKind = "more" if (critique.direction > 0) != _is_shut_out(reading, critique) else "less"
            words = reading.utterance.said(critique.span)
            slightly = _SLIGHTLY.search(f"{reading.before(critique.span, 3)}{words.lower()}") is not None
            change = SlotChange(
                critique.slot, kind, words=words, correction=correction, most=critique.most,
                slightly=slightly and critique.of_item,
            )  # fmt: skip
            found.append((critique.span, change))
    return found


def _is_shut_out(reading: Reading, critique: CritiqueMention) -> bool:
    """ "She can't carry anything heavy": a plain degree that a "not" further off reaches."""
    plain = not (critique.of_item or critique.complaint or critique.most)
    return plain and any(
        scope.polarity == "exclude" and scope.opener.last <= critique.span.first < scope.span.last for scope in reading.scopes
    )


def _is_beyond(reading: Reading, critique: CritiqueMention) -> bool:
    """ "What's cheaper than the second?" wishes; "is the first cheaper than the second?" asks."""
    after = reading.utterance.words[critique.span.last].norm if critique.span.last < len(reading.utterance.words) else ""
    items = {item for pointing in reading.strong for item in pointing.reference.items}
    early = any(pointing.span.last <= critique.span.first for pointing in reading.pointings)
    return after == "than" and len(items) == 1 and not early and critique.of_item


def _with_open(reading: Reading, said: list[tuple[Span, SlotChange]]) -> list[tuple[Span, SlotChange]]:
    """Add the choices left open: one that was named by its slot outdoes a value named before it, any other yields to a wish."""
    for slot, span in reading.open:
        if slot is None:
            continue
        by_name = any(name == slot for name, _ in reading.named)
        wanted = [(at, change) for at, change in said if change.slot == slot and change.kind not in {"exclude", "clear"}]
        if by_name and wanted and all(at.last <= span.first for at, _ in wanted):
            said = [pair for pair in said if pair not in wanted]
        elif wanted or (slot == reading.state.asked_slot and not by_name and any(change.kind != "exclude" for _, change in said)):
            continue
        said.append((span, SlotChange(slot, "any", words=reading.utterance.said(span))))
    return said


def _without_repaired(reading: Reading, mentions: list[Mention]) -> list[Mention]:
    """Drop a value that was taken back in the same breath: "a blue, no, a green one"."""
    dropped = set()
    for marker, _ in reading.utterance.find(REPAIR):
        if any(scope.opener.overlaps(marker) for scope in reading.scopes):
            continue
        before = [mention for mention in mentions if 0 <= marker.first - mention.span.last <= _REPAIR_REACH]
        after = [mention for mention in mentions if 0 <= mention.span.first - marker.last <= _REPAIR_REACH]
        if any(0 <= pointing.span.first - marker.last <= _NEXT for pointing in reading.strong):
            dropped |= {one for one in before if _right_before(reading, one, marker) and reading.polarity(one) == "want"}
        dropped |= {
            early
            for late in after
            for early in before
            if early.slot == late.slot and early.values != late.values and reading.polarity(early) == "want"
        }
    return [mention for mention in mentions if mention not in dropped]


def _right_before(reading: Reading, mention: Mention, marker: Span) -> bool:
    """Whether nothing but other repairs stands between a value and a repair."""
    return all(word.norm in _BETWEEN for word in reading.utterance.words[mention.span.last : marker.first])


def _without_repaired_amounts(reading: Reading) -> list[Amount]:
    """Of two amounts of one slot with a repair between them only the later was meant."""
    markers = [span for span, _ in reading.utterance.find(REPAIR)]
    markers += [span for span, _ in reading.utterance.find(_OR_SAY)]

    def taken_back(amount: Amount) -> bool:
        later = [other for other in reading.amounts if other is not amount and other.slot == amount.slot]
        return any(
            amount.span.last <= marker.first and marker.last <= other.span.first + 1 for marker in markers for other in later
        )

    gone = [amount for amount in reading.amounts if taken_back(amount)]
    kept = [amount for amount in reading.amounts if amount not in gone]
    return [_as_before(amount, [early for early in gone if early.slot == amount.slot]) for amount in kept]


def _as_before(amount: Amount, early: Sequence[Amount]) -> Amount:
    """ "Up to a hundred, well, say a hundred and twenty": another number for the same limit."""
    before = early[-1] if early else None
    if amount.kind != "around" or before is None or before.kind not in {"at_most", "at_least"}:
        return amount
    bounds = (None, amount.high) if before.kind == "at_most" else (amount.low, None)
    return replace(amount, kind=before.kind, low=bounds[0], high=bounds[1])


def _merged(changes: list[SlotChange], reading: Reading, adds: bool) -> list[SlotChange]:
    """One change a slot and kind: values said together are taken together, and "also" keeps what was wanted before."""
    merged: dict[tuple[str, str, tuple[str, ...]], SlotChange] = {}
    for change in changes:
        key = (change.slot, change.kind, change.of)
        earlier = merged.get(key)
        if earlier is None or change.kind not in {"want", "exclude", "clear"}:
            merged[key] = change
            continue
        merged[key] = replace(
            earlier,
            values=tuple(dict.fromkeys((*earlier.values, *change.values))),
            words=f"{earlier.words}, {change.words}",
            confidence=min(earlier.confidence, change.confidence),
        )
    found = [_added(change, reading) if adds else change for change in merged.values()]
    low = next((change for change in found if change.kind == "at_least"), None)
    high = next((change for change in found if change.kind == "at_most"), None)
    if low and high and low.slot == high.slot and low.low is not None and high.high is not None and low.low <= high.high:
        both = replace(low, kind="between", high=high.high, words=f"{low.words}, {high.words}")
        found = [both if change is low else change for change in found if change is not high]
    return found


def _added(change: SlotChange, reading: Reading) -> SlotChange:
    """What was wanted before and this. Another kind of thing, or something for somebody else, once items of the first were heard,
    is an errand of its own."""
    state, slot = reading.state, reading.shop.slot(change.slot)
    anew = slot is not None and (slot.topic or (slot.person and is_for_somebody(reading.utterance)))
    if change.kind != "want" or change.slot not in state.slots or (anew and state.table):
        return change
    return replace(change, values=tuple(dict.fromkeys((*state.wants(change.slot), *change.values))))
