"""One turn of free speech, read: acts, slot changes with the words that say them, references, questions, and what is left over.

Pure and quick: every stage works on the same word positions, later stages leave alone what earlier ones have explained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dialogue.acts import ABOUT_ITEM, CHOICE, LIKENESS, QUESTION, STOCK, STRONG_CHOICE, VARIANT, find_acts, is_steering
from dialogue.amounts import Amount, find_amounts
from dialogue.critiques import CritiqueBook, CritiqueMention, compile_critiques, find_critiques
from dialogue.dontcare import find_dont_care, slots_named
from dialogue.english import SMALL_WORDS
from dialogue.mentions import Mention, find_mentions
from dialogue.negation import Polarity, find_scopes, polarity
from dialogue.references import Pointing, Table, find_references
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.titles import find_titles
from dialogue.types import Act, ChangeKind, SlotChange, Understanding
from dialogue.vocabulary import LONGEST_PHRASE, Vocabulary, compile_vocabulary
from dialogue.words import Span, Utterance, read_words
from recommender.types import Item

_REPAIR = re.compile(
    r"\b(?:sorry|no wait|wait no|wait|i mean|i meant|i said|scratch that|make that|or rather|correction|"
    r"let me rephrase|no sorry|no no|actually|no)\b"
)
_CORRECTION = re.compile(
    r"\b(?:i (?:meant|mean|said|asked for)|not what i (?:said|meant|asked)|i was (?:asking|"
    r"looking) for|you misheard|misheard|correction|i didnt (?:say|mean|ask))\b"
)
_ADDITION = re.compile(
    r"\b(?:also|as well|too|or (?:maybe |even |perhaps |possibly )?(?:in |a |an |some |with )?$|"
    r"and (?:maybe |also )|in addition|plus)\b"
)
_TASTE = re.compile(
    r"\b(?:loves?|likes?|adores?|wears?|has|have|got|owns?|bought|already|collects?|crazy about|"
    r"mad about) (?:(?:her|his|my|their|our|its|this|that|an? (?:old|lovely)|the) )(?:\w+ ){0,2}$"
)
_YES_NO_ABOUT = re.compile(
    r"^(?:(?:and|so|but|ok|okay|well) ,? ?)*(?:is|are|isnt|arent|does|do|was|has|have) (?:it|that|"
    r"this|they|those|these|the|either|any of)\b"
)


@dataclass(frozen=True)
class Reader:
    """A shop compiled for reading. Build with ``Reader.of(shop, items)``; ``read`` is pure."""

    shop: TalkingShop
    vocabulary: Vocabulary
    critiques: CritiqueBook
    item: Callable[[str], Item | None]

    @classmethod
    def of(cls, shop: TalkingShop, items: Sequence[Item]) -> Reader:
        by_id = {item.id: item for item in items}
        return cls(shop, compile_vocabulary(shop, items), compile_critiques(shop), by_id.get)

    def read(self, text: str, state: BeliefState) -> Understanding:
        """Read one turn in the light of the state it answers. Never raises on any text."""
        return _Reading(self, read_words(text), state).understanding()

    def amount(self, item: Item, slot: str) -> float | None:
        """An item's number in an amount slot, money in major units."""
        declared = self.shop.slot(slot)
        if declared is not None and declared.is_money:
            return None if item.price_minor is None else item.price_minor / 100
        return item.numbers.get(slot)

    def table(self, state: BeliefState) -> Table:
        items = tuple(item for item in map(self.item, state.table) if item)
        return Table(items, self.item(state.last_item) if state.last_item in state.table and state.last_item else None)


