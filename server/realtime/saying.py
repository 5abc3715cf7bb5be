"""What a session says, as Realtime events: one response at a time, its items, its sound, and how it ended.

A response is opened when a turn is answered and closed when all of it is sent, or when it is cut. When a voice comes over a reply
the response is closed at once (``turn_detected``), for a stock client has dropped its sound by then; if it was only "mhm", what
was not heard follows as a response of its own, from the exact sample.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from server.protocol import (
    Clear,
    ErrorSaid,
    ItemsSaid,
    Ready,
    ReplySaid,
    ServerMessage,
    SpeechStarted,
    SpeechStopped,
    TranscriptSaid,
    TurnSaid,
    UnderstandingSaid,
)
from server.realtime.config import SHOW_ITEMS, UPDATE_SLOTS, Config
from server.realtime.items import Item, Items, new_id
from server.realtime.sound import SESSION_RATE_HZ, ToClient

Event = dict[str, Any]
Reason = Literal["turn_detected", "client_cancelled"]
FAILURES = frozenset({"engine_failed", "engine_slow", "internal"})
"""Errors that end a turn before anything of its reply is said."""
INVALID = frozenset({"bad_audio", "too_fast", "too_many", "not_allowed", "idle"})
"""Errors that are the client's."""


@dataclass(slots=True)
class Response:
    """One response while it is said."""

    turn: int
    modality: Literal["audio", "text"]
    metadata: dict[str, str] | None = None
    id: str = field(default_factory=lambda: new_id("resp"))
    output: list[Item] = field(default_factory=list)
    speech: Item | None = None
    continues: bool = False
    """It is the rest of one that was held."""

    def shown(self, conversation: str, status: str, details: Event | None = None) -> Event:
        return {
            "id": self.id, "object": "realtime.response", "conversation_id": conversation, "status": status,
            "status_details": details, "output": [item.shown() for item in self.output], "output_modalities": [self.modality],
            "metadata": self.metadata, "usage": None,
        }


