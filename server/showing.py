"""What the client is shown of a turn: wishes as chips, items as cards. Words for the eye; phrasing has the words for the ear."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.conversation import Turn
from dialogue.shop import Slot, TalkingShop
from dialogue.state import BeliefState, SlotBelief
from recommender.types import Item, Limits, Ranked, Recommender
from server.protocol import ItemShown, ItemsSaid, SlotShown, UnderstandingSaid

SIGNS = {"USD": "$", "GBP": "£", "EUR": "€", "JPY": "¥", "INR": "₹"}
MOST_REASONS = 3


def understanding_shown(turn: Turn, shop: TalkingShop, number: int) -> UnderstandingSaid:
    """The turn as it was read, and all that is believed after it."""
    read = turn.understanding
    return UnderstandingSaid(
        turn=number, text=read.text, acts=tuple(act.value for act in read.acts), slots=slots_shown(turn.state, shop)
    )


def slots_shown(state: BeliefState, shop: TalkingShop) -> tuple[SlotShown, ...]:
    """Every slot something is believed of, in the shop's order."""
    return tuple(
        SlotShown(slot=slot.name, spoken=slot.said, text=text, values=belief.want, low=belief.low, high=belief.high,
                  kind="any" if belief.any else "exclude" if belief.exclude and not belief.want else "want")
        for slot in shop.slots
        if (belief := state.belief(slot.name)) and (text := belief_text(slot, belief, shop.shop.currency))
    )


def belief_text(slot: Slot, belief: SlotBelief, currency: str) -> str:
    """A belief in a few words: "navy or green", "under $150", "not wool"; "" where there is none."""
    def amount(value: float) -> str:
        return money(round(value * 100), currency) if slot.is_money else f"{value:g}{' ' + slot.unit if slot.unit else ''}"

    parts = []
    if belief.want:
        parts.append(" or ".join(belief.want))
    if belief.exclude:
        parts.append("not " + " or ".join(belief.exclude))
    if belief.low is not None and belief.high is not None:
        parts.append(f"{amount(belief.low)} to {amount(belief.high)}")
    elif belief.high is not None:
        parts.append(f"up to {amount(belief.high)}")
    elif belief.low is not None:
        parts.append(f"from {amount(belief.low)}")
    if belief.around is not None:
        parts.append(f"around {amount(belief.around)}")
    if belief.direction and not parts:
        parts.append("less" if belief.direction < 0 else "more")
    if belief.any and not parts:
        parts.append("any")
    return ", ".join(parts)


def items_shown(turn: Turn, shop: TalkingShop, recommender: Recommender, number: int) -> ItemsSaid:
    """The items the plan speaks of, best first."""
    ranked: Sequence[Ranked] = turn.plan.items
    return ItemsSaid(
        turn=number, fitting=turn.plan.fitting,
        items=tuple(item_shown(one.item, shop.shop.currency, reasons_shown(one, recommender)) for one in ranked),
    )


def item_shown(item: Item, currency: str, reasons: tuple[str, ...] = ()) -> ItemShown:
    return ItemShown(
        id=item.id, title=item.title, description=item.description,
        price=None if item.price_minor is None else money(item.price_minor, currency), price_minor=item.price_minor,
        in_stock=None if item.stock is None else item.in_stock, values=dict(item.values), reasons=reasons,
    )


def reasons_shown(ranked: Ranked, recommender: Recommender) -> tuple[str, ...]:
    """Why the item is on the list, in a few words each, weightiest first."""
    shown: list[str] = []
    for reason in sorted(ranked.reasons, key=lambda reason: -reason.weight):
        other = recommender.item(reason.item) if reason.item else None
        text = {
            "wish": reason.value or "", "text": "matches your words", "shoppers_like_you": "liked by shoppers like you",
            "again": "you chose it before", "popular": "popular", "new": "new", "price": "price",
            "like_item": f"like {other.title}" if other else "", "liked": f"goes with {other.title}" if other else "",
        }.get(reason.kind, "")
        if text and text not in shown:
            shown.append(text)
    return tuple(shown[:MOST_REASONS])


def money(minor: int, currency: str) -> str:
    """12000 USD is "$120", 1950 GBP "£19.50"; a currency without a sign here stands as its code."""
    major, cents = divmod(abs(minor), 100)
    figure = f"{major:,}" + (f".{cents:02d}" if cents else "")
    sign = SIGNS.get(currency)
    return ("-" if minor < 0 else "") + (f"{sign}{figure}" if sign else f"{figure} {currency}")


def examples(shop: TalkingShop, recommender: Recommender) -> tuple[str, ...]:
    """Things to say that this shop can answer: its commonest kind of thing, and a price that most of that kind stay under."""
    topic = shop.topic
    kinds = list(recommender.facets(Limits(), [topic.name]).get(topic.name, {})) if topic else []
    prices = sorted(item.price_minor for item in recommender.items() if item.price_minor is not None)
    said = []
    if kinds and prices:
        middle = round(prices[len(prices) // 2], -3) or prices[-1]
        said.append(f"I'm looking for {kinds[0]}, up to {money(middle, shop.shop.currency)}.")
    elif kinds:
        said.append(f"I'm looking for {kinds[0]}.")
    return (*said, "Something cheaper?", "Tell me about the second one.", "I'll take it.")
