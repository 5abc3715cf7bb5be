"""Values and comparisons that are only told of: what is owned, what is found fault with, what an item at hand is like."""

from __future__ import annotations

import re

from dialogue.critiques import HEDGED, CritiqueMention
from dialogue.english import OPENING, SMALL_WORDS
from dialogue.mentions import Mention
from dialogue.words import Span, Utterance, is_contracted

_TASTE = re.compile(
    r"\b(?:loves?|likes?|adores?|wears?|has|have|got|owns?|bought|already|collects?|crazy about|mad about) "
    r"(?:(?:her|his|my|their|our|its|this|that|an? (?:old|lovely)|the) )(?:(?!in |with |for |but |only |just )\w+ ){0,2}$"
)
""" "She loves her ..." tells of a thing; it does not ask for one."""
_DOUBTS = re.compile(r"\b(?:not|never) (?:\w+ )?sure (?:about|of) (?:the |a |any )?$")
_COLLECTS = re.compile(r"\bcollects?(?: \w+){0,2} $")
_OWNED_ALREADY = re.compile(
    r"\b(?:already (?:has|have|had|got|owns?|bought)|(?:has|have|had|got|ive|weve|shes|hes|theyve|youve|s) already(?: got)?)"
    r"(?: (?:a|an|some|one|two|the))?(?: \w+){0,2} $"
)
_HAS = re.compile(r"\b(?:have|has|ive|weve|shes|hes|theyve|got|owns?|bought)(?: \w+){0,3} $")
_LATE_ALREADY = re.compile(r"(?:\w+ )?already\b")
""" "We've got red cushions already"."""
_THEIRS = re.compile(
    r"\b(?:(?!(?:i|you|we|which|that|one|it) )\w+ (?:has|owns|wears)|(?!(?:its|thats|whats|ones) )\w+s got|"
    r"(?:i|we|she|he|they) (?:just )?(?:bought|ordered|purchased)|(?:i|we) (?:already )?own|(?:i|we) have got|(?:ive|"
    r"weve) got|^(?:i|we) have|(?<=[,.;] )(?:i|we) have|"
    r"(?<=and )(?:i|we) have)"
    r" (?:a|an|some|the|this|my)(?: \w+){0,2} $"
)
""" "My wife has a ...": told of, unless there is another of it to be found."""
_I_HAVE = re.compile(OPENING + r"(?:(?:hi|hello|um|uh|er|oh) ,? ?)*(?:i|we) have (?:a|an|some)(?: \w+){0,3} $")
_SAYS_MORE = re.compile(
    r"\b(?:i|im|id|ill|ive|we|weve|she|he|it|its|they|them|that|thats|this|which|what|whats|how|do|does|can|could|would|will|is|"
    r"are|was|have|has|need|want|something|anything|to match|matching|goes?(?= with)|but|so|because|already|home|one|ones|now|"
    r"here|from|my|since)\b"
)
"""After "I have a ...": what makes it the beginning of a story. With no more said it is an order whose "could" was not heard."""
_ANOTHER = re.compile(
    r"\b(?:similar|like (?:it|that|those)|along those lines|another(?: one)?|same (?:sort|kind|style)|in mind|replac\w+|"
    r"new one|worn out|falling apart)\b"
)
_DEFINITE = re.compile(r"\b(?:thats|its|this is|is|are|does|do|has) (?:the|its|their) $")
""" "That's the dress I was after, the slip one": of what is named."""
_DEAR_FOR = re.compile(r"\b(?:a lot|too much|steep|dear|expensive|pricey)(?: of money)? for (?:an? |the )?(?:\w+ )?$")
_INTO = re.compile(r"\b(?:add|put|pop|stick|throw|place)\b.* (?:in|into|to) (?:my|the) $")
""" "Add it to my bag"."""
_TOO = re.compile(r"\b(?:too|overly) (?:\w+ )?$")
""" "Too ..." finds fault; it asks for nothing."""
_DONE_FOR = re.compile(
    r"\b(?:between|too|bit|dear|put|wrap|keep|hold|reserve|the one|find|pick|choose|check|look|get|do|compare|order|enough|right|"
    r"works?|suits?|"
    r"repeat|say|not|read|steep|expensive|pricey|much|money)(?: \w+){0,5} $"
)
"""What is done "for me", or is too much "for me", is not for whom the thing is."""
_OF_WHAT_IS = re.compile(
    r"\b(?:(?:those|these|they) (?:are|were)|theyre|(?:that|this|it) (?:is|was)|thats) (?:all |just |only |more |a |an |for )*$"
)
"""Says what something on the table is, as in "those are ...", which is no wish for it."""
_IF_IT = re.compile(
    r"\bif (?:it|they|that) (?:wasnt|werent|isnt|arent|(?:was|were|is|are) (?:not|so|too)) "
    r"(?:so |too |in |made of )*$"
)
""" "I'd take it if it weren't ..." says what it is; "if it were ..." wishes for that."""
_ONLY_FOR = re.compile(r"(?:\b(?:is|are)|\w+s) (?:only|just|really|more) for $")
_ALWAYS = re.compile(r"^(?:ones? )?(?:is |are )?(?:always|usually|never|tends?)\b")
""" "Alpaca always is" holds of all of it."""
_APPOSED = re.compile(r"^, (?:the|that) ")
""" "The cap, the wool one"."""
_OF_THOSE = re.compile(r"\b(?:the|that|those|these) $")
_COMES_IN = re.compile(r"\bcomes? in an? $")
""" "Does it come in a gift box?" """
_SORT_OF_PERSON = re.compile(r"^(?:\w+ )?(?:person|man|woman|girl|guy|fan|type)\b")
""" "He's more of a leather strap man, so the square one"."""
_SOMETHING = re.compile(r"\b(?:something|anything|one|ones|else|bits?|things?) $")
_WHERE = re.compile(r"\b(?:in|at|around) (?:(?:the|my|her|his|our|their) )?$")
""" "It would go nicely in the ...": a place."""
_IF_IT_WERE = re.compile(r"\bif (?:it|they|that) (?:was|were|came) (?:in |made of )*$")
_BUT_ITS = re.compile(r"\b(?:but|and|because|as|since|only|although|though) its (?:all |just |only |made of |in )*$")
""" "It's nice but it's ..." says what it is, of a thing."""
_THINKS = re.compile(
    r"^(?:(?:would|d|ll|will|really|also|always|just|usually|might|may|do|does) )*"
    r"(?:prefers?|preferred|likes?|liked|loves?|loved|wants?|wanted|hates?|hated|thinks?|thought|says?|said|has|had|"
    r"wears?|wore|uses?|chose|picked|bought|doesnt|didnt|cant|cannot|couldnt)\b"
)
"""After a person: what they think of an item at hand, not for whom it is."""
_DID = re.compile(
    r"^(?:(?:just|has|have|had|recently) )?(?:broke up|split up|left|dumped|died|passed away|says|said|reckons?|told)\b"
)
""" "My girlfriend broke up with me" is for nobody."""
_OF_ANOTHER = re.compile(r"\b(?:her|his|their) $")
""" "Not pink, her mum can't stand it"."""
_BELONGS = re.compile(r"\b(?:match|matches|matching|goes? with|suits?|reminds? me of|remind me of)(?: \w+)? $")
_THAN = re.compile(r"\b(?:\w{2,}(?<!oth)(?<!rath)er|more \w+|less \w+) than (?:a |an |the |any |pure )?$")
""" "Softer than ..." is a wish for no such thing."""
_GOES_WITH = re.compile(
    r"\b(?:goes? with|to match|match(?:es)?|(?<!\ba )(?<!any )(?<!some )matching) "
    r"(?:my |her |his |their |the |a |some )?$"
)
""" "Whatever goes with ..." tells of what is there already."""
_SPEAKER = re.compile(r"\b(?:im|i am) (?:the|a|an|your|her|his) $")
""" "I'm the manager" says who speaks."""
_LIVES_IN = re.compile(
    r"\b(?:lives?|lived|living|stays?|staying|works?|working|sits?|moved|moving) (?:in|into|at|on)"
    r"(?: (?:a|an|the|my|her|his|their))?(?: \w+){0,2} $|"
    r"\b(?:shes|hes|theyre|(?:she|he) (?:is|was)|(?:they|we) (?:are|were)) in an? $"
)
""" "They live in a tiny flat", "she's in a home"."""
_GIVEN = re.compile(
    r"\b(?:everyone|everybody|people|they all|(?:we|i|you|they)(?: all)? always) (?:always )?"
    r"(?:gives?|gets?|has|have|buys?|brings?)(?: (?:her|him|them|me|us))?(?: \w+)? $"
)
""" "Everyone gives mugs"."""
_SINGULAR = frozenset({"it", "that", "this", "one", "which"})
_MODAL = frozenset({"would", "will", "wont", "might", "could", "should", "does", "doesnt", "didnt", "dont", "ll"})
_IS = re.compile(
    r"\b(?:is|are|was|were|(?:would|might|will|must) be|s|looks?|looked|sounds?|sounded|seems?|feels?)"
    r"(?: (?:both|all|nice|lovely|very|really|quite|so|just|and|good|gorgeous|beautiful|pretty))* $"
)
_HEDGES = frozenset("quite very really so rather nice and both all pretty a bit just lovely".split())  # noqa: SIM905
_NOUNLESS = frozenset({"its", "thats", "hes", "shes", "whats", "heres", "theres", "lets"})
_ASKS_TOO = re.compile(
    OPENING + r"(?:(?:do|would) you (?:think|say) )?(?:is|are|was|would|will|might|wont|isnt|arent|wouldnt)?(?:it|that|this|"
    r"they|those|these)? ?"
    r"(?:it|that|this|they|those|these|the \w+(?: one)?)(?: be| get| look)?(?: (?:a bit|a little|far|way|not))? $"
)
""" "Would it be too heavy?" """
_COMING = re.compile(r"\b(?:ive|weve|(?:i|we|shes|hes|theyve) (?:have)?)(?: got)? (?:this|a|an|my|our)(?: \w+)? $")
""" "I've got this party on Saturday" says what for."""
_KEPT = re.compile(r"\b(?:keep|put|store|hold|carry|hang|display|organise|tidy) (?:all )?(?:my|her|his|our|their|the) (?:\w+ )?$")
_IN_IT = re.compile(r"^(?:in|on|away|up)\b")
""" "Something to keep my jewellery in"."""
_DOES = re.compile(r"\b(?:i|id|we|wed|you|they)(?: (?:really|also|quite|both|all|just))? $")
_TO_WHAT = re.compile(r"^(?:a|an|some|something|anything|the|to|it|one)\b")
""" "We fancy a ...": a verb, though its word is a value too."""
_PARTY = re.compile(
    r"\b(?:adults?|grown ?ups?|people|persons?|seniors?|pensioners?|seats?|tickets?|places?|(?:just |only )?(?:me|us|two|"
    r"three|four|five|six))"
    r" ?,? (?:and|plus|with|for)(?: (?:a|an|one|two|three|four|five|six|\d+|the|my|our))? $"
)
""" "Two adults and a kid" says who comes along."""
_MINE = re.compile(r"\b(?:my|our|her|his|their)(?: \w+)? $")
_IS_SO = re.compile(r"^(?:is|are|was|were|has|have)\b(?! (?:broken|worn|gone|falling))")
""" "My kitchen's tiny" tells of what there is."""
_WISHES = re.compile(r"\b(?:but|only|something|anything|there|have you|you have|got|any|one thats?|ones thats?)\b")

