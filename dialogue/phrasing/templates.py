"""The shop's own sentences: true by construction, one set for every kind of plan, varied by turn.

They start every reply at once and stand in wherever the model is late, absent or wrong. Each function gives `Telling`s: a sentence,
what it may be built from, and whether the model may find better words for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogue.phrasing.facts import Ground, ItemFacts, ShopFacts, stems
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.spoken import count, listed, ordinal, price, relaxed, sentence
from dialogue.phrasing.traits import price_gap, put, puts_of, sentence_traits, traits_of, wished_words
from dialogue.shop import Slot
from dialogue.state import BeliefState
from dialogue.types import Plan

ITEMS_SPOKEN = 3
"""More than three things heard are none remembered."""
FEW_LEFT = 3
"""Stock worth a word."""


@dataclass(frozen=True)
class Telling:
    """One sentence to be said."""

    text: str
    ground: Ground
    sheet: Sheet | None = None
    """The facts for the model to word; None: said as it stands."""
    names: tuple[int, ...] = ()
    """Positions in the ground's items whose names must be said."""
    policy: bool = False
    clause: bool = False
    """An opening clause, which the sentence after it completes."""


@dataclass(frozen=True)
class Scene:
    """What composing needs: the plan, who is spoken to, and the rows the plan names."""

    plan: Plan
    state: BeliefState
    shop: ShopFacts
    ground: Ground

    @property
    def turn(self) -> int:
        return self.state.turn

    def vary(self, options: Sequence[str], salt: int = 0) -> str:
        """One of the options, another in the next turn, the same when the turn is said again."""
        return options[(self.turn + salt) % len(options)]


def compose(scene: Scene) -> tuple[Telling, ...]:
    """Every sentence of the reply, the first one ready to speak."""
    makers = {
        "greet": _greet,
        "ask": _ask,
        "recommend": _recommend,
        "compare": _compare,
        "answer": _answer,
        "confirm": _confirm,
        "none_fit": _none_fit,
        "chosen": _chosen,
        "memory": _memory,
        "repair": _repair,
        "close": _close,
    }
    return tuple(telling for telling in makers[scene.plan.kind](scene) if telling.text.strip())


def named(facts: ItemFacts, shop: ShopFacts) -> str:
    """The name with its article, as it stands inside a sentence: "the Linen Wrap Dress"."""
    extra = (shop.shop.voice.model_extra or {}).get("article", "the")
    first = facts.name.split()[0].lower() if facts.name else ""
    if not extra or first in {"the", "a", "an", "one", "set", "pack", "box", "our", "my", "pair"}:
        return facts.name
    return f"{extra} {facts.name}"


def plural(name: str) -> bool:
    """Whether a name is spoken of as several: "Oak Stools" but not "Set of Six Stools" or "Glass"."""
    head = re.split(r"\s+(?:of|with|for|in|on|by|and)\s+|,", name, maxsplit=1)[0].split()
    last = head[-1].lower() if head else ""
    return (last.endswith("s") and not last.endswith(("ss", "us", "is", "'s", "ies s"))) or last in {"people", "children", "feet"}


def _tell(scene: Scene, text: str, ground: Ground | None = None) -> Telling:
    return Telling(sentence(text), ground or scene.ground)


# --- greetings, questions, housekeeping ----------------------------------------------------------------------------------


def _greet(scene: Scene) -> list[Telling]:
    shop = scene.shop.shop
    greeting = shop.voice.greeting or f"Hello, this is {shop.shop.name}. What are you looking for today?"
    said = stems(f"{greeting} {shop.shop.name} {shop.shop.about}")
    return [_tell(scene, greeting, replace(scene.ground, words=scene.ground.words | set(said)))]


def question_of(slot: Slot) -> str:
    """The shop's own question about a slot, or a plain one."""
    return (slot.ask or f"Any {slot.said} in mind?").strip()


def _question(scene: Scene, slot_name: str | None, options: Sequence[str]) -> Telling | None:
    slot = scene.shop.slots.get(slot_name or "")
    if slot is None:
        return None
    asked = question_of(slot).rstrip("?.! ")
    choices = list(options[:3])
    words = frozenset(stems(" ".join((asked, slot.said, *choices))))
    ground = replace(scene.ground, words=scene.ground.words | words)
    if not choices:
        return Telling(f"{asked}?", ground)
    offered = listed(choices, "or")
    return Telling(
        sentence(scene.vary((f"{asked}: {offered}?", f"{asked}, perhaps {offered}?", f"{asked}? I have {listed(choices)}."))),
        ground,
    )


