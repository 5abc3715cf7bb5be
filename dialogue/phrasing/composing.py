"""Every kind of plan to the sentences of its reply: true by construction, the first ready to speak at once.

They stand in wherever the model is late, absent or wrong, so they must please by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from dialogue.phrasing import answering, showing, small_talk
from dialogue.phrasing.checking import forbidden_in
from dialogue.phrasing.chosen import chosen, said_back
from dialogue.phrasing.facts import Ground
from dialogue.phrasing.spoken import sentence
from dialogue.phrasing.telling import Scene, Telling, named, tell, verb_of, with_words
from dialogue.types import Plan, PlanKind

COMPOSERS: Mapping[PlanKind, Callable[[Scene], list[Telling]]] = {
    "greet": small_talk.greet,
    "ask": small_talk.ask,
    "confirm": small_talk.confirm,
    "memory": small_talk.memory,
    "repair": small_talk.repair,
    "close": small_talk.close,
    "recommend": showing.recommend,
    "compare": showing.compare,
    "none_fit": showing.none_fit,
    "chosen": chosen,
    "answer": answering.answer,
}

WORDINGS = 4
"""Turns after which every choice of words has come round."""
_PRONOUN = {"is": "it", "are": "they"}
PRICED: frozenset[PlanKind] = frozenset({"recommend", "compare", "answer", "chosen"})


def compose(scene: Scene) -> tuple[Telling, ...]:
    """The sentences of the reply, in order; never empty. Says so where the shop's own service could not be asked.

    The shop's forbidden words are kept to by the templates too: of the wordings of three turns the first without one is said.
    """
    if scene.plan.before:
        plans = (*scene.plan.before, replace(scene.plan, before=()))
        tellings = [telling for plan in plans for telling in compose(replace(scene, plan=plan, ground=_ground_of(scene, plan)))]
        return _taken_up(tuple({telling.text: telling for telling in tellings}.values()), scene)   # nothing twice
    if scene.plan.taken and (taken := [one for one in scene.ground.items if one.item.id == scene.plan.taken]):
        ground = replace(scene.ground, items=tuple(one for one in scene.ground.items if one is not taken[0]))
        return (said_back(scene, taken[0]), *compose(replace(scene, plan=replace(scene.plan, taken=None), ground=ground)))
    shifts = range(WORDINGS if scene.shop.shop.voice.forbidden else 1)
    turns = (replace(scene, state=replace(scene.state, turn=scene.state.turn + shift)) for shift in shifts)
    lines = (
        []
        if scene.plan.kind == "answer"
        else [Telling(one.text.strip(), scene.ground, policy=True) for one in scene.ground.policies]
    )
    before, after = ([], lines) if scene.plan.kind == "chosen" else (lines, [])
    before = [*small_talk.unkept(scene), *before]
    wordings = [[*before, *small_talk.recalled(turn), *COMPOSERS[scene.plan.kind](turn), *after] for turn in turns]
    best = min(wordings, key=lambda tellings: _forbidden(tellings, scene))
    tellings = [telling for telling in best if telling.text.strip()]
    stale = any(not facts.live for facts in scene.ground.items)
    if stale and scene.plan.kind in PRICED and scene.plan.requested[:1] != ("stock",):
        ground = with_words(scene.ground, "check prices just now listed")
        tellings.append(tell(ground, "I could not check just now, so prices are as listed."))
    return _taken_up(tuple(tellings), scene) if scene.plan.kind == "answer" else tuple(tellings)


def _taken_up(tellings: tuple[Telling, ...], scene: Scene) -> tuple[Telling, ...]:
    """ "It is by Tamsin Oake", where the sentence before was about the same item."""
    said = list(tellings)
    for at, (before, telling) in enumerate(pairwise(tellings), 1):
        items = telling.ground.items
        if len(items) == 1 and before.ground.items == items and before.names and telling.names:
            name, pronoun = re.escape(named(items[0], scene.shop)), _PRONOUN[verb_of(items[0])]
            full = re.compile(rf"^((?:Yes|No), )?{name}(?= (?:is|are|has|have)\b)", re.IGNORECASE)
            text, count = full.subn(rf"\1{pronoun}", telling.text)
            if count:
                said[at] = replace(telling, text=sentence(text), sheet=None, names=())
    return tuple(said)


def _ground_of(scene: Scene, plan: Plan) -> Ground:
    """What of the ground one answer of several may be built from."""
    ids = {ranked.item.id for ranked in plan.items}
    items = tuple(one for one in scene.ground.items if one.item.id in ids)
    return replace(scene.ground, items=items, policies=tuple(one for one in scene.ground.policies if one.name in plan.policies))


def _forbidden(tellings: Sequence[Telling], scene: Scene) -> int:
    """How many sentences hold a word that the shop does not say."""
    return sum(bool(forbidden_in(telling.text, scene.shop)) for telling in tellings)
