"""Writes truths.jsonl and lies.jsonl: 500 true paraphrases and 500 planted lies about rows of three invented shops.

    python benchmarks/speaking/make_sets.py

A line holds the sentence and all that it may be judged by: the shop, copies of the rows (so that a shop may change without spoiling
the set), what the shopper wished, the policies in question. Sentences come from wordings written by hand and filled from rows, and
from ``by_hand.py``, written one by one. The wordings were written before the checker met them and owe nothing to its word lists.
Deterministic.
"""

# ruff: noqa: E501 - wordings are data, one a line
from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import by_hand

from dialogue.phrasing.names import spoken_name
from dialogue.phrasing.spoken import number, price
from dialogue.shop import TalkingShop, load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from recommender.types import Item

HERE = Path(__file__).parent
SHOPS = {"demo": HERE.parents[1] / "shops/demo", "cinema": HERE / "shops/cinema", "bistro": HERE / "shops/bistro"}
SETS_OF = 500
ROWS_OF_A_SHOP = 240
Case = dict[str, Any]


class Teller:
    """Draws rows of one shop and puts them into words."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.name, self.rng = name, rng
        self.shop: TalkingShop = load_shop(SHOPS[name])
        rows = [item for item in load_catalogue(SHOPS[name], load_schema(SHOPS[name])).items if len(spoken_name(item.title).split()) > 1]
        self.items = rng.sample(rows, min(len(rows), ROWS_OF_A_SHOP))
        self.currency = self.shop.shop.currency
        self.sign = {"USD": "$", "GBP": "£", "EUR": "€"}[self.currency]
        self.major = {"USD": "dollars", "GBP": "pounds", "EUR": "euros"}[self.currency]
        self.minor = {"USD": "cents", "GBP": "pence", "EUR": "cents"}[self.currency]

    def item(self, test: Callable[[Item], bool] = lambda item: True) -> Item:
        return self.rng.choice([item for item in self.items if test(item)])

    def pair(self, test: Callable[[Item, Item], bool] = lambda a, b: True) -> tuple[Item, Item]:
        while True:
            a, b = self.rng.sample(self.items, 2)
            if a.price_minor != b.price_minor and test(a, b) and not set(a.title.split()) & set(b.title.split()):
                return a, b

    def money(self, minor: int) -> str:
        """One of the ways people say or write an amount."""
        whole, cents = divmod(minor, 100)
        if not cents:
            ways = [price(minor, self.currency), f"{number(whole)} {self.major}", f"{self.sign}{whole}", f"{whole} {self.major}"]
            if whole > 100 and whole % 100:
                ways.append(f"{number(whole).replace(' and ', ' ')} {self.major}")
        else:
            ways = [
                price(minor, self.currency), f"{number(whole)} {self.major} and {number(cents)} {self.minor}", f"{self.sign}{whole}.{cents:02}",
                f"{number(whole)} {number(cents)}" if cents >= 10 and whole >= 10 else f"{self.sign}{whole}.{cents:02}",
            ]  # fmt: skip
        return self.rng.choice(ways if whole != 1 else [price(minor, self.currency), f"{self.sign}{whole}.{cents:02}"])

    def value(self, item: Item, slot: str) -> str:
        return self.rng.choice(item.values[slot])

    def other_value(self, slot: str, *items: Item) -> str:
        """A value of the slot that none of the items has and that their texts do not mention."""
        return self.rng.choice(self.other_values(slot, *items))

    def other_values(self, slot: str, *items: Item) -> list[str]:
        text = " ".join(f"{item.title} {item.description} {' '.join(value for values in item.values.values() for value in values)}".lower() for item in items)
        values = {value for item in self.items for value in item.values.get(slot, ())}
        return [value for value in sorted(values) if value.lower() not in text and not set(value.lower().split()) & set(text.split())]

    def case(self, text: str, *items: Item, lie: str | None = None, **more: Any) -> Case:
        return {"shop": self.name, "text": text[0].upper() + text[1:], "lie": lie, "items": [row(item) for item in items], "by": "wording", **more}


def row(item: Item) -> Case:
    return {
        "id": item.id, "title": item.title, "description": item.description, "price_minor": item.price_minor, "stock": item.stock,
        "values": {slot: list(values) for slot, values in item.values.items()}, "numbers": dict(item.numbers),
    }  # fmt: skip


def name(item: Item) -> str:
    return spoken_name(item.title)


def a_or_an(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


# --- truths ----------------------------------------------------------------------------------------------------------------


def priced_truths(t: Teller) -> Iterator[Case]:
    """One item and its price, in many turns of phrase."""
    the = "" if t.name == "cinema" else "the "
    for wording in (
        "{the}{name} is {price}.", "{the}{name}? That one's {price}.", "It'll cost you {price}.", "that comes to {price}.",
        "you can have {the}{name} for {price}.", "{price} gets you {the}{name}.", "{the}{name} will set you back {price}.",
        "this one's priced at {price}.", "you're looking at {price} for {the}{name}.", "how about {the}{name}, at {price}?",
        "it's {price}, if that suits you.", "for {price} you could have {the}{name}.", "{the}{name} goes for {price}.",
        "it's yours for {price}.", "the price of {the}{name} is {price}.", "I would pick {the}{name}, which is {price}.",
        "at {price}, {the}{name} is worth a look.", "we have {the}{name} at {price}.", "it sells at {price}.",
    ):  # fmt: skip
        item = t.item()
        yield t.case(wording.format(the=the, name=name(item), price=t.money(item.price_minor or 0)), item)


def bounded_truths(t: Teller) -> Iterator[Case]:
    for wording in (
        "it's just under {up}.", "that's a little under {up}.", "it comes in at just under {up}.", "you'd pay just over {down} for it.",
        "it's a little over {down}.", "it's about {near}.", "{the}{name} is roughly {near}.", "that one is around {near}.",
    ):  # fmt: skip
        item = t.item(lambda item: (item.price_minor or 0) % 1000 not in (0, 950) and (item.price_minor or 0) > 700)
        minor = item.price_minor or 0
        step = 500 if minor < 5000 else 1000
        up, down = (minor // step + 1) * step, minor // step * step
        near = round(minor / 100) * 100
        if up * 0.86 > minor or down < minor * 0.87 or near == minor:
            continue
        said = {"up": t.money(up), "down": t.money(down), "near": t.money(near)}
        yield t.case(wording.format(the="" if t.name == "cinema" else "the ", name=name(item), **said), item)


def budget_truths(t: Teller) -> Iterator[Case]:
    for wording in (
        "that's within your {limit}.", "it keeps you under {limit}.", "at {price} it stays under your limit of {limit}.",
        "{the}{name} is {price}, so it fits your budget of {limit}.", "you said up to {limit}, and this is {price}.",
    ):  # fmt: skip
        item = t.item()
        limit = ((item.price_minor or 0) // 1000 + 3) * 1000
        text = wording.format(the="" if t.name == "cinema" else "the ", name=name(item), price=t.money(item.price_minor or 0), limit=t.money(limit))
        yield t.case(text, item, limits_minor=[limit])


DEMO_VALUES = (
    ("colour", "the {name} comes in {value}."), ("colour", "it's {value}."), ("colour", "the colour is {value}."),
    ("colour", "you'd get the {name} in {value}."), ("colour", "as you asked, it's {value}."), ("colour", "you wanted {value}, and that is what the {name} is."),
    ("colour", "here's one in {value}: the {name}."), ("colour", "if it's {value} you want, look at the {name}."),
    ("material", "it's made of {value}."), ("material", "made from {value}, the {name} has charm."), ("material", "the {name} is {value}."),
    ("material", "the material is {value}."), ("material", "it's {value}, so you know."), ("material", "the {name}, in {value}, would please anyone."),
    ("material", "what you have here is {value}."), ("occasion", "it would be lovely for {a_value}."), ("occasion", "the {name} suits {a_value}."),
    ("occasion", "I think it would go well at {a_value}."), ("occasion", "it's meant for {a_value}."), ("occasion", "for {a_value}, I'd choose the {name}."),
    ("style", "it's rather {value}."), ("style", "the {name} has a {value} look."), ("style", "it leans {value}."), ("style", "the style is {value}."),
    ("brand", "it's by {value}."), ("brand", "{value} make it."), ("brand", "the {name} comes from {value}."), ("brand", "the brand is {value}."),
    ("season", "it's one for {value}."), ("season", "it's good in {value}."), ("season", "the {name} is right for {value}."),
    ("recipient", "a good pick for {a_value}."), ("recipient", "I'd give it to {a_value}."), ("recipient", "it would make {a_value} happy."),
    ("category", "it's {a_value}."), ("category", "the {name} is one of our {value} pieces."),
)  # fmt: skip
CINEMA_VALUES = (
    ("genre", "{name} is {a_value}."), ("genre", "it's {a_value}."), ("language", "it's in {value}."), ("language", "{name} is spoken in {value}."),
    ("showing", "it's showing {value}."), ("showing", "you can see {name} {value}."), ("language", "the language is {value}."), ("genre", "for {a_value}, try {name}."),
)
BISTRO_VALUES = (
    ("food", "the {name} is {value}."), ("food", "it's {value} food."), ("food", "the food is {value}."), ("area", "it's in the {value}."),
    ("area", "you'll find the {name} in the {value}."), ("seating", "it has {value}."), ("mood", "it's rather {value}."), ("mood", "the mood is {value}."),
    ("seating", "you can sit at {value}, if you like."),
)  # fmt: skip
VALUES = {"demo": DEMO_VALUES, "cinema": CINEMA_VALUES, "bistro": BISTRO_VALUES}
NOT_NOUNS = {"everyday", "office", "christmas", "valentines", "thank you", "her", "him", "myself", "holiday", "travel"}


def sayable(slot: str, value: str, wording: str) -> bool:
    return not ("{a_value}" in wording and (value in NOT_NOUNS or (slot == "category" and value.endswith(("s", "ing", "home", "bath", "kitchen", "ware")))))


def value_truths(t: Teller) -> Iterator[Case]:
    for slot, wording in VALUES[t.name]:
        if slot == "seating" and "sit" in wording:
            continue
        item = t.item(lambda item, slot=slot, wording=wording: any(sayable(slot, value, wording) for value in item.values.get(slot, ())))
        value = t.rng.choice([value for value in item.values[slot] if sayable(slot, value, wording)])
        yield t.case(wording.format(name=name(item), value=value, a_value=a_or_an(value)), item, wishes={slot: [value]})


def denied_truths(t: Teller) -> Iterator[Case]:
    slots = {"demo": ("colour", "material"), "cinema": ("language", "genre"), "bistro": ("food", "area")}[t.name]
    for slot in slots:
        for wording in ("no, it's not {other}, it's {value}.", "it isn't {other} but {value}.", "not {other}, I'm afraid: {value}.", "it's {value} rather than {other}."):
            item = t.item(lambda item, slot=slot: len(item.values.get(slot, ())) == 1 and bool(t.other_values(slot, item)))
            yield t.case(wording.format(value=item.values[slot][0], other=t.other_value(slot, item)), item)


def stock_truths(t: Teller) -> Iterator[Case]:
    if t.name == "bistro":
        return
    for wording in (
        "there are {n} left.", "we have {n} left in stock.", "just {n} remaining.", "only {n} left, so you know.", "{n} are still available.",
        "there's {n} of them left.", "we've got {n} left.", "yes, and there are {n} left.",
    ):  # fmt: skip
        item = t.item(lambda item: item.stock is not None and 1 < item.stock < 60)
        yield t.case(wording.format(n=t.rng.choice((number(item.stock or 0), str(item.stock)))), item)
    for wording in ("yes, it's in stock.", "it's available.", "we do have it in stock.", "the {name} is in stock.", "yes, the {name} is available."):
        item = t.item(lambda item: (item.stock or 0) > 0)
        yield t.case(wording.format(name=name(item)), item)
    for wording in ("I'm afraid it's sold out.", "it's out of stock at the moment.", "sorry, the {name} is sold out.", "there are none left.", "it isn't in stock, sorry."):
        item = t.item(lambda item: item.stock == 0)
        yield t.case(wording.format(name=name(item)), item)


def mixed_truths(t: Teller) -> Iterator[Case]:
    first, second = {"demo": ("colour", "material"), "cinema": ("language", "genre"), "bistro": ("food", "mood")}[t.name]
    the = "" if t.name == "cinema" else "the "
    for wording in (
        "{the}{name} is {v1} and {v2}, and costs {price}.", "at {price}, {the}{name} is {v2}, in {v1}.", "it's {v1}, it's {v2}, and it's {price}.",
        "{v1} and {v2}, {the}{name} is {price}.", "I like {the}{name}: {v1}, {v2}, and {price}.", "what about {the}{name}? It's {v2}, it's {v1}, and it costs {price}.",
        "here is {the}{name}, {v1} and {v2}, for {price}.", "take {the}{name}: it is {v2}, it's in {v1} and the price is {price}.",
    ):  # fmt: skip
        item = t.item(lambda item: bool(item.values.get(first) and item.values.get(second)))
        said = {"the": the, "name": name(item), "v1": item.values[first][0], "v2": item.values[second][0], "price": t.money(item.price_minor or 0)}
        yield t.case(wording.format(**said), item)


def pair_truths(t: Teller) -> Iterator[Case]:
    the = "" if t.name == "cinema" else "the "
    slot = {"demo": "colour", "cinema": "language", "bistro": "food"}[t.name]
    for wording in (
        "{the}{low} costs {gap} less than {the}{high}.", "{the}{high} is {gap} more than {the}{low}.", "{the}{low} is cheaper than {the}{high}.",
        "{the}{high} is more expensive than {the}{low}.", "of the two, {the}{low} is the cheaper one.", "there's {gap} between them.",
        "they're {gap} apart.", "{the}{low} is {lowprice}, and {the}{high} is {highprice}.", "{the}{low} is {v1}, while {the}{high} is {v2}.",
        "{the}{low} comes to {lowprice}, {the}{high} to {highprice}.", "{the}{low} saves you {gap}.", "you pay {gap} less for {the}{low}.",
        "{the}{low} is {v1}, but {the}{high} is {v2} and costs {gap} more.",
    ):  # fmt: skip
        low, high = t.pair(lambda a, b, slot=slot: a.values.get(slot) != b.values.get(slot) and bool(a.values.get(slot) and b.values.get(slot)))
        if (low.price_minor or 0) > (high.price_minor or 0):
            low, high = high, low
        gap = t.money((high.price_minor or 0) - (low.price_minor or 0))
        said = {"low": name(low), "high": name(high), "gap": gap, "lowprice": t.money(low.price_minor or 0), "highprice": t.money(high.price_minor or 0)}
        text = wording.format(the=the, v1=low.values[slot][0], v2=high.values[slot][0], **said)
        yield t.case(text, low, high)
    for wording in (
        "the first is {gap} {way}.", "the second one costs {p2}.", "the first one is {v1}, the second {v2}.", "the first is {p1} and the second is {p2}.",
        "the second is {v2}.", "the first costs {p1}; the second, {p2}.", "in price, the first is {gap} {way}.", "the {word} one is the first.",
    ):  # fmt: skip
        a, b = t.pair(lambda a, b, slot=slot: a.values.get(slot) != b.values.get(slot) and bool(a.values.get(slot) and b.values.get(slot)))
        gap = (a.price_minor or 0) - (b.price_minor or 0)
        said = {"p1": t.money(a.price_minor or 0), "p2": t.money(b.price_minor or 0), "v1": a.values[slot][0], "v2": b.values[slot][0]}
        text = wording.format(gap=t.money(abs(gap)), way="more" if gap > 0 else "less", word="dearer" if gap > 0 else "cheaper", **said)
        yield t.case(text, a, b)


def amount_truths(t: Teller) -> Iterator[Case]:
    if t.name != "cinema":
        return
    for wording in (
        "{name} is {n} minutes long.", "it runs for {n} minutes.", "it's {n} minutes.", "{n} minutes, all told.", "it's from {year}.", "{name} came out in {year}.",
        "it's a little over {down} minutes long.", "you'd sit for {n} minutes.", "it's {hours} long.", "it lasts {n} minutes.",
    ):  # fmt: skip
        item = t.item(lambda item: item.numbers["length"] % 10 not in (0, 9) and item.numbers["length"] % 60 > 4)
        length, year = int(item.numbers["length"]), int(item.numbers["year"])
        hours = f"{'an hour' if length // 60 == 1 else f'{number(length // 60)} hours'} and {number(length % 60)} minutes"
        said = {"n": t.rng.choice((number(length), str(length))), "year": year, "hours": hours, "down": length // 10 * 10}
        yield t.case(wording.format(name=name(item), **said), item)
    for wording in ("{a} is shorter than {b}.", "{b} is longer than {a}.", "{a} is {gap} minutes shorter than {b}.", "the shorter of the two is {a}."):
        a, b = t.pair(lambda a, b: a.numbers["length"] < b.numbers["length"] - 2)
        gap = number(int(b.numbers["length"] - a.numbers["length"]))
        yield t.case(wording.format(a=name(a), b=name(b), gap=gap), a, b)


def count_truths(t: Teller) -> Iterator[Case]:
    for wording, count, fitting in (
        ("I have two for you.", 2, 9), ("here are two that fit.", 2, 9), ("nine things fit; these two are my pick.", 2, 9), ("there are two I'd show you.", 2, 5),
        ("that leaves five to choose from.", 2, 5), ("I found just one.", 1, 1), ("there's one I like.", 1, 7), ("two options, then.", 2, 2),
    ):  # fmt: skip
        items = t.rng.sample(t.items, count)
        yield t.case(wording, *items, fitting=fitting)


# --- lies ------------------------------------------------------------------------------------------------------------------


def wrong(t: Teller, minor: int) -> int:
    """A price near enough to be believed: other digits, another hundred, the decimal point moved."""
    whole = minor // 100
    ways = [minor + 100 * t.rng.choice((1, 2, 5, 10, 20)), minor - 100 * t.rng.choice((1, 2, 5)), minor + 1000, minor // 10, minor * 10]
    if whole >= 13:
        ways.append(int(str(whole)[::-1]) * 100)
        teen = {13: 30, 14: 40, 15: 50, 16: 60, 17: 70, 18: 80, 19: 90, 30: 13, 40: 14, 50: 15, 60: 16, 70: 17, 80: 18, 90: 19}.get(whole)
        ways += [teen * 100] if teen else []
    return t.rng.choice([way for way in ways if way > 99 and abs(way - minor) > max(60, 0.065 * minor)] or [minor + 2500])


def price_lies(t: Teller) -> Iterator[Case]:
    the = "" if t.name == "cinema" else "the "
    for wording in (
        "{the}{name} is {price}.", "it'll cost you {price}.", "you can have {the}{name} for {price}.", "at {price}, {the}{name} is worth a look.",
        "this one's priced at {price}.", "that comes to {price}.", "how about {the}{name}, at {price}?", "it's just under {price}.",
        "{price} gets you {the}{name}.", "{the}{name} goes for {price}.", "it's yours for {price}.",
    ):  # fmt: skip
        item = t.item(lambda item: (item.price_minor or 0) > 700)
        said = wrong(t, item.price_minor or 0)
        if "under" in wording:
            said = ((item.price_minor or 0) // 1000) * 1000 - 500
            if said <= 0:
                continue
        yield t.case(wording.format(the=the, name=name(item), price=t.money(said)), item, lie="wrong_price")
    for wording in ("{the}{a} is {pb}, and {the}{b} is {pa}.", "the first is {pb}.", "the second costs {pa}.", "{the}{a} costs {gap} {way} than {the}{b}.", "they're {wronggap} apart."):
        a, b = t.pair(lambda a, b: abs((a.price_minor or 0) - (b.price_minor or 0)) > 300)
        pa, pb = a.price_minor or 0, b.price_minor or 0
        said = {"pa": t.money(pa), "pb": t.money(pb), "gap": t.money(abs(pa - pb)), "way": "less" if pa > pb else "more", "wronggap": t.money(abs(pa - pb) + 1000)}
        yield t.case(wording.format(the=the, a=name(a), b=name(b), **said), a, b, lie="swapped_price")


def value_lies(t: Teller) -> Iterator[Case]:
    for slot, wording in VALUES[t.name]:
        def others(item: Item, slot: str = slot, wording: str = wording) -> list[str]:
            return [value for value in t.other_values(slot, item) if sayable(slot, value, wording)] if item.values.get(slot) else []
        item = t.item(lambda item: bool(others(item)))
        value = t.rng.choice(others(item))
        yield t.case(wording.format(name=name(item), value=value, a_value=a_or_an(value)), item, lie=f"swapped_{slot}")


def foreign_lies(t: Teller) -> Iterator[Case]:
    """Another item's attribute, with that item in the same reply; and names exchanged."""
    the = "" if t.name == "cinema" else "the "
    slots = {"demo": ("material", "colour", "brand"), "cinema": ("language", "genre"), "bistro": ("food", "area")}[t.name]
    for slot in slots:
        for wording in ("{the}{a} is {vb}.", "{the}{b} is {vb}, and {the}{a} is {vb} too.", "{the}{a} is {vb} while {the}{b} is {va}.", "both are {va}."):
            def differ(a: Item, b: Item, slot: str = slot) -> bool:
                mine, theirs = a.values.get(slot, ()), b.values.get(slot, ())
                words = f"{a.title} {b.title} {a.description} {b.description}".lower()
                return bool(mine and theirs) and not set(mine) & set(theirs) and mine[0].lower() not in words and theirs[0].lower() not in words
            a, b = t.pair(differ)
            text = wording.format(the=the, a=name(a), b=name(b), va=a.values[slot][0], vb=b.values[slot][0])
            yield t.case(text, a, b, lie="other_items_attribute")
    for wording in ("{the}{b} would be my pick.", "there's also {the}{b}.", "{the}{a}, or {the}{b} if you prefer."):
        a, b = t.pair(lambda a, b: len(name(b).split()) > 1)
        yield t.case(wording.format(the=the, a=name(a), b=name(b)), a, lie="item_not_in_plan")


