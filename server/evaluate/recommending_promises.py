"""Whether a shop's recommendations keep their promises: random queries and bundles, read against the catalogue and the raw
interactions item by item. Shares no code with the recommender's limits and reasons.

A reason is true where the row, the question or the log bears it out: a wished value is the row's; "shoppers like you" names an
item of this shopper's and somebody else has both; what is chosen together somebody chose; a cheaper thing costs less.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from recommender.interactions import Interactions
from recommender.store import ShopRecommender
from recommender.types import Item, Limits, Query, Range, Ranked, Reason

NEAR = 0.3
"""A price is near its target within this share of it."""
NEW_DAYS = 90
EXAMPLES = 5
Tell = Callable[[int, int], None]


class Promises:
    """One shop's rows and log, and what was found wrong in answers."""

    def __init__(self, recommender: ShopRecommender, log: Interactions, topic: str | None, seed: int) -> None:
        self.recommender = recommender
        self.items = list(recommender.items())
        self.by_id = {item.id: item for item in self.items}
        self.topic = topic
        self.dice = random.Random(seed)
        self.baskets: dict[str, set[str]] = defaultdict(set)
        self.takers: dict[str, set[str]] = defaultdict(set)
        for number, position in zip(log.shopper, log.item, strict=True):
            shopper, taken = log.shoppers[int(number)], self.items[int(position)].id
            self.baskets[shopper].add(taken)
            self.takers[taken].add(shopper)
        self.shoppers = list(self.baskets)
        self.prices = sorted(item.price_minor for item in self.items if item.price_minor is not None)
        self.newest = max((item.launched for item in self.items if item.launched), default=None)
        self.values: dict[str, list[str]] = {}
        for item in self.items:
            for slot, values in item.values.items():
                self.values.setdefault(slot, []).extend(values)
        self.values = {slot: sorted(set(values)) for slot, values in self.values.items()}
        self.shown = 0
        self.claims: Counter[str] = Counter()
        self.untrue: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.examples: list[str] = []

    def limits(self) -> Limits:
        """Random limits that real questions have."""
        dice = self.dice
        slot = dice.choice(list(self.values)) if self.values and dice.random() < 0.2 else None
        high = dice.choice(self.prices) if self.prices and dice.random() < 0.5 else None
        refused = [name for name in self.values if dice.random() < 0.2]
        exclude = {name: frozenset(dice.sample(self.values[name], min(2, len(self.values[name])))) for name in refused}
        must = {slot: frozenset({dice.choice(self.values[slot])})} if slot else {}
        gone = frozenset(item.id for item in dice.sample(self.items, min(5, len(self.items))))
        return Limits(Range(high=high), must, exclude, exclude_items=gone)

    def query(self) -> Query:
        dice, item = self.dice, self.dice.choice(self.items)
        mode = dice.choice(["plain", "like", "cheaper", "liked", "text", "near"])
        return Query(
            limits=self.limits(),
            prefer={slot: {dice.choice(values): 1.0} for slot, values in self.values.items() if dice.random() < 0.3},
            text=item.title if mode == "text" else "", count=dice.choice([2, 5]),
            shopper=dice.choice(self.shoppers) if self.shoppers and dice.random() < 0.7 else None,
            liked=tuple(one.id for one in dice.sample(self.items, min(2, len(self.items)))) if mode == "liked" else (),
            like_item=item.id if mode in ("like", "cheaper") else None,
            towards={"price": -1.0} if mode == "cheaper" and self.prices else {},
            target_price_minor=dice.choice(self.prices) if mode == "near" and self.prices else None,
            surprise=dice.choice([0, 0, 1]), usual=dice.random() < 0.1,
        )

    def look_at(self, query: Query, shown: Sequence[Ranked]) -> None:
        """Every item and every reason of one answer."""
        for ranked in shown:
            self.shown += 1
            item = self.by_id[ranked.item.id]
            self._within(item, query.limits)
            for reason in ranked.reasons:
                self._count(reason.kind, self.true(reason, item, query), f"{reason} of {item.id} for {query.shopper}")

    def look_at_bundle(self, limits: Limits, budget_minor: int, shown: Sequence[Ranked], total_minor: int) -> None:
        items = [self.by_id[ranked.item.id] for ranked in shown]
        spent = sum(item.price_minor or 0 for item in items)
        kinds = [kind for item in items for kind in item.values.get(self.topic or "", ())[:1]]
        for fault, found in {
            "bundle over its budget": spent != total_minor or spent > budget_minor, "two of a kind": len(set(kinds)) < len(kinds),
        }.items():
            self.broken[fault] += found
        for item, ranked in zip(items, shown, strict=True):
            self._within(item, limits)
            for reason in ranked.reasons:
                self._count(reason.kind, self.true(reason, item, Query()), f"{reason} of {item.id}")

    def true(self, reason: Reason, item: Item, query: Query) -> bool:
        """Whether the rows, the question and the log bear a reason out."""
        anchor = self.by_id.get(reason.item or "")
        match reason.kind:
            case "wish":
                asked = {*query.prefer.get(reason.slot or "", ()), *query.limits.must.get(reason.slot or "", ())}
                return reason.value in item.values.get(reason.slot or "", ()) and _has(asked, reason.value)
            case "shoppers_like_you":
                mine, others = self.baskets.get(query.shopper or "", set()), self.takers[item.id] - {query.shopper}
                return reason.item in mine and bool(others & self.takers[reason.item or ""])
            case "again":
                return item.id in self.baskets.get(query.shopper or "", set())
            case "goes_with" if anchor is not None and reason.slot is None:
                return bool(self.takers[anchor.id] & self.takers[item.id])
            case "goes_with":
                mine_too = anchor.values.get(reason.slot or "", ()) if anchor else ()
                return reason.value in item.values.get(reason.slot or "", ()) and _has(mine_too, reason.value)
            case "price" if query.target_price_minor is not None and item.price_minor is not None:
                return abs(item.price_minor - query.target_price_minor) <= NEAR * query.target_price_minor + 1
            case "price":
                like = self.by_id[query.like_item].price_minor if query.like_item else None
                return item.price_minor is not None and (like is None or item.price_minor < like)
            case "new":
                return bool(item.launched and self.newest and (self.newest - item.launched).days <= NEW_DAYS)
            case "popular":
                return bool(self.takers[item.id])
            case "like_item":
                return reason.item == query.like_item
            case "liked":
                return reason.item in query.liked
            case _:
                return True

    def _count(self, kind: str, holds: bool, example: str) -> None:
        self.claims[kind] += 1
        if not holds:
            self.untrue[kind] += 1
            self.examples.append(example)

    def _within(self, item: Item, limits: Limits) -> None:
        price, high = item.price_minor, limits.price_minor.high
        for fault, found in {
            "stock": item.stock == 0, "price": high is not None and (price is None or price > high),
            "must": any(not set(item.values.get(slot, ())) & values for slot, values in limits.must.items()),
            "exclusion": any(set(item.values.get(slot, ())) & values for slot, values in limits.exclude.items()),
            "excluded item": item.id in limits.exclude_items,
        }.items():
            self.broken[fault] += found


