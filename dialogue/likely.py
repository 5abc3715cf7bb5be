"""Names likely in the next turn, to bias hearing: what is on the table, what was offered as an answer, what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from recommender.types import Item

LIKELY_PHRASES = 40
"""Whisper's prompt holds about 220 tokens."""


def likely_phrases(
    shop: TalkingShop, state: BeliefState, item: Callable[[str], Item | None], items: Callable[[], Iterable[Item]]
) -> list[str]:
    """Likeliest first. ``items`` is only called where values of a slot are likely."""
    phrases: list[str] = []
    for named in filter(None, map(item, state.table)):
        phrases.append(named.title)
        phrases += [value for values in named.values.values() for value in values if value[:1].isupper()]
    if state.last_plan:
        phrases += state.last_plan.options
    topic = shop.topic
    asked = state.asked_slot or (topic.name if topic and not state.wants(topic.name) else None)
    if asked:
        counts = Counter(value for one in items() for value in one.values.get(asked, ()))
        phrases += sorted(counts, key=lambda value: -counts[value])
    return list(dict.fromkeys(phrases))[:LIKELY_PHRASES]
