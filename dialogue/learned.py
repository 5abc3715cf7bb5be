"""A tracker learned from labelled dialogues: a linear model over hashed features, trained in minutes, kept as plain arrays.

It says, turn by turn, which candidate values hold, what was asked about, and the collection's own act.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogue.dontcare import slot_named_at
from dialogue.features import DONT_CARE, Exchange, Held, Past, act_features, candidates, request_features, slot_features
from dialogue.shop import ShopError, TalkingShop
from dialogue.understanding import Reader
from dialogue.vocabulary import LONGEST_PHRASE, Vocabulary
from dialogue.words import Span, Utterance

FILE_NAME = "understanding.npz"
BUCKETS = 1 << 19
"""Hash buckets; two features in one bucket are rare enough not to matter."""

OFTEN = 4
"""A value that held this often in training without being named is always a candidate."""


@dataclass(frozen=True)
class LearnedTurn:
    """What the model reads in one turn. ``slots`` is what holds after it (or in it, where the labels were by turn)."""

    slots: Held
    requested: tuple[str, ...]
    act: str


@dataclass(frozen=True)
class LabelledTurn:
    """One turn to learn from."""

    system: str
    user: str
    slots: Held
    requested: tuple[str, ...] = ()
    act: str = ""


@dataclass(frozen=True)
class LearnedTracker:
    """The model. Load with ``load``; ``read`` is pure."""

    weights: npt.NDArray[np.float32]
    """Shape (BUCKETS,)."""
    frequent: dict[str, tuple[str, ...]]
    floors: dict[str, float]
    """Slot, or "?" and what may be asked about, to the score from which it is believed; found on held-out folds."""
    requests: tuple[str, ...]
    acts: tuple[str, ...]

    def read(self, exchange: Exchange, shop: TalkingShop, vocabulary: Vocabulary) -> LearnedTurn:
        """Read one turn."""
        slots: dict[str, tuple[str, ...]] = {}
        for slot in shop.slots:
            score, value = self.best(exchange, slot.name)
            if score > self.floors.get(slot.name, 0.0):
                slots[slot.name] = (value,)
        asked = self.request_scores(exchange, shop, vocabulary)
        requested = tuple(name for name, score in asked.items() if score > self.floors.get(f"?{name}", 0.0))
        act = max(self.acts, key=lambda label: self._score(act_features(exchange, label)), default="")
        return LearnedTurn(slots, requested, act)

    def best(self, exchange: Exchange, slot: str) -> tuple[float, str]:
        """The likeliest candidate of a slot, with its log odds."""
        found = candidates(exchange, slot, self.frequent.get(slot, ()))
        return max((self._score(slot_features(exchange, slot, value, sources)), value) for value, sources in found.items())

    def request_scores(self, exchange: Exchange, shop: TalkingShop, vocabulary: Vocabulary) -> dict[str, float]:
        """Log odds that each slot or fact was asked about."""
        named = words_asked(exchange.user.utterance, shop, vocabulary)
        return {name: self._score(request_features(exchange, name, named.get(name, ()))) for name in self.requests}

    def _score(self, features: Iterable[str]) -> float:
        return float(self.weights[hashed(features)].sum())

    def save(self, path: Path) -> None:
        """Write the model as plain arrays; no code is stored, none is run on loading."""
        meta = json.dumps({"frequent": self.frequent, "floors": self.floors, "requests": self.requests, "acts": self.acts})
        kept = np.flatnonzero(self.weights)
        np.savez_compressed(
            path,
            at=kept.astype(np.int32),
            weights=self.weights[kept].astype(np.float16),
            meta=np.frombuffer(meta.encode(), dtype=np.uint8),
        )

    @classmethod
    def load(cls, path: Path) -> LearnedTracker:
        """Read a model. Raises ShopError naming the file when it is damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                meta = json.loads(stored["meta"].tobytes().decode())
                weights = np.zeros(BUCKETS, dtype=np.float32)
                weights[stored["at"]] = stored["weights"]
        except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile, zlib.error) as error:
            raise ShopError(f"{path} cannot be read ({error}); `shoptalk train understanding` makes it again.") from None
        return cls(
            weights,
            {slot: tuple(values) for slot, values in meta["frequent"].items()},
            meta["floors"],
            tuple(meta["requests"]),
            tuple(meta["acts"]),
        )


def hashed(features: Iterable[str]) -> npt.NDArray[np.int64]:
    """Buckets of the distinct features."""
    return np.fromiter({zlib.crc32(feature.encode()) % BUCKETS for feature in features}, dtype=np.int64)


def words_asked(utterance: Utterance, shop: TalkingShop, vocabulary: Vocabulary) -> dict[str, list[Span]]:
    """Slot or fact to where its own words stand."""
    found: dict[str, list[Span]] = defaultdict(list)
    for at in range(len(utterance.words)):
        named = slot_named_at(utterance, at, vocabulary)
        if named:
            found[named[0]].append(named[1])
        key = ""
        for last in range(at, min(len(utterance.words), at + LONGEST_PHRASE)):
            key += utterance.words[last].stem
            if key in vocabulary.facts:
                found[vocabulary.facts[key]].append(Span(at, last + 1))
    return found


def often_unnamed(dialogues: Sequence[Sequence[LabelledTurn]], reader: Reader) -> dict[str, tuple[str, ...]]:
    """Values that came to hold without being named, by slot: what only the learned words can tell."""
    counts: Counter[tuple[str, str]] = Counter()
    for turns in dialogues:
        past = Past()
        for turn in turns:
            exchange = Exchange.read(turn.system, turn.user, reader, past)
            for slot, values in turn.slots.items():
                known = candidates(exchange, slot, ())
                counts.update((slot, value) for value in values if value != DONT_CARE and value not in known)
            past = past.then(turn.slots, turn.requested, turn.act)
    found: dict[str, list[str]] = defaultdict(list)
    for (slot, value), count in counts.items():
        if count >= OFTEN and reader.shop.slot(slot):
            found[slot].append(value)
    return {slot: tuple(sorted(values)) for slot, values in found.items()}
