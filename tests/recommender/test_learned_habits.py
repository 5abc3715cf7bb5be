"""What a shopper usually goes for is learned from choices held back, kept only where it helps, and can be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from little_shop import SHOP_TOML, WordEmbedder, write_shop

from recommender.building import build_index
from recommender.habits import FEATURES
from recommender.ranking import rank
from recommender.shelf import Shelf
from recommender.shop import load_schema
from recommender.store import ShopRecommender, load_shelf, open_recommender
from recommender.types import Limits, Query, Ranked
from recommender.versions import current_version

SHOPPERS = 200
ITEMS = 600
WINDOW = 12
"""Items, by price, among which a shopper chooses."""


@pytest.fixture(scope="module")
def thrifty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shelf, dict[str, object]]:
    """Every item has its own price and each shopper a usual one; what is cheap is bought by day, what is dear at night."""
    dice = np.random.default_rng(0)
    rows = ["id,title,description,category,colour,price,stock,grams,margin,launched"]
    rows += [f"I{number},thing {number},a thing,mug,red,{5 * 1.012**number:.2f},3,,," for number in range(ITEMS)]
    log = ["shopper,item,kind,time"]
    for shopper in range(SHOPPERS):
        start = int(dice.integers(0, ITEMS - WINDOW))
        mine = dice.choice(np.arange(start, start + WINDOW), 4, replace=False)
        hour = "09" if start < ITEMS // 2 else "22"
        log += [f"s{shopper},I{item},purchase,2026-03-{day:02d}T{hour}:00" for day, item in enumerate(mine, start=1)]
    folder = tmp_path_factory.mktemp("thrifty")
    shop = write_shop(folder / "shop", toml=SHOP_TOML, catalogue="\n".join(rows), interactions="\n".join(log))
    build_index(shop, folder / "indexes", WordEmbedder())
    version = current_version(folder / "indexes")
    return load_shelf(version, load_schema(shop)), json.loads((version.folder / "manifest.json").read_text())["habits"]


def test_the_price_a_shopper_usually_pays_is_learned(thrifty: tuple[Shelf, dict[str, object]]) -> None:
    shelf, said = thrifty
    assert shelf.habits is not None
    assert shelf.habits.names == FEATURES
    assert said["questions"] == SHOPPERS
    assert float(str(said["ndcg@10"])) > float(str(said["ndcg@10_of_tastes_alone"]))
    for shopper in ("s0", "s1", "s2"):
        mine = shelf.histories.of(shopper)[0]
        usual = np.exp(np.log(shelf.facts.price_minor[mine]).mean())
        known = frozenset(shelf.items.ids[int(one)] for one in mine)
        found = rank(shelf, Query(limits=Limits(exclude_items=known), shopper=shopper, count=10, diversity=0), None).items
        ratios = [(ranked.item.price_minor or 0) / usual for ranked in found]
        assert np.median(ratios) == pytest.approx(1, abs=0.2)
        assert all("habit_price_fit" in ranked.scores for ranked in found), "what the order came from can be read"


def test_what_is_asked_at_night_looks_like_the_night(thrifty: tuple[Shelf, dict[str, object]]) -> None:
    """The same items, asked about at two times of the day: the table says which are of the night."""
    shelf, _ = thrifty
    dear, cheap = shelf.moments[ITEMS // 2 + WINDOW :, 3], shelf.moments[: ITEMS // 2, 3]
    assert dear.mean() > 0.02 > -0.02 > cheap.mean()
    at = [rank(shelf, Query(shopper="s3", count=5, at=datetime(2026, 3, 7, hour)), None).items[0].scores["habit_moment"]
          for hour in (9, 22)]
    assert at[0] != at[1]


def test_more_like_what_i_usually_buy_gives_the_history_a_larger_share(thrifty: tuple[Shelf, dict[str, object]]) -> None:
    shelf, _ = thrifty
    asked = Query(prefer={"colour": {"red": 1.0}}, count=5)

    def share(query: Query) -> float:
        """Of forty shoppers together: with few purchases not everybody has somebody alike."""
        lists = [rank(shelf, replace(query, shopper=f"s{number}"), None).items for number in range(40)]
        reasons = [one for ranked in lists for item in ranked for one in item.reasons]
        return sum(one.weight for one in reasons if one.kind == "shoppers_like_you")

    assert share(replace(asked, usual=True)) > share(asked) > 0


def test_surprise_on_request_leaves_the_beaten_track(thrifty: tuple[Shelf, dict[str, object]]) -> None:
    shelf, _ = thrifty
    usual = rank(shelf, Query(count=10, diversity=0), None).items
    other = rank(shelf, Query(count=10, diversity=0, surprise=1.0), None).items

    def demand(found: Sequence[Ranked]) -> float:
        return float(np.mean([shelf.popularity[shelf.positions[ranked.item.id]] for ranked in found]))
    assert demand(other) < demand(usual)


def test_where_only_chance_decides_nothing_is_kept_that_does_not_help(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    rows = ["id,title,description,category,colour,price,stock,grams,margin,launched"]
    rows += [f"I{number},same,same,mug,red,5,3,,," for number in range(30)]
    log = ["shopper,item,kind,time"]
    log += [f"s{shopper},I{item},purchase,2026-03-0{day}" for shopper in range(40)
            for day, item in enumerate(dice.choice(30, 4, replace=False), start=1)]
    shop = write_shop(tmp_path / "shop", toml=SHOP_TOML, catalogue="\n".join(rows), interactions="\n".join(log))
    build_index(shop, tmp_path / "indexes", WordEmbedder())
    shelf = load_shelf(current_version(tmp_path / "indexes"), load_schema(shop))
    assert shelf.habits is None, "forty choices are too few to learn from"
    assert rank(shelf, Query(shopper="s0"), None).items


def rebought(folder: Path, every_week: str) -> ShopRecommender:
    """Thirty shoppers; what is bought every week, and a lamp that is bought once."""
    rows = ["id,title,description,category,colour,price,stock,grams,margin,launched"]
    rows += [f"{name},{name},a {name},mug,red,5,3,,," for name in ("bread", "milk", "lamp", "vase", "clock")]
    log = ["shopper,item,kind,time"]
    for shopper in range(30):
        log += [f"s{shopper},{every_week},purchase,2026-03-{day:02d}" for day in (1, 8, 15)] if every_week else []
        log += [f"s{shopper},lamp,purchase,2026-03-16", f"s{shopper},lamp,view,2026-03-17"]
        log += [f"s{shopper},{['vase', 'clock', 'milk'][shopper % 3]},purchase,2026-03-14"]
    shop = write_shop(folder / "shop", toml=SHOP_TOML, catalogue="\n".join(rows), interactions="\n".join(log))
    build_index(shop, folder / "indexes", WordEmbedder())
    return open_recommender(shop, folder / "indexes", WordEmbedder())


def test_what_is_bought_again_and_again_is_offered_again(tmp_path: Path) -> None:
    weekly = rebought(tmp_path / "weekly", "bread").recommend(Query(shopper="s0", count=5, diversity=0)).items
    first = weekly[0]
    assert first.item.id == "bread"
    assert any(reason.kind == "again" for reason in first.reasons)
    lamp = next(ranked for ranked in weekly if ranked.item.id == "lamp")
    assert not any(reason.kind == "again" for reason in lamp.reasons), "one lamp is enough, however often it was looked at"
    stranger = rebought(tmp_path / "again", "bread").recommend(Query(shopper="nobody", count=5)).items
    assert not any(reason.kind == "again" for ranked in stranger for reason in ranked.reasons)
