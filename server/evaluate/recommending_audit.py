"""Who gets seen: exposure by every group of items, against the catalogue and against demand, and quality by group of shoppers.

Exposure counts what is shown to a sample of shoppers, each place discounted by 1 / log2(rank + 1), as attention falls. Quality
is measured as everywhere: the newest item of each shopper is withheld, everything is learned again, and all items are ranked.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from recommender.facts import NO_DATE, NO_PRICE
from recommender.interactions import Interactions
from recommender.ranking import rank
from recommender.shelf import Shelf
from recommender.shoppers import histories
from recommender.types import Limits, Query
from server.evaluate.recommending_cold import relearned

K = 10
SAMPLE = 400
BANDS = 5
MOST_GROUPS = 12
"""Of a slot with more values, the commonest are named and the rest are one group."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Shares of one group of items, each 0..1 of its whole, and how well its items reach those who want them."""

    name: str
    catalogue: float
    demand: float
    exposure: float
    asked: int = 0
    """Withheld choices that were of this group."""
    found: float | None = None
    """Share of these whose item was among the K shown; None of none."""


def audit_figures(shelf: Shelf, interactions: Interactions, seed: int) -> dict[str, object]:
    """Groups by every slot (brand and seller, where the shop has them), price, novelty and popularity; coverage; Gini; NDCG@10
    by how much is known of the shopper."""
    dice = np.random.default_rng(seed)
    kept = histories(interactions)
    long = np.flatnonzero(np.diff(kept.starts) >= 2)
    asked = np.sort(dice.choice(long, min(SAMPLE, len(long)), replace=False))
    newest = np.full(len(interactions.shoppers), -1, np.int64)
    newest[asked] = kept.items[kept.starts[asked + 1] - 1]
    rest = interactions.item != newest[interactions.shopper]
    learned = relearned(shelf, interactions.only(rest))
    exposure = np.zeros(len(shelf.items))
    found: list[float] = []
    for shopper in asked:
        before = learned.histories.of(interactions.shoppers[shopper])[0]
        seen = frozenset(shelf.items.ids[int(position)] for position in before)
        query = Query(limits=Limits(exclude_items=seen), shopper=interactions.shoppers[shopper], count=K)
        shown = [shelf.positions[ranked.item.id] for ranked in rank(learned, query, None).items]
        exposure[shown] += 1 / np.log2(np.arange(len(shown)) + 2)
        found.append(1 / np.log2(shown.index(int(newest[shopper])) + 2) if int(newest[shopper]) in shown else 0.0)
    demand = np.zeros(len(shelf.items))
    np.add.at(demand, interactions.item, interactions.weight)
    sizes = np.diff(learned.histories.starts)[asked]
    hit = np.array(found) > 0
    labelled = {name: labels for name, labels in _labels(shelf, demand).items() if len(set(labels)) > 1}
    groups = {name: _shares(labels, demand, exposure, newest[asked], hit) for name, labels in labelled.items()}
    return {
        "seed": seed, "shoppers_asked": len(asked), "shown_each": K,
        "coverage": round(float((exposure > 0).mean()), 4), "gini_exposure": _gini(exposure), "gini_demand": _gini(demand),
        "groups": {name: [_row(group) for group in found_groups] for name, found_groups in groups.items()},
        "ndcg@10_by_history": _by_history(np.array(found), sizes), "_groups": groups,
    }


def _labels(shelf: Shelf, demand: Floats) -> dict[str, list[str]]:
    """One label an item for each way of grouping."""
    facts = shelf.facts
    years = np.where(facts.launched_days == NO_DATE, np.nan, facts.launched_days / 365.25 + 1970)
    labels = {
        "price": _bands(np.where(facts.price_minor == NO_PRICE, np.nan, facts.price_minor / 100), "{:g} to {:g}"),
        "popularity": _popularity(demand),
        "launched": _bands(years, "{:.1f} to {:.1f}"),
    }
    for name, column in facts.choices.items():
        first = [column.values[column.codes[start]] if end > start else "not said"
                 for start, end in zip(column.starts[:-1], column.starts[1:], strict=True)]
        names, counts = np.unique(first, return_counts=True)
        common = set(names[np.argsort(-counts)[:MOST_GROUPS]].tolist())
        labels[name] = [label if label in common else "others" for label in first]
    return labels


def _bands(amounts: Floats, words: str) -> list[str]:
    said = amounts[~np.isnan(amounts)]
    if not len(said):
        return ["not said"] * len(amounts)
    edges = np.unique(np.quantile(said, np.linspace(0, 1, BANDS + 1)))
    if len(edges) < 2:
        return ["not said" if np.isnan(amount) else f"{amount:g}" for amount in amounts]
    at = np.clip(np.searchsorted(edges, np.nan_to_num(amounts), side="right") - 1, 0, len(edges) - 2)
    names = [words.format(low, high) for low, high in pairwise(edges.tolist())]
    return ["not said" if np.isnan(amount) else names[band] for amount, band in zip(amounts, at, strict=True)]


