"""Answers to follow-ups: from the row, from the shop's policies as written, or an honest "I don't know" with what is known
instead.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.lines import nearest_policy
from dialogue.phrasing.facts import Ground, ItemFacts, root, stems
from dialogue.phrasing.names import sayable
from dialogue.phrasing.plain import PLAIN
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.showing import pitch
from dialogue.phrasing.spoken import count, listed, price, relaxed, sentence
from dialogue.phrasing.telling import Scene, Telling, named, tell, verb_of, with_words
from dialogue.phrasing.traits import article, put, put_together, sentence_traits, traits_of, wishes_met

STOCK_COUNTED = 10
"""More than this is "in stock", not a number."""
DESCRIPTION_SENTENCES = 2
TOPICS_ANSWERED = 2
ITEMS_ANSWERED = 3
TRAITS_KNOWN = 2
"""What is said of an item instead of what is not known."""
VALUES_SPOKEN = 4
_PLACES = frozenset({"first", "second", "third", "last"})
"""Say which item is asked about, not what."""
PRICE_TOPICS = ("price", "cost")
STOCK_TOPICS = ("stock", "availability", "available")
DETAIL_TOPICS = ("description", "details", "more", "about")


def answer(scene: Scene) -> list[Telling]:
    """Policies first, as written; then each thing asked about the item."""
    plan, facts = scene.plan, scene.focus
    tellings = [Telling(policy.text.strip(), scene.ground, policy=True) for policy in scene.ground.policies]
    if plan.note == "complaint":
        sorry = scene.vary(("I'm sorry to hear that.", "That should not happen, I'm sorry."))
        unknown = "What the shop does about that I don't know, I'm afraid."
        return [tell(scene.ground, sorry, sorry), *(tellings or [tell(scene.ground, unknown, unknown)])]
    if facts is None:
        return tellings or _without_item(scene)
    policies = {policy.name for policy in scene.ground.policies}
    topics = [topic for topic in plan.requested if topic not in policies]
    if plan.note in ("why", "pick"):
        return _why(scene, facts)
    if plan.note == "total":
        return [_total(scene)]
    if plan.note == "name":
        the = named(facts, scene.shop)
        text = f"{'Those are' if verb_of(facts) == 'are' else 'That is'} {the}"
        return [Telling(sentence(text), scene.ground.only(facts), names=(0,))]
    if plan.note == "question":
        return [_open(scene, facts, plan.requested[0])]
    if plan.note == "details" or (not topics and not tellings):
        return [*tellings, *_details(scene, facts)]
    several = len(topics) == 1 and not plan.note and _by_policy(scene, topics[0]) is None
    if several and len(scene.ground.items) > 1:   # "are they for men?"
        return [*tellings, *(about(scene, one, topics[0]) for one in scene.ground.items[:ITEMS_ANSWERED])]
    tellings += [_by_policy(scene, topic) or about(scene, facts, topic) for topic in topics[:TOPICS_ANSWERED]]
    if plan.note == "out_of_stock":
        tellings.append(
            tell(
                scene.ground, scene.vary(("Shall I look for something like it?", "Would you like to see something close to it?"))
            )
        )
    return tellings


def _by_policy(scene: Scene, topic: str) -> Telling | None:
    """A topic that is no fact of a row, answered by the shop's line that speaks of it: found by its words, said as written."""
    if topic in scene.shop.slots or topic in (*PRICE_TOPICS, *STOCK_TOPICS, *DETAIL_TOPICS):
        return None
    policy = nearest_policy(topic.replace("_", " "), scene.shop.shop.policies)
    return Telling(policy.text.strip(), replace(scene.ground, policies=(policy,)), policy=True) if policy else None


def _without_item(scene: Scene) -> list[Telling]:
    plan = scene.plan
    for topic in plan.requested:
        if told := _by_policy(scene, topic):
            return [told]
    if plan.note == "question":
        about = scene.shop.shop.shop.about
        ground = with_words(scene.ground, about, "afraid help")
        return [
            tell(
                ground,
                f"I don't know that, I'm afraid, but I can help with {about}" if about else "I don't know that, I'm afraid",
            )
        ]
    slot = scene.shop.slots.get(plan.slot or "")
    if slot is not None and (options := sayable(plan.options)):
        offered = listed(options)
        ground = with_words(scene.ground, slot.said, offered)
        if plan.fitting:
            opening = f"For {slot.said}, there is {offered}"
            return [tell(ground, opening)]
        return [tell(ground, f"For {slot.said} I have {offered}")]
    if plan.fitting:
        ground = replace(scene.ground, counts=scene.ground.counts | {plan.fitting})
        return [tell(ground, f"I have {count(plan.fitting)} that fit")]
    return [tell(with_words(scene.ground, "afraid"), scene.vary(("I don't know that, I'm afraid.", "That I don't know, sorry.")))]


