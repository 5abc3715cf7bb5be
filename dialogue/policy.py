"""What to do next: recommend as soon as the list is worth hearing, otherwise ask the one best question; answer what was asked.

The rules stand in ``decide`` from most to least pressing; the first that applies makes the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dialogue.easing import find_easing
from dialogue.english import OPENING
from dialogue.lines import compared_by, named_policy, nearest_policy
from dialogue.open_questions import asks_to_change, closed_topic, is_about_item, is_crisis, is_pointed, is_to_shop, kind_of
from dialogue.queries import LIST_LENGTH, limits_of, query_of
from dialogue.questions import OPTIONS_OFFERED, best_question
from dialogue.remembering import recalled
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState, SlotBelief
from dialogue.types import Act, Plan, Understanding
from dialogue.words import read_words
from recommender.types import Limits, Ranked, Recommendation, Recommender

SHORT_LIST = 12
"""So few items are worth hearing at once, however little is known."""

ENOUGH_KNOWN = 3
"""Wishes that make a list worth hearing when the kind of thing is not known."""

NAMES_A_THING = 0.62
"""Cosine similarity to a title above which words that no slot holds say what kind of thing is wanted."""

ASK_AFTER = 6
"""After a recommendation a further question is worth asking only while more items than this fit."""


_PAUSES = re.compile(
    r"^(?:(?:ok|okay|well|just|wait|please|let me see|,) ?)*(?:let me think|let me see|hold on|hang on|wait|bear with me|"
    r"(?:(?:give|just) (?:me )?)?(?:a|one) (?:moment|second|sec|minute|tick)|im thinking)(?: (?:a|one) (?:moment|second|"
    r"sec|minute|tick))?"
    r"(?: please| about it)? ?[.!]?$"
)
"""Asks for a little time."""
_AND_THE = re.compile(rf"{OPENING}(?:and|what about|how about)? ?(?:for )?(?:the|that|this|those|number|option)\b")


@dataclass(frozen=True)
class Deciding:
    """One turn's decision: what was understood, the state after it, and what it may consult."""

    shop: TalkingShop
    recommender: Recommender
    understanding: Understanding
    state: BeliefState
    shopper: str | None = None

    @property
    def acts(self) -> frozenset[Act]:
        return frozenset(self.understanding.acts)

    @property
    def referred(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for reference in self.understanding.references for item in reference.items))

    @property
    def wishes(self) -> dict[str, tuple[str, ...]]:
        return {name: belief.want for name, belief in self.state.slots.items() if belief.want}


def decide(turn: Deciding) -> Plan:
    """The plan for a turn. Pure; the recommender is only asked."""
    rules: tuple[Callable[[Deciding], Plan | None], ...] = (
        _memory,
        _started_over,
        _repeat,
        _closed_topic,
        _open_question,
        _contradiction,
        _nothing_named,
        _choose,
        _compare,
        _policies,
        _about_item,
        _doubt,
        _undo,
        _close,
        _help_or_greet,
        _unclear,
    )
    for rule in rules:
        plan = rule(turn)
        if plan is not None:
            return plan
    return recommend_or_ask(turn)


def remember_plan(state: BeliefState, plan: Plan) -> BeliefState:
    """The state once a plan is made: what was asked, and how often in a row nothing was understood."""
    asked = plan.slot if plan.kind == "ask" else plan.ask_next
    return replace(
        state,
        last_plan=plan,
        recalled=state.recalled or bool(plan.recalled),
        asked_slot=asked,
        asked=state.asked if asked is None or asked in state.asked else (*state.asked, asked),
        repairs=state.repairs + 1 if plan.kind == "repair" else 0,
    )


# --- what is most pressing ---------------------------------------------------------------------------------------------


