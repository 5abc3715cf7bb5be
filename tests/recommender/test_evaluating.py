"""The measure itself is measured: what may be known, what counts, and that the figures agree with scikit-learn's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import ndcg_score
from typer.testing import CliRunner

from recommender.blending import learn_blend
from server.cli import app
from server.evaluate.interaction_log import Cleaning, Columns, Log, LogError, read_log, usual_shape
from server.evaluate.ranking_metrics import ranking_figures
from server.evaluate.ranking_sources import frequency
from server.evaluate.ranking_tasks import tasks


def write(folder: Path, rows: list[tuple[object, ...]], names: str) -> Path:
    path = folder / "log.parquet"
    pd.DataFrame(rows, columns=names.split()).to_parquet(path)
    return path


def baskets(folder: Path, rows: list[tuple[object, ...]]) -> Log:
    path = write(folder, rows, "CustomerID InvoiceNo StockCode InvoiceDate Quantity UnitPrice")
    return read_log(path, Columns(), Cleaning(), baskets=True, core=0)


SHOPPING = [
    ("ann", "1", "10001", "2026-01-01", 1, 2.0), ("ann", "1", "10002", "2026-01-01", 1, 2.0),
    ("ann", "2", "10003", "2026-01-05", 1, 2.0), ("ann", "3", "10001", "2026-01-09", 1, 2.0),
    ("ann", "3", "10004", "2026-01-09", 1, 2.0), ("bob", "4", "10004", "2026-01-02", 1, 2.0),
    ("bob", "5", "10003", "2026-01-03", 1, 2.0), ("cat", "6", "10002", "2026-01-04", 1, 2.0),
]


def test_columns_are_guessed_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    returned, unpriced, nobody = ("ann", "C7", "10001", "2026-01-10", -1, 2.0), ("bob", "8", "10001", "2026-01-10", 1, 0.0), (
        None, "9", "10001", "2026-01-10", 1, 2.0)
    log = baskets(tmp_path, [*SHOPPING, returned, unpriced, nobody])
    assert log.report["columns"] == {
        "user": "CustomerID", "item": "StockCode", "time": "InvoiceDate", "basket": "InvoiceNo", "quantity": "Quantity",
        "price": "UnitPrice",
    }
    assert log.report["dropped"] == {"no user or item": 1, "quantity not above 0": 1, "price not above 0": 1}
    assert (log.users, log.items, len(log.item)) == (3, 4, 8)


def test_codes_unlike_nearly_all_others_are_no_products() -> None:
    assert usual_shape(pd.Series(["85123A", "71053", *["84406B"] * 60, "POST"])) == r"^\d{5}"
    assert usual_shape(pd.Series([1, 20, 300, 12000])) is None
    assert usual_shape(pd.Series(["a1", "b", "c"])) is None


def test_a_column_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, [(1, 2)], "user thing")
    with pytest.raises(LogError, match="--item"):
        read_log(path, Columns(), Cleaning(), baskets=False, core=0)
    with pytest.raises(LogError, match="no column 'sku'"):
        read_log(path, Columns(item="sku"), Cleaning(), baskets=False, core=0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.csv", "user;item;timestamp\na;x;13/02/2026 10:00\na;y;14/02/2026 10:00\n"),
        ("log.tsv", "uid\tiid\tposition\na\tx\t1\na\ty\t2\n"),
        ("log.inter", "user_id:token\titem_id:token\ttimestamp:float\na\tx\t100\na\ty\t200\n"),
        ("log.txt", "shopper|sku|order_date|order\na|x|2026-01-31|7\na|y|2026-02-01T10:00:00|8\n"),
    ],
)
def test_tables_are_read_however_they_are_written(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    log = read_log(tmp_path / name, Columns(), Cleaning(), baskets=False, core=0)
    assert (log.users, log.items, log.step.tolist()) == (1, 2, [0, 1])
    assert ("basket" in str(log.report["columns"])) == name.endswith(".txt"), "with times, an order is a basket"


def test_too_little_to_say_anything_is_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, [(user, item, item) for user in range(9) for item in range(9)], "user item position")
    result = CliRunner().invoke(app, ["evaluate", "recommending", str(path), "--json"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "too few" in result.stderr


def test_a_user_who_has_nearly_everything_is_still_given_ten(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    rows = [(user, item, place) for user in range(30) for place, item in enumerate(dice.permutation(20)[:18])]
    path = write(tmp_path, rows, "user item position")
    result = CliRunner().invoke(app, ["evaluate", "recommending", str(path), "--no-peers", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["blend"]["hit@10"] == 1.0, "only three items are left to choose from"


def test_a_basket_is_asked_for_and_nothing_of_it_is_known(tmp_path: Path) -> None:
    log = baskets(tmp_path, [*SHOPPING, ("dan", "9", "10003", "2026-01-01", 1, 2.0)])
    validation, test = tasks(log, "last-basket")
    asked = {int(user): set(taken.tolist()) for user, taken in zip(test.users, test.targets, strict=True)}
    ann, bob = 0, 1
    assert asked == {ann: {0, 3}, bob: {2}}
    assert [(int(user), taken.tolist()) for user, taken in zip(validation.users, validation.targets, strict=True)] == [(ann, [2])]
    for task in (validation, test):
        for user, taken in zip(task.users, task.targets, strict=True):
            mine = task.known & (log.user == user)
            first = min(log.step[(log.user == user) & np.isin(log.item, taken) & ~mine])
            assert (log.step[mine] < first).all()
    assert not validation.known[(log.user == bob) & (log.step == 1)].any(), "bob's last basket is for the test alone"


def test_only_what_is_new_counts_where_that_is_asked(tmp_path: Path) -> None:
    _, test = tasks(baskets(tmp_path, SHOPPING), "last-basket-new")
    assert [taken.tolist() for taken in test.targets] == [[3], [2]]


def test_items_that_nobody_could_know_are_not_asked_for(tmp_path: Path) -> None:
    unheard = ("ann", "3", "10009", "2026-01-09", 1, 2.0)
    _, test = tasks(baskets(tmp_path, [*SHOPPING, unheard]), "last-basket")
    assert set(test.targets[0].tolist()) == {0, 3}


def test_figures_agree_with_scikit_learn() -> None:
    dice = np.random.default_rng(0)
    scores = dice.random((50, 40))
    taken = dice.random((50, 40)) < 0.08
    taken[:, 0] = True
    ranking = np.argsort(-scores, axis=1)[:, :10].astype(np.int32)
    figures = ranking_figures(ranking, [np.flatnonzero(row).astype(np.int32) for row in taken], np.ones(40))
    assert figures["ndcg@10"] == pytest.approx(ndcg_score(taken, scores, k=10), abs=1e-4)
    recall = np.mean([taken[row, ranking[row]].sum() / taken[row].sum() for row in range(50)])
    assert figures["recall@10"] == pytest.approx(recall, abs=1e-4)
    assert figures["hit@10"] == pytest.approx(np.mean([taken[row, ranking[row]].any() for row in range(50)]), abs=1e-4)


def test_the_blend_finds_the_source_that_tells_and_drops_the_one_that_does_not() -> None:
    dice = np.random.default_rng(1)
    telling, noise = dice.random((300, 20)), dice.random((300, 20))
    chosen = np.argmax(telling + 0.1 * dice.random((300, 20)), axis=1)
    marks = np.zeros((300, 20), bool)
    marks[np.arange(300), chosen] = True
    features = np.stack([telling, noise], axis=-1).reshape(-1, 2).astype(np.float32)
    blend = learn_blend(["telling", "noise"], features, marks.ravel(), np.arange(301) * 20)
    assert blend.weights[0] > 10 * abs(blend.weights[1])


def test_learning_from_lists_in_which_nothing_was_taken_is_no_error() -> None:
    blend = learn_blend(["one"], np.ones((4, 1), np.float32), np.zeros(4, bool), np.array([0, 2, 4]))
    assert blend.weights.tolist() == [0.0]


def taste_and_order(users: int = 150, items: int = 60) -> list[tuple[int, int, int]]:
    """Users have a taste (a third of the items) and go through it in order, with slips."""
    dice = np.random.default_rng(2)
    rows = []
    for user in range(users):
        taste, at = user % 3, int(dice.integers(0, items // 3))
        for position in range(9):
            at = (at + 1 + int(dice.random() < 0.2)) % (items // 3)
            rows.append((user, taste * (items // 3) + at, position))
    return rows


def test_the_command_prints_one_object_and_the_blend_beats_popularity(tmp_path: Path) -> None:
    path = write(tmp_path, taste_and_order(), "user item position")
    result = CliRunner().invoke(app, ["evaluate", "recommending", str(path), "--no-peers", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures["models"]) == {"popularity", "item-knn", "ease", "ease, newest first", "follows"}
    for row in [*figures["models"].values(), figures["blend"]]:
        assert {"recall@10", "ndcg@10", "hit@10", "coverage", "novelty", "seconds"} <= row.keys()
        assert row["recall@10"] == row["hit@10"], "one item is taken"
    assert figures["blend"]["ndcg@10"] > 2 * figures["models"]["popularity"]["ndcg@10"]
    assert figures["test_users"] == 150
    again = CliRunner().invoke(app, ["evaluate", "recommending", str(path), "--no-peers", "--json"])
    assert json.loads(again.stdout)["blend"]["ndcg@10"] == figures["blend"]["ndcg@10"], "the same seed, the same figures"


def test_what_a_basket_ties_is_settled_by_what_all_take_most(tmp_path: Path) -> None:
    """Otherwise personal frequency, the peer to beat on repeats, would be made weaker than it is."""
    rows = [("ann", "1", item, "2026-01-01", 1, 2.0) for item in ("10009", "10001", "10005")]
    rows += [(f"u{number}", str(10 + number), "10005", "2026-01-02", 1, 2.0) for number in range(5)]
    rows += [("ann", "2", "10005", "2026-01-03", 1, 2.0)]
    log = baskets(tmp_path, rows)
    _, test = tasks(log, "last-basket")
    (row,) = np.flatnonzero([len(target) for target in test.targets])[:1]
    scores = frequency(test, {"decay": 1.0})(np.array([row]))[0]
    assert int(np.argmax(scores)) == int(test.targets[row][0])
    assert np.count_nonzero(scores > 1) == 3
