"""The model's words for one sentence: asked for, read back, mended, asked for again, or given up.

sheet -> prompt -> words -> claims -> check -> passes | price put right, faulty clauses left out -> passes | once more, held
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from dialogue.llm import LanguageModel, LlmError
from dialogue.phrasing.checking import Fault, Verdict, check
from dialogue.phrasing.choices import ways_to_say
from dialogue.phrasing.facts import ShopFacts, stems
from dialogue.phrasing.plain import FUNCTION_WORDS, PLAIN
from dialogue.phrasing.prompts import MAX_TOKENS, STOP, Sheet, prefix
from dialogue.phrasing.spoken import sentence
from dialogue.phrasing.telling import Telling

FREE, HELD = 0.0, 0.7
"""Temperatures: a first free try is greedy; a second, and one held to the ways to say its facts, may vary."""
FREE_MS, HELD_MS, REMEMBERED = 900.0, 450.0, 0.8
"""What a free and a held try are thought to take at first, and how much of that thought each new one leaves."""
SPARE = 1.5
"""How many times what a held try takes a free one leaves to it."""
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
ASKED = re.compile(r"\b(?:you|your|asked|wanted)\b", re.IGNORECASE)
MENDINGS = 2
LEAST_MS = 60.0
"""Less time than this is not worth a try."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What the model made of a telling; no text means that the template is said."""

    text: str = ""
    causes: tuple[str, ...] = ()
    tokens: int = 0
    took_ms: float = 0.0
    """Of the model alone."""


class Worder:
    """One shop's way of getting words from a model."""

    def __init__(self, llm: LanguageModel, shop: ShopFacts) -> None:
        self._llm, self._shop = llm, shop
        self._prefix = prefix(shop)
        self._takes_ms = {False: FREE_MS, True: HELD_MS}
        """By whether the try is held."""

    def warm_up(self) -> None:
        """Process the prompt prefix once, so that the first shopper does not pay for it."""
        self._llm.complete(self._prefix + "Name:", max_tokens=1, stop=STOP, deadline_ms=60_000)

    def word(self, telling: Telling, *, seed: int, wanted: float, until: float, cancelled: Callable[[], bool]) -> Worded:
        """Words that pass the check, by the monotonic time ``until``; or none, with the causes.

        At ``wanted`` the sentences before it have been heard: a free try must be over so long before that a held one may follow,
        else there is none. A held try is shown no facts, for it is held to them.
        """
        assert telling.sheet is not None
        causes: list[str] = []
        tokens, took_ms = 0, 0.0
        ways = ways_for(telling) if self._llm.can_choose else ()
        by = wanted - SPARE * self._takes_ms[True] / 1000
        """Until then a free try may last, and leave time for a held one."""
        hurried = (by - time.monotonic()) * 1000 < self._takes_ms[False]
        for attempt, held in enumerate((True,) if hurried and ways else (False, True) if ways else (False, False)):
            left_ms = ((until if held or not ways else by) - time.monotonic()) * 1000
            if cancelled() or left_ms < LEAST_MS:
                causes.append("late")
                break
            try:
                said = self._llm.complete(
                    self._prefix + (telling.sheet.opening if held else telling.sheet.prompt()),
                    max_tokens=MAX_TOKENS,
                    stop=STOP,
                    among=ways if held else (),
                    deadline_ms=left_ms,
                    temperature=HELD if held or attempt else FREE,
                    seed=seed + attempt,
                    cancelled=cancelled,
                )
            except LlmError:
                causes.append("no_model")
                break
            tokens, took_ms = tokens + said.tokens, took_ms + said.took_ms
            self._takes_ms[held] = REMEMBERED * self._takes_ms[held] + (1 - REMEMBERED) * said.took_ms
            if said.finished in ("late", "cancelled"):
                spared = ways and not held and said.finished == "late"
                causes.append("cut_short" if spared else "late")
                if spared:
                    continue
                break
            text, found = self.settle(telling, said.text)
            causes += [cause for cause in found if cause not in causes]
            if text:
                return Worded(text, tuple(causes), tokens, took_ms)
        return Worded("", tuple(causes), tokens, took_ms)

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
            text = _mend_grammar(mend(text, verdict, sheet), sheet)
            verdict = self._check(text, telling)
        if verdict.passes and (whole := _completed(text, sheet)) != text:
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
    if misput or ILL_FORMED.search(sheet.lead[-1:] + written) or (ASKED.search(written) and "(as asked)" not in sheet.facts):
        return "ill_formed"
    return ""