def times(scene: Scene, facts: ItemFacts, many: int) -> Telling:
    """ "Two of the lamp: a hundred and twenty dollars together"."""
    total = price(many * (facts.item.price_minor or 0), scene.shop.currency)
    text = f"{relaxed(many)} of {named(facts, scene.shop)}: {total} together"
    return Telling(sentence(text), with_words(scene.ground.only(facts), "together"), names=(0,))


def _total(scene: Scene) -> Telling:
    """ "Together that is ninety dollars.": of everything asked about."""
    facts = scene.ground.items
    many = max(1, scene.plan.fitting)
    if many == 1 and len(facts) == 1:
        return about(scene, facts[0], PRICE_TOPICS[0])
    if many > 1:
        return times(scene, facts[0], many)
    total = price(sum(one.item.price_minor or 0 for one in facts), scene.shop.currency)
    names = listed([named(one, scene.shop) for one in facts])
    return Telling(sentence(f"{names}: {total} together"), with_words(scene.ground, "together"), names=tuple(range(len(facts))))


def _open(scene: Scene, facts: ItemFacts, question: str) -> Telling:
    """What the shop's lines or the row's own words say to a question; else that it is not known, with what is."""
    if policy := nearest_policy(question, scene.shop.shop.policies):
        return Telling(policy.text.strip(), replace(scene.ground, policies=(policy,)), policy=True)
    asked = {root(stem) for stem in stems(question)} - {root(stem) for stem in PLAIN} - set(facts.name_stems) - _PLACES
    own = re.split(r"(?<=[.!?])\s+", facts.description) if facts.description else []
    for text in own:
        if asked & {root(stem) for stem in stems(text)}:
            return Telling(sentence(text), scene.ground.only(facts))
    the, verb = named(facts, scene.shop), verb_of(facts)
    traits = traits_of(facts, scene.shop, scene.plan.wishes, TRAITS_KNOWN)
    about, cost = sentence_traits(traits), facts.price
    known = f"{about}, at {cost}" if about and cost else about or cost
    opening = scene.vary(("I don't know that, I'm afraid", "That I don't know, I'm sorry", "That I can't say, I'm afraid"))
    text = f"{opening}, but {the} {verb} {known}" if known else opening
    return Telling(sentence(text), scene.ground.only(facts), names=(0,) if known else ())


def _why(scene: Scene, facts: ItemFacts) -> list[Telling]:
    """The shopper's own wishes that the item meets, and their limit; else what there is to say of it."""
    the, verb = named(facts, scene.shop), verb_of(facts)
    reasons = [put(slot, value) for slot, value in wishes_met(scene.shop, scene.plan.wishes, (facts,))]
    limit = max(scene.ground.limits_minor, default=None)
    price_minor = facts.item.price_minor
    money = scene.shop.shop.money
    set_by_shopper = money is not None and not scene.state.belief(money.name).direction
    within = set_by_shopper and limit is not None and price_minor is not None and price_minor <= limit
    if within and limit is not None:
        reasons.append(f"within your budget of {price(limit, scene.shop.currency)}")
    if not reasons:
        return [pitch(scene, facts, 0)] if scene.plan.note == "pick" else _details(scene, facts)
    text = f"Because {the} {verb} {listed(reasons)}, as you asked"
    if scene.plan.note == "pick":
        text = f"I would pick {the}: {'they are' if verb == 'are' else 'it is'} {listed(reasons)}, as you asked"
    cost = f"It is {facts.price}" if verb == "is" else f"They are {facts.price}"
    told = [Telling(sentence(text), scene.ground.only(facts), names=(0,))]
    return [*told, tell(scene.ground.only(facts), cost)] if facts.price else told


def _details(scene: Scene, facts: ItemFacts) -> list[Telling]:
    """The row's own words, then its traits and price."""
    own = re.split(r"(?<=[.!?])\s+", facts.description)[:DESCRIPTION_SENTENCES] if facts.description else []
    ground = scene.ground.only(facts)
    told = [Telling(sentence(text), ground) for text in own if text.strip()]
    return [*told, pitch(scene, facts, 0)]


