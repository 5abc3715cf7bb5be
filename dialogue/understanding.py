"""One turn of free speech, read: acts, slot changes with the words that say them, references, questions, and what is left over.

Pure and quick. ``reading`` runs the stages that find things; ``wishes``, ``asking`` and ``doing`` say what they come to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialogue.acts import ABOUT_ITEM, CHOICE, GOES_WITH, STOCK, STRONG_CHOICE
from dialogue.asked_about import in_lines_of_shop, supposed
from dialogue.asking import COST, likenesses, means_item, policies_asked, requests
from dialogue.choosing import Found
from dialogue.complaining import complains, lines_on, wants_another
from dialogue.critiques import CritiqueBook, compile_critiques
from dialogue.doing import all_acts
from dialogue.english import SMALL_WORDS
from dialogue.how_many import so_many_of
from dialogue.in_one_breath import choice_apart, joined, read_apart
from dialogue.meant import chosen_references, companion_meant, wanted_references
from dialogue.mentions import Mention
from dialogue.of_two import is_theme
from dialogue.open_questions import asks_in_general
from dialogue.ordinals import points_at_nothing
from dialogue.pointing import Table
from dialogue.reading import Reading, covered, read_stages
from dialogue.recap import asks_recap
from dialogue.remembering import OWNED
from dialogue.same_value import same_values
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.steering import gives_orders
from dialogue.tongues import is_foreign
from dialogue.types import Act, Reference, SlotChange, Understanding
from dialogue.unkept import is_order_of, unkept
from dialogue.unlisted import as_titles_spell, narrower, shut_out
from dialogue.unsold import unsold
from dialogue.vocabulary import Vocabulary, compile_vocabulary
from dialogue.what_there_is import asked_for
from dialogue.wishes import REPAIR, wishes, without_contradiction
from dialogue.words import Span, Utterance, read_turn, read_words
from recommender.types import Item

_CONTRACTED = re.compile(r"(?:you|he|she|we|they|who|where|how|here|there|are|were|is|has|had)(?:['’]|n['’])\w+$", re.IGNORECASE)
""" "She's", "weren't" say nothing of what is wanted."""
_WITH_A = re.compile(r"\b(?:with|and)(?: (?:a|an|the|your|my))? $")
EARLIER_KEPT = 24
"""Items of earlier replies that can still be pointed at by what they are."""


@dataclass(frozen=True)
class Reader:
    """A shop compiled for reading. Build with ``Reader.of(shop, items)``; ``read`` is pure."""

    shop: TalkingShop
    vocabulary: Vocabulary
    critiques: CritiqueBook
    item: Callable[[str], Item | None]

    @classmethod
    def of(cls, shop: TalkingShop, items: Sequence[Item]) -> Reader:
        """Compile a shop and its items; ``items`` may be empty where the shop declares its values."""
        by_id = {item.id: item for item in items}
        return cls(shop, compile_vocabulary(shop, items), compile_critiques(shop), by_id.get)

    def read(self, text: str, state: BeliefState) -> Understanding:
        """Read one turn in the light of the state it answers. Never raises on any text."""
        utterance = read_turn(text)
        if gives_orders(utterance):
            return Understanding(text, (Act.OFF_TOPIC,))
        if asks_recap(utterance):
            return Understanding(text, (Act.RECAP,))
        if self.shop.shop.language == "en" and is_foreign(utterance):
            return Understanding(text, (Act.UNCLEAR,), other_language=True)

        def part(question: str, item: str | None) -> Understanding:
            return self._read(read_turn(question), replace(state, last_item=item) if item in state.table else state)

        if item := so_many_of(utterance, state):
            return Understanding(text, (Act.CHOOSE,), references=(Reference((item,), text),))
        parts = read_apart(utterance, part)
        if parts:
            return joined(text, parts)
        return choice_apart(utterance, part, self.vocabulary.topic) or self._read(utterance, state)

    def _read(self, utterance: Utterance, state: BeliefState) -> Understanding:
        """What is asked or wished for, read as one."""
        text, table = utterance.text, self.table(state)
        complaint = complains(utterance)
        reading = read_stages(self.shop, self.vocabulary, self.critiques, table, utterance, state)
        if complaint and not wants_another(utterance):
            return self._complaint(reading)
        like_items, like_spans = likenesses(reading)
        requested, asked = requests(reading, like_items)
        there_is, spans = asked_for(reading)
        requested = tuple(dict.fromkeys((*requested, *there_is)))
        changes, contradicted = without_contradiction(wishes(reading, [*asked, *spans, *in_lines_of_shop(reading)], self.item))
        if same := same_values(reading, table):
            meant_so = {one.slot for one in same}
            changes = (*(one for one in changes if one.slot not in meant_so or one.kind != "any"), *same)
            requested = tuple(name for name in requested if name not in meant_so)
        meant = [
            pointing.reference
            for pointing in reading.pointings
            if not covered(pointing.span, like_spans) and means_item(reading, pointing, requested, bool(changes))
        ]
        meant += [title.reference for title in reading.titles if not covered(title.span, like_spans)]
        policies = policies_asked(reading, bool(changes))
        if Act.HELP in reading.acts and not meant:
            requested = tuple(name for name in requested if name != self.vocabulary.topic)
        if policies and self.shop.money and not (meant and COST.search(utterance.norm)):
            requested = tuple(name for name in requested if name != self.shop.money.name)
        general = asks_in_general(utterance.norm) and not meant
        if general:
            changes, requested = (), ()
        if policies:   # "gift wrapped with a card"
            beside = {one.slot for one in reading.mentions if _WITH_A.search(reading.before(one.span, 2))}
            requested = tuple(name for name in requested if name not in beside)
        if policies and reading.is_question and not reading.mentions and all(not change.values for change in changes):
            changes = ()
        free_text = _left_over(reading)
        acts = all_acts(reading, Found(changes, meant, requested, policies, like_items, free_text))
        if general:
            acts = [Act.OFF_TOPIC]
        avoided, avoided_items = ((), ()) if policies or meant else shut_out(reading)
        cannot = unkept(reading, acts, avoided)
        if cannot:
            acts = list(dict.fromkeys(Act.INFORM if act in {Act.OFF_TOPIC, Act.UNCLEAR} else act for act in acts))
            changes = tuple(one for one in changes if not self._is_of_another(one, cannot))
        references = chosen_references(reading, meant) if Act.CHOOSE in acts else wanted_references(reading, meant)
        references = companion_meant(reading, references, acts)
        if Act.CHOOSE in acts and not references and table.last:
            references = (Reference((table.last.id,), text, 0.9),)   # "sold!"
        if not (table.items or references or changes or like_items or policies) and (at := _points_at_nothing(reading)):
            references = (Reference((), reading.utterance.said(at), 0.0),)
            acts = [Act.UNCLEAR]
        if acts == [Act.AFFIRM] and (asked_of := _asked_whether(state)):
            acts, references = [Act.CHOOSE], (Reference((asked_of,), text),)
        if {Act.OFF_TOPIC, Act.UNCLEAR} & set(acts):
            free_text = ""
        elif Act.INFORM in acts:
            free_text = " ".join(part for part in (free_text, narrower(reading)) if part)
        if avoided:
            free_text = " ".join(word.text for word in read_words(free_text).words if word.stem not in avoided)
        refused = [item for reference in references for item in reference.items] or list(state.table)
        owned = tuple(refused) if Act.REJECT in acts and OWNED.search(reading.utterance.norm) else ()
        return Understanding(
            text, tuple(acts), changes, references, (*requested, *policies), supposed(reading, asked), like_items, contradicted,
            False, owned, free_text, avoided, avoided_items, *unsold(reading), complaint, (), cannot,
        )

    def _complaint(self, reading: Reading) -> Understanding:
        """What to do about a thing bought is asked; should "a new one" be wished for next, it is of that kind."""
        kinds = [mention.values for mention in reading.mentions if mention.slot == self.vocabulary.topic]
        lines = lines_on(reading.utterance, self.shop.policies)
        return Understanding(
            reading.utterance.text, (Act.ASK_POLICY,), requested=lines, complains=True, faulty=kinds[0] if kinds else ()
        )

    def _is_of_another(self, change: SlotChange, cannot: Sequence[str]) -> bool:
        """ "Oat milk" where only milk is to be had: to be made with what was not asked for would be worse than without."""
        slot = self.shop.slot(change.slot)
        return slot is not None and slot.made_to_order and any(is_order_of(phrase, change.words) for phrase in cannot)

    def table(self, state: BeliefState) -> Table:
        """The items that can be pointed at."""
        items = tuple(item for item in map(self.item, state.table) if item)
        earlier = tuple(item for item in map(self.item, state.offered) if item and item.id not in state.table)
        last = self.item(state.last_item) if state.last_item in state.table and state.last_item else None
        plan = state.last_plan
        chosen = self.item(plan.focus) if plan is not None and plan.kind == "chosen" and plan.focus else None
        return Table(items, last, chosen, earlier[-EARLIER_KEPT:])


def _asked_whether(state: BeliefState) -> str | None:
    """The item of which it was asked whether it is the one, or which was picked for the shopper."""
    last = state.last_plan
    return last.focus if last is not None and last.note in {"which_one", "pick"} else None


def _points_at_nothing(reading: Reading) -> Span | None:
    """An item meant before any was named, in a turn that is about nothing else."""
    if {Act.FORGET_ME, Act.SHOW_MEMORY, Act.REMEMBER_ME, Act.OFF_TOPIC, Act.UNDO, Act.START_OVER} & set(reading.acts):
        return None
    span = points_at_nothing(reading.utterance)
    weak = span is not None and reading.utterance.said(span).lower() in {"it", "them"}
    if weak and span is not None and any(mention.span.last <= span.first for mention in reading.mentions):
        return None   # "I have a leather handbag, something to go with it"
    asks = STOCK.search(reading.utterance.norm) or STRONG_CHOICE.search(reading.utterance.norm)
    return span if not weak or asks or any(critique.asked for critique in reading.relative) else None


def _is_explained(reading: Reading, mention: Mention, *, owned: bool) -> bool:
    """Whether a value is wished for or shut out, so that its words are no more to be looked for."""
    return not is_theme(reading, mention) and (owned or reading.polarity(mention) is not None)


def _left_over(reading: Reading) -> str:
    """The words no stage has explained and that are not small talk, for retrieval by meaning."""
    explained = [amount.span for amount in reading.amounts] + [critique.span for critique in reading.relative]
    explained += [pointing.span for pointing in reading.pointings] + [title.span for title in reading.titles]
    owned = GOES_WITH.search(reading.utterance.norm) is not None
    explained += [mention.span for mention in reading.mentions if _is_explained(reading, mention, owned=owned)]
    explained += [span for _, span in (*reading.open, *reading.named)]
    explained += [span for scope in reading.scopes for span in (scope.opener, scope.span)]
    explained += [span for pattern in (CHOICE, ABOUT_ITEM, STOCK, REPAIR) for span, _ in reading.utterance.find(pattern)]
    left = [
        as_titles_spell(word, reading)
        for index, word in enumerate(reading.utterance.words)
        if not word.is_mark and word.norm not in SMALL_WORDS and not _CONTRACTED.match(word.text)
        and not covered(Span(index, index + 1), explained)
    ]
    return " ".join(left)
