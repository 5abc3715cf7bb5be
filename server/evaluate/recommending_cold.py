"""How the recommender does for items and shoppers nobody has seen, measured by withholding them from a shop's interactions.

New items: a share of the items loses every interaction before anything is learned; each shopper who really took one of them is
asked which of the new items it was, and the whole catalogue is ranked too. New shoppers: a share of the shoppers is withheld
whole; each is asked about the last item taken, knowing nothing, knowing the first item taken, and knowing two values of the item
(what such a shopper might say aloud; taken from the row itself and so called simulated).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recommender.dense import DenseIndex
from recommender.interactions import Interactions
from recommender.learning import learn_tastes
from recommender.llm_reranking import LlmReranker
from recommender.ranking import rank
from recommender.semantic import UNPROVEN, inherit
from recommender.shelf import Shelf
from recommender.shoppers import histories, most_popular, popularity
from recommender.sources import tastes
from recommender.types import Embedder, Limits, Query

K = 10
ITEM_SHARE = 0.1
SHOPPER_SHARE = 0.1
MOST_ASKED = 500
SAID = 2
RERANKED = 60
"""Lists that hold what was taken, which a language model may put in another order, where one is given; no other could gain."""
RESAMPLED = 2000

Floats = npt.NDArray[np.float32]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Question:
    """One withheld choice: what the shopper had before, oldest first, and what was taken."""

    history: npt.NDArray[np.int32]
    taken: int


def cold_figures(
    shelf: Shelf, interactions: Interactions, embedder: Embedder, seed: int, tell: Tell, reranker: LlmReranker | None = None
) -> dict[str, object]:
    """Figures for new items and new shoppers; hit@10 and ndcg@10, each the mean over questions."""
    dice = np.random.default_rng(seed)
    tell("new items", 0, 2)
    items = _new_items(shelf, interactions, dice)
    tell("new shoppers", 1, 2)
    shoppers = _new_shoppers(shelf, interactions, embedder, dice, reranker)
    counts = {"items": len(shelf.items), "shoppers": len(interactions.shoppers)}
    return {"seed": seed, **counts, "new_items": items, "new_shoppers": shoppers}


def _new_items(shelf: Shelf, interactions: Interactions, dice: np.random.Generator) -> dict[str, object]:
    count = len(shelf.items)
    taken = np.unique(interactions.item)
    withheld = np.zeros(count, np.bool_)
    withheld[dice.choice(taken, max(1, int(len(taken) * ITEM_SHARE)), replace=False)] = True
    learned = relearned(shelf, interactions.only(~withheld[interactions.item]))
    questions = _asked_of(interactions, withheld, dice)
    new = np.flatnonzero(withheld)
    by: dict[str, list[Floats]] = {"popularity": [], "content": [], "inheritance": [], "inheritance and content": []}
    for question in questions:
        strength = (learned.recency ** np.arange(len(question.history) - 1, -1, -1)).astype(np.float32)
        from_tastes = tastes(learned, question.history, strength)
        from_text = content(learned.dense, question.history, strength)
        by["popularity"].append(learned.popularity)
        by["content"].append(from_text)
        by["inheritance"].append(from_tastes)
        by["inheritance and content"].append(_scaled(from_tastes) + _scaled(from_text))
    everything = np.arange(count)
    return {
        "withheld": len(new), "questions": len(questions),
        "among_new_items": {name: _figures(scores, questions, new) for name, scores in by.items()},
        "among_all_items": {name: _figures(scores, questions, everything) for name, scores in by.items()},
    }


def _new_shoppers(
    shelf: Shelf, interactions: Interactions, embedder: Embedder, dice: np.random.Generator, reranker: LlmReranker | None
) -> dict[str, object]:
    shoppers = len(interactions.shoppers)
    withheld = np.zeros(shoppers, np.bool_)
    withheld[dice.choice(shoppers, max(1, int(shoppers * SHOPPER_SHARE)), replace=False)] = True
    kept = histories(interactions)
    asked = [shopper for shopper in np.flatnonzero(withheld) if kept.starts[shopper + 1] - kept.starts[shopper] >= 2][:MOST_ASKED]
    learned = relearned(shelf, interactions.only(~withheld[interactions.shopper]))
    anything = Limits(in_stock_only=False)
    ranks: dict[str, list[int | None]] = {}
    places: list[tuple[int, int]] = []
    reordered = 0
    for shopper in asked:
        mine = kept.items[kept.starts[shopper] : kept.starts[shopper + 1]]
        first, taken = shelf.items[int(mine[0])], shelf.items[int(mine[-1])]
        values = [(slot, value) for slot, found in taken.values.items() for value in found]
        said = [values[pick] for pick in dice.permutation(len(values))[:SAID]]
        words = " ".join(value for _, value in said)
        vector = embedder.embed([words])[0]
        wishes: dict[str, dict[str, float]] = {}
        for slot, value in said:
            wishes.setdefault(slot, {})[value] = 1.0
        near, _ = learned.dense.nearest(vector, np.ones(len(shelf.items), np.bool_), K)
        asking = Query(limits=replace(anything, exclude_items=frozenset({first.id})), count=K, diversity=0)
        found = {
            "knowing nothing (popularity)": rank(learned, asking, None),
            "knowing the first item": rank(learned, replace(asking, liked=(first.id,)), None),
            "simulated words, shoptalk": rank(learned, replace(asking, text=words, prefer=wishes), vector),
            "simulated words and the first item, shoptalk": rank(
                learned, replace(asking, text=words, prefer=wishes, liked=(first.id,)), vector
            ),
        }
        listed = {name: [ranked.item.id for ranked in one.items] for name, one in found.items()}
        best = found["simulated words, shoptalk"].items
        before = next((place for place, ranked in enumerate(best) if ranked.item.id == taken.id), None)
        if reranker is not None and before is not None and len(places) < RERANKED:
            order = reranker.order(words, [ranked.item for ranked in best])
            places.append((before, order.index(before)))
            reordered += order != tuple(range(len(best)))
        listed["simulated words, content alone"] = [shelf.items.ids[int(position)] for position in near]
        for name, ids in listed.items():
            ranks.setdefault(name, []).append(ids.index(taken.id) if taken.id in ids else None)
    figures: dict[str, object] = {name: _of_ranks(found) for name, found in ranks.items()}
    if reranker is not None and places:
        figures["reranked by a language model"] = {
            "model": reranker.model, "lists": len(places), "reordered": reordered, **_worth(places, dice),
        }
    return {"withheld": int(withheld.sum()), "questions": len(asked), **figures}


def _worth(places: list[tuple[int, int]], dice: np.random.Generator) -> dict[str, object]:
    """NDCG of lists that hold what was taken, at its place before and after, and the middle 95 % of resampled mean gains."""
    before, after = (1 / np.log2(np.array(side) + 2) for side in zip(*places, strict=True))
    gains = after - before
    means = gains[dice.integers(0, len(gains), (RESAMPLED, len(gains)))].mean(axis=1)
    named = {f"ndcg@{K}_before": before.mean(), f"ndcg@{K}_after": after.mean(), "gain": gains.mean()}
    spread = [round(float(one), 4) for one in np.percentile(means, [2.5, 97.5])]
    return {**{name: round(float(one), 4) for name, one in named.items()}, "gain_95": spread}


def relearned(shelf: Shelf, interactions: Interactions) -> Shelf:
    """The shelf as if these were all the interactions there had been."""
    learned = learn_tastes(interactions, len(shelf.items))
    chosen = np.zeros(len(shelf.items), np.bool_)
    chosen[interactions.item] = True
    relatives = inherit(
        shelf.semantic.codes, shelf.dense.rows, np.flatnonzero(~chosen).astype(np.int32), np.flatnonzero(chosen).astype(np.int32)
    )
    popular = popularity(interactions, len(shelf.items))
    relatives.spread(popular, UNPROVEN)
    return replace(
        shelf, weights=learned.weights, recency=learned.recency, popularity=popular, by_popularity=most_popular(popular),
        inheritance=relatives, histories=histories(interactions),
    )


def content(dense: DenseIndex, history: npt.NDArray[np.int32], strength: Floats) -> Floats:
    """Likeness of every item's text to the mean of the history's."""
    profile = strength @ dense.rows(history)
    everything = np.arange(len(dense), dtype=np.int32)
    return dense.similarities(np.asarray(profile / max(float(np.linalg.norm(profile)), 1e-9), np.float32), everything)


def _asked_of(interactions: Interactions, withheld: npt.NDArray[np.bool_], dice: np.random.Generator) -> list[Question]:
    """One question a shopper who took a new item after at least one other."""
    kept = histories(interactions)
    found = []
    for shopper in dice.permutation(len(interactions.shoppers)):
        mine = kept.items[kept.starts[shopper] : kept.starts[shopper + 1]]
        new = np.flatnonzero(withheld[mine])
        if len(new):
            before = mine[: new[-1]]
            before = before[~withheld[before]]
            if len(before):
                found.append(Question(before, int(mine[new[-1]])))
        if len(found) == MOST_ASKED:
            break
    return found


def _scaled(scores: Floats) -> Floats:
    spread = float(scores.std())
    return scores / spread if spread else scores


def _figures(scores: list[Floats], questions: list[Question], among: npt.NDArray[np.intp]) -> dict[str, float]:
    """Rank of what was taken among some items, the history left out; ties share their places."""
    ranks: list[int | None] = []
    for row, question in zip(scores, questions, strict=True):
        others = np.setdiff1d(among, question.history)
        own = row[question.taken]
        above = (row[others] > own).sum() + ((row[others] == own).sum() - 1) / 2
        ranks.append(int(above) if above < K else None)
    return _of_ranks(ranks)


def _of_ranks(ranks: list[int | None]) -> dict[str, float]:
    found = [rank for rank in ranks if rank is not None]
    asked = max(len(ranks), 1)
    return {
        f"hit@{K}": round(len(found) / asked, 4),
        f"ndcg@{K}": round(float(sum(1 / np.log2(rank + 2) for rank in found)) / asked, 4),
    }
