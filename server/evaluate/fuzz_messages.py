"""Messages that nobody should send: made from an endpoint's own JSON Schema, then bent at every level down to the bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

STRANGE: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 10**30, -(10**30), 1.5, -0.0, 1e308, "", " ", "x" * 2_000, "\x00", "\ud83d", "١٢", "💧" * 50,
    "../../etc", "<script>", "'; drop table", "%s%n", [],
    {}, [[[[[]]]]], {"type": "text"}, [None] * 50, "2026-02-31", "NaN", "AAAA", "====",
)
DEEPEST = 6
SAID = ("a red one", "cheaper", "the second one", "yes", "no", "forget me", "start over", "under fifty", "what else?", "mhm")
BINARY_BYTES = (0, 1, 2, 3, 320, 640, 641, 4_096, 65_535)


class Inventor:
    """Invents messages for one endpoint."""

    def __init__(self, schema: Mapping[str, Any], seed: int) -> None:
        """``schema``: JSON Schema of what the endpoint takes."""
        self._schema, self._rng = schema, random.Random(seed)
        self._definitions: Mapping[str, Any] = schema.get("$defs", {})

    def message(self) -> str | bytes:
        """One message: as it should be, a little wrong, badly wrong, or noise."""
        chance = self._rng.random()
        if chance < 0.06:
            return self._rng.randbytes(self._rng.choice(BINARY_BYTES))
        if chance < 0.10:
            return self._rng.randbytes(self._rng.randrange(300)).decode("latin-1")
        value = self._value(self._schema, 0)
        while isinstance(value, dict) and "stop" in (value.get("type"), value.get("event")) and self._rng.random() < 0.9:
            value = self._value(self._schema, 0)   # a conversation that ends at once learns nothing
        if chance < 0.65:
            for _ in range(self._rng.randrange(1, 4)):
                value = self._bent(value)
        text = json.dumps(value, ensure_ascii=self._rng.random() < 0.5)
        return self._broken(text) if chance > 0.88 else text.encode("utf-8", "replace").decode()

    def sound(self, ms: int = 200, rate_hz: int = 16_000) -> bytes:
        """Something between silence, a voice and noise, as PCM16."""
        loud = self._rng.choice((0, 300, 8_000, 32_767))
        return b"".join(
            self._rng.randint(-loud, loud).to_bytes(2, "little", signed=True) for _ in range(rate_hz * ms // 1000)
        )

    def _value(self, schema: Mapping[str, Any], depth: int) -> Any:
        """A value that fits the schema, or nearly."""
        rng = self._rng
        if "$ref" in schema:
            return self._value(self._definitions[schema["$ref"].rsplit("/", 1)[-1]], depth)
        for one_of in ("oneOf", "anyOf"):
            if one_of in schema:
                return self._value(rng.choice(schema[one_of]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                wanted = set(schema.get("required", ()))
                return {
                    name: self._value(one, depth + 1) for name, one in schema.get("properties", {}).items()
                    if name in wanted or name in ("type", "event") or (depth < DEEPEST and rng.random() < 0.6)
                }
            case "array":
                items = schema.get("items", {})
                count = max(schema.get("minItems", 0), rng.randrange(3) if depth < DEEPEST else 0)
                return [self._value(items, depth + 1) for _ in range(count)]
            case "integer":
                return rng.randint(int(schema.get("minimum", -5)), int(schema.get("maximum", 100_000)))
            case "number":
                return rng.uniform(schema.get("minimum", -5.0), schema.get("maximum", 1e6))
            case "boolean":
                return rng.random() < 0.5
            case "null":
                return None
            case "string":
                return rng.choice((*SAID, "", rng.randbytes(8).hex(), "A" * rng.randrange(0, 400, 4)))
        return rng.choice(STRANGE)

    def _bent(self, value: Any) -> Any:
        """The value with something in it changed, dropped, added or moved."""
        rng = self._rng
        if isinstance(value, dict) and value:
            key = rng.choice(list(value))
            match rng.randrange(5):
                case 0:
                    return {name: one for name, one in value.items() if name != key}
                case 1:
                    return {**value, key: rng.choice(STRANGE)}
                case 2:
                    return {**value, rng.choice(("type", "event", "extra", "shop", "id", "")): rng.choice(STRANGE)}
                case _:
                    return {**value, key: self._bent(value[key])}
        if isinstance(value, list) and value:
            at = rng.randrange(len(value))
            return [*value[:at], self._bent(value[at]), *value[at + 1 :]]
        return rng.choice(STRANGE)

    def _broken(self, text: str) -> str:
        """The text with a few characters cut out or put in."""
        rng, at = self._rng, self._rng.randrange(len(text) + 1)
        put = rng.choice(("", "}", "{", "]", "\"", "\\u12", "\\", ",", "💧", "NaN", "1e999", "[" * 500, "\n", "\x00"))
        return (text[:at] + put + text[at + rng.randrange(6) :]).encode("utf-8", "replace").decode()
