"""How a turn that was understood changes the belief state. Pure: a new state comes back, the old one stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogue.acts import GOES_WITH
from dialogue.complaining import wants_another
from dialogue.easing import take_easing
from dialogue.english import CANCELLING
from dialogue.manner import manner_of
from dialogue.portions import apart, together
from dialogue.relative import measured_anew, moved
from dialogue.remembering import Known, corrected
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState, Evidence, SlotBelief
from dialogue.turning import as_left, goes_back, is_new_errand
from dialogue.types import Act, SlotChange, Understanding
from dialogue.words import Utterance, read_turn, read_words
from recommender.types import Item, Recommender

DOUBTFUL = 0.6
"""A change heard with less confidence is confirmed before it counts."""

_INSTEAD = re.compile(r"^(?:oh )?no\b|\b(?:instead|actually|wait|rather|changed my mind|sorry)\b")
"""Takes the place of what was chosen before."""
_NEVER_MIND = re.compile(
    r"^(?:(?:oh|no|ok|okay|well|actually|right) ,? ?)*(?:never ?mind|forget (?:it|that)|scrap that) ?[.,!;] ?\w"
)
""" "Never mind. Something older": what was said just before is taken back, and another wish begins."""
_ASKING = frozenset({Act.ASK_ITEM, Act.ASK_STOCK, Act.ASK_POLICY})
""" "Okay, how much would that be?" agrees to nothing yet."""
_CANCEL = re.compile(rf"\b(?:{CANCELLING}|drop)\b")
TEXTS_KEPT = 3


def apply(understanding: Understanding, state: BeliefState, shop: TalkingShop, recommender: Recommender) -> BeliefState:
    """The state after a turn. The recommender is asked what was pointed at, so that "cheaper" can be measured from it."""
    acts, utterance = set(understanding.acts), read_turn(understanding.text)
    if Act.FORGET_ME in acts:
        return BeliefState(turn=state.turn + 1, table=state.table, last_item=state.last_item, known=Known(kept=state.known.kept))
    if Act.START_OVER in acts:
        history = state.remembered().history
        fresh = BeliefState(turn=state.turn + 1, history=history, chosen=state.chosen, owned=state.owned, known=state.known)
        rest = tuple(change for change in understanding.changes if change.kind not in {"less", "more"})
        for change in rest:   # "start again, I want a lamp"
            fresh = change_slot(change, fresh, shop, recommender)
        return fresh
    if Act.UNDO in acts and not understanding.changes:
        return _undone(state)
    past = state
    if Act.INFORM in acts and Act.UNDO not in acts and _NEVER_MIND.match(utterance.norm):
        state = _without_last(state)
    state = replace(state.remembered(), turn=past.turn + 1)
    agrees = Act.AFFIRM in acts and not (understanding.changes or acts & _ASKING)
    if agrees and past.last_plan is not None and past.last_plan.kind == "none_fit":
        state = take_easing(state, shop, understanding.text)
    if state.pending:
        state = _settle_pending(understanding, state, shop, recommender)
    topic = shop.topic
    if topic and _turns_to_another_topic(understanding, state, topic.name):
        left = as_left(state, topic.name, _wanted(understanding, topic.name)) if goes_back(utterance) else None
        lapsed = _lapsed(state, shop)
        state = replace(lapsed, slots=left.slots, texts=left.texts) if left else lapsed   # "back to the scarves"
    elif topic and is_new_errand(understanding, utterance, state, shop):
        state = _lapsed(state.with_slot(topic.name, SlotBelief()), shop)
    elif topic and (kinds := _kinds_anew(utterance, past)) and not _wanted(understanding, topic.name):
        anew = SlotChange(topic.name, "want", kinds, words=understanding.text)
        state = change_slot(anew, _lapsed(state, shop), shop, recommender)
    referred = tuple(dict.fromkeys(item_id for reference in understanding.references for item_id in reference.items))
    state = _about_items(acts, understanding, state, referred or _too_dear(understanding, state, shop, recommender))
    doubtful = tuple(change for change in understanding.changes if change.confidence < DOUBTFUL)
    of_items = referred or understanding.like_items or _of_its_kind(understanding, past.table, shop, recommender)
    for change in sorted(understanding.changes, key=lambda change: change.most):
        if change not in doubtful:
            state = change_slot(change, state, shop, recommender, of_items)
    state = measured_anew(state, shop, recommender, {change.slot for change in understanding.changes})
    if topic and Act.REJECT in acts and _CANCEL.search(understanding.text.lower()):
        state = _without_kinds(state, topic.name, [item for item in map(recommender.item, referred) if item])
    state = _of_the_same_kind(understanding, state, shop, recommender)
    state = replace(state, manner=manner_of(understanding.text, state.manner))
    known = corrected(state.known, understanding)
    if Act.REMEMBER_ME in acts and known.kept:
        known = replace(known, agreed=True)
    state = replace(state, known=known, owned=tuple(dict.fromkeys((*state.owned, *understanding.owned))))
    if understanding.avoided:
        kept = tuple(text for text in (_without(text, understanding.avoided) for text in state.texts) if text)
        avoided = tuple(dict.fromkeys((*state.avoided, *understanding.avoided_items)))
        state = replace(state, texts=kept, avoided=avoided)
    if understanding.free_text and Act.INFORM in acts:
        state = replace(state, texts=(*state.texts, understanding.free_text)[-TEXTS_KEPT:])
    return replace(state, pending=doubtful)


def _without(text: str, stems: Sequence[str]) -> str:
    """Words of an earlier wish without those taken back: after "no lavender" nothing with lavender is looked for."""
    return " ".join(word.text for word in read_words(text).words if word.stem not in stems)


def _of_its_kind(
    understanding: Understanding, table: Sequence[str], shop: TalkingShop, recommender: Recommender
) -> tuple[str, ...]:
    """What "not too expensive" is measured from: the table; where a kind is named in the same breath, what is of it."""
    topic = shop.topic
    kinds = set(_wanted(understanding, topic.name)) if topic else set()
    items = [item for item in map(recommender.item, table) if item]
    return tuple(item.id for item in items if topic is None or not kinds or kinds & {*item.values.get(topic.name, ())})


def _of_the_same_kind(
    understanding: Understanding, state: BeliefState, shop: TalkingShop, recommender: Recommender
) -> BeliefState:
    """ "Like that one but ..." wants a thing of its kind, where no kind was said; what goes with it may be of any."""
    topic = shop.topic
    item = recommender.item(understanding.like_items[0]) if understanding.like_items else None
    if topic is None or item is None or state.belief(topic.name).settled or GOES_WITH.search(understanding.text.lower()):
        return state
    kinds = item.values.get(topic.name, ())[:1]
    return state.with_slot(topic.name, SlotBelief(kinds, evidence=dict.fromkeys(kinds, Evidence(understanding.text, state.turn))))


def change_slot(
    change: SlotChange, state: BeliefState, shop: TalkingShop, recommender: Recommender, of_items: Sequence[str] = ()
) -> BeliefState:
    """One slot change applied, with the words that said it as evidence. ``of_items``: what a relative wish is measured from."""
    slot = shop.slot(change.slot)
    if slot is None:
        return state
    if change.kind == "exclude" and slot.made_to_order:   # "leave out the sugar" of one with brown sugar
        wider = tuple(value for value in state.wants(slot.name) if value.endswith(change.values))
        change = replace(change, values=tuple(dict.fromkeys((*change.values, *wider))))
    if slot.made_to_order:
        state = apart(change, state)
        change = together(change, state)
    if change.kind in {"less", "more"}:
        return state.with_slot(change.slot, moved(change, state, shop, slot, recommender, of_items))
    return state.with_slot(change.slot, merge_change(change, state.belief(change.slot), state.turn))


def merge_change(change: SlotChange, belief: SlotBelief, turn: int) -> SlotBelief:
    """One slot's belief after a change that needs no item to be measured from."""
    evidence = Evidence(change.words, turn, change.confidence)
    why = dict(belief.evidence)
    match change.kind:
        case "want":
            exclude = tuple(value for value in belief.exclude if value not in change.values)
            kept = {value: why[value] for value in exclude if value in why}
            return SlotBelief(want=change.values, exclude=exclude, evidence={**kept, **dict.fromkeys(change.values, evidence)})
        case "exclude":
            want = tuple(value for value in belief.want if value not in change.values)
            exclude = tuple(dict.fromkeys((*belief.exclude, *change.values)))
            return replace(belief, want=want, exclude=exclude, evidence={**why, **dict.fromkeys(change.values, evidence)})
        case "any":
            return SlotBelief(any=True, evidence={"any": evidence})
        case "clear":
            if not change.values:
                return SlotBelief()
            left = tuple(value for value in belief.want if value not in change.values)
            exclude = tuple(value for value in belief.exclude if value not in change.values)
            return replace(belief, want=left, exclude=exclude, any=False)
        case "at_most":
            low = belief.low if belief.low is not None and change.high is not None and belief.low <= change.high else None
            return SlotBelief(low=low, high=change.high, evidence={**_only(why, "low"), "high": evidence})
        case "at_least":
            high = belief.high if belief.high is not None and change.low is not None and belief.high >= change.low else None
            return SlotBelief(low=change.low, high=high, evidence={**_only(why, "high"), "low": evidence})
        case "between":
            return SlotBelief(low=change.low, high=change.high, evidence={"low": evidence, "high": evidence})
        case "around":
            return SlotBelief(around=change.low, evidence={"around": evidence})
    return belief


