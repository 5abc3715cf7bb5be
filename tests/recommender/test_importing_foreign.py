"""Files as strangers have them: other languages' headers, prices as people write them, variants, mark-up, objects in cells."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from recommender.importing.cells import plain_dates, plain_prices, plain_stock, plain_text
from recommender.importing.importer import Choices, import_shop
from recommender.importing.variants import one_title
from recommender.importing.words import parts
from recommender.shop import load_schema
from recommender.tables import TableError
from tests.recommender.test_importing import items_of


def test_a_german_catalogue(tmp_path: Path) -> None:
    source = tmp_path / "artikel.csv"
    source.write_text(
        "Artikelnummer;Bezeichnung;Beschreibung;Preis;Lagerbestand;Farbe;Warengruppe;Marke;Größe;Gewicht (kg);Bild-URL;"
        "Erstellt am\n"
        'A1;Stehlampe;"<p>Warmes <b>Licht</b></p>";1.299,00 €;3;Rot;Lampen;Alder;M;1,50;https://x/1;31.12.2025\n'
        "A2;Vase;;12,99 €;0;Blau;Vasen;Birch;S;0,25;https://x/2;01.02.2026\n"
    )
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert report.currency == "EUR"
    lamp = items["A1"]
    assert (lamp.title, lamp.description, lamp.price_minor, lamp.stock) == ("Stehlampe", "Warmes Licht", 129_900, 3)
    assert {slot: lamp.values[slot] for slot in ("colour", "category", "brand", "size")} == {
        "colour": ("Rot",), "category": ("Lampen",), "brand": ("Alder",), "size": ("M",),
    }
    assert lamp.numbers["gewicht_kg"] == 1.5
    assert str(lamp.launched) == "2025-12-31"
    assert not items["A2"].in_stock
    assert "Bild-URL" in report.left_out


def test_a_french_catalogue(tmp_path: Path) -> None:
    source = tmp_path / "produits.csv"
    source.write_text(
        "Référence;Désignation;Prix TTC;Disponibilité;Couleur;Catégorie\n"
        "R1;Lampe;1 299,00 €;en stock;rouge;Lampes\nR2;Vase;12,99 €;épuisé;bleu;Vases\n"
    )
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert report.currency == "EUR"
    assert [item.price_minor for item in items.values()] == [129_900, 1299]
    assert [item.in_stock for item in items.values()] == [True, False]
    assert items["R1"].stock is None, "how many there are is not said"


def test_an_item_costs_what_one_pays_now(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text("SKU,Item Name,RRP,Now,Qty On Hand\n1,Lamp,£24.00,£19.99,4\n2,Vase,£12.50,,-2\n3,Bowl,£8.00,£0.00,1\n")
    report = import_shop(source, tmp_path / "shop", Choices())
    assert [item.price_minor for item in items_of(tmp_path / "shop").values()] == [1999, 1250, 800]
    assert [item.stock for item in items_of(tmp_path / "shop").values()] == [4, 0, 1]
    assert any("'Now', or else 'RRP'" in note for note in report.notes)
    assert any("below nothing" in note for note in report.notes)


def test_a_broken_price_is_named_in_the_column_that_has_it(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text("sku,name,price,sale price\n1,Lamp,24.00,\n2,Vase,12.50,-9\n3,,8.00,cheap\n")
    with pytest.raises(TableError) as caught:
        import_shop(source, tmp_path / "shop", Choices())
    assert [(one.line, one.column) for one in caught.value.problems] == [(3, "sale price"), (4, "sale price"), (4, "name")]


def test_objects_in_cells(tmp_path: Path) -> None:
    rows = [
        {
            "sku": f"S{number}", "name": name, "price": {"amount": "12.99", "currency": "EUR"}, "brand": {"name": "Alder"},
            "availability": {"in_stock": stock > 0, "quantity": stock}, "attributes": {"color": colour},
            "images": [{"src": "https://x"}],
        }
        for number, (name, stock, colour) in enumerate([("Lamp", 2, "red"), ("Vase", 0, "blue")])
    ]
    lines, whole = "\n".join(map(json.dumps, rows)), json.dumps({"ok": True, "items": rows})
    for file, text in {"goods.jsonl": lines, "goods.json": whole}.items():
        (tmp_path / file).write_text(text)
        report = import_shop(tmp_path / file, tmp_path / "shops" / file, Choices())
        items = items_of(tmp_path / "shops" / file)
        assert report.currency == "EUR"
        assert (items["S0"].price_minor, items["S0"].stock, items["S1"].in_stock) == (1299, 2, False)
        assert items["S1"].values["colour"] == ("blue",)


def test_names_are_read_word_by_word_where_no_spelling_fits(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "ProductRef": ["a", "b"], "ItemTitle": ["Lamp", "Vase"], "UnitPriceGBP": [12.5, 8.0], "QtyAvailable": [3, 0],
        "WasPrice": [15.0, 9.0], "supplier_ref": ["x", "y"],
    })
    frame.to_parquet(tmp_path / "goods.parquet")
    report = import_shop(tmp_path / "goods.parquet", tmp_path / "shop", Choices())
    assert (report.currency, items_of(tmp_path / "shop")["a"].price_minor) == ("GBP", 1250)
    assert not items_of(tmp_path / "shop")["b"].in_stock
    assert report.left_out == {}
    assert set(report.columns.values()) >= {"ProductRef", "ItemTitle", "QtyAvailable"}


def test_a_name_alone_convinces_nobody(tmp_path: Path) -> None:
    """A column called price that holds colours is not the price."""
    (tmp_path / "goods.csv").write_text("sku,name,price band\n1,Lamp,low\n2,Vase,high\n3,Bowl,low\n")
    report = import_shop(tmp_path / "goods.csv", tmp_path / "shop", Choices())
    assert "price" not in report.columns
    assert report.columns["price_band"] == "price band"


def test_titles_serve_where_there_are_no_ids(tmp_path: Path) -> None:
    (tmp_path / "goods.csv").write_text("Name,Price\nLamp,5\nVase,6\n")
    import_shop(tmp_path / "goods.csv", tmp_path / "shop", Choices())
    assert set(items_of(tmp_path / "shop")) == {"Lamp", "Vase"}
    (tmp_path / "twice.csv").write_text("Name,Price\nLamp,5\nLamp,6\n")
    with pytest.raises(TableError, match="no column looks like the id"):
        import_shop(tmp_path / "twice.csv", tmp_path / "other", Choices())


def test_variants_become_one_item_and_what_people_did_follows(tmp_path: Path) -> None:
    source = tmp_path / "goods.csv"
    source.write_text(
        "item_group_id,sku,name,price,stock,color,size\n"
        "G1,1,Field Coat - Red / S,60,0,Red,S\nG1,2,Field Coat - Red / M,70,2,Red,M\nG1,3,Field Coat - Blue / M,65,1,Blue,M\n"
        "G2,4,Cap,10,1,Red,\nG2,5,Scarf,12,1,Red,\n,6,Belt,9,4,Tan,\n"
    )
    (tmp_path / "log.csv").write_text("user,sku\nu1,3\nu2,4\n")
    report = import_shop(source, tmp_path / "shop", Choices(interactions=tmp_path / "log.csv"))
    items = items_of(tmp_path / "shop")
    assert list(items) == ["1", "4", "5", "6"], "titles that are not one thing's stay apart"
    coat = items["1"]
    assert (coat.title, coat.price_minor, coat.stock) == ("Field Coat", 6500, 3)
    assert coat.values["colour"] == ("Red", "Blue")
    assert coat.values["size"] == ("M",), "the small one is sold out"
    assert pd.read_parquet(tmp_path / "shop" / "interactions.parquet")["item"].tolist() == ["1", "4"]
    assert report.rows == 6


@pytest.mark.parametrize(
    ("titles", "values", "shared"),
    [
        (["Coat (Red)", "Coat (Blue)"], ["Red", "Blue"], "Coat"),
        (["Coat, M, Red", "Coat, L, Red"], ["M", "L", "Red"], "Coat"),
        (["Redwood Coat Red", "Redwood Coat Blue"], ["Red", "Blue"], "Redwood Coat"),
        (["Coat", "Hat"], ["Red"], None),
        (["Red", "Blue"], ["Red", "Blue"], None),
    ],
)
def test_the_title_that_variants_share(titles: list[str], values: list[str], shared: str | None) -> None:
    assert one_title(titles, values) == shared


def test_a_shopify_export_of_today(tmp_path: Path) -> None:
    source = tmp_path / "products_export.csv"
    source.write_text(
        "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Option1 name,"
        "Option1 value,Price,Inventory quantity,Continue selling when out of stock\n"
        "Field Tote,field-tote,<p>Waxed</p>,Alder,Bags > Totes,,,true,active,F1,Color,Olive,48.00,0,continue\n"
        ",field-tote,,,,,,,,F2,,Navy,44.00,0,deny\n"
        "Day Hat,day-hat,,Birch,Bags > Hats,,,true,active,H1,Color,Tan,20.00,3,deny\n"
    )
    import_shop(source, tmp_path / "shop", Choices())
    tote = items_of(tmp_path / "shop")["field-tote"]
    assert (tote.title, tote.price_minor, tote.in_stock, tote.stock) == ("Field Tote", 4800, True, None)
    assert (tote.values["colour"], tote.values["category"]) == (("Olive",), ("Totes",))
    source.write_text(source.read_text().replace("44.00", "-44.00"))
    with pytest.raises(TableError) as caught:
        import_shop(source, tmp_path / "other", Choices())
    assert [(one.line, one.column) for one in caught.value.problems] == [(3, "Price")], "the variant's own line"


def test_a_woocommerce_export(tmp_path: Path) -> None:
    source = tmp_path / "woo.csv"
    source.write_text(
        "ID,Type,SKU,Name,Published,In stock?,Stock,Sale price,Regular price,Categories,Parent,Attribute 1 name,"
        "Attribute 1 value(s)\n"
        '1,variable,H,Hoodie,1,1,,,,"Clothing > Hoodies",,Colour,"Blue, Red"\n'
        "2,variation,H-B,Hoodie - Blue,1,1,4,39,45,,H,Colour,Blue\n3,variation,H-R,Hoodie - Red,1,0,0,,35,,H,Colour,Red\n"
        '4,simple,C,Cap,1,1,2,,15,"Clothing > Hats",,Colour,Blue\n5,simple,D,Draft,0,1,2,,15,Clothing > Hats,,Colour,Blue\n'
    )
    report = import_shop(source, tmp_path / "shop", Choices())
    items = items_of(tmp_path / "shop")
    assert (report.shape, set(items)) == ("woocommerce", {"1", "4"})
    assert (items["1"].title, items["1"].price_minor, items["1"].values["category"]) == ("Hoodie", 3900, ("Hoodies", "Clothing"))
    assert items["1"].values["colour"] == ("Blue",), "the red one is sold out"


def test_a_feed_names_the_lines_of_the_file_and_counts_sales_only_while_they_last(tmp_path: Path) -> None:
    item = (
        "<item>\n<g:id>{id}</g:id><g:title>Coat {id}</g:title><g:availability>in_stock</g:availability>\n"
        "<g:price>{price} GBP</g:price>\n"
        "<g:sale_price>40 GBP</g:sale_price><g:sale_price_effective_date>{span}</g:sale_price_effective_date></item>\n"
    )
    head = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
    past, now = "2020-01-01T00:00+0000/2020-02-01T00:00+0000", "2020-01-01T00:00+0000/2999-02-01T00:00+0000"
    feed = tmp_path / "feed.xml"
    feed.write_text(head + item.format(id=1, price=60, span=past) + item.format(id=2, price=60, span=now) + "</channel></rss>")
    import_shop(feed, tmp_path / "shop", Choices())
    assert [one.price_minor for one in items_of(tmp_path / "shop").values()] == [6000, 4000]
    feed.write_text(head + item.format(id=1, price=60, span=past) + item.format(id=1, price=-6, span=past) + "</channel></rss>")
    with pytest.raises(TableError) as caught:
        import_shop(feed, tmp_path / "other", Choices())
    first = caught.value.problems[0]
    assert (first.line, first.column) == (6, "price")


def test_json_names_the_lines_of_the_file(tmp_path: Path) -> None:
    rows = [{"id": number, "title": f"[Lamp] {number}", "price": -5 if number == 2 else 5} for number in range(4)]
    (tmp_path / "goods.json").write_text(json.dumps({"note": "[x]", "items": rows}, indent=1))
    with pytest.raises(TableError) as caught:
        import_shop(tmp_path / "goods.json", tmp_path / "shop", Choices())
    wrong = caught.value.problems[0]
    assert '"id": 2' in (tmp_path / "goods.json").read_text().splitlines()[wrong.line], "the line of the brace that opens it"
    assert wrong.column == "price"


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["1.299,00", "12,99", "1.299"], ["1299.00", "12.99", "1299"]),
        (["1,299", "12.99", "$1,299.00"], ["1299", "12.99", "1299.00"]),
        (["12,- €", "1\u202f299,00\u00a0€", "CHF 7.-"], ["12", "1299.00", "7"]),
        (["-£3", "from £3", "£1 - £2", "(3)", "12.999"], ["-3", "from £3", "£1 - £2", "(3)", "12.999"]),
        ([1.5, None, True], [1.5, None, True]),
    ],
)
def test_prices_are_read_as_a_column(cells: list[object], plain: list[object]) -> None:
    assert plain_prices(cells)[0] == plain


def test_stock_dates_and_texts() -> None:
    assert plain_stock(["yes", "Sold out", "3", -2, True, False, "plenty", None], flag=False) == [
        None, 0, 3, 0, None, 0, "plenty", None,
    ]
    assert plain_stock([1, 0], flag=True) == [None, 0]
    assert plain_dates(["13/2/2026", "1/2/2026 10:00"]) == ["2026-02-13", "2026-02-01"]
    assert plain_dates(["1/2/2026", "3/2/2026"]) is None, "February or January and March?"
    assert plain_dates(["soon"]) == ["soon"]
    assert plain_text("<style>p{}</style><p>A &amp; B &lt; C</p>") == "A & B < C"
    assert plain_text("3 < 4") == "3 < 4"
    assert parts("UnitPriceGBP") == ("unit", "price", "gbp")


def test_a_shop_of_an_import_can_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "goods.csv").write_text("Größe/Maß;Titel;Preis\nS;Lampe;5,00\nM;Vase;6,00\n")
    import_shop(tmp_path / "goods.csv", tmp_path / "shop", Choices())
    assert {slot.name for slot in load_schema(tmp_path / "shop").slots} >= {"budget"}