def _popularity(demand: Floats) -> list[str]:
    order = np.empty(len(demand), np.int64)
    order[np.argsort(-demand, kind="stable")] = np.arange(len(demand))
    tenth = order * 10 // max(len(demand), 1)
    names = ["most chosen tenth", *["next four tenths"] * 4, *["the other half"] * 5]
    return ["nobody's yet" if count == 0 else names[place] for count, place in zip(demand, tenth, strict=True)]


def _shares(
    labels: Sequence[str], demand: Floats, exposure: Floats, wanted: npt.NDArray[np.int64], hit: npt.NDArray[np.bool_]
) -> list[Group]:
    """``wanted``: the withheld items; ``hit``: which of them were shown."""
    names, codes = np.unique(labels, return_inverse=True)

    def share(weights: Floats) -> Floats:
        total = np.bincount(codes, weights=weights, minlength=len(names))
        return np.asarray(total / max(float(total.sum()), 1e-9), np.float64)

    asked = np.bincount(codes[wanted], minlength=len(names))
    hits = np.bincount(codes[wanted], weights=hit, minlength=len(names))
    of_catalogue, of_demand, of_exposure = share(np.ones(len(codes))), share(demand), share(exposure)
    groups = [
        Group(
            name, float(of_catalogue[row]), float(of_demand[row]), float(of_exposure[row]), int(asked[row]),
            float(hits[row] / asked[row]) if asked[row] else None,
        )
        for row, name in enumerate(names.tolist())
    ]
    return sorted(groups, key=lambda group: -group.catalogue)


def _row(group: Group) -> dict[str, object]:
    return {
        "group": group.name, "catalogue": round(group.catalogue, 4), "demand": round(group.demand, 4),
        "exposure": round(group.exposure, 4), "asked": group.asked,
        "found@10": None if group.found is None else round(group.found, 4),
    }


def _by_history(found: Floats, sizes: npt.NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """Quality by how many items are known of a shopper."""
    bands = {"1 to 4": (1, 4), "5 to 14": (5, 14), "15 and more": (15, 10**9)}
    inside = {name: (sizes >= low) & (sizes <= high) for name, (low, high) in bands.items()}
    return {
        name: {"shoppers": int(mask.sum()), "ndcg@10": round(float(found[mask].mean()), 4)}
        for name, mask in inside.items() if mask.any()
    }


def _gini(amounts: Floats) -> float:
    """0: all alike; 1: one has everything."""
    ordered = np.sort(amounts)
    count, total = len(ordered), float(ordered.sum())
    return round(float((2 * np.arange(1, count + 1) - count - 1) @ ordered / (count * total)), 4) if total else 0.0


def audit_picture(title: str, groups: Mapping[str, Sequence[Group]]) -> str:
    """One SVG: for every group a bar of its exposure and marks for its share of the catalogue (line) and of demand (dot)."""
    rows: list[str] = []
    top = 50
    for name, found in groups.items():
        rows.append(f'<text x="10" y="{top + 14}" class="h">{html.escape(name)}</text>')
        top += 24
        widest = max(max(group.exposure, group.catalogue, group.demand) for group in found) or 1
        for group in found:
            scale = 420 / widest
            middle = f"{210 + group.catalogue * scale:.1f}"
            rows.append(
                f'<text x="200" y="{top + 12}" text-anchor="end">{html.escape(group.name)}</text>'
                f'<rect x="210" y="{top + 2}" width="{group.exposure * scale:.1f}" height="12"/>'
                f'<line x1="{middle}" x2="{middle}" y1="{top}" y2="{top + 16}"/>'
                f'<circle cx="{210 + group.demand * scale:.1f}" cy="{top + 8}" r="4"/>'
                f'<text x="645" y="{top + 12}">{group.exposure:.1%}</text>'
            )
            top += 20
        top += 12
    style = (
        "text{font:12px sans-serif;fill:#222}.h{font-weight:bold}rect{fill:#7aa6c2}"
        "line{stroke:#222;stroke-width:2}circle{fill:#c2553a}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{top}"><style>{style}</style>'
        f'<rect width="720" height="{top}" style="fill:#fff"/><text x="10" y="20" class="h">{html.escape(title)}</text>'
        f'<text x="10" y="38">bar: exposure; line: share of the catalogue; dot: share of demand</text>{"".join(rows)}</svg>\n'
    )
