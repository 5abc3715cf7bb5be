"""Where the talk turns to another kind of thing, or back to one: "now the gloves", "back to the scarves"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.mentions import Mention
from dialogue.pointing import Pointing
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Understanding
from dialogue.words import Utterance

_NOW = re.compile(
    r"(?:^|[,.;!?] |\b(?:and|so|but|ok|okay|right) )(?:(?:and|so|ok|okay|right) )?(?:now|next|moving on to|on to|then)"
    r"(?: (?:for|to|lets (?:do|see|look at)|show me|about))? $"
)
_DO = re.compile(r"\b(?:do|start with|begin with|look at|see|get|sort(?: out)?) $")
_FIRST = re.compile(r"^(?:first|next|now)\b")
_SOMETHING_FOR = re.compile(
    r"\b(?:(?:something|anything|a present|a gift)(?: \w+)? for|(?:now|and|then|next)"
    r"(?: what about)? (?:for )?(?=my|our|his|her))\b"
)
_OF_SHOP = re.compile(
    r"^(?:that )?(?:you|youve|have you|do you|are there|in the shop|of all)\b(?! (?:said|mentioned|showed|named|told))"
)
_SUPERLATIVE = re.compile(r"\b(?:\w+est|most|least)\b", re.IGNORECASE)
_BACK = re.compile(r"(?:^|[,.;!] |\b(?:go|going|get|come|lets|and|so|then|ok|okay|head) )(?:back|return) to\b")


def turns_to_kind(
    utterance: Utterance, pointing: Pointing, mentions: Sequence[Mention], topic: str | None, state: BeliefState
) -> bool:
    """ "Now the gloves", "let's do the scarf first": a kind of thing that is not the one talked of, and no item of a list."""
    before = utterance.leading_to(pointing.span.first, 5)
    kinds = [one for one in mentions if one.slot == topic and one.span.overlaps(pointing.span)]
    if not kinds or topic is None or not state.wants(topic) or any(set(one.values) == set(state.wants(topic)) for one in kinds):
        return False
    back = _BACK.search(before.rstrip()) and utterance.words[pointing.span.last - 1].norm.endswith("s")   # "back to the scarves"
    after = utterance.after(pointing.span, 3)
    if _OF_SHOP.match(after) and (before.endswith(("what ", "which ")) or _SUPERLATIVE.search(utterance.said(pointing.span))):
        return True   # "what's the cheapest hat you've got?", "what scarves have you got then?"
    first = _DO.search(before) and _FIRST.match(utterance.after(pointing.span, 1))
    return all(one.span.last == pointing.span.last for one in kinds) and bool(back or first or _NOW.search(before))


def goes_back(utterance: Utterance) -> bool:
    """Whether the shopper returns to what was talked of before."""
    return _BACK.search(utterance.norm) is not None


def as_left(state: BeliefState, topic: str, kinds: Sequence[str]) -> BeliefState | None:
    """The wishes as they stood when a kind of thing was last talked of; None where it never was."""
    return next((past for past in reversed(state.history) if set(kinds) & set(past.wants(topic))), None)


def is_new_errand(understanding: Understanding, utterance: Utterance, state: BeliefState, shop: TalkingShop) -> bool:
    """ "And what about something for my mum?", after socks for somebody else: any kind of thing, for another person."""
    people = [one for one in understanding.changes if one.kind == "want" and (slot := shop.slot(one.slot)) and slot.person]
    others = any(state.wants(one.slot) and not set(one.values) & set(state.wants(one.slot)) for one in people)
    kind = any(shop.topic is not None and one.slot == shop.topic.name for one in understanding.changes)
    corrects = any(one.correction for one in people)
    return others and not (kind or corrects) and is_for_somebody(utterance)


def is_for_somebody(utterance: Utterance) -> bool:
    """ "Something for my mum": whatever it is."""
    return _SOMETHING_FOR.search(utterance.norm) is not None