def _memory(turn: Deciding) -> Plan | None:
    if Act.FORGET_ME in turn.acts:
        return Plan("memory", note="forget_me")
    if Act.SHOW_MEMORY in turn.acts:
        owned = tuple(ranked for item in turn.state.known.owned[:LIST_LENGTH] if (ranked := _ranked(turn, item)))
        return Plan("memory", items=owned, note="show_memory")
    if Act.REMEMBER_ME in turn.acts:
        return Plan("memory", note="remember_me" if turn.state.known.kept else "cannot_remember")
    taken_back = any(change.kind == "clear" for change in turn.understanding.changes)
    return Plan("memory", note="corrected") if taken_back and Act.UNDO in turn.acts and turn.state.known.agreed else None


def _started_over(turn: Deciding) -> Plan | None:
    if Act.START_OVER not in turn.acts:
        return None
    topic = turn.shop.topic
    options = _options(turn, topic.name) if topic else ()
    return Plan(
        "ask",
        slot=topic.name if topic else None,
        options=options,
        note="started_over",
        expecting="choice" if options else "anything",
    )


def _repeat(turn: Deciding) -> Plan | None:
    last = turn.state.last_plan
    return replace(last, note="repeat") if Act.REPEAT in turn.acts and last is not None else None


def _contradiction(turn: Deciding) -> Plan | None:
    slot = turn.understanding.contradicted
    return Plan("repair", slot=slot, options=_options(turn, slot), note="contradiction") if slot else None


def _nothing_named(turn: Deciding) -> Plan | None:
    if not any(not reference.items for reference in turn.understanding.references):
        return None
    slot = turn.state.asked_slot or (turn.shop.topic.name if turn.shop.topic else None)
    return Plan("repair", slot=slot, options=_options(turn, slot), note="nothing_named")


def _closed_topic(turn: Deciding) -> Plan | None:
    if is_crisis(turn.understanding.text):
        return Plan("repair", note="crisis")
    topic = closed_topic(turn.understanding.text)
    if topic is None or turn.understanding.changes or Act.ASK_POLICY in turn.acts:
        return None
    slot = turn.state.asked_slot
    return Plan("repair", slot=slot, options=_options(turn, slot), note=f"off_topic:{topic}")


def _open_question(turn: Deciding) -> Plan | None:
    """A question that no slot answers, about the item at hand or about the shop."""
    text, understood = turn.understanding.text, turn.understanding
    asked = kind_of(text)
    other = {Act.ASK_POLICY, Act.REJECT, Act.COMPARE, Act.UNDO, Act.START_OVER} | (set() if asked == "goes_with" else {Act.MORE})
    if understood.changes or turn.acts & other:
        return None
    items = _at_hand(turn, most=1)
    if not items or not (is_about_item(text) or asked == "stock"):
        unmet = bool(turn.acts & {Act.OFF_TOPIC, Act.UNCLEAR}) and is_to_shop(text)
        return Plan("answer", requested=(text,), note="question") if unmet else None
    if asked == "goes_with":
        found = turn.recommender.goes_with(items[0].item.id, Limits(), LIST_LENGTH)
        return Plan("recommend", items=tuple(found), fitting=len(found), note="goes_with", expecting="choice") if found else None
    if Act.CHOOSE in turn.acts and not asks_to_change(text):
        return None
    if (Act.ASK_STOCK in turn.acts or understood.requested) and asked not in ("why", "others"):
        return None
    if Act.ASK_ITEM in turn.acts and asked == "question" and not is_pointed(text):
        return None
    requested = ("stock",) if asked == "stock" else () if asked == "details" else (text,)
    note = asked if asked in ("details", "why") else "" if asked == "stock" else "question"
    return Plan("answer", items=items, focus=items[0].item.id, requested=requested, note=note, wishes=turn.wishes)


