"""Several questions in one turn: "how much is the first one, and does it come in green?" Each is read and answered by itself.

So is a question after an item was taken: "the first one's fine, what gloves have you got?"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dialogue.types import Act, Reference, Understanding
from dialogue.words import Utterance

_WHOM = r"(?:it|its|they|that|this|those|these|you|i|we|there|the|any|either|both)"
_VERB = r"(?:is|are|isnt|arent|was|were|does|do|did|can|could|will|would|should|has|have)"
_BEGINS = re.compile(
    rf"(?:(?:^|[,.;?!] )(?:(?:and|but|also|oh|ok|okay|so|right|well|then|plus) ,? ?)*|\b(?:and|but) (?:also )?)"
    rf"(?P<asks>(?!did you say\b){_VERB} {_WHOM}\b|how (?:much|many|long|big|heavy|old|far|soon|\w+ {_VERB}|{_VERB})\b|hows\b|"
    rf"whats\b|whens\b|wheres\b|whos\b|who ma(?:kes|de)\b|what (?!about\b)\w+|(?:where|when|who|why|which(?: ones?)?) {_VERB}\b|"
    r"tell me (?:more )?about\b)"
)
"""Where a question begins: at the beginning, after a mark or after "and". "What about the grey one, is it wool?" is one."""
_OF_ITEM = frozenset({Act.ASK_ITEM, Act.ASK_STOCK})
_ASKS = _OF_ITEM | {Act.ASK_POLICY, Act.COMPARE}
_BESIDE = frozenset({Act.GREET, Act.AFFIRM, Act.DONT_CARE})
_TAKES_UP = re.compile(r"\b(?:it|that|this|they)\b")
_TAKES = re.compile(r"\b(?:fine|good|great|perfect|lovely|will do|please|take|have|get|buy|go with|go for)\b")
MOST = 3
"""Questions that are answered in one reply."""


def questions_apart(utterance: Utterance) -> tuple[str, ...]:
    """The turn's questions, each in the shopper's words, what leads up to the first with it; none where there are not several."""
    begins = _beginnings(utterance)
    if not 2 <= len(begins) <= MOST:
        return ()
    starts = [0, *(utterance.words[at].start for at in begins[1:])]
    ends = [*starts[1:], len(utterance.text)]
    return tuple(utterance.text[start:end].strip() for start, end in zip(starts, ends, strict=True))


def read_apart(utterance: Utterance, read: Callable[[str, str | None], Understanding]) -> tuple[Understanding, ...]:
    """The turn's questions, each read; none where there are not several or one before the last is more than a question.

    ``read`` is told the item that "it" means: "how heavy is the first one, and is it in stock?" is about one. The last may be a
    wish: "what is it made of, and does it come in green?"
    """
    parts: list[Understanding] = []
    questions, item = questions_apart(utterance), None
    for number, question in enumerate(questions, 1):
        part = read(question, item)
        if not (_is_question(part) or (number == len(questions) and _is_wish(part))):
            return ()
        if parts and parts[-1].acts == (Act.ASK_POLICY,) and _OF_ITEM & set(part.acts) and _TAKES_UP.search(question.lower()):
            continue   # "do you gift wrap, and how much is that?": the shop's line says it
        if parts and not part.references and _OF_ITEM & set(part.acts):
            part = replace(part, references=parts[-1].references)
        meant = {meant for reference in part.references for meant in reference.items}
        item = meant.pop() if len(meant) == 1 else None
        parts.append(part)
    return tuple(parts)


def choice_apart(
    utterance: Utterance, read: Callable[[str, str | None], Understanding], topic: str | None
) -> Understanding | None:
    """ "The first one's fine, what gloves have you got?": an item taken in a clause of its own, then another thing asked for.

    ``topic``: the slot of kinds of things; also a line of the shop's may be asked for.
    """
    begins = _beginnings(utterance)
    if len(begins) != 1:
        return None
    at = utterance.words[begins[0]].start
    clause, question = utterance.text[:at], utterance.text[at:]
    if not _TAKES.search(clause.lower()) or _TAKES_UP.search(question.lower()):
        return None
    taken, asked = read(clause, None), read(question, None)
    takes = Act.CHOOSE in taken.acts and set(taken.acts) <= {Act.CHOOSE, *_BESIDE} and taken.references
    other = any(change.slot == topic and change.kind == "want" for change in asked.changes) and _is_wish(asked)
    if not takes or taken.changes or asked.references or not (other or asked.acts == (Act.ASK_POLICY,)):
        return None
    acts = tuple(dict.fromkeys((*taken.acts, *asked.acts)))
    return replace(asked, text=utterance.text, acts=acts, references=taken.references)


def joined(text: str, parts: tuple[Understanding, ...]) -> Understanding:
    """The turn as a whole: its last part, with what the others ask."""
    meant: dict[tuple[str, ...], Reference] = {}
    for reference in (reference for part in parts for reference in part.references):
        meant.setdefault(reference.items, reference)
    return replace(
        parts[-1],
        text=text,
        acts=tuple(dict.fromkeys(act for part in parts for act in part.acts)),
        references=tuple(meant.values()),
        requested=tuple(dict.fromkeys(name for part in parts for name in part.requested)),
        parts=parts,
    )


def _beginnings(utterance: Utterance) -> list[int]:
    """Positions of the words with which questions begin."""
    return [utterance.span_of(match.start("asks"), match.end("asks")).first for match in _BEGINS.finditer(utterance.norm)]


def _is_question(part: Understanding) -> bool:
    acts = set(part.acts)
    other = part.changes or part.like_items or part.unsold or part.avoided or part.unkept or part.complains
    return bool(acts & _ASKS) and acts <= _ASKS | _BESIDE and not other


def _is_wish(part: Understanding) -> bool:
    return bool(part.changes or part.like_items) and set(part.acts) <= {Act.INFORM, *_BESIDE}
