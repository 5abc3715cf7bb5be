"""Wishes that nothing here can be sorted by: "not violent", "with owls on", "oat milk".

Passed over in silence they would be taken for granted, so the reply says first that the shop's list does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dialogue.english import APPRAISING, DETERMINERS, SMALL_WORDS
from dialogue.reading import Reading, covered
from dialogue.types import Act
from dialogue.words import Span, Word

_SHUTS = re.compile(
    r"^(?:but )?(?:not|no|nothing(?: (?:with|in|thats?|that is|containing|for|from))?|without|anything but|except(?: for)?|"
    r"avoid(?:ing)?|"
    r"other than|apart from|(?:any\w+ )?but|cant stand|allergic to|hates?)$"
)
"""Openers of what is shut out of a thing; "she doesn't drink" tells of a person."""
_RELATIVE = re.compile(
    r"\b(?:something|anything|ones?|\w+) (?:that|which) (?P<wish>(?:really |actually )?(?:doesnt|dont|wont|isnt|"
    r"arent) (?:\w+ ?){1,2}?)"
    r"(?= ?(?:$|[,.!?;]|and\b|but\b|for\b|when\b|in\b|on\b|if\b|so\b|please\b))"
)
""" "A rug that doesn't shed"."""
_WITH = re.compile(
    r"\b(?:some|any)thing (?P<wish>with (?:(?:a|an|some|any|the|lots of) )?(?P<thing>\w+(?: \w+)?)(?: on(?: it| them)?)?)"
    r"(?= ?(?:$|[,.!?;]|and\b|but\b|for\b|please\b))"
)
""" "Anything with owls on?" """
_AT = re.compile(
    r"\b(?P<wish>(?:after|before|by|around|about|from|until|at) (?:(?:about|around|half|quarter) (?:past |"
    r"to )?)?\w+ (?:oclock|pm|am))\b"
)
""" "After nine o'clock"."""
_MADE = re.compile(r"\bmake (?:it|that|them|both|the \w+) (?P<wish>\w+)(?= ?(?:$|[,.!?;]|and\b|but\b|please\b))")
""" "Make the mocha decaf"."""
_EATS = re.compile(r"\b(?:dont|doesnt|cant|cannot|wont|do not|does not)(?: \w+)? (?:eat|drink|have|wear|use|tolerate|do)$")
""" "I don't eat meat": of a thing, it is to be without."""
_ALLERGY = re.compile(r"\b(?P<wish>\w+ (?:allergy|allergies|intolerance|intolerant))\b|\b(?:some|any)thing (?P<free>\w+ free)\b")
_STOPS = frozenset({"and", "or", "but", ","})
_ENDINGS = ("ing", "ed", "ly", "ish", "wise", "ever")
_SAID = frozenset({Act.INFORM, Act.MORE, Act.OFF_TOPIC, Act.UNCLEAR})
_ELSE = frozenset({Act.REJECT, Act.ASK_ITEM, Act.ASK_POLICY, Act.ASK_STOCK, Act.CHOOSE, Act.COMPARE, Act.UNDO, Act.HELP})
_OPENS = DETERMINERS | frozenset("in with of want need like got have and or".split())  # noqa: SIM905


def unkept(reading: Reading, acts: Collection[Act], avoided: Collection[str]) -> tuple[str, ...]:
    """The wishes of a turn, in the shopper's words, that no value or title can keep. ``avoided``: stems shut out by titles."""
    only_made = not _SAID & set(acts) or bool(_ELSE & set(acts)) or bool(reading.strong)
    if only_made and not {Act.INFORM, Act.CHOOSE} & set(acts):
        return ()
    explained = [*(amount.span for amount in reading.amounts), *(critique.span for critique in reading.relative)]
    explained += [pointing.span for pointing in reading.pointings if not only_made] + [title.span for title in reading.titles]
    explained += [mention.span for mention in reading.mentions]
    explained += [span for _, span in (*reading.open, *reading.named)]
    found = _modifiers(reading, explained, only_made)
    if not only_made:
        told = [span for span in _relative(reading, explained) if not _has_any(reading, span, avoided)]
        found += [*_shut_out(reading, explained, avoided), *told]
    else:
        found += _matched(_MADE, reading, explained)
    said = [(span.first, reading.utterance.said(span)) for span in found]
    said += [] if only_made else _not_had(reading, explained, avoided)
    return tuple(dict.fromkeys(words for _, words in sorted(said)))


