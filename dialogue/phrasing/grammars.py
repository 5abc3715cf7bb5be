"""The grammar of a sentence about given facts: what the model may write in its second try, where its first was not fit to say.

It is GBNF as llama.cpp reads it. Every sentence it admits says each fact once, in the shop's own phrases, and the price; the
model chooses their order, what stands between them and how the price is brought in. It is finite, so nothing can loop.
"""

from __future__ import annotations

from itertools import permutations

from dialogue.phrasing.prompts import Sheet

AS_ASKED = ("", ", just as you asked", ", as you asked", " as you wanted")
BEFORE_PURPOSE = ("", "lovely ", "a good choice ", "just right ", "a nice thought ")
"""What may stand before "for a wedding"."""
BEFORE_QUESTION = (" ", " by the way, ", " so that it suits you, ", " to be sure, ")
"""What may stand between "And" and a question."""
MOST_ORDERED = 3
"""More facts than these keep their order."""


def grammar_of(sheet: Sheet) -> str | None:
    """GBNF of how the sentence may go on after its lead; None where there is nothing to say by it."""
    if sheet.ask:
        return _question(sheet)
    if not sheet.traits and not sheet.price:
        return None
    orders = list(permutations(range(len(sheet.traits)))) if len(sheet.traits) <= MOST_ORDERED else [range(len(sheet.traits))]
    rows = [" sep ".join(f"t{index}" for index in order) for order in orders if order]
    rules = [f"root ::= {_quoted(' ')} ({' | '.join(rows)}) end" if rows else "root ::= end"]
    rules += [f"t{index} ::= {_trait(said, wished)}" for index, (said, wished) in enumerate(sheet.traits)]
    rules += [f"sep ::= {_any((', ', ' and '))}", f"end ::= {_any(_ends(sheet))}"]
    return "\n".join(rules)


def _question(sheet: Sheet) -> str:
    options = [option for option in sheet.options.split(", ") if option]
    if not options:
        asked = sheet.ask[0].lower() + sheet.ask[1:]
        return f"root ::= {_any(BEFORE_QUESTION)} {_quoted(asked)}"
    before = ", ".join(options[:-1])
    listed = f"{before} or {options[-1]}?" if before else f"{options[0]}?"
    return f"root ::= {_any((' perhaps ', ' say ', ' something like ', ' '))} {_quoted(listed)}"


def _trait(said: str, wished: bool) -> str:
    before = BEFORE_PURPOSE if said.startswith("for ") else ("",)
    return f"{_any(before)} {_quoted(said)}{f' {_any(AS_ASKED)}' if wished else ''}"


def _ends(sheet: Sheet) -> tuple[str, ...]:
    if not sheet.price:
        return (".",)
    they = (f", and they're {sheet.price}.", f", priced at {sheet.price}.", f", and they cost {sheet.price}.")
    it = (f", and it's {sheet.price}.", f", priced at {sheet.price}.", f", and it costs {sheet.price}.")
    if not sheet.traits:
        return (f" at {sheet.price}.", f" for {sheet.price}.") if sheet.lead.endswith(",") else (f" {sheet.price}.",)
    ends = (f", at {sheet.price}.", *(they if sheet.several else it))
    first = sum(map(ord, sheet.name)) % len(ends)  # two of them, other ones for another item: left to itself a model has one
    return ends[first], ends[(first + 1) % len(ends)]


def _any(texts: tuple[str, ...]) -> str:
    return f"({' | '.join(map(_quoted, texts))})" if len(texts) > 1 else _quoted(texts[0])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
