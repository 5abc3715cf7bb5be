"""Several things ordered at once, each made its own way: "a small mocha and a large latte", "almond milk in the latte".

Only what is made to order is held apart; what describes a thing on a shelf narrows all that is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from dialogue.mentions import Mention
from dialogue.reading import Reading
from dialogue.state import BeliefState
from dialogue.types import SlotChange
from dialogue.words import MARKS, Span
from recommender.types import Item

_JOINS = MARKS | frozenset("and or with in on for to but plus then without".split())  # noqa: SIM905
"""Words that end what stands before a noun."""
_INTO = frozenset("in on for to the my that a".split())  # noqa: SIM905
""" "Almond milk in the latte"."""


def belongs_to(reading: Reading, mention: Mention, item: Callable[[str], Item | None]) -> tuple[str, ...]:
    """The kind of thing that a way of making is said of, where several are ordered; () where it holds for all."""
    slot, topic = reading.shop.slot(mention.slot), reading.shop.topic
    if slot is None or topic is None or not slot.made_to_order:
        return ()
    named = list(_named(reading, topic.name, item))
    if len({*(kind for _, kinds in named for kind in kinds), *reading.state.wants(topic.name)}) < 2:
        return ()
    words = [word.norm for word in reading.utterance.words]
    for span, kinds in named:
        between = words[mention.span.last : span.first]
        near = span.first >= mention.span.last and (not _JOINS & {*between} or _INTO.issuperset(between))
        if near:
            return kinds if len(kinds) == 1 else ()
    early = [(span, kinds) for span, kinds in named if span.last <= mention.span.first]
    before = [kinds for span, kinds in early if "." not in words[span.last : mention.span.first]]
    return before[-1] if before and len(before[-1]) == 1 else ()


def _named(reading: Reading, topic: str, item: Callable[[str], Item | None]) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Where kinds of things are named, by themselves or by an item on the table."""
    found = [(one.span, one.values) for one in reading.mentions if one.slot == topic]
    for pointing in reading.strong:
        items = [one for one in map(item, pointing.reference.items) if one]
        found.append((pointing.span, tuple(dict.fromkeys(kind for one in items for kind in one.values.get(topic, ())))))
    yield from sorted(found, key=lambda one: one[0].first)


def apart(change: SlotChange, state: BeliefState) -> BeliefState:
    """The state with a way of making held for the kind it is said of; said of no kind in particular, for all."""
    made: dict[str, Mapping[str, tuple[str, ...]]] = dict(state.made)
    if change.kind == "want" and change.of:
        for kind in change.of:
            made[kind] = {**made.get(kind, {}), change.slot: change.values}
    else:
        made = {kind: {slot: values for slot, values in own.items() if slot != change.slot} for kind, own in made.items()}
    return replace(state, made={kind: own for kind, own in made.items() if own})


def together(change: SlotChange, state: BeliefState) -> SlotChange:
    """A way of making said of one kind, with what the other kinds have: all of it is wanted."""
    others = (value for kind, own in state.made.items() if kind not in change.of for value in own.get(change.slot, ()))
    return replace(change, values=tuple(dict.fromkeys((*others, *change.values)))) if change.of else change


def wishes_for(item: Item, topic: str, wishes: Mapping[str, tuple[str, ...]], state: BeliefState) -> dict[str, tuple[str, ...]]:
    """The wishes as they hold of one item: what is made to order its own way, the rest for all."""
    own = {slot: values for kind in item.values.get(topic, ()) for slot, values in state.made.get(kind, {}).items()}
    held_apart = {slot for made in state.made.values() for slot in made}
    return {**{slot: values for slot, values in wishes.items() if slot not in held_apart}, **own}
