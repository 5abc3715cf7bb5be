"""Whisper's decoder practises how people talk to a shop: it learns sentences that were spoken to it, the encoder stays as it is.

Training on synthetic speech of a domain's own sentences, most of the network frozen, is the simple baseline of Joshi and Singh
2022 (arXiv:2206.13240). Here the encoder is frozen, so that each sentence is encoded once, by the engine that will hear (its
short window and 8 bits included), and one encoding of a turn serves both decoders (``voice.whisper_fast``).
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import whisper
from whisper.model import TextDecoder

from voice.openai_weights import FloatTensors, float_tensors, openai_tensors, read_model_bin, write_model_bin

LEARNING_RATE = 2e-5
"""At its highest; it rises over WARM_UP_STEPS and falls to a twentieth at the end."""
WARM_UP_STEPS = 20
EPOCHS = 2
BATCH = 16
"""Sentences of about the same length."""
MOST_GRADIENT = 1.0
"""Norm to which a step's gradient is clipped."""
NOT_COUNTED = -100
"""What torch's cross entropy leaves out."""

MULTILINGUAL_TOKENS = 51_865
"""Whisper models with fewer know English alone."""

_HALF = "decoder."


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence and what Whisper's encoder made of its sound: shape (frames of 20 ms, width)."""

    text: str
    encoded: npt.NDArray[np.float16]


def practise(
    model_dir: Path, spoken: Sequence[SpokenSentence], *, language: str = "en", threads: int = 2, seed: int = 0,
    told: Callable[[int, int], None] = lambda done, steps: None,
) -> FloatTensors:
    """The decoder's tensors after practice, as openai-whisper names them, float32; ``told`` hears of steps done and in all.

    ``spoken`` must all be of one window. Raises ValueError where the model cannot be read or there is nothing to learn.
    """
    if not spoken:
        raise ValueError("there is no spoken sentence to learn from")
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    sizes, state = openai_tensors(read_model_bin(model_dir / "model.bin"))
    decoder = TextDecoder(*(sizes[f"n_{name}"] for name in ("vocab", "text_ctx", "text_state", "text_head", "text_layer")))
    decoder.load_state_dict(
        {name.removeprefix(_HALF): torch.from_numpy(values) for name, values in state.items() if name.startswith(_HALF)}
    )
    decoder.requires_grad_(True)
    for embedding in (decoder.token_embedding.weight, decoder.positional_embedding):  # words and places mean what they meant
        embedding.requires_grad_(False)
    words = whisper.tokenizer.get_tokenizer(sizes["n_vocab"] >= MULTILINGUAL_TOKENS, language=language, task="transcribe")
    start = list(words.sot_sequence_including_notimestamps)
    said = [[*start, *words.encode(" " + as_written(one.text)), words.eot] for one in spoken]
    batches = _batches([len(tokens) for tokens in said], random.Random(seed))
    learned = [weights for weights in decoder.parameters() if weights.requires_grad]
    steps = EPOCHS * len(batches)
    optimizer = torch.optim.AdamW(learned, lr=LEARNING_RATE, weight_decay=0.0)
    for step in range(steps):
        if step % len(batches) == 0:
            random.Random(seed + step).shuffle(batches)
        batch = batches[step % len(batches)]
        heard = torch.from_numpy(np.stack([spoken[index].encoded for index in batch]).astype(np.float32))
        before, after = _shifted([said[index] for index in batch], len(start), words.eot)
        loss = torch.nn.functional.cross_entropy(decoder(before, heard).flatten(0, 1), after.flatten(), ignore_index=NOT_COUNTED)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.05, 1 - step / steps)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, MOST_GRADIENT)
        optimizer.step()
        told(step + 1, steps)
    return {_HALF + name: values.detach().numpy() for name, values in decoder.named_parameters()}


def as_written(text: str) -> str:
    """A sentence the way Whisper writes one: a capital before it and a mark after it."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def write_practised(model_dir: Path, decoder: FloatTensors, target: Path) -> None:
    """The model with its decoder's tensors replaced, in CTranslate2's form, into the empty folder ``target``. Raises OSError."""
    tensors = float_tensors(read_model_bin(model_dir / "model.bin"))
    _, state = openai_tensors(tensors)   # views of the same memory
    for name, values in decoder.items():
        state[name][...] = values
    for file in model_dir.iterdir():
        if file.name != "model.bin":
            shutil.copy(file, target / file.name)
    write_model_bin(model_dir / "model.bin", tensors, target / "model.bin")


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
