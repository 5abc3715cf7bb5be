"""Words that are a catalogue's value and a plain word besides ("down", "plain", "iron"): which of the two is meant."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.phrasing.plain import FUNCTION_WORDS, GRAMMAR, PLAIN, TASTE, VERB_FORMS
from dialogue.words import Word

_PERSONS = frozenset({"her", "his"})
"""Before a noun these are no person that a thing is for."""
_MODAL_WORDS = "will wont would can cant cannot could couldnt may might should must doesnt dont didnt"
_MODALS = frozenset(_MODAL_WORDS.split())
"""After these a verb is a verb: "it won't fall off" says nothing of the autumn."""
_OBJECTS = frozenset({"it", "them", "this", "that", "these", "those"})
_VALUE_PLACES = frozenset({"in", "of", "from", "by"})


def done_to_it(words: Sequence[Word], at: int) -> bool:
    """Whether the word is what is done to something: "you won't need to iron them"."""
    ahead = at > 0 and words[at - 1].norm in _MODALS | {"to"}
    return ahead and at + 1 < len(words) and words[at + 1].norm in _OBJECTS


def a_greeting(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether plain words that happen to be a value ("thank you") begin a sentence and end it or a clause."""
    plain = all(word.stem in FUNCTION_WORDS for word in words[first:last])
    return plain and (first == 0 or words[first - 1].is_mark) and (last == len(words) or words[last].is_mark)


def merely_plain(words: Sequence[Word], at: int, *, in_rows: bool, before_kind: bool, written: bool) -> bool:
    """Whether a word that happens to be a value is used as the plain word it also is. ``in_rows``: the items spoken of have that
    value; ``before_kind``: a kind of thing follows; ``written``: the value is this one word.
    """
    word = words[at]
    if word.stem not in PLAIN:
        return False
    if at > 0 and words[at - 1].norm in _MODALS and word.stem in VERB_FORMS:
        return True
    if in_rows:
        return False
    after = words[at + 1] if at + 1 < len(words) else None
    if word.norm in _PERSONS:
        return after is not None and not after.is_mark and after.stem not in GRAMMAR
    if word.stem in TASTE and before_kind:
        return False  # "a cheerful thriller"
    placed = at > 0 and words[at - 1].norm in _VALUE_PLACES and (after is None or after.is_mark or after.norm == "and")
    return not placed and (not written or word.stem in FUNCTION_WORDS)
