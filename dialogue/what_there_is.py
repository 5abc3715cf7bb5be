"""Questions for what there is of a slot whose name is a value too: "what milk do you have?"."""

from __future__ import annotations

import re

from dialogue.reading import Reading
from dialogue.words import Span

_WHICH = re.compile(r"\b(?:what|which)(?: other)?(?: (?:kind|sort|type|choice)s? of)? $")
_THERE = re.compile(r"^(?:do|have|are|is|can|could|would)(?: (?:you|there|i|we))\b")


def asked_for(reading: Reading) -> tuple[tuple[str, ...], list[Span]]:
    """The slots so asked for and the words that name them, which wish for no value."""
    named = {
        (mention.slot, mention.span)
        for mention in reading.mentions
        for slot, span in reading.named
        if (slot, span) == (mention.slot, mention.span) and slot != reading.vocabulary.topic
    }
    asked = [
        (slot, span)
        for slot, span in named
        if _WHICH.search(reading.before(span, 4)) and _THERE.match(reading.after(span, 2)) and not reading.strong
    ]
    return tuple(slot for slot, _ in asked), [span for _, span in asked]
