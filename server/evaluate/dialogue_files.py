"""Labelled dialogues from files: JSON lines, one dialogue a line, in the shapes of shared collections and in our own.

``{"id", "turns": [{"system", "user", ...}]}`` where a turn carries ``state`` (all that is wanted by then, one value a slot),
``turn_slots`` (what this turn is about) or ``labels`` (our own: changes, acts, references, requests, likenesses), and may carry
``requested`` and ``act``.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dialogue.features import DONT_CARE, joined
from dialogue.learned import LabelledTurn
from dialogue.shop import TalkingShop
from dialogue.vocabulary import Vocabulary
from dialogue.words import joined_stem

Shape = Literal["state", "turn_slots", "labels"]


class DialogueFileError(Exception):
    """A file that holds no labelled dialogues; the message names the line."""


@dataclass(frozen=True)
class LabelledDialogues:
    """Dialogues of one shape; ``turns`` for the first two shapes, ``raw`` for all."""

    shape: Shape
    turns: tuple[tuple[LabelledTurn, ...], ...]
    raw: tuple[tuple[Mapping[str, Any], ...], ...]


def read_dialogues(path: Path, shop: TalkingShop, vocabulary: Vocabulary, part: str = "all") -> LabelledDialogues:
    """Read a file; ``part`` "even" or "odd" takes every other dialogue. Raises DialogueFileError naming the line."""
    raw: list[tuple[Mapping[str, Any], ...]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DialogueFileError(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            turns = json.loads(line)["turns"]
            if not all(isinstance(turn["user"], str) for turn in turns):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            raise DialogueFileError(f'{path}, line {number}: expected {{"turns": [{{"system", "user", ...}}]}}.') from None
        raw.append(tuple(turns))
    if part != "all":
        raw = raw[0 if part == "even" else 1 :: 2]
    if not raw:
        raise DialogueFileError(f"{path} holds no dialogue.")
    shape = _shape(raw, path)
    turns = tuple(tuple(_turn(turn, shape, shop, vocabulary) for turn in dialogue) for dialogue in raw)
    return LabelledDialogues(shape, turns, tuple(raw))


def _shape(raw: Sequence[Sequence[Mapping[str, Any]]], path: Path) -> Shape:
    shapes: tuple[Shape, ...] = ("state", "turn_slots", "labels")
    for shape in shapes:
        if all(shape in turn for turns in raw for turn in turns):
            return shape
    raise DialogueFileError(f'{path}: every turn needs one of "state", "turn_slots" or "labels".')


def _turn(turn: Mapping[str, Any], shape: Shape, shop: TalkingShop, vocabulary: Vocabulary) -> LabelledTurn:
    slots: dict[str, tuple[str, ...]] = {}
    if shape != "labels":
        for slot, value in turn[shape].items():
            values = value if isinstance(value, list) else [value]
            slots[slot] = (joined(_canonical(slot, one, shop, vocabulary) for one in values),)
    system, user = html.unescape(turn.get("system", "")), html.unescape(turn["user"])
    return LabelledTurn(system, user, slots, tuple(turn.get("requested", ())), turn.get("act", ""))


def _canonical(slot: str, value: str, shop: TalkingShop, vocabulary: Vocabulary) -> str:
    """A label in the shop's own spelling ("center" is "centre"); several values in one label are joined in a fixed order."""
    if value == DONT_CARE:
        return value
    for entry in vocabulary.meanings(joined_stem(value)):
        if entry.slot == slot:
            return entry.values[0]
    parts = [part.strip() for part in value.split(",")]
    return joined(parts) if len(parts) > 1 else value