class _Reading:
    """The stages of reading one utterance, in the order in which they claim words."""

    def __init__(self, reader: Reader, utterance: Utterance, state: BeliefState) -> None:
        self.reader, self.utterance, self.state = reader, utterance, state
        shop, vocabulary = reader.shop, reader.vocabulary
        self.acts = find_acts(utterance)
        self.amounts = find_amounts(utterance, vocabulary.amounts, state.asked_slot)
        self.titles = find_titles(utterance, vocabulary, [amount.span for amount in self.amounts])
        taken = [amount.span for amount in self.amounts] + [title.span for title in self.titles]
        mentions = find_mentions(utterance, vocabulary, taken=taken, asked=state.asked_slot)
        scales = {critique.slot: critique.scale for critique in shop.critiques if critique.scale}
        self.pointings = find_references(
            utterance, reader.table(state), mentions, vocabulary, reader.critiques, reader.amount, scales
        )
        strong = [pointing.span for pointing in self.pointings if not pointing.weak]
        self.titles = tuple(title for title in self.titles if not _covered(title.span, strong))
        self.relative = [
            critique for critique in find_critiques(utterance, reader.critiques) if not _covered(critique.span, [*taken, *strong])
        ]
        self.relative = [critique for critique in self.relative if not _is_value(critique, mentions)]
        explained = strong + [critique.span for critique in self.relative]
        self.mentions = [mention for mention in mentions if not _covered(mention.span, explained)]
        self.open = find_dont_care(utterance, vocabulary, shop.money.name if shop.money else None, state.asked_slot)
        self.scopes = find_scopes(utterance, [(mention.span, mention.slot) for mention in self.mentions])
        self.is_question = QUESTION.search(utterance.norm) is not None

    def understanding(self) -> Understanding:
        like_items, like_spans = self._likenesses()
        requested, asked_values = self._requested(like_items)
        changes = self._changes(asked_values)
        references = tuple(
            p.reference for p in self.pointings if not _covered(p.span, like_spans) and self._means_item(p, requested)
        )
        references += tuple(title.reference for title in self.titles if not _covered(title.span, like_spans))
        policies = self._policies(bool(changes))
        free_text = self._free_text()
        acts = self._finish_acts(changes, references, requested, policies, like_items, free_text)
        if Act.OFF_TOPIC in acts or Act.UNCLEAR in acts:
            free_text = ""
        return Understanding(
            self.utterance.text, tuple(acts), changes, references, (*requested, *policies), like_items, free_text
        )

    # --- wishes ----------------------------------------------------------------------------------------------------

    def _changes(self, asked_values: Sequence[Mention]) -> tuple[SlotChange, ...]:
        said: list[tuple[Span, SlotChange]] = []
        kept = self._without_repaired([mention for mention in self.mentions if mention not in asked_values])
        correction = _CORRECTION.search(self.utterance.norm) is not None
        for mention in kept:
            meant = self._polarity(mention)
            if meant is None:
                continue
            said.append(
                (
                    mention.span,
                    SlotChange(
                        mention.slot,
                        meant,
                        mention.values,
                        words=self.utterance.said(mention.span),
                        confidence=round(mention.confidence, 3),
                        correction=correction,
                    ),
                )
            )
        said += [(amount.span, self._amount_change(amount, correction)) for amount in self._unrepaired_amounts()]
        amount_slots = {amount.slot for amount in self.amounts}
        for critique in self.relative:
            if critique.slot not in amount_slots:
                kind: ChangeKind = "more" if critique.direction > 0 else "less"
                said.append((critique.span, SlotChange(critique.slot, kind, words=self.utterance.said(critique.span))))
        wanted = {change.slot for _, change in said if change.kind not in {"exclude", "clear"}}
        for slot, span in self.open:
            if slot is not None and slot not in wanted and (slot != self.state.asked_slot or not wanted or self._names(slot)):
                said.append((span, SlotChange(slot, "any", words=self.utterance.said(span))))
        said.sort(key=lambda pair: pair[0].first)
        return tuple(_merged([change for _, change in said], self.state, self._adds()))

    def _amount_change(self, amount: Amount, correction: bool) -> SlotChange:
        words = self.utterance.said(amount.span)
        return SlotChange(amount.slot, amount.kind, (), amount.low, amount.high, words, amount.confidence, correction)

    def _polarity(self, mention: Mention) -> Polarity | None:
        """Wanted, shut out or taken back; None for what is only told of ("she loves her ...")."""
        before = " ".join(word.norm for word in self.utterance.words[max(0, mention.span.first - 6) : mention.span.first]) + " "
        if _TASTE.search(before):
            return None
        return polarity(self.utterance, mention.span, self.scopes)

    def _names(self, slot: str) -> bool:
        return any(name == slot for name, _ in slots_named(self.utterance, self.reader.vocabulary))

    def _adds(self) -> bool:
        return _ADDITION.search(self.utterance.norm) is not None

    def _without_repaired(self, mentions: list[Mention]) -> list[Mention]:
        """Drop a value that was taken back in the same breath: "a blue, no, a green one"."""
        markers = [span for span, _ in self.utterance.find(_REPAIR) if not self._opens_scope(span)]
        dropped = set()
        for marker in markers:
            before = [
                mention for mention in mentions if mention.span.last <= marker.first and marker.first - mention.span.last <= 6
            ]
            after = [mention for mention in mentions if 0 <= mention.span.first - marker.last <= 6]
            for late in after:
                for early in before:
                    if (
                        early.slot == late.slot
                        and early.values != late.values
                        and polarity(self.utterance, early.span, self.scopes) == "want"
                    ):
                        dropped.add(early)
        return [mention for mention in mentions if mention not in dropped]

    def _opens_scope(self, span: Span) -> bool:
        return any(scope.opener.overlaps(span) for scope in self.scopes)

    def _unrepaired_amounts(self) -> list[Amount]:
        """Of two amounts of one slot with a repair between them only the later was meant."""
        markers = [span for span, _ in self.utterance.find(_REPAIR)]
        return [
            amount
            for amount in self.amounts
            if not any(
                later.slot == amount.slot and amount.span.last <= marker.first and marker.last <= later.span.first + 1
                for marker in markers
                for later in self.amounts
                if later is not amount
            )
        ]

    # --- items -----------------------------------------------------------------------------------------------------

    def _likenesses(self) -> tuple[tuple[str, ...], list[Span]]:
        items: list[str] = []
        spans = []
        for span, reference in [(p.span, p.reference) for p in self.pointings] + [(t.span, t.reference) for t in self.titles]:
            before = " ".join(word.norm for word in self.utterance.words[max(0, span.first - 5) : span.first])
            if LIKENESS.search(before) and not re.search(r"\b(?:id|i|would|i really|dont|doesnt|do|you) like$", before):
                items += reference.items
                spans.append(span)
        if not items and self.pointings and self.mentions and VARIANT.search(self.utterance.norm):
            pointing = self.pointings[0]
            items += pointing.reference.items[:1]
            spans.append(pointing.span)
        return tuple(dict.fromkeys(items)), spans

    def _means_item(self, pointing: Pointing, requested: Sequence[str]) -> bool:
        """A bare "it" means an item only where something is done with it."""
        if not pointing.weak:
            return True
        norm = self.utterance.norm
        acting = {Act.REJECT, Act.COMPARE} & set(self.acts)
        return bool(
            acting
            or requested
            or STRONG_CHOICE.search(norm)
            or STOCK.search(norm)
            or ABOUT_ITEM.search(norm)
            or any(critique.complaint for critique in self.relative)
        )

    def _requested(self, like_items: Sequence[str]) -> tuple[tuple[str, ...], list[Mention]]:
        """Slots and facts asked about, and the values that were asked about rather than wished for."""
        utterance, vocabulary = self.utterance, self.reader.vocabulary
        requested = [vocabulary.facts[key] for key, _ in _phrases(utterance, vocabulary.facts)]
        asked_values: list[Mention] = []
        on_table = bool(self.state.table) or bool(self.titles)
        if self.is_question and not like_items:
            open_slots = {slot for slot, _ in self.open}
            for slot, span in slots_named(utterance, vocabulary):
                if slot not in open_slots and not self._told(slot, span):
                    requested.append(slot)
            if self.reader.shop.money and re.search(
                r"\bhow (?:much|expensive)\b|\bwhat (?:does|do|would|"
                r"did) \w+(?: \w+){0,3} cost",
                utterance.norm,
            ):
                requested.append(self.reader.shop.money.name)
            if on_table and self.pointings and _YES_NO_ABOUT.search(utterance.norm) and not VARIANT.search(utterance.norm):
                asked_values = [mention for mention in self.mentions if mention.span.first > self.pointings[0].span.first]
                requested += [mention.slot for mention in asked_values]
        return tuple(dict.fromkeys(requested)), asked_values

    def _told(self, slot: str, span: Span) -> bool:
        """Whether a slot's name stands beside its value, as in "in the colour red"."""
        near = Span(max(0, span.first - 3), span.last + 4)
        said = [(mention.slot, mention.span) for mention in self.mentions] + [
            (amount.slot, amount.span) for amount in self.amounts
        ]
        return any(other == slot and beside.overlaps(near) for other, beside in said)

    def _policies(self, wishes: bool) -> tuple[str, ...]:
        vocabulary = self.reader.vocabulary
        found = [
            vocabulary.policies[key]
            for key, span in _phrases(self.utterance, vocabulary.policies)
            if not any(span.overlaps(mention.span) for mention in self.mentions)
        ]
        return tuple(dict.fromkeys(found)) if found and (self.is_question or not wishes) else ()

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _free_text(self) -> str:
        """The words no stage has explained and that are not small talk, for retrieval by meaning."""
        explained = [amount.span for amount in self.amounts] + [critique.span for critique in self.relative]
        explained += [pointing.span for pointing in self.pointings] + [title.span for title in self.titles]
        explained += [mention.span for mention in self.mentions if self._polarity(mention) is not None]
        explained += (
            [span for _, span in self.open] + [scope.opener for scope in self.scopes] + [scope.span for scope in self.scopes]
        )
        explained += [span for _, span in slots_named(self.utterance, self.reader.vocabulary)]
        for pattern in (CHOICE, ABOUT_ITEM, STOCK, _REPAIR):
            explained += [span for span, _ in self.utterance.find(pattern)]
        left = [
            word.text
            for index, word in enumerate(self.utterance.words)
            if not word.is_mark
            and word.norm not in SMALL_WORDS
            and not any(span.first <= index < span.last for span in explained)
        ]
        return " ".join(left)

    def _finish_acts(
        self,
        changes: Sequence[SlotChange],
        references: Sequence[object],
        requested: Sequence[str],
        policies: Sequence[str],
        like_items: Sequence[str],
        free_text: str,
    ) -> list[Act]:
        utterance, acts = self.utterance, list(self.acts)
        norm = utterance.norm
        steering = is_steering(utterance)
        if any(pointing.refusal for pointing in self.pointings) and Act.REJECT not in acts:
            acts.append(Act.REJECT)
        if self.state.table and any(critique.complaint for critique in self.relative):
            acts.append(Act.REJECT)
        if any(change.kind == "any" for change in changes) or self.open:
            acts.append(Act.DONT_CARE)
        chosen = bool(references) and Act.REJECT not in acts and not requested and not like_items and Act.COMPARE not in acts
        if (
            chosen
            and not steering
            and (
                STRONG_CHOICE.search(norm)
                or (CHOICE.search(norm) and any(not p.weak for p in self.pointings) and not self.is_question)
                or self._bare_reference()
            )
        ):
            acts.append(Act.CHOOSE)
        if STOCK.search(norm):
            acts.append(Act.ASK_STOCK)
        if policies:
            acts.append(Act.ASK_POLICY)
        asks = requested or (references and self.is_question and Act.CHOOSE not in acts and Act.COMPARE not in acts)
        if (asks or (ABOUT_ITEM.search(norm) and references)) and not {Act.ASK_STOCK, Act.COMPARE, Act.CHOOSE, Act.REPEAT} & set(
            acts
        ):
            acts.append(Act.ASK_ITEM)
        if any(change.kind != "any" for change in changes) or like_items:
            acts.append(Act.INFORM)
        if steering:
            acts = [act for act in acts if act not in {Act.CHOOSE, Act.START_OVER, Act.UNDO}]
        if not changes and not like_items and not set(acts) - {Act.GREET, Act.THANK, Act.AFFIRM, Act.DENY}:
            words = free_text.lower().split()
            known = [word for word in read_words(free_text).words if word.stem in self.reader.vocabulary.known]
            if steering:
                acts.append(Act.OFF_TOPIC)
            elif words and 2 * len(known) >= len(words):
                acts.append(Act.INFORM)
            elif words and not acts:
                acts.append(Act.OFF_TOPIC if len(words) > 2 else Act.UNCLEAR)
            elif not acts:
                acts.append(Act.UNCLEAR)
        return list(dict.fromkeys(acts))

    def _bare_reference(self) -> bool:
        """A turn that is little but a reference answers "which one?"."""
        strong = [pointing for pointing in self.pointings if not pointing.weak]
        plan = self.state.last_plan
        if not strong or self.changes_said() or plan is None or plan.kind not in {"recommend", "compare", "confirm", "answer"}:
            return False
        covered = sum(len(pointing.span) for pointing in strong)
        return (
            len([word for word in self.utterance.words if not word.is_mark and word.norm not in SMALL_WORDS]) <= covered
            and not self.is_question
            and len(self.utterance.words) - covered <= 3
            and plan.note == "which_one"
        )

    def changes_said(self) -> bool:
        return bool(self.mentions or self.amounts or self.relative)


