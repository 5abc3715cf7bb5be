"""One utterance with everything the stages found in it, in the order in which they claim words: what later readers share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dialogue.acts import QUESTION, find_acts
from dialogue.amount_types import Amount
from dialogue.amounts import find_amounts
from dialogue.critiques import CritiqueBook, CritiqueMention, find_critiques
from dialogue.dontcare import find_dont_care, slots_named
from dialogue.had_already import has_enough
from dialogue.leaving_out import CANCELS, leaves_out, without_what_goes_in
from dialogue.mentions import Mention, find_mentions, values_with_numbers
from dialogue.misheard import misheard_amounts
from dialogue.multiples import find_between, find_multiples
from dialogue.negation import Polarity, Scope, find_scopes, openers, polarity
from dialogue.ordinals import find_places
from dialogue.pointing import Pointing, Table
from dialogue.priced import find_priced
from dialogue.pronouns import ASKS_WHETHER
from dialogue.references import find_references
from dialogue.relative import amount_of
from dialogue.settling import is_faulted, settled, without_predicates
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.titles import TitleMention, find_titles
from dialogue.told import is_asked_of_item, is_praise, is_told
from dialogue.turning import turns_to_kind
from dialogue.types import Act
from dialogue.vocabulary import LONGEST_PHRASE, Vocabulary
from dialogue.words import Span, Utterance
from recommender.types import Item

_BEFORE_ADJECTIVE = frozenset(
    "but and something anything very really quite so too nice as how be is looks feels more less bit fairly pretty not".split()  # noqa: SIM905
)
_TURNS = frozenset({"but", "so", "and"})
_JOINS = frozenset("or nor and , either even not of in the that for with from by on".split())  # noqa: SIM905
_DONE = re.compile(r"\b(?:went to|been to|saw|seen|tried|watched|read|had|bought) $")
_LATELY = re.compile(r"^(?:\w+ )?(?:last|already|before|yesterday|recently|once|the other day)\b")
""" "We went to the Fig Tree last week, so one of the others"."""
_NO = re.compile(r"^(?:no|nope|nah|not really)(?: ,? ?(?:thanks|thank you|not really))? ?[.!]?$")
_ASKING = frozenset({"ask", "recommend"})
""" "Any colour in mind?" "No." leaves the colour open."""
_DOUBT = re.compile(r"\bsure(?: yet)? about\b")
""" "Not sure about the colour", said of an item, leaves nothing open."""


_ASKS_NEXT = re.compile(
    r"^(?:(?:that )?you (?:just )?(?:said|mentioned|named) )?"
    r"(?:(?:is|are|was|were|does|do|can|will|would|could|has|have) (?:it|that|they|those|these|this) \w|"
    r"which(?: ones?)? (?:is|s) (?:the )?(?:more|less|better|best|\w+er|\w+est)\b)"
)
""" "The willow one is that a basket", "the red ones which is shorter": the comma is not heard."""
_REACH = 7
"""Words after an item named in which such a question begins."""


@dataclass(frozen=True)
class Reading:
    """The stages' findings. Spans of ``mentions`` and ``relative`` do not overlap references that explain them."""

    shop: TalkingShop
    vocabulary: Vocabulary
    utterance: Utterance
    state: BeliefState
    acts: tuple[Act, ...]
    amounts: tuple[Amount, ...]
    titles: tuple[TitleMention, ...]
    pointings: tuple[Pointing, ...]
    relative: tuple[CritiqueMention, ...]
    mentions: tuple[Mention, ...]
    open: tuple[tuple[str | None, Span], ...]
    named: tuple[tuple[str, Span], ...]
    """Slots called by their own names."""
    scopes: tuple[Scope, ...]
    is_question: bool

    def polarity(self, mention: Mention) -> Polarity | None:
        """Wanted, shut out or taken back; None for what is only told of."""
        slot = self.shop.slot(mention.slot)
        if self.is_fault_of_item(mention):
            return None
        if slot is not None and slot.topic and not self.is_question and has_enough(self.utterance, mention.span):
            return "exclude"
        if is_told(
            self.utterance,
            mention,
            self.before(mention.span, 6),
            pointed=bool(self.strong) or (bool(self.pointings) and not (slot and slot.person)),
            named=bool(self.strong),
            person=slot is not None and slot.person,
            negated=self.negated(mention.span),
            thing=slot is not None and (slot.topic or slot.lapses),
            kind=slot is not None and slot.topic,
        ):
            return None
        return polarity(self.utterance, mention.span, self.scopes)

    def is_fault_of_item(self, mention: Mention) -> bool:
        """ "The second is a bit much for summer": said of an item that is not taken."""
        words = self.utterance.words
        return any(
            is_faulted(self.utterance, one)
            and one.span.last <= mention.span.first
            and not any(word.is_mark or word.norm in _TURNS for word in words[one.span.last : mention.span.first])
            for one in self.strong
        )

    def negated(self, span: Span) -> bool:
        """Whether a "not" reaches a span."""
        return any(scope.span.first <= span.first < scope.span.last for scope in self.scopes)

    def refuses(self, pointing: Pointing) -> bool:
        """Whether an item meant is turned down: "not the first one", "neither", "the red one's too dear"."""
        faulted = not self.is_question_of(pointing.span) and is_faulted(self.utterance, pointing)
        done = _DONE.search(self.before(pointing.span, 2)) and _LATELY.match(self.after(pointing.span, 4))
        cancelled = CANCELS.search(self.before(pointing.span, 3)) is not None
        refused = pointing.refusal or cancelled or faulted or bool(done)
        return refused or (not pointing.corrects and self._is_reached(pointing.span))

    def _is_reached(self, span: Span) -> bool:
        """Whether a "not" reaches a thing named: it stops at the first, unless another is joined to that."""
        for scope in self.scopes:
            if scope.span.first <= span.first < scope.span.last:
                named = [*(one.span for one in self.strong), *(one.span for one in self.mentions)]
                early = [one.last for one in named if scope.span.first <= one.first and one.last <= span.first]
                between = [word.norm for word in self.utterance.words[max(early, default=span.first) : span.first]]
                if not early or (between and _JOINS.issuperset(between)):
                    return True
        return False

    def is_question_of(self, span: Span) -> bool:
        """ "Is the first one too long?": asked of an item, and not said of it."""
        return self.before(span, 1).strip() in ASKS_WHETHER

    def before(self, span: Span, count: int) -> str:
        """The norms of the words just before a span, each followed by a space."""
        return self.utterance.leading_to(span.first, count)

    def after(self, span: Span, count: int | None = None) -> str:
        """The norms of the words after a span, or of the first of them, with single spaces."""
        return self.utterance.after(span, count)

    @property
    def strong(self) -> tuple[Pointing, ...]:
        """References that mean an item by themselves."""
        return tuple(pointing for pointing in self.pointings if not pointing.weak)


