"""How well and how fast recordings are heard; if asked, beside the stock engine on the same weights, alternating."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from recommender.catalogue import load_catalogue
from server.evaluate.manifest import NoiseMixer, Recording
from server.evaluate.word_errors import WordErrors, word_errors
from server.reporting import percentile_ms
from voice.biasing import with_rivals
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Transcriber
from voice.wavefiles import read_audio
from voice.whisper_fast import COMPUTE_TYPE

STOCK_BEAM_SIZE = 5

Told = Callable[[int], None]
"""Progress: called with how many recordings are done."""

HeardCommand = tuple[str | None, Mapping[str, str]]
"""Intent and slots."""

Understand = Callable[[str], HeardCommand]
"""What a text asks for, in the names that the manifest's ``intent`` and ``slots`` use."""


class Hears(Protocol):
    """Audio to text: all that is asked of an engine that is only measured."""

    def __call__(self, audio: FloatAudio) -> str: ...


def stock_engine(model_dir: Path, *, language: str | None, threads: int, compute_type: str = COMPUTE_TYPE) -> Hears:
    """faster-whisper as people use it: its own ``transcribe``, beam 5, every other option as it comes; quantised as ours."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(model_dir), device="cpu", compute_type=compute_type, cpu_threads=threads)

    def hears(audio: FloatAudio) -> str:
        segments, _ = model.transcribe(audio, language=language, beam_size=STOCK_BEAM_SIZE)
        return "".join(segment.text for segment in segments).strip()

    return hears


def shop_commands(folder: Path) -> tuple[Understand, tuple[str, ...]]:
    """How a shop reads spoken commands, and what is likely in a first turn. Raises ShopError or CatalogueError."""
    from dialogue.conversation import command_said
    from dialogue.likely import likely_phrases, values_named
    from dialogue.shop import load_shop
    from dialogue.state import BeliefState
    from dialogue.understanding import Reader

    shop = load_shop(folder)
    items = load_catalogue(folder, shop.columns).items
    reader = Reader.of(shop, items)
    likely = likely_phrases(shop, BeliefState(), reader.item, values_named(shop, items))
    return partial(command_said, reader), with_rivals(likely, sorted({item.title for item in items}))


@dataclass(slots=True)
class _Tally:
    """One engine's results so far."""

    errors: WordErrors = field(default_factory=WordErrors)
    took_ms: list[float] = field(default_factory=list)
    commands_right: int = 0
    commands: int = 0

    def add(self, recording: Recording, heard: str, took_ms: float, understand: Understand | None) -> None:
        self.took_ms.append(took_ms)
        if recording.text is not None:
            self.errors += word_errors(recording.text, heard)
        if recording.intent is not None and understand is not None:
            self.commands += 1
            self.commands_right += understand(heard) == (recording.intent, dict(recording.slots))

    def figures(self, prefix: str = "") -> dict[str, Any]:
        figures: dict[str, Any] = {
            "wer": self.errors.rate,
            "p50_ms": percentile_ms(self.took_ms, 50),
            "p95_ms": percentile_ms(self.took_ms, 95),
        }
        if self.commands:
            figures["command_accuracy"] = round(self.commands_right / self.commands, 4)
        return {prefix + name: figure for name, figure in figures.items()}


def measure(
    recordings: Sequence[Recording],
    transcriber: Transcriber,
    *,
    stock: Hears | None = None,
    mixer: NoiseMixer | None = None,
    understand: Understand | None = None,
    likely: Sequence[str] = (),
    told: Told = lambda done: None,
) -> dict[str, Any]:
    """Hear every recording. With ``stock``, each is heard by both, one after the other, the first one in turn.

    ``understand`` reads commands (recordings with an intent); a command counts as right with its intent and every slot right.
    Engines are warmed on the first recording, which is then heard again. Raises AudioFileError.
    """
    ours, theirs = _Tally(), _Tally()
    fallbacks: Counter[str] = Counter()
    audio_s = 0.0
    misheard: list[dict[str, str]] = []

    def by_us(recording: Recording, audio: FloatAudio) -> None:
        began = time.perf_counter()
        transcript = transcriber.transcribe(audio, likely=likely)
        ours.add(recording, transcript.text, (time.perf_counter() - began) * 1000, understand)
        if transcript.fallback:
            fallbacks[transcript.fallback] += 1
        if recording.text is not None and word_errors(recording.text, transcript.text).edits:
            misheard.append({"audio": recording.audio.name, "said": recording.text, "heard": transcript.text})

    def by_stock(recording: Recording, audio: FloatAudio) -> None:
        if stock is not None:
            began = time.perf_counter()
            text = stock(audio)
            theirs.add(recording, text, (time.perf_counter() - began) * 1000, understand)

    for number, recording in enumerate(recordings):
        audio = read_audio(recording.audio)
        if mixer is not None:
            audio = mixer.mix(audio)
        if number == 0:
            transcriber.transcribe(audio, likely=likely)
            if stock is not None:
                stock(audio)
        audio_s += audio.size / SAMPLE_RATE_HZ
        for engine in (by_us, by_stock) if number % 2 == 0 else (by_stock, by_us):
            engine(recording, audio)
        told(number + 1)

    figures = ours.figures()
    if stock is not None:
        figures |= theirs.figures("stock_")
        figures["speedup"] = round(median(theirs.took_ms) / median(ours.took_ms), 2)
    return figures | {
        "fallbacks": fallbacks.total(),
        "fallback_causes": dict(fallbacks),
        "n": len(recordings),
        "with_text": sum(recording.text is not None for recording in recordings),
        "words": ours.errors.words,
        "audio_s": round(audio_s, 1),
        "misheard": misheard,
    }
