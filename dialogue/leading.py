"""Recommend as soon as the list is worth hearing; else ask; and when nothing fits, say which limit is in the way."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.deciding import Deciding
from dialogue.easing import find_easing
from dialogue.english import CANCELLING
from dialogue.queries import query_of
from dialogue.questions import best_question
from dialogue.remembering import recalled
from dialogue.state import SlotBelief
from dialogue.types import Act, Plan
from recommender.types import Limits, Query, Recommendation, Recommender

SHORT_LIST = 12
"""So few items are worth hearing at once, however little is known."""

ENOUGH_KNOWN = 3
"""Wishes that make a list worth hearing when the kind of thing is not known."""

NAMES_A_THING = 0.62
"""Cosine similarity to a title above which words that no slot holds say what kind of thing is wanted."""

_LOST = re.compile(
    r"\b(?:don'?t (?:really )?know|no idea|not (?:really )?sure|(?:haven'?t|have not) (?:a|got a|the) clue|where to start)\b"
)
""" "I don't know what I want" asks to be asked; "surprise me" does not."""
_CANCELS = re.compile(rf"\b(?:{CANCELLING})\b")
_MORE_SO = re.compile(r"(?:^|[,.;] |\b(?:something|bit|little|and|but) )(?:more|less) (?!than\b|like\b|expensive\b|money\b)\w+")
""" "More sparkly, and I can stretch to two hundred": what was shown is not it."""
ASK_AFTER = 6
"""After a recommendation a further question is worth asking only while more items than this fit."""


def recommend_or_ask(turn: Deciding) -> Plan:
    """Recommend when the list is worth hearing; else ask; and when nothing fits, say which limit is in the way."""
    refuses = Act.REJECT in turn.acts and not _keeps_some(turn)
    fresh = refuses or Act.MORE in turn.acts or _said_again(turn) or _unmeasured(turn) or any(
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
    found = _one_of_each(turn, query) or turn.recommender.recommend(query)
    if not found.items:
        return _none_fit(turn, query.limits, fresh)
    return _recommendation(turn, found)


def _one_of_each(turn: Deciding, query: Query) -> Recommendation | None:
    """ "A scarf for my mum and gloves for my sister": the best of each kind, where kinds were named apart; None where not."""
    topic = turn.shop.topic
    belief = turn.state.belief(topic.name) if topic else SlotBelief()
    apart = {belief.evidence[kind].words for kind in belief.want if kind in belief.evidence}
    if topic is None or not 1 < len(belief.want) <= query.count or not any("," in words for words in apart):
        return None
    limits = [replace(query.limits, must={**query.limits.must, topic.name: frozenset({kind})}) for kind in belief.want]
    found = [turn.recommender.recommend(replace(query, limits=one, count=1)) for one in limits]
    items = tuple({ranked.item.id: ranked for one in found for ranked in one.items}.values())
    return Recommendation(items, turn.recommender.count(query.limits)) if len(items) > 1 else None


def _keeps_some(turn: Deciding) -> bool:
    """ "A hundred is too much for that": what was shown for less still stands."""
    said = turn.understanding
    if _CANCELS.search(turn.utterance.norm) and said.references:
        return True   # "cancel the second", of several that are wanted
    limited = any(change.kind == "at_most" for change in said.changes) and not said.references
    return limited and any(item not in turn.state.refused for item in turn.state.table)


def _unmeasured(turn: Deciding) -> bool:
    """ "Something bigger" of what is on the table, in words that no slot holds: what was shown is not it."""
    said = turn.understanding
    counted = all(change.kind in {"at_most", "at_least", "around", "between"} for change in said.changes)
    told = not said.changes or (counted and _MORE_SO.search(turn.utterance.norm) is not None)
    asked = Act.INFORM in turn.acts and Act.AFFIRM not in turn.acts
    return bool(turn.state.table and asked and told and not (said.like_items or said.references))


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
    if (topic and state.wants(topic.name)) or state.like_item or any(one.most for one in turn.understanding.changes):
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
        or (Act.DONT_CARE in turn.acts and bool(state.asked or known or not _LOST.search(turn.understanding.text.lower())))
    )


def _names_a_thing(text: str, recommender: Recommender) -> bool:
    nearest = recommender.nearest_titles(text, 1)
    return bool(nearest) and nearest[0][1] >= NAMES_A_THING


def _none_fit(turn: Deciding, limits: Limits, fresh: bool) -> Plan:
    if fresh and (_said_again(turn) or any(change.correction for change in turn.understanding.changes)):
        found = turn.recommender.recommend(query_of(turn.state, turn.shop, shopper=turn.shopper))
        if found.items:
            return _recommendation(turn, found)   # "no, I said medium": what was heard is better heard again than nothing
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