def _only(why: dict[str, Evidence], key: str) -> dict[str, Evidence]:
    return {key: why[key]} if key in why else {}


def _kinds_anew(utterance: Utterance, past: BeliefState) -> tuple[str, ...]:
    """ "And I need a new one", after a complaint: of what kind."""
    last = past.last_plan
    complained = last is not None and last.note in {"complaint", "what_now"}
    return last.options if last is not None and complained and wants_another(utterance) else ()


def _wanted(understanding: Understanding, slot: str) -> tuple[str, ...]:
    """The values of a slot that a turn wishes for."""
    return tuple(value for one in understanding.changes if one.slot == slot and one.kind == "want" for value in one.values)


def _turns_to_another_topic(understanding: Understanding, state: BeliefState, topic: str) -> bool:
    wanted = set(state.wants(topic))
    said = [change for change in understanding.changes if change.slot == topic and change.kind == "want"]
    if said and not wanted and Act.CHOOSE in understanding.acts:
        return True   # "I'll have that, and now a belt": what "cheaper" was measured from is left behind
    return bool(wanted and said) and all(not wanted & set(change.values) and not change.correction for change in said)


def _lapsed(state: BeliefState, shop: TalkingShop) -> BeliefState:
    """What is forgotten when the shopper turns to another kind of thing."""
    lapsing = {slot.name for slot in shop.slots if slot.lapses}
    slots = {name: _absolute(name, belief, state) for name, belief in state.slots.items() if name not in lapsing}
    slots = {name: belief for name, belief in slots.items() if not belief.empty}
    return replace(state, slots=slots, texts=(), like_item=None, manner=(), asked=(), table=state.table)


