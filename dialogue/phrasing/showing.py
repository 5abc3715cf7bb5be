"""Recommending, comparing, choosing, and saying that nothing fits: the deciding difference first, two or three items at most."""

from __future__ import annotations

from dataclasses import replace

from dialogue.phrasing.facts import ItemFacts
from dialogue.phrasing.names import sayable
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.spoken import count, listed, ordinal, price, relaxed, sentence
from dialogue.phrasing.telling import Scene, Telling, named, question, tell, verb_of, with_words
from dialogue.phrasing.traits import Trait, price_gap, put, puts_of, sentence_traits, traits_of, wished_words, wishes_met
from recommender.types import Relaxation

ITEMS_SPOKEN = 3
"""More than three things heard are none remembered."""
REPLY_CHARS = 198
"""Twelve seconds aloud."""
AROUND_CHARS, JOINING_CHARS, QUESTION_CHARS = 25, 26, 45
"""About what the opening, the words between a name and its price, and a question take."""
FEW_LEFT = 3
"""Stock worth a word."""


def shown(scene: Scene) -> tuple[ItemFacts, ...]:
    """The items that are spoken of: three where their names and prices are short enough to be heard in twelve seconds, else
    two.
    """
    items = scene.ground.items[:ITEMS_SPOKEN]
    chars = AROUND_CHARS + sum(len(facts.name) + len(facts.price) + JOINING_CHARS for facts in items)
    chars += QUESTION_CHARS if scene.plan.ask_next else 0
    return items if chars <= REPLY_CHARS else items[: ITEMS_SPOKEN - 1]


def told_of(scene: Scene) -> frozenset[tuple[str, str]]:
    """What a recommendation's opening says of all the items: (slot, value)."""
    if scene.plan.kind != "recommend":
        return frozenset()
    return frozenset((slot.name, value) for slot, value in wishes_met(scene.shop, scene.plan.wishes, shown(scene)))


def pitch(scene: Scene, facts: ItemFacts, position: int, *, before: ItemFacts | None = None) -> Telling:
    """One item in a sentence: its name, what it has of what was wished, what decides, its price."""
    others = [other for other in shown(scene) if other is not facts]
    gap = price_gap(facts, before, scene.shop) if before and len(others) == 1 else ""
    gap = "" if gap == "the same price" else gap
    traits = traits_of(facts, scene.shop, scene.plan.wishes, others, told_of(scene), fewer=bool(gap))
    the, verb, cost = named(facts, scene.shop), verb_of(facts), facts.price
    about = sentence_traits(traits)
    if gap:
        lead = scene.vary(
            (f"For {gap} there {verb} {the},", f"{the} {verb} {gap},", f"Then there {verb} {the}, {gap},"), position
        )
        text = f"{lead} at {cost}{f', {about}' if about else ''}"
    else:
        leads = (f"{the} {verb}", f"There {verb} {the},", f"I would look at {the},")
        lead = scene.vary(leads if not before else (f"Then {the},", f"{the} {verb}", f"Or {the},"), position)
        text = f"{lead} {about or 'one to see'}{f', at {cost}' if cost else ''}"
    if few := _few_left(facts):
        text += f", and {few}"
    ground = scene.ground.only(facts, *([before] if before else []))
    return Telling(sentence(text), ground, _sheet(the, lead, traits, cost), names=(0,))


def _sheet(the: str, lead: str, traits: tuple[Trait, ...], cost: str) -> Sheet:
    facts = "; ".join(trait.said + (" (as asked)" if trait.wished else "") for trait in traits)
    return Sheet(name=the, price=cost, facts=facts, lead=lead[0].upper() + lead[1:], puts=puts_of(traits))


def _few_left(facts: ItemFacts) -> str:
    """ "there are two left", where the shop says so and it is few."""
    stock = facts.item.stock
    if stock is None or not 0 < stock <= FEW_LEFT or not facts.live:
        return ""
    return f"there {'is one' if stock == 1 else f'are {relaxed(stock)}'} left"


def pitches(scene: Scene) -> list[Telling]:
    """Every item in turn, each against the one before."""
    tellings: list[Telling] = []
    before: ItemFacts | None = None
    for position, facts in enumerate(shown(scene)):
        tellings.append(pitch(scene, facts, position, before=before))
        before = facts
    return tellings


def recommend(scene: Scene) -> list[Telling]:
    """An opening clause that says how many and why, the items, and at most one question."""
    items, plan = shown(scene), scene.plan
    if not items:
        return none_fit(scene)
    wished = wished_words(wishes_met(scene.shop, plan.wishes, items))
    if plan.note == "undone":
        options: tuple[str, ...] = ("Back to before:", "As it was before:")
    elif len(items) == 1:
        options = ("There is one I would pick:", "One stands out for me:", "I have just the one in mind:")
    else:
        many = count(len(items))
        options = (f"I have {many} for you:", f"{many} come to mind:", f"Let me give you {many}:")
    opening = scene.vary(options)
    text = f"{wished}, {opening[0].lower() if not opening.startswith('I ') else 'I'}{opening[1:]}" if wished else opening
    ground = replace(scene.ground, items=items, counts=frozenset({len(items)}))
    opener = replace(tell(with_words(ground, "back before"), text), clause=True)
    asked = question(scene, scene.shop.slots.get(plan.ask_next or ""), plan.options, worded=True)
    return [opener, *pitches(scene), *([asked] if asked else [])]


