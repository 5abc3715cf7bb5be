"""``shoptalk evaluate understanding`` and ``shoptalk train understanding``: labelled dialogues against a shop."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands.practice import Unpractised
from server.reporting import console, emit

if TYPE_CHECKING:
    from dialogue.learned import LearnedTracker
    from dialogue.understanding import Reader
    from server.evaluate.spoken import Ear


class Part(StrEnum):
    ALL = "all"
    EVEN = "even"
    ODD = "odd"


Dialogues = Annotated[Path, typer.Argument(help="Labelled dialogues: JSON lines, one dialogue a line.")]
ShopFolder = Annotated[Path, typer.Option(help="The shop folder whose slots the labels use.")]
PartOption = Annotated[
    Part, typer.Option(help="Every dialogue, or only the even or odd ones (counted from 0): halves of one file.")
]


def evaluate_understanding(
    dialogues: Dialogues,
    shop: ShopFolder,
    learn_from: Annotated[Path | None, typer.Option(help="Learn from these labelled dialogues first.")] = None,
    learn_part: Annotated[Part, typer.Option(help="Which dialogues of --learn-from to learn from.")] = Part.ALL,
    part: PartOption = Part.ALL,
    spoken: Annotated[bool, typer.Option("--spoken", help="Speak each turn by synthetic voices and read what is heard.")] = False,
    noise: Annotated[Path | None, typer.Option(help="With --spoken: a recording of noise to mix in; needs --snr.")] = None,
    snr: Annotated[float | None, typer.Option(help="Signal-to-noise ratio of that mixture, in dB.")] = None,
    model: Annotated[str, typer.Option(help="With --spoken: the installed Whisper model that hears.")] = "whisper-base",
    voice: Annotated[list[str] | None, typer.Option(help="With --spoken: only this voice; may be given again.")] = None,
    unpractised: Unpractised = False,
    seed: Annotated[int, typer.Option(help="Of the noise's place under each turn, and of Piper's voice.")] = 0,
    rules: Annotated[bool, typer.Option("--rules", help="Use the rules alone, even where a model was trained.")] = False,
    misread: Annotated[bool, typer.Option("--misread", help="Also list the turns that were misread.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Read labelled dialogues and report joint goal accuracy, slot, act and request figures, and speed.

    With --learn-from a tracker is trained first; else the one that `shoptalk train understanding` made for this shop is used,
    where there is one; else the rules read alone. A file labelled with "state" is scored by joint goal accuracy, one with
    "turn_slots" by turn, one with "labels" (ours) also by references and relative wishes.

    With --spoken (for files with "labels") every voice that is installed speaks in turn (Piper; flite and espeak-ng where they
    are), Whisper hears, and slot_f1_fall says what that costs against the text.

    Examples: shoptalk evaluate understanding validate.jsonl --shop benchmarks/shops/woz2 --learn-from train.jsonl --json
              shoptalk evaluate understanding dev.jsonl --shop SHOP --part odd --learn-from dev.jsonl --learn-part even
              shoptalk evaluate understanding ours.jsonl --shop shops/demo --spoken --noise kitchen.flac --snr 15 --json
    """
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.dialogue_files import DialogueFileError, read_dialogues
    from server.evaluate.understanding import measure_reading, measure_tracking
    from server.practice.keeping import practised

    try:
        if (noise is None) != (snr is None) or (noise is not None and not spoken):
            raise DialogueFileError("Give --noise FILE and --snr DB together, with --spoken.")
        reader = _reader(shop)
        data = read_dialogues(dialogues, reader.shop, reader.vocabulary, part.value)
        if spoken and data.shape != "labels":
            raise DialogueFileError(f'{dialogues}: only turns with "labels" can be spoken, since each stands by itself.')
        practised_dir = practised(model, reader.shop.shop.id) if spoken and not unpractised else None
        learned, source = (None, "rules") if rules or data.shape == "labels" else _model(reader, learn_from, learn_part)
        with Progress(
            TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        ) as bars:
            task = bars.add_task("understanding", total=len(data.raw))

            def told(done: int) -> None:
                bars.update(task, completed=done)

            if data.shape == "labels":
                ear = _ear(reader, shop, noise, snr, model, seed, voice, practised_dir) if spoken else None
                figures = measure_reading(data, reader, told, ear)
            else:
                figures = measure_tracking(data, reader, learned, told)
    except (*EXPECTED, DialogueFileError) as error:
        raise failed(error) from None
    if not misread:
        figures.pop("misread")
    if spoken:
        figures |= {"noise": noise.name if noise else None, "snr_db": snr, "model": model, "seed": seed}
        figures["practised"] = practised_dir is not None
    figures |= {"dialogues": len(data.raw), "part": part.value, "shop": reader.shop.shop.id, "reader": source}
    emit(figures, as_json=as_json, title="Understanding")