def stock_lies(t: Teller) -> Iterator[Case]:
    stocked = t.name != "bistro"
    for wording in ("there are {n} left.", "only {n} left.", "we've got {n} left in stock.", "{n} are still available.", "just {n} remaining."):
        item = t.item(lambda item: (item.stock or 0) > 1) if stocked else t.item()
        said = item.stock + t.rng.choice((1, 2, 5)) if item.stock is not None else t.rng.randint(2, 9)
        yield t.case(wording.format(n=number(said)), item, lie="invented_stock")
    for wording in ("yes, it's in stock.", "it's available now.", "we have it in stock.", "the {name} is in stock.", "it's ready to take home.", "there are plenty left.", "we always have it."):
        item = t.item(lambda item: item.stock == 0) if stocked else t.item()
        yield t.case(wording.format(name=name(item)), item, lie="invented_stock")
    for wording in ("I'm afraid it's sold out.", "it's out of stock.", "there are none left.", "it's selling fast.", "this is the last one.", "it's back in stock.", "more are coming in soon."):
        item = t.item(lambda item: (item.stock or 0) > 12) if stocked else t.item()
        yield t.case(wording, item, lie="invented_stock")


FALSE_RANKS = (
    "it's our best seller.", "it's the best one we have.", "nothing is more popular.", "it's the finest you'll find.", "this is our most popular one.",
    "it's the cheapest in the shop.", "you won't find a lower price anywhere.", "it's a customer favourite.", "it's number one with our shoppers.",
    "everyone loves it.", "it's the most comfortable of all.", "there is no better one.", "it's one of a kind.", "it's the newest thing we have.",
    "people always pick this one.", "it's award winning.", "it's top rated.", "it's the only one of its kind.", "no other comes close.",
    "it's the most beautiful thing in the shop.", "it's world famous.", "it's our top pick this year.", "the {name} is the best for the money.",
    "it has five stars.", "it's the largest we sell.",
)  # fmt: skip
PROMISES = (
    "it comes with free delivery.", "we'll deliver it tomorrow.", "delivery is free.", "it has a lifetime guarantee.", "you can return it any time.",
    "I'll hold it for you until Friday.", "we'll wrap it for free.", "it's half price today.", "there's ten per cent off.", "you get your money back if you don't like it.",
    "it will arrive in two days.", "we'll match any price.", "I'll give you a discount.", "buy one and get another for nothing.", "it's on sale this week.",
    "we guarantee you'll love it.", "shipping is on us.", "you can pay later.", "we can have it engraved.", "I'll put your name on it.", "we'll repair it for life.",
    "no delivery charge on this one.", "it ships today.", "returns are free.", "you'll get a voucher with it.", "I'll throw in a box.", "we will send it to your door.",
    "it's reduced from twice that.", "a refund is never a problem.", "we can make it in your size.",
)  # fmt: skip
FEATURES = (
    "it's machine washable.", "it's waterproof.", "it's handmade in Italy.", "it's organic.", "it comes with a matching case.", "it's made by local craftsmen.",
    "it's very durable.", "it's light and easy to carry.", "it keeps you warm.", "it's fully recyclable.", "it won't crease.", "it's dishwasher safe.",
    "it's soft to the touch.", "it was made in eighteen ninety.", "it's a limited edition.", "it comes in all sizes.", "you can have it in any colour.",
    "it fits everyone.", "it's certified.", "it's fire resistant.", "it's vegan.", "it's in size ten.", "it's thirty centimetres tall.", "it comes in a set of four.",
    "it's hypoallergenic.", "designed in Paris, it turns heads.", "it has a hidden pocket for your phone.", "doctors recommend it.", "it lasts for years.",
)  # fmt: skip


