"""``shoptalk evaluate turn-taking``: are people let finish, and how soon is it known that they have?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from server.reporting import console, emit


class ExpectingName(StrEnum):
    ANYTHING = "anything"
    CHOICE = "choice"
    YES_NO = "yes_no"
    AMOUNT = "amount"


def turn_taking(
    recordings: Annotated[Path, typer.Argument(help="A folder of recordings, or a manifest (JSON lines of {audio}).")],
    read: Annotated[bool, typer.Option("--read", help="Transcribe the pauses too, as the server does.")] = False,
    sound: Annotated[bool, typer.Option("--sound/--no-sound", help="Ask smart-turn how finished each pause sounds.")] = True,
    expecting: Annotated[ExpectingName, typer.Option(help="What the shop is taken to have asked.")] = ExpectingName.ANYTHING,
    noise: Annotated[Path | None, typer.Option(help="A recording of noise to mix in; needs --snr.")] = None,
    snr: Annotated[float | None, typer.Option(help="Signal-to-noise ratio of that mixture, in dB.")] = None,
    model: Annotated[str, typer.Option(help="The installed Whisper model that reads.")] = "whisper-base",
    limit: Annotated[int | None, typer.Option(min=1, help="Only this many recordings, spread over the list.")] = None,
    seed: Annotated[int, typer.Option(help="Of the pauses' places and lengths.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Hear recordings as they are and with a pause of 0.4 to 1.2 s between two words, and report how turns were taken.

    cut_offs is the share of turns with such a pause that ended before the speaker had finished; cut_offs_without_pause the
    same of the recordings as they are. delay is from the true end of speech to the decision. The time is virtual: smart-turn's
    answer comes 80 ms after it was asked and a transcript after 220 ms, whatever this machine does meanwhile.

    Example: shoptalk evaluate turn-taking recordings/ --read --json
    """
    from server.commands.failing import EXPECTED, failed
    from server.evaluate.manifest import ManifestError, NoiseMixer
    from server.evaluate.turn_taking import Answers, measure, recordings_in
    from server.models import require
    from voice.hearing import open_transcriber
    from voice.listening import Listener
    from voice.turn_end import SmartTurn
    from voice.vad import VoiceActivity

    try:
        if (noise is None) != (snr is None):
            raise ManifestError("Give --noise FILE and --snr DB together.")
        found = recordings_in(recordings)
        found = found[:: max(1, len(found) // limit)][:limit] if limit else found
        silero = next(require("silero-vad").glob("*.onnx"))
        with console.status("Opening the models"):
            turn_end = SmartTurn(next(require("smart-turn").glob("*.onnx"))) if sound else None
            transcriber = open_transcriber("faster-whisper", require(model)) if read else None
        mixer = NoiseMixer(noise, snr, seed) if noise is not None and snr is not None else None
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as bars:
            task = bars.add_task("listening", total=len(found))
            figures = measure(
                found, lambda: Listener(VoiceActivity(silero), reads_words=read), Answers(turn_end, transcriber),
                expecting=expecting.value, mixer=mixer, seed=seed, told=lambda done: bars.update(task, completed=done),
            )
    except (*EXPECTED, ManifestError) as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    figures |= {"read": read, "sound": sound, "noise": noise.name if noise else None, "snr_db": snr}
    emit(figures, as_json=as_json, title="Turn-taking")
