"""The checker against sentences of known truth: lies planted in replies, and truths in many wordings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dialogue.phrasing.checking import Verdict, check
from dialogue.phrasing.facts import Ground, ShopFacts, stems
from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from recommender.types import Item


class CaseRow(BaseModel):
    """A catalogue row as it was when the sentence was written."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    description: str = ""
    price_minor: int | None = None
    stock: int | None = None
    values: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, float] = {}

    def item(self) -> Item:
        return Item(self.id, self.title, self.description, self.price_minor, self.stock, self.values, self.numbers)


class Case(BaseModel):
    """One sentence, what it may be judged by, and whether it lies."""

    model_config = ConfigDict(extra="forbid")

    shop: str
    text: str
    lie: str | None
    items: tuple[CaseRow, ...]
    by: str = ""
    wishes: dict[str, tuple[str, ...]] = {}
    limits_minor: tuple[int, ...] = ()
    fitting: int = 0
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    verdict: Verdict

    @property
    def right(self) -> bool:
        return self.verdict.passes == (self.case.lie is None)


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of one file. Raises ValueError naming the line that is broken."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield Case.model_validate(json.loads(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None


class Judge:
    """Checks cases with the shops they speak of, found by name in the folders given."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self.facts = cache(self._facts)

    def _facts(self, name: str) -> ShopFacts:
        folder = next(folder / name for folder in self._folders if (folder / name / "shop.toml").is_file())
        return ShopFacts(load_shop(folder), load_catalogue(folder, load_schema(folder)).items)

    def judge(self, case: Case) -> Judged:
        """Check one sentence against its own rows."""
        shop = self.facts(case.shop)
        items = tuple(shop.of(row.item()) for row in case.items)
        ground = Ground(
            items=items,
            policies=shop.policies(case.policies),
            wishes=case.wishes,
            limits_minor=case.limits_minor,
            fitting=case.fitting,
            counts=frozenset({len(items)}),
            words=frozenset(stems(shop.shop.shop.name)),
        )
        return Judged(case, check(case.text, ground, shop))


def set_figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Shares right, by kind of lie, and every sentence judged wrongly."""
    lies = [one for one in judged if one.case.lie is not None]
    truths = [one for one in judged if one.case.lie is None]
    missed = [one for one in lies if not one.right]
    refused = [one for one in truths if not one.right]
    kinds = Counter(str(one.case.lie) for one in lies)
    missed_kinds = Counter(str(one.case.lie) for one in missed)
    return {
        "lies": len(lies),
        "lies_caught": round(1 - len(missed) / len(lies), 4) if lies else None,
        "caught_by_kind": {kind: round(1 - missed_kinds[kind] / count, 4) for kind, count in sorted(kinds.items())},
        "truths": len(truths),
        "truths_passed": round(1 - len(refused) / len(truths), 4) if truths else None,
        "missed": [{"lie": one.case.lie, "text": one.case.text} for one in missed],
        "refused": [{"causes": list(one.verdict.causes), "at": [f.text for f in one.verdict.faults], "text": one.case.text} for
        one in refused], }
