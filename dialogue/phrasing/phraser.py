"""From a plan to checked sentences: the first is spoken at once, the rest are worded by the model while it is heard.

    plan -> tellings (template, ground) -> words (model) -> claims -> check -> sentence, repaired, or the template

The model works in the background from the moment `Phraser.say` is called, in the order in which sentences are needed, each with the
time that the sentences before it take to be heard. What is late, absent or wrong is said by template, and the cause is kept.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from dialogue.llm import LanguageModel, LlmError
from dialogue.phrasing.checking import Fault, Verdict, check, spans_of
from dialogue.phrasing.facts import Ground, ItemFacts, ShopFacts, stems
from dialogue.phrasing.prompts import MAX_TOKENS, STOP, Sheet, prefix
from dialogue.phrasing.spoken import sentence
from dialogue.phrasing.templates import Scene, Telling, compose
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Plan, Sentence
from recommender.types import Item, Recommender

SPOKEN_CHARS_PER_S = 15.0
"""Pace of the voice, for knowing how long the sentences before leave to the model."""
FIRST_WAIT_MS = 400.0
"""How much longer than the first clause lasts a shopper is kept waiting for better words."""
LATEST_MS = 6_000.0
WARMEST = 0.7
"""Temperature of a second try; the first is greedy."""
MENDINGS = 2


@dataclass(frozen=True, slots=True)
class Worded:
    """What the model made of a telling."""

    text: str
    causes: tuple[str, ...] = ()
    tokens: int = 0
    took_ms: float = 0.0


class Phraser:
    """One shop's way of speaking. Thread safe; sessions share it."""

    def __init__(self, shop: TalkingShop, recommender: Recommender, llm: LanguageModel | None, *, workers: int = 1) -> None:
        self.shop = ShopFacts(shop, recommender.items())
        self._recommender = recommender
        self._llm = llm
        self._prefix = prefix(self.shop)
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="phrasing")

    def warm_up(self) -> None:
        """Process the prompt prefix once, so that the first shopper does not pay for it."""
        if self._llm is not None:
            self._llm.complete(self._prefix + "Name:", max_tokens=1, stop=STOP, deadline_ms=30_000)

    def close(self) -> None:
        """Stop the workers; sentences not yet worded are said by template."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def say(self, plan: Plan, state: BeliefState) -> Iterator[Sentence]:
        """The reply's sentences, in order. The model starts now; closing the iterator stops it."""
        scene = Scene(plan, state, self.shop, self.ground(plan, state))
        tellings = compose(scene)
        stopped = threading.Event()
        started = time.monotonic()
        jobs: list[tuple[Telling, Future[Worded] | None, float]] = []
        heard_ms = 0.0
        for telling in tellings:
            until = started + min(LATEST_MS, heard_ms + FIRST_WAIT_MS) / 1000
            job = None
            if self._llm is not None and telling.sheet is not None and heard_ms > 0:
                job = self._pool.submit(self._word, telling, state.turn, until, stopped)
            jobs.append((telling, job, until))
            heard_ms += len(telling.text) / SPOKEN_CHARS_PER_S * 1000
        return self._sentences(jobs, stopped)

    def ground(self, plan: Plan, state: BeliefState) -> Ground:
        """What this reply may be built from."""
        items = list(dict.fromkeys([ranked.item.id for ranked in plan.items] + ([plan.focus] if plan.focus else [])))
        rows: dict[str, Item] = {ranked.item.id: ranked.item for ranked in plan.items}
        facts: list[ItemFacts] = []
        for item_id in items:
            row = rows.get(item_id) or self._recommender.item(item_id)
            if row is not None:
                facts.append(self.shop.of(row))
        money = self.shop.shop.money
        limits: tuple[int, ...] = ()
        if money is not None:
            belief = state.belief(money.name)
            limits = tuple(round(value * 100) for value in (belief.low, belief.high, belief.around) if value is not None)
        wishes = {slot: tuple(values) for slot, values in plan.wishes.items()}
        return Ground(
            items=tuple(facts),
            policies=self.shop.policies(plan.policies),
            wishes=wishes,
            limits_minor=limits,
            fitting=plan.fitting,
            counts=frozenset({len(plan.items), min(len(plan.items), 3)}),
            words=frozenset(stems(self.shop.shop.shop.name)),
        )

    def _sentences(
        self, jobs: Sequence[tuple[Telling, Future[Worded] | None, float]], stopped: threading.Event
    ) -> Iterator[Sentence]:
        try:
            for telling, job, until in jobs:
                yield self._finish(telling, job, until)
        finally:
            stopped.set()

    def _finish(self, telling: Telling, job: Future[Worded] | None, until: float) -> Sentence:
        causes: tuple[str, ...] = ()
        if job is not None:
            try:
                worded = job.result(timeout=max(0.0, until - time.monotonic()))
                causes = worded.causes
                if worded.text:
                    return self._sentence(worded.text, telling, "llm", causes)
            except TimeoutError:
                job.cancel()
                causes = ("late",)
        return self._sentence(telling.text, telling, "policy" if telling.policy else "template", causes)

    def _sentence(self, text: str, telling: Telling, source: str, causes: tuple[str, ...]) -> Sentence:
        verdict = check(text, telling.ground, self.shop)
        spans = spans_of(verdict.reading, telling.ground)
        items = tuple(dict.fromkeys(item for item, _, _ in spans))
        return Sentence(text, items, spans, source, causes)  # type: ignore[arg-type]

    # --- the model's words -----------------------------------------------------------------------------------------------

    def _word(self, telling: Telling, turn: int, until: float, stopped: threading.Event) -> Worded:
        """Ask, read back, mend; a second, warmer try while there is time. Empty text: say the template."""
        assert self._llm is not None
        assert telling.sheet is not None
        causes: list[str] = []
        for attempt, temperature in enumerate((0.0, WARMEST)):
            left_ms = (until - time.monotonic()) * 1000
            if stopped.is_set() or left_ms < 50:
                return Worded("", (*causes, "late"))
            try:
                said = self._llm.complete(
                    self._prefix + telling.sheet.prompt(),
                    max_tokens=MAX_TOKENS,
                    stop=STOP,
                    deadline_ms=left_ms,
                    temperature=temperature,
                    seed=turn + attempt,
                    cancelled=stopped.is_set,
                )
            except LlmError:
                return Worded("", (*causes, "no_model"))
            if said.finished in ("late", "cancelled"):
                return Worded("", (*causes, "late"))
            text = tidy(telling.sheet, said.text)
            verdict = check(text, telling.ground, self.shop, must_name=telling.names)
            if verdict.passes:
                return Worded(text, tuple(causes))
            causes += [cause for cause in verdict.causes if cause not in causes]
            mended = text
            for _ in range(MENDINGS):
                mended = mend(mended, verdict, telling.sheet)
                verdict = check(mended, telling.ground, self.shop, must_name=telling.names)
                if not mended or verdict.passes:
                    break
            if mended and verdict.passes:
                return Worded(mended, tuple(causes))
        return Worded("", tuple(causes))


