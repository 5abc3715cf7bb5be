"""One Realtime connection: the client's events become what a session understands, what the session says becomes events."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from websockets.asyncio.server import ServerConnection

from server import protocol
from server.engines import Engines
from server.guests import Guest
from server.lanes import Dropped
from server.line import NOBODY, Line
from server.protocol import ServerMessage, Start
from server.realtime import events
from server.realtime.config import Config, chosen_modality
from server.realtime.dialect import to_beta
from server.realtime.events import ClientEvent, Refusal
from server.realtime.items import Item, Items, new_id
from server.realtime.saying import Event, Saying, error_event
from server.realtime.sound import SESSION_RATE_HZ, FromClient, ToClient
from server.session import Session
from server.settings import Settings
from voice.resampling import as_float, resample_float
from voice.sound import SAMPLE_RATE_HZ
from voice.wording import words_of

log = logging.getLogger(__name__)

REALTIME_PATH = "/v1/realtime"
REALTIME_PROTOCOL = "realtime"
"""The subprotocol of browsers."""
LEAD_MS = 10_000
"""Stock clients keep their own buffer, and expect to get a reply faster than it is played."""
LEAST_BUFFER_MS = 100
MOST_BUFFER_S = 120
"""Sound that a client may gather before it commits."""
BETA_HEADER, BETA_PROTOCOL = "realtime=v1", "openai-beta.realtime-v1"


class RealtimeLine(Line):
    """One connection to ``/v1/realtime``. A conversation ends with its connection."""

    resumable = False

    def __init__(
        self, connection: ServerConnection, settings: Settings, saw: Callable[[ServerMessage], None], guest: Guest = NOBODY
    ) -> None:
        super().__init__(connection, settings, saw, guest)
        request = connection.request
        headers = request.headers if request else {}
        offered = headers.get("Sec-WebSocket-Protocol", "")
        self._beta = BETA_HEADER in headers.get("OpenAI-Beta", "") or BETA_PROTOCOL in offered
        asked = parse_qs(urlsplit(request.path if request else "").query)
        model = asked.get("model", ["shoptalk"])[0]
        self._items = Items()
        self._session: Session | None = None
        self._session_id = ""
        self._saying = Saying(Config(model[:100], settings.hearing_model), self._items, lambda: self._session)
        self._from_client = FromClient(self._config.input)
        self._buffer = bytearray()
        """Sound at the session's rate, where the client decides what a turn is."""

    @property
    def _config(self) -> Config:
        return self._saying.config

    async def start(self, engines: Engines) -> tuple[Start | None, str | bytes | None]:
        """The conversation begins at once: what a client wants else it says with ``session.update``."""
        return Start(sample_rate=SESSION_RATE_HZ, output_sample_rate=SESSION_RATE_HZ, lead_ms=LEAD_MS), None

    # --- out -----------------------------------------------------------------------------------------------------------

    def written(self, message: ServerMessage | bytes) -> Iterator[tuple[str | bytes, bool]]:
        for event in self._saying.events(message):
            if event["type"] == "session.created":
                self._session_id = event["session"]
                event = event | {"session": self._shown()}
            yield from self._as_text(event)

    def _tell(self, said: Iterable[Event]) -> None:
        for event in said:
            for data, is_sound in self._as_text(event):
                self.put(data, is_sound=is_sound)

    def _as_text(self, event: Event) -> Iterator[tuple[str, bool]]:
        is_sound = event["type"] == "response.output_audio.delta"
        written = to_beta(event) if self._beta else event
        if written is not None:
            yield json.dumps({"event_id": new_id("event")} | written), is_sound

    def _shown(self) -> dict[str, Any]:
        return self._config.shown_beta(self._session_id) if self._beta else self._config.shown(self._session_id)

    # --- in ------------------------------------------------------------------------------------------------------------

    async def read(self, session: Session, data: str | bytes) -> None:
        self._session = session
        event_id = None
        try:
            if isinstance(data, bytes):
                raise Refusal("invalid_json", "Sound goes in input_audio_buffer.append as base64; binary messages are not read.")
            event = events.parse(data)
            event_id = event.event_id
            await self._do(session, event)
        except Refusal as refused:
            self._tell([error_event(
                refused.code, str(refused), param=refused.param, event_id=refused.event_id or event_id
            )])
        except Dropped:
            return
        except Exception as failure:
            log.error("an event could not be done", exc_info=failure)
            self.send(protocol.error("internal"))

    async def _do(self, session: Session, event: ClientEvent) -> None:
        match event:
            case events.SessionUpdate():
                await self._update(session, event)
            case events.Append(audio=audio):
                self._append(session, audio)
            case events.Commit() if self._config.turns is None:
                await self._commit(session)
            case events.Commit():
                self._saying.commit_asked = True
                await session.message(protocol.Commit())
            case events.Clear():
                self._buffer.clear()
                await session.forget_sound()
                self._tell([{"type": "input_audio_buffer.cleared"}])
            case events.ItemCreate():
                await self._create(session, event)
            case events.ItemRetrieve(item_id=item_id):
                item = self._items.find(item_id, "item_retrieve_invalid_item_id")
                self._tell([{"type": "conversation.item.retrieved", "item": item.shown()}])
            case events.ItemDelete(item_id=item_id):
                self._items.remove(self._items.find(item_id, "item_delete_invalid_item_id"))
                self._tell([{"type": "conversation.item.deleted", "item_id": item_id}])
            case events.ItemTruncate():
                await self._truncate(session, event)
            case events.ResponseCreate():
                await self._respond(session, event)
            case events.ResponseCancel(response_id=response_id):
                await self._cancel(session, response_id)

    async def _update(self, session: Session, event: events.SessionUpdate) -> None:
        before, config = self._config, self._config.updated(event.session)
        self._saying.config = config
        if config.input != before.input:
            self._from_client = FromClient(config.input)
        if config.output != before.output:
            self._saying.to_client = ToClient(config.output)
        if config.turns is None and before.turns is not None:
            await session.forget_sound()
        if config.turns is not None:
            self._buffer.clear()
        session.answers = config.answers
        await session.message(protocol.Mode(output=config.modality))
        self._tell([{"type": "session.updated", "session": self._shown()}])

    def _append(self, session: Session, audio: bytes) -> None:
        pcm = self._from_client.pcm(audio)
        if self._config.turns is not None:
            self.hear(session, pcm)
        elif len(self._buffer) + len(pcm) > MOST_BUFFER_S * SESSION_RATE_HZ * 2:
            raise Refusal("input_audio_buffer_full", f"At most {MOST_BUFFER_S} s of sound can wait; commit or clear it.", "audio")
        elif self.bearable(len(pcm) / 2 / SESSION_RATE_HZ):
            self._buffer += pcm

    async def _commit(self, session: Session) -> None:
        length_ms = len(self._buffer) // 2 * 1000 // SESSION_RATE_HZ
        if length_ms < LEAST_BUFFER_MS:
            raise Refusal(
                "input_audio_buffer_commit_empty",
                f"The buffer holds {length_ms} ms of sound; append {LEAST_BUFFER_MS} ms or more before it is committed.",
            )
        pcm = bytes(self._buffer)
        self._buffer.clear()
        item = Item(role="user", part="input_audio")
        self._tell(self._saying.committed(item))
        await self._hear(session, item, pcm)

    async def _hear(self, session: Session, item: Item, pcm: bytes) -> None:
        """Write down what a recording says; it waits to be answered."""
        sound = resample_float(as_float(np.frombuffer(pcm, dtype="<i2")), SESSION_RATE_HZ, SAMPLE_RATE_HZ)
        try:
            text = await session.hear_recording(sound)
        except Dropped:
            return
        except Exception as failure:
            self._tell([{
                "type": "conversation.item.input_audio_transcription.failed", "item_id": item.id, "content_index": 0,
                "error": {"type": "server_error", "code": "engine_failed", "message": protocol.error(
                    "engine_failed", "listening").message, "param": None},
            }])
            log.error("a recording could not be heard", exc_info=failure)
            return
        item.waiting = bool(text)
        self._tell(self._saying.transcribed(item, text, len(sound) / SAMPLE_RATE_HZ))

    async def _create(self, session: Session, event: events.ItemCreate) -> None:
        wanted = event.item
        item = Item(wanted.type, wanted.id or new_id("item"))
        recording = b""
        if wanted.type == "function_call_output":
            item.call_id, item.payload = wanted.call_id, wanted.output or ""
        elif wanted.type == "message" and wanted.role == "user":
            item.role = "user"
            item.text = " ".join(part.text for part in wanted.content if part.type == "input_text" and part.text)
            recording = b"".join(FromClient(self._config.input).pcm(part.audio) for part in wanted.content if part.audio)
            if any(part.type not in ("input_text", "input_audio") for part in wanted.content):
                raise Refusal("unsupported_value", "A user's message holds input_text or input_audio.", "item.content")
            if item.text and recording:
                raise Refusal("unsupported_value", "A message is either written or recorded; send two.", "item.content")
            if len(item.text) > protocol.MAX_TEXT_CHARS:
                raise Refusal("invalid_value", f"A message has at most {protocol.MAX_TEXT_CHARS} characters.", "item.content")
            if not recording and not words_of(item.text):
                raise Refusal("invalid_value", "A user's message needs words.", "item.content")
        else:
            raise Refusal(
                "unsupported_value", "Only a user's messages and the outputs of function calls can be added: the shop speaks for "
                "itself, from its catalogue and its shop.toml.", "item",
            )
        if recording:
            item.part, item.text = "input_audio", None
        item.waiting = bool(item.text)
        if recording and not self.bearable(len(recording) / 2 / SESSION_RATE_HZ):
            return
        before = self._items.add(item, event.previous_item_id)
        added = {"previous_item_id": before, "item": item.shown()}
        self._tell([{"type": "conversation.item.added", **added}])
        if recording:
            await self._hear(session, item, recording)
        else:
            self._tell([{"type": "conversation.item.done", **added}])

    async def _truncate(self, session: Session, event: events.ItemTruncate) -> None:
        """What was not heard is not remembered as said; a reply that is still coming is over."""
        item = self._items.find(event.item_id, "item_truncate_invalid_item_id")
        if item.part != "output_audio" or event.content_index:
            raise Refusal("invalid_value", "Only the sound of a spoken reply can be truncated (content_index 0).", "item_id")
        samples = event.audio_end_ms * SESSION_RATE_HZ // 1000
        if samples > item.samples + SESSION_RATE_HZ // 1000:
            length_ms = item.samples * 1000 // SESSION_RATE_HZ
            raise Refusal("invalid_value", f"The item has {length_ms} ms of sound, not {event.audio_end_ms} ms.", "audio_end_ms")
        if item is self._saying.spoken and session.heard_until(item.start_sample + min(samples, item.samples)):
            self._saying.was_heard(session.heard_text())
            still_coming = self._saying.open is not None and self._saying.open.speech is item
            if not session.held and (still_coming or samples < item.samples):
                self._saying.cut_by = "client_cancelled"
                await session.message(protocol.Interrupt())
                self._saying.cut_by = "turn_detected"
        self._tell([{
            "type": "conversation.item.truncated", "item_id": item.id, "content_index": 0, "audio_end_ms": event.audio_end_ms,
        }])

    async def _respond(self, session: Session, event: events.ResponseCreate) -> None:
        if self._saying.open is not None:
            raise Refusal(
                "conversation_already_has_active_response", "A response is under way; cancel it, or wait for its response.done."
            )
        wanted = event.response
        if wanted.conversation not in (None, "auto") or wanted.input is not None:
            raise Refusal("unsupported_value", "Responses outside the conversation are not supported.", "response.conversation")
        modality = chosen_modality(wanted.output_modalities or wanted.modalities, self._config.modality)
        asked = " ".join(item.text for item in self._items.waiting if item.text)
        if not asked and not self._called_back() and session.turns:
            raise Refusal("nothing_to_answer", "Nothing waits to be answered; add a message with words, or commit sound.")
        if len(asked) > protocol.MAX_TEXT_CHARS:
            raise Refusal("invalid_value", f"Messages to answer have at most {protocol.MAX_TEXT_CHARS} characters together.")
        await session.message(protocol.Mode(output=modality))   # of this response alone
        if asked:
            await session.message(protocol.Text(text=asked))
        elif not self._called_back():
            await session.greet()
        await session.message(protocol.Mode(output=self._config.modality))
        self._tell(self._saying.begin(session.turns, modality, wanted.metadata))
        if not asked and self._called_back():   # what a tool gave back needs no answer of the shop's
            self._tell(self._saying.close("completed"))

    def _called_back(self) -> bool:
        return self._items.last is not None and self._items.last.kind == "function_call_output"

    async def _cancel(self, session: Session, response_id: str | None) -> None:
        response = self._saying.open
        if response is None or response_id not in (None, response.id):
            raise Refusal("response_cancel_not_active", "There is no such response under way.", "response_id")
        self._saying.cut_by = "client_cancelled"
        await session.message(protocol.Interrupt())
        self._tell(self._saying.close("cancelled"))
        self._saying.cut_by = "turn_detected"
