"""Places in a list that was read out: "the first", "number two", "the last two" of the items named or the options offered."""

from __future__ import annotations

import re

from dialogue.words import MARKS, Span, Utterance

_PLACES = {
    **dict.fromkeys(("first", "1st", "former", "top", "one", "1", "a", "started", "began", "opened", "beginning", "start"), 0),
    **dict.fromkeys(("to start with", "to begin with", "at the start", "at the beginning"), 0),
    **dict.fromkeys(("second", "2nd", "two", "2", "b"), 1),
    **dict.fromkeys(("third", "3rd", "three", "3", "c"), 2),
    **dict.fromkeys(("fourth", "4th", "four", "4"), 3),
    **dict.fromkeys(("fifth", "5th", "five", "5"), 4),
    "sixth": 5,
    "last but one": -2,
    "second last": -2,
    "second to last": -2,
    "second from last": -2,
    "next to last": -2,
    "penultimate": -2,
    **dict.fromkeys(("latter", "last", "final", "bottom", "ended", "finished", "end"), -1),
}
_ORDINAL = re.compile(
    r"\b(?:(?:the |that |your |my )?(?:very )?(?P<ordinal>last but one|second (?:to |from )?last|next to last|penultimate|"
    r"first|second|third|fourth|fifth|sixth|1st|2nd|3rd|4th|5th|last|"
    r"final|middle|former|"
    r"latter)(?:(?<=[dt])s(?= \w))?"
    r"(?: (?P<count>two|three|2|3|couple))?"
    r"(?P<one> ones?| pairs?(?! of)| options?| items?| choices?| suggestions?| things?| thing you said)?|"
    r"(?:the (?:one|thing) )?(?:that )?you (?:just )?(?:said|mentioned|named|offered|suggested|showed me|read out) "
    r"(?P<spoken>first|second|third|last)|(?:the )?(?:one )?(?:that )?you (?:just )?(?:said|mentioned|"
    r"named|showed me|offered) (?P<began>to (?:start|begin) with|at the (?:start|beginning))|"
    r"(?:the one )?you (?P<ends>started|began|opened|ended|finished) (?:up )?(?:with|on)|"
    r"the one (?:in the|at the) (?P<put>middle|beginning|start|end|top|bottom)|"
    r"(?:number|option|item|choice) (?P<number>one|two|three|four|five|[1-5a-c])s?)\b"
)
_TWO_NUMBERS = re.compile(
    r"\b(?P<said>(?:numbers?|options?|items?) )?(?P<one>one|two|three|four|[1-4]) and (?:number )?(?P<other>two|three|"
    r"four|[1-4])\b"
)
_LIKES = re.compile(r"\b(?:like|love|take|have|want|prefer|fancy|between|get|choose|pick|both|just) $")
_ENDED = re.compile(r"^ ?(?:$|[.,!?]|please|then|thanks|i think|actually|best)")
_NOT_AN_ITEM = re.compile(
    r"^(?: time| thing| birthday| anniversary| year| week| month| night| day| floor| of all| date| name| minute| "
    r"chance| home| baby| child| hand| class| aid| thought| try| question| bit| summer| winter| spring| autumn| half| "
    r"cousin| dance| job| trip| visit| house| flat| place| person| prize| resort| wife| husband| helping| weekend| hour| "
    r"of (?!(?:the|them|those|these|your|course)\b)| of the (?:month|year|week)\b)"
)
_NOT_HERE = re.compile(
    r"\b(?:(?:january|february|march|april|june|july|august|september|october|november|december)(?: the)?|"
    r"his|her|their|our|one|a) ?$|"
    r"\b(?:turns?|turning|birthday|arriv\w+|leav\w+|mov(?:e|es|ing)|fly|flying|due|born|starts?|starting|away|back|"
    r"(?:need|want|have|get) (?:it|them)|here|there|deliver\w*)(?: \w+){0,2} (?:on|by|before|until|till|from|since)(?: the)? ?$"
)
""" "June the first", "his last one": none of those named."""
_ARTICLE_MISHEARD = re.compile(r"\ba first (?:one|option|item|choice|suggestion)\b")
""" "a first one" is no English: "the first one" was said."""
_BARE = {"last", "lasts", "middle", "final", "second", "first"}
_AFTER_CHOICE = {"take", "pick", "choose", "and", "or", "with", "than", "like", "not", "about"}
_AUXILIARIES = frozenset({"wont", "will", "ll", "wouldnt", "would", "doesnt", "dont", "does", "do", "to", "didnt", "did"})
""" "Plastic ones won't last", "which lasts longest"."""
_MARKERS = frozenset({"so", "okay", "ok", "right", "well", "yeah", "yes", "no", "actually", "then", "maybe"})
_NOTHING_NAMED = re.compile(
    r"\b(?:(?:the |that )?(?:first|second|third|last|other|same) one|(?:that|this) one|(?:both|neither|either|any|which|all) of "
    r"(?:them|those|these)|of (?:the|those|these) (?:two|three)|both|neither|it|them)\b"
)


