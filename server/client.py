"""A client for Python programs: speak recordings or type, and get back what was understood, shown and said, with the times.

    async with ShoptalkClient("ws://127.0.0.1:8765/v1/voice") as client:
        exchange = await client.say(read_audio(Path("question.wav")))
        print(exchange.heard, exchange.said, exchange.onset_ms)

Like a real caller it never stops sending: between recordings its microphone is silent. It plays what comes at the pace of a
loudspeaker, without one, and reports what was played, so that onset and barge-in are measured as a shopper would hear them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from server.protocol import (
    Clear,
    ErrorSaid,
    ItemsSaid,
    Ready,
    ReplySaid,
    ServerMessage,
    TranscriptSaid,
    TurnSaid,
    UnderstandingSaid,
    parse_server,
)
from voice.resampling import as_pcm16, resample_float
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Pcm16

FRAME_MS = 20
HURRIED_FRAME_MS, HURRY = 200, 20
"""A client in a hurry sends longer messages, so many times faster than speech."""
NO_REASON = "without a reason."
REPORT_MS = 100
AUDIBLE = 0.012
"""Share of full scale from which a sample of the reply can be heard."""
VOICE_SHARE = 0.02
"""A recording's speech ends with its last sample above this share of its peak (-34 dB)."""


class CallError(Exception):
    """The conversation cannot be held; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A message with the time it came, by time.monotonic."""

    message: ServerMessage
    at_s: float


@dataclass
class Exchange:
    """One turn as the client lived it."""

    events: list[Timed] = field(default_factory=list)
    speech_ended_s: float | None = None
    """When the last voiced sample of the recording was sent."""
    first_audible_s: float | None = None
    """When the first audible sample of the reply reached the loudspeaker."""
    pcm: Pcm16 = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    """What was played of the reply."""

    def of(self, kind: type[Any]) -> list[Any]:
        """The messages of one type, in order."""
        return [timed.message for timed in self.events if isinstance(timed.message, kind)]

    @property
    def heard(self) -> str:
        """What the server heard the shopper say."""
        finals = [said.text for said in self.of(TranscriptSaid) if said.role == "user" and said.final]
        return finals[-1] if finals else ""

    @property
    def said(self) -> str:
        """The reply's sentences."""
        return " ".join(reply.text for reply in self.of(ReplySaid))

    @property
    def understanding(self) -> UnderstandingSaid | None:
        return next(iter(self.of(UnderstandingSaid)[-1:]), None)

    @property
    def items(self) -> ItemsSaid | None:
        return next(iter(self.of(ItemsSaid)[-1:]), None)

    @property
    def turn(self) -> TurnSaid | None:
        return next(iter(self.of(TurnSaid)[-1:]), None)

    @property
    def errors(self) -> list[ErrorSaid]:
        return self.of(ErrorSaid)

    @property
    def onset_ms(self) -> float | None:
        """From the true end of the shopper's speech to the first audible sample of the reply."""
        if self.speech_ended_s is None or self.first_audible_s is None:
            return None
        return (self.first_audible_s - self.speech_ended_s) * 1000


class Ear(Protocol):
    """Where the reply is played: a device, or nothing but the time it would take. Positions are those of the protocol."""

    @property
    def played(self) -> int: ...

    @property
    def sounding(self) -> bool: ...

    def receive(self, pcm: Pcm16) -> float | None:
        """Take audio; returns when its first audible sample will sound, None where it has none."""
        ...

    def clear(self, sent_samples: int) -> int:
        """Drop what has not been played; the stream goes on from ``sent_samples``. Returns what had been played."""
        ...

    def play_at_once(self) -> int:
        """As if all that has come had been played (for those who cannot wait)."""
        ...

    def taken(self) -> Pcm16:
        """What was played since this was last asked."""
        ...


class SilentEar:
    """Plays, without sound, at the pace of sound."""

    def __init__(self, rate_hz: int, clock: Callable[[], float]) -> None:
        self._rate_hz, self._clock = rate_hz, clock
        self._received = 0
        self._at_sample, self._at_s = 0, clock()
        self._kept: list[tuple[int, Pcm16]] = []

    @property
    def played(self) -> int:
        """The position in the stream that has been played."""
        return min(self._received, self._at_sample + int((self._clock() - self._at_s) * self._rate_hz))

    @property
    def sounding(self) -> bool:
        return self.played < self._received

    def receive(self, pcm: Pcm16) -> float | None:
        now_s, played = self._clock(), self.played
        if played == self._received:
            self._at_sample, self._at_s = self._received, now_s
        starts_s = self._at_s + (self._received - self._at_sample) / self._rate_hz
        self._kept.append((self._received, pcm))
        self._received += len(pcm)
        loud = first_audible(pcm)
        return None if loud is None else starts_s + loud / self._rate_hz

    def clear(self, sent_samples: int) -> int:
        played = self.played
        self._kept = [(at, pcm[: max(0, played - at)]) for at, pcm in self._kept]
        self._received = self._at_sample = sent_samples
        self._at_s = self._clock()
        return played

    def play_at_once(self) -> int:
        self._at_sample, self._at_s = self._received, self._clock()
        return self._received

    def taken(self) -> Pcm16:
        pcm = np.concatenate([pcm for _, pcm in self._kept]) if self._kept else np.zeros(0, dtype=np.int16)
        self._kept = []
        return pcm


