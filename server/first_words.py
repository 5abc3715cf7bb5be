"""The first words of a reply, parted from the rest: the voice takes as long as the words are many, and the shopper is waiting.

"For a picnic, two come to mind:" is spoken as "For a picnic," and, while that is heard, "two come to mind:". The cut is only made
at a mark where a speaker pauses anyway.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.types import Sentence

WORTH_CHARS = 28
"""A shorter sentence is spoken in one piece."""
LEAST_CHARS, MOST_CHARS = 8, 60
"""Of the first piece: shorter, it would be over before the rest is spoken; longer, it gains nothing."""
LEAST_LEFT_CHARS = 8
_PAUSE = re.compile(r"[,;:](?=\s)")


def part(sentence: Sentence) -> tuple[Sentence, Sentence | None]:
    """The first words, and what is left: None where the sentence is best spoken whole. Spans go with their words."""
    text = sentence.text
    if len(text) < WORTH_CHARS:
        return sentence, None
    for mark in _PAUSE.finditer(text):
        cut = mark.end()
        inside_name = any(start < cut < end for _, start, end in sentence.spans)
        if LEAST_CHARS <= cut <= MOST_CHARS and len(text) - cut > LEAST_LEFT_CHARS and not inside_name:
            after = cut + 1
            head = tuple(span for span in sentence.spans if span[2] <= cut)
            tail = tuple((item, start - after, end - after) for item, start, end in sentence.spans if start >= after)
            return (
                replace(sentence, text=text[:cut], spans=head, items=_named(sentence, head)),
                replace(sentence, text=text[after:], spans=tail, items=_named(sentence, tail)),
            )
    return sentence, None


def _named(sentence: Sentence, spans: tuple[tuple[str, int, int], ...]) -> tuple[str, ...]:
    """The items named by these spans; a sentence that names none by name is about its items throughout."""
    return tuple(dict.fromkeys(item for item, _, _ in spans)) if sentence.spans else sentence.items
