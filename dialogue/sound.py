"""Words by sound, for names that were misheard: "maca" and "mocker" for the one word on a short menu that sounds like them.

The key keeps the consonants a listener keeps: voicing and the r that many speakers do not sound are dropped, vowels count only at
the start. It is coarser than Metaphone (Philips 1990), so it serves short menus only, and never words that the shop itself uses.
"""

from __future__ import annotations

import re

SHORT_MENU = 80
"""A shop with more values than this in all is not matched by sound: too much would sound like something."""

SHORTEST = 5
"""Letters of the shortest value that is matched by sound."""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"[^a-z]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"ph", "f"),
        (r"tch|sch|sh|ch(?=e)", "x"),
        (r"ch|ck|cc|qu|q|c(?![eiy])|g(?![eiy])|x(?=[^$])", "k"),
        (r"c", "s"),
        (r"gh", ""),
        (r"z", "s"),
        (r"[dþ]", "t"),
        (r"b", "p"),
        (r"v", "f"),
        (r"g|j", "x"),
        (r"(?<=[aeiouy])r(?![aeiouy])", ""),
        (r"e?rs?$", ""),
        (r"(?<=.)[aeiouyhw]+", ""),
        (r"(.)\1+", r"\1"),
    )
)


def sound_key(stem: str) -> str:
    """The consonants heard in a word; empty for what holds none."""
    key = stem
    for pattern, into in _RULES:
        key = pattern.sub(into, key)
    return key
