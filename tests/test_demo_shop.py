"""The demo shop in the repository is what its script writes, keeps what its README says, and has something for everyone."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from recommender.types import Item

DEMO = Path(__file__).parent.parent / "shops" / "demo"


@pytest.fixture(scope="module")
def items() -> tuple[Item, ...]:
    return load_catalogue(DEMO, load_schema(DEMO)).items


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return pd.read_csv(DEMO / "interactions.csv.gz")


def test_the_script_writes_exactly_what_is_committed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(DEMO / "make_demo.py"), "--to", str(tmp_path)], check=True, capture_output=True)
    for name in ("catalogue.csv", "shoppers.csv"):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes()
    fresh, kept = (gzip.decompress((folder / "interactions.csv.gz").read_bytes()) for folder in (tmp_path, DEMO))
    assert fresh == kept


def test_every_item_has_every_field() -> None:
    table = pd.read_csv(DEMO / "catalogue.csv", dtype=str, keep_default_na=False)
    assert len(table) >= 1500
    assert not (table == "").any().any()


def test_no_two_items_read_alike(items: tuple[Item, ...]) -> None:
    assert len({item.title.casefold() for item in items}) == len(items)
    words = [re.findall(r"[a-z']+", item.description.lower()) for item in items]
    runs = [set(zip(w, w[1:], w[2:], strict=False)) for w in words]
    seen: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, mine in enumerate(runs):
        shared = Counter(other for run in mine for other in seen[run])
        for other, common in shared.most_common(5):
            alike = common / (len(mine) + len(runs[other]) - common)
            assert alike < 0.35, f"{items[number].title} reads like {items[other].title}"
        for run in mine:
            seen[run].append(number)


def test_items_agree_with_themselves(items: tuple[Item, ...]) -> None:
    for item in items:
        if item.values["material"] == ("wool",) and "clothing" in item.values["category"]:
            assert "summer" not in item.values["season"], item.title
        for colour in ("Navy", "Burgundy", "Mustard"):
            if colour in item.title.split():
                assert colour.lower() in item.values["colour"], item.title
        for material in ("Linen", "Cashmere", "Porcelain", "Velvet"):
            if material in item.title.split():
                assert item.values["material"] == (material.lower(),), item.title


def test_a_navy_dress_for_a_wedding_under_150_can_be_had(items: tuple[Item, ...]) -> None:
    fitting = [
        item for item in items
        if "dress" in item.values["category"] and "navy" in item.values["colour"] and "wedding" in item.values["occasion"]
        and (item.price_minor or 0) < 15_000 and item.in_stock
    ]
    assert len(fitting) >= 3


def test_some_items_are_out_of_stock_some_items_and_some_shoppers_are_new(items: tuple[Item, ...], events: pd.DataFrame) -> None:
    out = sum(not item.in_stock for item in items) / len(items)
    assert 0.04 < out < 0.09
    bought = set(events["item"])
    assert 20 < sum(item.id not in bought for item in items) < 300
    shoppers = pd.read_csv(DEMO / "shoppers.csv")["shopper"]
    assert len(shoppers) >= 3000
    assert 100 < len(set(shoppers) - set(events["shopper"])) < 400


def test_interactions_are_plenty_and_never_before_the_launch(items: tuple[Item, ...], events: pd.DataFrame) -> None:
    assert len(events) >= 50_000
    assert set(events["kind"]) == {"view", "wishlist", "purchase"}
    launched = events["item"].map({item.id: item.launched.isoformat() for item in items if item.launched})
    assert (events["time"].str[:10] >= launched).all()


def test_tastes_hold_what_content_cannot_tell(items: tuple[Item, ...], events: pd.DataFrame) -> None:
    """Shoppers of one item return to a few others far more than its attributes or fame explain."""
    number = {item.id: n for n, item in enumerate(items)}
    rows = events["shopper"].astype("category").cat.codes.to_numpy()
    columns = events["item"].map(number).to_numpy()
    seen = csr_matrix((np.ones(len(events)), (rows, columns)), shape=(rows.max() + 1, len(items)))
    seen.data[:] = 1
    together = (seen.T @ seen).toarray()
    np.fill_diagonal(together, 0)
    fame = np.asarray(seen.sum(axis=0)).ravel()
    lift = together * seen.shape[0] / np.maximum(np.outer(fame, fame), 1)
    pairs = np.argwhere((lift > 8) & (together >= 12))
    assert len(pairs) > 500
    kind = [item.values["category"][0] for item in items]
    crossing = np.mean([kind[a] != kind[b] for a, b in pairs])
    assert crossing > 0.9, "the pairs that go together must cross the kinds of thing"


def test_the_shop_speaks(items: tuple[Item, ...]) -> None:
    shop = load_shop(DEMO)
    assert shop.shop.synthetic
    assert len(shop.policies) >= 8
    assert {slot.name for slot in shop.slots} >= {
        "category", "budget", "style", "occasion", "colour", "material", "season", "recipient", "brand"
    }
    for slot in shop.slots:
        held = {value for item in items for value in item.values.get(slot.name, ())}
        assert set(slot.synonyms) <= held, f"synonyms of {slot.name} for values that no item has"
        for critique in shop.critiques:
            if critique.slot == slot.name:
                assert set(critique.scale) <= held