def compare(scene: Scene) -> list[Telling]:
    """What decides between them, then each in its place."""
    items = shown(scene)
    if len(items) < 2:
        return pitches(scene)
    gap = price_gap(items[1], items[0], scene.shop)
    if gap == "the same price":
        opener = scene.vary(("They are the same price:", "Both cost the same:", "The price is the same:"))
    elif gap:
        opener = scene.vary((f"The second is {gap}:", f"The second one costs {gap}:", f"In price, the second is {gap}:"))
    else:
        opener = scene.vary(("Let me put them side by side:", "Here is how they differ:"))
    pair = replace(scene.ground, items=items[:2])
    tellings = [replace(tell(with_words(pair, "side differ"), opener), clause=True)]
    for position, facts in enumerate(items):
        traits = traits_of(facts, scene.shop, scene.plan.wishes, [other for other in items if other is not facts])
        about, the, verb = sentence_traits(traits), named(facts, scene.shop), verb_of(facts)
        cost = f"at {facts.price}" if facts.price else ""
        lead = f"The {ordinal(position)}, {the}, {verb}"
        said = ", ".join(part for part in (about, cost) if part)
        text = f"{lead} {said}" if said else f"The {ordinal(position)} {verb} {the}"
        sheet = _sheet(the, lead, traits, facts.price) if said else None
        tellings.append(Telling(sentence(text), scene.ground.only(facts), sheet, names=(0,)))
    return tellings


def none_fit(scene: Scene) -> list[Telling]:
    """What is in the way and what easing it would bring: "nothing under forty; two at forty-five"."""
    plan, ground = scene.plan, with_words(scene.ground, "nothing fits exactly heard all besides already everything")
    if plan.note == "all_heard":
        first = scene.vary(("You have heard all that fits.", "That was everything that fits."))
        return [tell(ground, first), *_easings(scene)]
    money = scene.shop.shop.money
    in_the_way = money is not None and any(relaxation.slot in ("price", money.name) for relaxation in plan.relaxations[:1])
    limit = max(scene.ground.limits_minor, default=None)
    if in_the_way and limit is not None:
        first = f"I have nothing under {price(limit, scene.shop.currency)}"
    else:
        first = scene.vary(
            ("Nothing fits all of that.", "I have nothing that fits all of that.", "Not one thing fits all of that.")
        )
    return [tell(ground, first), *_easings(scene), *pitches(scene)]


def _easings(scene: Scene) -> list[Telling]:
    return [telling for relaxation in scene.plan.relaxations[:2] if (telling := _easing(scene, relaxation))]


def _easing(scene: Scene, relaxation: Relaxation) -> Telling | None:
    """What one limit eased would bring."""
    slot = scene.shop.slots.get(relaxation.slot)
    ground = replace(scene.ground, items=(), counts=scene.ground.counts | {relaxation.fitting})
    there = f"there {'is' if relaxation.fitting == 1 else 'are'} {count(relaxation.fitting)}"
    if relaxation.nearest is not None and (relaxation.slot == "price" or (slot is not None and slot.is_money)):
        minor = round(relaxation.nearest)
        spoken = replace(ground, prices_minor=ground.prices_minor | {minor})
        if relaxation.fitting == 1:
            return tell(spoken, f"There is one at {price(minor, scene.shop.currency)}")
        return tell(spoken, f"From {price(minor, scene.shop.currency)} {there}")
    if slot is not None and (values := sayable(relaxation.values)):
        offered = listed([put(slot, value) for value in values[:2]], "or")
        return tell(with_words(ground, offered), f"{offered}, {there}")
    if slot is not None:
        return tell(with_words(ground, slot.said), f"With another {slot.said}, {there}")
    return None


def chosen(scene: Scene) -> list[Telling]:
    """The choice said back with its price, and whether there is more to look for."""
    facts = scene.focus
    if facts is None:
        return [tell(scene.ground, "Good choice.")]
    the, cost = named(facts, scene.shop), f", at {facts.price}" if facts.price else ""
    verb = "they are" if verb_of(facts) == "are" else "it is"
    first = scene.vary((f"{the} {verb}{cost}", f"Lovely, {the}{cost}", f"Good choice: {the}{cost}"))
    more = scene.vary(
        ("Is there anything else you would like?", "Shall we look for anything else?", "Would you like anything else?")
    )
    return [Telling(sentence(first), scene.ground.only(facts), names=(0,)), tell(scene.ground, more)]
