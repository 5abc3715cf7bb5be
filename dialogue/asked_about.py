"""Words of values that wish for nothing: they are asked about, counted, or part of a longer name.

"Is it wool?", "how many cards does it hold?", "is it suitable for children?", "do you do gift cards?"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.reading import Reading, phrases
from dialogue.words import Span

_HOW_LONG = re.compile(r"\bhow (?!much\b|many\b)\w+ (?:is|are) (?:the|its|their) (?P<what>\w+(?: \w+)?) ?\??$")
_HOW_MANY = re.compile(
    r"\bhow many (?P<what>\w+(?: \w+){0,2}?) (?:is|are|does|do|did|can|could|will|would|has|have|fits?|goes|go|comes?)\b"
)
_ASKS_FOR_ONE = re.compile(r"\b(?:what|which|how|who|where|when|why|whats|hows|whos|or)\b")


def in_names(reading: Reading) -> list[Span]:
    """Words of values that are part of how a slot is asked for: the children of "suitable for children"."""
    return _parts_of([span for _, span in reading.named], reading)


def counted(reading: Reading) -> list[Span]:
    """ "How many cards does it hold?", "how long is the chain?": no wish for cards or chains."""
    norm = reading.utterance.norm
    found = (_HOW_MANY.search(norm) if reading.pointings else None) or (_HOW_LONG.search(norm) if reading.state.table else None)
    if found is None:
        return []
    of_it = reading.utterance.span_of(found.start("what"), found.end("what"))
    return [mention.span for mention in reading.mentions if mention.span.overlaps(of_it)]


def supposed(reading: Reading, asked: Sequence[Span]) -> tuple[tuple[str, str], ...]:
    """Slots with the one value each that an item is asked to have; none where values are asked for, or offered to choose from."""
    if _ASKS_FOR_ONE.search(reading.utterance.norm):
        return ()
    named = in_names(reading)
    values = [(one.slot, one.values) for one in reading.mentions if one.span in asked and one.span not in named]
    slots = [slot for slot, _ in values]
    return tuple((slot, said[0]) for slot, said in values if len(said) == 1 and slots.count(slot) == 1)


def in_lines_of_shop(reading: Reading) -> list[Span]:
    """Words of values that are part of how a line of the shop's is asked for: the cards of "gift cards"."""
    return _parts_of([span for _, span in phrases(reading.utterance, reading.vocabulary.policies)], reading)


def _parts_of(names: Sequence[Span], reading: Reading) -> list[Span]:
    """Words of values within longer names: no "moderate price range" is within "price range"."""
    spans = [mention.span for mention in reading.mentions]
    return [one for one in spans if any(one != name and name.first <= one.first and one.last <= name.last for name in names)]
