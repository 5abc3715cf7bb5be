"""Titles as people would say them, from the way a clerk typed them."""

from __future__ import annotations

import re

from recommender.importing.words import word_list

_COUNT = re.compile(r"\b(set|pack|box|s|pk|bag|card)\s*(?:of\s+|/\s*)(\d+)\b", re.IGNORECASE)
_PACK_AFTER = re.compile(r"[,\s]*\b(pack|set|box)\s*/\s*(\d+)\s*$", re.IGNORECASE)
_NUMBER = r"\d+(?:[.,]\d+)?"
_SIZE = re.compile(rf"{_NUMBER}(?:x{_NUMBER})*(?:cm|mm|ml|kg|g|m|l|w)|\d+(?:cm|mm)?x\d+(?:cm|mm)?", re.IGNORECASE)
_NAMES = {"s": "set", "pk": "pack"}


def shouted(titles: list[str]) -> bool:
    """True where the file writes its titles in capitals."""
    lettered = [title for title in titles if any(character.isalpha() for character in title)]
    return bool(lettered) and sum(title.upper() == title for title in lettered) > 0.5 * len(lettered)


def tidy_title(title: str, *, recase: bool) -> str:
    """One title, its spaces and signs mended and a hurried clerk's abbreviations written out.

    ``recase``: write it in title case (for files in capitals).
    """
    tidy = word_list("columns")["tidy"]
    text = " ".join(title.replace("*", " ").replace("\\", " ").split()).strip(" ,.;-/")
    text = _PACK_AFTER.sub(lambda m: f", {m[1].lower()} of {m[2]}", text)
    text = _COUNT.sub(lambda m: f"{_NAMES.get(m[1].lower(), m[1])} of {m[2]}", text)
    text = re.sub(r"\bw/\s*", "with ", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*\+\s*", " + ", text)
    text = re.sub(r"\s*,\s*(?=\S)", ", ", text)
    if not recase:
        return text
    words = []
    for number, word in enumerate(text.split(" ")):
        words.append(_recase(word, first=number == 0, tidy=tidy))
    return " ".join(words)


def _recase(word: str, *, first: bool, tidy: dict[str, list[str] | dict[str, str]]) -> str:
    core = word.strip("\"'(),.!?&-")
    lower = core.lower()
    if not core or not any(character.isalpha() for character in core):
        return word
    expand = tidy["expand"]
    assert isinstance(expand, dict)
    if lower in expand and (lower != "w" or word == core):
        return word.replace(core, expand[lower] if not first else expand[lower][0].upper() + expand[lower][1:])
    if core.upper() in tidy["capitals"]:
        return word.replace(core, core.upper())
    if _SIZE.fullmatch(core):
        return word.replace(core, lower)
    if lower in tidy["small_words"] and not first:
        return word.replace(core, lower)
    return word.replace(core, re.sub(r"[^\W\d_]+(?:'[^\W\d_]+)*", lambda m: m[0][0].upper() + m[0][1:].lower(), core))
