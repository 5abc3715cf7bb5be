"""A small shop that the tests write, and a bag-of-words embedder behind the same Protocol as the real one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.types import Embedder, Vectors

SHOP_TOML = """
[shop]
id = "corner"
name = "Corner"
currency = "GBP"
[catalogue]
file = "catalogue.csv"
description = "description"
price = "price"
stock = "stock"
launched = "launched"
margin = "margin"
[interactions]
file = "interactions.csv"
kind = "kind"
time = "time"
weights = { purchase = 1.0, view = 0.2 }
[[slots]]
name = "category"
kind = "choice"
column = "category"
topic = true
[[slots]]
name = "colour"
kind = "choice"
column = "colour"
[[slots]]
name = "weight"
kind = "amount"
column = "grams"
unit = "grams"
[[slots]]
name = "budget"
kind = "amount"
column = "price"
unit = "money"
[business]
margin = 0.05
"""
CATALOGUE = """\
id,title,description,category,colour,price,stock,grams,margin,launched
A1,Red Mug,a mug for coffee,mug|kitchen,red,9.50,4,300,0.4,2025-01-05
A2,Blue Mug,a mug for tea,mug|kitchen,blue,10.00,0,310,0.5,2025-02-05
A3,Green Scarf,a warm scarf of wool,scarf,Green,25.00,7,150,0.6,2026-01-05
A4,Red Scarf,a light scarf of silk,scarf,red|gold,40.00,2,,0.6,2026-02-05
A5,Gold Ring,a ring,ring,gold,120.00,,5,0.7,
A6,Plain Card,a card with nothing on it,card,,,9,20,0.2,2024-01-05
"""
INTERACTIONS = """\
shopper,item,kind,time
ann,A1,purchase,2026-01-01
ann,A2,purchase,2026-01-02
bob,A1,purchase,2026-01-03
bob,A2,purchase,2026-01-04
bob,A3,view,2026-01-05
cat,A3,purchase,2026-01-06
cat,A4,purchase,2026-01-07
dan,A3,purchase,2026-01-08
dan,A4,purchase,2026-01-09
eve,A3,purchase,2026-01-10
eve,GONE,purchase,2026-01-11
"""


def write_shop(
    folder: Path, *, toml: str = SHOP_TOML, catalogue: str = CATALOGUE, interactions: str | None = INTERACTIONS
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.toml").write_text(toml, encoding="utf-8")
    (folder / "catalogue.csv").write_text(catalogue, encoding="utf-8")
    if interactions is not None:
        (folder / "interactions.csv").write_text(interactions, encoding="utf-8")
    return folder


class WordEmbedder:
    """Each word is a fixed random direction; a text is the sum of its words, at unit length."""

    dim = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold()) or [""]:
                seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
                vectors[row] += np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


_: Embedder = WordEmbedder()
