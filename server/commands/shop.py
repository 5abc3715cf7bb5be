"""``shoptalk shop``: bring your own catalogue, look at a shop, check one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table as RichTable

from recommender.importing.columns import FIELDS, ColumnError, Columns
from recommender.importing.importer import Choices, import_shop
from recommender.importing.reading import ImportRefused
from recommender.shop import ShopError
from recommender.tables import Table, TableError
from server.reporting import console, emit

app = typer.Typer(help="Make a talking shop from your own file, look at one, check one.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
ShopFolder = Annotated[Path, typer.Argument(help="The shop's folder, the one that holds shop.toml.")]
EXAMPLES_SHOWN = 3


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON (lines), Parquet, Excel or a product feed (XML); .gz allowed.")],
    to: Annotated[Path, typer.Option("--to", help="The shop folder to write.")],
    name: Annotated[str | None, typer.Option(help="What the shop is called, as it is spoken.")] = None,
    about: Annotated[str, typer.Option(help="What it sells, in a few words.")] = "",
    currency: Annotated[str | None, typer.Option(help="Of the prices, such as GBP; otherwise taken from the file.")] = None,
    shop_id: Annotated[str | None, typer.Option("--id", help="Short id of the shop; otherwise the folder's name.")] = None,
    column: Annotated[list[str] | None, typer.Option(help=f"FIELD=COLUMN for {', '.join(FIELDS)}.")] = None,
    slot: Annotated[list[str] | None, typer.Option(help="SLOT=COLUMN: a column that shoppers choose by.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="A column to leave out.")] = None,
    interactions: Annotated[Path | None, typer.Option(help="A file of what shoppers did.")] = None,
    interaction_column: Annotated[list[str] | None, typer.Option(help="FIELD=COLUMN for shopper, item, kind, time.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of text that is not UTF-8, such as cp1252.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The Excel sheet; otherwise the first.")] = None,
    derive: Annotated[bool, typer.Option(help="Read from titles what no column says.")] = True,
    skip_broken: Annotated[bool, typer.Option("--skip-broken", help="Leave broken rows out, and say which.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the shop in --to; the old one is kept beside it.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Take the items of --to anew and keep its shop.toml.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether the columns are right.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn a file into a shop folder, show what was understood, and leave everything as it was if the file is broken.

    A till's log (invoice, code, description, price) is turned into products with median prices and purchases.

    Next: `shoptalk index build FOLDER`, then `shoptalk serve`.
    """
    ask = sys.stdin.isatty() and not yes and not as_json
    try:
        choices = Choices(
            name=name, id=shop_id, about=about, currency=currency.upper() if currency else None,
            columns=_pairs(column, "--column"), slots=_pairs(slot, "--slot"), ignore=ignore or (),
            encoding=encoding, sheet=sheet, derive=derive, skip_broken=skip_broken, replace=replace, refresh=refresh,
            interactions=interactions, interaction_columns=_pairs(interaction_column, "--interaction-column"),
        )
        with console.status("reading") as status:

            def confirm(columns: Columns, table: Table) -> bool:
                if not ask:
                    return True
                status.stop()
                console.print(_columns_table(columns, table))
                agreed = typer.confirm("Are the columns right?", default=True, err=True)
                status.start()
                return agreed

            report = import_shop(file, to, choices, confirm=confirm, stage=status.update)
    except TableError as error:
        _broken(error, to)
    except (ColumnError, ShopError, ImportRefused) as error:
        _failed(error)
    except OSError as error:
        _failed(f"The shop could not be written ({error.strerror}: {error.filename}); what was there is as it was.")
    if as_json:
        emit({**report.figures(), "folder": str(to)}, as_json=True)
        return
    for line in report.lines():
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{to} is ready in {report.seconds:.1f} s; the report with plots is {to / 'report.html'}.", markup=False)
    console.print(f"Next: shoptalk index build {to}", markup=False)