_OPENS_QUESTION = re.compile(r"\b(?:is|are|was|were|isnt|arent|why|what|whats|how|does|do|would)\b")


def is_told(
    utterance: Utterance, mention: Mention, before: str, *, pointed: bool, named: bool, person: bool, negated: bool, thing: bool,
    kind: bool,
) -> bool:
    """Whether a value is told of and not wished for. ``before``: norms of the six words before it; ``pointed``: an item at hand
    is meant in the same breath, ``named``: by more than "it"; ``person``: it says who something is for; ``negated``: a "not"
    reaches it; ``thing``: it describes a thing, and ``kind``: says which.
    """
    words = utterance.words[mention.span.first : mention.span.last]
    after = utterance.after(mention.span, 5)
    small = all(word.norm in SMALL_WORDS for word in words)
    if _TOO.search(before) or HEDGED.search(before.rstrip()) or (person and small and _DONE_FOR.search(before)):
        return True
    if _DOUBTS.search(before) or _THAN.search(before) or (thing and _GOES_WITH.search(before)):
        return True
    occasion = not (thing or person) and _COMING.search(before) is not None
    if _TASTE.search(before) and not occasion and not (kind and _ANOTHER.search(utterance.norm[utterance.norm.find(before) :])):
        return True
    another = _ANOTHER.search(utterance.norm) is not None
    if thing and not negated and not another and _THEIRS.search(before) and not _is_order(utterance, mention):
        return True
    if thing and _COLLECTS.search(before):
        return True
    if thing and (_DEAR_FOR.search(before) or (kind and _INTO.search(utterance.leading_to(mention.span.first)))):
        return True
    if kind and _KEPT.search(before) and _IN_IT.match(after):
        return True
    if kind and (_LIVES_IN.search(before) or (not negated and words[-1].norm.endswith("s") and _GIVEN.search(before))):
        return True
    if _SPEAKER.search(before) and person:
        return True
    if not negated and not person and (_OWNED_ALREADY.search(before) or (_LATE_ALREADY.match(after) and _HAS.search(before))):
        return True
    if _is_verb(utterance, mention):
        return True
    if person and _DID.search(after):
        return True
    if person and _OF_ANOTHER.search(before) and _THINKS.search(after):
        return True
    if kind and pointed and _PARTY.search(utterance.leading_to(mention.span.first, 5)):
        return True
    if kind and not another and _MINE.search(before) and (is_contracted(words[-1]) or _IS_SO.match(after)):
        return True
    if not pointed or _IF_IT_WERE.search(before):
        return False
    if kind and _COMES_IN.search(before):
        return True
    if person and (_THINKS.search(after) or is_contracted(words[-1])):
        return True
    placed = _WHERE.search(before) or _COMES_IN.search(before) or _DEFINITE.search(before)
    if named and kind and (placed or (_OF_THOSE.search(before) and _APPOSED.match(after))):
        return True
    definite = _OF_THOSE.search(before) and after.split(" ")[0] in {"one", "ones"}   # "the navy one", whichever that is
    purpose = kind and words[0].norm == "for" and not _SOMETHING.search(before)   # "I want it for the kitchen, so the wall one"
    if named and not person and (definite or purpose or _SORT_OF_PERSON.match(after)):
        return True
    if not person and (_ONLY_FOR.search(before) or _ALWAYS.match(after)):
        return True
    if named and (is_said_of(utterance, mention.span.first) or (thing and not kind and _BUT_ITS.search(before))):
        return True
    return bool(_IF_IT.search(before) or _OF_WHAT_IS.search(before) or _BELONGS.search(before))


