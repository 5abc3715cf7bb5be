"""What the conversation holds, said back in a sentence: the kind of thing, the other wishes, the limits, what is shut out."""

from __future__ import annotations

import math
from dataclasses import replace

from dialogue.phrasing.facts import Ground
from dialogue.phrasing.names import sayable
from dialogue.phrasing.spoken import listed, price, quantity
from dialogue.phrasing.telling import Scene, Telling, named, tell, with_words
from dialogue.phrasing.traits import article, put_together
from dialogue.shop import Slot
from dialogue.state import BeliefState, SlotBelief
from dialogue.words import read_words


def so_far(scene: Scene) -> list[Telling]:
    """ "So far: a scarf, for your mother, up to sixty dollars, not wool."; and what was taken."""
    told = []
    wishes = _wishes(scene)
    if wishes:
        limits = Ground(limits_minor=scene.ground.limits_minor, prices_minor=scene.ground.prices_minor)
        ground = with_words(limits, "far", *wishes)
        opening = scene.vary(("So far:", "What I have is", "You are looking for"))
        told.append(replace(tell(ground, f"{opening} {', '.join(wishes)}"), names=()))
    if (facts := scene.focus) is not None and scene.plan.focus:
        text = f"You have taken {named(facts, scene.shop)}"
        told.append(Telling(tell(scene.ground, text, "taken").text, with_words(scene.ground.only(facts), "taken"), names=(0,)))
    nothing = scene.vary(("You have told me nothing yet: what are you looking for?", "Nothing so far: what would you like?"))
    return told or [tell(with_words(scene.ground, "told nothing yet far"), nothing)]


def just_shut_out(state: BeliefState) -> str:
    """What this turn has shut out, in the shopper's words: "candles"; "" where nothing."""
    beliefs = [replace(one, exclude=tuple(v for v in one.exclude if _turn(one, v) == state.turn)) for one in state.slots.values()]
    return listed([words for belief in beliefs for words in _shut_out(belief)], "or")


def _turn(belief: SlotBelief, value: str) -> int:
    """The turn that set a value; -1 where none is known."""
    return belief.evidence[value].turn if value in belief.evidence else -1


def _wishes(scene: Scene) -> list[str]:
    """Each wish as it stands in a sentence, the kind of thing first."""
    topic = scene.shop.shop.topic
    kinds = sayable(scene.state.wants(topic.name)) if topic else ()
    said = []
    for slot in sorted(scene.shop.shop.slots, key=lambda slot: slot.kind == "amount"):
        if not slot.topic:
            said += _of_slot(scene, slot, scene.state.belief(slot.name))
    shut = [words for slot in scene.shop.shop.slots for words in _shut_out(scene.state.belief(slot.name))]
    said += [f"not {listed(shut, 'or')}"] if shut else []
    if kinds:
        nouns = [kind if kind.endswith("s") and not kind.endswith("ss") else article(kind) for kind in kinds]
        return [listed(nouns, "or"), *said]
    return ["something " + said[0], *said[1:]] if said else []


def _of_slot(scene: Scene, slot: Slot, belief: SlotBelief) -> list[str]:
    if slot.kind == "amount":
        return _amount(scene, slot, belief)
    if belief.direction and "direction" in belief.evidence:
        return [belief.evidence["direction"].words.lower()]
    values = sayable(belief.want)
    return [put_together(slot, values, "or")] if values else []


def _amount(scene: Scene, slot: Slot, belief: SlotBelief) -> list[str]:
    def said(value: float) -> str:
        return price(round(value * 100), scene.shop.currency) if slot.is_money else quantity(value, slot.unit)

    if belief.low is not None and belief.high is not None:
        return [f"between {said(belief.low)} and {said(belief.high)}"]
    if belief.high is not None:
        whole = math.ceil(belief.high) if belief.high > 1 else belief.high
        return [f"under {said(whole)}" if belief.direction else f"up to {said(belief.high)}"]
    if belief.low is not None:
        return [f"over {said(math.floor(belief.low))}" if belief.direction else f"from {said(belief.low)}"]
    return [f"about {said(belief.around)}"] if belief.around is not None else []


def _shut_out(belief: SlotBelief) -> list[str]:
    """What is shut out, in the shopper's own words."""
    words = [belief.evidence[value].words if value in belief.evidence else value for value in belief.exclude]
    names = any(value != value.lower() for value in belief.exclude)
    return [word if names else read_words(word).norm for word in dict.fromkeys(words)]