def _ask(scene: Scene) -> list[Telling]:
    question = _question(scene, scene.plan.slot, scene.plan.options)
    fallback = _tell(
        scene, scene.vary(("What are you looking for?", "What would you like?", "Tell me a little about what you want."))
    )
    wished = wished_words(scene.shop, scene.plan.wishes)
    opener = (
        [_tell(scene, scene.vary((f"Something {wished}, lovely.", f"{wished}, right.", f"Good, {wished}.")))] if wished else []
    )
    return [*opener, question or fallback]


def _confirm(scene: Scene) -> list[Telling]:
    slot = scene.shop.slots.get(scene.plan.slot or "")
    values = list(scene.plan.options) or [value for values in scene.plan.wishes.values() for value in values]
    words = replace(scene.ground, words=scene.ground.words | set(stems(" ".join((*values, slot.said if slot else "")))))
    if not values:
        return [_tell(scene, scene.vary(("Have I got that right?", "Is that right?", "Shall I go with that?")))]
    said = listed([put(slot, value) if slot else value for value in values], "or")
    return [
        _tell(
            scene,
            scene.vary(
                (f"You would like something {said}, is that right?", f"{said}: have I got that right?", f"So {said}, yes?")
            ),
            words,
        )
    ]


def _memory(scene: Scene) -> list[Telling]:
    if "forg" in scene.plan.note:
        return [
            _tell(
                scene,
                "Done: I have forgotten what I knew of you.",
                replace(scene.ground, words=scene.ground.words | {"done", "forgotten", "knew"}),
            )
        ]
    values = [value for values in scene.plan.wishes.values() for value in values]
    words = replace(scene.ground, words=scene.ground.words | set(stems(" ".join((*values, "remember far")))))
    if not values:
        return [
            _tell(
                scene,
                scene.vary(("I remember nothing about you yet.", "So far I have nothing noted about you.")),
                replace(words, words=words.words | set(stems("remember noted far"))),
            )
        ]
    return [_tell(scene, f"So far I remember: {listed(values)}.", words)]


def _repair(scene: Scene) -> list[Telling]:
    about = scene.shop.shop.shop.about
    words = replace(scene.ground, words=scene.ground.words | set(stems(f"{about} catch hear repeat again follow")))
    if scene.plan.note.startswith("off_topic"):
        turn_back = f"I can help with {about}" if about else "I can help you find something here"
        return [
            _tell(
                scene,
                scene.vary(
                    (
                        "That is not something I can talk about.",
                        "That one is not for me to say.",
                        "I should leave that one alone.",
                    )
                ),
                replace(words, words=words.words | set(stems("talk leave alone"))),
            ),
            _tell(scene, f"{turn_back}: what are you looking for?", words),
        ]
    return [
        _tell(
            scene,
            scene.vary(("Sorry, I didn't catch that.", "I didn't quite hear that, sorry.", "Sorry, could you say that again?")),
            words,
        ),
        *([question] if (question := _question(scene, scene.plan.slot, scene.plan.options)) else []),
    ]


def _close(scene: Scene) -> list[Telling]:
    return [
        _tell(scene, scene.vary(("You're welcome, goodbye.", "Thank you for coming by, goodbye.", "My pleasure, and goodbye.")))
    ]


# --- items -----------------------------------------------------------------------------------------------------------------


def pitch(scene: Scene, facts: ItemFacts, position: int, *, before: ItemFacts | None = None) -> Telling:
    """One item in a sentence: its name, what it has of what was wished, what decides, its price."""
    others = [other for other in scene.ground.items if other is not facts]
    traits = traits_of(facts, scene.shop, scene.plan.wishes, others)
    bare, phrased = sentence_traits(traits)
    the, verb = named(facts, scene.shop), "are" if plural(facts.name) else "is"
    about = ", ".join(part for part in (bare, phrased) if part)
    cost = facts.price
    gap = price_gap(facts, before, scene.shop) if before and position else ""
    gap = "" if gap == "the same price" else gap
    tail = f", {about}" if about else ""
    if gap:
        lead = scene.vary(
            (f"For {gap} there {verb} {the},", f"{the} {verb} {gap},", f"Then there {verb} {the}, {gap},"), position
        )
        text = f"{lead} at {cost}{tail}"
    else:
        lead = scene.vary((f"{the} {verb}", f"There {verb} {the},", f"I would look at {the},"), position)
        text = f"{lead} {about or 'one to see'}{f', at {cost}' if cost else ''}"
    stock = facts.item.stock
    if stock is not None and 0 < stock <= FEW_LEFT and facts.live:
        text += f", and there {'is one' if stock == 1 else f'are {relaxed(stock)}'} left"
    lines = "; ".join(trait.said + (" (as asked)" if trait.wished else "") for trait in traits)
    sheet = Sheet(the, lines, cost, lead=lead[0].upper() + lead[1:], puts=puts_of(traits))
    return Telling(sentence(text), scene.ground.only(facts, *([before] if before else [])), sheet, names=(0,))


