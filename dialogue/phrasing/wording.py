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
from dialogue.phrasing.checking import Fault, Verdict, check
from dialogue.phrasing.choices import ways_to_say
from dialogue.phrasing.facts import ShopFacts, stems
from dialogue.phrasing.plain import FUNCTION_WORDS, PLAIN
from dialogue.phrasing.prompts import MAX_TOKENS, STOP, Sheet, prefix
from dialogue.phrasing.spoken import sentence
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
