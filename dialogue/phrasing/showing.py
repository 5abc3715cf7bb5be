"""Recommending, comparing, and saying that nothing fits: the deciding difference first, two or three items at most.

A reply is composed at the fullest `Measure` that is over before twelve seconds are up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dialogue.phrasing.easings import easings, side, together
from dialogue.phrasing.facts import ItemFacts
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.ranking import measured
from dialogue.phrasing.spoken import count, ordinal, price, quantity, relaxed, sentence
from dialogue.phrasing.telling import Scene, Telling, named, question, tell, verb_of, wishes_of, with_words
from dialogue.phrasing.traits import Trait, price_gap, puts_of, sentence_traits, traits_of, wished_words, wishes_met

ITEMS_SPOKEN = 3
"""More than three things heard are none remembered."""
REPLY_CHARS = 192
"""Under twelve seconds aloud; the model's words are a little longer or shorter than the template's."""
FEW_LEFT = 3
"""Stock worth a word."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How much a reply says."""

    items: int
    traits: int
    """Of each item; of one whose price is put against the other's, one fewer."""
    gap: bool = True
    """The second price is put against the first: "thirty dollars less"."""
    asks: bool = True
    offers: bool = True
    """The question comes with values to choose from."""


MEASURES = (
    Measure(3, 1, gap=False),
    Measure(3, 1, gap=False, offers=False),
    Measure(2, 2),
    Measure(2, 2, offers=False),
    Measure(2, 1, offers=False),
    Measure(2, 1, gap=False, offers=False),
    Measure(2, 1, gap=False, asks=False),
    Measure(2, 0, gap=False, asks=False),
)
"""From the fullest to the barest."""
ALONE = (Measure(1, 3), Measure(1, 2), Measure(1, 1, offers=False), Measure(1, 1, asks=False))
BARE = Measure(1, 2)
NEAR_MISSES = Measure(2, 1, gap=False)


def shown(scene: Scene) -> tuple[ItemFacts, ...]:
    """The items that may be spoken of."""
    return scene.ground.items[:ITEMS_SPOKEN]


def fitted(scene: Scene, compose: Callable[[Scene, Measure], list[Telling]]) -> list[Telling]:
    """The reply at the fullest measure that is short enough to be listened to; else at the barest."""
    there = len(shown(scene))
    tellings: list[Telling] = []
    for measure in ALONE if there == 1 else MEASURES:
        if measure.items <= there:
            tellings = compose(scene, measure)
            if sum(len(telling.text) + 1 for telling in tellings) <= REPLY_CHARS:
                break
    return tellings


def told_of(scene: Scene, items: tuple[ItemFacts, ...]) -> frozenset[tuple[str, str]]:
    """What a recommendation's opening says of all the items: (slot, value)."""
    if scene.plan.kind not in ("recommend", "none_fit"):
        return frozenset()
    return frozenset((slot.name, value) for slot, value in wishes_met(scene.shop, scene.plan.wishes, items))


def pitch(scene: Scene, facts: ItemFacts, position: int, measure: Measure = BARE, items: tuple[ItemFacts, ...] = ()) -> Telling:
    """One of the items in a sentence: its name, what it has of what was wished, what decides, its price."""
    before = items[position - 1] if position else None
    others = [other for other in items if other is not facts]
    gap = price_gap(facts, before, scene.shop) if before and measure.gap else ""
    gap = "" if gap == "the same price" else gap
    most = max(1, measure.traits - 1) if gap else measure.traits
    traits = traits_of(facts, scene.shop, wishes_of(scene, facts, scene.plan.wishes), most, others, told_of(scene, items))
    the, verb, cost = named(facts, scene.shop), verb_of(facts), facts.price
    about = sentence_traits(traits)
    if gap:
        lead = scene.vary(
            (f"For {gap} there {verb} {the},", f"{the} {verb} {gap},", f"Then there {verb} {the}, {gap},"), position
        )
        text = f"{lead} at {cost}{f', {about}' if about else ''}"
    else:
        leads = (f"{the} {verb}", f"There {verb} {the},", f"I would look at {the},")
        leads = leads if not before else (f"Then {the},", f"{the} {verb}", f"Or {the},")
        lead = scene.vary(leads[1:] + leads[1:2] if about.startswith("with ") and not before else leads, position)
        at = f"at {cost}" if cost and (about or lead.endswith(",")) else cost
        said = ", ".join(part for part in (about, at) if part)
        text = f"{lead} {said}" if said else f"Or {the}" if before else f"There {verb} {the}"
    if len(items) < 2 and (few := _few_left(facts)):
        text += f", and {few}"
    ground = scene.ground.only(facts, *([before] if before else []))
    return Telling(sentence(text), ground, sheet_of(the, lead, traits, cost, verb), names=(0,))


