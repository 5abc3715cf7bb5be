"""One turn of a conversation, from the words heard to the plan of what to convey. Pure: the same call gives the same turn."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialogue.belief import apply
from dialogue.deciding import Deciding
from dialogue.english import UNFINISHED_ENDINGS
from dialogue.likely import likely_phrases, values_named
from dialogue.llm_understanding import LlmReader, StructuredModel
from dialogue.policy import decide, remember_plan
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Act, Heard, Plan, SlotChange, Understanding
from dialogue.understanding import Reader
from dialogue.words import read_words
from recommender.types import Embedder, Recommender


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn computed but not committed: what was understood, the state after it, and what to convey."""

    understanding: Understanding
    state: BeliefState
    plan: Plan
    took_ms: Mapping[str, float] = field(default_factory=dict)
    """By stage: "understand" and "decide" (which asks the recommender)."""


class Conversation:
    """A shop that can be talked to. Holds no conversation itself: the state goes in and comes out."""

    def __init__(
        self, shop: TalkingShop, recommender: Recommender, embedder: Embedder | None = None,
        model: StructuredModel | None = None,
    ) -> None:
        """``model``: reads the turns where it can be believed; without it, and wherever it fails, the rules do."""
        self.shop, self.recommender, self.embedder, self.model = shop, recommender, embedder, model
        self.reader = Reader.of(shop, recommender.items())
        self._values = values_named(shop, recommender.items())
        self._read = LlmReader(self.reader, model).read if model else self.reader.read

    def think(self, text: str, state: BeliefState, heard: Heard, *, shopper: str | None = None) -> Turn:
        """Compute a turn without committing anything.

        ``heard`` is what of the last reply reached the ear; ``shopper`` the id of a known shopper, if any.
        """
        started = time.perf_counter()
        state = state.hear(heard)
        return self._turn(self._read(text, state), state, shopper, started)

    def forget(self, slot: str, state: BeliefState, heard: Heard, *, shopper: str | None = None) -> Turn:
        """A turn without words: the shopper takes back everything believed of a slot. Pure, like ``think``."""
        state = state.hear(heard)
        if self.shop.topic is None or slot != self.shop.topic.name:
            state = replace(state, asked=(*state.asked, slot))   # who takes an answer back does not want the question again
        taken_back = Understanding("", (Act.INFORM,), changes=(SlotChange(slot, "clear"),))
        return self._turn(taken_back, state, shopper, time.perf_counter())

    def _turn(self, understanding: Understanding, state: BeliefState, shopper: str | None, started: float) -> Turn:
        understood = time.perf_counter()
        after = apply(understanding, state, self.shop, self.recommender)
        plan = decide(Deciding(self.shop, self.recommender, understanding, after, shopper))
        after = remember_plan(after, plan)
        done = time.perf_counter()
        return Turn(understanding, after, plan, {"understand": (understood - started) * 1e3, "decide": (done - understood) * 1e3})

    def greeting(self, state: BeliefState) -> Turn:
        """What the shop says first, before anything was heard."""
        plan = Plan("greet", slot=self.shop.topic.name if self.shop.topic else None)
        return Turn(Understanding("", (Act.GREET,)), replace(state, last_plan=plan), plan)

    def likely_phrases(self, state: BeliefState) -> list[str]:
        """Names likely in the next turn, likeliest first, to bias hearing: what is on the table and what was asked for."""
        return likely_phrases(self.shop, state, self.recommender.item, self._values)

    def looks_complete(self, text: str, state: BeliefState | None = None) -> bool | None:
        """Whether a partial transcript looks like a whole turn: False if it breaks off, True if it answers, None if unsure."""
        words = [word for word in read_words(text).words if not word.is_mark]
        if not words:
            return None
        if text.rstrip().endswith(("...", "…", ",", "-", "–")):
            return False
        last = words[-1].norm
        if last in UNFINISHED_ENDINGS and not (len(words) <= 2 and last in {"her", "more", "less"}):
            return False
        understanding = self.reader.read(text, state or BeliefState())
        if state is not None and state.asked_slot and any(change.slot == state.asked_slot for change in understanding.changes):
            return True
        closing = {
            Act.AFFIRM,
            Act.DENY,
            Act.CHOOSE,
            Act.THANK,
            Act.GOODBYE,
            Act.MORE,
            Act.REPEAT,
            Act.REJECT,
            Act.ASK_ITEM,
            Act.ASK_STOCK,
            Act.ASK_POLICY,
            Act.COMPARE,
            Act.START_OVER,
            Act.UNDO,
            Act.DONT_CARE,
        }
        if closing & set(understanding.acts) and text.rstrip().endswith((".", "?", "!")):
            return True
        return None


def command_said(reader: Reader, text: str) -> tuple[str | None, Mapping[str, str]]:
    """A spoken command: its intent, None where nothing of the shop's was said, and slot to the value last said for it."""
    understanding = reader.read(text, BeliefState())
    slots = {change.slot: change.values[-1] for change in understanding.changes if change.kind == "want" and change.values}
    norm = f" {read_words(text).norm} "
    told = (intent.name for intent in reader.shop.intents if any(f" {read_words(word).norm} " in norm for word in intent.words))
    intent = next(told, None) or (reader.shop.intents[0].name if slots and reader.shop.intents else None)
    return intent, slots
