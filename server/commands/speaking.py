"""``shoptalk evaluate speaking``: what the replies claim, whether it holds, who worded it and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.reporting import console, emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue.llm import LanguageModel
    from dialogue.shop import TalkingShop
    from recommender.types import Item
    from server.evaluate.speaking import Reply


def speaking(
    shop: Annotated[Path, typer.Option(help="The shop folder.")] = Path("shops/demo"),
    replies: Annotated[int, typer.Option(min=1, help="How many replies to make, of every kind of plan.")] = 200,
    seed: Annotated[int, typer.Option(help="Draws the plans; the same seed draws the same ones.")] = 1,
    llm: Annotated[Literal["local", "openai", "none"], typer.Option(help="Who words them; none: templates alone.")] = "local",
    llm_model: Annotated[
        str, typer.Option(help="The installed model, or the name that the OpenAI-compatible server knows.")
    ] = "gemma3-270m",
    llm_url: Annotated[str, typer.Option(help="The OpenAI-compatible server, with --llm openai.")] = "http://127.0.0.1:11434/v1",
    threads: Annotated[int, typer.Option(min=1, help="Threads of the model in this process.")] = 1,
    patience_ms: Annotated[float, typer.Option(min=0, help="How long past the sentence before the model is waited for.")] = 400,
    aloud: Annotated[
        int, typer.Option(min=0, help="Also speak this many of them and listen: are the same names and prices heard?")
    ] = 0,
    sets: Annotated[
        Path | None, typer.Option(help="Also hold the checker to the planted lies and true paraphrases in this folder.")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Write every reply to this file, one JSON object a line.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Make replies from the shop's own rows and check every claim in them twice, the second time by other rules.

    Opening clauses ("Two come to mind:") are counted with the sentence they open. A sentence is in time when it is ready before
    the one before it has been heard, at the pace of the default voice.

    Examples: shoptalk evaluate speaking --shop shops/demo --replies 200 --json;
    shoptalk evaluate speaking --llm none --sets benchmarks/speaking --aloud 50;
    shoptalk evaluate speaking --llm none --replies 1 --sets benchmarks/speaking/strangers/fourth
    """
    from dialogue.llm import LlmError
    from dialogue.shop import load_shop
    from recommender.catalogue import load_catalogue
    from recommender.shop import load_schema
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.speaking import evaluate_speaking

    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        talking = load_shop(shop)
        items = load_catalogue(shop, load_schema(shop)).items
        model = _model(llm, llm_model, llm_url, threads)
        with Progress(*columns, console=console) as bars:
            bar = bars.add_task("speaking", total=replies)
            kept: list[Reply] = []

            def made(reply: Reply) -> None:
                kept.append(reply)
                bars.advance(bar)

            figures = evaluate_speaking(
                talking,
                items,
                model,
                replies=replies,
                seed=seed,
                patience_ms=patience_ms,
                write=write,
                told=made,
            )
            heard = _aloud(kept[:aloud], talking, items, bars) if aloud else {}
        checked = _checker_figures(sets, shop.parent) if sets else {}
    except (*EXPECTED, LlmError, OSError, ValueError) as error:
        raise failed(error) from None
    emit(figures | heard | {"llm": llm, "llm_threads": threads} | checked, as_json=as_json, title="Speaking")


def _aloud(replies: list[Reply], shop: TalkingShop, items: Sequence[Item], bars: Progress) -> dict[str, Any]:
    """The replies spoken by the default voice and heard again."""
    from dialogue.phrasing.facts import ShopFacts
    from server.evaluate.aloud import listen_back
    from server.evaluate.conversing import Listener
    from server.models import require
    from server.settings import Settings
    from voice.speaking import PiperSpeaker

    bar = bars.add_task("listening", total=len(replies))
    speaker = PiperSpeaker(require(Settings().voice_model))
    return listen_back(replies, ShopFacts(shop, items), speaker, Listener(), told=lambda: bars.advance(bar))


def _checker_figures(sets: Path, shops: Path) -> dict[str, Any]:
    """What the checker catches and passes; shops are looked for in the sets' folder, beside it, and beside the shop."""
    from server.evaluate.speaking_sets import Judge, read_cases, set_figures

    judge = Judge([sets / "shops", sets.parent / "shops", shops])
    return {
        "checker": set_figures([judge.judge(case) for name in ("truths", "lies") for case in read_cases(sets / f"{name}.jsonl")])
    }


def _model(llm: str, name: str, url: str, threads: int) -> LanguageModel | None:
    if llm == "none":
        return None
    if llm == "openai":
        from dialogue.llm_openai import OpenAiModel

        return OpenAiModel(url, model=name)
    from dialogue.llm_local import LocalModel
    from server.models import require

    return LocalModel(next(require(name).glob("*.gguf")), threads=threads)