def _absolute(name: str, belief: SlotBelief, state: BeliefState) -> SlotBelief:
    """A belief without what "cheaper" made of it: that was measured from the things left behind."""
    earlier = (past.belief(name) for past in reversed(state.history))
    return belief if not belief.direction else next((past for past in earlier if not past.direction), SlotBelief())


def _without_kinds(state: BeliefState, topic: str, items: Sequence[Item]) -> BeliefState:
    """ "Cancel the iced one", of several kinds ordered at once: the others stay."""
    belief, gone = state.belief(topic), {kind for item in items for kind in item.values.get(topic, ())}
    left = tuple(kind for kind in belief.want if kind not in gone)
    return state.with_slot(topic, replace(belief, want=left)) if left else state


def _too_dear(
    understanding: Understanding, state: BeliefState, shop: TalkingShop, recommender: Recommender
) -> tuple[str, ...]:
    """ "A hundred is too much for that": of what is on the table, what costs more; none where nothing does."""
    money = shop.money.name if shop.money else None
    high = next((one.high for one in understanding.changes if one.slot == money and one.kind == "at_most"), None)
    items = [item for item in map(recommender.item, state.table) if item]
    return tuple(item.id for item in items if high is not None and item.price_minor is not None and item.price_minor > high * 100)


def _about_items(acts: set[Act], understanding: Understanding, state: BeliefState, referred: tuple[str, ...]) -> BeliefState:
    if Act.REJECT in acts:
        refused = referred or state.table
        state = replace(
            state,
            refused=state.refused + tuple(item for item in refused if item not in state.refused),
            liked=tuple(item for item in state.liked if item not in refused),
            chosen=tuple(item for item in state.chosen if item not in referred),
        )
    if Act.CHOOSE in acts:
        last = state.last_plan
        if last is not None and last.kind == "chosen" and _INSTEAD.search(understanding.text.lower()):
            state = replace(state, chosen=tuple(item for item in state.chosen if item != last.focus))
        state = replace(state, chosen=state.chosen + tuple(item for item in referred if item not in state.chosen))
    if understanding.like_items:
        first = understanding.like_items[0]
        state = replace(state, like_item=first, liked=(*(item for item in state.liked if item != first), first))
    return state


def _settle_pending(understanding: Understanding, state: BeliefState, shop: TalkingShop, recommender: Recommender) -> BeliefState:
    """A yes takes what was heard with doubt; anything else lets it go."""
    if Act.AFFIRM in understanding.acts and Act.DENY not in understanding.acts:
        for change in state.pending:
            state = change_slot(replace(change, confidence=1.0), state, shop, recommender)
    return replace(state, pending=())


def _told(state: BeliefState) -> tuple[object, ...]:
    """What the shopper said that counts: wishes, and what was refused."""
    return state.slots, state.texts, state.like_item, state.refused, state.avoided


def _without_last(state: BeliefState) -> BeliefState:
    """The wishes without what the last turn changed of them, if it did."""
    before = state.history[-1] if state.history else state
    return state if _told(before) == _told(state) else replace(
        state, slots=before.slots, texts=before.texts, like_item=before.like_item, avoided=before.avoided
    )


def _undone(state: BeliefState) -> BeliefState:
    """The wishes as they were before the last turn that changed them; what was heard stays heard."""
    last, history = state.last_plan, state.history
    if last is not None and last.kind == "chosen":
        kept = tuple(item for item in state.chosen if item != last.focus)
        return replace(state, turn=state.turn + 1, chosen=kept, asked_slot=None)
    for back in range(len(history) - 1, -1, -1):
        earlier = history[back]
        if _told(earlier) != _told(state):
            return replace(
                earlier,
                turn=state.turn + 1,
                history=history[:back],
                table=earlier.table or state.table,
                offered=state.offered,
                last_plan=state.last_plan,
                asked_slot=None,
                pending=(),
                known=state.known,
                recalled=state.recalled,
            )
    return replace(state, turn=state.turn + 1, pending=(), asked_slot=None)
