"""One version of everything a query needs, in memory.

Immutable: a change makes another shelf, and queries in flight keep theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from recommender.blending import LinearBlend
from recommender.collaborative import ItemWeights
from recommender.dense import DenseIndex
from recommender.facts import Facts, Positions
from recommender.items import ItemTable
from recommender.moments import Moments
from recommender.semantic import Inheritance, SemanticIds
from recommender.shop import Business
from recommender.shoppers import Histories


@dataclass(frozen=True, slots=True)
class Shelf:
    """Arrays are by position in the catalogue."""

    items: ItemTable
    positions: Mapping[str, int] = field(repr=False)
    facts: Facts = field(repr=False)
    dense: DenseIndex = field(repr=False)
    titles: DenseIndex | None = field(repr=False)
    weights: ItemWeights = field(repr=False)
    popularity: npt.NDArray[np.float32] = field(repr=False)
    by_popularity: Positions = field(repr=False)
    """Every item, the most popular first."""
    semantic: SemanticIds = field(repr=False)
    inheritance: Inheritance = field(repr=False)
    histories: Histories = field(repr=False)
    recency: float
    """Weight of an item of a history relative to the one after it, as the build chose it."""
    business: Business
    version: str
    habits: LinearBlend | None = None
    """Learned weights of ``recommender.habits``; None where the collaborative scores do as well alone."""
    moments: Moments = field(default_factory=lambda: np.zeros((0, 0), np.float16), repr=False)
    repeats: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32), repr=False)
    """How often each item is bought again by who has it; items added since the build are not in it."""
