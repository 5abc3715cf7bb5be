"""What a Realtime client may say: every event that is understood, of the general availability and of the beta, checked here.

Keys not named are ignored, as stock clients send many that mean nothing to a shop (voice, temperature, instructions; see
docs/realtime.md). What cannot be done is refused by name, never passed over in silence.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, EncodedBytes, EncoderProtocol, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from server.protocol import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MAX_TEXT_CHARS
from server.realtime.sound import PHONE_RATE_HZ, SESSION_RATE_HZ, Format

MOST_TOOLS = 128
MOST_SHOWN_CHARS = 80
"""Of what a client sent, as an error shows it."""


class Refusal(Exception):  # noqa: N818 - it becomes an ``error`` event, and the conversation goes on
    """An event that cannot be taken. ``code`` and ``param`` are for programs, the message for the person."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.param = code, param
        self.event_id: str | None = None


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)
    event_id: str | None = Field(default=None, max_length=512)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class _Base64(EncoderProtocol):
    """Base64 with nothing between; pydantic's own passes over what is none."""

    @classmethod
    def decode(cls, data: bytes) -> bytes:
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise PydanticCustomError("base64", "Audio must be base64") from None

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return base64.b64encode(value)

    @classmethod
    def get_json_format(cls) -> Literal["base64"]:
        return "base64"


Audio = Annotated[bytes, EncodedBytes(encoder=_Base64)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Modalities = Annotated[tuple[Literal["text", "audio"], ...], Field(min_length=1, max_length=2)]


# --- the session ---------------------------------------------------------------------------------------------------


class AudioFormat(_Part):
    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: int = Field(default=SESSION_RATE_HZ, ge=LOWEST_RATE_HZ, le=HIGHEST_RATE_HZ)

    def chosen(self) -> Format:
        return Format(self.type, self.rate if self.type == "audio/pcm" else PHONE_RATE_HZ)


BetaFormat = Literal["pcm16", "g711_ulaw", "g711_alaw"]


class TurnDetection(_Part):
    type: Literal["server_vad", "semantic_vad"] = "server_vad"
    create_response: bool | None = None
    interrupt_response: bool | None = None


class AudioInput(_Part):
    format: AudioFormat | None = None
    turn_detection: TurnDetection | None = None


class AudioOutput(_Part):
    format: AudioFormat | None = None


class SessionAudio(_Part):
    input: AudioInput | None = None
    output: AudioOutput | None = None


class Tool(_Part):
    type: Literal["function"] = "function"
    name: str | None = Field(default=None, max_length=100)
    description: str | None = None
    parameters: dict[str, Any] | None = None


class SessionWanted(_Part):
    """Both shapes in one: the beta's keys are flat."""

    type: Literal["realtime"] = "realtime"
    output_modalities: Modalities | None = None
    audio: SessionAudio | None = None
    tools: Annotated[tuple[Tool, ...], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Any = None
    modalities: Modalities | None = None
    input_audio_format: BetaFormat | None = None
    output_audio_format: BetaFormat | None = None
    turn_detection: TurnDetection | None = None


class SessionUpdate(_Event):
    """Change what is in force; the answer is ``session.updated``."""

    type: Literal["session.update"]
    session: SessionWanted


# --- sound ---------------------------------------------------------------------------------------------------------


class Append(_Event):
    """Sound, base64, in the session's input format."""

    type: Literal["input_audio_buffer.append"]
    audio: Audio


class Commit(_Event):
    """The turn ends here."""

    type: Literal["input_audio_buffer.commit"]


class Clear(_Event):
    """Forget the sound that was not committed."""

    type: Literal["input_audio_buffer.clear"]


# --- items ---------------------------------------------------------------------------------------------------------


class Content(_Part):
    type: Literal["input_text", "input_audio", "text", "audio", "output_text", "output_audio", "input_image"]
    text: str | None = Field(default=None, max_length=MAX_TEXT_CHARS)
    audio: Audio | None = None
    transcript: str | None = None


class ItemWanted(_Part):
    type: Literal["message", "function_call", "function_call_output"] = "message"
    id: Id | None = None
    role: Literal["user", "assistant", "system"] | None = None
    content: tuple[Content, ...] = Field(default=(), max_length=64)
    call_id: Id | None = None
    output: str | None = None


class ItemCreate(_Event):
    """Add a user's message, written or recorded, or the output of a function call."""

    type: Literal["conversation.item.create"]
    item: ItemWanted
    previous_item_id: str | None = Field(default=None, max_length=100)


class ItemRetrieve(_Event):
    """Show an item as the server holds it."""

    type: Literal["conversation.item.retrieve"]
    item_id: Id


class ItemDelete(_Event):
    """Remove an item; one that was not answered yet never will be."""

    type: Literal["conversation.item.delete"]
    item_id: Id


class ItemTruncate(_Event):
    """So far a reply was played, and no further: what comes after it was not heard."""

    type: Literal["conversation.item.truncate"]
    item_id: Id
    content_index: int = Field(default=0, ge=0)
    audio_end_ms: int = Field(ge=0, le=86_400_000)


# --- responses -----------------------------------------------------------------------------------------------------


class ResponseWanted(_Part):
    output_modalities: Modalities | None = None
    modalities: Modalities | None = None
    conversation: str | None = None
    input: tuple[Any, ...] | None = None
    metadata: dict[str, str] | None = Field(default=None, max_length=16)


class ResponseCreate(_Event):
    """Answer what was added and is not answered yet; first of all, a greeting."""

    type: Literal["response.create"]
    response: ResponseWanted = ResponseWanted()


class ResponseCancel(_Event):
    """Stop the response now."""

    type: Literal["response.cancel"]
    response_id: Id | None = None


ClientEvent = (
    SessionUpdate | Append | Commit | Clear | ItemCreate | ItemRetrieve | ItemDelete | ItemTruncate
    | ResponseCreate | ResponseCancel
)
EVENTS: TypeAdapter[ClientEvent] = TypeAdapter(Annotated[ClientEvent, Field(discriminator="type")])
SUPPORTED = tuple(
    model.model_fields["type"].annotation.__args__[0] for model in ClientEvent.__args__
)
"""The names of the events a client may send."""


def parse(text: str) -> ClientEvent:
    """Read one message. Raises Refusal."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("invalid_json", "Events must be JSON objects with a \"type\".") from None
    if not isinstance(value, dict):
        raise Refusal("invalid_json", "Events must be JSON objects with a \"type\".")
    kind = value.get("type")
    try:
        if not isinstance(kind, str):
            raise Refusal("invalid_json", "Events must be JSON objects with a \"type\".", "type")
        if kind not in SUPPORTED:
            known = ", ".join(SUPPORTED)
            raise Refusal("unsupported_event", f"The event \"{shown(kind)}\" is not supported here; these are: {known}.", "type")
        return EVENTS.validate_python(value)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        param = ".".join(str(part) for part in first["loc"][1:])
        code = "missing_required_parameter" if first["type"] == "missing" else "invalid_value"
        refusal = Refusal(code, f"{param or kind}: {first['msg']}.", param or None)
        refusal.event_id = _event_id(value)
        raise refusal from None
    except Refusal as refusal:
        refusal.event_id = _event_id(value)
        raise


def shown(text: str) -> str:
    """A client's own word, short enough for a message."""
    return text if len(text) <= MOST_SHOWN_CHARS else text[:MOST_SHOWN_CHARS] + "…"


def _event_id(value: dict[str, Any]) -> str | None:
    event_id = value.get("event_id")
    return event_id if isinstance(event_id, str) and len(event_id) <= 512 else None
