"""Hidden needs of simulated shoppers, drawn from what real shoppers bought, and how such a shopper puts them in words.

A need is a bought item's own row seen through a shopper's eyes: its kind, some of its values, a price that may not be passed, now
and then a value it must not have. The sentences are written for this measure alone; nothing was tuned on them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.phrasing.traits import put
from dialogue.shop import Slot, TalkingShop
from recommender.types import Item

SYNONYM_SHARE = 0.4
"""Of values said in another word that the shop itself lists."""
HEADROOM = (1.02, 1.5)
"""A shopper's highest price, as a multiple of what the bought item costs."""
MOST_VALUES = 3

OPENINGS = (
    "hi, I need {kind}{more}",
    "hello there, could you find me {kind}{more}?",
    "so I've been searching for {kind}{more}",
    "have you got {kind}{more}?",
    "I was hoping for {kind}{more}",
    "{kind}{more}, if you have such a thing",
    "we could do with {kind}{more}",
    "I'd love {kind}{more}",
    "my sister sent me, she said you have {kind}{more}",
    "er, {kind}{more} would be good",
)
OPENINGS_WITHOUT_KIND = ("hello, I'd love something{more}", "could you find me something{more}?", "well, something{more}")
VALUES = ("{put}", "it should be {put}", "{put} if you can", "ideally {put}", "I was thinking {put}")
REMINDERS = ("I did want it {put}", "it has to be {put}", "{put}, please", "have you one {put}?", "could it be {put}?")
PRICES = ("I can't go past {amount}", "{amount} is the most I'd pay", "keep it to {amount} at most", "no more than {amount}")
TOO_DEAR = ("that's beyond me, I have {amount} at most", "hmm, no more than {amount}", "I can only do up to {amount}")
EXCLUSIONS = ("but not {value}", "only nothing {value}", "anything but {value}")
OPEN = ("I really don't mind", "no preference there", "that doesn't matter to me", "any is fine")
MORE = ("what else do you have?", "could you show me some others?", "not quite, anything else?")


@dataclass(frozen=True)
class Need:
    """What a shopper will be content with. Fields are told only when there is cause."""

    item: str
    """The item that was really bought; it is content with any other that fits."""
    kind: str | None
    values: Mapping[str, str]
    most_minor: int | None
    excluded: Mapping[str, str] = field(default_factory=dict)
    patience: int = 7
    """Turns after which the shopper leaves."""

    def fits(self, item: Item, topic: str | None) -> bool:
        """Whether an item meets all of it."""
        return (
            (self.kind is None or topic is None or self.kind in item.values.get(topic, ()))
            and all(value in item.values.get(slot, ()) for slot, value in self.values.items())
            and not any(value in item.values.get(slot, ()) for slot, value in self.excluded.items())
            and (self.most_minor is None or (item.price_minor is not None and item.price_minor <= self.most_minor))
            and item.in_stock
        )


def draw_needs(
    shop: TalkingShop, items: Sequence[Item], bought: Sequence[str], count: int, seed: int, patience: tuple[int, int]
) -> list[Need]:
    """Needs of ``count`` shoppers. ``bought``: ids of items that were really bought, one a purchase, so that what sells is what
    is sought. An item of which nothing but a title is known says nothing of a need and is not drawn.
    """
    rng = random.Random(seed)
    by_id = {item.id: item for item in items}
    topic = shop.topic.name if shop.topic else None
    choices = [slot for slot in shop.slots if slot.kind == "choice" and not slot.topic]
    others = {slot.name: sorted({value for item in items for value in item.values.get(slot.name, ())}) for slot in choices}
    needs: list[Need] = []
    pool = [item for item in bought if item in by_id and by_id[item].in_stock]
    for _ in range(50 * count):
        if len(needs) == count or not pool:
            break
        item = by_id[rng.choice(pool)]
        kinds = item.values.get(topic, ()) if topic else ()
        told = [slot.name for slot in choices if item.values.get(slot.name)]
        if not told:
            continue
        wanted = rng.sample(told, min(len(told), rng.randint(1, MOST_VALUES)))
        values = {name: rng.choice(item.values[name]) for name in wanted}
        excluded = {}
        left = [name for name in told if name not in values]
        if left and rng.random() < 0.25:
            name = rng.choice(left)
            if away := [value for value in others[name] if value not in item.values[name]]:
                excluded = {name: rng.choice(away)}
        most = None
        if item.price_minor is not None and rng.random() < 0.75:
            most = _round_up(round(item.price_minor * rng.uniform(*HEADROOM)))
        needs.append(Need(item.id, kinds[0] if kinds else None, values, most, excluded, rng.randint(*patience)))
    return needs


