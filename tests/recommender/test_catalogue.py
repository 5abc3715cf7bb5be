"""A broken catalogue names the line and column of every fault and is never half-loaded."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from little_shop import CATALOGUE, SHOP_TOML, write_shop

from recommender.catalogue import CatalogueError, load_catalogue
from recommender.shop import load_schema


def faults(shop: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(shop, load_schema(shop))
    return [(problem.line, problem.column, problem.message) for problem in caught.value.problems]


def with_rows(folder: Path, *rows: str) -> Path:
    return write_shop(folder, catalogue=CATALOGUE + "".join(row + "\n" for row in rows))


def test_items_are_read_as_the_shop_wrote_them(shop: Path) -> None:
    catalogue = load_catalogue(shop, load_schema(shop))
    mug, card = catalogue.items[0], catalogue.items[5]
    assert (mug.id, mug.title, mug.price_minor, mug.stock, mug.launched) == ("A1", "Red Mug", 950, 4, date(2025, 1, 5))
    assert mug.values == {"category": ("mug", "kitchen"), "colour": ("red",)}
    assert mug.numbers == {"weight": 300.0, "margin": 0.4}
    assert card.price_minor is None
    assert "colour" not in card.values
    assert catalogue.positions["A6"] == 5


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("B1,Vase,,vase,red,-3,1,,,", "price", "negative"),
        ("B1,Vase,,vase,red,cheap,1,,,", "price", "not a price"),
        ("B1,Vase,,vase,red,inf,1,,,", "price", "not a price"),
        ("B1,Vase,,vase,red,3.999,1,,,", "price", "two decimals"),
        ("B1,,,vase,red,3,1,,,", "title", "empty"),
        (",Vase,,vase,red,3,1,,,", "id", "empty"),
        ("A1,Vase,,vase,red,3,1,,,", "id", "already on line 2"),
        ("B1,Vase,,vase,red,3,1.5,,,", "stock", "whole number"),
        ("B1,Vase,,vase,red,3,-1,,,", "stock", "whole number"),
        ("B1,Vase,,vase,red,3,1,heavy,,", "grams", "not a number"),
        ("B1,Vase,,vase,red,3,1,,40,", "margin", "between 0 and 1"),
        ("B1,Vase,,vase,red,3,1,,,soon", "launched", "not a date"),
        ("B1,Vase,,vase,red,3,1", "", "7 cells where the header has 10"),
        ('B1,"Vase"s,,vase,red,3,1,,,', "", "cannot be read as CSV"),
        (f"B1,{'x' * 1_000_000},,vase,red,3,1,,,", "title", "1,000,000 characters"),
    ],
)
def test_a_broken_cell_is_named_by_line_and_column(tmp_path: Path, row: str, column: str, says: str) -> None:
    (fault,) = faults(with_rows(tmp_path, row))
    assert fault[:2] == (8, column)
    assert says in fault[2]


def test_every_fault_is_named_not_only_the_first(tmp_path: Path) -> None:
    found = faults(with_rows(tmp_path, "B1,,,vase,red,-3,x,,,", "B2,Jug,,jug,,oops,,,,"))
    assert [fault[:2] for fault in found] == [(8, "title"), (8, "price"), (8, "stock"), (9, "price")]


def test_a_quoted_line_break_does_not_move_the_line_numbers(tmp_path: Path) -> None:
    (fault,) = faults(with_rows(tmp_path, 'B1,Vase,"two\nlines",vase,red,3,1,,,', "B2,Jug,,jug,,oops,,,,"))
    assert fault[:2] == (10, "price")


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    shop = write_shop(tmp_path)
    (shop / "catalogue.csv").write_bytes(CATALOGUE.encode() + "B1,Café,,vase,red,3,1,,,\n".encode("latin-1"))
    ((line, column, message),) = faults(shop)
    assert (line, column) == (8, "title")
    assert "0xe9" in message


def test_missing_and_doubled_columns_and_empty_files(tmp_path: Path) -> None:
    assert faults(write_shop(tmp_path / "a", catalogue="id,title\n1,x\n"))[0][:2] == (1, "description")
    assert faults(write_shop(tmp_path / "b", catalogue="id,id,title\n1,1,x\n"))[0] == (1, "id", "the column is there twice")
    assert "empty" in faults(write_shop(tmp_path / "c", catalogue=""))[0][2]
    assert "no items" in faults(write_shop(tmp_path / "d", catalogue=CATALOGUE.splitlines()[0]))[0][2]


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    shop = write_shop(tmp_path)
    (shop / "catalogue.csv").unlink()
    assert "No such file" in faults(shop)[0][2]


def test_the_same_items_come_from_csv_jsonl_and_parquet_gzipped_or_not(tmp_path: Path) -> None:
    shop = write_shop(tmp_path / "csv")
    expected = load_catalogue(shop, load_schema(shop)).items
    rows = pd.read_csv(shop / "catalogue.csv", dtype=object, keep_default_na=False).to_dict("records")
    for row in rows:
        row["category"] = row["category"].split("|")
        row["price"] = float(row["price"]) if row["price"] else None
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    for name, content in {
        "catalogue.jsonl": lines.encode(),
        "catalogue.jsonl.gz": gzip.compress(lines.encode()),
        "catalogue.parquet": pd.DataFrame(rows).to_parquet(),
    }.items():
        other = write_shop(tmp_path / name, toml=SHOP_TOML.replace("catalogue.csv", name))
        (other / name).write_bytes(content)
        assert load_catalogue(other, load_schema(other)).items == expected


@pytest.mark.parametrize(
    "name", ["catalogue.parquet", "catalogue.csv.gz", "catalogue.jsonl.gz", "catalogue.jsonl", "catalogue.xls"]
)
def test_half_written_files_are_refused(tmp_path: Path, name: str) -> None:
    shop = write_shop(tmp_path, toml=SHOP_TOML.replace("catalogue.csv", name))
    whole = pd.DataFrame({"id": ["1"], "title": ["x"]}).to_parquet() if "parquet" in name else gzip.compress(CATALOGUE.encode())
    (shop / name).write_bytes(b'{"id": "1", "ti' if name.endswith("jsonl") else whole[: len(whole) // 2])
    (fault,) = faults(shop)
    assert fault[0] == 1