def fixed_lies(t: Teller) -> Iterator[Case]:
    for kind, texts in (("false_superlative", FALSE_RANKS), ("made_up_promise", PROMISES), ("invented_feature", FEATURES)):
        for text in t.rng.sample(texts, 14 if t.name == "demo" else 9):
            item = t.item(lambda item: len(item.title) < 28)
            said = text.format(name=name(item))
            if t.rng.random() < 0.4:
                lead = f"{'' if t.name == 'cinema' else 'The '}{name(item)} is {t.money(item.price_minor or 0)}, and "
                said = lead + said
            yield t.case(said, item, lie=kind)


def comparison_lies(t: Teller) -> Iterator[Case]:
    the = "" if t.name == "cinema" else "the "
    for wording in (
        "{the}{high} is cheaper than {the}{low}.", "{the}{low} is more expensive than {the}{high}.", "of the two, {the}{high} is the cheaper one.",
        "they cost the same.", "{the}{high} costs less.", "{the}{high} is the cheapest of these.", "{the}{low} is dearer.", "{the}{high} saves you {gap}.",
    ):  # fmt: skip
        low, high = t.pair()
        if (low.price_minor or 0) > (high.price_minor or 0):
            low, high = high, low
        gap = t.money((high.price_minor or 0) - (low.price_minor or 0))
        yield t.case(wording.format(the=the, low=name(low), high=name(high), gap=gap), low, high, lie="wrong_comparison")
    for text in ("the first is lighter.", "the second is warmer and softer.", "the first is better made.", "the second will last longer.", "the first is more comfortable."):
        a, b = t.pair()
        if t.name == "demo" and "warm" in text:
            continue
        yield t.case(text, a, b, lie="wrong_comparison")


