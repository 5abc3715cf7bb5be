"""What was chosen, said back with its price; what would go with it; and whether there is more to look for."""

from __future__ import annotations

from dataclasses import replace

from dialogue.phrasing.answering import PRICE_TOPICS, about, times
from dialogue.phrasing.facts import ItemFacts
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.showing import sheet_of
from dialogue.phrasing.spoken import sentence
from dialogue.phrasing.telling import Scene, Telling, named, tell, verb_of, wishes_of, with_words
from dialogue.phrasing.traits import put, sentence_traits, traits_of


def chosen(scene: Scene) -> list[Telling]:
    """The choice said back with its price, and whether there is more to look for."""
    facts = scene.focus
    if facts is None:
        return [tell(scene.ground, "Good choice.")]
    more = scene.vary(
        ("Is there anything else you would like?", "Shall we look for anything else?", "Would you like anything else?")
    )
    topics = [topic for topic in scene.plan.requested if not (topic in PRICE_TOPICS or _is_price(scene, topic))]
    answers = [about(scene, facts, topic) for topic in topics]
    several = scene.plan.fitting > 1 and facts.price
    taken = times(scene, facts, scene.plan.fitting) if several else said_back(scene, facts)
    told = [taken, *_also_chosen(scene, facts), *answers[:1]]
    return [*told, *_goes_with(scene, facts), replace(tell(scene.ground, more), sheet=Sheet(ask=more, lead="And"))]


def _is_price(scene: Scene, topic: str) -> bool:
    """Whether a topic is the price, which is said back with the choice."""
    slot = scene.shop.slots.get(topic)
    return slot is not None and slot.is_money


def said_back(scene: Scene, facts: ItemFacts) -> Telling:
    """The choice with its price."""
    the, ordered = named(facts, scene.shop), _as_ordered(scene, facts)
    cost = f"{ordered}{_at_price(facts)}"
    verb = "they are" if verb_of(facts) == "are" else "it is"
    first = scene.vary((f"{the} {verb}{cost}", f"Lovely, {the}{cost}", f"Good choice: {the}{cost}"))
    return Telling(sentence(first), with_words(scene.ground.only(facts), ordered), names=(0,))


def _as_ordered(scene: Scene, facts: ItemFacts) -> str:
    """What the choice is to be made with: ", small, almond milk"."""
    slots = [slot for slot in scene.shop.shop.slots if slot.made_to_order]
    wanted = wishes_of(scene, facts, {slot.name: scene.state.wants(slot.name) for slot in slots})
    return "".join(f", {put(slot, value)}" for slot in slots for value in wanted.get(slot.name, ()))


def _at_price(facts: ItemFacts) -> str:
    return f", at {facts.price}" if facts.price else ""


def _also_chosen(scene: Scene, first: ItemFacts) -> list[Telling]:
    """The others of several chosen in one breath."""
    others = {ranked.item.id for ranked in scene.plan.items if not any(reason.kind == "goes_with" for reason in ranked.reasons)}
    told = []
    for facts in scene.ground.items:
        if facts.item.id in others and facts is not first:
            the, cost = named(facts, scene.shop), f"{_as_ordered(scene, facts)}{_at_price(facts)}"
            told.append(Telling(sentence(f"And {the}{cost}"), with_words(scene.ground.only(facts), cost), names=(0,)))
    return told


def _goes_with(scene: Scene, chosen: ItemFacts) -> list[Telling]:
    """A word on what goes with the choice, where the recommender found something."""
    found = [ranked.item.id for ranked in scene.plan.items if any(reason.kind == "goes_with" for reason in ranked.reasons)]
    facts = next((facts for facts in scene.ground.items if facts.item.id in found and facts is not chosen), None)
    if facts is None:
        return []
    the, cost = named(facts, scene.shop), _at_price(facts)
    lead = scene.vary((f"With it, {the} would go nicely", f"{the} would go well with that", f"It would pair nicely with {the}"))
    traits = traits_of(facts, scene.shop, {}, 1)
    sheet = sheet_of(the, f"{lead},", traits, facts.price, verb_of(facts)) if facts.price or traits else None
    about = f", {sentence_traits(traits)}" if traits else ""
    return [Telling(sentence(f"{lead}{about}{cost}"), scene.ground.only(facts), sheet, names=(0,))]
