"""Words that no slot holds but titles do: what they shut out ("nothing with hearts"), narrower names of a kind ("boots").

A shop's values never name all that its titles do. A word that a "not" reaches shuts out the items whose titles have it; a kind of
thing called by a narrower name than its own is sought by that name too, so that who asks for boots hears of boots first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from dialogue.english import SMALL_WORDS
from dialogue.mentions import Mention
from dialogue.negation import AILMENTS
from dialogue.of_two import is_of_feature
from dialogue.phrasing.facts import root
from dialogue.reading import Reading, covered
from dialogue.wishes import refused_within
from dialogue.words import Span, Word, joined_stem, read_words

_AVERSE = re.compile(
    r"\b(?!it\b|that\b|this\b)\w+ (?=(?:makes?|gives?) (?:me|him|her|them|us|my \w+)"
    rf" (?:a |an )?(?:{AILMENTS})\b)"
)
""" "Jasmine gives me a headache"."""
_KIND_WITH = re.compile(
    r"\b(?:not|no|without|dont want)(?: a| an| one| another| any)? (?:\w+ ){1,2}(?:with|that has|that have) (?:an? |the |"
    r"any )?(?P<what>\w+)"
)
""" "Not a card with a cat on" shuts out the cat."""
_ALREADY = re.compile(
    r"\b(?:already (?:has|have|got|had|owns?|bought)|(?:has|have|s|shes|hes|theyve|ive|weve) already(?: got)?) (?:a|an|some|"
    r"one of those) "
    r"(?P<what>\w+(?: (?!and\b|so\b|but\b|in\b|that\b|which\b|with\b|from\b)\w+)?)(?= ?(?:$|[.,!?;]|and\b|but\b|so\b))"
)
""" "He's already got a watering can"."""
_NEW_ONE = re.compile(r"\b(?:to match|match\w*|goes? with|another|new one|similar|like it)\b")
TELLING = 0.2
"""A word that more of the titles than this share have tells nothing apart."""
_SHORTEST_MISSPELT = 4
_MISSPELT_FLOOR = 88.0
"""rapidfuzz ratio, 0..100, from which an unknown word is taken for a title's."""
_DEGREES = frozenset("too so very that as overly particularly really quite".split())  # noqa: SIM905
""" "Not too plain" is no word to shut out."""


def shut_out(reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stems of words that a "not" reaches and titles have, and the ids of the items called so."""
    if reading.is_question:
        return (), ()
    explained = [*(amount.span for amount in reading.amounts), *(critique.span for critique in reading.relative)]
    explained += [pointing.span for pointing in reading.pointings] + [title.span for title in reading.titles]
    narrowed = [one for one in reading.mentions if refused_within(reading, one) and not is_of_feature(reading, one)]
    explained += [one.span for one in reading.mentions if one not in narrowed and not _is_beside(reading, one)]
    explained += [span for _, span in (*reading.open, *reading.named)]
    words = reading.utterance.words
    reached = [
        words[index].stem
        for scope in reading.scopes
        if scope.polarity == "exclude"
        for index in range(scope.span.first, scope.span.last)
        if _is_telling(words, index) and not covered(Span(index, index + 1), explained)
    ]
    for span, _ in reading.utterance.find(_AVERSE):
        reached += [words[index].stem for index in range(span.first, span.last) if _is_telling(words, index)][:1]
    for _, match in reading.utterance.find(_KIND_WITH):
        reached += [word.stem for word in read_words(match.group("what")).words if word.norm not in SMALL_WORDS][:1]
    called = {stem: _called(reading, stem) for stem in dict.fromkeys(reached)}
    called |= _had(reading)
    kept = {stem: items for stem, items in called.items() if 0 < len(items) <= TELLING * len(reading.vocabulary.title_stems)}
    return tuple(kept), tuple(dict.fromkeys(item for items in kept.values() for item in items))


def _had(reading: Reading) -> dict[str, list[str]]:
    """ "He's already got a watering can": the items called so, by the stem of its last telling word."""
    found = {}
    for span, match in reading.utterance.find(_ALREADY):
        said = reading.utterance.span_of(*match.span("what"))
        words = reading.utterance.words[said.first : said.last]
        stems = [word.stem for word in words if not word.is_mark and word.norm not in SMALL_WORDS]
        if stems and not _NEW_ONE.search(reading.after(span)):
            items = [set(_called(reading, stem)) for stem in stems]
            found[stems[-1]] = sorted(set.intersection(*items))
    return found


def _is_beside(reading: Reading, mention: Mention) -> bool:
    """ "Not stickers" of a wish for party bags: another kind, which titles of the wished kind may name too."""
    topic = reading.shop.topic
    wanted = set(reading.state.wants(topic.name)) if topic else set()
    return topic is not None and mention.slot == topic.name and bool(wanted) and not wanted & set(mention.values)


def as_titles_spell(word: Word, reading: Reading) -> str:
    """A word that nobody here knows, as the titles spell what it is a misspelling of: "a hart shaped one"; else as it is."""
    stem, known = word.stem, reading.vocabulary.known
    if stem in known or len(stem) < _SHORTEST_MISSPELT or not stem.isalpha():
        return word.text
    nearest = process.extractOne(stem, reading.vocabulary.title_words, scorer=fuzz.ratio, score_cutoff=_MISSPELT_FLOOR)
    return nearest[0] if nearest is not None and nearest[0][0] == stem[0] else word.text


def narrower(reading: Reading) -> str:
    """The words of kinds of things that are wanted by a narrower name than their own, as far as titles have them."""
    topic, words = reading.shop.topic, reading.utterance.words
    wanted = [mention for mention in reading.mentions if topic and mention.slot == topic.name and mention.how == "form"]
    said = []
    for mention in wanted:
        own = {joined_stem(value) for value in mention.values}
        inside = [words[index] for index in range(mention.span.first, mention.span.last) if _is_telling(words, index)]
        same = joined_stem(reading.utterance.said(mention.span)) in own or reading.polarity(mention) != "want"
        said += [] if same else [word.text for word in inside if word.stem not in own and _called(reading, word.stem)]
    return " ".join(said)


def _is_telling(words: Sequence[Word], index: int) -> bool:
    word, before = words[index], words[index - 1].norm if index else ""
    return not word.is_mark and word.norm not in SMALL_WORDS and word.norm.isalpha() and before not in _DEGREES


def _called(reading: Reading, stem: str) -> list[str]:
    bare = root(stem)
    forms = {stem, *(other for other in reading.vocabulary.title_words if root(other) == bare)}
    return [item for item, stems in reading.vocabulary.title_stems.items() if not forms.isdisjoint(stems)]
