"""Items meant by what they are: "the green one", "the linen wrap dress", "the ones in glass and steel", "both the wraps"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.called import PREPOSITIONS, asks_what_is, called_by_name, is_head, is_in_title, is_purpose, stands_for_item
from dialogue.definite import (
    DEFINITE,
    HAVING,
    JOINING,
    ONE,
    RELATIVE,
    SETS,
    after_count,
    are_joined,
    begins_another,
    ends_in_one,
    in_number,
    is_counted,
    is_plural,
    is_said_of_several,
    links,
)
from dialogue.english import APPRAISING, SMALL_WORDS
from dialogue.item_words import has_any, says_ones, tells, value_words
from dialogue.mentions import Mention
from dialogue.vocabulary import Vocabulary
from dialogue.whole_clauses import OPENERS, is_exclaimed, is_whole_clause, opens_clause
from dialogue.words import Span, Utterance, joined_stem
from recommender.types import Item

LONGEST_DESCRIPTION = 7
"""Words after "the" in which one item may be described."""
_COUNTING = frozenset({"both", "all", "either", "neither"})
"""May stand before several things without "the": "both pocket squares"."""
_ASKS = frozenset({"is", "are", "was", "were"})
_CANNOT_END = frozenset({"is", "are", "the", "a", "an"})
_OF_THE = re.compile(r"\b(?:which|one|any|either|neither|both|all|some|none|each) of (?:the|those|these|your)$")
_TAKES = re.compile(
    r"(?:^|\b(?:ill|id|well|wed|lets|im|were|just|then|so|ok|okay|i|we|going to|gonna|think|will|would|,) )(?:go|going) with$|"
    r"\b(?:go|going) for$|\btake$"
)
""" "I'll go with green", unlike "does the scarf go with green"."""


@dataclass(frozen=True)
class Describer:
    """What words can describe an item by: the values named in an utterance and the words of titles."""

    utterance: Utterance
    mentions: Sequence[Mention]
    vocabulary: Vocabulary

    def descriptions(self, items: Sequence[Item]) -> list[tuple[Span, tuple[Item, ...], float]]:
        """Definite phrases, and "rose gold one" at the head of a clause, whose words fit items: words, items, confidence 0..1.

        A phrase in the singular counts where exactly one item fits, one in the plural where several may.
        """
        found: list[tuple[Span, tuple[Item, ...], float]] = []
        words = self.utterance.words
        for first, word in enumerate(words):
            if word.is_mark or (found and first < found[-1][0].last):
                continue
            best = self._longest(first, items)
            if best:
                found.append((best[1], best[2], min(1.0, 0.75 + 0.1 * best[0])))
        return found

    def _longest(self, first: int, items: Sequence[Item]) -> tuple[float, Span, tuple[Item, ...]] | None:
        """The best description that opens at a word: how many properties fit, its words and the items meant."""
        words = self.utterance.words
        opened, counting = words[first].norm in DEFINITE or asks_what_is(self.utterance, first), words[first].norm in _COUNTING
        if not (opened or counting) and first and not (words[first - 1].is_mark or words[first - 1].norm in OPENERS):
            return self._taken(first, items) or self._by_name(first, items)
        article = not (opened or counting) and words[first].norm in {"a", "an"} and opens_clause(self.utterance, first)
        start = after_count(self.utterance, first + (opened or counting or article))
        best: tuple[float, Span, tuple[Item, ...]] | None = None
        for last in range(start + 1, min(start + 1 + LONGEST_DESCRIPTION, len(words) + 1)):
            if words[last - 1].is_mark or begins_another(self.utterance, last - 1, start):
                break
            span = Span(start, last)
            if counting and not (is_plural(self.utterance, span) and words[start].norm not in DEFINITE | {"of"}):
                continue
            scored = self._named(span, items)
            if article and not is_exclaimed(self.utterance, span):
                continue
            if scored and not (opened or counting or article or self._stands_bare(span, items, scored[1])):
                continue
            if scored and (best is None or scored[0] >= best[0]) and not self._is_predicate(first, span):
                best = (scored[0], Span(start if counting else first, last), scored[1])
        return best or self._by_name(first, items)

    def _is_predicate(self, first: int, span: Span) -> bool:
        """ "Is that cast iron": values of "that", and no name of a thing."""
        words = self.utterance.words
        if words[first].norm not in {"that", "this", "those", "these"} or not first or words[first - 1].norm not in _ASKS:
            return False
        return all(self._is_plain_value(index) for index in range(span.first, span.last))

    def _taken(self, first: int, items: Sequence[Item]) -> tuple[float, Span, tuple[Item, ...]] | None:
        """ "I'll go for black": a value that ends a choice, where one item has it."""
        words = self.utterance.words
        if not _TAKES.search(self.utterance.before(first)):
            return None
        for mention in self.mentions:
            span = mention.span
            if span.first == first and (span.last == len(words) or words[span.last].norm in {".", ",", "!", "please", "then"}):
                fitting = [item for item in items if has_any(item, mention)]
                return (1.0, span, tuple(fitting)) if len(fitting) == 1 and len(items) > 1 else None
        return None

    def _by_name(self, first: int, items: Sequence[Item]) -> tuple[float, Span, tuple[Item, ...]] | None:
        named = called_by_name(self.utterance, first, items, self.vocabulary)
        return (1.0, named[0], (named[1],)) if named else None

    def _stands_bare(self, span: Span, items: Sequence[Item], fitting: Sequence[Item]) -> bool:
        """ "Red one please", "napkins": what may be said without "the"."""
        return (len(span) > 1 and ends_in_one(self.utterance, span, fitting)) or self._is_whole_clause(span, items)

    def _is_whole_clause(self, span: Span, items: Sequence[Item]) -> bool:
        """ "Tablecloth, please", of the only one of several items."""
        made = len(span) > 2 and self.utterance.words[span.first + 1].norm in JOINING - ONE   # "oxfords in nubuck"
        kind = self.is_kind_at(span.last - 1, items) or (made and self.is_kind_at(span.first, items))
        plain = [self._is_plain_value(index) for index in range(span.first, span.last)]
        kind = kind and not self._is_kind_of_all(span, items)
        return len(items) > 1 and is_whole_clause(self.utterance, span, kind=kind, valued=any(plain), plain=all(plain))

    def _is_kind_of_all(self, span: Span, items: Sequence[Item]) -> bool:
        """ "Scarves are safe", where all are: said of scarves."""
        said = joined_stem(self.utterance.said(span))
        return any(
            one.span == span and said in map(joined_stem, one.values) and all(has_any(item, one) for item in items)
            for one in self.mentions
        )

    def kind_after(self, at: int, items: Sequence[Item]) -> tuple[int, tuple[Item, ...]]:
        """Where a phrase from word ``at`` to a kind of thing ends, and the items of that kind; else ``at`` and all items."""
        for last in range(min(at + 4, len(self.utterance.words)), at, -1):
            scored = self._fitting(Span(at, last), items, loosely=True)
            if scored and (self.is_kind_at(last - 1, items) or self.utterance.words[last - 1].norm in ONE):
                return last, scored[1]
        return at, tuple(items)

    def of_kind(
        self, span: Span, items: Sequence[Item], *, loosely: bool = False, valued: bool = False
    ) -> tuple[Item, ...]:
        """The items whose titles hold every word of a span that ends in the name of a kind.

        ``loosely``: whatever it ends in. ``valued``: before the name a value does as well, as in "a black milk jug".
        """
        words = self.utterance.words[span.first : span.last]
        if not (loosely or self.is_kind_at(span.last - 1, items)) or any(word.is_mark for word in words):
            return ()
        return tuple(
            item
            for item in items
            if all(
                self._is_in_title(word.stem, item) or (valued and word is not words[-1] and word.stem in value_words(item))
                for word in words
            )
        )

    def is_kind_at(self, index: int, items: Sequence[Item]) -> bool:
        """Whether a word names the kind of thing: a value of the topic, or the noun that ends an item's title."""
        stem = self.utterance.words[index].stem
        if any(stem in self.vocabulary.title_stems.get(item.id, ())[-1:] for item in items):
            return True
        entries = self.vocabulary.meanings(stem)
        return any(entry.slot == self.vocabulary.topic for entry in entries) or any(
            mention.slot == self.vocabulary.topic and mention.span.first <= index < mention.span.last for mention in self.mentions
        )

    def _named(self, span: Span, items: Sequence[Item]) -> tuple[float, tuple[Item, ...]] | None:
        """How many described properties fit, and the items meant; None where the words mean none of the items for sure."""
        scored = self._fitting(span, items)
        if scored is None:
            return None
        points, fitting = scored
        words = self.utterance.words[span.first : span.last]
        fitting = self._of_that_alone(span, in_number(self.utterance, span, fitting))
        said_one = bool(ONE & {word.norm for word in words}) or words[-1].stem in self.vocabulary.wares
        said_one |= words[-1].norm in SETS
        counted = _OF_THE.search(self.utterance.before(span.first)) is not None   # "which of the shirts"
        among = len(fitting) > 1 and (len(fitting) < len(items) or counted)
        several = is_plural(self.utterance, span) and (any(map(says_ones, words)) or among)
        if len(fitting) > 1 and not several:
            return None
        head = any(words[-1].stem in self.vocabulary.title_stems.get(item.id, ())[-1:] for item in fitting)
        if points == 1 and not said_one and not head and len(items) > 1 and is_purpose(self.utterance, span):
            return None
        if points == 1 and not said_one and len(items) > 1 and not self._in_titles(span, fitting):
            inside = [mention for mention in self.mentions if span.first <= mention.span.first and mention.span.last <= span.last]
            alone = (len(fitting) == 1 or several) and all(mention.span == span for mention in inside)
            if not (alone and (stands_for_item(self.utterance, span) or self._is_kind(span, inside))):
                return None
        return points, fitting

    def _of_that_alone(self, span: Span, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """ "The grey one", where another is blue and grey: what has that value and no other of its slot."""
        if len(items) < 2 or is_plural(self.utterance, span):
            return items
        inside = [mention for mention in self.mentions if span.first <= mention.span.first and mention.span.last <= span.last]
        alone = tuple(
            item for item in items if inside and all(set(item.values.get(one.slot, ())) <= set(one.values) for one in inside)
        )
        return alone if len(alone) == 1 else items

    def _fitting(self, span: Span, items: Sequence[Item], *, loosely: bool = False) -> tuple[float, tuple[Item, ...]] | None:
        """How many described properties fit, and the items that have them; None where a word fits none of them.

        In the plural, values of one slot add up: "the ones in glass and steel". ``loosely``: a value counts for every item
        that has it, even where some have it in their titles ("the first bag" of a satchel and two bags).
        """
        if self.utterance.words[span.last - 1].norm in (JOINING - ONE) | RELATIVE | _CANNOT_END:
            return None
        if [word.norm for word in self.utterance.words[span.first : span.last][-2:]] == ["and", "one"]:
            return None
        inside = [mention for mention in self.mentions if span.first <= mention.span.first and mention.span.last <= span.last]
        inside.sort(key=lambda mention: not self._is_narrow_kind(mention, items))   # "the satin robe", beside a Satin Nightdress
        plural = is_plural(self.utterance, span)
        fitting, points = list(items), 0.0
        covered: set[int] = set()
        for mention in inside:
            beside = [
                other
                for other in inside
                if plural and other.slot == mention.slot and are_joined(self.utterance, mention.span, other.span)
            ]
            meant = (mention, *beside)
            matching = [item for item in fitting if any(self._is_like(item, other, fitting, loosely) for other in meant)]
            exact = [item for item in matching if set(mention.values) & set(item.values.get(mention.slot, ()))]
            matching = exact if exact and not plural else matching   # of cotton and brushed cotton, cotton
            if matching and any(self._is_like(item, mention, fitting, loosely) for item in matching):
                fitting, points = matching, points + 1
                covered.update(range(mention.span.first, mention.span.last))
        for index in range(span.first, span.last):
            word = self.utterance.words[index]
            if index in covered or word.norm in JOINING or links(self.utterance, index, span):
                continue
            matching = [item for item in fitting if len(word.stem) > 2 and self._is_in_title(word.stem, item)]
            if not matching and index + 1 == span.last:
                matching = [item for item in fitting if is_head(word.stem, self.vocabulary.title_stems.get(item.id, ()))]
            if not matching and ONE & {word.norm for word in self.utterance.words[index:span.last]}:
                matching = [item for item in fitting if word.stem in value_words(item)]
            if not matching and index + 1 == span.last and (word.stem in self.vocabulary.wares or word.norm in SETS):
                continue
            if not matching and index + 1 < span.last and (word.norm in APPRAISING or self._says_nothing(index, span, items)):
                continue
            if not matching and self._tells_what_it_has(index, span):
                matching = [item for item in fitting if tells(item, word.stem)]
            if not matching:
                return None
            fitting, points = matching, points + 1
        if points == 0 or not fitting or self._trails(span, fitting):
            return None
        return points, tuple(fitting)

    def _is_narrow_kind(self, mention: Mention, items: Sequence[Item]) -> bool:
        """A kind by another name than the shop's own ("robe"), or that is only called so ("sleep shirt")."""
        own = joined_stem(self.utterance.said(mention.span)) in map(joined_stem, mention.values)
        return mention.slot == self.vocabulary.topic and not (own and any(has_any(item, mention) for item in items))

    def _says_nothing(self, index: int, span: Span, items: Sequence[Item]) -> bool:
        """ "The building blocks", where only one thing is blocks: a word that the shop does not know tells no other apart."""
        stem = self.utterance.words[span.last - 1].stem
        heads = [item for item in items if stem in self.vocabulary.title_stems.get(item.id, ())[-1:]]
        word = self.utterance.words[index]
        valued = any(mention.span.first <= index < mention.span.last for mention in self.mentions)
        valued |= self.utterance.words[index + 1].norm in SMALL_WORDS   # "along the lines of the ..."
        if len(heads) != 1 or len(items) < 2 or valued or word.norm in SMALL_WORDS or not word.norm.isalpha():
            return False
        return not any(word.stem in title for title in self.vocabulary.title_stems.values())

    def titled_before(self, last: int, items: Sequence[Item]) -> list[list[str]]:
        """For every word before ``last`` that stands in one title alone, the item that it means."""
        said = [word.stem for word in self.utterance.words[:last] if word.norm not in SMALL_WORDS and not word.is_mark]
        titled = [[item.id for item in items if self._is_in_title(stem, item)] for stem in said]
        return [ids for ids in titled if len(ids) == 1]

    def _is_in_title(self, stem: str, item: Item) -> bool:
        return is_in_title(stem, self.vocabulary.title_stems.get(item.id, ()))

    def _is_like(self, item: Item, mention: Mention, among: Sequence[Item], loosely: bool) -> bool:
        """Whether a value named fits an item: by its title where that tells the items apart, else by its values."""
        stems = {self.utterance.words[index].stem for index in range(mention.span.first, mention.span.last)}
        said = "".join(self.utterance.words[index].stem for index in range(mention.span.first, mention.span.last))
        titled = [
            other
            for other in among
            if all(self._is_in_title(stem, other) for stem in stems)
            or self._is_in_title(said, other)
            or is_head(said, self.vocabulary.title_stems.get(other.id, ()))
        ]
        if titled and len(titled) < len(among):
            general = any(joined_stem(value).endswith(said) for value in mention.values)
            counts = (loosely and general) or is_said_of_several(self.utterance, mention.span)
            counts |= len(titled) == 1 and is_counted(self.utterance, mention.span)
            return item in titled or (counts and has_any(item, mention))
        return has_any(item, mention)

    def _is_kind(self, span: Span, inside: Sequence[Mention]) -> bool:
        """ "The scarf" where only one is a scarf, though no title says so."""
        before, count = ["", "", *(word.norm for word in self.utterance.words[: span.first - 1])][-1:-3:-1]
        if before == "of" and count in _COUNTING | {"one", "any", "which", "some"}:
            return True
        kinds = [mention for mention in inside if mention.slot == self.vocabulary.topic]
        return bool(kinds) and before not in PREPOSITIONS - {"is", "whats", "like", "about"}

    def _tells_what_it_has(self, index: int, span: Span) -> bool:
        """Whether a word says what "the one" has: "the one with the deep pockets"."""
        before = [word.norm for word in self.utterance.words[span.first : index]]
        thing = bool(ONE & set(before)) or any(self.is_kind_at(at, ()) for at in range(span.first, index))
        return thing and bool(HAVING & set(before))

    def _trails(self, span: Span, items: Sequence[Item]) -> bool:
        """A value right after its noun tells of it and is no part of its name: "is the satchel navy"."""
        words = self.utterance.words
        before = [word.norm for word in words[: max(0, span.first - 1)] if word.norm not in _COUNTING]
        asked = bool(before) and before[-1] in _ASKS
        return any(
            (words[index].norm in ONE or self.is_kind_at(index, items))
            and words[index + 1].norm not in JOINING | RELATIVE
            and (not self.is_kind_at(index + 1, items) or (asked and self._is_plain_value(index + 1)))
            and (asked or not all(words[index + 1].stem in self.vocabulary.title_stems.get(item.id, ()) for item in items))
            for index in range(span.first, span.last - 1)
        )

    def _is_plain_value(self, index: int) -> bool:
        """Whether a word is a value, and of no kind of thing."""
        slots = {mention.slot for mention in self.mentions if mention.span.first <= index < mention.span.last}
        return bool(slots) and self.vocabulary.topic not in slots

    def _in_titles(self, span: Span, items: Sequence[Item]) -> bool:
        """A lone describing word points only if it stands in the item's title ("the dress", "the Odette")."""
        stems = {self.utterance.words[index].stem for index in range(span.first, span.last)}
        return all(any(self._is_in_title(stem, item) for stem in stems) for item in items)
