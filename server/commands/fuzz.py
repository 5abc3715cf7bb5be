"""``shoptalk evaluate fuzz``: wrong messages by the thousand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands.failing import EXPECTED, failed
from server.commands.inside import WITHOUT_DOORS, leave
from server.reporting import console, emit

ENDPOINTS = ("/v1/voice", "/v1/realtime", "/v1/twilio")


def fuzz(
    messages: Annotated[int, typer.Option(min=1, help="Messages for each endpoint.")] = 2_000,
    endpoint: Annotated[list[str] | None, typer.Option(help=f"Only this one of {', '.join(ENDPOINTS)}.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed sends the same messages.")] = 7,
    shop: Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Send random and mutated messages, made from each endpoint's schema and raw, to a server opened here with its real models.

    Nothing may be left unhandled, no session stuck, and afterwards the next caller must be answered; exit code 1 where not.
    Without models, and far faster: FUZZ_MESSAGES=100000 pytest tests/server/test_fuzz.py -s
    """
    try:
        figures = asyncio.run(_fuzz(messages, endpoint or list(ENDPOINTS), seed, shop))
    except EXPECTED as error:
        raise failed(error) from None
    emit(figures, as_json=as_json, title="fuzz")
    leave(0 if all(one["sound"] for one in figures["endpoints"].values()) else 1)


async def _fuzz(messages: int, endpoints: list[str], seed: int, shop: Path | None) -> dict[str, Any]:
    from server.engines import loading
    from server.evaluate.fuzz import fuzz as fuzz_one
    from server.serve import Doorkeeper, serving
    from server.settings import load_settings

    settings = load_settings(None, shop=shop, port=0, llm="none", max_sessions=16, resume_minutes=0.001)
    settings = settings.model_copy(update=WITHOUT_DOORS)
    keeper = Doorkeeper(settings)
    found = {}
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        async with serving(settings, keeper) as (_, port):
            opening = bars.add_task("opening", total=1)
            keeper.engines = await loading(settings)
            bars.update(opening, completed=1)
            for endpoint in endpoints:
                task = bars.add_task(endpoint, total=messages)
                one = await fuzz_one(
                    f"ws://127.0.0.1:{port}", endpoint, messages, seed, lambda: len(keeper.sessions) + len(keeper.resting),
                    lambda sent, task=task: bars.update(task, completed=sent),  # type: ignore[misc]
                )
                found[endpoint] = one.figures()
    return {"seed": seed, "endpoints": found}