def _pitches(scene: Scene) -> list[Telling]:
    tellings, before = [], None
    for position, facts in enumerate(scene.ground.items[:ITEMS_SPOKEN]):
        tellings.append(pitch(scene, facts, position, before=before))
        before = facts
    return tellings


def _recommend(scene: Scene) -> list[Telling]:
    shown = len(scene.ground.items[:ITEMS_SPOKEN])
    if not shown:
        return _none_fit(scene)
    wished = wished_words(scene.shop, scene.plan.wishes, scene.ground.items[:ITEMS_SPOKEN])
    many = count(shown)
    if shown == 1:
        plain = ("There is one I would pick:", "One stands out for me:", "I have just the one in mind:")
        opened = (f"{wished}, there is one I would pick:", f"{wished}, one stands out:", f"{wished}, I have one in mind:")
    else:
        plain = (f"I have {many} for you:", f"{many} come to mind:", f"Let me give you {many}:")
        opened = (f"{wished}, I have {many} for you:", f"{wished}, {many} come to mind:", f"{wished}, let me give you {many}:")
    opener = replace(_tell(scene, scene.vary(opened if wished else plain)), clause=True)
    closing = _question(scene, scene.plan.ask_next, scene.plan.options)
    return [opener, *_pitches(scene), *([closing] if closing else [])]


def _compare(scene: Scene) -> list[Telling]:
    items = scene.ground.items[:ITEMS_SPOKEN]
    if len(items) < 2:
        return _pitches(scene)
    gap = price_gap(items[1], items[0], scene.shop)
    if gap == "the same price":
        opener = scene.vary(("They are the same price.", "The price is the same.", "Both are the same price."))
    elif gap:
        opener = scene.vary((f"The second is {gap}.", f"The second one costs {gap}.", f"In price, the second is {gap}."))
    else:
        opener = scene.vary(("Let me put them side by side.", "Here is how they differ."))
    tellings = [_tell(scene, opener, replace(scene.ground, words=scene.ground.words | set(stems("side differ"))))]
    for position, facts in enumerate(items):
        others = [other for other in items if other is not facts]
        traits = traits_of(facts, scene.shop, scene.plan.wishes, others)
        bare, phrased = sentence_traits(traits)
        about = ", ".join(part for part in (bare, phrased) if part)
        the, cost = named(facts, scene.shop), f" at {facts.price}" if facts.price else ""
        verb = "are" if plural(facts.name) else "is"
        text = (
            f"The {ordinal(position)}, {the}, {verb} {about}{',' if about and cost else ''}{cost}"
            if about
            else f"The {ordinal(position)} {verb} {the}{cost}"
        )
        lines = "; ".join(trait.said + (" (as asked)" if trait.wished else "") for trait in traits)
        lead = f"The {ordinal(position)}, {the}, {verb}"
        tellings.append(
            Telling(
                sentence(text),
                scene.ground.only(facts),
                Sheet(the, lines, facts.price, lead=lead, puts=puts_of(traits)),
                names=(0,),
            )
        )
    return tellings


def _none_fit(scene: Scene) -> list[Telling]:
    plan, shop = scene.plan, scene.shop
    words = replace(scene.ground, words=scene.ground.words | set(stems("nothing fits exactly")))
    tellings: list[Telling] = []
    money = shop.shop.money
    limit = max(scene.ground.limits_minor, default=None) if money and plan.slot in (None, money.name, "price") else None
    if limit is not None and any(relaxation.slot == "price" for relaxation in plan.relaxations):
        tellings.append(_tell(scene, f"I have nothing under {price(limit, shop.currency)}", words))
    else:
        tellings.append(
            _tell(
                scene,
                scene.vary(
                    ("Nothing fits all of that.", "I have nothing that fits all of it.", "Not one thing fits all of that.")
                ),
                words,
            )
        )
    for relaxation in plan.relaxations[:2]:
        slot = shop.slots.get(relaxation.slot)
        there = f"there {'is' if relaxation.fitting == 1 else 'are'} {count(relaxation.fitting)}"
        counted = replace(words, counts=words.counts | {relaxation.fitting})
        if relaxation.slot == "price" and relaxation.nearest is not None:
            minor = round(relaxation.nearest)
            tellings.append(
                _tell(
                    scene,
                    f"From {price(minor, shop.currency)} {there}",
                    replace(counted, items=(), prices_minor=words.prices_minor | {minor}),
                )
            )
        elif slot is not None and relaxation.values:
            offered = listed([put(slot, value) for value in relaxation.values[:2]], "or")
            spoken = replace(counted, items=(), words=words.words | set(stems(offered)))
            tellings.append(_tell(scene, f"{offered}, {there}", spoken))
        elif relaxation.slot != "stock" and slot is not None:
            tellings.append(
                _tell(
                    scene,
                    f"With another {slot.said}, {there}",
                    replace(counted, items=(), words=words.words | set(stems(slot.said))),
                )
            )
    return [*tellings, *_pitches(scene)]


