"""The model's words for one sentence: chosen, asked for, read back, mended, or given up.

sheet -> a choice among ways to say it; if there is time: own words -> claims -> check -> passes
                                                         | price put right, faulty clauses left out -> passes
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dialogue.llm import Completion, LanguageModel, LlmError
from dialogue.phrasing.checking import Verdict, check
from dialogue.phrasing.choices import ways_to_say
from dialogue.phrasing.facts import ShopFacts, stems
from dialogue.phrasing.mending import completed, mend, mend_grammar, tidy
from dialogue.phrasing.plain import FUNCTION_WORDS, PLAIN
from dialogue.phrasing.prompts import MAX_TOKENS, STOP, Sheet, prefix
from dialogue.phrasing.telling import Telling

FREE, HELD = 0.0, 0.7
"""Temperatures: a first free try is greedy; a second, and a choice among the ways to say the facts, may vary."""
FREE_MS, FREE_SPARE, REMEMBERED = 900.0, 1.3, 0.8
"""What a free try is thought to take at first; how many times that there must be for one that may be done without; how much of
the thought each new one leaves."""
LONGER_CHARS, HELD_LONGER_CHARS = 20, 8
"""How much longer than the template the model's own sentence may be, and a way it chooses: the reply was measured by the
templates.
"""
ILL_FORMED = re.compile(
    r"\b(?:an?|the|is|are|of|in|by|and|for|with|it's|which)[,.?](?!\w)"
    r"|\b(?:an?|the|of|made) (?:in|for|by|at|and)\b|\b(?:is|are|it's|they're),|, (?:is|are|costs?)\b|\b(?:and|with),"
    r"|[()]|\bi(?:'d|'m|'ll)?\b|\b(?:an?|the) (?:\w+ly )?(?:\w+ )?(?:one|thing|item|piece)\b|\bthan you\b",
    re.IGNORECASE,
)
"""What a base model writes where it has lost the thread, and praise of nothing ("a beautiful thing")."""
OWNER = re.compile(r"\b(?!it's|that's|there's|here's)\w+'s\b")
"""What something belongs to: only in the facts' own names ("Cobbler's Yard"). "Children's material" says nothing."""
ASKED = re.compile(r"\b(?:you|your|asked|wanted)\b", re.IGNORECASE)
AS_ASKED = re.compile(r",?(?: just| exactly)? (?:as|like|what|which|that|the way) you\b", re.IGNORECASE)
MENDINGS = 2
CHECKED_MS = 50.0
"""Own words are asked for this much sooner than they are wanted, so that there is time to read them."""
LEAST_MS = 60.0
"""Less time than this is not worth a try."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What the model made of a telling; no text means that the template is said."""

    text: str = ""
    causes: tuple[str, ...] = ()
    own: bool = False
    """Whether the words are the model's own; else it chose among the ways to say the facts."""
    tokens: int = 0
    took_ms: float = 0.0
    """Of the model alone."""


@dataclass(slots=True)
class _Tries:
    """The calls made for one sentence."""

    telling: Telling
    seed: int
    cancelled: Callable[[], bool]
    causes: list[str] = field(default_factory=list)
    tokens: int = 0
    took_ms: float = 0.0
    calls: int = 0
    ended: bool = False
    """No further call is worth making."""

    def end(self, cause: str) -> None:
        self.causes.append(cause)
        self.ended = True

    def count(self, said: Completion) -> None:
        self.tokens, self.took_ms, self.calls = self.tokens + said.tokens, self.took_ms + said.took_ms, self.calls + 1


