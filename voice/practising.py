"""Whisper practises how people talk to a shop: it learns sentences that were spoken to it.

Training on synthetic speech of a domain's own sentences is the simple baseline of Joshi and Singh 2022 (arXiv:2206.13240). What
turns sound into frames stays as it is (the two convolutions), and so do words and places. Windows are as short as
``voice.features`` has them for a model that practised.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
import whisper
from whisper.model import ModelDimensions, Whisper

from voice.features import PRACTISED_WINDOW_STEPS_S, WindowFeatures, window_for
from voice.openai_weights import FloatTensors, float_tensors, openai_tensors, read_model_bin, write_model_bin
from voice.resampling import as_float
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Pcm16

LEARNING_RATE, ENCODER_LEARNING_RATE = 3e-5, 1.5e-5
"""At their highest; they rise over WARM_UP_STEPS and fall to a twentieth at the end."""
WARM_UP_STEPS = 20
EPOCHS = 3
"""Times that each sentence is heard, each time otherwise."""
BATCH = 16
"""Sentences of one window and about the same length."""
MOST_GRADIENT = 1.0
"""Norm to which a step's gradient is clipped."""
PROMPTED_SHARE, PROMPT_TOKENS = 0.1, 96
"""Batches learned with likely phrases before them, drawn by chance, and how many tokens of those at most: in a turn the model is
reminded of what is likely (``voice.whisper_fast``), and must not take it for what is said."""
NOT_COUNTED = -100
"""What torch's cross entropy leaves out."""

MULTILINGUAL_TOKENS = 51_865
"""Whisper models with fewer know English alone."""

STAYS = ("encoder.conv", "encoder.positional_embedding", "decoder.positional_embedding", "decoder.token_embedding")
"""What practice does not change: how sound becomes frames, and what words and places mean."""


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence and its sound: 16 kHz, one channel, at most as long as ``voice.features.LONGEST_PRACTISED_S``."""

    text: str
    sound: Pcm16


def practise(
    model_dir: Path, spoken: Sequence[SpokenSentence], features: WindowFeatures, *,
    around: Callable[[FloatAudio], FloatAudio] = lambda sound: sound, likely: Sequence[str] = (), language: str = "en",
    threads: int = 2, seed: int = 0,
    told: Callable[[int, int], None] = lambda done, steps: None,
) -> FloatTensors:
    """The tensors that changed, as openai-whisper names them, float32; ``told`` hears of steps done and in all.

    ``around`` is asked for each sound each time it is learned, to lay other noise under it; it may not make it longer.
    ``likely``: phrases of the shop's, of which some stand before some sentences as they would in a turn. Raises ValueError where
    the model cannot be read, a sound is too long or there is nothing to learn.
    """
    if not spoken:
        raise ValueError("there is no spoken sentence to learn from")
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    windows_s = [window_for(one.sound.size / SAMPLE_RATE_HZ, PRACTISED_WINDOW_STEPS_S) or 0.0 for one in spoken]
    if not all(windows_s):
        raise ValueError("a sentence is longer than what can be practised")
    model = _model(model_dir)
    places = model.encoder.positional_embedding
    learned = {name: weights for name, weights in model.named_parameters() if weights.requires_grad}
    words = whisper.tokenizer.get_tokenizer(model.dims.n_vocab >= MULTILINGUAL_TOKENS, language=language, task="transcribe")
    start = list(words.sot_sequence_including_notimestamps)
    reminders, chance = [words.encode(f" {phrase},") for phrase in likely], random.Random(seed)
    said = [[*start, *words.encode(" " + as_written(one.text)), words.eot] for one in spoken]
    batches = _batches([*zip(windows_s, map(len, said), strict=True)], random.Random(seed))
    optimizer = torch.optim.AdamW(_rates(learned), weight_decay=0.0)
    order = [batch for epoch in range(EPOCHS) for batch in random.Random(seed + epoch).sample(batches, len(batches))]
    steps, quicker = len(order), _quicker()

    def heard_in(batch: Sequence[int]) -> torch.Tensor:
        window_s = windows_s[batch[0]]
        return torch.from_numpy(np.stack([features(around(as_float(spoken[index].sound)), window_s) for index in batch]))

    for step, (batch, heard) in enumerate(_one_ahead(heard_in, order)):
        model.encoder.positional_embedding = places[: heard.shape[-1] // 2]   # a shorter window has the same first places
        prompt = _prompt(words.sot_prev, reminders, chance) if chance.random() < PROMPTED_SHARE else []
        before, after = _shifted([prompt + said[index] for index in batch], len(prompt) + len(start), words.eot)
        with quicker:
            logits = model(heard, before)
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), after.flatten(), ignore_index=NOT_COUNTED)
        for group in optimizer.param_groups:
            group["lr"] = group["highest"] * min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.05, 1 - step / steps)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned.values(), MOST_GRADIENT)
        optimizer.step()
        told(step + 1, steps)
    return {name: weights.detach().numpy() for name, weights in learned.items()}


def _one_ahead(
    sound: Callable[[Sequence[int]], torch.Tensor], order: Sequence[list[int]]
) -> Iterator[tuple[list[int], torch.Tensor]]:
    """Each batch with its sound; that of the next is being made meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(sound, order[0])
        for batch, after in zip(order, [*order[1:], None], strict=True):
            heard = coming.result()
            if after:
                coming = pool.submit(sound, after)
            yield batch, heard


def as_written(text: str) -> str:
    """A sentence the way Whisper writes one: a capital before it and a mark after it."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def halfway(model_dir: Path, learned: FloatTensors) -> FloatTensors:
    """The mean of these weights before they learned more and after. What was not practised is heard better by it than by either
    (Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization", arXiv:1803.05407)."""
    _, state = openai_tensors(float_tensors(read_model_bin(model_dir / "model.bin")))
    half = np.float32(0.5)
    return {name: half * (state[name].astype(np.float32) + values) for name, values in learned.items()}


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


def _model(model_dir: Path) -> Whisper:
    """openai-whisper's network with these weights."""
    sizes, state = openai_tensors(read_model_bin(model_dir / "model.bin"))
    model = Whisper(ModelDimensions(**sizes))
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


def _batches(lengths: Sequence[tuple[float, int]], rng: random.Random) -> list[list[int]]:
    """Indices in batches of one window and like lengths, given as pairs of them; which of one length meet is chance."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    order.sort(key=lengths.__getitem__)
    alike = (list(group) for _, group in groupby(order, key=lambda index: lengths[index][0]))
    return [group[begin : begin + BATCH] for group in alike for begin in range(0, len(group), BATCH)]


def _prompt(opening: int, reminders: Sequence[list[int]], chance: random.Random) -> list[int]:
    """Tokens of some phrases in any order."""
    tokens = [token for phrase in chance.sample(reminders, len(reminders)) for token in phrase]
    return [opening, *tokens[-chance.randint(1, PROMPT_TOKENS) :]] if tokens else []


def _shifted(said: Sequence[Sequence[int]], told: int, end: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens given and tokens wanted, shape (sentences, longest - 1); the first ``told`` are never wanted."""
    longest = max(map(len, said))
    given = torch.full((len(said), longest - 1), end)
    wanted = torch.full((len(said), longest - 1), NOT_COUNTED)
    for row, tokens in enumerate(said):
        given[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
        wanted[row, told - 1 : len(tokens) - 1] = torch.tensor(tokens[told:])
    return given, wanted
