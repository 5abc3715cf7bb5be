"""The beta's names for the events of the general availability, for clients that send ``OpenAI-Beta: realtime=v1``."""

from __future__ import annotations

from typing import Any

BETA_NAMES = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
}
ABSENT_IN_BETA = frozenset({"conversation.item.done"})
_PARTS = {"output_text": "text", "output_audio": "audio"}


def to_beta(event: dict[str, Any]) -> dict[str, Any] | None:
    """The event as the beta has it; None where it has none."""
    if event["type"] in ABSENT_IN_BETA:
        return None
    event = event | {"type": BETA_NAMES.get(event["type"], event["type"])}
    if event["type"] == "response.function_call_arguments.done":
        del event["name"]
    if isinstance(item := event.get("item"), dict):
        event["item"] = _item(item)
    if isinstance(response := event.get("response"), dict):
        kept = {key: value for key, value in response.items() if key != "output_modalities"}
        modalities = ["text"] if response["output_modalities"] == ["text"] else ["text", "audio"]
        event["response"] = kept | {"modalities": modalities, "output": [_item(item) for item in response["output"]]}
    return event


def _item(item: dict[str, Any]) -> dict[str, Any]:
    if "content" not in item:
        return item
    return item | {"content": [part | {"type": _PARTS.get(part["type"], part["type"])} for part in item["content"]]}
