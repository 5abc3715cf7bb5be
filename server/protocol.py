"""Every message of ``/v1/voice``: what a client may say, what the server says, and the code of every error.

Binary websocket messages are mono PCM16 little-endian, in both directions. Text messages are JSON objects with a ``type``.
Types the server does not know are ignored, so that clients may be newer than it. Keys are snake_case; times are in ms or in
samples, and named so.

**Positions.** Samples the server sends are counted from the start of the conversation. ``playback.played_samples``,
``clear.sent_samples`` and the samples of ``reply.spans`` are positions in that one stream. On ``clear`` a client drops what it
has not played, reports how far it had come, and counts on from ``sent_samples``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

DEFAULT_SAMPLE_RATE_HZ = 16_000
"""What a client sends, and gets, when it says nothing else."""
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 48_000
MAX_TEXT_CHARS = 1_000
MAX_FRAME_BYTES = 1 << 20
"""Longest message taken, 32 s of audio at 16 kHz; a longer one closes the connection with 1009."""

CLOSE_NORMAL = 1000
CLOSE_GOING_AWAY = 1001
CLOSE_POLICY = 1008
CLOSE_FAILED = 1011
CLOSE_TRY_LATER = 1013


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


# --- the client says -----------------------------------------------------------------------------------------------


class Start(_Message):
    """Optional, and first. Everything has a default."""

    type: Literal["start"] = "start"
    sample_rate: int = Field(default=DEFAULT_SAMPLE_RATE_HZ, ge=LOWEST_RATE_HZ, le=HIGHEST_RATE_HZ)
    output_sample_rate: int | None = Field(default=None, ge=LOWEST_RATE_HZ, le=HIGHEST_RATE_HZ)
    """None: the same as ``sample_rate``."""
    shop: str | None = Field(default=None, max_length=100)
    shopper: str | None = Field(default=None, max_length=100)
    resume: str | None = Field(default=None, max_length=100)
    """The ``resume`` of an earlier ``ready``, to go on after a lost connection."""
    played_samples: int | None = Field(default=None, ge=0)
    """With ``resume``: how far the client had played."""
    output: Literal["audio", "text"] = "audio"
    """"text": replies are written only."""
    greet: bool = False
    """Have the shop speak first."""
    hands_free: bool = True
    """False: push to talk; a turn ends with ``commit`` only."""
    remember: bool | None = None
    """True: the shopper agrees to be remembered until the next visit; False: nothing is recalled or kept in this one."""
    may_keep: bool = False
    """The shopper agrees that words and sound of this conversation are kept, where the server is set to keep any."""
    partials: bool = False
    """Send transcripts also while the words are being spoken, not only at pauses."""
    lead_ms: int = Field(default=300, ge=100, le=60_000)
    """How far ahead of its being played a reply may be sent."""


class Text(_Message):
    """A typed turn; it is answered exactly as a spoken one."""

    type: Literal["text"] = "text"
    text: str = Field(max_length=MAX_TEXT_CHARS)


class Playback(_Message):
    """How far the reply has really been played. Without these the server estimates by the clock."""

    type: Literal["playback"] = "playback"
    played_samples: int = Field(ge=0)


class Interrupt(_Message):
    """Stop the reply now."""

    type: Literal["interrupt"] = "interrupt"


class Commit(_Message):
    """The shopper has finished: answer what was said up to here without waiting for silence (the end of push to talk)."""

    type: Literal["commit"] = "commit"


class Forget(_Message):
    """Take back everything believed of one slot (a chip was removed); it is answered as a turn of its own."""

    type: Literal["forget"] = "forget"
    slot: str = Field(max_length=100)


class Mode(_Message):
    """Go on in another way; what is left out stays as it was."""

    type: Literal["mode"] = "mode"
    hands_free: bool | None = None
    output: Literal["audio", "text"] | None = None


class Stop(_Message):
    """End the conversation: what was said is answered, then the server closes with 1000."""

    type: Literal["stop"] = "stop"


ClientMessage = Annotated[Start | Text | Playback | Interrupt | Commit | Forget | Mode | Stop, Field(discriminator="type")]
_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
CLIENT_TYPES = frozenset({"start", "text", "playback", "interrupt", "commit", "forget", "mode", "stop"})


# --- the server says -----------------------------------------------------------------------------------------------


class Ready(_Message):
    """Once, before anything else."""

    type: Literal["ready"] = "ready"
    session: str
    sample_rate: int
    output_sample_rate: int
    shop: str
    shop_name: str = ""
    resume: str = ""
    """Give it back in ``start`` to go on after a lost connection."""
    resumed: bool = False
    sent_samples: int = 0
    """Where the stream of samples goes on from (0 of a new conversation)."""


class SpeechStarted(_Message):
    """Somebody began to speak; a reply that is playing falls silent with the ``clear`` that follows."""

    type: Literal["speech_started"] = "speech_started"
    at_sample: int = 0
    """In the samples the client sent, at the client's own rate."""


