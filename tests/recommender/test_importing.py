"""Bringing one's own file: what is understood, what is not guessed at, and what a shop made so can do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from recommender.catalogue import load_catalogue
from recommender.importing.attributes import reader
from recommender.importing.columns import Columns
from recommender.importing.importer import Choices, import_shop
from recommender.importing.reading import ImportRefused
from recommender.importing.titles import tidy_title
from recommender.importing.writing import previous
from recommender.interactions import load_interactions
from recommender.shop import ShopError, load_schema
from recommender.tables import Table, TableError
from recommender.types import Item

RETAIL = Path(__file__).parents[3] / "shared" / "data" / "retail" / "online_retail.parquet"

ROWS = [
    {"sku": "A1", "name": "Walnut Stool", "cost": 40.0, "color": "brown", "tags": "new|sale", "units": 3},
    {"sku": "A2", "name": "Linen Chair", "cost": 55.5, "color": "cream", "tags": "sale", "units": 0},
    {"sku": "A3", "name": "Oak Bench", "cost": 120.0, "color": "brown", "tags": "new", "units": 7},
    {"sku": "A4", "name": "Ash Table", "cost": 300.0, "color": "tan", "tags": "new", "units": 1},
]
"""A small catalogue with names of its own for every column."""


def items_of(folder: Path) -> dict[str, Item]:
    return {item.id: item for item in load_catalogue(folder, load_schema(folder)).items}


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    frame = pd.DataFrame(rows)
    match path.name.removesuffix(".gz").rsplit(".", 1)[-1]:
        case "csv":
            frame.to_csv(path, index=False)
        case "tsv":
            frame.to_csv(path, index=False, sep="\t")
        case "jsonl":
            frame.to_json(path, orient="records", lines=True)
        case "json":
            path.write_text(json.dumps({"products": rows}))
        case "parquet":
            frame.to_parquet(path)
        case "xlsx":
            frame.to_excel(path, index=False)
    return path


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv", "jsonl", "json", "parquet", "xlsx"])
def test_the_same_shop_comes_of_every_kind_of_file(tmp_path: Path, ending: str) -> None:
    source = write_rows(tmp_path / f"goods.{ending}", ROWS)
    report = import_shop(source, tmp_path / "shop", Choices(name="Sit Down", currency="EUR"))
    items = items_of(tmp_path / "shop")
    assert report.items == len(items) == 4
    assert items["A2"].title == "Linen Chair"
    assert items["A2"].price_minor == 5550
    assert items["A1"].values["colour"] == ("brown",)
    assert items["A1"].values["tags"] == ("new", "sale")
    assert load_schema(tmp_path / "shop").shop.currency == "EUR"


def test_columns_are_guessed_shown_and_may_be_refused(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    seen: list[tuple[Columns, int]] = []

    def refuse(columns: Columns, table: Table) -> bool:
        seen.append((columns, len(table)))
        return False

    with pytest.raises(ImportRefused):
        import_shop(source, tmp_path / "shop", Choices(), confirm=refuse)
    columns, rows = seen[0]
    assert rows == 4
    assert columns.fields == {"id": "sku", "title": "name", "price": "cost"}
    assert not (tmp_path / "shop").exists()


def test_flags_overrule_guesses(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    choices = Choices(columns={"stock": "units", "price": ""}, slots={"mood": "tags"}, ignore=["cost"])
    import_shop(source, tmp_path / "shop", choices)
    items = items_of(tmp_path / "shop")
    assert items["A3"].stock == 7
    assert items["A2"].in_stock is False
    assert items["A3"].price_minor is None
    assert items["A3"].values["mood"] == ("new",)


def test_prices_as_people_write_them(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text('id;title;price\n1;One;"£1.250,00"\n2;Two;£12.50\n3;Three;£7\n4;Four;\n')
    report = import_shop(source, tmp_path / "shop", Choices())
    assert [item.price_minor for item in items_of(tmp_path / "shop").values()] == [125_000, 1250, 700, None]
    assert report.currency == "GBP"


def test_titles_tell_only_what_is_certain() -> None:
    kind = reader("category").read
    assert kind("Red Retrospot Teapot")[0] == "teapot"
    assert kind("Tea Cosy Blue Stripe")[0] == "tea cosy", "the last kind named is what it is"
    assert kind("Teapot with Two Cups")[0] == "teapot", "what comes with it does not count"
    assert kind("Teacup and Saucer Candle")[0] == "candle"
    assert kind("Tea for One Polkadot")[0] == "teapot"
    assert kind("Mug Warmer") == ()
    assert kind("Something Quite Unheard Of") == ()
    colour = reader("colour").read
    assert colour("Blue and White Bowl") == ("blue", "white")
    assert colour("Red Riding Hood Mug") == ()
    assert colour("Bluebell Vase") == ()
    assert reader("material").read("Magnifying Glass with Wooden Handle") == ("wood",)
    assert reader("style").read("Regency Teapot") == ("regency", "vintage")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("SET/10 IVORY  POLKADOT CANDLES ", "Set of 10 Ivory Polkadot Candles"),
        ("CHILDREN'S CUTLERY", "Children's Cutlery"),
        ("CARD,pack/12", "Card, Pack of 12"),
        ("RED/WHITE CD BOX W/ LID", "Red/White CD Box with Lid"),
        ("PAD 40x40cm", "Pad 40x40cm"),
    ],
)
def test_titles_are_tidied(typed: str, said: str) -> None:
    assert tidy_title(typed, recase=True) == said


def test_titles_that_are_not_shouted_keep_their_case(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text("id,title\n1,iPod  stand\n2,The McKay bag\n")
    import_shop(source, tmp_path / "shop", Choices())
    assert [item.title for item in items_of(tmp_path / "shop").values()] == ["iPod stand", "The McKay bag"]


# --- what people did --------------------------------------------------------------------------------------------------


def test_interactions_come_along_and_strangers_are_counted(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    events = tmp_path / "events.csv"
    events.write_text(
        "user_id,sku,event,timestamp\n"
        "u1,A1,view,2026-01-02 10:00\nu1,A1,purchase,2026-01-02 10:05\nu2,ZZ,view,2026-01-03 09:00\n"
    )
    report = import_shop(source, tmp_path / "shop", Choices(interactions=events))
    schema = load_schema(tmp_path / "shop")
    learned = load_interactions(tmp_path / "shop", schema, {item: n for n, item in enumerate(items_of(tmp_path / "shop"))})
    assert len(learned) == 2
    assert learned.weight.tolist() == pytest.approx([0.15, 1.0])
    assert any("not in the catalogue" in dropped.why and dropped.count == 1 for dropped in report.dropped)


LOG = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1001,10001,BLUE TEAPOT,1,12/1/2010 8:26,9.00,17850,United Kingdom
1001,10001,BLUE TEAPOT,2,12/1/2010 8:26,11.00,17850,United Kingdom
1002,10001,blue teapot chipped,1,12/2/2010 9:00,1.00,17851,United Kingdom
1002,10002a,RED MUG,6,12/2/2010 9:00,2.50,17851,United Kingdom
1003,10002A,RED MUG,6,12/3/2010 9:00,2.50,,United Kingdom
C1004,10001,BLUE TEAPOT,-2,12/4/2010 9:00,11.00,17850,United Kingdom
1005,POST,POSTAGE,1,12/4/2010 9:00,18.00,17850,France
1006,10003,damaged,-4,12/4/2010 9:00,0.00,,United Kingdom
1007,10004,?,1,12/4/2010 9:00,3.00,17850,United Kingdom
1008,10005,GIFT VOUCHER £10,1,12/4/2010 9:00,10.00,17850,United Kingdom
""" + "".join(f"2{n:03d},2{n:04d},PLAIN VASE {n},1,12/5/2010 9:00,4.00,{18000 + n},United Kingdom\n" for n in range(40))


