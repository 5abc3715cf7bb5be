"""Writes the demo shop's catalogue and interactions. Every item and every shopper is invented.

Run it from anywhere: ``python shops/demo/make_demo.py [--to FOLDER]``. The same seed gives the same rows on every machine
(only ``random.Random`` draws, whose stream Python keeps stable). The words come from kinds.toml and words.toml beside it.

Items are composed so that no two read alike: a title or description too close to an earlier one is drawn again. Shoppers have
hidden tastes: every item belongs to a secret circle that crosses kinds, brands and colours, and every item has secret
successors, the things people of that circle look at next. Neither shows in any column, so only interactions can teach them.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import re
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from inventing import Crowd, Said, Wanted, as_csv, make_interactions, overlap, write_shop

SEED = 20261120
ITEMS_PER_KIND = 41
"""A kind may say otherwise with ``items``."""
COMMON_COLOURS = "navy, black, white, blue, green, red, cream, grey"
TODAY = date(2026, 11, 20)
FIRST_LAUNCH = TODAY - timedelta(days=3 * 365)
CROWD = Crowd(shoppers=3_400, newcomers=180, circles=30, today=TODAY, first_visit=date(2024, 1, 6), no_history_days=30)
COLUMNS = ["id", "title", "description", "category", "price", "stock", "colour", "material", "style", "occasion", "season",
           "recipient", "brand", "margin", "launch_date", "launch_year"]
CONSUMED = {"candle", "soap", "socks", "hamper", "stationery"}
SEASONS = {"s": "spring", "u": "summer", "a": "autumn", "w": "winter"}
MOST_ALIKE_TITLE, MOST_ALIKE_TEXT = 0.5, 0.34
"""Largest share of common words (titles) and of common three-word runs (descriptions) between any two items."""

Row = dict[str, str]


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def near(draw: random.Random, text: str, words: dict[str, Any]) -> str:
    """Fill in {bird} and number ranges, and mend ``a owl``."""
    text = re.sub(r"\{(\d+)-(\d+)\}", lambda m: str(draw.randint(int(m[1]), int(m[2]))), text)
    text = text.replace("{bird}", draw.choice(words["birds"]))
    for one, many in (("finchs", "finches"), ("foxs", "foxes"), ("gooses", "geese")):
        text = text.replace(one, many)
    return re.sub(r"\ba (?=[aeio])", "an ", text)


class Maker:
    """Draws items one after another and remembers what it has said."""

    def __init__(self, draw: random.Random, kinds: dict[str, Any], words: dict[str, Any]) -> None:
        self.draw, self.kinds, self.words = draw, kinds, words
        self.department = {kind: name for name, listed in words["departments"].items() for kind in split(listed)}
        self.titles: set[str] = set()
        self.said = Said()

    def named(self, table: str, noun: str) -> str | None:
        """What the noun itself implies about season or recipient."""
        tokens = set(noun.split())
        return next((key for key, listed in self.words[table].items() if tokens & set(split(listed))), None)

    def material(self, kind: dict[str, Any], noun: str) -> str:
        """One that the noun names, else one that its season allows."""
        for word, material in self.words["named_material"].items():
            if word in noun.split():
                return str(material)
        listed = split(kind["materials"])
        for material in sorted(self.words["materials"], key=len, reverse=True):
            if set(material.title().split()) <= set(noun.split()):
                return str(material)
        season = self.named("named_season", noun)
        if season and (kind["feel"] == "fashion" or kind.get("warm")):
            letter = "u" if season == "summer" else "w"
            listed = [m for m in listed if letter in self.words["materials"][m].get("season", "suaw")] or listed
        return self.draw.choice(listed)

    def seasons(self, kind: dict[str, Any], noun: str, material: str) -> list[str]:
        letters = "suaw"
        if (kind["feel"] == "fashion" or kind.get("warm")) and kind.get("seasons") != "any":
            letters = self.words["materials"][material].get("season", "suaw")
        if kind.get("sunny"):
            letters = "su"
        if kind.get("rainy"):
            letters = "saw"
        named = self.named("named_season", noun)
        if named:
            letters = "".join(c for c in letters if c in ("su" if named == "summer" else "aw")) or letters
        return [SEASONS[c] for c in "suaw" if c in letters]

    def occasions(self, kind: dict[str, Any], scale: int) -> list[str]:
        """Two to four the kind is for; dressy clothes are not for picnics, nor casual ones for weddings."""
        listed = split(kind["occasions"])
        if kind["feel"] == "fashion":
            barred = {"wedding", "graduation", "party"} if scale == 0 else {"wedding"} if scale == 1 else set()
            barred |= {"everyday", "picnic", "holiday"} if scale >= 3 else set()
            barred |= {"office"} if scale in (0, 4) else set()
            listed = [occasion for occasion in listed if occasion not in barred] or listed[:1]
        chosen = self.draw.sample(listed, min(len(listed), self.draw.choice((2, 2, 3, 3, 4))))
        if scale >= 2 and listed[0] == "wedding" and "wedding" not in chosen and self.draw.random() < 0.6:
            chosen[0] = "wedding"
        return chosen

    def title(self, kind: dict[str, Any], noun: str, row: Row, used: list[set[str]], evocative: list[str]) -> str:
        """A name that can be said and told apart from every other; its word for the material or colour is always true."""
        colour, named = row["colour"].split("|")[0], row["material"].title()
        if set(named.split()) & set(noun.split()):
            named = ""
        for _ in range(400):
            mood = self.draw.choice(evocative)
            pattern = self.draw.choice(self.words["patterns"]) if kind.get("patterned") else mood
            if kind.get("scents"):
                one, two = self.draw.sample(self.words["scents"], 2)
                shape = self.draw.choice((f"{one} {noun}", f"{one} and {two} {noun}", f"{mood} {noun} of {one}"))
            else:
                shape = self.draw.choice((
                    f"{mood} {noun}", f"{mood} {noun}", f"{named} {noun}", f"{mood} {named} {noun}", f"{pattern} {noun}",
                    f"{pattern} {named} {noun}", f"{colour.title()} {noun}", f"{mood} {noun}"))
            shape = " ".join(shape.split())
            tokens = {noun, *shape.replace(noun, "").split()}
            if shape != noun and shape not in self.titles and all(overlap(tokens, other) <= MOST_ALIKE_TITLE for other in used):
                if mood in shape:
                    evocative.remove(mood)
                used.append(tokens)
                self.titles.add(shape)
                return shape
        raise RuntimeError(f"no name left for {noun}")

    def describe(self, kind: dict[str, Any], row: Row, noun: str) -> str:
        """Two to five sentences in one of many orders, drawn again while too like an earlier item's."""
        best, least = "", 2.0
        for _ in range(60):
            text = self.compose(kind, row, noun)
            worst = self.said.likeness(text)
            if worst < least:
                best, least = text, worst
            if least <= MOST_ALIKE_TEXT * 0.6:
                break
        self.said.remember(best)
        return best

    def compose(self, kind: dict[str, Any], row: Row, noun: str) -> str:
        draw, words = self.draw, self.words
        thing, colour, material, brand = noun.lower(), row["colour"].replace("|", " and "), row["material"], row["brand"]
        one, two, three, four = (near(draw, detail, words) for detail in draw.sample(kind["details"], 4))
        fact = near(draw, draw.choice(kind["facts"]), words)
        feel = draw.choice(words["materials"][material]["feel"])
        use = draw.choice(words["for_occasion"][draw.choice(row["occasion"].split("|"))])
        scale, *looks = row["style"].split("|")
        look = draw.choice(looks or [scale])
        season = draw.choice(row["season"].split("|"))
        if colour == material:
            colour = look
        plural = thing.endswith("s") and not thing.endswith(("ss", "dress"))
        it, is_, has = ("they", "are", "have") if plural else ("it", "is", "has")
        a, this = ("", "these") if plural else ("a ", "this")
        openings = (
            f"{a}{look} {thing} in {colour} {material}, with {one}.",
            f"{one}, and {two}: small things, but they make {this} {thing}.",
            f"{brand} {'cut' if kind['feel'] == 'fashion' else 'made'} {this} from {material} in {colour}.",
            f"think of {a}{thing}, then add {one}.",
            f"{colour} {material}, {scale} without trying, and {one}.",
            f"the first thing you see is {one}; the second is {two}.",
            f"from the {season} table at {brand}: {a}{thing} with {one} and {two}.",
            f"{scale}, {look} and made of {material}.",
            f"there {is_} {a}{thing} for most people, and then there {is_} {this}, with {one}.",
            f"{brand} began with {a}{look} sketch and ended with {one}.",
            f"who would have thought {colour} could look so {look}?",
            f"made the slow way by {brand}, {it} {has} {one}.",
        )
        middles = (
            f"{it} {has} {four}.", f"you also get {three}.", f"note {four}, and {three} as well.", f"inside and out, {three}.",
            f"{brand} added {four} after customers asked.", f"turn {'them' if plural else 'it'} over and find {three}.",
            f"look twice for {three}.", f"underneath all that {colour}: {four}.", f"with {four}, of course.",
            f"we like {three} best.", f"not everyone needs {four}, but we would miss it.", f"and {three}, because why not.",
        )
        opening, middle = draw.choice(openings), draw.choice(middles)
        tail = draw.sample([feel, use, fact], draw.choice((1, 1, 2, 2, 3)))
        body = [opening, middle, *tail]
        if draw.random() < 0.25:
            body = [tail[0], opening, middle, *tail[1:]]
        return " ".join(part[0].upper() + part[1:] for part in (near(draw, part, words) for part in body))

    def row(self, name: str, number: int, noun_and_scale: str, used: list[set[str]], evocative: list[str]) -> Row:
        draw, words, kind = self.draw, self.words, self.kinds[name]
        noun, level = noun_and_scale.rsplit(" ", 1)
        scale = min(4, max(0, int(level) + draw.choice((0, 0, 0, 0, -1, 1))))
        material = self.material(kind, noun)
        about = words["materials"][material]
        colours = split(about["colours"]) if "colours" in about else words["colours"]
        chosen = draw.sample(colours, 2 if len(colours) > 3 and draw.random() < 0.18 else 1)
        if "colours" not in about and draw.random() < 0.4:
            common = split(kind.get("often", COMMON_COLOURS))
            chosen = [draw.choice(common), *(c for c in chosen[1:] if c not in common)]
        makers = [b for b, (_, _, makes) in words["brands"].items() if makes in (kind["feel"], "both")]
        brand = draw.choice(makers)
        worth, looks, _ = words["brands"][brand]
        look = draw.choice(split(looks)) if draw.random() < 0.8 else draw.choice(words["looks"])
        low, usual, high = kind["price"]
        price = usual * worth**0.8 * about["level"] ** 0.7 * (0.8 + 0.11 * scale) * math.exp(draw.gauss(0, 0.28))
        price = min(high, max(low, price))
        whole = round(price * 2) / 2 if price < 20 else round(price) - (0.05 if draw.random() < 0.15 else 0)
        occasions = self.occasions(kind, scale)
        recipients = split(self.named("named_recipient", noun) or kind["for"])
        if "Baby" in noun.split():
            occasions = ["new baby", "christmas"]
        recipients = draw.sample(recipients, min(len(recipients), draw.choice((2, 3, 3, 4))))
        category = name.replace("_", " ")
        launched = FIRST_LAUNCH + timedelta(days=int(draw.random() ** 0.8 * (TODAY - FIRST_LAUNCH).days))
        row = {
            "id": f"LP{number:04d}",
            "category": f"{category}|{self.department[category]}",
            "price": f"{whole:.2f}",
            "stock": "0" if draw.random() < 0.065 else str(1 + int(draw.expovariate(1 / 24))),
            "colour": "|".join(chosen), "material": material, "style": f"{words['styles'][scale]}|{look}",
            "occasion": "|".join(occasions), "season": "|".join(self.seasons(kind, noun, material)),
            "recipient": "|".join(recipients), "brand": brand,
            "margin": f"{min(0.75, max(0.12, draw.gauss(0.44, 0.11))):.2f}",
            "launch_date": launched.isoformat(), "launch_year": str(launched.year),
        }
        row["title"] = self.title(kind, noun, row, used, evocative)
        row["description"] = self.describe(kind, row, noun)
        return row


