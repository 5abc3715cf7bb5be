"""Plans to speak from: every kind, in the shares of a conversation, drawn from a shop's real rows. Deterministic by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dialogue.shop import Slot, TalkingShop
from dialogue.state import BeliefState, SlotBelief
from dialogue.types import Plan, PlanKind
from recommender.types import Item, Ranked, Reason, Relaxation

KIND_SHARES: Mapping[PlanKind, float] = {
    "recommend": 0.50, "compare": 0.14, "answer": 0.12, "ask": 0.06, "none_fit": 0.05, "chosen": 0.04,
    "confirm": 0.02, "repair": 0.02, "greet": 0.02, "memory": 0.015, "close": 0.015,
}  # fmt: skip
"""Roughly a conversation's: a list is given early, then refined, compared and asked about."""
NONE_FIT_ITEMS = 1
BUDGET_SHARE = 0.35
COMPANION_SHARE = 0.5
"""Choices for which the recommender knew something to go with them."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reply to be made."""

    plan: Plan
    state: BeliefState


def occasions(shop: TalkingShop, items: Sequence[Item], *, count: int, seed: int) -> Iterator[Occasion]:
    """``count`` plans with the states they are said in."""
    maker = _Maker(shop, items, random.Random(seed))
    kinds, shares = list(KIND_SHARES), list(KIND_SHARES.values())
    for turn in range(count):
        yield maker.make(maker.rng.choices(kinds, shares)[0], turn)


class _Maker:
    def __init__(self, shop: TalkingShop, items: Sequence[Item], rng: random.Random) -> None:
        self.shop, self.rng = shop, rng
        self.items = list(items)
        topic = shop.topic
        by_kind: dict[str, list[Item]] = {}
        for item in self.items:
            for value in item.values.get(topic.name, ()) if topic else ():
                by_kind.setdefault(value, []).append(item)
        self.groups = [group for _, group in sorted(by_kind.items()) if len(group) >= 3] or [self.items]
        self.choices = [slot for slot in shop.slots if slot.kind == "choice" and not slot.topic]
        self.asked = [slot for slot in shop.slots if slot.ask]

    def make(self, kind: PlanKind, turn: int) -> Occasion:
        plan, state = getattr(self, f"_{kind}")(BeliefState(turn=turn))
        return Occasion(plan, state)

    # --- parts -----------------------------------------------------------------------------------------------------------

    def _some(self, low: int, high: int) -> list[Item]:
        group = self.rng.choice(self.groups)
        return self.rng.sample(group, min(len(group), self.rng.randint(low, high)))

    def _wishes(self, item: Item) -> dict[str, tuple[str, ...]]:
        slots = [slot for slot in self.choices if item.values.get(slot.name)]
        picked = self.rng.sample(slots, min(len(slots), self.rng.choice((0, 1, 1, 2))))
        return {slot.name: (self.rng.choice(item.values[slot.name]),) for slot in picked}

    def _believing(self, state: BeliefState, wishes: Mapping[str, tuple[str, ...]], items: Sequence[Item]) -> BeliefState:
        for name, values in wishes.items():
            state = state.with_slot(name, SlotBelief(want=values))
        prices = [item.price_minor for item in items if item.price_minor is not None]
        if self.shop.money and prices and self.rng.random() < BUDGET_SHARE:
            state = state.with_slot(self.shop.money.name, SlotBelief(high=float(max(prices) // 500 * 5 + 5)))
        return state

    def _options(self, slot: Slot) -> tuple[str, ...]:
        values = sorted({value for item in self.items[:400] for value in item.values.get(slot.name, ())})
        return tuple(self.rng.sample(values, min(3, len(values)))) if slot.kind == "choice" else ()

    # --- kinds -----------------------------------------------------------------------------------------------------------

    def _recommend(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        items = self._some(2, 3)
        wishes = self._wishes(items[0])
        slot = self.rng.choice(self.asked) if self.asked and self.rng.random() < 0.5 else None
        plan = Plan(
            "recommend", items=_ranked(items), wishes=wishes, fitting=self.rng.randint(len(items), 40),
            ask_next=slot.name if slot else None, options=self._options(slot) if slot else (),
        )  # fmt: skip
        return plan, self._believing(state, wishes, items)

    def _compare(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        items = self._some(2, 3)
        wishes = self._wishes(items[0])
        return Plan("compare", items=_ranked(items), wishes=wishes), self._believing(state, wishes, items)

    def _answer(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        item = self.rng.choice(self.items)
        about = ["price", "stock", "details", "washing", *(slot.name for slot in self.shop.slots)]
        topic = self.rng.choice(about)
        if self.shop.policies and self.rng.random() < 0.25:
            policy = self.rng.choice(self.shop.policies)
            return Plan("answer", policies=(policy.name,), requested=(policy.name,), note="policy"), state
        requested = () if topic == "details" else (topic,)
        note = "details" if topic == "details" else ""
        return Plan("answer", items=_ranked([item]), focus=item.id, requested=requested, note=note), state

    def _none_fit(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        item = self.rng.choice(self.items)
        slots = [slot for slot in self.choices if item.values.get(slot.name)]
        money = self.shop.money
        if money and item.price_minor and (not slots or self.rng.random() < 0.5):
            state = state.with_slot(money.name, SlotBelief(high=float(max(1, item.price_minor // 100 - 5))))
            easing = Relaxation("price", self.rng.randint(1, 6), nearest=float(item.price_minor))
        elif slots:
            slot = self.rng.choice(slots)
            easing = Relaxation(slot.name, self.rng.randint(1, 6), values=item.values[slot.name][:2])
        else:
            return Plan("none_fit"), state
        return Plan("none_fit", items=_ranked([item] * NONE_FIT_ITEMS), slot=easing.slot, relaxations=(easing,)), state

    def _chosen(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        item, other = self.rng.sample(self.items, 2)
        companion = (Ranked(other, 0.5, (Reason("goes_with", item=item.id),)),) if self.rng.random() < COMPANION_SHARE else ()
        return Plan("chosen", items=(*_ranked([item]), *companion), focus=item.id), state

    def _ask(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        wishes = self._wishes(self.rng.choice(self.items))
        slot = self.rng.choice(self.asked) if self.asked else None
        plan = Plan("ask", slot=slot.name if slot else None, options=self._options(slot) if slot else (), wishes=wishes)
        return plan, self._believing(state, wishes, ())

    def _confirm(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        slots = [slot for slot in self.choices if self._options(slot)]
        if not slots:
            return Plan("confirm"), state
        slot = self.rng.choice(slots)
        return Plan("confirm", slot=slot.name, options=self._options(slot)[:1], note="doubt"), state

    def _repair(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        return Plan("repair", note=self.rng.choice(("not_understood", "off_topic"))), state

    def _greet(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        return Plan("greet", note=self.rng.choice(("", "help"))), state

    def _memory(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        wishes = self._wishes(self.rng.choice(self.items))
        note = self.rng.choice(("show_memory", "forget_me", "remember_me"))
        return Plan("memory", note=note), self._believing(state, wishes, ())

    def _close(self, state: BeliefState) -> tuple[Plan, BeliefState]:
        focus = self.rng.choice(self.items).id if self.rng.random() < 0.4 else None
        return Plan("close", focus=focus, note=self.rng.choice(("goodbye", "thanked", "nothing_more"))), state


def _ranked(items: Sequence[Item]) -> tuple[Ranked, ...]:
    return tuple(Ranked(item, 1.0 - place / 10) for place, item in enumerate(items))
