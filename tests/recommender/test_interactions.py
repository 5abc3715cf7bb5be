"""Interactions are weighted by kind, ordered by time, and what is left out is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from little_shop import INTERACTIONS, SHOP_TOML, write_shop

from recommender.catalogue import load_catalogue
from recommender.interactions import Interactions, InteractionsError, load_interactions
from recommender.shop import load_schema
from recommender.shoppers import histories, load_histories, matrix, popularity, save_histories, steps
from recommender.transitions import follow_weights


def load(shop: Path) -> Interactions:
    schema = load_schema(shop)
    return load_interactions(shop, schema, load_catalogue(shop, schema).positions)


def test_weights_follow_the_kind_and_order_follows_time(tmp_path: Path) -> None:
    backwards = INTERACTIONS.splitlines()
    shop = write_shop(tmp_path, interactions="\n".join([backwards[0], *reversed(backwards[1:])]))
    read = load(shop)
    bob = read.shopper == read.shoppers.index("bob")
    assert read.item[bob].tolist() == [0, 1, 2]
    np.testing.assert_allclose(read.weight[bob], [1.0, 1.0, 0.2])


def test_items_not_in_the_catalogue_are_counted_and_named(shop: Path) -> None:
    report = load(shop).report
    assert (report.rows, report.kept, report.unknown_items, report.unknown_examples) == (11, 10, 1, ("GONE",))


@pytest.mark.parametrize(
    ("row", "column"), [(",A1,view,2026-01-01", "shopper"), ("ann,,view,2026-01-01", "item"), ("ann,A1,view,yesterday", "time")]
)
def test_a_broken_row_is_named(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(InteractionsError) as caught:
        load(write_shop(tmp_path, interactions=INTERACTIONS + row + "\n"))
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(13, column)]


def test_a_shop_without_interactions_has_none(tmp_path: Path) -> None:
    shop = write_shop(tmp_path, toml=SHOP_TOML.replace("[interactions]", "[other]"))
    none = load(shop)
    assert len(none) == 0
    assert histories(none).of("ann")[0].tolist() == []
    assert popularity(none, 6).tolist() == [0] * 6


def test_a_history_holds_each_item_once_by_its_last_time_and_strongest_kind(tmp_path: Path) -> None:
    rows = ["ann,A1,purchase,2026-01-01", "ann,A2,view,2026-01-02", "ann,A1,view,2026-01-03"]
    read = load(write_shop(tmp_path, interactions="shopper,item,kind,time\n" + "\n".join(rows)))
    items, weights = histories(read).of("ann")
    assert items.tolist() == [1, 0]
    np.testing.assert_allclose(weights, [0.2, 1.0])
    assert matrix(read, 6).toarray()[0].tolist() == pytest.approx([1.0, 0.2, 0, 0, 0, 0])


def test_what_is_bought_at_one_moment_is_one_step(tmp_path: Path) -> None:
    """The order of lines on a receipt says nothing: a basket's items count alike and none of them follows another."""
    baskets = {"2026-01-01": ("A1", "A2"), "2026-01-02": ("A3",), "2026-01-03": ("A4", "A5", "A6")}
    rows = [f"ann,{item},purchase,{day}" for day, items in baskets.items() for item in items]
    interactions = load(write_shop(tmp_path, interactions="shopper,item,kind,time\n" + "\n".join(rows)))
    assert steps(interactions).tolist() == [0, 0, 1, 2, 2, 2]
    items, strength = histories(interactions).recalled("ann", 0.5)
    assert items.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(strength, [0.25, 0.25, 0.5, 1, 1, 1])
    follows = follow_weights(interactions.shopper, interactions.item, steps(interactions), 6).toarray()
    assert follows[0, 1] == follows[3, 4] == 0
    assert follows[0, 2] > 0
    save_histories(histories(interactions), tmp_path / "kept.npz")
    np.testing.assert_allclose(load_histories(tmp_path / "kept.npz").recalled("ann", 0.5)[1], strength)