def _choose(turn: Deciding) -> Plan | None:
    if Act.CHOOSE not in turn.acts:
        return None
    items = tuple(ranked for item in turn.referred if (ranked := _ranked(turn, item)))
    if not items:
        return None
    sure = min((reference.confidence for reference in turn.understanding.references), default=1.0)
    if len(items) == 1 and sure < 0.5:
        return Plan("confirm", items=items, focus=items[0].item.id, note="which_one", expecting="yes_no")
    gone = [ranked for ranked in items if not ranked.item.in_stock]
    if gone:
        return Plan(
            "answer", items=tuple(gone), focus=gone[0].item.id, requested=("stock",), note="out_of_stock", expecting="yes_no"
        )
    with_it = turn.recommender.goes_with(items[0].item.id, Limits(), 1) if len(items) == 1 else ()
    names = {policy.name for policy in turn.shop.policies}
    lines = tuple(name for name in turn.understanding.requested if name in names)
    return Plan("chosen", items=(*items, *with_it), focus=items[0].item.id, policies=lines, expecting="anything")


def _compare(turn: Deciding) -> Plan | None:
    if Act.COMPARE not in turn.acts:
        return None
    ids = turn.referred if len(turn.referred) > 1 else tuple(dict.fromkeys((*turn.referred, *turn.state.table)))
    items = tuple(ranked for item in ids[:LIST_LENGTH] if (ranked := _ranked(turn, item)))
    if len(items) < 2:
        return None
    requested = _asked_of_items(turn) or compared_by(turn.understanding.text, turn.shop)
    return Plan("compare", items=items, requested=requested, wishes=turn.wishes, expecting="choice")


def _policies(turn: Deciding) -> Plan | None:
    names = {policy.name for policy in turn.shop.policies}
    asked = tuple(name for name in turn.understanding.requested if name in names)
    if Act.ASK_POLICY not in turn.acts or not asked:
        named = named_policy(turn.understanding.text, turn.shop.policies) if is_to_shop(turn.understanding.text) else None
        return Plan("answer", policies=(named.name,), requested=(named.name,), note="policy") if named else None
    if len(asked) == 1 and (closer := nearest_policy(turn.understanding.text, turn.shop.policies)):
        asked = (closer.name,)
    slots, items = _asked_of_items(turn), _at_hand(turn, most=1)
    if slots and turn.referred and items:
        return Plan("answer", items=items, focus=items[0].item.id, policies=asked, requested=(*slots, *asked))
    if turn.understanding.changes and not turn.referred:
        return replace(recommend_or_ask(turn), policies=asked)
    return Plan("answer", policies=asked, requested=asked, note="policy")


def _about_item(turn: Deciding) -> Plan | None:
    if not turn.acts & {Act.ASK_ITEM, Act.ASK_STOCK}:
        return None
    items = _at_hand(turn)
    requested = ("stock",) if Act.ASK_STOCK in turn.acts else _asked_of_items(turn) or _asked_before(turn)
    if items:
        return Plan(
            "answer",
            items=items,
            focus=items[0].item.id,
            requested=requested,
            note="" if requested else "details",
            expecting="anything",
        )
    slot = next((name for name in turn.understanding.requested if turn.shop.slot(name)), None)
    declared = turn.shop.slot(slot) if slot else None
    if slot is not None and not (declared and declared.kind == "amount" and Act.MORE in turn.acts):
        return Plan(
            "answer",
            slot=slot,
            requested=(slot,),
            options=_options(turn, slot),
            note="what_there_is",
            fitting=turn.recommender.count(limits_of(turn.state, turn.shop)),
            expecting="choice",
        )
    return None


def _doubt(turn: Deciding) -> Plan | None:
    if not turn.state.pending:
        return None
    first = turn.state.pending[0]
    return Plan("confirm", slot=first.slot, options=first.values[:1], note="doubt", expecting="yes_no")


def _undo(turn: Deciding) -> Plan | None:
    return None if Act.UNDO not in turn.acts else replace(recommend_or_ask(turn), note="undone")


