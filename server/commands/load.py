"""``shoptalk evaluate load`` and ``soak``: callers at once, and hours of talk."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from server.commands.failing import EXPECTED, failed
from server.reporting import console, emit

Recordings = Annotated[Path, typer.Option(help="A folder of folders of recordings, each a conversation.")]
ShopFolder = Annotated[Path, typer.Option(help="The shop they talk to.")]
Seed = Annotated[int, typer.Option(help="Of who says what, and when.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
LISTENING_S = 10.0
"""How long those who say nothing are looked at, and how long the server without them."""
BARS = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())


def load(
    callers: Annotated[str, typer.Option(help="How many at once, one burst after the other.")] = "1,2,4,8",
    seconds: Annotated[float, typer.Option(min=5, help="How long a burst lasts.")] = 60,
    max_sessions: Annotated[int, typer.Option(min=1, help="The server's limit; callers past it are refused.")] = 8,
    within_ms: Annotated[float, typer.Option(help="The onset that 95 % must keep at the knee.")] = 1_500,
    listening: Annotated[int, typer.Option(min=0, help="First so many who say nothing, to see what one costs; 0: nobody.")] = 4,
    refuse: Annotated[bool, typer.Option("--refuse/--take-all", help="Whether newcomers are turned away as ever.")] = True,
    recordings: Recordings = Path("audio_fixtures"), shop: ShopFolder = Path("shops/demo"), seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Bursts of callers who speak recordings to the real server: sessions against onset, refusals past the knee, what each costs.

    Onset is counted at the caller, from the true end of speech to the first audible sample. Let nothing else run meanwhile.
    """
    try:
        counts = [int(part) for part in callers.split(",")]
    except ValueError:
        raise typer.BadParameter("--callers are numbers with commas between: 1,2,4,8.") from None
    from server.evaluate.stories import StoryError

    try:
        figures = asyncio.run(_load(counts, seconds, max_sessions, within_ms, listening, refuse, recordings, shop, seed))
    except (*EXPECTED, StoryError) as error:
        raise failed(error) from None
    if as_json:
        emit(figures, as_json=True)
        return
    table = Table(title=f"callers at once; at the knee 95 % hear the reply begin within {within_ms:g} ms: {figures['knee']}")
    headings = ("callers", "served", "turns", "onset p50 ms", "onset p95 ms", "refused", "failures", "CPU ms/s each", "memory MB")
    for heading in headings:
        table.add_column(heading, justify="right")
    for one in figures["bursts"]:
        cells = [one[name] for name in ("callers", "served", "turns", "onset_p50_ms", "onset_p95_ms")]
        cells += [one["refused"] or "", one["failures"] or "", one["cpu_ms_per_s"], one["resident_mb"]]
        table.add_row(*(str(cell) for cell in cells))
    Console().print(table)
    if (silent := figures["listening"]) is not None:
        Console().print(f"One who says nothing costs {silent['cpu_ms_per_s']} ms of CPU a second and {silent['mb_each']} MB.")


def soak(
    hours: Annotated[float, typer.Option(min=0.001, help="Hours of conversation, compressed.")] = 8,
    sessions: Annotated[int | None, typer.Option(min=1, help="At most so many sessions.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="At most so many minutes; then what was seen.")] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Conversations side by side.")] = 2,
    recordings: Recordings = Path("audio_fixtures"), shop: ShopFolder = Path("shops/demo"), seed: Seed = 7,
    as_json: AsJson = False,
) -> None:
    """Hours of short conversations, spoken and typed, hurried, some broken off: what the server holds before, between and after.

    Memory must be flat once it is warm, and no thread, file, task or session may be left. Sound is sent as fast as it is taken.
    """
    from server.evaluate.stories import StoryError

    try:
        figures = asyncio.run(_soak(hours, sessions, minutes, at_once, recordings, shop, seed))
    except (*EXPECTED, StoryError) as error:
        raise failed(error) from None
    if not as_json:
        table = Table(title="held by the server when nobody is in")
        names = list(figures["held"][0])
        for name in names:
            table.add_column(name, justify="right")
        for one in figures["held"]:
            table.add_row(*(str(one[name]) for name in names))
        console.print(table)
    emit({name: value for name, value in figures.items() if as_json or name != "held"}, as_json=as_json, title="soak")


async def _load(
    counts: list[int], seconds: float, max_sessions: int, within_ms: float, listening: int, refuse: bool, recordings: Path,
    shop: Path, seed: int,
) -> dict[str, Any]:
    from server.evaluate.conversing import served
    from server.evaluate.load import burst, conversations, knee, quiet

    spoken, bursts, silent = conversations(recordings), [], None
    with Progress(*BARS, console=console) as bars:
        if listening:
            task = bars.add_task(f"{listening} who say nothing", total=1)
            async with served(shop, "--max-sessions", str(max_sessions)) as running:   # all of them are let in
                silent = await quiet(running, min(listening, max_sessions), LISTENING_S)
            bars.update(task, completed=1)
        opening = bars.add_task("opening", total=1)
        async with served(shop, "--max-sessions", str(max_sessions), refuses=refuse) as running:
            bars.update(opening, completed=1)
            for count in counts:
                task = bars.add_task(f"{count} callers", total=1)
                bursts.append(await burst(running, count, seconds, spoken, seed))
                bars.update(task, completed=1)
    return {
        "max_sessions": max_sessions, "seconds": seconds, "seed": seed, "within_ms": within_ms,
        "knee": knee(bursts, within_ms), "listening": None if silent is None else asdict(silent),
        "bursts": [one.figures() for one in bursts],
    }


async def _soak(
    hours: float, most: int | None, minutes: float | None, at_once: int, recordings: Path, shop: Path, seed: int,
) -> dict[str, Any]:
    from server.evaluate.conversing import served
    from server.evaluate.load import conversations
    from server.evaluate.load import soak as run

    spoken = conversations(recordings)
    with Progress(*BARS, console=console) as bars:
        task = bars.add_task("hours of conversation", total=hours)
        async with served(shop, SHOPTALK_RESUME_MINUTES="0.05") as running:   # who vanishes is soon let go
            result = await run(running, hours, spoken, seed, at_once=at_once, most=most, minutes=minutes,
                               told=lambda done: bars.update(task, completed=done))
    return {"seed": seed, "at_once": at_once, **result.figures()}
