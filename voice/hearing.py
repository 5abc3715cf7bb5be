"""Opening an ear: speech to text by the engine that is configured, behind one ``Transcriber``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from voice.sound import Transcriber

Engine = Literal["faster-whisper", "openai-whisper"]


class HearingError(Exception):
    """A Whisper model that cannot be opened; the message says in one sentence what to do."""


def open_transcriber(
    engine: Engine,
    model_dir: Path,
    *,
    language: str | None = "en",
    threads: int = 2,
    checkpoint: Path | None = None,
    converted_dir: Path | None = None,
    practised_dir: Path | None = None,
) -> Transcriber:
    """A transcriber ready to hear.

    ``model_dir``: a CTranslate2 Whisper folder, already verified. ``language``: a code such as "en", or None to detect it in each
    utterance (models that know one language ignore it). ``checkpoint``: for openai-whisper, a checkpoint (.pt, or .safetensors as
    ``voice.openai_weights`` writes them) used instead of the folder's weights. ``converted_dir``: where openai-whisper keeps
    those weights, converted once; without it they are converted in memory each time (a second for base). ``practised_dir``: for
    faster-whisper, the same model after practice (``voice.practising``).

    Raises HearingError where the weights are absent or cannot be read.
    """
    if checkpoint is None and not (model_dir / "model.bin").is_file():
        raise HearingError(f"There is no Whisper model in {model_dir}; run `shoptalk models install`.")
    try:
        if engine == "faster-whisper":
            from voice.whisper_fast import FasterWhisper  # engines cost seconds to import; only the chosen one is

            return FasterWhisper(model_dir, language=language, threads=threads, practised_dir=practised_dir)
        if engine == "openai-whisper":
            from voice.openai_engine import OpenAiWhisper

            return OpenAiWhisper(
                model_dir, language=language, threads=threads, checkpoint=checkpoint, converted_dir=converted_dir
            )
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        named = checkpoint or model_dir
        raise HearingError(f"The Whisper model {named} cannot be opened by {engine}: {error}.") from error
    raise HearingError(f"There is no hearing engine {engine!r}; use faster-whisper or openai-whisper.")
