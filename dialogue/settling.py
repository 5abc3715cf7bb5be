"""What several references in one breath come to: taken back ("the first, no, the second"), refused, counted, or said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.pointing import Pointing
from dialogue.words import Span, Utterance

_TAKEN_BACK = re.compile(
    r"^(?:(?:at|in|on|from|with|by|of) (?:\w+ ){0,3}|(?:then|please|i think) )?"
    r"(?:[,.!?;] ?)*(?:or )?(?:(?:no|sorry|wait|actually|rather|i mean|"
    r"i meant|i said|make (?:that|it)|hang on|hold on|never ?mind|then|"
    r"scratch that|correction|(?:i )?tell a lie|my mistake|you know what|"
    r"(?:ill )?tell you what|on second thoughts?|not that(?: one)?)(?: ?[,.!?;])* ?)+"
    r"(?:(?:well|just|ill (?:take|have|do|go (?:for|with))|"
    r"lets (?:say|have|do|get|try|go (?:for|with))|give me|instead)(?: ?[,.])* ?)*$"
)
"""All that stands between a reference and the one that takes its place."""
_QUANTIFIES = frozenset({"both", "either", "neither", "none", "any", "all"})
_BOTH = frozenset({"both", "both of them", "the two of them", "the pair of them"})
_TWO = 2
_EACH = frozenset({"one of each", "each of them", "each of those"})
_FLOATS = re.compile(r"^,? ?(?:(?:are|were|look|looks|sound|seem|s|do|will|would) ?)?(?:they|those|these)? ?$")
""" "The wraps are both nice", "the first and the last, are they both tan"."""
_HELD_AGAINST = re.compile(
    r"\bprefer\w*\b.* (?:to|over|rather than|than)$|\b(?:rather|sooner|instead)\b.* than$|\b(?:like|love|"
    r"want)\w*(?: (?!to\b|and\b|or\b)\w+){0,4} more\b.* than$|\bwould \w+ (?:better|nicer) than$|"
    r"^(?!(?:is|are|was|which|what|how|why|does|do|would|should|can|could)\b).* over$"
)
_SWAPPED = re.compile(r"\b(?:swap|switch|change|exchange|trade|replace)(?: from)?$")
_FOR = re.compile(r"^(?:for|to|with)$")
""" "Can I swap the second for the third?" means the third."""
_APPOSED = re.compile(r"^(?:(?:,|well|i mean|that is|so|just|like) ?)*$")
FAULTED = re.compile(
    r"^(?:(?:is|are|was|were|looks?|sounds?|seems?|feels?|both|all|just|really|definitely|probably|maybe|a|bit|little|far|"
    r"way|much|"
    r"rather|ll) )*(?:too (?!is\b)|out\b(?! of)|over (?:my |the |our )?budget\b|(?:would |might |will )?"
    r"clash(?:es)?\b|a miss\b|no good\b|a no\b|dear\b|(?:not|isnt|arent|wont|doesnt|dont|wouldnt) "
    r"(?:(?:\w+ )?(?:for (?:me|her|him|them|us)|right|suit|work|do|appeal|grab|me|us|her|him)\b|"
    r"(?:be )?(?:really |quite |exactly )?(?!sure )\w+ enough\b))|"
    r"^(?:(?:is|are|was|were|looks?|sounds?|seems?|feels?) )?(?:both |all |just )?(?:a bit|a little|a tad|rather) "
    r"(?!than\b|like\b|of\b|more\b|less\b|special\b|nice\b|lovely\b|good\b|different\b|\w+er\b)\w+|"
    r"^(?:(?:is|are|s|looks?|sounds?) )?(?:\w+ ){0,2}but (?:(?:its|theyre|thats|it is|they are) )?"
    r"(?:(?:a bit|a little|far|way|just) )*"
    r"(?:too|out)\b"
)
""" "... is too dear", "... are out": what is said of an item that is not taken."""
_TOO_FOR = re.compile(r"\btoo (?:\w+ ){1,2}for$")
_IS = re.compile(r"^(?:is|was|looks|sounds|seems)$")
_MOST = re.compile(r"^the (?:(?:most|least) \w+|\w+est)\b")
_JOINED = re.compile(r"\b(?:or|nor|and)\b")
_SO_IS = re.compile(r"\b(?:so|and so|neither|nor) (?:is|are|does|do|did|would|will|was|were)$")
""" "The first is too dear and so is ..."."""
_I_MEAN = re.compile(r"^(?:i mean|i meant|sorry|rather)\b")
""" "The black one, the steel one I mean"."""
_THAT_ONE = re.compile(r"^(?:that|this) one$")
_THE_SAME = re.compile(r"^the same\b")
""" "The silk's a nightmare to wash, is there the same in cotton": like the one named before."""
_OPENS = re.compile(
    r"[,.!;](?:(?: (?:so|yes|yeah|okay|ok|right|ill (?:take|have|go (?:for|with))|give me|just|definitely))*|"
    r"(?: (?:and|so))?(?: (?:how|what|whats|who|whos|where|when|is|are|was|does|did|can|could|will|would)"
    r"(?: (?!but\b)\w+){0,4})?)$"
)
_REFUSES = frozenset({"neither", "none"})


def settled(utterance: Utterance, pointings: Sequence[Pointing]) -> tuple[Pointing, ...]:
    """The references that stand once the whole utterance is heard, in order."""
    found = sorted(pointings, key=lambda pointing: pointing.span.first)
    found = _counted(utterance, found)
    found = _corrected(utterance, found)
    found = _narrowed(utterance, _preferred(utterance, found))
    return tuple(_named_twice(utterance, found))


def _between(utterance: Utterance, early: Pointing, late: Pointing) -> str:
    return " ".join(word.norm for word in utterance.words[early.span.last : late.span.first])


def _counted(utterance: Utterance, found: Sequence[Pointing]) -> list[Pointing]:
    """ "Both the wraps", "neither the first nor the second": what follows is meant, not all that was named."""
    kept: list[Pointing] = []
    refusing = False
    for index, pointing in enumerate(found):
        opener = utterance.words[pointing.span.first].norm
        follows = index + 1 < len(found) and not found[index + 1].weak
        if opener in _QUANTIFIES and follows and _between(utterance, pointing, found[index + 1]) in {"", "of"}:
            refusing |= opener in _REFUSES
            continue
        if pointing.reference.words.lower() in _EACH and len({item for one in kept for item in one.reference.items}) > 1:
            continue   # "the first and the second please, one of each"
        strong = [one for one in kept if not one.weak]
        several = len({item for one in strong for item in one.reference.items}) > 1
        if pointing.reference.words.lower() in _BOTH and len({item for one in strong for item in one.reference.items}) == _TWO:
            continue   # "the mug and the stole, can you do both"
        if opener in {"both", "all"} and several and _FLOATS.match(_between(utterance, strong[-1], pointing)):
            continue
        refusing &= not kept or _JOINED.search(_between(utterance, kept[-1], pointing)) is not None
        alike = bool(kept) and _SO_IS.search(_between(utterance, kept[-1], pointing)) and is_faulted(utterance, kept[-1])
        kept.append(replace(pointing, refusal=True) if (refusing or alike) and not pointing.weak else pointing)
    return kept


def _corrected(utterance: Utterance, found: Sequence[Pointing]) -> list[Pointing]:
    """ "The first, no sorry, the second" is the second."""
    kept: list[Pointing] = []
    for pointing in found:
        if kept and _is_refused(utterance, kept[-1]) and not _between(utterance, kept[-1], pointing):
            kept.append(replace(pointing, corrects=True))
        elif kept and (kept[-1].weak or not pointing.weak) and _TAKEN_BACK.match(_between(utterance, kept[-1], pointing)):
            whole = Span(kept[-1].span.first, pointing.span.last)
            kept[-1] = replace(pointing, corrects=True, span=whole)
        elif kept and _between(utterance, kept[-1], pointing) == "," and _I_MEAN.match(utterance.after(pointing.span)):
            kept[-1] = replace(pointing, corrects=True, span=Span(kept[-1].span.first, pointing.span.last))
        else:
            kept.append(pointing)
    return kept


def _is_refused(utterance: Utterance, pointing: Pointing) -> bool:
    return pointing.span.first > 0 and utterance.words[pointing.span.first - 1].norm in {"not", "isnt"}


def _preferred(utterance: Utterance, found: Sequence[Pointing]) -> list[Pointing]:
    """ "I prefer the first to the second", "the first over the second" mean the first."""
    kept: list[Pointing] = []
    for pointing in found:
        before = utterance.before(pointing.span.first)
        if kept and not kept[-1].weak and _HELD_AGAINST.search(before) and not utterance.norm.endswith("?"):
            continue
        swapped = kept and _SWAPPED.search(utterance.before(kept[-1].span.first))
        if swapped and _FOR.match(_between(utterance, kept[-1], pointing)):
            kept.pop()
        kept.append(pointing)
    return kept


def _narrowed(utterance: Utterance, found: Sequence[Pointing]) -> list[Pointing]:
    """ "The boots, the walking ones": of a wider and a narrower name side by side, the narrower."""
    kept: list[Pointing] = []
    for pointing in found:
        early = kept[-1] if kept and not kept[-1].weak else None
        narrower = early is not None and set(pointing.reference.items) < set(early.reference.items)
        if narrower and early is not None and not pointing.weak and _APPOSED.match(_between(utterance, early, pointing)):
            kept.pop()
        kept.append(pointing)
    return kept


def _named_twice(utterance: Utterance, found: Sequence[Pointing]) -> list[Pointing]:
    """ "That one, the velvet one": of a word that only points and a name beside it, the name says which.

    So does a name a clause earlier: "the velvet, yes, I like velvet, that one please".
    """
    named = [pointing for pointing in found if not pointing.deictic and not pointing.weak]
    return [
        pointing
        for pointing in found
        if not (
            pointing.deictic
            and (any(_beside(utterance, pointing.span, other.span) for other in named) or _takes_up(utterance, pointing, named))
        )
    ]


def _takes_up(utterance: Utterance, pointing: Pointing, named: Sequence[Pointing]) -> bool:
    """Whether a "that one" that opens a clause means the only item named before it, which is not refused."""
    early = [other for other in named if other.span.last < pointing.span.first]
    words = [word.norm for word in utterance.words[: pointing.span.first]]
    kept = len(early) == 1 and not (_is_refused(utterance, early[0]) or early[0].refusal or is_faulted(utterance, early[0]))
    if len(early) == 1 and _THE_SAME.match(pointing.reference.words.lower()):
        return True
    return kept and not pointing.weak and _THAT_ONE.match(pointing.reference.words.lower()) is not None and _OPENS.search(
        " ".join(words)
    ) is not None


def without_predicates(utterance: Utterance, pointings: Sequence[Pointing]) -> tuple[Pointing, ...]:
    """ "Is the red one the dearest?", "the red one is the dearest" mean one item, of which the other words are said."""
    asked = {
        one.span.last
        for one in pointings
        if not one.weak
        and _before(utterance, one) in {"is", "are", "was", "were"}
        and one.reference.words.lower() not in _QUANTIFIES  # "are both the red ones wool?"
    }
    told = {one.span.last + 1 for one in pointings if not one.weak and _IS.match(utterance.after(one.span, 1))}
    return tuple(
        pointing
        for pointing in pointings
        if pointing.weak
        or not (pointing.span.first in asked or (pointing.span.first in told and _MOST.match(pointing.reference.words.lower())))
    )


def _before(utterance: Utterance, pointing: Pointing) -> str:
    return utterance.words[pointing.span.first - 1].norm if pointing.span.first else ""


def is_faulted(utterance: Utterance, pointing: Pointing) -> bool:
    """Whether a fault is found with the items meant, right after they are named or in "that's too much for the vase"."""
    before = utterance.before(pointing.span.first)
    return FAULTED.search(utterance.after(pointing.span)) is not None or _TOO_FOR.search(before) is not None


def _beside(utterance: Utterance, one: Span, other: Span) -> bool:
    """Whether nothing but a comma stands between, and the first is not refused: "not the red one, the one before"."""
    early, late = sorted((one, other), key=lambda span: span.first)
    refused = early.first > 0 and utterance.words[early.first - 1].norm in {"not", "isnt"}
    between = [word.norm for word in utterance.words[early.last : late.first]]
    return not refused and between in ([], [","])