def _close(turn: Deciding) -> Plan | None:
    wishing = turn.acts & {Act.INFORM, Act.MORE, Act.REJECT}
    if Act.GOODBYE in turn.acts and not wishing:
        return Plan("close", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="goodbye")
    if Act.THANK in turn.acts and not turn.acts - {Act.THANK, Act.AFFIRM, Act.DENY}:
        return Plan("close", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="thanked")
    last = turn.state.last_plan
    if turn.acts == {Act.DENY} and last is not None and last.kind in {"chosen", "close", "answer"}:
        return Plan("close", note="nothing_more")
    return None


def _help_or_greet(turn: Deciding) -> Plan | None:
    if turn.acts & {Act.INFORM, Act.MORE}:
        return None
    if Act.HELP in turn.acts or Act.GREET in turn.acts:
        topic = turn.shop.topic
        return Plan(
            "greet",
            slot=topic.name if topic else None,
            options=_options(turn, topic.name) if topic else (),
            note="help" if Act.HELP in turn.acts else "",
        )
    return None


def _unclear(turn: Deciding) -> Plan | None:
    if turn.acts & {Act.OFF_TOPIC, Act.UNCLEAR} and not turn.acts & {Act.INFORM, Act.MORE, Act.REJECT, Act.DONT_CARE}:
        note = "off_topic" if Act.OFF_TOPIC in turn.acts else "not_understood"
        note = "waiting" if _PAUSES.match(read_words(turn.understanding.text).norm) else note
        note = "other_language" if turn.understanding.other_language else note
        last = turn.state.last_plan
        slot = turn.state.asked_slot or (last.slot if last and last.kind == "repair" else None)
        return Plan("repair", slot=slot, options=_options(turn, slot), note=note)
    return None


# --- leading -----------------------------------------------------------------------------------------------------------


def recommend_or_ask(turn: Deciding) -> Plan:
    """Recommend when the list is worth hearing; else ask; and when nothing fits, say which limit is in the way."""
    fresh = bool(turn.acts & {Act.MORE, Act.REJECT}) or _said_again(turn) or _unmeasured(turn) or any(
        change.kind in {"less", "more"} and not change.most for change in turn.understanding.changes
    )
    query = query_of(turn.state, turn.shop, shopper=turn.shopper, skip_offered=fresh)
    if not fresh and not _worth_hearing(turn, query.limits):
        question = best_question(turn.state, turn.shop, turn.recommender)
        if question:
            slot, options = question
            return Plan(
                "ask",
                slot=slot.name,
                options=options,
                wishes=turn.wishes,
                fitting=turn.recommender.count(query.limits),
                expecting="amount" if slot.kind == "amount" else "choice" if options else "anything",
            )
    found = turn.recommender.recommend(query)
    if not found.items:
        return _none_fit(turn, query.limits, fresh)
    return _recommendation(turn, found)


def _unmeasured(turn: Deciding) -> bool:
    """ "Something bigger" of what is on the table, in words that no slot holds: what was shown is not it."""
    said = turn.understanding
    return bool(turn.state.table and Act.INFORM in turn.acts and not (said.changes or said.like_items or said.references))


def _said_again(turn: Deciding) -> bool:
    """A wish that was held already, said of what is on the table: none of that was it."""
    if not turn.state.history or not turn.state.table or turn.understanding.references:
        return False
    before = turn.state.history[-1]
    changes = turn.understanding.changes
    return bool(changes) and all(
        change.kind in {"want", "exclude", "at_most", "at_least", "between", "around"}
        and _bare(turn.state.belief(change.slot)) == _bare(before.belief(change.slot))
        for change in changes
    )


def _bare(belief: SlotBelief) -> SlotBelief:
    """A belief without the words that set it."""
    return replace(belief, evidence={})


def _recommendation(turn: Deciding, found: Recommendation) -> Plan:
    question = best_question(turn.state, turn.shop, turn.recommender) if found.fitting > ASK_AFTER else None
    return Plan(
        "recommend",
        items=found.items,
        wishes=turn.wishes,
        recalled=recalled(turn.state, turn.shop, [ranked.item.values for ranked in found.items]),
        fitting=found.fitting,
        ask_next=question[0].name if question else None,
        options=question[1] if question else (),
        expecting="choice",
    )