def find_places(utterance: Utterance, size: int) -> list[tuple[Span, tuple[int, ...]]]:
    """Places named in a list of ``size``, as 0-based indices; a place the list does not have is left out."""
    found: list[tuple[Span, tuple[int, ...]]] = []
    for span, match in utterance.find(_ORDINAL):
        after = utterance.norm[match.end() :]
        if _NOT_AN_ITEM.match(after) or (
            match.group().strip() in _BARE and not match.group("one") and not _answers_alone(utterance, span)
        ):
            continue
        if not match.group("one") and re.match(r" (?:few|couple|\w+ (?:years?|months?|weeks?|days?))\b", after):
            continue
        misheard = _ARTICLE_MISHEARD.search(utterance.norm[: match.end()])
        if (_NOT_HERE.search(utterance.norm[: match.start()]) and not misheard) or re.match(r"my \w+ ones?$", match.group()):
            continue
        if "middle" in {match.group("ordinal"), match.group("put")}:
            found.append((span, (size // 2,)))
            continue
        named = next(match.group(name) for name in ("ordinal", "spoken", "began", "ends", "put", "number") if match.group(name))
        place = _PLACES[named]
        if count := match.group("count"):
            many = min({"two": 2, "2": 2, "couple": 2, "three": 3, "3": 3}[count], size)
            found.append((span, tuple(range(size - many, size) if place == -1 else range(many))))
        elif -size <= place < size:
            found.append((span, (place % size,)))
    for span, match in utterance.find(_TWO_NUMBERS):
        places = tuple(_PLACES[match.group(name)] for name in ("one", "other"))
        after = utterance.norm[match.end() :]
        meant = _LIKES.search(utterance.norm[: match.start()]) and _ENDED.match(after)
        if max(places) < size and (match.group("said") or len(utterance.words) <= 5 or meant):
            found.append((span, places))
    return found


def points_at_nothing(utterance: Utterance) -> Span | None:
    """The words that mean an item, said where none was named yet."""
    return next((span for span, _ in utterance.find(_NOTHING_NAMED)), None)


def _answers_alone(utterance: Utterance, span: Span) -> bool:
    """A bare ordinal is an answer ("second, please") or follows a verb of choice; "second" in running speech is not."""
    before = utterance.words[span.first - 1].norm if span.first else ""
    after = [word.norm for word in utterance.words[span.last : span.last + 2]] + ["", ""]
    opens = not before or before in MARKS | _MARKERS
    joined = after[0] in {"or", "and"} and after[1] in _PLACES
    ended = after[0] in {"", ",", ".", "?", "!"} and utterance.words[span.first].norm != "first"
    norm = utterance.words[span.first].norm
    if norm == "lasts" or (norm == "last" and before in _AUXILIARIES):
        return False
    return len(utterance.words) <= 4 or before in _AFTER_CHOICE or (opens and (joined or ended))
