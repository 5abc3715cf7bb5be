"""Writing a shop folder: all of it, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from recommender.importing.attributes import template
from recommender.importing.columns import SlotColumn
from recommender.shop import ShopError

GENERIC_WILLING = 0.3


def refuse_to_lose(to: Path, *, replace: bool) -> None:
    """Raises ShopError where writing to ``to`` would lose something that the owner did not offer."""
    if not to.exists():
        return
    if not to.is_dir():
        raise ShopError(f"{to} is a file; --to takes a folder.")
    if any(to.iterdir()) and not (to / "shop.toml").exists():
        raise ShopError(f"{to} holds other files and no shop; give --to a new folder.")
    if (to / "shop.toml").exists() and not replace:
        raise ShopError(f"{to} already holds a shop; --replace puts the new one in its place and keeps the old one beside it.")


def previous(to: Path) -> Path:
    """Where the shop that ``to`` held before is kept."""
    return to.absolute().with_name(f"{to.absolute().name}.previous")


def write_folder(to: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside ``to`` and put it in its place at once; where filling fails, what stood there stays.

    The shop that stood there before is kept as ``previous(to)``.
    """
    to = to.absolute()
    to.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
    try:
        fill(fresh)
        fresh.chmod(0o755)
        if to.exists():
            old = previous(to)
            shutil.rmtree(old, ignore_errors=True)
            os.replace(to, old)
            try:
                os.replace(fresh, to)
            except OSError:
                os.replace(old, to)
                raise
        else:
            os.replace(fresh, to)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def shop_toml(
    shop: Mapping[str, Any], fields: Mapping[str, str], slots: Sequence[SlotColumn], values: Mapping[str, Mapping[str, int]],
    interactions: Mapping[str, Any] | None, *, catalogue_file: str,
) -> str:
    """The text of a shop.toml that the owner can read and go on writing."""
    lines = ["# Written by `shoptalk shop import`. It is yours: mend its questions, add synonyms and policies.", ""]
    lines += _table("[shop]", shop)
    lines += _table("[catalogue]", {"file": catalogue_file, **fields})
    if interactions:
        lines += _table("[interactions]", interactions)
    for slot in slots:
        lines += _slot(slot, values.get(slot.slot, {}))
    if "price" in fields:
        lines += _table("[[slots]]", {
            "name": "budget", "kind": "amount", "column": fields["price"], "unit": "money", "limit": True, "spoken": "budget",
            "ask": "About how much would you like to spend?", "willing": 0.7,
        })
    lines += [
        "# Relative wishes beyond cheaper and dearer, which shoptalk knows by itself:",
        "# [[critiques]]", '# words = ["bigger", "larger"]', '# slot = "size"', '# direction = "more"',
        '# scale = ["small", "medium", "large"]', "",
        "# Lines your shop stands behind; spoken only as written. A question that none answers is not guessed at.",
        "# [[policies]]", '# name = "returns"', '# words = ["return", "refund", "send it back"]',
        '# text = "You can return anything within thirty days."', "",
    ]
    lines += _table("[voice]", {
        "greeting": f"Hello, this is {shop['name']}. What are you looking for?", "tone": "warm, brief, plain", "forbidden": [],
    })
    lines += _table("[business]", {"margin": 0.0, "launches": 0.0, "clearance": 0.0})
    return "\n".join(lines)


def _slot(slot: SlotColumn, values: Mapping[str, int]) -> list[str]:
    known = template(slot.slot)
    spoken = known.get("spoken", slot.slot.replace("_", " "))
    keys: dict[str, Any] = {"name": slot.slot, "kind": slot.kind, "column": slot.slot}
    if slot.kind == "choice":
        topic = known.get("topic", False)
        keys |= {"topic": topic, "limit": known.get("limit", True), "lapses": known.get("lapses", not topic)}
    else:
        keys |= {"limit": True, "lapses": True}
    keys["spoken"] = spoken
    if known.get("words"):
        keys["words"] = known["words"]
    if known.get("phrase"):
        keys["phrase"] = known["phrase"]
    phrases = {value: phrase for value, phrase in known.get("phrases", {}).items() if value in values}
    if phrases:
        keys["phrases"] = phrases
    if slot.kind == "choice" and (known.get("ask") or (not known and 2 <= len(values) <= 40)):
        keys["ask"] = known.get("ask", f"Any {spoken} in mind?")
    keys["willing"] = known.get("willing", GENERIC_WILLING)
    lines = _table("[[slots]]", keys)
    by_plain = {value.casefold(): value for value in values}
    say = {by_plain[value.casefold()]: others for value, others in known.get("say", {}).items() if value.casefold() in by_plain}
    if say:
        lines = [*lines[:-1], *_table("[slots.synonyms]", say)]
    return lines


def _table(header: str, keys: Mapping[str, Any]) -> list[str]:
    return [header, *(f"{_key(key)} = {_value(value)}" for key, value in keys.items()), ""]


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)
