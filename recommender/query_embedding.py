"""The vectors of ``recommender.embedding``, by CTranslate2: the same to five decimals, in half the time for one short text, and
without torch, whose import alone takes seconds. Items are embedded with sentence-transformers when an index is built; what
shoppers say is embedded here.

Eight-bit weights were tried: another half of the time, but only .92 of the ten nearest items are the same.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.types import Vectors

BATCH = 64
THREADS = 1
"""A query is answered on one core; the other is the shopper's voice's."""
TOKENIZER = "tokenizer.json"


class QueryEmbedder:
    """Implements ``recommender.types.Embedder``. ``folder`` is what ``convert`` made. Safe to ask from several threads."""

    def __init__(self, folder: Path) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._encoder = ctranslate2.Encoder(
            str(folder), device="cpu", inter_threads=1, intra_threads=THREADS, compute_type="float32"
        )
        self.dim = self._embedded([""]).shape[1]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text, shape (len(texts), dim)."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # alike lengths together pad least
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._embedded([texts[row] for row in rows])
        return vectors

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        """Mean of the tokens' last states, of unit length."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        states = np.array(self._encoder.forward_batch(tokens).last_hidden_state)
        means = np.stack([state[: len(ids)].mean(axis=0) for state, ids in zip(states, tokens, strict=True)])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def convert(model_dir: Path, folder: Path) -> None:
    """Write a sentence-transformers model with mean pooling (all-MiniLM-L6-v2) the way CTranslate2 reads it. Imports torch.

    Raises ValueError for a model that pools in another way.
    """
    from ctranslate2.converters import TransformersConverter
    from tokenizers import Tokenizer

    pooling = json.loads((model_dir / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    if not pooling.get("pooling_mode_mean_tokens", pooling.get("pooling_mode") == "mean"):
        raise ValueError(f"{model_dir} does not take the mean of its tokens, which is all that can be converted.")
    TransformersConverter(str(model_dir)).convert(str(folder), quantization="float32", force=True)
    longest = json.loads((model_dir / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
    shutil.copyfile(model_dir / TOKENIZER, folder / TOKENIZER)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()
    tokenizer.save(str(folder / TOKENIZER))