class SpeechStopped(_Message):
    """The speech is over, and what was said will be answered, or it was no speech."""

    type: Literal["speech_stopped"] = "speech_stopped"
    at_sample: int = 0
    """The last sample of speech, not the moment at which that became certain."""


class TranscriptSaid(_Message):
    """What was said. The shopper's may come first as ``final: false`` and grow; the agent's comes as it was really heard."""

    type: Literal["transcript"] = "transcript"
    role: Literal["user", "agent"]
    text: str
    final: bool = True
    turn: int = 0
    """A later transcript of the same role and turn replaces this one."""


class SlotShown(_Message):
    """One thing the shop believes the shopper wants."""

    slot: str
    spoken: str
    """The slot's name for people."""
    text: str
    """The wish for people: "navy", "under $150", "not wool"."""
    kind: str = "want"
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


class UnderstandingSaid(_Message):
    """The turn as it was read, and everything believed after it."""

    type: Literal["understanding"] = "understanding"
    turn: int
    text: str
    acts: tuple[str, ...]
    slots: tuple[SlotShown, ...]


class ItemShown(_Message):
    """An item of the catalogue, as the shop wrote it."""

    id: str
    title: str
    description: str = ""
    price: str | None = None
    """For people: "$120"; None where the shop gives no price."""
    price_minor: int | None = None
    in_stock: bool | None = None
    """None where the shop does not say."""
    values: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    reasons: tuple[str, ...] = ()


class ItemsSaid(_Message):
    """What is on the table now, best first."""

    type: Literal["items"] = "items"
    turn: int
    items: tuple[ItemShown, ...]
    fitting: int = 0
    """How many items of the shop fit the wishes."""


class Span(_Message):
    """``text[start_char:end_char]`` is spoken by these samples of the stream; ``item`` where it names one."""

    start_char: int
    end_char: int
    start_sample: int
    end_sample: int
    item: str | None = None


class ReplySaid(_Message):
    """One sentence of the reply, or the first words of one, sent just before its audio."""

    type: Literal["reply"] = "reply"
    turn: int
    index: int
    """0 for the first sentence of the turn."""
    text: str
    items: tuple[str, ...] = ()
    """Ids of the items it speaks of."""
    spans: tuple[Span, ...] = ()
    source: str = "template"


class Clear(_Message):
    """Drop the audio not yet played; the shopper is speaking. The stream goes on from ``sent_samples``."""

    type: Literal["clear"] = "clear"
    sent_samples: int


class Stage(_Message):
    """One stage of a turn. ``start_ms`` counts from the true end of the shopper's speech (below 0: done ahead of it)."""

    stage: Literal["endpoint", "hear", "think", "phrase_first", "speak_first", "lead_silence"]
    start_ms: float
    took_ms: float


class TurnSaid(_Message):
    """The end of a turn: all of its reply is sent, or it was cut."""

    type: Literal["turn"] = "turn"
    turn: int
    spoken: bool
    """False for a typed turn; then times count from the message's arrival."""
    onset_ms: float | None = None
    """From the true end of speech to the first audible sample leaving the server; None where nothing was spoken."""
    stages: tuple[Stage, ...] = ()
    interrupted: bool = False
    sent_samples: int = 0
    """Where in the stream the reply ends."""
    speculated: bool = False
    """Whether the work was begun before the turn was sure to have ended."""
    fallback: str | None = None
    plan: str = ""


