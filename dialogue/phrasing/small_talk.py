"""Greeting, asking, confirming, remembering, repairing, parting: short fixed sentences, varied by turn."""

from __future__ import annotations

import re

from dialogue.phrasing.facts import Ground
from dialogue.phrasing.names import sayable
from dialogue.phrasing.recap import just_shut_out, so_far
from dialogue.phrasing.spoken import listed, price
from dialogue.phrasing.telling import Scene, Telling, named, question, tell, with_words
from dialogue.phrasing.traits import put, wished_words, wishes_met
from dialogue.state import BeliefState

_SHUTS = (
    r"(?:but )?(?:not|no|nothing|without|doesn|isn|aren|don|won|anything|any|except|hates?|avoids?|other|apart|can)\b|"
    r".*\b(?:allerg|intoleran|free$)"
)
"""Begins what is to be shut out, of which the list may only not tell."""


def greet(scene: Scene) -> list[Telling]:
    """The shop's greeting; asked for help, what can be said."""
    shop = scene.shop.shop
    if scene.plan.note == "help":
        about = with_words(scene.ground, shop.shop.about, "tell price")
        first = scene.vary(
            (
                "Tell me what you are looking for, and what you would like to spend.",
                "Say what you would like, in your own words, and I will suggest a few things.",
            )
        )
        asked = question(scene, shop.topic, scene.plan.options)
        return [tell(with_words(about, "few"), first), *([asked] if asked else [])]
    greeting = shop.voice.greeting or f"Hello, this is {shop.shop.name}. What are you looking for today?"
    return [tell(with_words(scene.ground, greeting), greeting)]


def ask(scene: Scene) -> list[Telling]:
    """One question, after a word that shows what was heard."""
    plan, shop = scene.plan, scene.shop
    asked = question(scene, shop.slots.get(plan.slot or ""), plan.options, worded=True)
    if asked is None:
        asked = tell(scene.ground, scene.vary(("What are you looking for?", "What would you like?", "What can I show you?")))
    if plan.note == "started_over":
        return [
            tell(with_words(scene.ground, "start over again fresh"), scene.vary(("Let's start again.", "Right, a fresh start."))),
            asked,
        ]
    wished = wished_words(wishes_met(shop, plan.wishes))
    if not wished:
        shut = just_shut_out(scene.state)
        said = scene.vary((f"Not {shut}, right.", f"Right, not {shut}."))
        return [*([tell(with_words(scene.ground, shut), said)] if shut else []), asked]
    heard = tell(scene.ground, scene.vary((f"Something {wished}, lovely.", f"{wished}, right.", f"Good, {wished}.")))
    return [heard, asked]


def confirm(scene: Scene) -> list[Telling]:
    """Say back what was heard with doubt, or which item is meant."""
    plan = scene.plan
    if plan.note == "which_one" and scene.focus:
        the = named(scene.focus, scene.shop)
        text = scene.vary((f"Do you mean {the}?", f"{the}, is that the one?", f"You mean {the}?"))
        return [Telling(tell(scene.ground, text).text, scene.ground.only(scene.focus), names=(0,))]
    if plan.note == "which_of":
        either = listed([named(one, scene.shop) for one in scene.ground.items], "or")
        text = scene.vary((f"Which would you like, {either}?", f"Which is it to be, {either}?"))
        return [Telling(tell(scene.ground, text).text, scene.ground, names=tuple(range(len(scene.ground.items))))]
    slot = scene.shop.slots.get(plan.slot or "")
    values = sayable(plan.options) or sayable(value for values in plan.wishes.values() for value in values)
    if not values:
        return [tell(scene.ground, scene.vary(("Have I got that right?", "Is that right?", "Shall I go with that?")))]
    said = listed([put(slot, value) if slot else value for value in values], "or")
    ground = with_words(scene.ground, said)
    return [
        tell(
            ground,
            scene.vary(
                (f"You would like something {said}, is that right?", f"{said}: have I got that right?", f"So {said}, yes?")
            ),
        )
    ]


def wishes_of(state: BeliefState, scene: Scene) -> list[str]:
    """What the conversation holds of the shopper's wishes, in words."""
    said: list[str] = []
    for slot in scene.shop.shop.slots:
        belief = state.belief(slot.name)
        said += [put(slot, value) for value in sayable(belief.want)]
        if slot.is_money and (limit := belief.high if belief.high is not None else belief.around) is not None:
            said.append(f"{'up to' if belief.high is not None else 'about'} {price(round(limit * 100), scene.shop.currency)}")
    return said


def recalled(scene: Scene) -> list[Telling]:
    """ "Last time you liked linen", before what was found with it."""
    values = sayable(value for values in scene.plan.recalled.values() for value in values)
    said = listed(values)
    return [tell(with_words(scene.ground, said, "last time liked"), f"Last time you liked {said}.")] if said else []


def known_before(scene: Scene) -> list[Telling]:
    """What is kept of earlier visits, person by person."""
    known = scene.state.known
    told: list[Telling] = []
    person = next((slot for slot in scene.shop.shop.slots if slot.person), None)
    for whom in dict.fromkeys(trait.whom for trait in known.traits if trait.kind != "owns"):
        parts = []
        for kind, verb in (("likes", "you like"), ("dislikes", "you would rather not have")):
            values = [v for vs in known.of("likes" if kind == "likes" else "dislikes", (whom,)).values() for v in vs]
            parts += [f"{verb} {listed(sayable(values))}"] if sayable(values) else []
        lead = f"{put(person, whom)} ".capitalize() if whom and person else ""
        text = f"{lead}{listed(parts)}"
        told.append(tell(with_words(scene.ground, text, "rather"), text))
    owned = [named(facts, scene.shop) for facts in scene.ground.items if facts.item.id in known.owned]
    if owned:
        text = f"You have {listed(owned)} already"
        told.append(tell(with_words(scene.ground, "already"), text))
    return told


