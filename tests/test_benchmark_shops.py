"""The shops that stand for public collections: usable folders that the code reads as any other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from dialogue.shop import load_shop
from dialogue.state import BeliefState
from dialogue.understanding import Reader
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema

SHOPS = Path(__file__).parent.parent / "benchmarks" / "shops"


def test_the_script_writes_the_catalogues_of_the_values_that_each_shop_declares(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SHOPS / "make_catalogues.py"), "--to", str(tmp_path)], check=True, capture_output=True)
    for name in ("woz2", "simmc2", "coffee"):
        fresh, kept = (pd.read_csv(folder / name / "catalogue.csv", dtype=str) for folder in (tmp_path, SHOPS))
        assert list(fresh.columns) == list(kept.columns)
        assert len(fresh) >= len(kept) * 0.9


@pytest.mark.parametrize("name", ["woz2", "simmc2", "coffee"])
def test_each_is_a_shop_like_any_other(name: str) -> None:
    shop = load_shop(SHOPS / name)
    items = load_catalogue(SHOPS / name, load_schema(SHOPS / name)).items
    for slot in shop.slots:
        held = {value for item in items for value in item.values.get(slot.name, ())}
        assert held <= set(slot.values) or not slot.values, slot.name


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (
            "can I get a large iced mocha with a little bit of brown sugar and some soy milk",
            {
                "coffeeDrink": "iced mocha", "size": "large",
                "sugarAmount": "a little bit of brown sugar", "milkAmount": "some soy milk",
            },
        ),
        (
            "make me a 16 ounce drip coffee, dark roast, triple shot",
            {"coffeeDrink": "drip coffee", "size": "sixteen ounce", "roast": "dark roast", "numberOfShots": "triple shot"},
        ),
        ("a medium roast latte", {"coffeeDrink": "latte", "roast": "medium roast"}),
    ],
)
def test_an_order_at_the_coffee_bar_is_understood(order: str, wanted: dict[str, str]) -> None:
    shop = load_shop(SHOPS / "coffee")
    items = load_catalogue(SHOPS / "coffee", load_schema(SHOPS / "coffee")).items
    understood = Reader.of(shop, items).read(order, BeliefState())
    assert {change.slot: change.values[0] for change in understood.changes} == wanted