def promise_figures(
    recommender: ShopRecommender, log: Interactions, topic: str | None, queries: int, seed: int, tell: Tell
) -> dict[str, object]:
    """Counts of items shown, promises broken, reasons given and reasons untrue."""
    shop = Promises(recommender, log, topic, seed)
    for number in range(queries):
        tell(number, queries)
        query = shop.query()
        shop.look_at(query, recommender.recommend(query).items)
    bundles = 0
    for _ in range(queries // 3 if shop.prices else 0):
        item, limits = shop.dice.choice(shop.items), Limits(exclude=shop.limits().exclude)
        budget = shop.dice.choice(shop.prices) + (item.price_minor or 0)
        made = recommender.bundle(item.id, limits, budget, shop.dice.choice([2, 3, 4]))
        if made is not None:
            bundles += 1
            shop.look_at_bundle(limits, budget, made.items, made.total_minor)
    return {
        "seed": seed, "queries": queries, "bundles": bundles, "shown": shop.shown, "broken": sum(shop.broken.values()),
        "broken_by_kind": {fault: count for fault, count in shop.broken.items() if count}, "reasons": sum(shop.claims.values()),
        "reasons_by_kind": dict(shop.claims), "untrue": sum(shop.untrue.values()), "untrue_by_kind": dict(shop.untrue),
        "examples": shop.examples[:EXAMPLES],
    }


def _has(values: Iterable[str], value: str | None) -> bool:
    return value is not None and value.casefold() in {one.casefold() for one in values}