def amount_lies(t: Teller) -> Iterator[Case]:
    if t.name != "cinema":
        return
    for wording in ("{name} is {n} minutes long.", "it runs for {n} minutes.", "it's from {year}.", "{name} came out in {year}.", "it's two hours and fifty-five minutes long."):
        item = t.item(lambda item: item.numbers["length"] < 160)
        said = {"n": number(int(item.numbers["length"]) + t.rng.choice((-12, 7, 15, 30))), "year": int(item.numbers["year"]) + t.rng.choice((-3, 1, 10))}
        yield t.case(wording.format(name=name(item), **said), item, lie="wrong_amount")
    for wording in ("{b} is shorter than {a}.", "{a} is longer than {b}."):
        a, b = t.pair(lambda a, b: a.numbers["length"] < b.numbers["length"] - 2)
        yield t.case(wording.format(a=name(a), b=name(b)), a, b, lie="wrong_comparison")


def count_lies(t: Teller) -> Iterator[Case]:
    for wording in ("I have four for you.", "there are twenty more like it.", "I found a dozen that fit.", "seven options, then.", "that leaves fifty to choose from."):
        yield t.case(wording, *t.rng.sample(t.items, 2), fitting=9, lie="wrong_count")


def denied_lies(t: Teller) -> Iterator[Case]:
    slots = {"demo": ("colour", "material"), "cinema": ("language",), "bistro": ("food",)}[t.name]
    for slot in slots:
        for wording in ("it isn't {value}.", "no, it's not {value}, it's {other}.", "it's {other} rather than {value}."):
            item = t.item(lambda item, slot=slot: len(item.values.get(slot, ())) == 1 and bool(t.other_values(slot, item)))
            yield t.case(wording.format(value=item.values[slot][0], other=t.other_value(slot, item)), item, lie="false_denial")


