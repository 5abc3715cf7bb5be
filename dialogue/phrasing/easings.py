"""What easing a limit would bring, in words: "there are five, from a hundred and twelve dollars"; "with another colour"."""

from __future__ import annotations

from dataclasses import replace

from dialogue.phrasing.facts import Ground
from dialogue.phrasing.names import sayable
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.spoken import count, listed, price, sentence
from dialogue.phrasing.telling import Scene, Telling, tell, with_words
from dialogue.phrasing.traits import put
from recommender.types import Relaxation


def side(scene: Scene) -> str:
    """On which side of the price the limit lies."""
    money = scene.shop.shop.money
    belief = scene.state.belief(money.name) if money else None
    if belief is not None and belief.around is not None:
        return "around"
    if belief is None or belief.low is None:
        return "under"
    nearest = next((one.nearest for one in scene.plan.relaxations if one.nearest is not None), None)
    return "over" if belief.high is None or (nearest is not None and nearest < belief.low * 100) else "under"


def together(scene: Scene) -> Telling:
    """What two limits eased at once would bring: "with another colour and from eighty dollars, there are seven"."""
    ways, prices = [], set()
    for one in scene.plan.relaxations:
        slot = scene.shop.slots.get(one.slot)
        if one.slot == "price" and one.nearest is not None:
            prices.add(round(one.nearest))
            ways.append(f"from {price(round(one.nearest), scene.shop.currency)}")
        else:
            ways.append(f"with another {slot.said if slot else one.slot}")
    fitting = scene.plan.relaxations[0].fitting
    ground = replace(
        with_words(scene.ground, " ".join(ways)), items=(), counts=scene.ground.counts | {fitting},
        prices_minor=scene.ground.prices_minor | prices,
    )
    text = f"{' and '.join(sorted(ways, reverse=True))}, there {'is' if fitting == 1 else 'are'} {count(fitting)}"
    return _among(ground, text)


def easings(scene: Scene) -> list[Telling]:
    """The two gentlest ways out, a sentence each; another kind of thing only where there is no other way."""
    topic = scene.shop.shop.topic.name if scene.shop.shop.topic else None
    others = [one for one in scene.plan.relaxations if one.slot != topic] or scene.plan.relaxations
    return [telling for relaxation in others[:2] if (telling := _easing(scene, relaxation))]


def _easing(scene: Scene, relaxation: Relaxation) -> Telling | None:
    """What one limit eased would bring."""
    slot = scene.shop.slots.get(relaxation.slot)
    ground = replace(scene.ground, items=(), counts=scene.ground.counts | {relaxation.fitting})
    there = f"there {'is' if relaxation.fitting == 1 else 'are'} {count(relaxation.fitting)}"
    if relaxation.nearest is not None and (relaxation.slot == "price" or (slot is not None and slot.is_money)):
        minor = round(relaxation.nearest)
        cost = price(minor, scene.shop.currency)
        spoken = replace(ground, prices_minor=ground.prices_minor | {minor})
        below = min(scene.ground.limits_minor, default=0)
        if minor < below and relaxation.fitting > 1:
            return _among(spoken, f"{there} for less, up to {cost}")
        if relaxation.fitting == 1:
            return _among(spoken, f"There is one at {cost}", f"I do have one at {cost}", f"At {cost} there is one")
        return _among(spoken, f"{there}, from {cost}", f"From {cost} {there}", f"{there} if you go to {cost}")
    if slot is not None and (values := sayable(relaxation.values)):
        offered = listed([put(slot, value) for value in values[:2]], "or")
        if slot.topic:
            kinds = (f"Of another kind, say {offered}, {there}", f"{there} of another kind, say {offered}")
            return _among(with_words(ground, offered), *kinds)
        return _among(with_words(ground, offered), f"{offered}, {there}", f"{there} {offered}")
    if slot is not None:
        ways = (f"With another {slot.said}, {there}", f"{there} with another {slot.said}")
        return _among(with_words(ground, slot.said), *ways)
    return None


def _among(ground: Ground, *ways: str) -> Telling:
    """A sentence that the model may say in any of these ways; the first without one."""
    return replace(tell(ground, ways[0]), sheet=Sheet(ways=tuple(f" {sentence(way)}" for way in ways)))
