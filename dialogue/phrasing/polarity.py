"""Whether a word is said or denied: "it isn't green", "a tip that will not scratch", "rather than brass", "lead-free"."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.phrasing.plain import GRAMMAR, VERB_FORMS
from dialogue.words import Word

_NEGATIONS = """
not no never isnt arent wasnt werent doesnt dont didnt hasnt havent without nor neither cannot cant wont wouldnt couldnt shouldnt
mustnt hardly barely scarcely away lacks nothing least against
"""
NEGATIONS = frozenset(_NEGATIONS.split())
_STOPS = frozenset({",", ";", ".", ":", "?", "!", "but"})
_NO_NEGATION = frozenset({"only", "just", "everyone", "everybody"})
"""After "not" these leave what follows standing."""
_KEPT = frozenset({"keep", "keeps", "kept", "keeping", "stay", "stays"})
_LIGHT = frozenset({"go", "come", "get", "put"})
_RANKED = frozenset({"the", "at", "cost", "costs", "in"})
"""Before "least" these make it a rank or a bound: "the least expensive", "at least forty"."""
NEAR, FAR = 3, 6
"""How many words a negation reaches over, and over how many where none but the smallest words stand between."""


def negated(words: Sequence[Word], first: int) -> bool:
    """Whether the word at ``first`` is denied by one before it in its clause."""
    a_thing = not words[first].is_mark and not words[first].text.endswith("s")
    if a_thing and first + 1 < len(words) and words[first + 1].norm == "free":
        return True  # "lead-free crystal"
    plain = True
    for back in range(1, FAR + 1):
        at = first - back
        if at < 0 or words[at].norm in _STOPS or (back > NEAR and not plain):
            return False
        norm, after = words[at].norm, words[at + 1].norm if at + 1 < len(words) else ""
        if norm == "without" and words[first].stem in VERB_FORMS and words[first].norm.endswith("s"):
            continue  # "a judge without a case takes the lift"
        if norm == "against" and not (back == 1 and words[first].norm.endswith("ing")):
            continue  # "against scratching", but "against faults"
        if norm in NEGATIONS:
            ranked = norm == "least" and at > 0 and words[at - 1].norm in _RANKED
            return not ranked and not (norm == "not" and after in _NO_NEGATION)
        if norm == "out" and after == "of" and any(word.norm in _KEPT for word in words[max(0, at - NEAR) : at]):
            return True  # "keep them out of the oven"
        if (norm == "rather" and after == "than") or (norm in ("instead", "free") and after == "of"):
            return True
        plain = plain and (words[at].stem in GRAMMAR or words[at].stem in _LIGHT)
    return False