TRUTHS = (priced_truths, bounded_truths, budget_truths, value_truths, denied_truths, stock_truths, mixed_truths, pair_truths, amount_truths, count_truths)
LIES = (price_lies, value_lies, foreign_lies, stock_lies, fixed_lies, comparison_lies, amount_lies, count_lies, denied_lies)


def make(tellings: tuple[Callable[[Teller], Iterator[Case]], ...], written: list[Case], rng: random.Random) -> list[Case]:
    """The hand-written ones first, then rounds over all shops and wordings until there are enough; no sentence twice."""
    cases, seen = list(written), {case["text"] for case in written}
    shops = [Teller(name, rng) for name in SHOPS]
    pool: list[Case] = []
    for shop in (shops[0], *shops, *shops):
        for telling in tellings:
            pool += telling(shop)
    rng.shuffle(pool)
    for case in pool:
        if len(cases) < SETS_OF and case["text"] not in seen:
            seen.add(case["text"])
            cases.append(case)
    return cases


def main() -> None:
    rng = random.Random(20)
    for path, tellings, lie in (("truths.jsonl", TRUTHS, False), ("lies.jsonl", LIES, True)):
        cases = make(tellings, [case for case in by_hand.cases() if bool(case["lie"]) == lie], rng)
        (HERE / path).write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")
        print(path, len(cases))


if __name__ == "__main__":
    main()
