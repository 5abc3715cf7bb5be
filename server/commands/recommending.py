"""``shoptalk evaluate recommending``: how well shoptalk ranks your interactions, beside the models people know."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from server.reporting import console, emit

if TYPE_CHECKING:
    from recommender.interactions import Interactions
    from recommender.shelf import Shelf

EMBEDDER = "minilm"


class ProtocolName(StrEnum):
    LAST_ITEM = "last-item"
    LAST_BASKET = "last-basket"
    LAST_BASKET_NEW = "last-basket-new"


def recommending(
    interactions: Annotated[Path, typer.Argument(help="Parquet, CSV, TSV or JSON lines: one row an interaction.")],
    protocol: Annotated[ProtocolName, typer.Option(help="What is predicted: each user's last item; the whole last basket, "
                                                        "repeats allowed; or what was new in it.")] = ProtocolName.LAST_ITEM,
    user: Annotated[str | None, typer.Option(help="Column of the user; guessed by name, as are the next.")] = None,
    item: Annotated[str | None, typer.Option(help="Column of the item.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the time: dates, ISO or seconds since 1970.")] = None,
    position: Annotated[str | None, typer.Option(help="Column of the order within a user, where there is no time.")] = None,
    basket: Annotated[str | None, typer.Option(help="Column of the order or invoice, for the basket protocols.")] = None,
    text: Annotated[str | None, typer.Option(help="Column of the item's title; adds a source that reads it.")] = None,
    drop_baskets: Annotated[str | None, typer.Option(help="Leave out baskets whose id matches, such as returns: '^C'.")] = None,
    keep_items: Annotated[str | None, typer.Option(help="Keep items whose code matches; the usual shape is guessed.")] = None,
    all_items: Annotated[bool, typer.Option("--all-items", help="Keep items whatever their codes look like.")] = False,
    core: Annotated[int, typer.Option(help="last-item: fewest distinct items a user, and users an item.")] = 5,
    use_text: Annotated[bool, typer.Option("--text-source/--no-text-source", help="Embed item texts as one more source.")] = True,
    with_peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Train implicit's ALS and BPR too.")] = True,
    sasrec_epochs: Annotated[int, typer.Option(help="Train SASRec of rectools too, for at most so many epochs; 0: do not.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of sampling and of the trained models.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads for the trained models.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Rank all items for every user and see who finds what was really taken next.

    Settings and blend weights are chosen on a validation step before the last; the test step is looked at once. Rows without a
    user, with a quantity or price not above 0, or with item codes unlike nearly all others are left out and counted.
    """
    from server.evaluate.interaction_log import Cleaning, Columns, LogError, read_log
    from server.evaluate.recommending import evaluate_recommending
    from server.models import ModelError, require

    try:
        log = read_log(
            interactions, Columns(user, item, time, position, basket, text), Cleaning(drop_baskets, keep_items, all_items),
            baskets=protocol is not ProtocolName.LAST_ITEM, core=core,
        )
        embedder = None
        if use_text and log.texts is not None:
            from recommender.embedding import SentenceEmbedder

            embedder = SentenceEmbedder(require(EMBEDDER))
        with Progress(
            TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        ) as bars:
            shown = bars.add_task("reading")
            figures = evaluate_recommending(
                log, protocol.value, embedder=embedder, seed=seed, threads=threads, with_peers=with_peers,
                sasrec_epochs=sasrec_epochs,
                tell=lambda doing, done, total: bars.update(shown, description=doing, completed=done, total=total),
            )
    except (LogError, ModelError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    figures = {"file": interactions.name, **figures}
    _show(figures)
    if as_json:
        emit(figures, as_json=True)


def _show(figures: dict[str, object]) -> None:
    table = Table(title=f"{figures['file']}, {figures['protocol']}, {figures['test_users']} users, full ranking")
    for heading in ("model", "recall@10", "ndcg@10", "hit@10", "coverage", "novelty (bits)", "s"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    models, blend = figures["models"], figures["blend"]
    assert isinstance(models, dict)
    assert isinstance(blend, dict)
    for name, row in [*models.items(), ("shoptalk (blend)", blend)]:
        table.add_row(
            name, *(f"{row[key]:.4f}" for key in ("recall@10", "ndcg@10", "hit@10", "coverage")), f"{row['novelty']:.1f}",
            f"{row['seconds']:.0f}",
        )
    console.print(table)


def recommending_speed(
    shop: Annotated[Path, typer.Argument(help="The shop whose real items the made catalogues are scaled up from.")],
    sizes: Annotated[list[int] | None, typer.Option("--size", help="Items; may be given again (10000, 100000).")] = None,
    queries: Annotated[int, typer.Option(help="Queries timed at each size.")] = 300,
    picture: Annotated[Path | None, typer.Option(help="Write how the cost grows as an SVG picture here.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the made items and queries.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Time one query, everything included, as the catalogue grows, with memory and what the compressed index finds.

    The index of the shop must be built. A million items take some minutes to index and about 5 GB.
    """
    from recommender.query_embedding import QueryEmbedder
    from recommender.shop import ShopError, load_schema
    from recommender.store import load_shelf
    from recommender.versions import IndexFolderError, current_version
    from server import places
    from server.converted import query_model
    from server.evaluate.recommending_speed import speed_figures
    from server.models import ModelError

    try:
        schema = load_schema(shop)
        shelf = load_shelf(current_version(places.indexes_dir(schema.shop.id)), schema)
        embedder = QueryEmbedder(query_model(EMBEDDER))
    except (ShopError, IndexFolderError, ModelError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    with Progress(TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn(), console=console) as bars:
        shown = bars.add_task("reading")
        figures = speed_figures(
            shelf, embedder, sizes or [10_000, 100_000], queries, seed,
            lambda doing, done, total: bars.update(shown, description=doing, completed=done, total=total),
        )
    rows = figures["sizes"]
    assert isinstance(rows, list)
    table = Table(title="One query as the catalogue grows")
    table.add_column("items")
    for row in rows:
        table.add_column(f"{row['items']:,}", justify="right")
    for key in list(rows[0])[1:]:
        table.add_row(key.replace("_", " "), *(str(row[key]) for row in rows))
    console.print(table)
    if picture is not None:
        from server.evaluate.curves import log_curves

        curves = {"p95 ms": "query_p95_ms", "p50 ms": "query_p50_ms", "memory, MB": "resident_mb"}
        amounts = {name: [max(0.1, float(row[key])) for row in rows] for name, key in curves.items()}
        drawn = log_curves("One query, and memory", "items", [row["items"] for row in rows], amounts)
        picture.write_text(drawn, encoding="utf-8")
        console.print(f"The picture is in {picture}.")
    if as_json:
        emit({"shop": schema.shop.id, **figures}, as_json=True)


def recommending_cold(
    shop: Annotated[Path, typer.Argument(help="The shop's folder; its index must be built.")],
    rerank_url: Annotated[str | None, typer.Option(help="Let the model behind this OpenAI-compatible address reorder some lists "
                                                        "too, and compare.")] = None,
    rerank_model: Annotated[str, typer.Option(help="Its name there.")] = "default",
    seed: Annotated[int, typer.Option(help="Seed of what is withheld.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Withhold items and shoppers from the shop's interactions and see how new ones fare, beside popularity and content alone."""
    from recommender.embedding import SentenceEmbedder
    from recommender.llm_reranking import LlmReranker
    from recommender.shop import Rerank
    from server.evaluate.recommending_cold import cold_figures
    from server.models import ModelError, require

    shelf, interactions, name = _shop_with_interactions(shop)
    try:
        reranker = LlmReranker(Rerank(url=rerank_url, model=rerank_model, timeout_ms=60_000)) if rerank_url else None
    except ValueError:
        says = f"{rerank_url!r} is not an HTTP address; give one such as http://127.0.0.1:8080/v1."
        console.print(says, style="red", markup=False)
        raise typer.Exit(1) from None
    try:
        embedder = SentenceEmbedder(require(EMBEDDER))
    except ModelError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    with Progress(TextColumn("{task.description:<22}"), BarColumn(), TimeElapsedColumn(), console=console) as bars:
        shown = bars.add_task("reading")
        figures = cold_figures(
            shelf, interactions, embedder, seed,
            lambda doing, done, total: bars.update(shown, description=doing, completed=done, total=total), reranker,
        )
    emit({"shop": name, **figures}, as_json=as_json, title="New items and new shoppers")


def audit(
    shop: Annotated[Path, typer.Argument(help="The shop's folder; its index must be built.")],
    picture: Annotated[Path | None, typer.Option(help="Write the groups as an SVG picture here.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample of shoppers.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Who gets seen: exposure by price, popularity, novelty and every slot (brand, seller), against the catalogue and against
    demand; and whether the items of each group reach those who want them (found@10, on choices withheld)."""
    from server.evaluate.recommending_audit import audit_figures, audit_picture

    shelf, interactions, name = _shop_with_interactions(shop)
    with console.status("asking for a sample of shoppers"):
        figures = audit_figures(shelf, interactions, seed)
    groups = figures.pop("_groups")
    assert isinstance(groups, dict)
    table = Table(title=f"Exposure in {name}: shares of each whole")
    for heading in ("grouping", "group", "catalogue", "demand", "exposure", "exposure / demand", "found@10"):
        table.add_column(heading, justify="left" if heading in ("grouping", "group") else "right")
    for grouping, found in groups.items():
        for group in found:
            ratio = f"{group.exposure / group.demand:.2f}" if group.demand else "-"
            table.add_row(
                grouping, group.name, f"{group.catalogue:.3f}", f"{group.demand:.3f}", f"{group.exposure:.3f}", ratio,
                "-" if group.found is None else f"{group.found:.3f} of {group.asked}",
            )
    console.print(table)
    if picture is not None:
        picture.write_text(audit_picture(f"Exposure in {name}", groups), encoding="utf-8")
        console.print(f"The picture is in {picture}.")
    rest = {key: value for key, value in figures.items() if key != "groups"}
    emit({"shop": name, **(figures if as_json else rest)}, as_json=as_json, title="Audit")


def promises(
    shop: Annotated[Path, typer.Argument(help="The shop's folder; its index must be built.")],
    queries: Annotated[int, typer.Option(help="Random queries asked; a third as many bundles.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the queries.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Ask random questions and read every answer against the catalogue and the raw interactions: is each item inside price,
    stock, wishes and exclusions, each bundle inside its budget, each reason true? Exit code 1 where one is not."""
    from recommender.catalogue import load_catalogue
    from recommender.interactions import load_interactions
    from recommender.query_embedding import QueryEmbedder
    from recommender.shop import ShopError, load_schema
    from recommender.store import open_recommender
    from recommender.tables import TableError
    from recommender.versions import IndexFolderError
    from server import places
    from server.converted import query_model
    from server.evaluate.recommending_promises import promise_figures
    from server.models import ModelError

    try:
        schema = load_schema(shop)
        recommender = open_recommender(shop, places.indexes_dir(schema.shop.id), QueryEmbedder(query_model(EMBEDDER)))
        log = load_interactions(shop, schema, load_catalogue(shop, schema).positions)
    except (ShopError, IndexFolderError, TableError, ModelError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    topic = schema.topic_slot.name if schema.topic_slot else None
    with Progress(TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bars:
        shown = bars.add_task("asking", total=queries)
        figures = promise_figures(
            recommender, log, topic, queries, seed, lambda done, total: bars.update(shown, completed=done, total=total)
        )
    emit({"shop": schema.shop.id, **figures}, as_json=as_json, title="Promises and reasons")
    if figures["broken"] or figures["untrue"]:
        raise typer.Exit(1)


def _shop_with_interactions(shop: Path) -> tuple[Shelf, Interactions, str]:
    """The shop's shelf, its interactions and its id; a sentence and exit where one is missing."""
    from recommender.catalogue import load_catalogue
    from recommender.interactions import load_interactions
    from recommender.shop import ShopError, load_schema
    from recommender.store import load_shelf
    from recommender.tables import TableError
    from recommender.versions import IndexFolderError, current_version
    from server import places

    try:
        schema = load_schema(shop)
        shelf = load_shelf(current_version(places.indexes_dir(schema.shop.id)), schema)
        interactions = load_interactions(shop, schema, load_catalogue(shop, schema).positions)
        if not len(interactions):
            raise IndexFolderError(f"{shop} has no interactions, so there is nothing to compare with.")
    except (ShopError, IndexFolderError, TableError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    return shelf, interactions, schema.shop.id
