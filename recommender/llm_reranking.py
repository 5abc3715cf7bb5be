"""Optional: the best few items put in order by a language model behind an OpenAI-compatible server. Off unless a shop names one.

It can only reorder what it is given, so limits hold whatever it answers; an answer that is late, absent or unreadable leaves the
recommender's own order. Answers are kept, so the same words about the same items cost one call. On two cores even a model of 135
million weights takes seconds a list; ``shoptalk evaluate recommending-cold --rerank-url`` says what a model's order is worth.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import threading
import urllib.parse
from collections import OrderedDict
from collections.abc import Sequence

from recommender.shop import Rerank
from recommender.types import Item

KEY_VARIABLE = "SHOPTALK_RERANK_KEY"
KEPT_ANSWERS = 2048
DESCRIPTION_CHARS = 160
ANSWER_TOKENS = 60
PROMPT = (
    "A shopper says: {words}\n\nItems:\n{items}\n\n"
    "Order the items from the one that fits best to the one that fits least. Answer with their numbers only, separated by commas."
)

log = logging.getLogger(__name__)


class LlmReranker:
    """Orders items by a chat model. Safe to ask from several threads."""

    def __init__(self, settings: Rerank) -> None:
        parts = urllib.parse.urlsplit(settings.url.rstrip("/"))
        self._settings, self._parts = settings, parts
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[int, ...]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        return self._settings.model

    @property
    def items(self) -> int:
        """How many of the best are put in order."""
        return self._settings.items

    def order(self, words: str, items: Sequence[Item]) -> tuple[int, ...]:
        """Places of the items, best first; each once. Their own order where the model does not answer in time."""
        own = tuple(range(len(items)))
        if not words.strip() or len(items) < 2:
            return own
        key = (words, tuple(item.id for item in items))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        try:
            said = self._ask(words, items)
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
            log.warning("the reranker at %s did not answer: %s", self._parts.netloc, error)
            return own
        named = [number - 1 for number in map(int, re.findall(r"\d{1,4}", said)) if 1 <= number <= len(items)]
        order = tuple(dict.fromkeys([*named, *own]))
        with self._lock:
            self._kept[key] = order
            while len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)
        return order

    def _ask(self, words: str, items: Sequence[Item]) -> str:
        listed = "\n".join(_line(number, item) for number, item in enumerate(items, start=1))
        request = {
            "model": self._settings.model, "temperature": 0, "seed": 0, "max_tokens": ANSWER_TOKENS,
            "messages": [{"role": "user", "content": PROMPT.format(words=words, items=listed)}],
        }
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._settings.timeout_ms / 1000)
        try:
            connection.request("POST", f"{self._parts.path}/chat/completions", json.dumps(request), headers)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise ValueError(f"it answered with status {answer.status}")
            return str(json.loads(answer.read())["choices"][0]["message"]["content"])
        finally:
            connection.close()


def _line(number: int, item: Item) -> str:
    values = "; ".join(f"{slot}: {', '.join(held)}" for slot, held in item.values.items())
    return f"{number}. {item.title}. {values}. {item.description[:DESCRIPTION_CHARS]}"