def _chosen(scene: Scene) -> list[Telling]:
    items = scene.ground.items
    focus = next((facts for facts in items if facts.item.id == scene.plan.focus), items[0] if items else None)
    if focus is None:
        return [_tell(scene, "Good choice.")]
    the, cost = named(focus, scene.shop), f", at {focus.price}" if focus.price else ""
    text = scene.vary((f"{the} it is{cost}", f"Lovely, {the}{cost}", f"Good choice: {the}{cost}"))
    ground = scene.ground.only(focus)
    return [
        Telling(sentence(text), ground, names=(0,)),
        _tell(
            scene,
            scene.vary(
                ("Is there anything else you would like?", "Shall we look for anything else?", "Anything else for today?")
            ),
            replace(scene.ground, words=scene.ground.words | {"today"}),
        ),
    ]


# --- answers ---------------------------------------------------------------------------------------------------------------


def _answer(scene: Scene) -> list[Telling]:
    tellings = [Telling(policy.text.strip(), scene.ground, policy=True) for policy in scene.ground.policies]
    items = scene.ground.items
    focus = next((facts for facts in items if facts.item.id == scene.plan.focus), items[0] if items else None)
    if focus is None:
        if tellings:
            return tellings
        return [
            _tell(
                scene,
                scene.vary(("I don't know that, I'm afraid.", "That I don't know, sorry.")),
                replace(scene.ground, words=scene.ground.words | {"afraid"}),
            )
        ]
    for topic in scene.plan.requested or ("price",):
        if not any(policy.name == topic for policy in scene.ground.policies):
            tellings.append(answer_about(scene, focus, topic))
    return tellings


def answer_about(scene: Scene, facts: ItemFacts, topic: str) -> Telling:
    """One fact of the row, or an honest "I don't know" with what is known instead."""
    the, ground, shop = named(facts, scene.shop), scene.ground.only(facts), scene.shop
    slot = shop.slots.get(topic)
    stock = facts.item.stock
    verb = "are" if plural(facts.name) else "is"
    sheet: Sheet | None = None
    if topic in ("price", "cost") or (slot is not None and slot.is_money):
        known = f"{the} {verb} {facts.price}" if facts.price else ""
    elif topic in ("stock", "availability"):
        if not facts.live:
            known = f"I could not check just now whether {the} {verb} still here"
            ground = replace(ground, words=ground.words | set(stems("check whether still here")))
        elif stock is None:
            known = ""
        elif stock == 0:
            known = f"{the} {verb} out of stock"
        elif stock <= 10:
            known = f"{the} {verb} in stock: {'one' if stock == 1 else relaxed(stock)} left"
        else:
            known = f"Yes, {the} {verb} in stock"
    elif slot is not None and topic in facts.amounts:
        known = f"{the}: {facts.amounts[topic]}"
        sheet = Sheet(the, facts.amounts[topic], asked=slot.said, lead=sentence(f"{the} {verb}").rstrip("."))
    elif slot is not None and facts.values.get(topic):
        values = listed(facts.values[topic])
        known = f"For {slot.said}, {the} {verb} {values}"
        sheet = Sheet(the, values, asked=slot.said, lead=sentence(f"{the} {verb}").rstrip("."))
        ground = replace(ground, words=ground.words | set(stems(slot.said)))
    elif topic in ("description", "details", "more") and facts.description:
        known = facts.description.split(". ")[0]
    else:
        known = ""
    if known:
        return Telling(sentence(known), ground, sheet, names=(0,) if the in known else ())
    said = slot.said if slot else topic.replace("_", " ")
    instead = f", but it is {facts.price}" if facts.price and topic not in ("price", "cost") else ""
    words = replace(ground, words=ground.words | set(stems(f"{said} afraid")))
    return Telling(sentence(f"I don't know the {said} of {the}, I'm afraid{instead}"), words, names=(0,))
