"""Items called by name: "the Linen Wrap Dress", or enough of the rare words of a title to mean one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.types import Reference
from dialogue.vocabulary import Vocabulary
from dialogue.words import Span, Utterance

ENOUGH_OF_TITLE = 0.66
"""Share of a title's words that must be said, in order and close together."""


_DEFINITE = frozenset({"the", "that", "this", "your", "like", "called", "named"})


@dataclass(frozen=True, slots=True)
class TitleMention:
    reference: Reference
    span: Span


def find_titles(
    utterance: Utterance, vocabulary: Vocabulary, taken: Sequence[Span] = (), values: Sequence[Span] = ()
) -> tuple[TitleMention, ...]:
    """Items named by title, the fullest matches first where they overlap.

    A title is named with a definite word before it ("the", "like"), or by a word that is no value; "a red hat" names none.
    """
    stems = [word.stem for word in utterance.words]
    candidates = {item for stem in set(stems) for item in vocabulary.titles.get(stem, ())}
    lengths = sorted({len(title) for title in vocabulary.whole_titles})
    runs = (tuple(stems[first : first + length]) for length in lengths for first in range(len(stems) - length + 1))
    candidates.update(item for run in runs for item in vocabulary.whole_titles.get(run, ()))
    found: list[tuple[float, int, str, Span]] = []
    for item in sorted(candidates):
        title = vocabulary.title_stems[item]
        span, matched = _aligned(stems, title)
        share = matched / len(title)
        if (
            matched >= min(2, len(title))
            and share >= ENOUGH_OF_TITLE
            and (len(title) > 1 or matched == 1)
            and not any(span.overlaps(other) for other in taken)
            and _is_named(utterance, span, share, values)
        ):
            found.append((share, matched, item, span))
    found.sort(key=lambda row: (-row[0], -row[1], row[2]))
    chosen: list[TitleMention] = []
    for share, matched, item, span in found:
        if any(span.overlaps(other.span) for other in chosen):
            continue
        if len(vocabulary.title_stems[item]) == 1 and stems.count(vocabulary.title_stems[item][0]) and share < 1:
            continue
        equal = sorted(row[2] for row in found if (row[0], row[1], row[3]) == (share, matched, span))
        chosen.append(TitleMention(Reference((item,), utterance.said(span), round(share / len(equal), 3)), span))
    return tuple(chosen)


def _is_named(utterance: Utterance, span: Span, share: float, values: Sequence[Span]) -> bool:
    before = utterance.words[span.first - 1].norm if span.first else ""
    if before in _DEFINITE:
        return True
    plain = [at for at in range(span.first, span.last) if not any(value.first <= at < value.last for value in values)]
    return share == 1.0 and bool(plain) and (len(plain) < len(span) or before not in {"a", "an", "any", "some"})


def _aligned(stems: Sequence[str], title: Sequence[str]) -> tuple[Span, int]:
    """The shortest run of words that says most of a title in order, with at most one other word between two of its."""
    best = (Span(0, 0), 0)
    for first, stem in enumerate(stems):
        if stem not in title:
            continue
        at, matched, last, spot = title.index(stem) + 1, 1, first + 1, first + 1
        while spot < len(stems) and spot - last <= 1:
            if stems[spot] in title[at:]:
                at = title.index(stems[spot], at) + 1
                matched, last = matched + 1, spot + 1
            spot += 1
        if matched > best[1]:
            best = (Span(first, last), matched)
    return best
