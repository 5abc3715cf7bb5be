"""Whether a turn takes an item: "I'll have the first", "the red one, please", "sold" - and not "is the red one nice?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.acts import ABOUT_ITEM, CHOICE, STRONG_CHOICE
from dialogue.english import BEHAVES, OPENING, SMALL_WORDS
from dialogue.meant import prefers, settles_on_last
from dialogue.pointing import Pointing
from dialogue.reading import Reading
from dialogue.types import Act, Reference, SlotChange
from dialogue.whole_clauses import EXCLAIMS
from dialogue.words import is_contracted

UNDECIDED = re.compile(
    r"\b(?:torn|cant decide|not sure|unsure|a maybe|might be|thinking|"
    r"(?:is|are|ones|s|looks?|sounds?) (?:all |"
    r"both )?(?:quite |really "
    r"|very |rather )?(?:nice|good|interesting|alright|okay|all right)(?= ?(?:$|[.,!])))\b|\b\w+s (?:quite |really |"
    r"very )?nice$"
)
"""Praise that does not buy yet."""
_SOLD = re.compile(
    OPENING + r"(?:(?:fine|done|good|deal|oh|lovely|perfect) ,? ?)*(?:(?:its |thats |youve )?sold ?[.!]?$|"
    r"(?:(?:that|it|this|they)ll|(?:that|it|this|they|those|these) (?:will|would)) do(?: (?:nicely|fine|me|us|perfectly|"
    r"great|just fine|"
    r"the trick|very well))?(?= ?(?:$|[.!,;])))"
)
""" "Sold!", "that'll do nicely"."""
_SO_MANY = re.compile(
    OPENING + r"(?:(?:lovely|fine|perfect|good|brilliant) ,? ?)*(?:(?:put|pop|stick|add|throw|give me|get me|ill take|well take|"
    r"ill have|well have|id like|wed like|we would like|well need|can (?:i|we) have|could (?:i|we) have) )"
    r"(?:me |us )?(?:one|two|three|four|five|six|ten|a dozen|a couple|a pair|\d+)"
    r"(?: (?:of (?:them|those|these|it)|(?:(?!of\b)\w+ )?(?:for|to) (?:it|that|this)(?: one)?))?"
    r"(?: (?:in|into|to|on) (?:my|the) (?:basket|bag|cart|trolley|order))?(?: ?,? ?(?:please|then|thanks|thank you))* ?[.!]?$"
)
""" "Put two in my basket please"."""
_AND_THE = re.compile(OPENING + r"(?<=and )(?:the|that|this|number|option)\b(?!.*\b(?:please|then|too)\b)")
_SOMETHING_ELSE = re.compile(r"\bbut\b.*\b(?:something|anything)\b|\bbut not the\b")
_IF = re.compile(r"\bif (?:it|they|that) (?:wasnt|werent|was|were|had|came|hadnt|didnt)\b")
""" "I'd take it if it weren't pink" takes nothing."""
_PRAISED_BUT = re.compile(r"\b(?:lovely|gorgeous|beautiful|nice) but (?!(?:the|that|ill|id|i)\b)(?!.*\bso (?:the|that)\b)")
""" "It's gorgeous but a hundred and seventy ..." takes nothing."""
_SAYS = re.compile(
    r"^(?:is|are|isnt|arent|was|were|costs?|does|do|doesnt|dont|wont|wouldnt|would|might|could|looks?|sounds?|seems?|has|"
    r"have|always|"
    rf"never|suits?(?! (?:me|us)\b)|{BEHAVES})\b"
)
_WILL_DO = re.compile(
    r"^(?:(?:is|are|was|were|looks?|sounds?|seems?|would|will) )?(?:(?:just|really|quite|be|absolutely|about|very) )*"
    r"(?:fine|ok|okay|alright|all right|good|better|perfect|great|ideal|right|nice|nicest|best|do|suit|it|lovely|gorgeous|"
    r"beautiful|the one|super|brilliant|more (?:me|her|him|us))\b"
)
_ASKS_FIRST = re.compile(
    r"(?:(?:and|so|but|ok|okay) ,? ?)*(?:what|whats|how|is|are|does|can|could|would|which|when|where|why|who|will|if)\b"
)
_NEXT_SENTENCE = re.compile(
    r" ?[.!;] (?=\w)|(?<! )(?: ?,)? (?:and )?(?=(?:(?:what|when|how|where|which|who)s?|does|do|is|are|can|could|will) "
    r"(?:\w+ )?(?:is|are|was|were|does|do|did|it|they|that|much|many|i|you|we)\b)"
)
_AGREES = frozenset("actually ok okay right fine good great lovely perfect yes yeah alright then please well go on just".split())  # noqa: SIM905
_POLITELY = re.compile(r"\b(?:can|could|may) i (?:please )?(?:have|get|take|buy)\b")
_TAKEN_AND = re.compile(OPENING + r"(?:just )?(?:the|that|this)\b")
_AND_ASKS = re.compile(r"^,? ?and (?:can|could|do|does|will|would|is there|are there|how|when|what)\b")
""" "The red one and do you wrap?": a choice, then a question to the shop."""
_IS_FINE = re.compile(r"^(?:(?:is|are|looks?|sounds?) )?(?:fine|ok|okay|alright|all right|good|better|perfect|great|ideal)\b")
SOMETHING = re.compile(r"\b(?:something|anything) (?:\w+ )?(?:between|than)\b")
_ASKS_HOW = re.compile(r"^(?:(?:and|so|but|ok|okay|well) ,? ?)*(?:how|when|where|what|why|which|who)\b")
_WISH_TO_HAVE = re.compile(
    r"\b(?:id like|i would like|id love|i want|(?:id|wed) rather(?: have)?|i prefer|i would prefer|id prefer|we want|"
    r"(?:can|could|may) i (?:please )?(?:have|get|take|buy)|i think|then|please|perfect|better|best|gorgeous|lovely|nicer|"
    r"ha(?:s|ve) to be|"
    r"it is|sorry|just|one)\b|\bso (?:the|that|those)\b"
)


@dataclass(frozen=True)
class Found:
    """What the readers made of a turn, before its acts."""

    changes: Sequence[SlotChange]
    references: Sequence[Reference]
    requested: Sequence[str]
    policies: Sequence[str]
    like_items: Sequence[str]
    free_text: str


def chooses(reading: Reading, found: Found, acts: Sequence[Act]) -> bool:
    """Whether an item is taken. ``acts``: those that phrases alone show."""
    blocked = {Act.REJECT, Act.COMPARE, Act.MORE, Act.REPEAT, Act.UNDO, Act.START_OVER, Act.HELP}
    takes = _SOLD.match(reading.utterance.norm) or (_SO_MANY.match(reading.utterance.norm) and not found.changes)
    if takes and reading.state.last_item in reading.state.table:
        return True
    if (
        not found.references
        or (found.requested and not _is_taken_first(reading))
        or (found.like_items and not _is_taken_first(reading))
        or (blocked - ({Act.MORE} if _is_taken_first(reading) else set())) & set(acts)
        or (ABOUT_ITEM.search(reading.utterance.norm) and not _is_taken_first(reading))
    ):
        return False
    norm = reading.utterance.norm
    if asks_on(reading) or _IF.search(norm) or _PRAISED_BUT.search(norm):
        return False
    strong = [pointing for pointing in reading.strong if not pointing.refusal]
    if _is_first_sentence(reading, strong):
        return True
    if prefers(reading) and not reading.is_question and any(_IS_FINE.match(reading.after(one.span)) for one in strong):
        return True
    if settles_on_last(reading) and not reading.is_question:
        return True
    if strong_choice := STRONG_CHOICE.search(norm):
        said = norm[: strong_choice.start()]
        return not (reading.is_question and _ASKS_HOW.search(norm) and "," not in said)
    if _SOMETHING_ELSE.search(norm) and found.changes:
        return False
    compares = " than " in norm and any(change.kind in {"less", "more"} for change in found.changes)
    if UNDECIDED.search(norm) or compares or SOMETHING.search(norm):
        return False
    if found.policies and len(strong) == 1 and _TAKEN_AND.match(norm) and _AND_ASKS.match(reading.after(strong[0].span)):
        return True
    polite = _POLITELY.search(norm)
    if polite and found.policies and not _has_just(reading, len(norm[: polite.end()].split())):
        return False
    if reading.titles and not strong and not reading.mentions:
        return bool(not reading.is_question and CHOICE.search(norm))
    if not strong or (reading.is_question and polite is None) or (found.policies and not CHOICE.search(norm)):
        return False
    if CHOICE.search(norm):
        return True
    wished = {match.group() for match in _WISH_TO_HAVE.finditer(norm)}
    if wished - {"one"} or (wished and not _says_of(reading, strong[-1])):
        return True
    return is_bare(reading, strong) and not names_kind(reading)


def _is_taken_first(reading: Reading) -> bool:
    """ "I'll have it. How much was it again?": taken in a sentence of its own, before the question."""
    said = _NEXT_SENTENCE.search(reading.utterance.norm)
    first = reading.utterance.norm[: said.start()] if said else ""
    return STRONG_CHOICE.search(first) is not None and _ASKS_FIRST.match(first) is None


def _is_first_sentence(reading: Reading, strong: Sequence[Pointing]) -> bool:
    """ "OK, the shorter of the two. On Friday.": a sentence of nothing but the item, then how it is to be."""
    words = reading.utterance.words
    ends = next((index for index, word in enumerate(words) if word.norm in {".", "!"}), len(words))
    if not strong or ends >= len(words) - 1 or strong[0].span.last > ends:
        return False
    rest = [word for word in (*words[: strong[0].span.first], *words[strong[0].span.last : ends]) if not word.is_mark]
    return bool(rest) and all(word.norm in _AGREES for word in rest)


def _has_just(reading: Reading, at: int) -> bool:
    """ "Can I have the first one?", not "can I have money off the first" nor "can I have the first in a smaller size"."""
    words = [*(word.norm for word in reading.utterance.words), ""]
    return any(pointing.span.first == at and words[pointing.span.last] != "in" for pointing in reading.strong)


def asks_on(reading: Reading) -> bool:
    """ "And the first?", after an answer about the second."""
    last = reading.state.last_plan
    return last is not None and last.kind == "answer" and _AND_THE.match(reading.utterance.norm) is not None


def names_kind(reading: Reading) -> bool:
    """ "The cheaper ones", by itself, asks about them."""
    last = reading.strong[-1]
    return len(last.reference.items) > 1 and reading.utterance.words[last.span.last - 1].norm == "ones"


def _says_of(reading: Reading, pointing: Pointing) -> bool:
    """ "The arch one costs a fortune", "the mustard's not my colour": something is said of it, and not that it will do."""
    after = reading.after(pointing.span)
    said = _SAYS.match(after) or is_contracted(reading.utterance.words[pointing.span.last - 1])
    return bool(said) and not _WILL_DO.match(after)


def is_bare(reading: Reading, strong: Sequence[Pointing]) -> bool:
    """A turn that is little but a reference chooses it."""
    if reading.mentions or reading.amounts or reading.relative or _says_of(reading, strong[-1]):
        return False
    if EXCLAIMS.match(reading.after(strong[-1].span)):
        return False
    inside = sum(len(pointing.span) for pointing in strong)
    said = [word for word in reading.utterance.words if not word.is_mark]
    content = [word for word in said if word.norm not in SMALL_WORDS]
    return len(said) - inside <= 4 or len(content) <= inside
