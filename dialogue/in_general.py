"""Items meant by their kind, where one of it is refused or owned: "he'd never wear a cravat", "I've got sandals, thank you"."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.called import NAME_ENDS
from dialogue.describing import Describer
from dialogue.pointing import Pointing, Table, point
from dialogue.words import Span, Utterance, joined_stem

_SOME = r"(?: (?:a|an|any|some|another|one|two|more|so many|enough|plenty of|loads of|lots of|too many|the|his|her))*$"
_REFUSED = re.compile(
    r"\b(?:(?:never|wont|wouldnt|doesnt|dont|cant|cannot|couldnt)(?: \w+){0,2}? (?:wear|like|want|use|eat|drink|need|stand|bear|"
    r"fancy|enjoy|suit|play|do|see the point of)|hates?|detests?|cant stand|not keen on|not into|not one for|not a fan of|anything but|"
    r"not)" + _SOME
)
_OWNED = re.compile(
    r"(?:^|[,.;!] |\b(?:and|but|because|as|since|well|no|oh|sorry|think) )(?:(?:ive|weve|shes|hes|theyve|\w+s)(?: already)? got|"
    r"(?:i|we|they)(?: already)? (?:have|own)|(?:she|he|my \w+|her \w+|his \w+)(?: already)? (?:has|owns)|"
    r"(?:i|we|she|he) (?:just |already )?bought)" + _SOME
)
_WISHES = re.compile(r"\b(?:to go with|goes? with|to match|matching|something|anything(?! but)|similar|another|instead of)\b")
""" "I've got sandals, something to go with them" wishes, and refuses nothing."""
_ENDS = NAME_ENDS | {"than", "already", "at", "myself", "anyway", "enough", "here", "thank", "any"}
_LONGEST = 3
"""Words in which a kind is named: "tea towels"."""


def kinds_refused(utterance: Utterance, table: Table, describer: Describer) -> list[Pointing]:
    """Every kind refused or owned that some of the items on the table are of, and others not, with those items.

    A kind by the shop's own name for it is a wish to see none of it, and is left to be read as one.
    """
    if len(table.items) < 2 or _WISHES.search(utterance.norm):
        return []
    found: list[Pointing] = []
    words = utterance.words
    for first, word in enumerate(words):
        said = " ".join(other.norm for other in words[:first])
        refused = _REFUSED.search(said)
        if word.is_mark or not (refused or _OWNED.search(said)) or (found and first < found[-1].span.last):
            continue
        for last in range(min(first + _LONGEST, len(words)), first, -1):
            ends = last == len(words) or words[last].norm in _ENDS
            items = describer.of_kind(Span(first, last), table.items) if ends else ()
            if 0 < len(items) < len(table.items) and not (refused and _is_own_name(describer, Span(first, last))):
                found.append(replace(point(utterance, Span(first, last), items, 0.9), refusal=True))
                break
    return found


def _is_own_name(describer: Describer, span: Span) -> bool:
    """Whether the words are the shop's own name of a kind: "dresses", unlike a narrower "gowns"."""
    said = joined_stem(describer.utterance.said(span))
    return any(joined_stem(value) == said for mention in describer.mentions if mention.span == span for value in mention.values)