class Worder:
    """One shop's way of getting words from a model."""

    def __init__(self, llm: LanguageModel, shop: ShopFacts) -> None:
        self._llm, self._shop = llm, shop
        self._prefix = prefix(shop)
        self._free_ms = FREE_MS

    def warm_up(self) -> None:
        """Process the prompt prefix once, so that the first shopper does not pay for it."""
        self._llm.complete(self._prefix + "Name:", max_tokens=1, stop=STOP, deadline_ms=60_000)

    def word(
        self,
        telling: Telling,
        *,
        seed: int,
        wanted: float,
        until: float,
        cancelled: Callable[[], bool],
        chose: Callable[[str], None] = lambda text: None,
    ) -> Worded:
        """Words that pass the check, by the monotonic time ``until``; or none, with the causes.

        A model that can choose first takes one of the ways to say the facts, which cannot fail; then, if by ``wanted``, when the
        sentences before it have been heard, there is time, it puts them in its own words, which are said if they pass. ``chose``
        is told the way taken, so that it can be said should the own words not come back in time.
        """
        assert telling.sheet is not None
        tries = _Tries(telling, seed, cancelled)
        ways = ways_for(telling) if self._llm.can_choose else ()
        chosen = text = ""
        if ways:
            # Held to the facts it need not be shown them.
            chosen = self._try(tries, telling.sheet.opening, until, ways, HELD)
            chose(chosen)
            ended = wanted - CHECKED_MS / 1000
            if chosen and telling.sheet.free and (ended - time.monotonic()) * 1000 > FREE_SPARE * self._free_ms:
                text = self._try(tries, telling.sheet.prompt(), ended, (), FREE)
        elif telling.sheet.free:
            text = self._try(tries, telling.sheet.prompt(), until, (), FREE)
            text = text or ("" if tries.ended else self._try(tries, telling.sheet.prompt(), until, (), HELD))
        return Worded(text or chosen, tuple(dict.fromkeys(tries.causes)), bool(text), tries.tokens, tries.took_ms)

    def _try(self, tries: _Tries, prompt: str, until: float, ways: tuple[str, ...], temperature: float) -> str:
        """What one call gave that is fit to be said; "" where nothing, with the causes among the tries'."""
        left_ms = (until - time.monotonic()) * 1000
        late = "late" if ways or not self._llm.can_choose else "cut_short"
        if tries.cancelled() or left_ms < LEAST_MS:
            tries.end(late)
            return ""
        try:
            said = self._llm.complete(
                self._prefix + prompt,
                max_tokens=MAX_TOKENS,
                stop=STOP,
                among=ways,
                deadline_ms=left_ms,
                temperature=temperature,
                seed=tries.seed + tries.calls,
                cancelled=tries.cancelled,
            )
        except LlmError:
            tries.end("no_model")
            return ""
        tries.count(said)
        if not ways:
            self._free_ms = REMEMBERED * self._free_ms + (1 - REMEMBERED) * said.took_ms
        if said.finished in ("late", "cancelled"):
            tries.end(late)
            return ""
        text, found = self.settle(tries.telling, said.text)
        tries.causes += found
        return text

    def settle(self, telling: Telling, written: str) -> tuple[str, tuple[str, ...]]:
        """The sentence the model's words make, mended where they need it, with the causes; "" where they cannot be mended."""
        sheet = telling.sheet
        assert sheet is not None
        text = tidy(sheet, written)
        verdict = self._check(text, telling)
        causes = list(verdict.causes)
        for _ in range(MENDINGS):
            if verdict.passes or not text:
                break
            text = mend_grammar(mend(text, verdict, sheet), sheet)
            verdict = self._check(text, telling)
        if verdict.passes and (whole := completed(text, sheet)) != text:
            text, verdict = whole, self._check(whole, telling)
        fault = "" if text and verdict.passes else "not_mended"
        if not fault and (unfit := _unfit(text, telling)):
            causes.append(unfit)
            fault = unfit
        return ("" if fault else text), tuple(causes)

    def _check(self, text: str, telling: Telling) -> Verdict:
        return check(text, telling.ground, self._shop, must_name=telling.names)


def ways_for(telling: Telling) -> tuple[str, ...]:
    """The ways to say a telling's facts that take no longer than it may."""
    assert telling.sheet is not None
    most = len(telling.text) + HELD_LONGER_CHARS - len(telling.sheet.lead)
    return tuple(way for way in ways_to_say(telling.sheet) if len(way) <= most)


def _unfit(text: str, telling: Telling) -> str:
    """Why a true sentence does not do what it was for, or is not good English; else ""."""
    sheet = telling.sheet
    assert sheet is not None
    if not sheet.free:
        return ""
    said = stems(text)
    if sheet.ask:
        options = [option for option in sheet.options.split(", ") if option]
        rambles = bool({"i", "me", "my", "id"} & set(said)) or text.lower().count("is it") > sheet.ask.lower().count("is it")
        lost = [option for option in options if not set(stems(option)) <= set(said)]
        listed = len(options) < 2 or " or " in text
        on_topic = options or set(stems(sheet.ask)) & set(said)
        return "" if text.endswith("?") and listed and not lost and not rambles and on_topic and len(said) > 3 else "not_asked"
    if sheet.asked and not set(stems(sheet.facts)) <= set(said):
        return "not_answered"
    if len(text) > len(telling.text) + LONGER_CHARS:
        return "too_long"
    written = text[len(sheet.lead) :]
    own = [stem for stem in stems(written.replace(sheet.price, "")) if stem not in FUNCTION_WORDS]
    facts = set(stems(sheet.facts))
    if len(set(own)) < len(own) or (set(own) & set(stems(sheet.name))) - facts:
        return "said_twice"
    if set(own) - facts - PLAIN:
        return "beside_the_facts"
    misput = any(
        re.search(rf"\bby {re.escape(value)}\b", written, re.I) and not put.startswith("by ") for value, put in sheet.puts
    )
    owners = set(OWNER.findall(written.lower())) - set(OWNER.findall(f"{sheet.facts} {sheet.name}".lower()))
    if misput or owners or ILL_FORMED.search(sheet.lead[-1:] + written) or not _rightly_asked(written, sheet):
        return "ill_formed"
    return ""


def _rightly_asked(written: str, sheet: Sheet) -> bool:
    """Whether what is said to be as asked was: the words stand after a fact that was wished, not after the price."""
    wished = tuple(fact.lower() for fact, asked in sheet.traits if asked)
    placed = all(written[: said.start()].lower().endswith(wished) for said in AS_ASKED.finditer(written))
    return placed and bool(wished or not ASKED.search(written))