def train_understanding(
    dialogues: Dialogues,
    shop: ShopFolder,
    part: PartOption = Part.ALL,
    strength: Annotated[float, typer.Option(min=0.001, help="Inverse regularisation of the logistic regression.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Train the tracker of a shop from labelled dialogues, in minutes, and keep it for `shoptalk evaluate understanding`.

    Example: shoptalk train understanding train.jsonl --shop benchmarks/shops/woz2
    """
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.dialogue_files import DialogueFileError

    try:
        reader = _reader(shop)
        started = time.monotonic()
        model = _train(reader, dialogues, part, strength, seed)
        path = _model_path(reader)
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except (*EXPECTED, DialogueFileError) as error:
        raise failed(error) from None
    figures: dict[str, Any] = {
        "shop": reader.shop.shop.id,
        "model": str(path),
        "weights": int((model.weights != 0).sum()),
        "took_s": round(time.monotonic() - started, 1),
        "seed": seed,
        "part": part.value,
    }
    emit(figures, as_json=as_json, title="Trained")


def _ear(
    reader: Reader, shop: Path, noise: Path | None, snr: float | None, model: str, seed: int, only: list[str] | None,
    practised_dir: Path | None,
) -> Ear:
    from dialogue.likely import likely_phrases, values_named
    from recommender.catalogue import load_catalogue
    from server.evaluate.manifest import NoiseMixer
    from server.evaluate.spoken import Ear
    from server.evaluate.voices import installed_voices
    from server.models import require
    from voice.biasing import with_rivals
    from voice.hearing import open_transcriber
    from voice.speaking import SpeakingError

    items = load_catalogue(shop, reader.shop.columns).items
    transcriber = open_transcriber("faster-whisper", require(model), language="en", threads=2, practised_dir=practised_dir)
    mixer = NoiseMixer(noise, snr, seed) if noise is not None and snr is not None else None
    voices = installed_voices(require("piper-joe"), seed)
    if unknown := sorted(set(only or ()) - set(voices)):
        raise SpeakingError(f"There is no voice {unknown[0]} here; there are {', '.join(voices)}.")
    voices = {name: speak for name, speak in voices.items() if not only or name in only}
    titles = tuple(dict.fromkeys(item.title for item in items))
    values = values_named(reader.shop, items)
    likely = lambda state: with_rivals(likely_phrases(reader.shop, state, reader.item, values), titles)  # noqa: E731
    return Ear(transcriber, voices, likely, mixer)


def _reader(folder: Path) -> Reader:
    """The shop compiled for reading; its items where it has a catalogue, otherwise the values it declares."""
    from dialogue.shop import load_shop
    from dialogue.understanding import Reader
    from recommender.catalogue import load_catalogue

    shop = load_shop(folder)
    has_items = (folder / shop.columns.catalogue.file).exists()
    return Reader.of(shop, load_catalogue(folder, shop.columns).items if has_items else [])


def _model_path(reader: Reader) -> Path:
    from dialogue.learned import FILE_NAME
    from server import places

    return places.home() / "understanding" / reader.shop.shop.id / FILE_NAME


def _model(reader: Reader, learn_from: Path | None, part: Part) -> tuple[LearnedTracker | None, str]:
    from dialogue.learned import LearnedTracker

    if learn_from is not None:
        return _train(reader, learn_from, part, 0.5, 0), f"learned from {learn_from.name} ({part.value})"
    path = _model_path(reader)
    return (LearnedTracker.load(path), "learned, trained before") if path.exists() else (None, "rules")


def _train(reader: Reader, dialogues: Path, part: Part, strength: float, seed: int) -> LearnedTracker:
    from dialogue.learning import train
    from server.evaluate.dialogue_files import DialogueFileError, read_dialogues

    data = read_dialogues(dialogues, reader.shop, reader.vocabulary, part.value)
    if data.shape == "labels":
        raise DialogueFileError(f'{dialogues}: only dialogues labelled with "state" or "turn_slots" can be learned from.')
    with console.status("learning") as status:
        return train(
            data.turns,
            reader,
            strength=strength,
            seed=seed,
            lasting=data.shape == "state",
            told=lambda step: status.update(f"learning: {step}"),
        )