def _completed(text: str, sheet: Sheet) -> str:
    """The sentence with the facts that the model forgot, before the price."""
    if sheet.ask or sheet.asked:
        return text
    said = set(stems(text[len(sheet.lead) :]))
    lost = [fact for fact, _ in sheet.traits if not set(stems(fact)) - FUNCTION_WORDS <= said]
    if not lost:
        return text
    close = re.search(
        rf",? (?:(?:and )?(?:it's|they're|(?:it )?costs|(?:they )?cost|at|for) )?{re.escape(sheet.price)}\.$", text
    ) if sheet.price else None  # fmt: skip
    at = close.start() if close and close.start() >= len(sheet.lead) else len(text.rstrip("."))
    joint = " " if at == len(sheet.lead) else ", "
    return f"{text[:at]}{joint}{', '.join(lost)}{text[at:]}"


def tidy(sheet: Sheet, written: str) -> str:
    """The lead and the first sentence of what the model wrote, closed properly; the price added where the model forgot it."""
    written = re.split(r"(?<=[.!?])\s+(?=[A-Z\"'])", written.strip(), maxsplit=1)[0].strip('"')
    if not written:
        return ""
    written = written.replace(" (as asked)", ", as you asked")
    text = _mend_grammar(sentence(f"{sheet.lead} {written}".replace(",,", ",")), sheet)
    if sheet.price and sheet.price not in text:
        rest = text[len(sheet.lead) :]
        if not re.search(r"\d", rest) and sheet.price.split()[-1] not in rest:
            text = f"{text.rstrip('.')}, at {sheet.price}."
    return text


def _mend_grammar(text: str, sheet: Sheet) -> str:
    """Values put as the shop puts them ("is a holiday" is "is for a holiday"), no article before a bare adjective."""
    start = len(sheet.lead)
    lead, rest = text[:start], text[start:].replace("; ", ", ")
    if sheet.several:
        rest = rest.replace(" which is ", " which are ").replace(" it's ", " they're ").replace(" it costs ", " they cost ")
    if lead.endswith(","):
        rest = re.sub(r"^,? (?:is|are|it's) (?!the\b)", " ", rest)
    for value, said in sheet.puts:
        if said not in rest:
            after = re.escape(said.partition(value)[2])
            bare = rf"(?:\b(?:an?|the|in|for|by|with) )*\b{re.escape(value)}\b(?:{after})?"
            rest = re.sub(bare, lambda _, said=said: said, rest, count=1, flags=re.IGNORECASE)  # type: ignore[misc]
    rest = re.sub(r"\bmade of (?=(?:in|for|by) )", "", rest)
    if sheet.price:
        cost = re.escape(sheet.price)
        rest = re.sub(rf"\b(it's|they're|is|are) an? (?={cost})", r"\1 ", rest)
        rest = re.sub(rf",? and (?={cost}\.$)|, (?:for )?(?={cost}\.$)", ", at ", rest)
        if lead.endswith(","):
            rest = re.sub(rf"^,? (?={cost})", " at ", rest)
    phrased = {said for _, said in sheet.puts}
    for value in (fact.removesuffix(" (as asked)") for fact in sheet.facts.split("; ")):
        if value and value not in phrased:
            rest = re.sub(rf"^ an? ({re.escape(value)})(?=[,.]| and\b)", r" \1", rest)
    return lead + rest


def mend(text: str, verdict: Verdict, sheet: Sheet) -> str:
    """The sentence with its price put right, or without the comma-parted pieces that hold another fault; "" where that cannot
    be.
    """
    prices = [fault for fault in verdict.faults if fault.cause == "wrong_price" and fault.start_char >= len(sheet.lead)]
    if prices and sheet.price:
        return f"{text[: prices[0].start_char]}{sheet.price}{text[prices[0].end_char :]}"
    pieces: list[tuple[int, int]] = []
    start = 0
    for mark in re.finditer(r",\s+", text):
        pieces.append((start, mark.start()))
        start = mark.end()
    pieces.append((start, len(text)))
    faulty = [fault for fault in verdict.faults if fault.end_char]
    kept = [piece for piece in pieces if not any(_inside(fault, piece) for fault in faulty)]
    lead = [piece for piece in pieces if piece[0] < len(sheet.lead)]
    if not faulty or len(kept) == len(pieces) or kept[: len(lead)] != lead or sheet.ask:
        return ""
    mended = sentence(", ".join(text[first:last].rstrip(".") for first, last in kept))
    return f"{mended.rstrip('.')}, at {sheet.price}." if sheet.price and sheet.price not in mended else mended


def _inside(fault: Fault, piece: tuple[int, int]) -> bool:
    return fault.start_char < piece[1] and piece[0] < fault.end_char
