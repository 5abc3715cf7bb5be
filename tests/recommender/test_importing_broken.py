"""Broken files: each names its line and column, and the shop that was there stays as it was."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from recommender.importing.columns import ColumnError
from recommender.importing.importer import Choices, import_shop
from recommender.tables import TableError

GOOD = "id,title,price,colour\n1,Lamp,20.00,red\n2,Vase,12.50,blue\n3,Bowl,8.00,blue\n"
LOG = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"


def half_parquet() -> bytes:
    frame = pd.DataFrame({"id": range(1000), "title": [f"Thing {n}" for n in range(1000)]})
    whole = frame.to_parquet()
    assert whole is not None
    return whole[: len(whole) // 2]


def parquet_twice() -> bytes:
    sink = io.BytesIO()
    names = ["id", "title", "title"]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays([pyarrow.array([text]) for text in "1ab"], names=names), sink)
    return sink.getvalue()


def parquet_of(columns: dict[str, list[object]]) -> bytes:
    whole = pd.DataFrame(columns).to_parquet()
    assert whole is not None
    return whole


FEED = """<rss><channel>
<item><id>1</id><title>Lamp</title><availability>in_stock</availability>
<price>5.00 GBP</price></item>
<item><id>2</id><title>Vase</title><availability>in_stock</availability><price>6.00 GBP</price></item>
<item><id>3</id><title>Bowl</title><availability>in_stock</availability><price>7.00 GBP</price></item></channel></rss>"""
SHOPIFY = """Handle,Title,Variant Price,Variant Inventory Qty
tote,Field Tote,48.00,1
tote,,44.00,2
cap,Cap,9.00,3
"""

BROKEN = {
    "bad encoding": ("goods.csv", GOOD.encode().replace(b"Vase", b"Vas\xe9"), 3, "title"),
    "duplicate ids": ("goods.csv", GOOD.encode() + b"2,Jug,9.00,red\n", 5, "id"),
    "missing column": ("goods.csv", b"id,price,colour\n1,20.00,red\n", 1, "title"),
    "negative price": ("goods.csv", GOOD.encode().replace(b"12.50", b"-12.50"), 3, "price"),
    "no price": ("goods.csv", GOOD.encode().replace(b"12.50", b"a bargain"), 3, "price"),
    "endless title": ("goods.csv", GOOD.encode().replace(b"Vase", b"V" * 1_000_000), 3, "title"),
    "empty title": ("goods.csv", GOOD.encode().replace(b"Vase", b""), 3, "title"),
    "a row too short": ("goods.csv", GOOD.encode().replace(b"2,Vase,12.50,blue", b"2,Vase"), 3, ""),
    "an open quote": ("goods.csv", GOOD.encode().replace(b"Vase", b'"Vase'), 3, ""),
    "a column twice": ("goods.csv", b"id,title,title\n1,a,b\n", 1, "title"),
    "a NUL": ("goods.csv", GOOD.encode().replace(b"Vase", b"Va\0se"), 3, ""),
    "nothing": ("goods.csv", b"", 1, ""),
    "only a header": ("goods.csv", b"id,title,price\n", 1, ""),
    "half-written Parquet": ("goods.parquet", half_parquet(), 1, ""),
    "half-written JSON": ("goods.jsonl", b'{"id": 1, "title": "Lamp"}\n{"id": 2, "tit', 2, ""),
    "half-written gzip": ("goods.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03K\xce", 1, ""),
    "half-written sheet": ("goods.xlsx", b"PK\x03\x04 and then no more", 1, ""),
    "half-written feed": ("feed.xml", b"<rss><channel>\n<item><id>1</id>", 2, ""),
    "a feed with entities": ("feed.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><rss><item/></rss>', 1, ""),
    "a log with a wrong price": ("log.csv", (LOG + "1,10001,LAMP,1,2010-12-01 08:26,cheap,7\n").encode(), 2, "UnitPrice"),
    "a log with a wrong time": (
        "log.csv", (LOG + "1,10001,LAMP,1,2010-12-01 08:26,1.0,7\n1,10001,LAMP,1,soon,1.0,7\n").encode(), 3, "InvoiceDate",
    ),
    "a feed with a wrong price": ("feed.xml", FEED.replace("7.00 GBP", "-7.00 GBP").encode(), 5, "price"),
    "a feed with an id twice": ("feed.xml", FEED.replace("<id>2<", "<id>1<").encode(), 4, "id"),
    "a feed in another encoding": ("feed.xml", FEED.encode().replace(b"Vase", b"Vas\xe9"), 4, ""),
    "Shopify: a variant's price": ("export.csv", SHOPIFY.replace("44.00", "-44.00").encode(), 3, "Variant Price"),
    "Shopify: a variant's stock": ("export.csv", SHOPIFY.replace("44.00,2", "44.00,some").encode(), 3, "Variant Inventory Qty"),
    "Shopify: a handle twice": ("export.csv", SHOPIFY.replace("cap,", "tote,").encode(), 4, "Handle"),
    "Shopify: bad encoding": ("export.csv", SHOPIFY.encode().replace(b"Cap", b"C\xe0p"), 4, "Title"),
    "JSON lines in another encoding": ("goods.jsonl", b'{"id": 1, "title": "Lamp"}\n{"id": 2, "title": "Vas\xe9"}', 2, "title"),
    "half a character": ("goods.jsonl", b'{"id": 1, "title": "Lamp"}\n{"id": 2, "title": "V\\ud800se"}', 2, "title"),
    "JSON too deep": ("goods.json", b"[" * 100_000, 1, ""),
    "Parquet whose text is no text": ("goods.parquet", parquet_of({"id": [b"1", b"2"], "title": [b"L", b"Vas\xe9"]}), 2, "title"),
    "Parquet with a wrong price": ("goods.parquet", parquet_of({"id": ["1"], "title": ["Lamp"], "price": [-1.0]}), 1, "price"),
    "Parquet with an id twice": ("goods.parquet", parquet_of({"id": ["1", "1"], "title": ["Lamp", "Vase"]}), 2, "id"),
    "another separator, bad encoding": ("goods.csv", GOOD.replace(",", ";").encode().replace(b"Vase", b"Vas\xe9"), 3, "title"),
    "prices in two currencies": ("feed.xml", FEED.replace("6.00 GBP", "6.00 EUR").encode(), 4, "price"),
    "currencies named beside": (
        "goods.csv", b"id,title,price,currency\n1,Lamp,2.00,EUR\n2,Vase,3.00,SEK\n3,Bowl,3.00,EUR\n", 3, "price",
    ),
    "a title that nobody sees": ("goods.csv", GOOD.replace("Vase", "\u200b\u202e").encode(), 3, "title"),
    "a number without end": ("goods.jsonl", b'{"id": 1, "title": "L"}\n{"id": 2, "price": ' + b"9" * 5000 + b"}", 2, ""),
    "a fault after blank lines": ("goods.csv", b"\n\n" + GOOD.encode().replace(b"12.50", b"-1"), 5, "price"),
    "a fault after the separator's name": (
        "goods.csv", b"sep=;\n" + GOOD.replace(",", ";").encode().replace(b"12.50", b"-1"), 4, "price",
    ),
    "Parquet with a column twice": ("goods.parquet", parquet_twice(), 1, "title"),
    "another kind of file": ("goods.pdf", b"%PDF", 1, ""),
}


@pytest.fixture(scope="module")
def good_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    (folder / "good.csv").write_text(GOOD)
    import_shop(folder / "good.csv", folder / "shop", Choices())
    return folder / "shop"


def fingerprint(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_names_the_place_and_leaves_the_shop(tmp_path: Path, good_shop: Path, fault: str) -> None:
    shop = tmp_path / "shops" / "mine"
    shutil.copytree(good_shop, shop)
    before = fingerprint(shop)
    name, content, line, column = BROKEN[fault]
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(TableError) as caught:
        import_shop(source, shop, Choices(replace=True))
    first = caught.value.problems[0]
    assert (first.line, first.column) == (line, column), str(first)
    assert fingerprint(shop) == before
    assert [path.name for path in shop.parent.iterdir()] == ["mine"], "nothing half-made is left lying about"


def test_a_crash_while_writing_leaves_the_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good.csv"
    good.write_text(GOOD)
    shop = tmp_path / "shops" / "mine"
    import_shop(good, shop, Choices())
    before = fingerprint(shop)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match="No space"):
        import_shop(good, shop, Choices(replace=True))
    assert fingerprint(shop) == before
    assert [path.name for path in shop.parent.iterdir()] == ["mine"]


def test_several_faults_are_told_at_once_and_can_be_left_out(tmp_path: Path) -> None:
    source = tmp_path / "goods.jsonl"
    rows = [{"id": n, "title": f"Thing {n}", "price": -1 if n % 10 == 3 else 5} for n in range(1, 501)]
    source.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(TableError) as caught:
        import_shop(source, tmp_path / "shop", Choices())
    assert caught.value.total == 50
    assert [problem.line for problem in caught.value.problems[:2]] == [3, 13]
    report = import_shop(source, tmp_path / "shop", Choices(skip_broken=True))
    assert report.items == 450
    assert report.dropped[0].count == 50


def test_the_encoding_may_be_named(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_bytes("id,title,price\n1,Café cup,£2.00\n2,Mug,£3.00\n".encode("cp1252"))
    with pytest.raises(TableError, match="not UTF-8"):
        import_shop(source, tmp_path / "shop", Choices())
    assert import_shop(source, tmp_path / "shop", Choices(encoding="cp1252")).currency == "GBP"


BROKEN_LOGS = {
    "bad encoding": ("log.csv", b"user_id,item_id\nu,1\n\xfc,2\n", 3, "user_id"),
    "nobody": ("log.csv", b"user_id,item_id\nu,1\n,2\n", 3, "user_id"),
    "no such column": ("log.csv", b"user_id,price\nu,1\n", 1, "item"),
    "no item of the catalogue": ("log.csv", b"user_id,item_id\nu,x\n", 2, "item_id"),
    "a word for a time": ("log.csv", b"user_id,item_id,timestamp\nu,1,2026-01-01\nu,2,soon\n", 3, "timestamp"),
    "an empty time": ("log.csv", b"user_id,item_id,timestamp\nu,1,2026-01-01\nu,2,\n", 3, "timestamp"),
    "the year 9999": ("log.csv", b"user_id,item_id,timestamp\nu,1,9999-01-01\nu,2,2026-01-01\n", 2, "timestamp"),
    "no number": (
        "log.parquet", parquet_of({"user_id": ["u"] * 2, "item_id": ["1", "2"], "timestamp": [1.7e9, None]}), 2, "timestamp",
    ),
    "no date": (
        "log.parquet", parquet_of({"user_id": ["u"] * 2, "item_id": ["1", "2"], "timestamp": [pd.Timestamp(2026, 1, 1), pd.NaT]}),
        2, "timestamp",
    ),
    "a list": ("log.jsonl", b'{"user_id": "u", "item_id": ["1", "2"]}\n', 1, "item_id"),
    "an endless shopper": ("log.csv", b"user_id,item_id\nu,1\n" + b"u" * 1_000_000 + b",2\n", 3, "user_id"),
    "half-written Parquet": ("log.parquet", half_parquet(), 1, ""),
}


@pytest.mark.parametrize("fault", BROKEN_LOGS)
def test_a_broken_log_names_the_place_and_leaves_the_shop(tmp_path: Path, good_shop: Path, fault: str) -> None:
    shop = tmp_path / "shops" / "mine"
    shutil.copytree(good_shop, shop)
    before = fingerprint(shop)
    goods = tmp_path / "goods.csv"
    goods.write_text(GOOD)
    name, content, line, column = BROKEN_LOGS[fault]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        import_shop(goods, shop, Choices(replace=True, interactions=tmp_path / name))
    first = caught.value.problems[0]
    assert (first.line, first.column) == (line, column), str(first)
    assert fingerprint(shop) == before


@pytest.mark.parametrize("written", [
    ["2026-01-01T10:00:00Z", "2026-01-01T16:30:00+05:30"], ["1767261600", "1767265200"], ["1767261600000", "1767265200000"],
    ["01.01.2026 10:00", "01.01.2026 11:00"],
])
def test_times_are_the_same_however_they_are_written(tmp_path: Path, written: list[str]) -> None:
    (tmp_path / "goods.csv").write_text(GOOD)
    log = tmp_path / "log.csv"
    log.write_text("user_id,item_id,timestamp\n" + "".join(f"u,{item},{time}\n" for item, time in enumerate(written, start=1)))
    import_shop(tmp_path / "goods.csv", tmp_path / "shop", Choices(interactions=log))
    times = pd.read_parquet(tmp_path / "shop" / "interactions.parquet")["time"].tolist()
    assert times == ["2026-01-01T10:00:00", "2026-01-01T11:00:00"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_odd_but_whole_files_are_read(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "goods.csv"
    source.write_text("\r\n\r\n" + GOOD.replace("Vase", "Va\x1b[1mse\x07\u202e"), encoding=encoding)
    assert import_shop(source, tmp_path / "shop", Choices(derive=False)).items == 3
    assert pd.read_csv(tmp_path / "shop" / "catalogue.csv")["title"].tolist() == ["Lamp", "Va[1mse", "Bowl"]


def test_a_column_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text(GOOD)
    with pytest.raises(ColumnError, match="no column 'cost'; it has 'id', 'title', 'price', 'colour'"):
        import_shop(source, tmp_path / "shop", Choices(columns={"price": "cost"}))
