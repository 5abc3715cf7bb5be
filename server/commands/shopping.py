"""``shoptalk evaluate shopping``: simulated shoppers with hidden needs, here, at a form and at a search box."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.reporting import console, emit


def evaluate_shopping(
    shop: Annotated[Path, typer.Option(help="The shop folder; its index is built first where it is stale.")] = Path("shops/demo"),
    shoppers: Annotated[int, typer.Option(min=1, help="How many shoppers.")] = 200,
    least_patience: Annotated[int, typer.Option(min=1, help="Turns until the least patient shopper leaves.")] = 4,
    most_patience: Annotated[int, typer.Option(min=1, help="Turns until the most patient one does.")] = 9,
    seed: Annotated[int, typer.Option(help="Of the needs, the patience and the wording.")] = 0,
    spoken: Annotated[bool, typer.Option("--spoken", help="Speak each sentence by a synthetic voice and hear it.")] = False,
    show: Annotated[int, typer.Option(min=0, help="Also list this many conversations that served nobody.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Send simulated shoppers with hidden needs, and report who was served, in how many turns, after how many questions.

    A need is the row of an item that was really bought: its kind, one to three of its values, mostly a highest price, now and
    then a value it must not have. A shopper tells part of it at once, the rest when asked or when what is offered misses it, and
    leaves when patience ends. Any item that meets the whole need serves them. Beside it: a form that asks every slot in order,
    the same form for people of endless patience, a search box that is given the same first sentence, and one that is given every
    value of the need in it.

    Example: shoptalk evaluate shopping --shop shops/demo --shoppers 200 --json
    """
    from server.commands.failing import EXPECTED, failed

    try:
        figures = _measure(shop, shoppers, (least_patience, max(least_patience, most_patience)), seed, spoken, show)
    except EXPECTED as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    emit(figures, as_json=as_json, title="Simulated shoppers")


def _measure(folder: Path, count: int, patience: tuple[int, int], seed: int, spoken: bool, show: int) -> dict[str, Any]:
    from dialogue.conversation import Conversation
    from dialogue.phrasing import Phraser
    from dialogue.shop import ShopError, load_shop
    from recommender.interactions import load_interactions
    from recommender.query_embedding import QueryEmbedder
    from recommender.shop import load_schema
    from server.converted import query_model
    from server.engines import open_shop
    from server.evaluate.needs import draw_needs
    from server.evaluate.shopping import Form, SearchBox, Shop, TalkingShopFloor, measure_shopping

    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        opening = bars.add_task("opening", total=1)
        shop = load_shop(folder)
        embedder = QueryEmbedder(query_model("minilm"))
        recommender = open_shop(folder, shop.shop.id, embedder)
        items = recommender.items()
        log = load_interactions(folder, load_schema(folder), {item.id: place for place, item in enumerate(items)})
        bought = [items[int(place)].id for place in log.item[log.weight >= 1.0]] or [item.id for item in items]
        conversation = Conversation(shop, recommender, embedder)
        needs = draw_needs(shop, items, bought, count, seed, patience)
        if not needs:
            raise ShopError(f"{folder}: no item that was bought and is in stock has a value in any slot; no need can be drawn.")
        floor = TalkingShopFloor(conversation, Phraser(shop, recommender, None))
        if spoken:
            floor.through = _ear(seed)
        bars.update(opening, completed=1)
        shopping = bars.add_task("shopping", total=len(needs))
        shops: dict[str, Shop] = {
            "shoptalk": floor, "form": Form(conversation), "form_patient": Form(conversation, patient=True),
            "search_box": SearchBox(conversation), "search_box_all_told": SearchBox(conversation, all_told=True),
        }
        figures = measure_shopping(shops, needs, seed, lambda done: bars.update(shopping, completed=done))
    failures = [floor.visit(need, seed + number) for number, need in enumerate(needs, start=1)] if show else []
    figures |= {"shop": shop.shop.id, "seed": seed, "patience": list(patience), "spoken": spoken}
    if show:
        figures["unserved"] = [list(visit.lines) for visit in failures if not visit.served][:show]
    return figures


def _ear(seed: int) -> Any:
    from server.evaluate.voices import installed_voices
    from server.models import require
    from voice.hearing import open_transcriber

    voices = list(installed_voices(require("piper-joe"), seed).values())
    transcriber = open_transcriber("faster-whisper", require("whisper-base"), language="en", threads=2)
    return lambda text, number: transcriber.transcribe(voices[number % len(voices)](text)).text