def tidy(sheet: Sheet, written: str) -> str:
    """The lead and the first sentence of what the model wrote, closed properly; the price added where the model forgot it."""
    written = re.split(r"(?<=[.!?])\s+(?=[A-Z\"'])", written.strip(), maxsplit=1)[0].strip('"')
    text = sentence(f"{sheet.lead} {written}".replace(" ,", ",").replace(",,", ","))
    text = _mend_grammar(text, sheet)
    if sheet.price and sheet.price not in text and not re.search(r"\d", written):
        money = sheet.price.split()[-1].rstrip("s")
        if money not in text[len(sheet.lead) :]:
            text = f"{text.rstrip('.')}, at {sheet.price}."
    return text


def _mend_grammar(text: str, sheet: Sheet) -> str:
    """Values put as the shop puts them ("is a holiday" is "is for a holiday"), no article before a bare adjective."""
    start = len(sheet.lead)
    lead, rest = text[:start], text[start:].replace("; ", ", ")
    for value, said in sheet.puts:
        if said not in rest:
            rest = re.sub(rf"\b(?:(?:an?|the) )?{re.escape(value)}\b", said, rest, count=1)
    phrased = {said for _, said in sheet.puts}
    for value in (fact.removesuffix(" (as asked)") for fact in sheet.facts.split("; ")):
        if value and value not in phrased:
            rest = re.sub(rf"^ an? ({re.escape(value)})(?=[,.]| and\b)", r" \1", rest)
    return lead + rest


def mend(text: str, verdict: Verdict, sheet: Sheet) -> str:
    """The sentence with its price put right and without the comma-parted pieces that hold another fault; "" where that cannot be."""
    prices = [fault for fault in verdict.faults if fault.cause == "wrong_price" and fault.start_char >= len(sheet.lead)]
    if prices and sheet.price:
        fault = prices[0]
        return f"{text[: fault.start_char]}{sheet.price}{text[fault.end_char :]}"
    pieces: list[tuple[int, int]] = []
    start = 0
    for mark in re.finditer(r",\s+", text):
        pieces.append((start, mark.start()))
        start = mark.end()
    pieces.append((start, len(text)))
    faulty = [fault for fault in verdict.faults if fault.end_char]
    if len(pieces) < 2 or not faulty:
        return ""
    kept = [piece for piece in pieces if not any(_inside(fault, piece) for fault in faulty)]
    if len(kept) == len(pieces) or kept[:1] != pieces[:1]:
        return ""
    mended = sentence(", ".join(text[first:last].rstrip(".") for first, last in kept))
    return f"{mended.rstrip('.')}, at {sheet.price}." if sheet.price and sheet.price not in mended else mended


def _inside(fault: Fault, piece: tuple[int, int]) -> bool:
    return fault.start_char < piece[1] and piece[0] < fault.end_char