def make_catalogue(draw: random.Random, kinds: dict[str, Any], words: dict[str, Any]) -> list[Row]:
    """Item by item, the nouns of each kind taken in turn."""
    maker, rows = Maker(draw, kinds, words), []
    for name, kind in kinds.items():
        nouns, used, evocative = split(kind["nouns"]), [], list(words["evocative"])
        draw.shuffle(nouns)
        for noun in itertools.islice(itertools.cycle(nouns), kind.get("items", ITEMS_PER_KIND)):
            rows.append(maker.row(name, len(rows) + 1, noun, used, evocative))
    return rows


def main() -> None:
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=here, help="folder to write into (default: beside this script)")
    to: Path = parser.parse_args().to
    kinds = tomllib.loads((here / "kinds.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((here / "words.toml").read_text(encoding="utf-8"))
    rows = make_catalogue(random.Random(SEED), kinds, words)
    wanted = [
        Wanted(
            row["id"], float(row["price"]), date.fromisoformat(row["launch_date"]), row["brand"],
            consumed=row["category"].split("|")[0] in CONSUMED,
        )
        for row in rows
    ]
    events, shoppers = make_interactions(random.Random(SEED + 1), wanted, CROWD)
    write_shop(to, COLUMNS, rows, events)
    (to / "shoppers.csv").write_text(as_csv(["shopper", "joined"], shoppers), encoding="utf-8", newline="")
    print(f"{len(rows)} items, {len(shoppers)} shoppers, {len(events)} interactions")


if __name__ == "__main__":
    main()