class Saying:
    """One conversation's events. The line tells it what is in force and asks it for the events of each message."""

    def __init__(self, config: Config, items: Items, session: Callable[[], Any]) -> None:
        """``session``: asked for what was sent and heard when a held reply goes on."""
        self.config, self.items = config, items
        self.to_client = ToClient(config.output)
        self.open: Response | None = None
        self.cut_by: Reason = "turn_detected"
        """Why the reply is cut, if it is cut now."""
        self.commit_asked = False
        """The client has committed the buffer, so that it is an error if nothing was in it."""
        self.spoken: Item | None = None
        """The reply that is being said, or was last."""
        self.sent_samples = 0
        self._session = session
        self._said: list[str] = []
        """The sentences of the present turn's reply."""
        self._heard_before = ""
        """What was heard of it before the item that says the rest."""
        self._turn = 0
        self._hearing = new_id("item")
        self._hearing_from_ms = self._hearing_to_ms = 0
        self._heard: tuple[int, Item] | None = None
        """The user's last spoken turn, by its number."""

    def events(self, message: ServerMessage | bytes) -> Iterator[Event]:
        """The events of one message of the session, in order."""
        match message:
            case bytes():
                yield from self._sound(message)
            case Ready(session=session_id):
                yield {"type": "session.created", "session": session_id}
                yield {"type": "conversation.created", "conversation": {"id": self.items.id, "object": "realtime.conversation"}}
            case SpeechStarted(at_sample=sample):
                self._hearing, self._hearing_from_ms = new_id("item"), _ms(sample)
                yield {"type": "input_audio_buffer.speech_started", "audio_start_ms": _ms(sample), "item_id": self._hearing}
            case SpeechStopped(at_sample=sample):
                self._hearing_to_ms = _ms(sample)
                yield {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": _ms(sample), "item_id": self._hearing}
            case TranscriptSaid(role="user", final=True):
                yield from self._user_said(message)
            case TranscriptSaid(role="agent", text=text):
                self.was_heard(text)
                yield from self.close("cancelled")
            case UnderstandingSaid():
                response = yield from self._opened(message.turn)
                yield from self._call(response, UPDATE_SLOTS, message.model_dump(include={"acts", "slots"}))
            case ItemsSaid():
                response = yield from self._opened(message.turn)
                yield from self._call(response, SHOW_ITEMS, message.model_dump(include={"items", "fitting"}))
            case ReplySaid():
                yield from self._sentence(message)
            case Clear() if self.open is not None and self.open.speech is not None:
                yield from self.close("cancelled")
            case TurnSaid(turn=turn):
                if self.open is not None and self.open.turn == turn:
                    yield from self.close("cancelled" if message.interrupted else "completed")
            case ErrorSaid():
                yield from self._failure(message)

    # --- the user ------------------------------------------------------------------------------------------------------

    def _user_said(self, said: TranscriptSaid) -> Iterator[Event]:
        if self._heard is not None and self._heard[0] == said.turn:   # the turn went on: this is the whole of it
            self.items.remove(self._heard[1])
            yield {"type": "conversation.item.deleted", "item_id": self._heard[1].id}
        item = Item(id=self._hearing, role="user", part="input_audio", waiting=not self.config.answers and bool(said.text))
        self._hearing, self._heard, self.commit_asked = new_id("item"), (said.turn, item), False
        yield from self.committed(item)
        yield from self.transcribed(item, said.text, (self._hearing_to_ms - self._hearing_from_ms) / 1000)

    def committed(self, item: Item) -> Iterator[Event]:
        """Sound has become an item."""
        before = self.items.add(item)
        yield {"type": "input_audio_buffer.committed", "previous_item_id": before, "item_id": item.id}
        yield {"type": "conversation.item.added", "previous_item_id": before, "item": item.shown()}

    def transcribed(self, item: Item, text: str, seconds: float) -> Iterator[Event]:
        """... and its words are known."""
        item.text = text
        where = {"item_id": item.id, "content_index": 0}
        if text:
            yield {"type": "conversation.item.input_audio_transcription.delta", **where, "delta": text}
        yield {
            "type": "conversation.item.input_audio_transcription.completed", **where, "transcript": text,
            "usage": {"type": "duration", "seconds": round(max(0.0, seconds), 3)},
        }
        yield {"type": "conversation.item.done", "previous_item_id": self.items.before(item), "item": item.shown()}

    # --- the shop ------------------------------------------------------------------------------------------------------

    def begin(self, turn: int, modality: Literal["audio", "text"], metadata: dict[str, str] | None = None,
              *, continues: bool = False) -> Generator[Event, None, Response]:
        """Open the response to a turn; one that is still open was cut by it."""
        yield from self.close("cancelled")
        for item in self.items.waiting:
            item.waiting = False
        response = self.open = Response(turn, modality, metadata, continues=continues)
        if not continues:
            self._said, self._heard_before = [], ""
        self._turn = turn
        yield {"type": "response.created", "response": response.shown(self.items.id, "in_progress")}
        return response

    def was_heard(self, text: str) -> None:
        """So much of the last reply reached the ear; its item keeps no more."""
        if self.spoken is not None and self.spoken.part == "output_audio":
            self.spoken.text = text.removeprefix(self._heard_before).strip()

    def _opened(self, turn: int) -> Generator[Event, None, Response]:
        if self.open is not None and self.open.turn == turn:
            return self.open
        return (yield from self.begin(turn, self.config.modality))

    def _call(self, response: Response, tool: str, arguments: dict[str, Any]) -> Iterator[Event]:
        if not self.config.calls(tool):
            return
        item = Item("function_call", name=tool, call_id=new_id("call"), payload=json.dumps(arguments, ensure_ascii=False))
        where = self._where(response, item)
        yield from self._added(response, item)
        call = where | {"call_id": item.call_id}
        yield {"type": "response.function_call_arguments.delta", **call, "delta": item.payload}
        yield {"type": "response.function_call_arguments.done", **call, "name": tool, "arguments": item.payload}
        yield from self._item_done(response, item)

    def _added(self, response: Response, item: Item) -> Iterator[Event]:
        response.output.append(item)
        before, item.status = self.items.add(item), "in_progress"
        index = len(response.output) - 1
        shown = item.shown(empty=True)
        item.status = "completed"
        yield {"type": "response.output_item.added", "response_id": response.id, "output_index": index, "item": shown}
        yield {"type": "conversation.item.added", "previous_item_id": before, "item": shown}

    def _item_done(self, response: Response, item: Item) -> Iterator[Event]:
        index = response.output.index(item)
        yield {"type": "response.output_item.done", "response_id": response.id, "output_index": index, "item": item.shown()}
        yield {"type": "conversation.item.done", "previous_item_id": self.items.before(item), "item": item.shown()}

    def _speech(self, response: Response) -> Generator[Event, None, Item]:
        """The item that the reply is said in, begun with its first words."""
        if response.speech is not None:
            return response.speech
        item = response.speech = self.spoken = Item(
            role="assistant", part="output_audio" if response.modality == "audio" else "output_text", text="",
            start_sample=self.sent_samples,
        )
        yield from self._added(response, item)
        where = self._where(response, item)
        yield {"type": "response.content_part.added", **where, "content_index": 0, "part": _part(item, empty=True)}
        return item

    def _sentence(self, said: ReplySaid) -> Iterator[Event]:
        if self.open is None and said.turn == self._turn:   # its reply is held; it will be said if it goes on
            self._said.append(said.text)
            return
        response = yield from self._opened(said.turn)
        self._said.append(said.text)
        yield from self._words(response, said.text)

    def _words(self, response: Response, text: str) -> Iterator[Event]:
        item = yield from self._speech(response)
        delta = f" {text}" if item.text else text
        item.text = (item.text or "") + delta
        kind = "output_audio_transcript" if response.modality == "audio" else "output_text"
        yield {"type": f"response.{kind}.delta", **self._where(response, item), "content_index": 0, "delta": delta}

    def _goes_on(self) -> Generator[Event, None, Response]:
        """A reply that was held goes on, with what was not heard of it."""
        heard = self._session().heard_text()
        self.was_heard(heard)
        self._heard_before = heard
        response = yield from self.begin(self._turn, "audio", continues=True)
        yield from self._words(response, " ".join(self._said).removeprefix(heard).strip())
        return response

    def _sound(self, pcm: bytes) -> Iterator[Event]:
        response = self.open or (yield from self._goes_on())
        item = yield from self._speech(response)
        item.samples += len(pcm) // 2
        self.sent_samples += len(pcm) // 2
        yield from self._audio(response, item, self.to_client.data(pcm))
        if response.continues and self._session().reply_sent:
            yield from self.close("completed")

    def _audio(self, response: Response, item: Item, data: bytes) -> Iterator[Event]:
        if data:
            yield {"type": "response.output_audio.delta", **self._where(response, item), "content_index": 0,
                   "delta": base64.b64encode(data).decode("ascii")}

    def close(self, status: Literal["completed", "cancelled", "failed"], failure: Event | None = None) -> Iterator[Event]:
        """The open response is over; nothing where none is open."""
        response, self.open = self.open, None
        reason, self.cut_by = self.cut_by, "turn_detected"
        if response is None:
            return
        if (item := response.speech) is not None:
            rest = self.to_client.rest() if response.modality == "audio" else b""
            if status == "completed":
                yield from self._audio(response, item, rest)
            else:
                item.status = "incomplete"
            where = self._where(response, item) | {"content_index": 0}
            if response.modality == "audio":
                yield {"type": "response.output_audio.done", **where}
                yield {"type": "response.output_audio_transcript.done", **where, "transcript": item.text}
            else:
                yield {"type": "response.output_text.done", **where, "text": item.text}
            yield {"type": "response.content_part.done", **where, "part": _part(item)}
            yield from self._item_done(response, item)
        details: Event | None = None
        if status == "cancelled":
            details = {"type": "cancelled", "reason": reason}
        elif status == "failed":
            details = {"type": "failed", "error": failure}
        yield {"type": "response.done", "response": response.shown(self.items.id, status, details)}

    # --- what goes wrong -----------------------------------------------------------------------------------------------

    def _failure(self, said: ErrorSaid) -> Iterator[Event]:
        if said.code == "nothing_heard":
            if self.commit_asked:
                self.commit_asked = False
                yield error_event("input_audio_buffer_commit_empty", said.message)
            return
        kind = "invalid_request_error" if said.code in INVALID else "server_error"
        yield error_event(said.code, said.message, kind=kind)
        if said.code in FAILURES and self.open is not None and self.open.speech is None:
            yield from self.close("failed", {"type": kind, "code": said.code})

    def _where(self, response: Response, item: Item) -> Event:
        index = response.output.index(item) if item in response.output else len(response.output)
        return {"response_id": response.id, "item_id": item.id, "output_index": index}


def error_event(
    code: str, message: str, *, kind: str = "invalid_request_error", param: str | None = None, event_id: str | None = None
) -> Event:
    """The ``error`` event; ``event_id`` is that of the client's event that caused it."""
    return {"type": "error", "error": {"type": kind, "code": code, "message": message, "param": param, "event_id": event_id}}


def _part(item: Item, *, empty: bool = False) -> Event:
    """The content part of an output item; its types have no ``output_`` before them."""
    return item.part_shown(empty=empty) | {"type": item.part.removeprefix("output_")}


def _ms(sample: int) -> int:
    return sample * 1000 // SESSION_RATE_HZ