def sheet_of(the: str, lead: str, traits: tuple[Trait, ...], cost: str, verb: str) -> Sheet:
    """What the model may word a sentence about one item from."""
    facts = "; ".join(trait.said + (" (as asked)" if trait.wished else "") for trait in traits)
    return Sheet(
        name=the, price=cost, facts=facts, lead=lead[0].upper() + lead[1:], puts=puts_of(traits),
        traits=tuple((trait.said, trait.wished) for trait in traits), several=verb == "are",
    )  # fmt: skip


def _few_left(facts: ItemFacts) -> str:
    """ "there are two left", where the shop says so and it is few."""
    stock = facts.item.stock
    if stock is None or not 0 < stock <= FEW_LEFT or not facts.live:
        return ""
    return f"there {'is one' if stock == 1 else f'are {relaxed(stock)}'} left"


def pitches(scene: Scene, measure: Measure = BARE) -> list[Telling]:
    """Every item in turn, each against the one before."""
    items = scene.ground.items[: measure.items]
    return [pitch(scene, facts, position, measure, items) for position, facts in enumerate(items)]


def recommend(scene: Scene) -> list[Telling]:
    """An opening clause that says how many and why, the items, and at most one question."""
    return fitted(scene, _recommended) if shown(scene) else none_fit(scene)


def _recommended(scene: Scene, measure: Measure) -> list[Telling]:
    plan, items = scene.plan, scene.ground.items[: measure.items]
    wished = wished_words(wishes_met(scene.shop, plan.wishes, items))
    if plan.note == "goes_with":
        many = count(len(items))
        options: tuple[str, ...] = (f"{many} would go nicely with that:", f"I would put {many} with that:")
    elif plan.note == "again":
        options = ("Here they are again:", "Once more:")
    elif plan.note == "nearest":
        options = ("The nearest I have:", "What comes nearest:")
    elif plan.note == "undone":
        options = ("Back to before:", "As it was before:")
    elif len(items) == 1:
        options = ("There is one I would pick:", "One stands out for me:", "I have just the one in mind:")
    else:
        many = count(len(items))
        options = (f"I have {many} for you:", f"{many} come to mind:", f"Let me give you {many}:")
    opening = scene.vary(options)
    text = f"{wished}, {opening[0].lower() if not opening.startswith('I ') else 'I'}{opening[1:]}" if wished else opening
    ground = replace(scene.ground, items=items, counts=frozenset({len(items)}))
    opener = replace(tell(with_words(ground, "back before nearest again once"), text), clause=True)
    slot = scene.shop.slots.get(plan.ask_next or "") if measure.asks else None
    asked = question(scene, slot, plan.options if measure.offers else (), worded=True)
    return [opener, *pitches(scene, measure), *([asked] if asked else [])]


def compare(scene: Scene) -> list[Telling]:
    """What decides between them, then each in its place."""
    return fitted(scene, _compared) if len(shown(scene)) > 1 else pitches(scene)


def _compared(scene: Scene, measure: Measure) -> list[Telling]:
    items = scene.ground.items[: measure.items]
    pair = replace(scene.ground, items=items[:2])
    tellings = [replace(tell(with_words(pair, "side differ"), _deciding(scene, items)), clause=True)]
    if scene.plan.note == "unmeasured":
        which = f"Which is {scene.plan.requested[0]} I can't tell from my list."
        tellings.insert(0, tell(scene.ground, which, which))
    alike = frozenset(
        (slot, value)
        for slot, values in items[0].values.items()
        for value in values
        if all(value in other.values.get(slot, ()) for other in items)
    )
    for position, facts in enumerate(items):
        others = [other for other in items if other is not facts]
        traits = traits_of(facts, scene.shop, wishes_of(scene, facts, scene.plan.wishes), max(1, measure.traits), others, alike)
        about, the, verb = sentence_traits(traits), named(facts, scene.shop), verb_of(facts)
        cost = f"at {facts.price}" if facts.price and about else facts.price
        lead = (
            f"The {ordinal(position)} {verb} {the}," if about.startswith("with ") else f"The {ordinal(position)}, {the}, {verb}"
        )
        said = ", ".join(part for part in (about, cost) if part)
        text = f"{lead} {said}" if said else f"The {ordinal(position)} {verb} {the}"
        sheet = sheet_of(the, lead, traits, facts.price, verb) if said else None
        tellings.append(Telling(sentence(text), scene.ground.only(facts), sheet, names=(0,)))
    return tellings