def read_stages(
    shop: TalkingShop, vocabulary: Vocabulary, critiques: CritiqueBook, table: Table, utterance: Utterance, state: BeliefState
) -> Reading:
    """Run the stages. Pure; never raises on any text."""
    money = shop.money.name if shop.money else None
    amounts = find_amounts(utterance, vocabulary.amounts, state.asked_slot, values_with_numbers(utterance, vocabulary))
    amounts += (*find_multiples(utterance, money, state, table), *find_between(utterance, money, state, table)) if money else ()
    if money and money == state.asked_slot:
        amounts = amounts or tuple(misheard_amounts(utterance, money))
    taken = [amount.span for amount in amounts]
    answers = _options_meant(utterance, state)
    taken += [answer.span for answer in answers] + openers(utterance)
    mentions = (*answers, *find_mentions(utterance, vocabulary, taken=taken, asked=state.asked_slot))
    mentions = tuple(mention for mention in mentions if not _is_adjective(utterance, mention, critiques, vocabulary))
    values = [mention.span for mention in mentions]
    titles = find_titles(utterance, vocabulary, taken, values)
    scales = {critique.slot: critique.scale for critique in shop.critiques if critique.scale}

    def amount(item: Item, slot: str) -> float | None:
        declared = shop.slot(slot)
        return None if declared is None else amount_of(item, declared)

    priced = find_priced(utterance, table) if money else []
    pointings = find_references(utterance, table, mentions, vocabulary, critiques, amount, scales, priced)
    amounts = tuple(amount for amount in amounts if not covered(amount.span, [pointing.span for pointing in priced]))
    taken = [amount.span for amount in amounts]
    pointings = tuple(pointing for pointing in pointings if not covered(pointing.span, [answer.span for answer in answers]))
    pointings = tuple(pointing for pointing in pointings if not _is_part_of_value(utterance, pointing.span, mentions))
    no_item = (turns_to_kind, leaves_out)
    pointings = tuple(
        one for one in pointings if not any(is_none(utterance, one, mentions, vocabulary.topic, state) for is_none in no_item)
    )
    made = {slot.name for slot in shop.slots if slot.made_to_order}
    pointings = tuple(without_what_goes_in(utterance, one, mentions, made) if made else one for one in pointings)
    pointings = without_predicates(utterance, pointings)
    pointed = [pointing.span for pointing in pointings if not pointing.weak]
    pointings = settled(utterance, pointings)
    strong = [*pointed, *(pointing.span for pointing in pointings if not pointing.weak)]
    titles = tuple(title for title in titles if not covered(title.span, strong))
    explained = [*strong, *(title.span for title in titles)]
    relative = tuple(
        critique
        for critique in find_critiques(utterance, critiques)
        if not covered(critique.span, [*taken, *explained]) and not _is_value(critique, mentions)
        if not is_praise(utterance, critique, strong)
    )
    relative += tuple(
        CritiqueMention(money, -1, one.span, of_item=True, complaint=True) for one in priced if money and one.refusal
    )
    question = any(not _asks_for(match.group(), span, explained) for span, match in utterance.find(QUESTION))
    question = question or any(_ASKS_NEXT.match(utterance.after(span, _REACH)) for span in strong)
    relative = tuple(
        replace(critique, asked=True) if is_asked_of_item(utterance, critique, strong, question=question) else critique
        for critique in relative
    )
    left_open = () if strong and _DOUBT.search(utterance.norm) else find_dont_care(utterance, vocabulary, money, state.asked_slot)
    if _NO.match(utterance.norm) and state.asked_slot and state.last_plan is not None and state.last_plan.kind in _ASKING:
        left_open = ((state.asked_slot, Span(0, 1)),)
    said_otherwise = [*explained, *(critique.span for critique in relative)]
    said_otherwise += [span for _, span in left_open if not any(mention.span == span for mention in mentions)]
    kept = tuple(mention for mention in mentions if not covered(mention.span, said_otherwise))
    return Reading(
        shop=shop,
        vocabulary=vocabulary,
        utterance=utterance,
        state=state,
        acts=tuple(find_acts(utterance)),
        amounts=amounts,
        titles=titles,
        pointings=pointings,
        relative=relative,
        mentions=kept,
        open=left_open,
        named=tuple(slots_named(utterance, vocabulary)),
        scopes=find_scopes(utterance, [(mention.span, mention.slot) for mention in kept]),
        is_question=question,
    )


