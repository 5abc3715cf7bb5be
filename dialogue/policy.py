"""What to do next: recommend as soon as the list is worth hearing, otherwise ask the one best question; answer what was asked.

The rules stand in ``decide`` from most to least pressing; the first that applies makes the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dialogue.answers import about_item, comes_in, compare, is_so, lines_asked, open_question, owed, policies
from dialogue.complaining import asks_what_now, lines_on, lines_on_what_now
from dialogue.deciding import Deciding, all_ranked, options_of, ranked_of
from dialogue.earlier import earlier_list
from dialogue.how_many import how_many
from dialogue.leading import recommend_or_ask
from dialogue.open_questions import asks_what_you_are, closed_topic, is_crisis
from dialogue.queries import LIST_LENGTH
from dialogue.state import BeliefState
from dialogue.types import Act, Plan
from recommender.types import Limits, Query, Ranked

_PAUSES = re.compile(
    r"^(?:(?:ok|okay|well|just|wait|please|let me see|,) ?)*(?:let me think|let me see|hold on|hang on|wait|bear with me|"
    r"(?:(?:give|just) (?:me )?)?(?:a|one) (?:moment|second|sec|minute|tick)|im thinking)(?: (?:a|one) (?:moment|second|"
    r"sec|minute|tick))?"
    r"(?: please| about it)? ?[.!]?$"
)
"""Asks for a little time."""
_LEADS = frozenset({"ask", "recommend", "none_fit", "chosen"})
"""Replies to a wish, which own up to what of it cannot be kept."""
MOST_ASKED = 2
"""Items named where it is asked which is meant."""
_ANSWERS = frozenset({"answer", "compare"})
COMES_NEAR = 0.55
"""Cosine similarity of a title to a thing that is not sold from which the item is worth naming instead: a sofa throw to sofas."""


def decide(turn: Deciding) -> Plan:
    """The plan for a turn. Pure; the recommender is only asked."""
    return _one_after_another(turn) or _decide(turn)


def _one_after_another(turn: Deciding) -> Plan | None:
    """Several questions, each answered; None where one of them gets no answer."""
    if len(turn.understanding.parts) < 2:
        return None
    *before, last = (_decide(replace(turn, understanding=part)) for part in turn.understanding.parts)
    if not all(plan.kind in _ANSWERS for plan in before):
        return None
    return replace(last, before=tuple(plan for plan in before if plan != last))


def _decide(turn: Deciding) -> Plan:
    rules: tuple[Callable[[Deciding], Plan | None], ...] = (
        _memory,
        _started_over,
        _repeat,
        _closed_topic,
        _not_sold,
        _complaint,
        earlier_list,
        owed,
        open_question,
        _contradiction,
        _nothing_named,
        _choose,
        compare,
        policies,
        about_item,
        _doubt,
        _undo,
        _close,
        _which_of,
        _help_or_greet,
        _unclear,
    )
    plan = next((plan for rule in rules if (plan := rule(turn)) is not None), None) or _wished(turn)
    return replace(plan, unkept=turn.understanding.unkept) if plan.kind in _LEADS else plan


def _wished(turn: Deciding) -> Plan:
    """What a wish leads to. "Does it come in green?" is answered first, and with a yes that is all."""
    asked = comes_in(turn)
    if asked is not None and is_so(asked):
        return asked
    plan = recommend_or_ask(turn)
    return plan if asked is None else replace(plan, before=(asked,))


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
    if Act.RECAP in turn.acts:
        return Plan("memory", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="so_far")
    if Act.SHOW_MEMORY in turn.acts:
        owned = all_ranked(turn, turn.state.known.owned[:LIST_LENGTH])
        return Plan("memory", items=owned, note="show_memory")
    if Act.REMEMBER_ME in turn.acts:
        return Plan("memory", note="remember_me" if turn.state.known.kept else "cannot_remember")
    taken_back = any(change.kind == "clear" for change in turn.understanding.changes)
    return Plan("memory", note="corrected") if taken_back and Act.UNDO in turn.acts and turn.state.known.agreed else None


def _started_over(turn: Deciding) -> Plan | None:
    if Act.START_OVER not in turn.acts or turn.state.slots:
        return None
    topic = turn.shop.topic
    options = options_of(turn, topic.name) if topic else ()
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
    return Plan("repair", slot=slot, options=options_of(turn, slot), note="contradiction") if slot else None


def _nothing_named(turn: Deciding) -> Plan | None:
    if not any(not reference.items for reference in turn.understanding.references):
        return None
    slot = turn.state.asked_slot or (turn.shop.topic.name if turn.shop.topic else None)
    return Plan("repair", slot=slot, options=options_of(turn, slot), note="nothing_named")


def _closed_topic(turn: Deciding) -> Plan | None:
    if is_crisis(turn.understanding.text):
        return Plan("repair", note="crisis")
    if asks_what_you_are(turn.understanding.text) and not turn.understanding.changes:
        slot = turn.state.asked_slot
        return Plan("repair", slot=slot, options=options_of(turn, slot), note="machine")
    topic = closed_topic(turn.understanding.text)
    if topic is None or turn.understanding.changes or Act.ASK_POLICY in turn.acts:
        return None
    slot = turn.state.asked_slot
    return Plan("repair", slot=slot, options=options_of(turn, slot), note=f"off_topic:{topic}")


def _not_sold(turn: Deciding) -> Plan | None:
    """ "Do you sell bicycles?" of a shop that has none: what is called so at least, what is near by meaning, or an honest no."""
    thing, called = turn.understanding.unsold, turn.understanding.called_so
    if not thing:
        return None
    if called:
        found = turn.recommender.recommend(Query(Limits(only_items=frozenset(called)), text=thing, count=LIST_LENGTH))
        if found.items:
            return Plan("recommend", items=found.items, fitting=found.fitting, note="nearest", expecting="choice")
    nearest = turn.recommender.nearest_titles(thing, 1)
    near = nearest and nearest[0][1] >= COMES_NEAR and ranked_of(turn, nearest[0][0])
    if near:
        return Plan("none_fit", items=(near,), requested=(thing,), note="not_sold", expecting="yes_no")
    topic = turn.shop.topic.name if turn.shop.topic else None
    return Plan("none_fit", slot=topic, options=options_of(turn, topic), requested=(thing,), note="not_sold")


def _complaint(turn: Deciding) -> Plan | None:
    """The shop's line on faults, with the wish for a new one; asked what now, the line on returns."""
    policies, last = turn.shop.policies, turn.state.last_plan
    if turn.understanding.complains:
        lines = lines_on(turn.utterance, policies)
        return replace(recommend_or_ask(turn), policies=lines) if Act.INFORM in turn.acts else Plan(
            "answer", policies=lines, requested=lines, options=turn.understanding.faulty, note="complaint"
        )
    if last is None or last.note != "complaint" or turn.understanding.changes or not asks_what_now(turn.utterance):
        return None
    lines = lines_on_what_now(policies)
    return replace(last, policies=lines, requested=lines, note="what_now") if lines else None