class ShoptalkClient:
    """One conversation. ``start`` takes the fields of the protocol's Start message."""

    def __init__(
        self, url: str, *, token: str | None = None, sample_rate: int = SAMPLE_RATE_HZ, hurry: bool = False,
        clock: Callable[[], float] = time.monotonic, on_event: Callable[[Timed], None] | None = None, ear: Ear | None = None,
        live: bool = False, **start: Any,
    ) -> None:
        """``hurry``: send recordings as fast as they are taken, and take the reply as played at once; onsets then mean nothing.

        ``on_event`` is told every message as it comes. ``ear``: where replies are played. ``live``: a real microphone speaks by
        ``feed``, so no silence is sent for it.
        """
        self.url = url if "/v1/" in url else url.rstrip("/") + "/v1/voice"
        self.ready: Ready | None = None
        self.events: list[Timed] = []
        self._token, self._rate_hz, self._hurry, self._clock, self._on_event = token, sample_rate, hurry, clock, on_event
        output_hz = start.pop("output_sample_rate", None) or sample_rate
        self._output_hz = output_hz
        lead = {"lead_ms": 60_000} if hurry else {}
        self._start = {"type": "start", "sample_rate": sample_rate, "output_sample_rate": output_hz, **lead, **start}
        self._to_say: deque[Pcm16] = deque()
        self._said = asyncio.Event()
        self._exchange = Exchange()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._speaker: Ear = ear or SilentEar(output_hz, clock)
        self._live = live
        self._connection: ClientConnection | None = None
        self.closed_because: str | None = None

    async def __aenter__(self) -> ShoptalkClient:
        """Connect and wait for ``ready``. Raises CallError."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            self._connection = await connect(
                self.url, additional_headers=headers, compression=None, max_size=None, max_queue=None, proxy=None
            )
        except InvalidStatus as refused:
            raise CallError(_sentence_of(refused)) from None
        except (OSError, WebSocketException, ValueError) as error:
            raise CallError(f"Nothing answers at {self.url} ({error}); is `shoptalk serve` running there?") from None
        self._tasks = [asyncio.create_task(self._read())]
        await self.send(self._start)
        await self.until(lambda: self.ready is not None, within_s=30)
        self._tasks.append(asyncio.create_task(self._report()))
        if not self._live:
            self._tasks.append(asyncio.create_task(self._speak()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    # --- a turn --------------------------------------------------------------------------------------------------------

    async def say(self, audio: FloatAudio, *, speech_end_sample: int | None = None, within_s: float = 30.0) -> Exchange:
        """Speak a recording (16 kHz mono) and wait for the whole reply. ``speech_end_sample``: where its speech truly ends."""
        self.begin_exchange()
        await self.speak(audio, speech_end_sample=speech_end_sample)
        return await self.reply(within_s=within_s)

    async def type(self, text: str, *, within_s: float = 30.0) -> Exchange:
        """Type a turn and wait for the whole reply."""
        self.begin_exchange()
        await self.send({"type": "text", "text": text})
        return await self.reply(within_s=within_s)

    def begin_exchange(self) -> Exchange:
        """Start collecting anew."""
        self._speaker.taken()
        self._exchange = Exchange()
        return self._exchange

    async def speak(self, audio: FloatAudio, *, speech_end_sample: int | None = None) -> None:
        """Speak a recording at its own pace, without waiting for an answer; returns when it has been said."""
        end = speech_end(audio) if speech_end_sample is None else speech_end_sample
        pcm = as_pcm16(resample_float(audio, SAMPLE_RATE_HZ, self._rate_hz))
        frame = self._rate_hz * (HURRIED_FRAME_MS if self._hurry else FRAME_MS) // 1000
        last_voiced = end * self._rate_hz // SAMPLE_RATE_HZ // frame
        for number, at in enumerate(range(0, len(pcm), frame)):
            self._said.clear()
            self._to_say.append(pcm[at : at + frame])
            await self._said.wait()
            if number == last_voiced:
                self._exchange.speech_ended_s = self._clock()

    async def reply(self, *, within_s: float = 30.0) -> Exchange:
        """Wait until the turn is over and its reply has been played. Raises CallError when nothing comes for ``within_s``."""
        exchange = self._exchange
        await self.until(lambda: exchange.turn is not None or any(e.code in ENDING for e in exchange.errors), within_s=within_s)
        if self._hurry:
            await self.send({"type": "playback", "played_samples": self._speaker.play_at_once()})
        else:
            await self.until(lambda: not self._speaker.sounding, within_s=120, poll_s=0.02)
            await self.send({"type": "playback", "played_samples": self._speaker.played})
        exchange.pcm = self._speaker.taken()
        return exchange

    async def feed(self, audio: FloatAudio) -> None:
        """Sound from a real microphone, 16 kHz mono, as it comes."""
        pcm = as_pcm16(resample_float(audio, SAMPLE_RATE_HZ, self._rate_hz))
        await self.send(pcm.astype("<i2", copy=False).tobytes())

    def vanish(self) -> None:
        """Break the connection without a word, as a network does."""
        assert self._connection is not None
        self._connection.transport.abort()

    async def interrupt(self) -> None:
        await self.send({"type": "interrupt"})

    async def send(self, message: dict[str, Any] | bytes | str) -> None:
        """Send a message of the protocol (or, in tests, one that is none)."""
        assert self._connection is not None
        try:
            await self._connection.send(json.dumps(message) if isinstance(message, dict) else message)
        except ConnectionClosed:
            raise CallError(self._closed()) from None

    async def until(self, met: Callable[[], bool], *, within_s: float, poll_s: float | None = None) -> None:
        """Wait until something holds, looking at every message.

        Raises CallError when the server is silent for ``within_s`` or the line is lost.
        """
        deadline_s = time.monotonic() + within_s
        while not met():
            if self.closed_because is not None:
                raise CallError(self._closed())
            if self._news.is_set():
                deadline_s = time.monotonic() + within_s
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise CallError(f"No answer came within {within_s:.0f} s; is there speech in the recording?")
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left_s, poll_s or left_s))

    # --- the line ------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        assert self._connection is not None
        try:
            async for data in self._connection:
                if isinstance(data, bytes):
                    self._hear(np.frombuffer(data, dtype="<i2").astype(np.int16))
                else:
                    await self._note(Timed(parse_server(data), self._clock()))
                self._news.set()
        except ConnectionClosed:
            pass
        self.closed_because = self._connection.close_reason or NO_REASON
        self._news.set()

    def _closed(self) -> str:
        reason = self.closed_because or (self._connection.close_reason if self._connection else None) or NO_REASON
        return f"The server closed the conversation: {reason}"

    def _hear(self, pcm: Pcm16) -> None:
        audible_s = self._speaker.receive(pcm)
        if self._exchange.first_audible_s is None:
            self._exchange.first_audible_s = audible_s

    async def _note(self, timed: Timed) -> None:
        self.events.append(timed)
        self._exchange.events.append(timed)
        match timed.message:
            case Ready() as ready:
                self.ready = ready
            case Clear(sent_samples=position):
                await self.send({"type": "playback", "played_samples": self._speaker.clear(position)})
        if self._on_event is not None:
            self._on_event(timed)

    async def _speak(self) -> None:
        """The microphone: a frame every 20 ms, silence where nothing is to be said."""
        frame = np.zeros(self._rate_hz * FRAME_MS // 1000, dtype=np.int16)
        next_s = time.monotonic()
        while True:
            pcm = self._to_say.popleft() if self._to_say else frame
            with contextlib.suppress(CallError):
                await self.send(pcm.astype("<i2", copy=False).tobytes())
            self._said.set()
            next_s += len(pcm) / self._rate_hz
            if self._hurry and (self._to_say or pcm is not frame):
                next_s = time.monotonic()
                await asyncio.sleep(len(pcm) / self._rate_hz / HURRY)
            else:
                await asyncio.sleep(max(0.0, next_s - time.monotonic()))

    async def _report(self) -> None:
        reported = 0
        while True:
            await asyncio.sleep(REPORT_MS / 1000)
            played = self._speaker.play_at_once() if self._hurry else self._speaker.played
            if played != reported:
                reported = played
                with contextlib.suppress(CallError):
                    await self.send({"type": "playback", "played_samples": played})


ENDING = frozenset({"nothing_heard", "engine_failed", "engine_slow", "internal", "busy", "idle", "unknown_shop"})
"""Errors after which no reply to this turn comes."""


def first_audible(pcm: Pcm16) -> int | None:
    """The first sample that can be heard; None of silence."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > AUDIBLE * 32768)
    return int(loud[0]) if len(loud) else None


def speech_end(audio: FloatAudio) -> int:
    """The sample after which a recording holds no more voice."""
    loud = np.flatnonzero(np.abs(audio) > VOICE_SHARE * float(np.max(np.abs(audio), initial=1e-6)))
    return int(loud[-1]) if len(loud) else len(audio)


def _sentence_of(refused: InvalidStatus) -> str:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(json.loads(refused.response.body or b"{}")["message"])
    return f"The server refused the conversation (HTTP {refused.response.status_code})."