@app.command()
def show(shop: ShopFolder, as_json: AsJson = False) -> None:
    """What a shop holds: its slots with their commonest values, its prices, its policies."""
    from recommender.importing.looking import look_at

    try:
        figures = look_at(shop)
    except TableError as error:
        _broken(error, None)
    except ShopError as error:
        _failed(error)
    if as_json:
        emit(figures, as_json=True)
        return
    head = f"{figures['name']}: {figures['items']:,} items, prices in {figures['currency']}"
    console.print(head + (" (synthetic: every row is invented)" if figures["synthetic"] else ""), markup=False)
    table = RichTable("slot", "items that have it", "values", "commonest")
    for slot in figures["slots"]:
        table.add_row(slot["name"], f"{slot['coverage']:.0%}", str(slot["values"]), slot["commonest"])
    console.print(table)
    console.print(f"{figures['interactions']:,} interactions of {figures['shoppers']:,} shoppers")
    console.print(f"policies: {figures['policies'] or 'none'}", markup=False)


@app.command()
def check(shop: ShopFolder, as_json: AsJson = False) -> None:
    """Whether a shop can be used: shop.toml, every cell of the catalogue, the interactions. Exit code 1 where it cannot."""
    from dialogue.shop import load_shop
    from recommender.importing.looking import look_at, warnings

    try:
        talking = load_shop(shop)
        figures = look_at(shop)
        synonyms = {slot.name: list(slot.synonyms) for slot in talking.slots}
        doubts = warnings(shop, synonyms, {one.slot: one.scale for one in talking.critiques if one.scale})
    except TableError as error:
        if not as_json:
            _broken(error, None)
        problems = [str(problem) for problem in error.problems]
        emit({"usable": False, "file": error.file, "problems": problems, "total": error.total}, as_json=True)
        raise typer.Exit(1) from None
    except ShopError as error:
        if not as_json:
            _failed(error)
        emit({"usable": False, "problems": [str(error)], "total": 1}, as_json=True)
        raise typer.Exit(1) from None
    if as_json:
        emit({"usable": True, **{name: figures[name] for name in ("items", "interactions")}, "warnings": doubts}, as_json=True)
        return
    console.print(f"{shop} can be used: {figures['items']:,} items, {figures['interactions']:,} interactions.", markup=False)
    for doubt in doubts:
        console.print(f"  {doubt}", markup=False, highlight=False, soft_wrap=True)


def _pairs(given: Sequence[str] | None, flag: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in given or ()]
    wrong = [text for (name, sign, _), text in zip(pairs, given or (), strict=True) if not sign or not name.strip()]
    if wrong:
        raise ColumnError(f"{flag} {wrong[0]} says nothing; write it as {flag} NAME=COLUMN.")
    twice = [name for name, count in Counter(name.strip() for name, _, _ in pairs).items() if count > 1]
    if twice:
        raise ColumnError(f"{flag} names {twice[0]} twice.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _columns_table(columns: Columns, table: Table) -> RichTable:
    shown = RichTable("taken for", "column", "such as", title=f"{table.file}: {len(table):,} rows")
    taken = [*columns.fields.items(), *((f"slot {slot.slot} ({slot.kind})", slot.column) for slot in columns.slots)]
    for meaning, column in taken:
        cells = [str(cell)[:30] for cell in table.columns[column][:200] if cell not in (None, "")]
        shown.add_row(meaning, column, ", ".join(list(dict.fromkeys(cells))[:EXAMPLES_SHOWN]))
    for column, why in columns.left_out.items():
        shown.add_row("(not used)", column, why, style="dim")
    return shown


def _broken(error: TableError, to: Path | None) -> NoReturn:
    left = "" if to is None else f"; {to} is as it was" if to.exists() else "; nothing was written"
    console.print(f"{error.file} cannot be used{left}.", style="red", markup=False)
    for problem in error.problems:
        console.print(f"  {problem}", markup=False, highlight=False, soft_wrap=True)
    if error.total > len(error.problems):
        console.print(f"  and {error.total - len(error.problems)} more")
    if to is not None and any("not UTF-8" in problem.message for problem in error.problems):
        console.print("If a spreadsheet saved the file, --encoding cp1252 may read it.")
    raise typer.Exit(1)


def _failed(error: object) -> NoReturn:
    console.print(str(error), style="red", markup=False)
    raise typer.Exit(1)