def _deciding(scene: Scene, items: tuple[ItemFacts, ...]) -> str:
    """ "The second is dressier, and thirty dollars more:"; of three, that they differ."""
    gap = price_gap(items[1], items[0], scene.shop)
    asked = scene.shop.slots.get(next(iter(scene.plan.requested), ""))
    if asked is not None and asked.is_money and gap not in ("", "the same price"):
        cheaper = "first" if gap.endswith("more") else "second"
        return f"The {cheaper} is cheaper, by {gap.rsplit(' ', 1)[0]}:"
    if len(items) > 2:
        return scene.vary(("Let me put them side by side:", "Here is how they differ:"))
    differs = _difference(scene, items[1], items[0], asked.name if asked else "")
    if gap == "the same price":
        if differs:
            return scene.vary(
                (f"They cost the same, but the second is {differs}:", f"The second is {differs}, for the same price:")
            )
        return scene.vary(("They are the same price:", "Both cost the same:", "The price is the same:"))
    if gap and differs:
        return scene.vary((f"The second is {differs}, and {gap}:", f"The second one is {differs}, and costs {gap}:"))
    if gap:
        return scene.vary((f"The second is {gap}:", f"The second one costs {gap}:", f"In price, the second is {gap}:"))
    return f"The second is {differs}:" if differs else scene.vary(("Let me put them side by side:", "Here is how they differ:"))


def _difference(scene: Scene, one: ItemFacts, other: ItemFacts, asked: str) -> str:
    """How the first stands to the second in the shop's own relative words: "warmer", "thirty-five minutes shorter"; "" where
    nothing is known.
    """
    for critique in sorted(scene.shop.shop.critiques, key=lambda critique: critique.slot != asked):
        slot = scene.shop.slots[critique.slot]
        mine, theirs = measured(one, slot.name, scene.shop), measured(other, slot.name, scene.shop)
        if slot.is_money or mine is None or theirs is None or mine == theirs:
            continue
        if (mine < theirs) == (critique.direction == "less"):
            far = abs(mine - theirs)
            counted = slot.kind == "amount" and slot.unit not in ("", "year") and far == int(far)
            return f"{quantity(far, slot.unit)} {critique.words[0]}" if counted else critique.words[0]
    return ""


def none_fit(scene: Scene) -> list[Telling]:
    """What is in the way and what easing it would bring: "nothing under forty; two at forty-five"."""
    plan, ground = scene.plan, with_words(scene.ground, "nothing fits exactly heard all besides already everything")
    if plan.note == "not_sold":
        return _not_sold(scene)
    if plan.note == "all_heard":
        first = scene.vary(("You have heard all that fits.", "That was everything that fits."))
        return [tell(ground, first), *easings(scene)]
    money = scene.shop.shop.money
    in_the_way = money is not None and any(relaxation.slot in ("price", money.name) for relaxation in plan.relaxations[:1])
    limit = max(scene.ground.limits_minor, default=None)
    if side(scene) == "over":
        limit = min(scene.ground.limits_minor, default=None)
    if plan.note == "several_in_the_way":
        return [tell(ground, "Nothing fits all of that."), together(scene), *pitches(scene, NEAR_MISSES)]
    if in_the_way and limit is not None:
        first = f"I have nothing {side(scene)} {price(limit, scene.shop.currency)}"
    else:
        first = scene.vary(
            ("Nothing fits all of that.", "I have nothing that fits all of that.", "Not one thing fits all of that.")
        )
    return [tell(ground, first), *easings(scene), *pitches(scene, NEAR_MISSES)]


def _not_sold(scene: Scene) -> list[Telling]:
    """No such thing; what comes nearest, or which kinds there are."""
    thing, about = " ".join(scene.plan.requested), scene.shop.shop.shop.about
    ground = with_words(replace(scene.ground, items=()), thing, about, "here afraid know")
    no = scene.vary((f"No {thing} here that I know of, I'm afraid.", f"I'm afraid I know of no {thing} here."))
    if facts := scene.focus:
        the, cost = named(facts, scene.shop), f", at {facts.price}" if facts.price else ""
        nearest = f"The nearest I have {verb_of(facts)} {the}{cost}"
        return [tell(ground, no), Telling(sentence(nearest), scene.ground.only(facts), names=(0,))]
    asked = question(scene, scene.shop.slots.get(scene.plan.slot or ""), scene.plan.options, worded=True)
    if about:
        return [tell(ground, no), tell(ground, f"What I can help with is {about}.")]
    return [tell(ground, no), *([asked] if asked else [])]
