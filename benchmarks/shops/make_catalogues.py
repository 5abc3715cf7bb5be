"""Writes a small invented catalogue into each shop folder here, so that the shops can be indexed and talked to.

No row describes a real restaurant, garment or drink, and none is taken from the collections whose slots these shops have. Each
folder's values come from its own shop.toml; the same seed gives the same rows everywhere.

    python benchmarks/shops/make_catalogues.py [--to FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import random
import tomllib
from pathlib import Path
from typing import Any

SEED = 20261122
HERE = Path(__file__).parent
FIRST = ["Copper", "Willow", "Harbour", "Saffron", "Lantern", "Orchard", "Marble", "Thistle", "Corner", "River", "Garden",
         "Velvet", "Olive", "Amber", "Heron", "Clover", "Silver", "Bramble", "Meadow", "Juniper"]
SECOND = ["Table", "Kitchen", "House", "Plate", "Spoon", "Room", "Oven", "Terrace", "Larder", "Bistro", "Fork", "Pantry"]
KINDS = {"shirt, vest": "Shirt with Vest", "tshirt": "T Shirt"}
MOST_SIZES = 6


def restaurants(draw: random.Random, slots: dict[str, list[str]]) -> list[dict[str, str]]:
    """Two of each kind of food, so that every value is there."""
    names = [f"{first} {second}" for first in FIRST for second in SECOND]
    draw.shuffle(names)
    foods = slots["food"] * 2
    return [
        {"id": f"R{number:03d}", "name": names[number], "food": food, "area": draw.choice(slots["area"]),
         "price_range": draw.choice(slots["price range"])}
        for number, food in enumerate(foods)
    ]


def garments(draw: random.Random, slots: dict[str, list[str]]) -> list[dict[str, str]]:
    """Ten of each kind; what a garment has no sleeves for is left empty."""
    sleeved = {"blouse", "coat", "dress", "hoodie", "jacket", "shirt", "sweater", "tshirt"}
    rows: list[dict[str, str]] = []
    for kind in slots["type"]:
        firsts = draw.sample(FIRST, 10)
        for first in firsts:
            colours = draw.sample(slots["color"], draw.choice((1, 1, 2)))
            sizes = draw.sample(slots["size"], draw.randint(2, MOST_SIZES))
            rows.append({
                "id": f"G{len(rows) + 1:03d}", "title": f"{first} {KINDS.get(kind, kind.title())}", "type": kind,
                "color": "|".join(colours), "pattern": draw.choice(slots["pattern"]),
                "sleeve_length": draw.choice(slots["sleeveLength"]) if kind in sleeved else "",
                "size": "|".join(sizes), "available_sizes": "|".join(sizes), "brand": draw.choice(slots["brand"]),
                "price": draw.choice(slots["price"]), "customer_review": "good" if draw.random() < 0.6 else "",
            })
    return rows


def drinks(draw: random.Random, slots: dict[str, list[str]]) -> list[dict[str, str]]:
    """One row a drink; every roast, size and addition can be had with each."""
    return [
        {"id": f"D{number:02d}", "title": f"Copper Pot {drink.title()}", "drink": drink,
         "price": f"{draw.choice((2.5, 3.0, 3.5, 4.0, 4.5)):.2f}",
         "roast": "|".join(slots["roast"]), "size": "|".join(slots["size"]), "shots": "|".join(slots["numberOfShots"]),
         "sugar": "|".join(slots["sugarAmount"]), "milk": "|".join(slots["milkAmount"])}
        for number, drink in enumerate(slots["coffeeDrink"], start=1)
    ]


MAKERS = {"woz2": restaurants, "simmc2": garments, "coffee": drinks}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=HERE, help="folder that holds the shop folders (default: beside this script)")
    to: Path = parser.parse_args().to
    for name, make in MAKERS.items():
        shop: dict[str, Any] = tomllib.loads((HERE / name / "shop.toml").read_text(encoding="utf-8"))
        rows = make(random.Random(SEED), {slot["name"]: slot.get("values", []) for slot in shop["slots"]})
        (to / name).mkdir(parents=True, exist_ok=True)
        with (to / name / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
