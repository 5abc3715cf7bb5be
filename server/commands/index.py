"""``shoptalk index``: build a shop's index, see its versions, go back to the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from recommender.shop import ShopError, load_schema
from recommender.tables import TableError
from recommender.versions import IndexFolderError, Version, current_version, roll_back, versions
from server import places
from server.converted import query_model
from server.models import ModelError, require
from server.reporting import console, emit

app = typer.Typer(help="Build, list and roll back the index that recommendations come from.", no_args_is_help=True)

ShopFolder = Annotated[Path, typer.Argument(help="The shop's folder, the one that holds shop.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
EMBEDDER = "minilm"


@app.command()
def build(
    shop: ShopFolder,
    if_stale: Annotated[bool, typer.Option("--if-stale", help="Do nothing where the index is already up to date.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the catalogue and interactions, embed, learn, and swap the new index in; the old one serves until then.

    Texts that have not changed since the last build are not embedded again.
    """
    from recommender.building import build_index, fingerprint  # numpy, scipy and FAISS: kept off the paths that do not need them

    try:
        schema = load_schema(shop)
        indexes = places.indexes_dir(schema.shop.id)
        if if_stale and _fresh(indexes, fingerprint(shop, schema)):
            version = current_version(indexes)
        else:
            from recommender.embedding import SentenceEmbedder

            embedder = SentenceEmbedder(require(EMBEDDER))
            with Progress(
                TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
            ) as bars:
                tasks: dict[str, TaskID] = {}
                build_index(shop, indexes, embedder, lambda stage, done, total: _show(bars, tasks, stage, done, total))
            version = current_version(indexes)
        query_model(EMBEDDER)  # what shoppers say is embedded with it; made now, so that no first call waits for it
    except TableError as error:
        _broken(error)
    except (ShopError, IndexFolderError, ModelError) as error:
        _failed(error)
    except OSError as error:
        _failed(f"The index could not be written ({error.strerror}: {error.filename}); the old one, if any, still serves.")
    if as_json:
        emit(_figures(version), as_json=True)
        return
    facts = version.facts
    console.print(
        f"{facts['items']} items, {facts['shoppers']} shoppers, {facts['interactions']} interactions: {version.name} is in force."
    )
    if facts.get("interactions_of_unknown_items"):
        left_out = facts["interactions_of_unknown_items"]
        console.print(f"{left_out} interactions were of items not in the catalogue and were left out.")


@app.command("list")
def list_versions(shop: ShopFolder, as_json: AsJson = False) -> None:
    """The versions kept, oldest first, and which one serves."""
    try:
        indexes = places.indexes_dir(load_schema(shop).shop.id)
    except ShopError as error:
        _failed(error)
    kept = versions(indexes)
    if as_json:
        emit({"indexes_dir": str(indexes), "versions": [_figures(version) for version in kept]}, as_json=True)
        return
    table = Table(title=f"Indexes in {indexes}")
    for heading in ("version", "items", "shoppers", "interactions", "built in s", "serves"):
        table.add_column(heading, justify="left" if heading in ("version", "serves") else "right")
    for version in kept:
        counts = [str(version.facts.get(name, "")) for name in ("items", "shoppers", "interactions", "seconds")]
        table.add_row(version.name, *counts, "yes, gone back to" if version.pinned else "yes" if version.current else "")
    console.print(table if kept else f"No index has been built; `shoptalk index build {shop}` makes one.")


@app.command()
def rollback(shop: ShopFolder, as_json: AsJson = False) -> None:
    """Go back to the version before the one in force; it serves until the next build."""
    try:
        version = roll_back(places.indexes_dir(load_schema(shop).shop.id))
    except (ShopError, IndexFolderError) as error:
        _failed(error)
    if as_json:
        emit(_figures(version), as_json=True)
    else:
        console.print(f"{version.name} is in force again.")


def _fresh(indexes: Path, mark: str) -> bool:
    try:
        version = current_version(indexes)
    except IndexFolderError:
        return False
    return version.pinned or version.facts.get("fingerprint") == mark


def _figures(version: Version) -> dict[str, object]:
    facts = {name: value for name, value in version.facts.items() if name not in ("files", "format")}
    return {"version": version.name, "current": version.current, "pinned": version.pinned, **facts}


def _show(bars: Progress, tasks: dict[str, TaskID], stage: str, done: int, total: int) -> None:
    if stage not in tasks:
        tasks[stage] = bars.add_task(stage, total=total)
    bars.update(tasks[stage], completed=done, total=total)


def _broken(error: TableError) -> NoReturn:
    console.print(f"[red]{error.file} cannot be used; nothing has been changed.[/red]")
    for problem in error.problems:
        console.print(f"  {problem}", markup=False)
    if error.total > len(error.problems):
        console.print(f"  and {error.total - len(error.problems)} more")
    raise typer.Exit(1)


def _failed(error: object) -> NoReturn:
    console.print(str(error), style="red", markup=False)
    raise typer.Exit(1)
