"""Of two values in one breath, the one that says what the other is like, for or whose, and is no wish itself."""

from __future__ import annotations

import re

from dialogue.mentions import Mention
from dialogue.reading import Reading
from dialogue.words import is_contracted

_LIKED = re.compile(
    r"\b(?:(?:mad|crazy|nuts|potty|obsessed) (?:about|with|on)|(?:she|he|they|who)(?: really| just)? (?:loves?|likes?|adores?)|"
    r"(?:shes|hes|theyre|is|are|really|big)(?: really| very| so)? (?:into|fans? of)|fan of|fond of|keen on)(?: all things)? $"
)
_ANOTHER_WANTS = re.compile(
    r"\b(?:(?!its|thats)\w+ (?:wants|likes|loves|prefers|fancies|says)|they (?:want|like|love|prefer))(?: \w+)? $"
)
_FOR_THE = re.compile(r"\bfor (?:the|my|our|his|her|their|a|an) $")
_WITH = re.compile(r"^(?:with|that has|that have)\b")
_A = re.compile(r"\b(?:a|an|one|another|any) $")


def is_by_another(reading: Reading, mention: Mention) -> bool:
    """Whether a value is named only to tell of another."""
    return any(rule(reading, mention) for rule in (_is_whose, _is_for_what, is_theme, _is_overruled))


def _is_overruled(reading: Reading, mention: Mention) -> bool:
    """ "He wants velvet but I can't stand velvet": of another's wish what is said after the "but" counts."""
    if not _ANOTHER_WANTS.search(reading.before(mention.span, 5)):
        return False
    turns = [index for index, word in enumerate(reading.utterance.words) if word.norm == "but"]
    later = [one for one in reading.mentions if one.values == mention.values and one.span.first > mention.span.last]
    overruling = [one for one in later if any(mention.span.last <= at < one.span.first for at in turns)]
    return reading.polarity(mention) == "want" and any(reading.polarity(one) == "exclude" for one in overruling)


def is_theme(reading: Reading, mention: Mention) -> bool:
    """ "A lunch box, he's mad about dinosaurs": of two kinds, the one that is liked says what the other is to be like."""
    topic = reading.shop.topic
    if topic is None or mention.slot != topic.name or not _LIKED.search(reading.before(mention.span, 5)):
        return False
    return any(one.slot == mention.slot and one.span.last <= mention.span.first and one.values != mention.values
               for one in reading.mentions)


def _is_for_what(reading: Reading, mention: Mention) -> bool:
    """ "A clock for the kitchen": of two kinds of thing, the second, which is what the first is for."""
    topic = reading.shop.topic
    if topic is None or mention.slot != topic.name:
        return False
    said = reading.utterance.words[mention.span.first].norm
    opened = said == "for" or _FOR_THE.search(reading.before(mention.span, 2)) is not None
    return opened and any(
        other.slot == mention.slot and 0 <= mention.span.first - other.span.last <= 2 and other.values != mention.values
        for other in reading.mentions
    )


def _is_whose(reading: Reading, mention: Mention) -> bool:
    """ "My girlfriend's mum": of two values of a slot, the second, whose the first is."""
    whose = is_contracted(reading.utterance.words[mention.span.last - 1])
    return whose and any(other.slot == mention.slot and other.span.first == mention.span.last for other in reading.mentions)


def is_of_feature(reading: Reading, mention: Mention) -> bool:
    """ "Not a card with a cat on": what is shut out is the cat."""
    return _WITH.match(reading.after(mention.span, 2)) is not None and _A.search(reading.before(mention.span, 2)) is not None