def _covered(span: Span, others: Sequence[Span]) -> bool:
    return any(span.overlaps(other) for other in others)


def _is_value(critique: CritiqueMention, mentions: Sequence[Mention]) -> bool:
    """A plain adjective that the catalogue holds as a value is that value ("something formal"), not a relative wish."""
    return not critique.of_item and any(
        mention.span.overlaps(critique.span) and len(mention.span) >= len(critique.span) for mention in mentions
    )


def _phrases(utterance: Utterance, keys: Mapping[str, str]) -> list[tuple[str, Span]]:
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


def _merged(changes: list[SlotChange], state: BeliefState, adds: bool) -> list[SlotChange]:
    """One change a slot and kind: values said together are taken together, and "also" keeps what was wanted before."""
    merged: dict[tuple[str, str], SlotChange] = {}
    for change in changes:
        key = (change.slot, change.kind)
        earlier = merged.get(key)
        if earlier is None or change.kind not in {"want", "exclude", "clear"}:
            merged[key] = change
            continue
        merged[key] = replace(
            earlier,
            values=tuple(dict.fromkeys((*earlier.values, *change.values))),
            words=f"{earlier.words}, {change.words}",
            confidence=min(earlier.confidence, change.confidence),
        )
    found = list(merged.values())
    low = next((c for c in found if c.kind == "at_least"), None)
    high = next((c for c in found if c.kind == "at_most"), None)
    if low and high and low.slot == high.slot and low.low is not None and high.high is not None and low.low <= high.high:
        both = replace(low, kind="between", high=high.high, words=f"{low.words}, {high.words}")
        found = [both if c is low else c for c in found if c is not high]
    if adds:
        found = [
            replace(change, values=tuple(dict.fromkeys((*state.wants(change.slot), *change.values))))
            if change.kind == "want" and change.slot in state.slots
            else change
            for change in found
        ]
    return found
