"""Writes the strangers' sets: each sentence of ``strangers/*.txt`` beside the rows that it speaks of, as they are in the shops.

    python benchmarks/speaking/make_strangers.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from recommender.types import Item

HERE = Path(__file__).parent
STRANGERS = HERE / "strangers"
SHOPS = (STRANGERS / "shops", HERE.parents[1] / "shops")
ROUNDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SENTENCE = re.compile(r"^(?P<rows>[a-z ]+?)(?: (?P<lie>[a-z]+_[a-z_]+|implied|other))?: (?P<text>.+?)(?: (?P<more>\{.*\}))?$")
"""``rows: text`` is true and ``rows kind: text`` a lie, with what else it stands on in braces."""


@cache
def _items(shop: str) -> dict[str, Item]:
    folder = next(folder / shop for folder in SHOPS if (folder / shop / "shop.toml").is_file())
    return {item.id: item for item in load_catalogue(folder, load_schema(folder)).items}


def cases(text: str) -> Iterator[dict[str, Any]]:
    """Every sentence as the sets hold it. Raises ValueError for a line that is neither a row's name nor a sentence."""
    rows: dict[str, tuple[str, Item]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("= "):
            shop, name, item = line[2:].split()
            rows[name] = (shop, _items(shop)[item])
            continue
        found = SENTENCE.match(line)
        if found is None:
            raise ValueError(f"not a sentence: {line}")
        names = found["rows"].split()
        more = json.loads(found["more"]) if found["more"] else {}
        yield {
            "shop": rows[names[0]][0], "text": found["text"], "lie": found["lie"],
            "items": [_row(rows[name][1]) for name in names],
            "by": "stranger", **more,
        }  # fmt: skip


def _row(item: Item) -> dict[str, Any]:
    return {
        "id": item.id, "title": item.title, "description": item.description, "price_minor": item.price_minor,
        "stock": item.stock, "values": item.values, "numbers": item.numbers,
    }  # fmt: skip


def main() -> None:
    for name in ROUNDS:
        made = list(cases((STRANGERS / f"{name}.txt").read_text(encoding="utf-8")))
        (STRANGERS / name).mkdir(exist_ok=True)
        for file, lies in (("truths.jsonl", False), ("lies.jsonl", True)):
            chosen = [json.dumps(case, ensure_ascii=False) + "\n" for case in made if (case["lie"] is not None) == lies]
            (STRANGERS / name / file).write_text("".join(chosen), encoding="utf-8")
            print(name, file, len(chosen))


if __name__ == "__main__":
    main()