def _is_part_of_value(utterance: Utterance, span: Span, mentions: Sequence[Mention]) -> bool:
    """ "Something for the kitchen", where that is what a kind of thing is called, means none of the items."""
    wish = utterance.words[span.first].norm in {"something", "anything"}
    inside = [one for one in mentions if one.how == "form" and one.span.first <= span.first and span.last <= one.span.last]
    return any(wish or mention.span.first < span.first for mention in inside)


def _asks_for(said: str, span: Span, pointed: Sequence[Span]) -> bool:
    """ "I want the second one" asks for an item, unlike "I want the phone number"."""
    return said.endswith((" the", " that")) and any(span.last in {other.first, other.first + 1} for other in pointed)


def _options_meant(utterance: Utterance, state: BeliefState) -> tuple[Mention, ...]:
    """The options of the question just asked, meant by their places: "the second", "the first two"."""
    plan = state.last_plan
    if plan is None or plan.kind != "ask" or plan.slot is None or len(plan.options) < 2:
        return ()
    slot, options = plan.slot, plan.options
    return tuple(
        Mention(slot, tuple(options[index] for index in indices), span, 1.0, "form")
        for span, indices in find_places(utterance, len(options))
    )


def covered(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span overlaps any other."""
    return any(span.overlaps(other) for other in others)


def phrases(utterance: Utterance, keys: Mapping[str, str]) -> list[tuple[str, Span]]:
    """Every phrase of a table of joined stems, longest first, as (key, words)."""
    found, at = [], 0
    words = utterance.words
    while at < len(words):
        key, best = "", None
        for last in range(at, min(len(words), at + LONGEST_PHRASE)):
            if words[last].is_mark:
                break
            key += words[last].stem
            if key in keys:
                best = (key, Span(at, last + 1))
        if best:
            found.append(best)
        at = best[1].last if best else at + 1
    return found


def _is_adjective(utterance: Utterance, mention: Mention, book: CritiqueBook, vocabulary: Vocabulary) -> bool:
    """ "Something warm but light": a kind of thing's word that is a degree here."""
    word = utterance.words[mention.span.first].norm
    before = utterance.words[mention.span.first - 1].norm if mention.span.first else ""
    degree = book.words.get(word)
    return (
        mention.slot == vocabulary.topic
        and len(mention.span) == 1
        and degree is not None
        and not degree.comparative
        and before in _BEFORE_ADJECTIVE
    )


def _is_value(critique: CritiqueMention, mentions: Sequence[Mention]) -> bool:
    """A plain adjective that is itself a value, or stands beside a value of its slot, is no relative wish."""
    return not critique.of_item and any(
        (mention.span.overlaps(critique.span) and len(mention.span) >= len(critique.span)) or mention.slot == critique.slot
        for mention in mentions
    )
