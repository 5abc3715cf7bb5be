"""What titles say for certain: kinds of thing, colours, materials, styles, from word lists that are data (words/attributes.toml).

A value is taken only where its word stands whole in the title. The kind is the last one named before any "with" or "for",
because English puts the head of a name at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from recommender.importing.words import word_list

_JOINT = "\u2060"
NOT_A_KIND = "-"
"""The group of words that only say what a thing is not."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One slot's words, compiled."""

    slot: str
    pattern: re.Pattern[str]
    values: Mapping[str, tuple[str, ...]]
    """Word in lower case to values; an empty tuple for words that only block."""
    never: re.Pattern[str] | None
    last_only: bool
    cut: re.Pattern[str] | None = None
    lead: re.Pattern[str] | None = None

    def read(self, title: str) -> tuple[str, ...]:
        """The values this title names, in its order."""
        text = title.lower()
        if self.never:
            text = self.never.sub(" ; ", text)
        if self.last_only:
            return self._head(text)
        found = [value for match in self.pattern.finditer(text) for value in self.values[match.group(1)]]
        return tuple(dict.fromkeys(found))

    def _head(self, text: str) -> tuple[str, ...]:
        """The last kind named before the first "with" or "for" that is not part of a kind's own name."""
        if self.lead:
            text = self.lead.sub("", text)
        if self.cut:
            joined = self.pattern.sub(lambda match: match[0].replace(" ", _JOINT), text)
            text = self.cut.split(joined, maxsplit=1)[0].replace(_JOINT, " ")
        named = [match.group(1) for match in self.pattern.finditer(text)]
        return self.values[named[-1]] if named else ()


def derivable_slots() -> tuple[str, ...]:
    """Slots that titles can feed."""
    return tuple(word_list("attributes"))


@cache
def reader(slot: str) -> Reader:
    """The compiled words of one slot."""
    section = word_list("attributes")[slot]
    values: dict[str, tuple[str, ...]] = {}
    if "kinds" in section:
        for group, kinds in section["kinds"].items():
            for kind, others in kinds.items():
                means = () if group == NOT_A_KIND else tuple(dict.fromkeys((kind, group)))
                for word in (kind, *others):
                    for form in forms(word):
                        values.setdefault(form, means)
    else:
        for value, others in section["values"].items():
            means = (value, *section.get("also", {}).get(value, ()))
            for word in (value, *others):
                for form in forms(word):
                    values.setdefault(form, means)
    cut = section.get("cut_at")
    lead = section.get("lead")
    return Reader(
        slot,
        re.compile(rf"(?<![\w-])({_either(values)})(?![\w-])"),
        values,
        re.compile(rf"\b(?:{_either(section['never'])})\b") if section.get("never") else None,
        last_only="kinds" in section,
        cut=re.compile(rf"(?:(?<=\s)|^)(?:{_either(cut)})(?=\s|$)") if cut else None,
        lead=re.compile(rf"^(?:{_either(lead)})\s+(?:\d+\s+)?") if lead else None,
    )


def forms(word: str) -> tuple[str, ...]:
    """A word in singular and plural."""
    if word.endswith(("s", "x", "sh", "ch")):
        return (word, word + "es") if not word.endswith("s") else (word,)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word, word[:-1] + "ies")
    if word.endswith("f"):
        return (word, word[:-1] + "ves", word + "s")
    return (word, word + "s")


def derive(titles: Sequence[str], slots: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """Slot to the values of each title; slots that fewer than one title in a hundred names are left out."""
    found = {slot: [reader(slot).read(title) for title in titles] for slot in slots}
    return {slot: values for slot, values in found.items() if sum(map(bool, values)) >= max(1, len(titles) // 100)}


def template(slot: str) -> dict[str, Any]:
    """How a slot of this meaning speaks: spoken, ask, willing, phrase, say (synonyms by value); {} where unknown."""
    section = word_list("attributes").get(slot, {})
    return {key: value for key, value in section.items() if key not in ("kinds", "values", "never", "cut_at", "lead", "also")}


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