def _worth_hearing(turn: Deciding, limits: Limits) -> bool:
    state, topic = turn.state, turn.shop.topic
    if (topic and state.wants(topic.name)) or state.like_item:
        return True
    known = sum(belief.settled and not belief.any for belief in state.slots.values())
    known += 1 if state.texts else 0
    if state.texts and _names_a_thing(state.texts[-1], turn.recommender):
        return True
    asked_enough = len(state.asked) >= 2 or (state.last_plan is not None and state.last_plan.kind == "ask" and known > 1)
    return (
        known >= ENOUGH_KNOWN
        or asked_enough
        or (known > 0 and turn.recommender.count(limits) <= SHORT_LIST)
        or Act.DONT_CARE in turn.acts
    )


def _names_a_thing(text: str, recommender: Recommender) -> bool:
    nearest = recommender.nearest_titles(text, 1)
    return bool(nearest) and nearest[0][1] >= NAMES_A_THING


def _none_fit(turn: Deciding, limits: Limits, fresh: bool) -> Plan:
    if fresh and turn.state.offered:
        again = replace(limits, exclude_items=frozenset(turn.state.refused))
        left = turn.recommender.count(again)
        if left:
            return Plan(
                "none_fit",
                wishes=turn.wishes,
                fitting=left,
                relaxations=tuple(turn.recommender.relaxations(limits)),
                note="all_heard",
            )
    relaxations, eased = find_easing(limits, turn.shop, turn.recommender)
    if not relaxations:
        return Plan("none_fit", wishes=turn.wishes, note="nothing_like_it")
    query = replace(query_of(turn.state, turn.shop, shopper=turn.shopper), limits=eased)
    nearest = turn.recommender.recommend(query)
    money = turn.shop.money
    slot = money.name if relaxations[0].slot == "price" and money else relaxations[0].slot
    pair = len(relaxations) == 2 and relaxations[0].fitting == relaxations[1].fitting and not turn.recommender.relaxations(limits)
    note = "several_in_the_way" if pair else f"{slot}_in_the_way"
    return Plan(
        "none_fit",
        items=nearest.items,
        slot=slot,
        relaxations=relaxations,
        wishes=turn.wishes,
        fitting=nearest.fitting,
        note=note,
        expecting="yes_no",
    )


def _options(turn: Deciding, slot: str | None) -> tuple[str, ...]:
    declared = turn.shop.slot(slot) if slot else None
    if slot is None or declared is None or declared.kind != "choice":
        return ()
    counts = turn.recommender.facets(limits_of(turn.state, turn.shop, without=slot), [slot]).get(slot, {})
    return tuple(value for value in counts if value not in turn.state.belief(slot).exclude)[:OPTIONS_OFFERED]


def _asked_of_items(turn: Deciding) -> tuple[str, ...]:
    policies = {policy.name for policy in turn.shop.policies}
    return tuple(name for name in turn.understanding.requested if name not in policies)


def _asked_before(turn: Deciding) -> tuple[str, ...]:
    """ "And the other?" asks of another item what was asked of the first."""
    last = turn.state.last_plan
    if last is None or last.kind != "answer" or not turn.referred or not _AND_THE.match(read_words(turn.understanding.text).norm):
        return ()
    return tuple(name for name in last.requested if turn.shop.slot(name) or name == "stock")


def _at_hand(turn: Deciding, most: int | None = None) -> tuple[Ranked, ...]:
    """The items pointed at; else the one heard last, or the first on the table."""
    ids = turn.referred or ((turn.state.last_item,) if turn.state.last_item else turn.state.table[:1])
    return tuple(ranked for item in ids[:most] if (ranked := _ranked(turn, item)))


def _ranked(turn: Deciding, item_id: str) -> Ranked | None:
    item = turn.recommender.item(item_id)
    return Ranked(item, 0.0) if item else None
