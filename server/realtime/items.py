"""The conversation as a list of items: messages of both sides, calls of tools and what came of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from server.realtime.events import Refusal, shown

MOST_ITEMS = 1_000
"""Kept of one conversation; the oldest make room."""


def new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(10)}"


@dataclass(slots=True, eq=False)
class Item:
    """One item. Only what its kind needs is set."""

    kind: Literal["message", "function_call", "function_call_output"] = "message"
    id: str = field(default_factory=lambda: new_id("item"))
    role: Literal["user", "assistant"] | None = None
    part: Literal["input_text", "input_audio", "output_text", "output_audio"] = "input_text"
    text: str | None = None
    """The words: written, heard or spoken; None where they are not known yet."""
    status: Literal["in_progress", "completed", "incomplete"] = "completed"
    waiting: bool = False
    """A user's message that is not answered yet."""
    call_id: str | None = None
    name: str | None = None
    payload: str = ""
    """The arguments of a call, or its output: JSON."""
    start_sample: int = 0
    """Of a spoken reply: where in the session's stream it begins."""
    samples: int = 0

    def part_shown(self, *, empty: bool = False) -> dict[str, Any]:
        """The one part of a message's content."""
        words = "" if empty else self.text
        return {"type": self.part, "text" if self.part.endswith("text") else "transcript": words}

    def shown(self, *, empty: bool = False) -> dict[str, Any]:
        """The item as the protocol has it. ``empty``: as it is before anything of it is said."""
        head = {"id": self.id, "object": "realtime.item", "type": self.kind, "status": self.status}
        if self.kind == "function_call":
            return head | {"call_id": self.call_id, "name": self.name, "arguments": "" if empty else self.payload}
        if self.kind == "function_call_output":
            return head | {"call_id": self.call_id, "output": self.payload}
        return head | {"role": self.role, "content": [] if empty else [self.part_shown()]}


class Items:
    """The conversation's items, in order."""

    def __init__(self) -> None:
        self.id = new_id("conv")
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Add an item at the end, or after another ("root": first of all). Returns the id before it.

        Raises Refusal where the id is taken, or there is no such item to come after.
        """
        if any(other.id == item.id for other in self._items):
            raise Refusal("item_create_duplicate_item_id", f"There is an item {shown(item.id)} already.", "item.id")
        at = len(self._items)
        if after == "root":
            at = 0
        elif after is not None:
            at = self._items.index(self.find(after, "item_create_invalid_previous_item_id", "previous_item_id")) + 1
        self._items.insert(at, item)
        if len(self._items) > MOST_ITEMS:
            del self._items[0]
        return self.before(item)

    def before(self, item: Item) -> str | None:
        """The id of the item before this one."""
        at = self._items.index(item) if item in self._items else 0
        return self._items[at - 1].id if at else None

    def find(self, item_id: str, code: str, param: str = "item_id") -> Item:
        """Raises Refusal with the code where there is none."""
        for item in self._items:
            if item.id == item_id:
                return item
        raise Refusal(code, f"There is no item {shown(item_id)} in this conversation.", param)

    def remove(self, item: Item) -> None:
        if item in self._items:
            self._items.remove(item)

    @property
    def last(self) -> Item | None:
        return self._items[-1] if self._items else None

    @property
    def waiting(self) -> list[Item]:
        """What the user said and is not answered yet."""
        return [item for item in self._items if item.waiting]
