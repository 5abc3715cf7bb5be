"""The ways to say given facts that the model may choose among, where its own words were not fit to say or would come too late.

Every way says each fact once, in the shop's own phrases, and the price; the model chooses their order, what stands between them
and how the price is brought in. They are few enough to be written out, so nothing can loop, and a model that is held to them
need only be asked where they part (`dialogue.llm_local`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product

from dialogue.phrasing.prompts import Sheet

AS_ASKED = (", just as you asked", ", as you asked", " as you wanted")
BEFORE_PURPOSE = ("", "lovely ", "a good choice ", "just right ", "a nice thought ")
"""What may stand before "for a wedding"."""
BEFORE_QUESTION = (" ", " by the way, ", " so that it suits you, ", " to be sure, ")
"""What may stand between "And" and a question."""
BEFORE_OPTIONS = (" perhaps ", " say ", " something like ", " ")
MOST_ORDERED = 3
"""More facts than these keep their order, and are parted by commas."""


def ways_to_say(sheet: Sheet) -> tuple[str, ...]:
    """How the sentence may go on after its lead; none where there is nothing to say."""
    if sheet.ways:
        return sheet.ways
    if sheet.ask:
        return _questions(sheet)
    if not sheet.traits and not sheet.price:
        return ()
    return tuple(dict.fromkeys(f"{told}{end}" for told in _told(sheet.traits) for end in _ends(sheet)))


def _told(traits: Sequence[tuple[str, bool]]) -> Iterator[str]:
    """The facts in every order; of those that were wished one at most is said to be as asked."""
    if not traits:
        yield ""
        return
    few = len(traits) <= MOST_ORDERED
    commas = (", ",) * (len(traits) - 1)
    joints = dict.fromkeys((commas, (*commas[1:], " and ") if few and commas else commas))
    for order in permutations(traits) if few else [tuple(traits)]:
        wished = [at for at, (_, asked) in enumerate(order) if asked]
        for joined in joints:
            for said in product(*(_put(fact) for fact, _ in order)):
                for asked, tail in ((-1, ""), *product(wished, AS_ASKED)):
                    parts = [f"{fact}{tail if at == asked else ''}" for at, fact in enumerate(said)]
                    yield " " + "".join(f"{part}{joint}" for part, joint in zip(parts, (*joined, ""), strict=True))


def _put(fact: str) -> tuple[str, ...]:
    return tuple(f"{before}{fact}" for before in BEFORE_PURPOSE) if fact.startswith("for ") else (fact,)


def _questions(sheet: Sheet) -> tuple[str, ...]:
    options = [option for option in sheet.options.split(", ") if option]
    if not options:
        return tuple(f"{before}{sheet.ask[0].lower()}{sheet.ask[1:]}" for before in BEFORE_QUESTION)
    listed = f"{', '.join(options[:-1])} or {options[-1]}?" if len(options) > 1 else f"{options[0]}?"
    return tuple(f"{before}{listed}" for before in BEFORE_OPTIONS)


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