def about(scene: Scene, facts: ItemFacts, topic: str) -> Telling:
    """What a row says to one topic; else that it is not known."""
    the, verb, ground, shop = named(facts, scene.shop), verb_of(facts), scene.ground.only(facts), scene.shop
    slot = shop.slots.get(topic)
    if topic in PRICE_TOPICS or (slot is not None and slot.is_money):
        if facts.price:
            text = scene.vary((f"{the} {verb} {facts.price}", f"{facts.price}, for {the}", f"For {the}, {facts.price}"))
            return Telling(sentence(text), ground, names=(0,))
        return _unknown(ground, facts, "price", the)
    if topic in STOCK_TOPICS:
        return _stock(scene, facts, the, verb)
    if slot is not None and topic in facts.amounts:
        return _value(ground, the, verb, slot.said, facts.amounts[topic], put(slot, facts.amounts[topic]))
    if slot is not None and facts.values.get(topic):
        values = facts.values[topic][:VALUES_SPOKEN]
        if slot.topic and not slot.phrase:
            one = values[0] if values[0].endswith("s") else article(values[0])
            return _yes_or_no(scene, topic, facts, Telling(sentence(f"{the} {verb} {one}"), ground, names=(0,)))
        told = _value(ground, the, verb, slot.said, listed(values), put_together(slot, values, "and"))
        return _yes_or_no(scene, topic, facts, told)
    if topic in DETAIL_TOPICS and facts.description:
        return Telling(sentence(facts.description.split(". ")[0]), ground)
    return _unknown(ground, facts, slot.said if slot else topic.replace("_", " "), the)


def _yes_or_no(scene: Scene, topic: str, facts: ItemFacts, told: Telling) -> Telling:
    """ "Yes, the scarf is in wool": where it was asked whether it is."""
    supposed = dict(scene.plan.supposed).get(topic)
    if supposed is None:
        return told
    is_so = supposed in facts.item.values.get(topic, ())
    is_named_first = told.text.startswith(named(facts, scene.shop))   # a title, with its own capital
    text = told.text if is_named_first else told.text[0].lower() + told.text[1:]
    return replace(told, text=f"{'Yes' if is_so else 'No'}, {text}", sheet=None)


def _value(ground: Ground, the: str, verb: str, said: str, value: str, phrased: str = "") -> Telling:
    lead = f"{the[0].upper()}{the[1:]} {verb}"
    sheet = Sheet(name=the, asked=said, facts=value, lead=lead)
    if phrased.startswith("with "):
        phrased, verb = phrased.removeprefix("with "), "have" if verb == "are" else "has"
    text = f"{the} {verb} {phrased}" if phrased and phrased != value else f"For {the}, the {said} is {value}"
    return Telling(sentence(text), with_words(ground, said), sheet, names=(0,))


def _stock(scene: Scene, facts: ItemFacts, the: str, verb: str) -> Telling:
    stock, ground = facts.item.stock, scene.ground.only(facts)
    if not facts.live:
        asked = with_words(ground, "check whether still here just now")
        return Telling(sentence(f"I could not check just now whether {the} {verb} still here"), asked, names=(0,))
    if stock is None:
        return _unknown(ground, facts, "stock", the)
    voice = scene.shop.shop.voice
    if stock == 0:
        gone = (voice.out_of_stock or f"{{name}} {verb} out of stock").replace("{name}", the)
        return Telling(sentence(f"I'm sorry, {gone}"), with_words(ground, gone), names=(0,))
    asked_gone = scene.plan.note == "asked_gone"
    here = (voice.in_stock or f"{{name}} {verb} {'still ' if asked_gone else ''}in stock").replace("{name}", the)
    left = f", {relaxed(stock)} left" if stock <= STOCK_COUNTED else ""
    return Telling(sentence(f"{'No' if asked_gone else 'Yes'}, {here}{left}"), with_words(ground, here), names=(0,))


def _unknown(ground: Ground, facts: ItemFacts, said: str, the: str) -> Telling:
    known = f"I don't know about {said}, I'm afraid, but {the} {verb_of(facts)} {facts.price}"
    text = known if facts.price and said != "price" else f"I'm afraid I don't know the {said} of {the}"
    return Telling(
        sentence(text), with_words(ground, said, "afraid know"), names=(0,)
    )
