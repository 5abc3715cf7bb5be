"""The model's sentence put in order: closed, its values put as the shop puts them, its price put right, what it forgot added."""

from __future__ import annotations

import re

from dialogue.phrasing.checking import Fault, Verdict
from dialogue.phrasing.facts import stems
from dialogue.phrasing.plain import FUNCTION_WORDS
from dialogue.phrasing.prompts import Sheet
from dialogue.phrasing.spoken import sentence


def completed(text: str, sheet: Sheet) -> str:
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
    text = mend_grammar(sentence(f"{sheet.lead} {written}".replace(",,", ",")), sheet)
    if sheet.price and sheet.price not in text:
        rest = text[len(sheet.lead) :]
        if not re.search(r"\d", rest) and sheet.price.split()[-1] not in rest:
            text = f"{text.rstrip('.')}, at {sheet.price}."
    return text


def mend_grammar(text: str, sheet: Sheet) -> str:
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
