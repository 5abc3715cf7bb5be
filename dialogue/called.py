"""When a word stands for an item: a name without "the" ("I'll go with Iris"), a value with it ("the alpaca, please")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.english import OPENING, SMALL_WORDS
from dialogue.sound import sound_key
from dialogue.vocabulary import Vocabulary
from dialogue.words import Span, Utterance, Word, is_contracted
from recommender.types import Item

NAME_ENDS = frozenset(
    """
. , ! ? please then thanks actually it instead and or nor but is are was were looks looked sounds s though again too i you that
thats the over rather than not we she he they im id ill ive weve shes hes its theyre because
would will might wont wouldnt be does doesnt isnt arent seems feels already come comes cost costs last made thatll itll theyll
    """.split()  # noqa: SIM905
)
"""What may follow a name."""
PREPOSITIONS = frozenset("in with without for of from by at on to like as whats is than".split())  # noqa: SIM905
"""Before "the", these say of what, where or like what something is, not which."""
_FOR = frozenset({"for", "in"})
_ASKS = frozenset({"is", "are", "was", "were"})
_ASKS_OF = re.compile(OPENING + r"(?:how|what|which) \w+ (?:is|are|was|were) the$")
""" "How much is the yellow?" """
_JOINS = frozenset({"and", "so", "but", ",", ".", "?", "!"})
""" "Is the marble heavy?": of the one in marble."""
_FAVOURS = re.compile(
    r"\b(?:(?:i|we|id|wed|shed|hed|theyd|youd|"
    r"she|he|they|you|do|does|dont|did|would|wont|wouldnt|might|really|quite|rather|also) like|"
    r"(?:go|going|went|opt|settle|plump) (?:for|with)|(?:keen|sold|decided|settled|set) on|"
    r"(?:happy|tempted|interested|done) (?:with|by|in)|(?:ask|asking|asked|how much) (?:about|for)|back to) the$"
)
""" "I like the olive", "go for the olive": said of an item, unlike "something like the olive"."""
_LIKENED = re.compile(
    r"\b(?:(?:something|anything|any|more|one|ones|another|much|bit|be|is) like|(?:similar|close|alternatives?) to|"
    r"(?:version|lines|style|chance) of|"
    r"same (?:\w+ )?as|goe?s? with|(?:\w{3,}er|(?:more|less) \w+) than) the$|^like the$"
)
""" "Something like the raffia", "cheaper than the oak": of an item, where one has that value."""
_COUNTED_OF = re.compile(r"\b(?:one|two|three|four|five|six|some|any|couple|pair|each|none) of the$")
""" "One of the ginger": of an item, unlike "a vase of the glass"."""
_WHAT_IS = re.compile(
    r"\b(?:whats|what (?:on earth|in the world)s|"
    r"what (?:(?:(?:on|in) (?:earth|\w+ name)|exactly|actually|even|the \w+) )?is)$"
)
_WHAT_ONE_IS = re.compile(r"^an? (?:\w+ ){1,2}(?:is|actually is|even is)\b")
""" "I don't know what a samovar is"."""
_NAMED_AFTER = frozenset(
    "about take have with for get choose pick like love want prefer and or not than buy is was does did has".split()  # noqa: SIM905
)
"""A name may follow these without "the": "tell me about Driftwood"."""
_NAMES = frozenset({"about", "with", "take", "choose", "prefer"})
"""After these a name is one even where it is written small."""
_BEGIN = frozenset({"", "and", "or"})
_SHORTEST_BY_SOUND = 4
"""Letters of the shortest name that is known by its sound: "Oscar" for Oskar."""


_SHORTEST_ADJECTIVE = 5
"""Letters of the shortest word that may be made of another by a "y": "silky"."""


def called_by_name(
    utterance: Utterance, first: int, items: Sequence[Item], vocabulary: Vocabulary
) -> tuple[Span, Item] | None:
    """The words of a name that begins at word ``first``, and the only item called so."""
    words, word = utterance.words, utterance.words[first]
    before = words[first - 1].norm if first and not words[first - 1].is_mark else ""
    if word.norm in SMALL_WORDS or len(word.stem) < 3 or vocabulary.meanings(word.stem):
        return None
    last, titled = _whole_name(utterance, first, items, vocabulary)
    ends = last == len(words) or words[last].norm in NAME_ENDS
    capital = any(word.text[0].isupper() and not word.text[1:].isupper() for word in words[first:last])
    alone = ends and (capital or before in _NAMES) and before in _NAMES | _BEGIN
    if len(titled) != 1 or not (alone or (capital and before in _NAMED_AFTER)):
        return None
    return Span(first, last), titled[0]


def stands_for_item(utterance: Utterance, span: Span) -> bool:
    """ "The alpaca, please": a value with "the" that ends its clause and follows no preposition."""
    words = utterance.words
    before = words[span.first - 2].norm if span.first > 1 else ""
    after = words[span.last].norm if span.last < len(words) else "."
    said = utterance.before(span.first, 4)
    if after in {"like", "made"} and before in {"whats", "is", "are", "was", "were"}:
        return True
    if before in _ASKS and (span.first == 2 or words[span.first - 3].norm in _JOINS or _ASKS_OF.match(said)):
        return True
    if before in PREPOSITIONS and not (_FAVOURS.search(said) or _LIKENED.search(said) or _COUNTED_OF.search(said)):
        return False
    return after in NAME_ENDS or after in SMALL_WORDS or is_contracted(words[span.last - 1])


def is_purpose(utterance: Utterance, span: Span) -> bool:
    """ "For the garden": where or what for something is, unlike "go for the garden"."""
    before = utterance.words[span.first - 2].norm if span.first > 1 else ""
    said = utterance.before(span.first, 4)
    return before in _FOR and not _FAVOURS.search(said)


def asks_what_is(utterance: Utterance, at: int) -> bool:
    """ "What on earth is a samovar?": of the one at hand."""
    before = utterance.before(at, 5)
    if utterance.words[at].norm not in {"a", "an"}:
        return False
    ahead = before.endswith("what") and _WHAT_ONE_IS.match(utterance.after(Span(at, at), 4))
    return bool(ahead) or _WHAT_IS.search(before) is not None


def is_in_title(stem: str, title: Sequence[str]) -> bool:
    """Whether a title has a word: also "the beads" of a beaded necklace, "the stripes" and "the stripy one" of a striped one."""
    bases = (stem, stem[:-1], f"{stem[:-1]}e") if stem.endswith("y") and len(stem) >= _SHORTEST_ADJECTIVE else (stem,)
    return any(base in title or f"{base}ed" in title or f"{base}d" in title for base in bases)


def is_head(said: str, title: Sequence[str]) -> bool:
    """Whether a word ends the noun of a title: "the mat" of a doormat, "the pot" of a teapot."""
    return len(said) > 2 and any(stem != said and stem.endswith(said) for stem in title[-1:])


def _whole_name(
    utterance: Utterance, first: int, items: Sequence[Item], vocabulary: Vocabulary
) -> tuple[int, list[Item]]:
    """Where a name ends and the items whose titles have its words: "Captain Beech", "Barnaby and the Inn"."""
    titled, last = list(items), first
    for at in range(first, len(utterance.words)):
        left = [item for item in titled if _is_in(utterance.words[at], vocabulary.title_stems.get(item.id, ()))]
        if not left:
            break
        titled, last = left, at + 1
    return max(last, first + 1), titled if last > first else []


def _is_in(word: Word, title: Sequence[str]) -> bool:
    """Whether a title has a word, or where it is written as a name, one that sounds the same."""
    if word.stem in title:
        return True
    named = word.text[0].isupper() and len(word.stem) >= _SHORTEST_BY_SOUND
    return named and any(stem[0] == word.stem[0] and sound_key(stem) == sound_key(word.stem) for stem in title)
