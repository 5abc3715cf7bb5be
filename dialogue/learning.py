"""Training the learned tracker from labelled dialogues: logistic regression over hashed features, twice.

The second pass sees what the first pass would have held before each turn, not the labels, so that it learns to live with its
own mistakes (Ross, Gordon and Bagnell, "A reduction of imitation learning to no-regret online learning", 2011).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dialogue.features import Exchange, Past, act_features, candidates, request_features, slot_features
from dialogue.learned import BUCKETS, LabelledTurn, LearnedTracker, hashed, often_unnamed, words_asked
from dialogue.understanding import Reader

Dialogues = Sequence[Sequence[LabelledTurn]]
Pasts = list[list[Past]]
"""For every dialogue, what each turn inherits."""

FOLDS = 4
LOWEST_FLOOR, HIGHEST_FLOOR = -1.5, 1.0
"""How far, in log odds, a floor may move from even."""


def train(
    dialogues: Dialogues,
    reader: Reader,
    *,
    strength: float = 0.5,
    seed: int = 0,
    lasting: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> LearnedTracker:
    """Learn from labelled dialogues. ``strength``: inverse regularisation. ``lasting``: the labels are all that holds, not what
    a turn says, so a wrong belief stays wrong and no floor is lowered for the sake of recall. Deterministic for a seed.
    """
    blank = _blank(dialogues, reader)
    truth = [_truth(turns) for turns in dialogues]
    order = np.random.default_rng(seed).permutation(len(dialogues))
    lived: Pasts = [[] for _ in dialogues]
    seen: Seen = defaultdict(list)
    for fold in range(FOLDS):
        told(f"first pass, part {fold + 1} of {FOLDS}")
        held_out = set(order[fold::FOLDS].tolist())
        learn = [index for index in range(len(dialogues)) if index not in held_out]
        model = _fit([dialogues[i] for i in learn], [truth[i] for i in learn], blank, reader, strength)
        for index in held_out:
            lived[index] = _live(dialogues[index], model, reader, seen)
    right = [
        all(row)
        for row in zip(
            *([right if held else score <= 0 for score, right, held in seen[slot.name]] for slot in reader.shop.slots),
            strict=True,
        )
    ]
    told(f"second pass; on held-out parts every slot was right in {sum(right) / len(right):.1%} of turns")
    blank = replace(blank, floors={name: _best_floor(rows) for name, rows in seen.items() if name.startswith("?") or not lasting})
    return _fit([*dialogues, *dialogues], [*truth, *lived], blank, reader, strength)


Seen = dict[str, list[tuple[float, bool, bool]]]
"""Slot or request to rows of (best score, whether that value was right, whether any value held)."""


def _blank(dialogues: Dialogues, reader: Reader) -> LearnedTracker:
    requests = sorted({name for turns in dialogues for turn in turns for name in turn.requested})
    acts = sorted({turn.act for turns in dialogues for turn in turns if turn.act})
    return LearnedTracker(np.zeros(BUCKETS, dtype=np.float32), often_unnamed(dialogues, reader), {}, tuple(requests), tuple(acts))


def _truth(turns: Sequence[LabelledTurn]) -> list[Past]:
    pasts = [Past()]
    for turn in turns[:-1]:
        pasts.append(pasts[-1].then(turn.slots, turn.requested, turn.act))
    return pasts


def _live(turns: Sequence[LabelledTurn], model: LearnedTracker, reader: Reader, seen: Seen) -> list[Past]:
    """The pasts as the model itself would have made them; scores of held-out turns are gathered in ``seen``."""
    pasts = [Past()]
    for turn in turns:
        exchange = Exchange.read(turn.system, turn.user, reader, pasts[-1])
        for slot in reader.shop.slots:
            score, value = model.best(exchange, slot.name)
            seen[slot.name].append((score, value in turn.slots.get(slot.name, ()), slot.name in turn.slots))
        for name, score in model.request_scores(exchange, reader.shop, reader.vocabulary).items():
            seen[f"?{name}"].append((score, name in turn.requested, name in turn.requested))
        read = model.read(exchange, reader.shop, reader.vocabulary)
        pasts.append(pasts[-1].then(read.slots, read.requested, read.act))
    return pasts[:-1]


def _best_floor(rows: Sequence[tuple[float, bool, bool]]) -> float:
    """The floor with the best F1 on held-out turns, shrunk halfway towards even where there is little to go by."""
    total = sum(held for _, _, held in rows)
    best, floor = -1.0, 0.0
    for tried in np.linspace(LOWEST_FLOOR, HIGHEST_FLOOR, 26):
        believed = [right for score, right, _ in rows if score > tried]
        figure = 2 * sum(believed) / max(len(believed) + total, 1)
        if figure > best + 1e-4 or (figure > best - 1e-4 and abs(tried) < abs(floor)):
            best, floor = max(best, figure), float(tried)
    return round(floor if total >= 100 else floor / 2, 3)


def _fit(dialogues: Dialogues, before: Pasts, blank: LearnedTracker, reader: Reader, strength: float) -> LearnedTracker:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows: list[npt.NDArray[np.int64]] = []
    labels: list[bool] = []
    for turns, pasts in zip(dialogues, before, strict=True):
        for turn, past in zip(turns, pasts, strict=True):
            exchange = Exchange.read(turn.system, turn.user, reader, past)
            for slot in reader.shop.slots:
                held = turn.slots.get(slot.name, ())
                for value, sources in candidates(exchange, slot.name, blank.frequent.get(slot.name, ())).items():
                    rows.append(hashed(slot_features(exchange, slot.name, value, sources)))
                    labels.append(value in held)
            named = words_asked(exchange.user.utterance, reader.shop, reader.vocabulary)
            for name in blank.requests:
                rows.append(hashed(request_features(exchange, name, named.get(name, ()))))
                labels.append(name in turn.requested)
            for act in blank.acts:
                rows.append(hashed(act_features(exchange, act)))
                labels.append(act == turn.act)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.concatenate(rows)
    matrix = csr_matrix((np.ones(len(columns), dtype=np.float32), columns, indptr), shape=(len(rows), BUCKETS))
    model = LogisticRegression(C=strength, solver="liblinear", fit_intercept=False, random_state=0, max_iter=200)
    model.fit(matrix, np.array(labels))
    weights = model.coef_[0].astype(np.float32)
    weights[np.abs(weights) < 0.002] = 0
    return LearnedTracker(weights, blank.frequent, blank.floors, blank.requests, blank.acts)