def _is_order(utterance: Utterance, mention: Mention) -> bool:
    """ "I have a large coffee please": nobody tells a shop of what they own and leaves it there."""
    before, after = utterance.leading_to(mention.span.first), utterance.after(mention.span)
    return _I_HAVE.search(before) is not None and _SAYS_MORE.search(after) is None


def is_said_of(utterance: Utterance, at: int) -> bool:
    """Whether an "is" stands before a word, even one that the word before swallowed: "the mask's quite fun"."""
    if _IS.search(utterance.leading_to(at)):
        return True
    while at > 0 and utterance.words[at - 1].norm in _HEDGES:
        at -= 1
    before = utterance.words[at - 1] if at else None
    return before is not None and before.norm not in _NOUNLESS and is_contracted(before)


def _is_verb(utterance: Utterance, mention: Mention) -> bool:
    """A value whose word is a verb here: "that works for me", "it would suit her"."""
    first = mention.span.first
    if len(mention.span) > 1 or first == 0:
        return False
    if _DOES.search(utterance.leading_to(first, 3)) and _TO_WHAT.match(utterance.after(mention.span, 1)):
        return True
    word, before = utterance.words[first], utterance.words[first - 1].norm
    return (before in _SINGULAR and word.norm == word.stem + "s") or (before in _MODAL and word.norm == word.stem)


