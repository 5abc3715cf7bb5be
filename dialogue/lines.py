"""The shop's own lines and words: which of its policies a question is about, and which relative word it compares by."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.english import SMALL_WORDS
from dialogue.shop import Policy, TalkingShop
from dialogue.words import read_words

TEXT_WEIGHT = 0.5
"""A word of a line's text, against one of its own key words."""
PRICED = ("cheaper", "dearer", "pricier", "cheapest", "less expensive", "more expensive", "costs less", "costs more")
LEAST_SHARED = 2.0
"""Unless one of its key phrases is said whole."""


def nearest_policy(question: str, policies: Sequence[Policy]) -> Policy | None:
    """The line that shares most words with the question; of lines that share as much, the one whose longest key phrase is said
    whole. None where too little is shared.
    """
    asked = _content(question)
    best, most = None, (0.0, 0.0)
    for policy in policies:
        phrases = [_content(word) for word in (policy.name, *policy.words)]
        keys = frozenset().union(*phrases)
        whole = max((len(phrase) for phrase in phrases if phrase and phrase <= asked), default=0)
        shared = len(asked & keys) + TEXT_WEIGHT * len(asked & (_content(policy.text) - keys))
        if (shared, whole) > most and asked & keys:
            best, most = policy, (shared, float(whole))
    return best if most[0] >= LEAST_SHARED or most[1] else None


def whole_policy(question: str, policies: Sequence[Policy]) -> Policy | None:
    """The line that has a key phrase of several content words, all of them said: "do I have to pay for the delivery?"."""
    asked = _content(question)
    found = [policy for policy in policies if any(len(said := _content(word)) > 1 and said <= asked for word in policy.words)]
    return found[0] if found else None


def named_policy(question: str, policies: Sequence[Policy]) -> Policy | None:
    """The line whose name of two words or more is said: "do you have gift cards?"."""
    said = f" {' '.join(word.stem for word in read_words(question).words)} "
    names = {policy.name: [word.stem for word in read_words(policy.name).words] for policy in policies}
    return next(
        (policy for policy in policies if len(names[policy.name]) > 1 and f" {' '.join(names[policy.name])} " in said), None
    )


def compared_by(question: str, shop: TalkingShop) -> tuple[str, ...]:
    """The slot by which items are to be compared: the price for "which is cheaper?"; none where no relative word is said."""
    norm = f" {read_words(question).norm} "
    said = [one.slot for one in shop.critiques if any(f" {form} " in norm for word in one.words for form in _forms(word))]
    priced = shop.money is not None and any(f" {word} " in norm for word in PRICED)
    return tuple(said[:1]) or ((shop.money.name,) if priced and shop.money else ())


def _forms(word: str) -> tuple[str, ...]:
    """A relative word and as far as it goes: "newer", "newest"."""
    norm = read_words(word).norm
    return (norm, f"{norm[:-2]}est") if norm.endswith("er") else (norm,)


def _content(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in read_words(text).words if not word.is_mark and word.norm not in SMALL_WORDS)
