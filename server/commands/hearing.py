"""``shoptalk evaluate hearing``: recordings through the ear that the server uses."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands.practice import Unpractised
from server.reporting import console, emit

LISTS = ("misheard", "titles_misheard", "insertions")
"""Figures that are lists of sentences."""


class EngineName(StrEnum):
    FASTER_WHISPER = "faster-whisper"
    OPENAI_WHISPER = "openai-whisper"


def hearing(
    manifest: Annotated[Path, typer.Argument(help='JSON lines of {"audio", "text"}; paths are relative to the file.')],
    stock: Annotated[bool, typer.Option("--stock", help="Also run stock faster-whisper (beam 5) on the same weights.")] = False,
    noise: Annotated[Path | None, typer.Option(help="A recording of noise to mix in; needs --snr.")] = None,
    snr: Annotated[float | None, typer.Option(help="Signal-to-noise ratio of that mixture, in dB.")] = None,
    engine: Annotated[EngineName, typer.Option(help="Which engine hears.")] = EngineName.FASTER_WHISPER,
    model: Annotated[str, typer.Option(help="An installed Whisper model (`shoptalk models list`).")] = "whisper-base",
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint of your own, for openai-whisper.")] = None,
    shop: Annotated[Path | None, typer.Option(help="A shop: it reads spoken commands, and its names are likely.")] = None,
    titles: Annotated[Path | None, typer.Option(help="Titles to be spoken by synthetic voices, one a line; with --shop.")] = None,
    language: Annotated[str, typer.Option(help='A language code, or "auto" to detect it.')] = "en",
    threads: Annotated[int, typer.Option(min=1, help="Threads of the engine (and of stock).")] = 2,
    limit: Annotated[int | None, typer.Option(min=1, help="Only this many recordings, from the first.")] = None,
    unpractised: Unpractised = False,
    seed: Annotated[int, typer.Option(help="Of the noise's place under each recording.")] = 0,
    misheard: Annotated[bool, typer.Option("--misheard", help="Also list what was misheard.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Transcribe recordings and report word errors and times; with --stock, beside the stock engine, alternating.

    wer is the word error rate after a normalisation that is the same for both (letters said one by one are joined, numbers become
    digits; see server/evaluate/word_errors.py). speedup is the ratio of the median times. fallbacks counts the utterances that a
    guard sent to the full 30 s window.

    With --shop, recordings that have an intent and slots are read by it: command_accuracy is the share with every one right.
    With --shop and --titles, synthetic voices speak the titles, and title_accuracy is reported with and without leaning towards
    likely ones; the recordings and near misses then count the titles put into what did not name them (titles_inserted).

    Examples: shoptalk evaluate hearing recordings.jsonl --stock --json
              shoptalk evaluate hearing recordings.jsonl --shop shops/demo --titles titles.txt --noise kitchen.flac --snr 10
    """
    from recommender.shop import load_schema
    from server import places
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.hearing import measure, shop_commands, stock_engine
    from server.evaluate.manifest import ManifestError, NoiseMixer, read_manifest
    from server.evaluate.titles import hear_titles, read_titles
    from server.models import require
    from server.practice.keeping import practised
    from voice.hearing import open_transcriber

    try:
        if (noise is None) != (snr is None):
            raise ManifestError("Give --noise FILE and --snr DB together.")
        if titles is not None and shop is None:
            raise ManifestError("Give --shop FOLDER with --titles: the shop whose titles they are.")
        recordings = read_manifest(manifest)[:limit]
        spoken_language = None if language == "auto" else language
        folder = require(model)
        practised_dir = None
        if shop is not None and engine is EngineName.FASTER_WHISPER and not unpractised:
            practised_dir = practised(model, load_schema(shop).shop.id)
        mixer = NoiseMixer(noise, snr, seed) if noise is not None and snr is not None else None
        columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bars:

            def bar(what: str, total: int) -> Callable[[int], None]:
                task = bars.add_task(what, total=total)
                return lambda done: bars.update(task, completed=done)

            opened = bar("opening", 1)
            transcriber = open_transcriber(
                engine.value, folder, language=spoken_language, threads=threads, checkpoint=checkpoint,
                converted_dir=places.home() / "converted", practised_dir=practised_dir,
            )
            beside = stock_engine(folder, language=spoken_language, threads=threads) if stock else None
            opened(1)
            if shop is not None and titles is not None:
                figures = hear_titles(read_titles(titles), shop, recordings, transcriber, mixer, seed, bar)
            else:
                understand, likely = shop_commands(shop) if shop is not None else (None, ())
                told = bar("hearing", len(recordings))
                figures = measure(
                    recordings, transcriber, stock=beside, mixer=mixer, understand=understand, likely=likely, told=told
                )
    except (*EXPECTED, ManifestError) as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not misheard:
        figures = {name: figure for name, figure in figures.items() if name not in LISTS}
    figures |= {
        "engine": transcriber.name,
        "model": model,
        "practised": practised_dir is not None,
        "threads": threads,
        "seed": seed,
        "noise": noise.name if noise else None,
        "snr_db": snr,
    }
    emit(figures, as_json=as_json, title="Hearing")