def _not_had(reading: Reading, explained: list[Span], avoided: Collection[str]) -> list[tuple[int, str]]:
    """ "I don't eat meat" as "no meat", "a nut allergy": where nothing was shut out by it."""
    words = reading.utterance.words
    found = [(span.first, reading.utterance.said(span)) for span in _matched(_ALLERGY, reading, explained)]
    for scope in reading.scopes:
        reached = words[scope.span.first : scope.span.last]
        if not _EATS.search(" ".join(word.norm for word in words[: scope.opener.last])) or covered(scope.span, explained):
            continue
        telling = [word.norm for word in reached if _tells(word)]
        if telling and not any(word.stem in avoided for word in reached):
            found.append((scope.opener.first, f"no {' '.join(telling)}"))
    return found


def _shut_out(reading: Reading, explained: list[Span], avoided: Collection[str]) -> list[Span]:
    """ "Not violent", "no stripes": reached by a "not", and nothing was shut out by it."""
    words, found, plan = reading.utterance.words, [], reading.state.last_plan
    if plan is not None and plan.note == "not_sold":
        return []   # "not headphones then": none was had
    for scope in reading.scopes:
        opener = " ".join(word.norm for word in words[scope.opener.first : scope.opener.last])
        if scope.polarity != "exclude" or not _SHUTS.match(opener):
            continue
        stops = (at for at in range(scope.span.first, scope.span.last) if words[at].norm in _STOPS)
        reached = range(scope.span.first, next(stops, scope.span.last))
        if covered(Span(reached.start, reached.stop), explained) or any(words[at].stem in avoided for at in reached):
            continue
        telling = [at for at in reached if _tells(words[at])]
        if telling and not any(words[at].norm == "to" for at in reached):
            last = telling[-1] + 1
            found.append(Span(scope.opener.first, last + (last < len(words) and words[last].norm in {"one", "ones"})))
    return found


def _relative(reading: Reading, explained: list[Span]) -> list[Span]:
    """ "That doesn't shed", "with owls on", where no word of it is a value."""
    return [span for pattern in (_RELATIVE, _WITH, _MADE, _AT) for span in _matched(pattern, reading, explained)]


def _has_any(reading: Reading, span: Span, stems: Collection[str]) -> bool:
    return any(word.stem in stems for word in reading.utterance.words[span.first : span.last])


def _matched(pattern: re.Pattern[str], reading: Reading, explained: list[Span]) -> list[Span]:
    found = []
    for match in pattern.finditer(reading.utterance.norm):
        span = reading.utterance.span_of(*match.span("wish" if match["wish"] else "free"))
        said = [word for word in reading.utterance.words[span.first : span.last] if _tells(word)]
        told = pattern in (_RELATIVE, _ALLERGY, _AT)
        new = told or any(word.stem not in reading.vocabulary.known for word in said)
        if said and new and not covered(span, explained if told else [*explained, *(scope.span for scope in reading.scopes)]):
            found.append(span)
    return found


def _modifiers(reading: Reading, explained: list[Span], only_made: bool) -> list[Span]:
    """ "Oat milk", "a paisley scarf": a word that the shop nowhere has, right before a value that is wanted."""
    words, found = reading.utterance.words, []
    for mention in reading.mentions:
        at, slot = mention.span.first - 1, reading.shop.slot(mention.slot)
        thing = slot is not None and (slot.made_to_order or (not only_made and (slot.topic or slot.lapses)))
        if at < 0 or not thing or not _is_new(words[at], reading) or covered(Span(at, at + 1), explained):
            continue
        if reading.polarity(mention) != "want":
            continue
        if at == 0 or words[at - 1].norm in _OPENS or words[at - 1].is_mark:
            found.append(Span(at, mention.span.last))
    return found


def is_order_of(phrase: str, words: str) -> bool:
    """Whether the words of a value are the end of such a wish: "milk" of "oat milk", which is no milk."""
    return phrase.lower().endswith(f" {words.lower()}")


def _is_new(word: Word, reading: Reading) -> bool:
    new = _tells(word) and len(word.stem) > 2 and word.stem not in reading.vocabulary.known
    return new and not word.norm.endswith(_ENDINGS) and word.text.isalpha() and word.text.islower()


def _tells(word: Word) -> bool:
    return not word.is_mark and word.norm.isalpha() and word.norm not in SMALL_WORDS | APPRAISING
