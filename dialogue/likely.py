"""Names likely in the next turn, to bias hearing: what is on the table, what was offered or asked for, what else can be named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, zip_longest

from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from recommender.types import Item

LIKELY_PHRASES = 120
"""Whisper's prompt holds about 220 tokens."""

ASKED_VALUES = 24
"""Values of the slot that was asked for, before those of all slots."""


def values_named(shop: TalkingShop, items: Iterable[Item]) -> Mapping[str, tuple[str, ...]]:
    """Choice slot to its values, those of most items first: what ``likely_phrases`` draws on, counted once."""
    items = list(items)
    counts = {
        slot.name: Counter(value for item in items for value in item.values.get(slot.name, ()))
        for slot in shop.slots
        if slot.kind == "choice"
    }
    return {slot: tuple(value for value, _ in counted.most_common(LIKELY_PHRASES)) for slot, counted in counts.items()}


def likely_phrases(
    shop: TalkingShop, state: BeliefState, item: Callable[[str], Item | None], values: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Likeliest first. ``values``: from ``values_named``."""
    phrases: list[str] = []
    for named in filter(None, map(item, state.table)):
        phrases.append(named.title)
        phrases += [value for values in named.values.values() for value in values if value[:1].isupper()]
    if state.last_plan:
        phrases += state.last_plan.options
    topic = shop.topic
    asked = state.asked_slot or (topic.name if topic and not state.wants(topic.name) else None)
    if asked:
        phrases += values.get(asked, ())[:ASKED_VALUES]
    in_turn = chain.from_iterable(zip_longest(*values.values()))
    phrases += (value for value in in_turn if value is not None)
    return list(dict.fromkeys(phrases))[:LIKELY_PHRASES]
