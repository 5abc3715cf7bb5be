"""``shoptalk evaluate conversing``: recorded conversations through the real server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.reporting import console, emit

if TYPE_CHECKING:
    from server.evaluate.conversing import Running, Told
    from server.evaluate.stories import Story


def conversing(
    stories: Annotated[Path, typer.Argument(help="A folder of stories (each a folder with story.yaml and WAVs), or one story.")],
    shop: Annotated[Path, typer.Option(help="The shop the stories are about.")] = Path("shops/demo"),
    url: Annotated[str | None, typer.Option(help="Use this running server; otherwise one is started and stopped.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this story; may be given again.")] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Conversations side by side; timings are only fair with 1.")] = 1,
    picture: Annotated[Path | None, typer.Option(help="Draw the waterfall of a turn here (.svg), its table beside it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Hold recorded conversations with the real server, at the pace of speech, and check everything their stories promise.

    Onset is counted from the true end of speech in the recording to the first audible sample of the reply at a client that
    plays at once. The reply's audio is transcribed again: titles and prices must be heard in it.

    Example: shoptalk evaluate conversing audio_fixtures --json --picture docs/waterfall.svg
    """
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.stories import StoryError, load_stories
    from server.evaluate.waterfall import NothingSpokenError, write

    try:
        told_of = [story for story in load_stories(stories) if not only or story.name in only]
        if not told_of:
            raise StoryError(f"No story in {stories} is called {' or '.join(only or [])}.")
        figures = asyncio.run(_hold(told_of, shop, url, at_once))
    except (*EXPECTED, StoryError) as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    for fault in figures["failures"]:
        console.print(fault, style="yellow", markup=False, highlight=False)
    emit(figures, as_json=as_json, title="Recorded conversations")
    if picture is not None:
        try:
            console.print(f"The waterfall is in {picture}, its table in {write(figures, picture)}.", highlight=False)
        except (NothingSpokenError, OSError) as error:
            raise failed(error) from None


async def _hold(stories: Sequence[Story], shop: Path, url: str | None, at_once: int) -> dict[str, Any]:
    from server.evaluate.conversing import figures, judge, live

    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        opening = bars.add_task("opening", total=1)
        async with _server(shop, url) as running:
            bars.update(opening, completed=1)
            outcomes = await live(stories, running.url, at_once=at_once, told=_bar(bars, "talking", stories))
            resident_mb = running.resident_mb()
        verdicts = judge(outcomes, _bar(bars, "listening back", stories))
    return figures(outcomes, verdicts, running, resident_mb, at_once=at_once)


@contextlib.asynccontextmanager
async def _server(shop: Path, url: str | None) -> AsyncIterator[Running]:
    from server.evaluate.conversing import Running, served

    if url is not None:
        yield Running(url)
    else:
        async with served(shop) as running:
            yield running


def _bar(bars: Progress, what: str, stories: Sequence[Story]) -> Told:
    """A bar over the stories' turns."""
    task = bars.add_task(what, total=sum(len(story.turns) for story in stories))
    done = dict.fromkeys((story.name for story in stories), 0)

    def told(story: Story, turns: int) -> None:
        done[story.name] = turns
        bars.update(task, completed=sum(done.values()))

    return told
