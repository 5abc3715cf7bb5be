"""Who is spoken of: the items that a sentence names or points at, and for every word the items it says something of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dialogue.phrasing.facts import ItemFacts, Stems, stems
from dialogue.phrasing.plain import FUNCTION_WORDS, PLAIN
from dialogue.words import Word, is_contracted

ORDINALS = {"first": 0, "second": 1, "third": 2}
_THAN = frozenset({"than", "as", "unlike"})
_CONTRAST = frozenset({"while", "whereas", "whilst"})
_STOPS = frozenset({";", ".", "!", "?", ":"})
_EVERYONE = frozenset({"theyre", "they", "these", "them"})
_PRICE_ONES: dict[Stems, str] = {("cheaper",): "less", ("dearer",): "more", ("pricier",): "more", ("more", "expensive"): "more"}
_COPULAS = frozenset({"is", "are", "its", "theyre", "be", "not"})
_ONE_DOES = frozenset({"is", "has", "comes", "costs"})


@dataclass(frozen=True, slots=True)
class Mention:
    """Words ``[first, last)`` that name or point at items (positions in the ground)."""

    first: int
    last: int
    items: tuple[int, ...]
    named: bool = True


def stems_at(words: Sequence[Word], first: int, last: int) -> Stems:
    """Stems of words ``[first, last)``."""
    return tuple(word.stem for word in words[first:last])


def names_in(words: Sequence[Word], items: Sequence[ItemFacts]) -> list[Mention]:
    """Names of the items, whole ones first, then truthfully shortened ("Wrap Dress" of "Linen Wrap Dress")."""
    mentions: list[Mention] = []
    spoken = [at for at, word in enumerate(words) if word.norm != ","]  # "Goodbye, Rosalind" is one name
    longest = max((len(stems) for facts in items for stems in (facts.name_stems, facts.written_stems)), default=0)
    for whole in (True, False):
        for length in range(longest, 0 if whole else 1, -1):
            for start in range(len(spoken) - length + 1):
                run = spoken[start : start + length]
                first, last = run[0], run[-1] + 1
                if any(mention.first < last and first < mention.last for mention in mentions):
                    continue
                if not whole and last - first > length:
                    continue
                said = tuple(words[at].stem for at in run)
                found = [
                    index
                    for index, facts in enumerate(items)
                    if (said in (facts.name_stems, facts.written_stems) if whole else _stands_in(said, facts.name_stems))
                ]
                if found and _is_name(words, first, last, whole, len(found)):
                    mentions.append(Mention(first, last, tuple(found)))
    return mentions


def _is_name(words: Sequence[Word], first: int, last: int, whole: bool, found: int) -> bool:
    capital = any(word.text[:1].isupper() for word in words[first:last])
    return capital and found == 1 if not whole else capital or last - first > 1


def _stands_in(said: Stems, name: Stems) -> bool:
    telling = any(stem not in FUNCTION_WORDS and stem not in ORDINALS for stem in said)
    return telling and any(name[at : at + len(said)] == said for at in range(len(name) - len(said) + 1))


def kinds_in(words: Sequence[Word], names: Sequence[Mention], items: Sequence[ItemFacts], topic: str) -> list[Mention]:
    """ "the lamp", where one item alone of those spoken of is of that kind, or has the word in its name."""
    called = [
        {stems(value) for value in facts.values.get(topic, ())}
        | {(stem,) for stem in facts.name_stems if stem not in PLAIN | ORDINALS.keys()}
        for facts in items
    ]
    for index, facts in enumerate(items):
        tail = facts.name_stems[-2:]
        if len(tail) == 2 and not any(tail == other.name_stems[-2:] for at, other in enumerate(items) if at != index):
            called[index].add(tail)
    topics = {stems(value) for facts in items for value in facts.values.get(topic, ())}
    kinds = {kind: index for index, own in enumerate(called) for kind in own}
    named = [{(stem,) for stem in facts.name_stems} for facts in items]
    in_one_name = {kind for kind in kinds if sum(kind in own for own in named) == 1}
    once = {kind for kind in kinds if sum(kind in own for own in called) == 1}
    kinds |= {kind: index for index, own in enumerate(named) for kind in own & in_one_name}
    alone = sorted(in_one_name & kinds.keys() | once, key=len, reverse=True)
    found: list[Mention] = []
    for kind in alone if len(items) > 1 else ():
        for first in range(1, len(words) - len(kind) + 1):
            last = first + len(kind)
            free = not any(mention.first < last and first < mention.last for mention in (*names, *found))
            ended = last == len(words) or words[last].is_mark or words[last].stem in FUNCTION_WORDS
            ended = ended or is_contracted(words[last - 1])  # "the hat's ten dollars less"
            if free and (ended or kind in topics) and words[first - 1].norm == "the" and stems_at(words, first, last) == kind:
                found.append(Mention(first, last, (kinds[kind],), named=False))
    return found


def parts_in(words: Sequence[Word], names: Sequence[Mention], items: Sequence[ItemFacts]) -> list[Mention]:
    """ "the vanilla pot", two or more words of one name alone, in its order."""
    found: list[Mention] = []
    for first in range(1, len(words) - 1 if len(items) > 1 else 0):
        if words[first - 1].norm != "the" or any(mention.first < first + 2 and first < mention.last for mention in names):
            continue
        for last in range(min(first + 4, len(words)), first + 1, -1):
            said = stems_at(words, first, last)
            alone = [index for index, facts in enumerate(items) if _in_order(said, facts.name_stems)]
            if len(alone) == 1:
                found.append(Mention(first, last, (alone[0],), named=False))
                break
    return found


def _in_order(said: Stems, name: Stems) -> bool:
    rest = iter(name)
    return all(stem in rest for stem in said)


def ones_in(words: Sequence[Word], names: Sequence[Mention], items: Sequence[ItemFacts]) -> list[Mention]:
    """ "the brass one", "the cheaper one", where that is one item alone of those spoken of."""
    found: list[Mention] = []
    for at in range(2, len(words)):
        if words[at].norm != "one" or len(items) < 2 or any(mention.first <= at < mention.last for mention in names):
            continue
        start = next((back for back in range(at - 1, max(-1, at - 4), -1) if words[back].norm == "the"), None)
        if start is None or start + 1 == at or (start and _is_copula(words[start - 1])):
            continue
        said = stems_at(words, start + 1, at)
        alone = _by_price(said, items) or [
            index for index, facts in enumerate(items) if any(said == stems(v) for vs in facts.values.values() for v in vs)
        ]
        if len(alone) == 1:
            found.append(Mention(start, start + 1, (alone[0],), named=False))
    return found


def _is_copula(word: Word) -> bool:
    return word.norm in _COPULAS or is_contracted(word)


def _by_price(said: Stems, items: Sequence[ItemFacts]) -> list[int]:
    prices = [facts.item.price_minor for facts in items]
    if len(items) != 2 or None in prices or prices[0] == prices[1] or said not in _PRICE_ONES:
        return []
    return [prices.index(min(prices, key=_least) if _PRICE_ONES[said] == "less" else max(prices, key=_least))]


def _least(price: int | None) -> int:
    return price or 0


def pointers_in(words: Sequence[Word], names: Sequence[Mention], count: int) -> list[Mention]:
    """The first, the second one, the other, both, all three; ``count`` items are spoken of."""
    everyone = tuple(range(count))
    pointers: list[Mention] = []
    for at, word in enumerate(words):
        if any(mention.first <= at < mention.last for mention in names):
            continue
        before = words[at - 1].norm if at else ""
        after = words[at + 1].norm if at + 1 < len(words) else ""
        items: tuple[int, ...] | None = None
        if word.norm in ORDINALS and before in {"the", "this", "that"} and (count < 2 or ORDINALS[word.norm] < count):
            items = (ORDINALS[word.norm],) if count > 1 else everyone
        elif count < 2:
            continue
        elif word.norm in {"latter", "last"} and before == "the" and (at < 2 or words[at - 2].norm not in _COPULAS):
            items = (count - 1,)
        elif word.norm == "former" and before == "the":
            items = (0,)
        elif word.norm == "other" and before == "the" and count == 2:
            earlier = [mention for mention in (*names, *pointers) if mention.last <= at]
            items = tuple(index for index in everyone if not earlier or index not in earlier[-1].items)
        elif word.text.lower().replace("’", "'") in {"one's", "other's"} and count == 2:
            items = (0,) if word.norm == "ones" else (1,)
        elif word.norm in {"both", "each", "either"} or (word.norm == "all" and after in {"three", "of", "two"}):
            items = everyone
        elif word.norm == "one" and after in _ONE_DOES and count == 2 and before in {"", ",", ".", ":", "and"}:
            items = (0,)
        elif word.norm in _EVERYONE:
            named = [mention for mention in names if mention.last <= at]
            items = named[0].items if len(named) == 1 else everyone  # "the Oak Stools ..., and they're ten dollars"
        if items is not None:
            pointers.append(Mention(at, at + 1, items, named=False))
    return pointers


def subjects(words: Sequence[Word], mentions: Sequence[Mention], count: int) -> list[tuple[int, ...]]:
    """For every word the items it speaks of: of the last mention before it in its clause, else of the first after, else of the
    clause before; of all items where none is mentioned."""
    carried: tuple[int, ...] = tuple(range(count))
    spoken_of = [carried] * len(words)
    ordered = sorted(mentions, key=lambda mention: mention.first)
    for first, last in _clauses(words, ordered):
        inside = [mention for mention in ordered if first <= mention.first < last and not after_than(words, mention.first, first)]
        for at in range(first, last):
            before = [mention for mention in inside if mention.first <= at]
            chosen = before[-1] if before else inside[0] if inside else None
            spoken_of[at] = chosen.items if chosen else carried
        if inside:
            carried = inside[-1].items
    return spoken_of


def after_than(words: Sequence[Word], at: int, start: int = 0) -> bool:
    """Whether a mention is what a comparison compares with: "cheaper than the second"."""
    return any(
        words[back].norm in _THAN or (words[back].norm == "like" and back > 0 and words[back - 1].norm == ",")
        for back in range(max(start, at - 3), at)
    )


def _clauses(words: Sequence[Word], mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    cuts = [0]
    for at, word in enumerate(words):
        if word.norm == "if" and at > 0 and words[at - 1].norm == ",":
            cuts.append(at)
        joined = word.norm in {"and", "but", "or"} and at > 0 and words[at - 1].norm in {",", "–"}
        if word.norm in _STOPS | _CONTRAST or (joined and any(mention.first > at for mention in mentions)):
            cuts.append(at + 1)
    return [(first, last) for first, last in pairwise((*cuts, len(words))) if first < last]