def is_asked_of_item(utterance: Utterance, critique: CritiqueMention, pointed: list[Span], *, question: bool) -> bool:
    """ "What makes the last one so expensive?", "is the first or the second newer?": asked of the items named before it."""
    if question and critique.complaint and _ASKS_TOO.search(utterance.leading_to(critique.span.first)):
        return True
    early = [span for span in pointed if span.last <= critique.span.first]
    if not question or not early:
        return False
    between = " ".join(word.norm for word in utterance.words[early[-1].last : critique.span.first])
    opening = utterance.before(early[0].first)
    if critique.complaint and not _OPENS_QUESTION.search(opening):
        return False
    return not _WISHES.search(between) and not _WISHES.search(opening)


def is_praise(utterance: Utterance, critique: CritiqueMention, pointed: list[Span]) -> bool:
    """ "The wool ones sound nice and warm" says what they are like."""
    before = utterance.leading_to(critique.span.first)
    early = any(span.last <= critique.span.first for span in pointed)
    compared = any(span.last <= critique.span.first <= span.last + 1 for span in pointed)
    contracted = critique.span.first > 0 and is_contracted(utterance.words[critique.span.first - 1])
    said = before.removesuffix("the ") if critique.most else before   # "the Compass is the smartest"
    is_said = _IS.search(said) is not None or (contracted and any(span.last == critique.span.first for span in pointed))
    return early and (compared or not critique.of_item) and not critique.complaint and is_said
