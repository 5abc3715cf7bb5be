"""``/v1/twilio``: media streams of a phone bridge, 8 kHz mu-law both ways (Twilio's "Media Streams" messages, bidirectional).

Marks are the playback reports: one follows every stretch of the reply and comes back when it was played. After a ``clear`` the
bridge gives back the marks of what it threw away; those say nothing of what was heard.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from server.engines import Engines
from server.line import Line
from server.protocol import Clear, Playback, ServerMessage, Start
from server.session import Session
from voice import g711

TWILIO_PATH = "/v1/twilio"
PHONE_RATE_HZ = 8_000
LEAD_MS = 600
"""The bridge lies behind a network; this much of a reply is under way or waiting there."""
MARK_MS = 200
"""Sound between two marks."""
START_WITHIN_S = 10.0


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class MediaFormat(_Part):
    encoding: Literal["audio/x-mulaw"] = "audio/x-mulaw"
    sampleRate: Literal[8000] = 8000  # noqa: N815 - the bridge's name
    channels: Literal[1] = 1


class CallStart(_Part):
    streamSid: str = Field(max_length=100)  # noqa: N815
    mediaFormat: MediaFormat = MediaFormat()  # noqa: N815
    customParameters: dict[str, str] = Field(default_factory=dict, max_length=50)  # noqa: N815
    """``token``: where the server wants one. ``greet``: "false" has the caller speak first. ``shopper``: who calls."""


class Media(_Part):
    payload: str
    """Base64 mu-law."""
    track: Literal["inbound", "outbound"] = "inbound"


class Mark(_Part):
    name: str = Field(max_length=100)


class Connected(_Part):
    """Once, before anything else."""

    event: Literal["connected"]


class Started(_Part):
    """The call begins."""

    event: Literal["start"]
    start: CallStart


class MediaCame(_Part):
    """The caller's sound."""

    event: Literal["media"]
    media: Media


class MarkReached(_Part):
    """The sound before the mark was played, or thrown away by a clear."""

    event: Literal["mark"]
    mark: Mark


class Pressed(_Part):
    """A key was pressed; it means nothing here."""

    event: Literal["dtmf"]


class Stopped(_Part):
    """The call is over."""

    event: Literal["stop"]


BridgeMessage = Connected | Started | MediaCame | MarkReached | Pressed | Stopped
BRIDGE: TypeAdapter[BridgeMessage] = TypeAdapter(Annotated[BridgeMessage, Field(discriminator="event")])


class BridgeError(Exception):
    """A message that is none; one sentence."""


def parse(data: str | bytes) -> BridgeMessage | None:
    """Read one message of the bridge; None of an event not known here. Raises BridgeError."""
    try:
        value: Any = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("event"), str):
        raise BridgeError("a text message must be a JSON object with an \"event\"")
    try:
        return BRIDGE.validate_python(value)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        if first["type"] == "union_tag_invalid":
            return None
        raise BridgeError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


class TwilioLine(Line):
    """One call."""

    resumable = False
    late_token = True

    _stream = ""
    _sent_samples = 0
    _marked_samples = 0
    _clears = 0

    async def start(self, engines: Engines) -> tuple[Start | None, str | bytes | None]:
        """Wait for the bridge's ``start``. The shop speaks first, as one does who picks up a telephone."""
        until_s = time.monotonic() + START_WITHIN_S
        while True:
            try:
                message = parse(await asyncio.wait_for(self._connection.recv(), max(0.0, until_s - time.monotonic())))
            except (TimeoutError, BridgeError) as wrong:
                self.close("bad_message", wrong if isinstance(wrong, BridgeError) else "a call begins with the event start")
                return None, None
            if isinstance(message, Started):
                break
        self._stream = message.start.streamSid
        said = message.start.customParameters
        self.token = said.get("token", "")
        return Start(
            sample_rate=PHONE_RATE_HZ, output_sample_rate=PHONE_RATE_HZ, lead_ms=LEAD_MS, greet=said.get("greet") != "false",
            shopper=said.get("shopper", "")[:100] or None,
        ), None

    def written(self, message: ServerMessage | bytes) -> Iterator[tuple[str | bytes, bool]]:
        """Sound and ``clear``; the bridge has no words for anything else."""
        if isinstance(message, bytes):
            sound = g711.encode(np.frombuffer(message, dtype="<i2"))
            yield self._event("media", media={"payload": base64.b64encode(sound).decode("ascii")}), True
            self._sent_samples += len(sound)
            if self._sent_samples - self._marked_samples >= MARK_MS * PHONE_RATE_HZ // 1000:
                yield self._mark(), True
        elif isinstance(message, Clear):
            self._clears += 1
            self._marked_samples = self._sent_samples
            yield self._event("clear"), False
        elif message.type == "turn" and self._sent_samples > self._marked_samples:   # the end of a reply
            yield self._mark(), True

    def _mark(self) -> str:
        self._marked_samples = self._sent_samples
        return self._event("mark", mark={"name": f"{self._clears}:{self._sent_samples}"})

    def _event(self, event: str, **more: Any) -> str:
        return json.dumps({"event": event, "streamSid": self._stream} | more)

    async def read(self, session: Session, data: str | bytes) -> None:
        try:
            match parse(data):
                case MediaCame(media=media) if media.track == "inbound":
                    self.hear(session, g711.decode(_sound(media.payload)).astype("<i2").tobytes())
                case MarkReached(mark=mark) if (position := self._reached(mark.name)) is not None:
                    await session.message(Playback(played_samples=position))
                case Stopped():
                    session.finished.set()
        except BridgeError as wrong:
            self.close("bad_message", wrong)

    def _reached(self, name: str) -> int | None:
        """The position a mark of ours stands for; None of one that was thrown away with its sound."""
        clears, _, samples = name.partition(":")
        if clears != str(self._clears) or not (samples.isascii() and samples.isdigit() and len(samples) < 16):
            return None
        return int(samples)


def _sound(payload: str) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise BridgeError("media.payload: audio must be base64") from None
