"""Whisper practises how people talk to a shop: it learns sentences that were spoken to it.

Training on synthetic speech of a domain's own sentences is the simple baseline of Joshi and Singh 2022 (arXiv:2206.13240). What
turns sound into frames stays as it is (the two convolutions), and so do words and places; the short window is that of
``voice.features``.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import whisper
from whisper.model import ModelDimensions, Whisper

from voice.openai_weights import FloatTensors, float_tensors, openai_tensors, read_model_bin, write_model_bin

LEARNING_RATE, ENCODER_LEARNING_RATE = 2e-5, 1e-5
"""At their highest; they rise over WARM_UP_STEPS and fall to a twentieth at the end."""
WARM_UP_STEPS = 20
EPOCHS = 1
BATCH = 16
"""Sentences of about the same length."""
MOST_GRADIENT = 1.0
"""Norm to which a step's gradient is clipped."""
NOT_COUNTED = -100
"""What torch's cross entropy leaves out."""

MULTILINGUAL_TOKENS = 51_865
"""Whisper models with fewer know English alone."""

STAYS = ("encoder.conv", "encoder.positional_embedding", "decoder.positional_embedding", "decoder.token_embedding")
"""What practice does not change: how sound becomes frames, and what words and places mean."""


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence and its sound's log-mel frames in the shortest window (``voice.features``), shape (bands, frames of 10 ms)."""

    text: str
    features: npt.NDArray[np.float16]


def practise(
    model_dir: Path, spoken: Sequence[SpokenSentence], *, language: str = "en", threads: int = 2, seed: int = 0,
    told: Callable[[int, int], None] = lambda done, steps: None,
) -> FloatTensors:
    """The tensors that changed, as openai-whisper names them, float32; ``told`` hears of steps done and in all.

    ``spoken`` must all be of one window. Raises ValueError where the model cannot be read or there is nothing to learn.
    """
    if not spoken:
        raise ValueError("there is no spoken sentence to learn from")
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    model = _model(model_dir, spoken[0].features.shape[1])
    learned = {name: weights for name, weights in model.named_parameters() if weights.requires_grad}
    words = whisper.tokenizer.get_tokenizer(model.dims.n_vocab >= MULTILINGUAL_TOKENS, language=language, task="transcribe")
    start = list(words.sot_sequence_including_notimestamps)
    said = [[*start, *words.encode(" " + as_written(one.text)), words.eot] for one in spoken]
    batches = _batches([len(tokens) for tokens in said], random.Random(seed))
    optimizer = torch.optim.AdamW(_rates(learned), weight_decay=0.0)
    steps, quicker = EPOCHS * len(batches), _quicker()
    for step in range(steps):
        if step % len(batches) == 0:
            random.Random(seed + step).shuffle(batches)
        batch = batches[step % len(batches)]
        heard = torch.from_numpy(np.stack([spoken[index].features for index in batch]).astype(np.float32))
        before, after = _shifted([said[index] for index in batch], len(start), words.eot)
        with quicker:
            likely = model(heard, before)
        loss = torch.nn.functional.cross_entropy(likely.float().flatten(0, 1), after.flatten(), ignore_index=NOT_COUNTED)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.05, 1 - step / steps)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned.values(), MOST_GRADIENT)
        optimizer.step()
        told(step + 1, steps)
    return {name: weights.detach().numpy() for name, weights in learned.items()}


def as_written(text: str) -> str:
    """A sentence the way Whisper writes one: a capital before it and a mark after it."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def write_practised(model_dir: Path, learned: FloatTensors, target: Path) -> None:
    """The model with what was learned, in CTranslate2's form, into the empty folder ``target``. Raises OSError."""
    tensors = float_tensors(read_model_bin(model_dir / "model.bin"))
    _, state = openai_tensors(tensors)   # views of the same memory
    for name, values in learned.items():
        state[name][...] = values
    for file in model_dir.iterdir():
        if file.name != "model.bin":
            shutil.copy(file, target / file.name)
    write_model_bin(model_dir / "model.bin", tensors, target / "model.bin")


def _model(model_dir: Path, frames: int) -> Whisper:
    """openai-whisper's network with these weights, for windows of so many frames of 10 ms."""
    sizes, state = openai_tensors(read_model_bin(model_dir / "model.bin"))
    model = Whisper(ModelDimensions(**{**sizes, "n_audio_ctx": frames // 2}))   # a shorter window has the same first places
    places = model.encoder.positional_embedding
    state["encoder.positional_embedding"] = state["encoder.positional_embedding"][: len(places)]
    model.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    for name, weights in model.named_parameters():
        weights.requires_grad_(not name.startswith(STAYS))
    return model


def _rates(learned: dict[str, torch.nn.Parameter]) -> list[dict[str, Any]]:
    """The optimizer's groups: the encoder learns at half the rate."""
    halves = {"encoder.": ENCODER_LEARNING_RATE, "decoder.": LEARNING_RATE}
    return [
        {"params": [weights for name, weights in learned.items() if name.startswith(half)], "highest": rate}
        for half, rate in halves.items()
    ]


def _quicker() -> AbstractContextManager[Any]:
    """Sums in 16 bits where the processor has them; twice as fast, with weights kept in 32."""
    able = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16) if able.get("avx512_bf16") or able.get("amx_bf16") else nullcontext()


def _batches(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """Indices in batches of like lengths; which of one length meet is chance."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    order.sort(key=lengths.__getitem__)
    return [order[begin : begin + BATCH] for begin in range(0, len(order), BATCH)]


def _shifted(said: Sequence[Sequence[int]], told: int, end: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens given and tokens wanted, shape (sentences, longest - 1); the first ``told`` are never wanted."""
    longest = max(map(len, said))
    given = torch.full((len(said), longest - 1), end)
    wanted = torch.full((len(said), longest - 1), NOT_COUNTED)
    for row, tokens in enumerate(said):
        given[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
        wanted[row, told - 1 : len(tokens) - 1] = torch.tensor(tokens[told:])
    return given, wanted