def test_a_log_of_sales_becomes_products_and_purchases(tmp_path: Path) -> None:
    source = tmp_path / "log.csv"
    source.write_text(LOG)
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert report.shape == "sales"
    assert items["10001"].title == "Blue Teapot", "the commonest description"
    assert items["10001"].price_minor == 900, "the median of what was paid"
    assert items["10001"].values["category"] == ("teapot", "tea things")
    assert items["10001"].stock is None
    assert "10002A" in items, "codes that differ in case are one"
    assert set(items) & {"POST", "10003", "10004", "10005"} == set()
    why = " ".join(str(dropped) for dropped in report.dropped)
    assert "POST POSTAGE" in why
    assert "10005" in why
    purchases = pd.read_parquet(tmp_path / "shop" / "interactions.parquet")
    of_17850 = purchases[purchases["shopper"] == "17850"]
    assert of_17850["item"].tolist() == ["10001"], "what was taken back in full is no purchase; the other one is"
    assert report.currency == "GBP"
    assert any("stock" in note for note in report.notes)
    page = (tmp_path / "shop" / "report.html").read_text()
    assert "<svg" in page
    assert "POSTAGE" in page


# --- exports of shop systems --------------------------------------------------------------------------------------------


def test_a_shopify_export(tmp_path: Path) -> None:
    source = tmp_path / "products_export.csv"
    source.write_text(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,"
        "Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n"
        'field-tote,Field Tote,"<p>Waxed &amp; strong.</p>",Alder,Bags,"canvas, summer",true,Color,Olive,FT-O,3,48.00,https://x/1.jpg,active\n'
        "field-tote,,,,,,,,Navy,FT-N,-2,44.00,https://x/2.jpg,\n"
        "field-tote,,,,,,,,,,,,https://x/3.jpg,\n"
        'old-cap,Old Cap,,Alder,Hats,,true,Title,Default Title,OC,4,12.00,,archived\n'
        'day-hat,Day Hat,Light,Birch,Hats,"summer",true,Color,Navy,DH,0,20.00,,active\n'
    )
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert report.shape == "shopify"
    assert set(items) == {"field-tote", "day-hat"}, "what is archived is not for sale"
    tote = items["field-tote"]
    assert (tote.price_minor, tote.stock, tote.description) == (4800, 3, "Waxed & strong.")
    assert tote.values["colour"] == ("Olive",), "the navy one is cheaper and sold out"
    assert tote.values["brand"] == ("Alder",)
    assert tote.values["category"] == ("Bags",)
    assert items["day-hat"].in_stock is False


FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Feed</title>
<item><g:id>7</g:id><g:title>Rain Jacket</g:title><g:description>Dry &amp; light</g:description><g:price>80.00 GBP</g:price>
<g:sale_price>64.00 GBP</g:sale_price><g:availability>in stock</g:availability><g:color>Navy</g:color>
<g:product_type>Clothing &gt; Coats</g:product_type><g:brand>Tern</g:brand><g:link>https://shop/7</g:link></item>
<item><g:id>8</g:id><g:title>Wool Hat</g:title><g:price>18.00 GBP</g:price><g:availability>out of stock</g:availability>
<g:color>Red</g:color><g:product_type>Clothing &gt; Hats</g:product_type><g:brand>Lark</g:brand></item>
</channel></rss>"""


def test_a_google_merchant_feed(tmp_path: Path) -> None:
    source = tmp_path / "feed.xml"
    source.write_text(FEED)
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert (report.shape, report.currency) == ("google", "GBP")
    assert items["7"].price_minor == 6400, "the sale price is what one pays"
    assert items["7"].values["category"] == ("Coats", "Clothing")
    assert items["7"].in_stock
    assert items["8"].in_stock is False


# --- nothing is lost ---------------------------------------------------------------------------------------------------


def test_a_shop_is_replaced_only_when_asked_and_the_old_one_is_kept(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    shop = tmp_path / "shop"
    import_shop(source, shop, Choices())
    (shop / "shop.toml").write_text((shop / "shop.toml").read_text() + "\n# my own words\n")
    with pytest.raises(ShopError, match="--replace"):
        import_shop(source, shop, Choices())
    import_shop(source, shop, Choices(replace=True))
    assert "my own words" in (previous(shop) / "shop.toml").read_text()
    assert "my own words" not in (shop / "shop.toml").read_text()


def test_items_can_be_taken_anew_under_the_owners_own_shop_toml(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    shop = tmp_path / "shop"
    import_shop(source, shop, Choices(name="Sit Down"))
    mine = (shop / "shop.toml").read_text().replace("Sit Down", "Sit Down Well")
    (shop / "shop.toml").write_text(mine)
    write_rows(source, ROWS[:3])
    import_shop(source, shop, Choices(refresh=True))
    assert len(items_of(shop)) == 3
    assert (shop / "shop.toml").read_text() == mine
    write_rows(source, [{"sku": row["sku"], "name": row["name"]} for row in ROWS])
    with pytest.raises(TableError, match="price"):
        import_shop(source, shop, Choices(refresh=True))
    assert len(items_of(shop)) == 3, "a file that the settings do not fit changes nothing"


def test_a_folder_of_other_things_is_not_written_to(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "goods.csv", ROWS)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    with pytest.raises(ShopError, match="new folder"):
        import_shop(source, tmp_path / "letters", Choices(replace=True))


# --- the published retail data ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not RETAIL.exists(), reason="the shared retail data is not here")
def test_the_published_retail_log(tmp_path: Path) -> None:
    report = import_shop(RETAIL, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert 3_600 < len(items) < 4_000
    assert 350_000 < report.interaction_count < 400_000
    assert not {"POST", "DOT", "M", "AMAZONFEE"} & set(items)
    assert not [item.title for item in items.values() if item.title.lower() in {"damaged", "check", "?", "found", "manual"}]
    fitting = [
        item for item in items.values()
        if "tea things" in item.values.get("category", ()) and "vintage" in item.values.get("style", ())
        and (item.price_minor or 9999) <= 2000
    ]
    assert len(fitting) >= 5
    assert items["85123A"].title == "White Hanging Heart T-light Holder"
    assert items["85123A"].price_minor == 295


def test_gzip_of_text_is_opened(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv.gz"
    source.write_bytes(gzip.compress(b"id,title,price\n1,One,2.00\n2,Two,3.00\n"))
    assert import_shop(source, tmp_path / "shop", Choices()).items == 2
