"""What to do next: recommend as soon as the list is worth hearing, otherwise ask the one best question; answer what was asked.

The rules stand in ``decide`` from most to least pressing; the first that applies makes the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dialogue.deciding import Deciding, options_of, ranked_of
from dialogue.english import OPENING
from dialogue.leading import recommend_or_ask
from dialogue.lines import compared_by, named_policy, nearest_policy
from dialogue.open_questions import asks_to_change, closed_topic, is_about_item, is_crisis, is_pointed, is_to_shop, kind_of
from dialogue.queries import LIST_LENGTH, limits_of
from dialogue.state import BeliefState
from dialogue.types import Act, Plan
from dialogue.words import read_words
from recommender.types import Limits, Ranked

_PAUSES = re.compile(
    r"^(?:(?:ok|okay|well|just|wait|please|let me see|,) ?)*(?:let me think|let me see|hold on|hang on|wait|bear with me|"
    r"(?:(?:give|just) (?:me )?)?(?:a|one) (?:moment|second|sec|minute|tick)|im thinking)(?: (?:a|one) (?:moment|second|"
    r"sec|minute|tick))?"
    r"(?: please| about it)? ?[.!]?$"
)
"""Asks for a little time."""
_WHICH_WOULD_YOU = re.compile(
    r"\b(?:what|which(?: one| of (?:them|those|these|the two))?) (?:would|do|should) (?:you|i) (?:yourself )?"
    r"(?:choose|pick|recommend|go for|prefer|like best|take|suggest|think is best|get)\b|\bwhats your (?:pick|favou?rite)\b"
)
""" "Which would you pick?" wants one named, not both described."""
_GONE = re.compile(r"\b(?:sold out|out of stock|run out|all gone)\b")
""" "Is it sold out?" is answered the other way round."""
_AND_THE = re.compile(rf"{OPENING}(?:and|what about|how about)? ?(?:for )?(?:the|that|this|those|number|option)\b")


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
        owned = tuple(ranked for item in turn.state.known.owned[:LIST_LENGTH] if (ranked := ranked_of(turn, item)))
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
    topic = closed_topic(turn.understanding.text)
    if topic is None or turn.understanding.changes or Act.ASK_POLICY in turn.acts:
        return None
    slot = turn.state.asked_slot
    return Plan("repair", slot=slot, options=options_of(turn, slot), note=f"off_topic:{topic}")


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
    items = tuple(ranked for item in turn.referred if (ranked := ranked_of(turn, item)))
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
    with_it = turn.recommender.goes_with(items[0].item.id, Limits(), 1) if len(items) == 1 else ()
    names = {policy.name for policy in turn.shop.policies}
    lines = tuple(name for name in turn.understanding.requested if name in names)
    return Plan("chosen", items=(*items, *with_it), focus=items[0].item.id, policies=lines, expecting="anything")


def _wants_another_kind(turn: Deciding, taken: Ranked) -> bool:
    """ "I'll have the first one. Now for my dad, a wallet"."""
    topic = turn.shop.topic
    kinds = {*taken.item.values.get(topic.name, ())} if topic else set()
    wanted = [change for change in turn.understanding.changes if topic and change.slot == topic.name and change.kind == "want"]
    return any(not kinds & {*change.values} for change in wanted)


def _compare(turn: Deciding) -> Plan | None:
    if Act.COMPARE not in turn.acts:
        return None
    ids = turn.referred if len(turn.referred) > 1 else tuple(dict.fromkeys((*turn.referred, *turn.state.table)))
    items = tuple(ranked for item in ids[:LIST_LENGTH] if (ranked := ranked_of(turn, item)))
    if len(items) < 2:
        return None
    requested = _asked_of_items(turn) or compared_by(turn.understanding.text, turn.shop)
    if not requested and _WHICH_WOULD_YOU.search(read_words(turn.understanding.text).norm):
        best = min(items, key=lambda ranked: _told_first(turn, ranked.item.id))
        return Plan("answer", items=(best,), focus=best.item.id, note="pick", wishes=turn.wishes, expecting="choice")
    return Plan("compare", items=items, requested=requested, wishes=turn.wishes, expecting="choice")


def _told_first(turn: Deciding, item: str) -> int:
    """The place of an item in the last list that the recommender ranked: the table is in its order."""
    return turn.state.table.index(item) if item in turn.state.table else len(turn.state.table)


def _policies(turn: Deciding) -> Plan | None:
    names = {policy.name for policy in turn.shop.policies}
    asked = tuple(name for name in turn.understanding.requested if name in names)
    if Act.ASK_POLICY not in turn.acts or not asked:
        named = named_policy(turn.understanding.text, turn.shop.policies) if is_to_shop(turn.understanding.text) else None
        return Plan("answer", policies=(named.name,), requested=(named.name,), note="policy") if named else None
    if len(asked) == 1 and not _said_whole(turn, asked[0]):
        closer = nearest_policy(turn.understanding.text, turn.shop.policies)
        asked = (closer.name,) if closer else asked
    slots, items = _asked_of_items(turn), _at_hand(turn, most=1)
    if slots and turn.referred and items:
        return Plan("answer", items=items, focus=items[0].item.id, policies=asked, requested=(*slots, *asked))
    if turn.understanding.changes and not turn.referred:
        return replace(recommend_or_ask(turn), policies=asked)
    return Plan("answer", policies=asked, requested=asked, note="policy")


def _said_whole(turn: Deciding, name: str) -> bool:
    """Whether a phrase of several words of a policy is said as it stands."""
    norm = f" {read_words(turn.understanding.text).norm} "
    phrases = [read_words(word) for policy in turn.shop.policies if policy.name == name for word in policy.words]
    return any(len(phrase.words) > 1 and f" {phrase.norm} " in norm for phrase in phrases)


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
            note="asked_gone" if _GONE.search(turn.understanding.text.lower()) else "" if requested else "details",
            expecting="anything",
        )
    slot = next((name for name in turn.understanding.requested if turn.shop.slot(name)), None)
    declared = turn.shop.slot(slot) if slot else None
    tells = declared is not None and (declared.is_money or options_of(turn, slot))
    if slot is not None and tells and not (declared and declared.kind == "amount" and Act.MORE in turn.acts):
        return Plan(
            "answer",
            slot=slot,
            requested=(slot,),
            options=options_of(turn, slot),
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
    last = turn.state.last_plan
    content = turn.acts == {Act.AFFIRM} and last is not None and last.kind == "answer" and last.expecting == "anything"
    if content or (Act.THANK in turn.acts and not turn.acts - {Act.THANK, Act.AFFIRM, Act.DENY}):
        return Plan("close", focus=turn.state.chosen[-1] if turn.state.chosen else None, note="thanked")
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
            options=options_of(turn, topic.name) if topic else (),
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
        return Plan("repair", slot=slot, options=options_of(turn, slot), note=note)
    return None


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
    return tuple(ranked for item in ids[:most] if (ranked := ranked_of(turn, item)))
