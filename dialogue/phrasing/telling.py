"""What composing a reply needs and gives: the scene (plan, state, facts) and the sentences to tell, each with its ground."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dialogue.phrasing.facts import Ground, ItemFacts, ShopFacts, stems
from dialogue.phrasing.names import sayable
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.spoken import sentence
from dialogue.phrasing.traits import offered
from dialogue.portions import wishes_for
from dialogue.shop import Slot
from dialogue.state import BeliefState
from dialogue.types import Plan

OPTIONS_SPOKEN = 3


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
    """The shop's own line, said as written."""
    clause: bool = False
    """An opening, which the sentence after it completes."""


@dataclass(frozen=True)
class Scene:
    """One reply to compose: the plan, who is spoken to, and the rows the plan names."""

    plan: Plan
    state: BeliefState
    shop: ShopFacts
    ground: Ground

    def vary(self, options: Sequence[str], salt: int = 0) -> str:
        """One of the options, another in the next turn, the same when a turn is said again."""
        return options[(self.state.turn + salt) % len(options)]

    @property
    def focus(self) -> ItemFacts | None:
        """The item the plan is about."""
        items = self.ground.items
        return next((facts for facts in items if facts.item.id == self.plan.focus), items[0] if items else None)


def wishes_of(scene: Scene, facts: ItemFacts, wishes: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Wishes as they hold of one item, each of several made its own way."""
    topic = scene.shop.shop.topic
    return wishes_for(facts.item, topic.name if topic else "", wishes, scene.state)


def tell(ground: Ground, text: str, besides: str = "") -> Telling:
    """A sentence of the shop's own. ``besides``: words it may use that are neither plain nor facts."""
    return Telling(sentence(text), with_words(ground, besides) if besides else ground)


def with_words(ground: Ground, *texts: str) -> Ground:
    """The ground with the words of these texts allowed too."""
    return replace(ground, words=ground.words | {stem for text in texts for stem in stems(text)})


def named(facts: ItemFacts, shop: ShopFacts) -> str:
    """The name with its article as it stands inside a sentence: "the Linen Wrap Dress". [voice] article = "" leaves it out."""
    article = (shop.shop.voice.model_extra or {}).get("article", "the")
    first = facts.name.split()[0].lower() if facts.name else ""
    own = {"the", "a", "an", "one", "set", "pack", "box", "our", "my", "pair", "this"}
    return f"{article} {facts.name}" if article and first not in own else facts.name


def verb_of(facts: ItemFacts) -> str:
    """ "are" of a name spoken of as several, such as "Oak Stools"; "is" of "Set of Six Stools" and "Glass"."""
    head = re.split(r"\s+(?:of|with|for|in|on|by|and)\s+|,", facts.name, maxsplit=1)[0].split()
    last = head[-1].lower() if head else ""
    several = (last.endswith("s") and not last.endswith(("ss", "us", "is", "'s"))) or last in {"people", "children", "feet"}
    return "are" if several and not facts.kind_only and not facts.proper else "is"


def question(scene: Scene, slot: Slot | None, options: Iterable[str], *, worded: bool = False) -> Telling | None:
    """The question about a slot in one sentence, with the values there are. ``worded``: the model may put it its own way."""
    if slot is None:
        return None
    asked = (slot.ask or f"Any {slot.said} in mind?").strip().rstrip("?.! ")
    choices = sayable(options)[:OPTIONS_SPOKEN] if " or " not in asked else []
    ground = with_words(replace(scene.ground, items=(), wishes={}), asked, slot.said, *choices)
    if not choices:
        sheet = Sheet(ask=f"{asked}?", lead="And") if worded else None
        return Telling(f"{asked}?", ground, sheet)
    offer = offered(slot, choices)
    ground = with_words(ground, offer)
    text = scene.vary((f"{asked}: {offer}?", f"{asked}, perhaps {offer}?", f"{asked}, say {offer}?"))
    lead = f"And {asked[0].lower()}{asked[1:]},"
    sheet = Sheet(ask=f"{asked}?", options=offer.replace(" or ", ", "), lead=lead)
    return Telling(sentence(text), ground, sheet if worded else None)
