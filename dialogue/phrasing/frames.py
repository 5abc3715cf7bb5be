"""Plain words that claim something together: what an item is said to do, to have, or to be.

"Turn" and "ending" are plain words, yet "it turns by itself" and "it has a happy ending" are claims. So of an item only
these verbs and these possessions are plain; any other must be the row's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogue.numbers import ONES, TENS
from dialogue.phrasing.plain import GRAMMAR, NOUNS, TASTE, VERB_FORMS, VERBS, inflected, stemmed
from dialogue.phrasing.polarity import negated
from dialogue.phrasing.subjects import Mention
from dialogue.words import Word

_DOES = """
be have do cost come look feel seem make suit fit go get need take give show catch strike appeal please charm deserve belong match
pair complement stand hit tick meet mean start begin run sit land fall count total sum work bring add sell price end finish answer
tempt delight impress attract happen share differ vary range depend combine blend echo mix reflect set leave keep save play tell
help cover lean tend sound say call name find think know serve offer feature want like wish hope fancy pick choose suggest
recommend mention describe list label mark shape style design consider regard play concern involve relate apply notice love enjoy
see hear ask bring admire adore speak lie rest remain pass
"""
DOES = stemmed(form for verb in _DOES.split() for form in inflected(verb))
"""What an item may be said to do without claiming a thing of it."""
_HAS = """
touch hint look feel charm appeal style air character personality sense way thing something bit lot kind sort type name price
place mood spirit note reason nod cost total budget mention quality think taste beauty attraction chance option choice pick
match fit colour color shade tone material fabric size shape design pattern brand maker label
"""
HAS = stemmed(_HAS.split())
"""What an item may be said to have."""
CALLED = stemmed((*NOUNS, "thought", "think", "find", "treat", "go", "try", "buy", "say", "help",
    "good", "present", "favour", "start"))
"""What may stand after "a" without saying what kind of thing something is."""
_ITEM = frozenset({"it", "they", "which", "itll", "itd", "theyll", "theyd"})
_ASIDES = """
will would can could may might should must also even just simply really truly certainly surely still already all both each does
do did doesnt dont didnt wont wouldnt cannot cant to ll d
"""
_BETWEEN = frozenset(_ASIDES.split())
_HAVING = frozenset({"has", "have", "had", "having", "got", "with"})
_DETERMINERS = frozenset({"a", "an", "no", "its", "their", "own", "two", "three"})
_POSES = "keep stand run lie end start begin finish"
_POSED = stemmed(form for verb in _POSES.split() for form in (verb, f"{verb}s", f"{verb}es"))
_AMOUNT_WORDS = """
at to from for in under within below between just about around you it them things inside right out us me where how
"""
_NUMBERS = frozenset((*ONES, *TENS[2:]))
_OF_AMOUNTS = frozenset(_AMOUNT_WORDS.split())
"""Some verbs that claim nothing do so before these alone: "it runs to two hours", but "it runs by itself"."""
_BOUNDS = frozenset({"under", "within", "below", "inside", "over"})
"""After a verb these make it one of amounts: "it stays under your limit"."""
_OUGHT = frozenset({"should", "must", "to", "can", "cannot", "cant", "may", "might", "shouldnt", "mustnt"})
_COMMON = "see find have say tell consider mean want need expect please hear"
_COMMON = "see find have say tell consider mean want need expect please hear"
_KNOWN = "seen found had said told meant heard"
_PASSIVE = stemmed((*(form for verb in _COMMON.split() for form in inflected(verb)), *_KNOWN.split()))
"""What may be done with anything: "it can be seen"."""
_PARTS_DO = "be have do come look feel seem make give suit help go show add stand sit need get cost keep try"
_DONE = "made gave given came felt went stood got shown known kept"
_OF_PARTS = stemmed((*(form for verb in _PARTS_DO.split() for form in inflected(verb)), *_DONE.split()))
"""What a part of an item may be said to do."""
_PRAISES = "well good great nice fine lovely suitable ideal perfect appropriate easy simple pretty beautiful"
_PRAISE = frozenset(_PRAISES.split())
_NOUN_WORDS = 3
_RELATIVES = frozenset({"who", "that", "which"})
_NOUN_STEMS = stemmed(NOUNS)
_ARTICLES = frozenset({"a", "an", "the", "its", "one", "two", "three", "each", "every", "both", "some"})
_BARE_VERBS = frozenset(VERBS) - CALLED - TASTE - {"like", "fancy"}
_BEFORE_STUFF = frozenset({"of", "from", "is", "are", "its", "theyre", "pure", "solid", "real", "genuine"})
_SO_MUCH = frozenset({"some", "any", "no", "much", "more", "little", "need", "needs", "wants", "takes"})
_EASY = frozenset({"easy", "easier", "simple", "hard", "harder", "tricky", "quick", "difficult"})
_EASY_DEEDS = "like love see say tell choose pick recommend suggest give please enjoy imagine picture match pair describe fall"
_EASILY = frozenset(_EASY_DEEDS.split())
_MOODS = frozenset({"happy", "sad", "sorry", "moody", "joyful", "lucky", "jolly"})
_DEGREES = frozenset({"very", "rather", "quite", "so", "too", "really", "more", "less", "bit", "little", "not"})
_THINGS_ARE = frozenset({"its", "theyre", "is", "are", "a", "an", "isnt", "arent"})
_NOUN_FORMS = stemmed((*NOUNS, *(form for verb in VERBS for form in inflected(verb))))


def framed(words: Sequence[Word], mentions: Sequence[Mention], parts: frozenset[str]) -> frozenset[int]:
    """Where plain words stand that claim something by their place. ``parts``: stems of what the rows' descriptions alone name."""
    readings = (possessions, kinds, disparaged, stuffs, wants, eases, moods, sounds)
    found = {at for reading in readings for at in reading(words)}
    return frozenset(found.union(deeds(words, mentions), deeds_of_parts(words, parts)))


