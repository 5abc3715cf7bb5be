"""From a plan to checked sentences: the first is spoken at once, the rest are worded by the model while it is heard.

    plan -> tellings (template, ground) -> words (model) -> claims -> check -> sentence, repaired, or the template

The model works in the background from the moment `Phraser.say` is called, in the order in which sentences are needed, each with
the time that the sentences before it take to be heard. What is late, absent or wrong is said by template; the cause is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from dialogue.likely import values_named
from dialogue.llm import LanguageModel
from dialogue.phrasing.checking import check, spans_of
from dialogue.phrasing.composing import compose
from dialogue.phrasing.facts import Ground, ShopFacts, stems
from dialogue.phrasing.live import HttpLive, LiveSource, check_live
from dialogue.phrasing.showing import ITEMS_SPOKEN
from dialogue.phrasing.telling import Scene, Telling
from dialogue.phrasing.wording import Worded, Worder
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Plan, Sentence, Source
from recommender.types import Item, Ranked, Recommender

SPOKEN_CHARS_PER_S = 16.5
"""Pace of the default voice (measured over forty replies), for knowing how long the sentences before leave to the model."""
PATIENCE_MS = 400.0
"""How much longer than the sentences before last a shopper is kept waiting for better words."""
LIVE_TIMEOUT_MS = 150.0
STOCK_TURNS = 3
"""Turns after which a stock sentence comes round again."""
STOCK_VALUES = 12
"""Wishes of a slot, those of most items, whose openings are stock: "For a wedding,"."""


@dataclass(frozen=True)
class _Job:
    telling: Telling
    words: Future[Worded] | None
    until: float
    """Monotonic time by which the sentence must be on its way."""
    chosen: list[str] = field(default_factory=list)
    """What the model has taken already, should its own words not come back in time."""


class Phraser:
    """One shop's way of speaking. Thread safe; sessions share it. Without a model everything is said by template."""

    def __init__(
        self,
        shop: TalkingShop,
        recommender: Recommender,
        llm: LanguageModel | None,
        *,
        live: LiveSource | None = None,
        patience_ms: float = PATIENCE_MS,
        workers: int = 1,
    ) -> None:
        """``live``: who knows prices and stock now; without it the address under [live] in shop.toml, if there is one."""
        self.shop = ShopFacts(shop, recommender.items())
        self._recommender = recommender
        self._patience_ms = patience_ms
        self._live = live or (HttpLive(shop.live.url) if shop.live else None)
        self._live_timeout_ms = shop.live.timeout_ms if shop.live else LIVE_TIMEOUT_MS
        self._worder = Worder(llm, self.shop) if llm is not None else None
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="phrasing")

    def warm_up(self) -> None:
        """Process the prompt prefix once, so that the first shopper does not pay for it."""
        if self._worder is not None:
            self._worder.warm_up()

    def stock(self) -> tuple[Sentence, ...]:
        """First sentences that many replies share: greetings, openings, repairs, partings, openings that take up a common wish,
        policies. A voice may speak them beforehand, in this order."""
        rows = tuple(Ranked(item, 1.0) for item in self._recommender.items()[:2])
        plans = [
            Plan("greet"), Plan("recommend", items=rows), Plan("repair", note="not_understood"), Plan("close", note="thanked"),
            Plan("close", note="goodbye"), Plan("close", note="nothing_more"), Plan("recommend", items=rows[:1]),
        ]  # fmt: skip
        turns = (BeliefState(turn=turn) for turn in range(STOCK_TURNS))
        ground = Ground(items=tuple(self.shop.of(ranked.item) for ranked in rows))  # as the catalogue has it: nobody is asked
        grounds = [replace(ground, items=ground.items[: len(plan.items)]) for plan in plans]
        scenes = [Scene(plan, state, self.shop, own) for state in turns for plan, own in zip(plans, grounds, strict=True)]
        texts = [compose(scene)[0].text for scene in [*scenes, *self._openings()]]
        texts += [policy.text.strip() for policy in self.shop.shop.policies]
        return tuple(Sentence(text) for text in dict.fromkeys(texts))

    def _openings(self) -> Iterator[Scene]:
        """Recommendations of two items for each common wish."""
        items = self._recommender.items()
        for slot, values in values_named(self.shop.shop, items).items():
            for value in values[:STOCK_VALUES]:
                two = tuple(item for item in items if value in item.values.get(slot, ()))[:2]
                plan = Plan("recommend", items=tuple(Ranked(item, 1.0) for item in two), wishes={slot: (value,)})
                yield Scene(plan, BeliefState(), self.shop, Ground(items=tuple(map(self.shop.of, two))))

    def close(self) -> None:
        """Stop the workers; sentences not yet worded are said by template."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def say(self, plan: Plan, state: BeliefState) -> Iterator[Sentence]:
        """The reply's sentences, in order. Closing the iterator stops the model.

        The first sentence is said as it stands and the model starts when the second is asked for, so that a reply prepared for a
        shopper who then goes on speaking costs the model nothing.
        """
        return self._sentences(compose(Scene(plan, state, self.shop, self.ground(plan, state))), state.turn)

    def _start(self, tellings: Sequence[Telling], seed: int, stopped: threading.Event) -> list[_Job]:
        """Give the model what it shall word, each with the time until the sentences before it are heard."""
        started = time.monotonic()
        jobs: list[_Job] = []
        heard_ms = 0.0
        for telling in tellings:
            wanted = started + heard_ms / 1000
            until = wanted + self._patience_ms / 1000
            words = None
            chosen: list[str] = []
            if self._worder is not None and telling.sheet is not None and heard_ms > 0:
                words = self._pool.submit(
                    self._worder.word,
                    telling,
                    seed=seed,
                    wanted=wanted,
                    until=until,
                    cancelled=stopped.is_set,
                    chose=chosen.append,
                )
            jobs.append(_Job(telling, words, until, chosen))
            heard_ms += len(telling.text) / SPOKEN_CHARS_PER_S * 1000
        return jobs

    def ground(self, plan: Plan, state: BeliefState) -> Ground:
        """What a reply to this plan may be built from."""
        plans = (*plan.before, plan)
        rows: dict[str, Item] = {ranked.item.id: ranked.item for one in plans for ranked in one.items}
        for beside in (plan.focus, plan.taken):
            if beside and beside not in rows and (row := self._recommender.item(beside)):
                rows[row.id] = row
        asked = list(rows.values())
        checked = check_live(asked, self._live, self._live_timeout_ms)
        here = checked.items
        if plan.kind == "recommend":
            here = tuple(item for item, before in zip(here, asked, strict=True) if item.in_stock or not before.in_stock)
        facts = [self.shop.of(row, live=checked.live) for row in here]
        money = self.shop.shop.money
        belief = state.belief(money.name) if money else None
        limits = [belief.low, belief.high, belief.around] if belief else []
        return Ground(
            items=tuple(facts),
            policies=self.shop.policies(tuple(dict.fromkeys(name for one in plans for name in one.policies))),
            wishes={slot: tuple(values) for slot, values in plan.wishes.items()},
            limits_minor=tuple(round(value * 100) for value in limits if value is not None),
            fitting=plan.fitting,
            counts=frozenset({len(facts), min(len(facts), ITEMS_SPOKEN)}),
            words=frozenset(stems(self.shop.shop.shop.name)),
        )

    def _sentences(self, tellings: Sequence[Telling], seed: int) -> Iterator[Sentence]:
        stopped = threading.Event()
        jobs: list[_Job] = []
        try:
            for position, telling in enumerate(tellings):
                if position == 1:
                    jobs = self._start(tellings, seed, stopped)
                yield self._finish(jobs[position] if jobs else _Job(telling, None, 0.0))
        finally:
            stopped.set()
            for job in jobs:
                if job.words is not None:
                    job.words.cancel()

    def _finish(self, job: _Job) -> Sentence:
        causes: tuple[str, ...] = ()
        if job.words is not None:
            try:
                worded = job.words.result(timeout=max(0.0, job.until - time.monotonic()))
            except TimeoutError:
                job.words.cancel()
                chosen = "".join(job.chosen)
                worded = Worded(chosen, ("cut_short",) if chosen else ("late",))
            causes = worded.causes
            if worded.text:
                return self._sentence(worded.text, job.telling, "llm" if worded.own else "choice", causes)
        return self._sentence(job.telling.text, job.telling, "policy" if job.telling.policy else "template", causes)

    def _sentence(
        self, text: str, telling: Telling, source: Source, causes: tuple[str, ...]
    ) -> Sentence:
        spans = spans_of(check(text, telling.ground, self.shop).reading, telling.ground)
        return Sentence(text, tuple(dict.fromkeys(item for item, _, _ in spans)), spans, source, causes)
