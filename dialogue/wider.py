"""A wider value, said of an item that has a narrower one: "the blue one" of a navy one, "the wooden one" of one in walnut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dialogue.item_words import has_any
from dialogue.mentions import Mention
from dialogue.words import Utterance
from recommender.types import Item

_WISHED = re.compile(r"(?<!\bone )(?<!\bones )\bin$")
""" "The satchel in white" wishes for another than the cream one, unlike "the one in white"."""


def widened(
    utterance: Utterance, mentions: Sequence[Mention], items: Sequence[Item], narrower: Mapping[tuple[str, str], tuple[str, ...]]
) -> tuple[Mention, ...]:
    """The values named; where no item has one of them, the narrower ones that items have stand for it."""
    return tuple(
        mention if _WISHED.search(utterance.before(mention.span.first)) else _widened(mention, items, narrower)
        for mention in mentions
    )


def _widened(mention: Mention, items: Sequence[Item], narrower: Mapping[tuple[str, str], tuple[str, ...]]) -> Mention:
    if any(has_any(item, mention) for item in items):
        return mention
    wide = replace(mention, values=tuple(one for value in mention.values for one in narrower.get((mention.slot, value), ())))
    return wide if any(has_any(item, wide) for item in items) else mention