def _round_up(minor: int) -> int:
    """A price as people name one: whole units, in fives from twenty on."""
    step = 500 if minor >= 2000 else 100
    return -(-minor // step) * step


@dataclass
class Voice:
    """One shopper's way of putting things."""

    shop: TalkingShop
    need: Need
    rng: random.Random

    def opening(self, told: Sequence[str]) -> str:
        """The first sentence: the kind of thing and the values of the slots in ``told``."""
        more = "".join(f" {self._put(name, self.need.values[name])}" for name in told if name in self.need.values)
        topic = self.shop.topic
        if self.need.kind is None or topic is None:
            return self.rng.choice(OPENINGS_WITHOUT_KIND).format(more=more)
        return self.rng.choice(OPENINGS).format(kind=_an(self._said(topic, self.need.kind)), more=more)

    def answer(self, slot: Slot) -> str:
        """To a question about a slot."""
        need = self.need
        if slot.topic and need.kind:
            return _an(self._said(slot, need.kind))
        if slot.is_money and need.most_minor is not None:
            return self.rng.choice(PRICES).format(amount=self._amount())
        if slot.name in need.values:
            return self.rng.choice(VALUES).format(put=self._put(slot.name, need.values[slot.name]))
        if slot.name in need.excluded:
            return f"anything, {self.rng.choice(EXCLUSIONS).format(value=need.excluded[slot.name])}"
        return self.rng.choice(OPEN)

    def complaint(self, item: Item) -> str:
        """What is wrong with the item offered first, the price before the rest; asks for others where nothing is."""
        need, topic = self.need, self.shop.topic
        if need.most_minor is not None and (item.price_minor is None or item.price_minor > need.most_minor):
            return self.rng.choice(TOO_DEAR).format(amount=self._amount())
        for name, value in need.values.items():
            if value not in item.values.get(name, ()):
                return self.rng.choice(REMINDERS).format(put=self._put(name, value))
        for name, value in need.excluded.items():
            if value in item.values.get(name, ()):
                return self.rng.choice(EXCLUSIONS).format(value=value).removeprefix("but ")
        if topic and need.kind and need.kind not in item.values.get(topic.name, ()):
            return f"I asked for {_an(self._said(topic, need.kind))}"
        return self.rng.choice(MORE)

    def more(self) -> str:
        return self.rng.choice(MORE)

    def _amount(self) -> str:
        assert self.need.most_minor is not None
        unit = {"USD": "dollars", "GBP": "pounds", "EUR": "euros"}.get(self.shop.shop.currency, "")
        return f"{self.need.most_minor / 100:g} {unit}".strip()

    def _put(self, name: str, value: str) -> str:
        slot = self.shop.slot(name)
        assert slot is not None
        said = self._said(slot, value)
        if said == value:
            return put(slot, value)
        return (slot.phrase or "{value}").replace("{a value}", said).replace("{value}", said)

    def _said(self, slot: Slot, value: str) -> str:
        others = [other for other in self.shop.slots if other is not slot]
        elsewhere = {word for other in others for words in other.synonyms.values() for word in words}
        synonyms = [other for other in slot.synonyms.get(value, ()) if len(other.split()) <= 2 and other not in elsewhere]
        return self.rng.choice(synonyms) if synonyms and self.rng.random() < SYNONYM_SHARE else value


def _an(kind: str) -> str:
    """ "a lamp", "an apron", "earrings"."""
    if kind.endswith("s") and not kind.endswith("ss"):
        return kind
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
