"""The demo shop ready to be talked to: its real catalogue and recommender, with word overlap in place of an embedding model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from dialogue.conversation import Conversation, Turn
from dialogue.shop import load_shop
from dialogue.state import BeliefState
from dialogue.types import Heard, Plan
from dialogue.words import read_words
from recommender.building import build_index
from recommender.store import open_recommender
from recommender.types import Item, Vectors

DEMO = Path(__file__).parents[2] / "shops" / "demo"


class WordEmbedder:
    """A bag of word stems hashed into a few hundred dimensions: same words, near vectors."""

    dim = 256

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dim), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in read_words(text).words:
                row[zlib.crc32(word.stem.encode()) % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def demo() -> Conversation:
    """The demo shop's conversation, built once for all tests."""
    return shop_in(DEMO)


@cache
def shop_in(folder: Path) -> Conversation:
    """The conversation of a shop folder, built once for all tests."""
    indexes = Path(mkdtemp(prefix="shoptalk-tests-"))
    build_index(folder, indexes, WordEmbedder())
    return Conversation(load_shop(folder), open_recommender(folder, indexes, WordEmbedder()))


class Talk:
    """A conversation under way, in which every item named is heard unless a test says otherwise."""

    def __init__(self, conversation: Conversation | None = None) -> None:
        self.conversation = conversation or demo()
        self.state = BeliefState()
        self.turn: Turn | None = None
        self.heard = Heard()

    def say(self, text: str, heard: Heard | None = None) -> Plan:
        self.turn = self.conversation.think(text, self.state, heard if heard is not None else self.heard)
        self.state = self.turn.state
        items = tuple(ranked.item.id for ranked in self.turn.plan.items)
        self.heard = Heard(items, items[-1] if items else None)
        return self.turn.plan

    @property
    def items(self) -> list[Item]:
        """The items of the last plan."""
        assert self.turn is not None
        return [ranked.item for ranked in self.turn.plan.items]

    def wants(self, slot: str) -> tuple[str, ...]:
        return self.state.wants(slot)
