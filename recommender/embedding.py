"""Text to vectors with sentence-transformers, from a folder on this machine and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.types import Vectors

BATCH = 64


class SentenceEmbedder:
    """A sentence-transformers model (all-MiniLM-L6-v2: 384 dimensions). Making one imports torch, which costs seconds.

    ``model_dir`` holds the model in safetensors form; nothing is downloaded and no pickled weights are read.
    """

    def __init__(self, model_dir: Path) -> None:
        if not (model_dir / "model.safetensors").is_file():
            raise FileNotFoundError(f"{model_dir} holds no model.safetensors; `shoptalk models install` fetches it.")
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(
            str(model_dir), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
        dim = self._model.get_embedding_dimension()
        if dim is None:
            raise ValueError(f"{model_dir} does not say how long its vectors are.")
        self.dim = dim

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text, shape (len(texts), dim)."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)
