"""A thing asked for that nothing of the shop is called: "do you sell bicycles?" deserves an honest no.

Sure is only what the words show: no value, no title and no line of the shop has the noun. How near anything comes by meaning is
the policy's to ask.
"""

from __future__ import annotations

import re

from dialogue.english import APPRAISING, OPENING, SMALL_WORDS
from dialogue.reading import Reading, phrases

_SOLD = re.compile(
    rf"{OPENING}(?:(?:do|dont|can|could|would|might|will) (?:you|i|we)(?: guys| people| lot)?(?: also| even| still| actually)? "
    r"(?:sell|stock|have|do|carry|keep|get|buy|offer|serve|recommend|suggest)(?: me)?|"
    r"(?:have|havent) you(?: also| even)? got|where (?:can|could|"
    r"do) (?:i|we) (?:get|find|buy|have)|"
    r"you (?:got|sell|have|do|stock))"
    r"(?: here)? (?P<article>(?:any|a|an|some|the|no)(?: (?:new|more|kind of|sort of))* )?"
    r"(?P<thing>\w+(?: \w+){0,3}?)(?: (?:here|too|as well|in stock|at all|for sale|by any chance|then|please|for me))* ?[.?!]?$"
)
_WISHED = re.compile(
    OPENING + r"(?:(?:(?:im|were|i am|we are) (?:looking for|after)|(?:i|we)(?:d| would)? (?:want|need|like|fancy)|(?:ive|"
    r"weve) come for|"
    r"(?:i|we) (?:was|were) (?:thinking|hoping for)(?: of| about)?|(?:ill|well|can i|could i|can we|could we) (?:have|get|"
    r"try)|what about|"
    r"how about|not \w+(?: \w+)?(?: then)? , (?=(?:a|an|some)\b)|"
    r"give me|get me|(?:and|maybe|perhaps)(?= (?:a|an|some)\b)|(?=(?:a|an) \w+(?: \w+)?(?: then| please)))"
    r"(?: to (?:buy|get|see))? ?)(?P<article>(?:any|a|an|some|new)(?: new)? )?(?P<thing>\w+(?: \w+)?)"
    r"(?: (?:please|then|instead|if (?:you have|youve got|you do)(?: one| any| some| them)?))* ?[.!?]?$"
)
""" "We're looking for curtains": a bare noun that the shop's own texts nowhere have."""
_NO_THING = frozenset(
    """
present gift idea recommendation suggestion deal offer discount question problem clue favourite favorite choice selection
range minute moment second preference advice job time money change number address name website catalogue sale
break change word hand chat laugh look treat surprise hint bit few couple think lot go reason refund
    """.split()  # noqa: SIM905
)
""" "Have you got any ideas?" asks for no kind of thing."""
_NOTHING: tuple[str, tuple[str, ...]] = ("", ())
_LONGEST = 3
"""Words of a thing's name."""


def unsold(reading: Reading) -> tuple[str, tuple[str, ...]]:
    """The thing asked for that nothing is called, in the shopper's words, and the items whose titles at least have its noun."""
    asked = _SOLD.match(reading.utterance.norm)
    match = asked or _WISHED.match(reading.utterance.norm)
    if match is None or reading.mentions or reading.strong or reading.titles or reading.amounts or reading.named:
        return _NOTHING
    if phrases(reading.utterance, reading.vocabulary.policies) or phrases(reading.utterance, reading.vocabulary.facts):
        return _NOTHING
    span = reading.utterance.span_of(match.start("thing"), match.end("thing"))
    said = reading.utterance.words[span.first : span.last]
    words = [word for word in said if word.norm not in SMALL_WORDS | APPRAISING]
    if not words or said[0] is not words[0] or len(words) > _LONGEST or not all(word.text.isalpha() for word in words):
        return _NOTHING
    head = words[-1].stem
    if head in _NO_THING or head in reading.vocabulary.wares or reading.vocabulary.meanings(head):
        return _NOTHING
    counted = (match.group("article") or "").split(" ")[0] in {"a", "an"}
    if asked is None and (head in reading.vocabulary.known or (words[-1].norm == head and not counted)):
        return _NOTHING   # "I need inspiration"
    called = tuple(item for item, stems in reading.vocabulary.title_stems.items() if head in stems)
    return " ".join(word.text for word in words), called