ErrorCode = Literal[
    "bad_json", "bad_message", "bad_audio", "bad_rate", "start_late", "unknown_shop", "unknown_shopper", "nothing_heard",
    "too_fast", "too_many", "used_up", "busy", "crowded", "too_many_here", "opening", "idle", "too_long", "ended",
    "resume_failed", "engine_failed", "engine_slow", "not_allowed", "closing", "internal",
]

SENTENCES: dict[ErrorCode, str] = {
    "bad_json": "Text messages must be JSON objects with a \"type\"; audio goes in binary messages.",
    "bad_message": "This message does not fit its type: {detail}.",
    "bad_audio": "Audio must be PCM16, two bytes a sample, so a message of {detail} bytes cannot be played; it was dropped.",
    "bad_rate": "Sample rates from 8000 to 48000 can be used: {detail}.",
    "start_late": "\"start\" must come before anything else; open a new connection to change it.",
    "unknown_shop": "There is no shop {detail} here; leave \"shop\" out to talk to the one that is open.",
    "unknown_shopper": "No shopper {detail} is known here; the conversation goes on as with somebody new.",
    "nothing_heard": "No words were heard; speak a little closer to the microphone, or type.",
    "too_fast": "Audio came much faster than it can have been spoken; send it at the pace of speech.",
    "too_many": "Too many messages a second; a client needs at most some tens.",
    "used_up": "The sound allowed to this address or token for this hour is used up; come back later, or type.",
    "busy": "All {detail} conversations are taken; try again in a minute.",
    "crowded": "The shop cannot answer quickly enough for one more just now; try again in a minute.",
    "too_many_here": "This address or token already holds {detail} conversations, the most it may; end one first.",
    "opening": "The shop is still being opened; try again in some seconds.",
    "idle": "Nobody spoke for {detail} minutes, so the conversation was closed; open a new one to go on.",
    "too_long": "A conversation lasts {detail} minutes at most; open a new one to go on.",
    "ended": "The shop has ended this conversation; open a new one to go on.",
    "resume_failed": "That conversation is over and cannot be taken up again; a new one has begun.",
    "engine_failed": "Something went wrong while {detail}; please say that again.",
    "engine_slow": "{detail} took too long and was given up; please say that again.",
    "not_allowed": "A token is wanted here: \"Authorization: Bearer ...\", or the subprotocol shoptalk.bearer.<token>.",
    "closing": "The server is closing; open the conversation again in a minute.",
    "internal": "Something went wrong here; the conversation goes on, please say that again.",
}
"""One sentence for the person, by code. ``{detail}`` is filled with a number or name, never with what was said."""


class ErrorSaid(_Message):
    """Something cannot be done, or has failed; ``message`` is one sentence for the person. The codes are listed below."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str


ServerMessage = Annotated[
    Ready | SpeechStarted | SpeechStopped | TranscriptSaid | UnderstandingSaid | ItemsSaid | ReplySaid | Clear | TurnSaid
    | ErrorSaid,
    Field(discriminator="type"),
]
_SERVER: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)


def error(code: ErrorCode, detail: object = "") -> ErrorSaid:
    """The message for an error code."""
    return ErrorSaid(code=code, message=SENTENCES[code].format(detail=detail))


class ProtocolError(Exception):
    """A client message that cannot be taken; carries the answer."""

    def __init__(self, answer: ErrorSaid) -> None:
        super().__init__(answer.message)
        self.answer = answer


def parse_client(text: str | bytes) -> ClientMessage | None:
    """Read one text message; None of a type not known here (to be ignored). Raises ProtocolError with the coded answer."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError(error("bad_json")) from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ProtocolError(error("bad_json"))
    if value["type"] not in CLIENT_TYPES:
        return None
    try:
        return _CLIENT.validate_python(value, strict=True)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"][1:])
        code: ErrorCode = "bad_rate" if key.endswith("sample_rate") else "bad_message"
        raise ProtocolError(error(code, f"{key}: {first['msg']}" if key else first["msg"])) from None


def parse_server(text: str | bytes) -> ServerMessage:
    """Read one server message (for clients). Raises pydantic.ValidationError."""
    return _SERVER.validate_json(text)


def to_json(message: BaseModel) -> str:
    return message.model_dump_json()


def schemas() -> dict[str, Any]:
    """JSON Schema of both directions, for the published protocol page."""
    return {"client": _CLIENT.json_schema(), "server": _SERVER.json_schema()}
