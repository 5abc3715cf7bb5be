"""Writes the catalogues of the two small invented shops. Deterministic; run from anywhere: ``python make_shops.py``."""

# ruff: noqa: E501, SIM905 - wordings are data, one a line
from __future__ import annotations

import csv
import random
from pathlib import Path

HERE = Path(__file__).parent
FILMS = (
    "Harbour Lights|The Long Field|A Winter Ledger|Paper Boats|Seven Doors Down|The Clockmaker's Niece|Salt and Iron|Under Blue Roofs|The Second Orchard|"
    "Nobody's Tuesday|A Fox in the Attic|The Quiet Ferry|Copper Rain|Letters to Marta|The Glass Mountain|Last Tram Home|Eleven Geese|The Night Baker|"
    "North of Everything|A Room in Trieste|The Unlikely Beekeeper|Small Thunder|The Map Thief|Goodnight Captain"
).split("|")
PLACES = (
    "The Old Mill Kitchen|Casa Bruna|Golden Lotus|The Blue Anchor|Chez Odile|Little Saigon Table|The Copper Pot|Bella Riva|Spice Garden|The Green Fork|"
    "Taverna Elena|The Corner Grill|Sakura House|La Petite Marmite|The Painted Door|Harvest Moon|Porto Velho|The Fig Tree"
).split("|")


def main() -> None:
    rng = random.Random(7)
    with (HERE / "shops/cinema/catalogue.csv").open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow("id title description price seats genre language showing length year".split())
        for number, title in enumerate(FILMS):
            lead = rng.choice(("A widow", "Two brothers", "A retired pilot", "A young teacher", "An old thief"))
            story = rng.choice(("learns to begin again by the sea", "looks for a lost letter", "keeps a promise too long", "crosses a frozen country"))
            rows.writerow([
                f"F{number:02}", title, f"{lead} {story}.", f"{rng.choice((7.5, 9, 9.5, 11, 12.5)):.2f}", rng.choice((0, 2, 5, 18, 40, "")),
                rng.choice(("comedy", "drama", "thriller", "documentary", "romance")), rng.choice(("English", "French", "Italian", "Japanese")),
                rng.choice(("this evening", "tomorrow evening", "on Saturday", "on Sunday")), rng.randint(78, 164), rng.randint(1968, 2025),
            ])  # fmt: skip
    with (HERE / "shops/bistro/catalogue.csv").open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow("id name description price food area seating mood".split())
        for number, name in enumerate(PLACES):
            dish = rng.choice(("slow-cooked lamb", "hand-rolled noodles", "grilled fish", "wood-fired bread", "vegetable stews"))
            rows.writerow([
                f"R{number:02}", name, f"Known for {dish}.", f"{rng.choice((14, 18, 22.5, 28, 35, 46)):.2f}",
                rng.choice(("Italian", "Japanese", "Vietnamese", "French", "Indian", "Portuguese")), rng.choice(("north", "south", "centre", "harbour")),
                rng.choice(("a terrace", "a garden", "tables inside")), rng.choice(("calm", "lively", "loud")),
            ])  # fmt: skip


if __name__ == "__main__":
    main()