def memory(scene: Scene) -> list[Telling]:
    """What is remembered, or that it is forgotten."""
    ground = with_words(scene.ground, "remember remembered forget forgotten know knew far done conversation")
    if scene.plan.note.startswith("forg"):
        return [tell(ground, scene.vary(("Done, I have forgotten what I knew of you.", "That is forgotten.")))]
    if scene.plan.note == "so_far":
        return so_far(scene)
    if scene.plan.note == "corrected":
        return [tell(ground, scene.vary(("Right, I have forgotten that.", "That is forgotten, then.")))]
    if scene.plan.note == "cannot_remember":
        return [tell(with_words(ground, "here visit once"), "Sorry, here I remember only this conversation.")]
    if scene.plan.note.startswith("remember"):
        return [tell(ground, scene.vary(("I will remember what you like.", "Gladly, I will remember what you like.")))]
    if before := known_before(scene):
        return before
    values = wishes_of(scene.state, scene) or sayable(value for values in scene.plan.wishes.values() for value in values)
    if not values:
        return [tell(ground, scene.vary(("I know nothing about you yet.", "So far I have nothing to remember about you.")))]
    spoken = with_words(ground, *values)
    limits = Ground(words=spoken.words, limits_minor=scene.ground.limits_minor, prices_minor=scene.ground.prices_minor)
    return [tell(limits, f"So far I know you would like something {listed(values)}.")]


def unkept(scene: Scene) -> list[Telling]:
    """What of the wish the shop's list says nothing of, in the shopper's words."""
    if not scene.plan.unkept:
        return []
    wished = [words.lower().removeprefix("but ") for words in scene.plan.unkept]
    shut = any(re.match(_SHUTS, words) for words in wished)
    untold = ("my list doesn't say, I'm afraid", "that I can't tell from my list, sorry")
    missing = ("that's not on my list, I'm afraid", "my list has nothing of that, sorry")
    text = f"{' and '.join(wished)}: {scene.vary(untold if shut else missing)}"
    return [tell(scene.ground, text, text)]


def repair(scene: Scene) -> list[Telling]:
    """Not understood, or not a shop's business: back to the shop with grace."""
    shop, note = scene.shop.shop, scene.plan.note
    asked = question(scene, scene.shop.slots.get(scene.plan.slot or ""), scene.plan.options, worded=True)
    if note.startswith("off_topic"):
        about = shop.shop.about
        ground = with_words(scene.ground, about, "talk better leave alone advise help afraid")
        turned = f"What I know is {about}." if about else "What I know is this shop."
        refused = (
            ("That is not something I can talk about.", "I had better leave that one alone.", "I can't advise on that, sorry.")
            if ":" in note
            else ("That is not something I can help with, I'm afraid.", "I can't help with that, sorry.")
        )
        return [tell(ground, scene.vary(refused)), asked or tell(ground, f"{turned[:-1]}: what are you looking for?")]
    if note == "crisis":
        told = "I'm sorry you feel that way. Please talk to somebody you trust, or call your local emergency number."
        return [tell(with_words(scene.ground, told), told)]
    if note == "machine":
        told = f"I'm a machine, not a person: I speak for {shop.shop.name}."
        return [tell(with_words(scene.ground, told), told), *([asked] if asked else [])]
    if note == "waiting":
        told = scene.vary(("Take your time.", "Of course, take your time.", "No hurry."))
        return [tell(with_words(scene.ground, told), told)]
    if note == "contradiction":
        ground = with_words(scene.ground, "two things heard together both fit")
        told = scene.vary(("I heard two things there that don't go together.", "Those two don't go together, I'm afraid."))
        return [tell(with_words(ground, told), told), *([asked] if asked else [])]
    if note == "other_language":
        told = scene.vary(("I'm sorry, I only understand English.", "Sorry, English is all I understand."))
        return [tell(with_words(scene.ground, told), told)]
    if note == "nothing_named":
        ground = with_words(scene.ground, "named anything yet sorry nothing so far")
        told = scene.vary(("I haven't named anything yet.", "Nothing has been named so far, sorry."))
        return [tell(ground, told), *([asked] if asked else [])]
    ground = with_words(scene.ground, "sorry catch hear say again follow quite")
    sorry = ("Sorry, I didn't catch that.", "I didn't quite hear that, sorry.", "Sorry, could you say that again?")
    return [tell(ground, scene.vary(sorry)), *([asked] if asked else [])]


def close(scene: Scene) -> list[Telling]:
    """Thanks and goodbye; a word on what was chosen."""
    note, focus = scene.plan.note, scene.focus
    if note == "thanked":
        options = ("You're welcome.", "My pleasure.", "Glad to help.")
    elif note == "nothing_more":
        options = ("All right then, thank you for coming by.", "Thank you, and goodbye.", "Lovely, goodbye then.")
    else:
        options = ("Goodbye, and thank you.", "Thank you for coming by, goodbye.", "Goodbye, it was a pleasure.")
    parting = [tell(scene.ground, scene.vary(options))]
    if focus is not None:
        the = named(focus, scene.shop)
        parting.append(Telling(tell(scene.ground, f"Enjoy {the}").text, scene.ground.only(focus), names=(0,)))
    return parting