def deeds(words: Sequence[Word], mentions: Sequence[Mention]) -> Iterator[int]:
    """Where a plain verb stands that an item is said to do, though it is none that claims nothing."""
    ends = {mention.last for mention in mentions if mention.named}
    for at, word in enumerate(words):
        if word.stem not in VERB_FORMS or at == 0:
            continue
        if words[at - 1].norm == "be" and at > 1 and words[at - 2].norm in _OUGHT and word.norm not in _PASSIVE:
            yield at
        after = words[at + 1].norm if at + 1 < len(words) else ""
        posed = word.stem in _POSED and not (after in _OF_AMOUNTS or after.endswith("ly") or after in _NUMBERS)
        if not posed and (word.stem in DOES or word.norm in DOES):
            continue
        back = at - 1
        while back > 0 and (words[back].norm in _BETWEEN or words[back].norm.endswith("ly")):
            back -= 1
        bounded = at + 1 < len(words) and words[at + 1].norm in _BOUNDS
        if not bounded and (words[back].norm in _ITEM or back + 1 in ends):
            yield at


def deeds_of_parts(words: Sequence[Word], parts: frozenset[str]) -> Iterator[int]:
    """Where a plain verb stands that something in the row is said to do ("a butler sells a zoo"), though it claims a thing."""
    for at, word in enumerate(words):
        if at == 0 or word.stem not in VERB_FORMS or word.stem in GRAMMAR | _OF_PARTS or word.norm in _OF_PARTS:
            continue
        if word.stem in _NOUN_STEMS and not word.norm.endswith(("s", "ed")):
            continue
        back = at - 1
        while back > 0 and (words[back].norm in _BETWEEN | _RELATIVES or words[back].norm.endswith("ly")):
            back -= 1
        subject = words[back].stem in parts and words[back].norm not in _BETWEEN
        if subject and any(words[before].norm in _ARTICLES for before in range(max(0, back - _NOUN_WORDS), back)):
            yield at


def disparaged(words: Sequence[Word]) -> Iterator[int]:
    """Where praise is denied ("it doesn't end well"): that claims something as praise does not."""
    for at, word in enumerate(words):
        if word.norm in _PRAISE and word.text.lower() == word.norm and negated(words, at) and words[at - 1].norm != "as":
            yield at


def possessions(words: Sequence[Word]) -> Iterator[int]:
    """Where a plain noun stands that an item is said to have ("a happy ending"), though it is none that claims nothing."""
    for at, word in enumerate(words[:-2]):
        if word.norm not in _HAVING or words[at + 1].norm not in _DETERMINERS:
            continue
        head = at + 2
        while head + 1 < len(words) and head < at + 1 + _NOUN_WORDS and (words[head].stem in TASTE or _noun(words[head + 1])):
            head += 1
        if _noun(words[head]) and words[head].stem not in HAS:
            yield head


def kinds(words: Sequence[Word]) -> Iterator[int]:
    """Where something is called "a play" or "a run": a plain verb as the noun after "a", which says what kind of thing it is."""
    for at, word in enumerate(words[:-1]):
        if word.norm not in ("a", "an"):
            continue
        head = at + 1
        while head + 1 < len(words) and words[head].stem in TASTE:
            head += 1
        ended = head + 1 == len(words) or not (_noun(words[head + 1]) or words[head + 1].stem in TASTE)
        if ended and words[head].stem in VERB_FORMS and words[head].stem not in CALLED:
            yield head


def stuffs(words: Sequence[Word]) -> Iterator[int]:
    """Where a plain verb stands as what something is made of or is ("made of lead", "it's lead crystal"): bare, after a word that
    no bare verb follows."""
    for at, word in enumerate(words[1:], start=1):
        if word.norm in _BARE_VERBS and words[at - 1].norm in _BEFORE_STUFF:
            yield at


def wants(words: Sequence[Word]) -> Iterator[int]:
    """Where a plain verb stands as what a thing needs or spares ("it takes some wearing in", "no waiting")."""
    for at, word in enumerate(words[1:], start=1):
        if word.norm.endswith("ing") and word.stem in VERB_FORMS and words[at - 1].norm in _SO_MUCH:
            yield at


def eases(words: Sequence[Word]) -> Iterator[int]:
    """Where something is said to be easy or hard to do: "easy to carry", though "easy to like" claims nothing."""
    for at, word in enumerate(words[:-2]):
        if word.norm in _EASY and words[at + 1].norm == "to" and words[at + 2].norm not in _EASILY:
            yield at


def sounds(words: Sequence[Word]) -> Iterator[int]:
    """Where a thing is said to make what plain verbs name: "it makes no sound"."""
    for at, word in enumerate(words[:-2]):
        makes = word.norm in ("make", "makes", "made") and words[at + 1].norm in ("a", "an", "no", "any")
        if makes and words[at + 2].stem in VERB_FORMS and words[at + 2].stem not in CALLED | HAS:
            yield at + 2


def moods(words: Sequence[Word]) -> Iterator[int]:
    """Where a word of feeling, which a person may be without a claim, is said of a thing: "a happy film", "it's sad"."""
    for at, word in enumerate(words[1:], start=1):
        back = at - 1
        while back > 0 and (words[back].norm in _DEGREES or words[back].norm.endswith("ly")):
            back -= 1
        after = words[at + 1].norm if at + 1 < len(words) else ""
        if word.norm in _MOODS and words[back].norm in _THINGS_ARE and after not in ("to", "that"):
            yield at


def _noun(word: Word) -> bool:
    return word.stem in _NOUN_FORMS