def _choose(turn: Deciding) -> Plan | None:
    if Act.CHOOSE not in turn.acts:
        return None
    items = all_ranked(turn, turn.referred)
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
    if len(items) == 1 and _wants_another_kind(turn, items[0]):
        return replace(recommend_or_ask(turn), taken=items[0].item.id)
    with_it = turn.recommender.goes_with(items[0].item.id, Limits(), 1) if len(items) == 1 and turn.shop.voice.companions else ()
    names = {policy.name for policy in turn.shop.policies}
    lines = lines_asked(turn)
    asked = tuple(name for name in turn.understanding.requested if name not in names)
    many = how_many(turn.utterance) if len(items) == 1 else 1
    return Plan(
        "chosen", items=(*items, *with_it), focus=items[0].item.id, requested=asked, policies=lines, fitting=many,
        expecting="anything",
    )


def _wants_another_kind(turn: Deciding, taken: Ranked) -> bool:
    """ "I'll have the first one. Now for my dad, a wallet"."""
    topic = turn.shop.topic
    kinds = {*taken.item.values.get(topic.name, ())} if topic else set()
    wanted = [change for change in turn.understanding.changes if topic and change.slot == topic.name and change.kind == "want"]
    return any(not kinds & {*change.values} for change in wanted)


def _doubt(turn: Deciding) -> Plan | None:
    if not turn.state.pending:
        return None
    first = turn.state.pending[0]
    return Plan("confirm", slot=first.slot, options=first.values[:1], note="doubt", expecting="yes_no")


def _undo(turn: Deciding) -> Plan | None:
    return None if Act.UNDO not in turn.acts else replace(recommend_or_ask(turn), note="undone")


def _close(turn: Deciding) -> Plan | None:
    wishing = turn.acts & {Act.INFORM, Act.MORE, Act.REJECT}
    if turn.understanding.changes and all(one.kind in {"exclude", "clear"} for one in turn.understanding.changes):
        wishing -= {Act.INFORM}   # "no card then, that's everything"
    if Act.GOODBYE in turn.acts and not wishing:
        return Plan("close", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="goodbye")
    last = turn.state.last_plan
    content = turn.acts == {Act.AFFIRM} and last is not None and last.kind == "answer" and last.expecting == "anything"
    if content or (Act.THANK in turn.acts and not turn.acts - {Act.THANK, Act.AFFIRM, Act.DENY}):
        return Plan("close", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="thanked")
    if turn.acts == {Act.DENY} and last is not None and last.kind in {"chosen", "close", "answer"}:
        return Plan("close", note="nothing_more")
    return None


def _which_of(turn: Deciding) -> Plan | None:
    """ "Perfect!", of a list and no question: which of them?"""
    last = turn.state.last_plan
    items = all_ranked(turn, turn.state.table[:MOST_ASKED])
    if turn.acts != {Act.AFFIRM} or last is None or last.kind != "recommend" or turn.state.asked_slot or len(items) < 2:
        return None
    return Plan("confirm", items=items, note="which_of", expecting="choice")


def _help_or_greet(turn: Deciding) -> Plan | None:
    if turn.acts & {Act.INFORM, Act.MORE}:
        return None
    if Act.HELP in turn.acts or Act.GREET in turn.acts:
        topic = turn.shop.topic
        return Plan(
            "greet",
            slot=topic.name if topic else None,
            options=options_of(turn, topic.name) if topic else (),
            note="help" if Act.HELP in turn.acts else "",
        )
    return None


def _unclear(turn: Deciding) -> Plan | None:
    if turn.acts & {Act.OFF_TOPIC, Act.UNCLEAR} and not turn.acts & {Act.INFORM, Act.MORE, Act.REJECT, Act.DONT_CARE}:
        note = "off_topic" if Act.OFF_TOPIC in turn.acts else "not_understood"
        note = "waiting" if _PAUSES.match(turn.utterance.norm) else note
        note = "other_language" if turn.understanding.other_language else note
        last = turn.state.last_plan
        slot = turn.state.asked_slot or (last.slot if last and last.kind == "repair" else None)
        return Plan("repair", slot=slot, options=options_of(turn, slot), note=note)
    return None
