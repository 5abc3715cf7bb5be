"""openai-whisper, the reference implementation: the second engine, for comparing and for checkpoints of one's own.

Weights come from the same verified CTranslate2 folder as the first engine's, converted once, or from a checkpoint that the user
names. Checkpoints are read as data: safetensors, or a ``.pt`` file with ``torch.load(weights_only=True)``, which builds tensors
and plain containers and runs no code.
"""

from __future__ import annotations

import math
import os
import pickle
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import whisper
from safetensors import safe_open
from safetensors.torch import save_file

from voice.biasing import Score, put_right
from voice.features import is_nothing
from voice.openai_weights import openai_tensors, read_model_bin
from voice.sound import FloatAudio, HeardWord, Transcript
from voice.whisper_guards import Hypothesis, is_silence

TEMPERATURES = (0.0, 0.2)
"""Whisper's own list goes on to 1.0, which on a noise costs half a minute and yields nothing."""

State = Mapping[str, torch.Tensor]


class OpenAiWhisper:
    """A ``Transcriber`` on openai-whisper, on the CPU, in the full 30 s window and greedy, as that library does by default.

    Thread safe: one utterance at a time.

    ``threads`` sets torch's number for the whole process: torch has one pool.
    """

    def __init__(
        self,
        model_dir: Path,
        *,
        language: str | None = "en",
        threads: int = 2,
        checkpoint: Path | None = None,
        converted_dir: Path | None = None,
        word_times: bool = False,
    ) -> None:
        """``word_times`` also times each word, by one more decoder pass."""
        torch.set_num_threads(threads)
        dimensions, state = _read_checkpoint(checkpoint) if checkpoint else _converted(model_dir, converted_dir)
        self._model = whisper.Whisper(whisper.ModelDimensions(**dimensions))
        self._model.load_state_dict(dict(state))
        self._model.eval()
        self.name = f"openai-whisper {checkpoint.stem if checkpoint else model_dir.name}"
        self._language = language if self._model.is_multilingual else "en"
        self._word_times = word_times
        self._lock = threading.Lock()

    def transcribe(
        self, audio: FloatAudio, *, likely: Sequence[str] = (), stale: Callable[[], bool] = lambda: False
    ) -> Transcript:
        """Hear one utterance; see ``voice.sound.Transcriber``."""
        began = time.perf_counter()
        sound = np.nan_to_num(np.asarray(audio, dtype=np.float32).reshape(-1))
        if is_nothing(sound):
            return Transcript("", confidence=0.0, no_speech=1.0, engine=self.name)
        with self._lock, torch.inference_mode():
            result: dict[str, Any] = whisper.transcribe(
                self._model,
                sound,
                language=self._language,
                temperature=TEMPERATURES,
                condition_on_previous_text=False,
                word_timestamps=self._word_times,
                fp16=False,
                verbose=None,
            )
            transcript = self._transcript(result["segments"])
            if likely and transcript.text and not stale() and sound.size <= whisper.audio.N_SAMPLES:
                transcript = replace(transcript, text=put_right(transcript.text, likely, self._scorer(sound, result["language"])))
        return replace(transcript, took_ms=(time.perf_counter() - began) * 1000)

    def _scorer(self, sound: FloatAudio, language: str) -> Score:
        """Texts' log probabilities on this sound."""
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(sound), self._model.dims.n_mels)
        words = whisper.tokenizer.get_tokenizer(
            self._model.is_multilingual, num_languages=self._model.num_languages, language=language, task="transcribe"
        )
        start = list(words.sot_sequence_including_notimestamps)
        heard: list[torch.Tensor] = []

        def score(text: str) -> float:
            if not heard:  # encoded only where there is something to score
                heard.append(self._model.embed_audio(mel[None]))
            tokens = words.encode(" " + text)
            logits = self._model.logits(torch.tensor([start + tokens]), heard[0])[0, len(start) - 1 : -1, : words.eot]
            return float(logits.log_softmax(-1).gather(1, torch.tensor(tokens)[:, None]).sum())

        return score

    def _transcript(self, segments: Sequence[dict[str, Any]]) -> Transcript:
        if not segments:
            return Transcript("", confidence=0.0, no_speech=1.0, engine=self.name)
        tokens = [max(1, len(segment["tokens"])) for segment in segments]
        mean = sum(segment["avg_logprob"] * count for segment, count in zip(segments, tokens, strict=True)) / sum(tokens)
        text = "".join(segment["text"] for segment in segments).strip()
        guess = Hypothesis(text, sum(tokens), mean, min(segment["no_speech_prob"] for segment in segments))
        words = tuple(
            HeardWord(word["word"].strip(), round(word["start"] * 1000), round(word["end"] * 1000), word["probability"])
            for segment in segments
            for word in segment.get("words", ())
        )
        return Transcript(
            "" if is_silence(guess) else text,
            words=words,
            confidence=math.exp(min(0.0, mean)),
            no_speech=guess.no_speech,
            engine=self.name,
        )


def _read_checkpoint(path: Path) -> tuple[dict[str, int], State]:
    """(dimensions, state) of a checkpoint. Raises ValueError where it is not one of Whisper, OSError where it cannot be read."""
    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as file:
            dimensions = {name: int(size) for name, size in (file.metadata() or {}).items()}
            return dimensions, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ValueError("it holds more than plain tensors, and what it would run is not run") from None
    if not isinstance(loaded, dict) or not {"dims", "model_state_dict"} <= loaded.keys():
        raise ValueError("it is not an openai-whisper checkpoint (dims and model_state_dict)")
    return loaded["dims"], loaded["model_state_dict"]


def _converted(model_dir: Path, keep_dir: Path | None) -> tuple[dict[str, int], State]:
    """The folder's weights for openai-whisper: from the kept copy where it is newer than they are, else converted and kept."""
    source = model_dir / "model.bin"
    kept = keep_dir / f"{model_dir.name}.safetensors" if keep_dir else None
    if kept and kept.is_file() and kept.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return _read_checkpoint(kept)
    dimensions, arrays = openai_tensors(read_model_bin(source))
    state = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}.part")
        save_file(state, unfinished, metadata={name: str(size) for name, size in dimensions.items()})
        unfinished.replace(kept)
    return dimensions, state
