"""What a session does with the sound a client sends: checks it, brings it to 16 kHz, listens, and keeps when each sample came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from server.lanes import Dropped, Lane, Lanes
from server.protocol import ErrorSaid, error
from voice.listening import Event, Listener, SpeechEnded, SpeechPaused
from voice.resampling import StreamResampler, as_float
from voice.sound import SAMPLE_RATE_HZ, Expecting, FloatAudio
from voice.turn_end import TurnEnd

MOST_AT_ONCE = SAMPLE_RATE_HZ
"""Samples given to the listener in one go; a backlog is worked off in pieces, so that other sessions' voices come in between."""
LONGEST_BACKLOG_S = 45.0
"""Sound may come in bursts; a client that runs further ahead of its listener than this is not speaking."""
ARRIVALS_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Committed:
    """The client said that the turn is over; whatever was heard before it has been told."""


class Ears:
    """One session's hearing up to the end of a turn. The listener is only ever touched on the listening bench."""

    def __init__(
        self, listener: Listener, turn_end: TurnEnd | None, lanes: Lanes, sample_rate_hz: int, clock: Callable[[], float]
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._listener = listener
        self._turn_end = turn_end
        self._lanes = lanes
        self._clock = clock
        self._resampler = StreamResampler(sample_rate_hz, SAMPLE_RATE_HZ)
        self._reply_resampler: StreamResampler | None = None
        self._waiting: list[FloatAudio] = []
        self._waiting_samples = 0
        self._came = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._events: asyncio.Queue[Event | Committed] = asyncio.Queue()
        self._arrived_samples = 0
        self._arrivals: deque[tuple[int, float]] = deque(maxlen=ARRIVALS_KEPT)

    def take(self, data: bytes) -> ErrorSaid | None:
        """Take one binary message. Returns the coded error where it cannot be used."""
        if len(data) % 2:
            return error("bad_audio", len(data))
        sound = self._resampler.push(as_float(np.frombuffer(data, dtype="<i2")))
        if self._waiting_samples + len(sound) > LONGEST_BACKLOG_S * SAMPLE_RATE_HZ:
            return error("too_fast")
        if len(sound):
            self._arrived_samples += len(sound)
            self._arrivals.append((self._arrived_samples, self._clock()))
            self._waiting.append(sound)
            self._waiting_samples += len(sound)
            self._idle.clear()
            self._came.set()
        return None

    def spoke(self, pcm: bytes, rate_hz: int) -> None:
        """The reply's next samples go out: the echo guard is to know them in the microphone."""
        if self._listener.echo is not None:
            if self._reply_resampler is None:
                self._reply_resampler = StreamResampler(rate_hz, SAMPLE_RATE_HZ)
            self._listener.echo.sent(self._reply_resampler.push(as_float(np.frombuffer(pcm, dtype="<i2"))))

    def silenced(self) -> None:
        """The client drops what it has not played."""
        if self._listener.echo is not None:
            self._listener.echo.cleared()

    @property
    def hears_reply(self) -> bool:
        """The reply has been heard in the microphone: open loudspeakers."""
        return self._listener.echo is not None and self._listener.echo.path_known

    @property
    def heard_samples(self) -> int:
        """Samples at 16 kHz that have arrived."""
        return self._arrived_samples

    def arrived_s(self, sample: int) -> float:
        """When the sample (16 kHz count) came, by the session's clock."""
        for upto, when_s in self._arrivals:
            if upto >= sample:
                return when_s
        return self._clock()

    def at_client_rate(self, sample: int) -> int:
        """A 16 kHz sample number in the samples the client sent."""
        return sample * self.sample_rate_hz // SAMPLE_RATE_HZ

    async def next_event(self) -> Event | Committed:
        """What the listener found next."""
        return await self._events.get()

    async def listen(self) -> None:
        """Work off what has come, for ever."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                sound = np.concatenate(self._waiting)
                self._waiting = [sound[MOST_AT_ONCE:]] if len(sound) > MOST_AT_ONCE else []
                piece = sound[:MOST_AT_ONCE]
                self._waiting_samples = sum(len(rest) for rest in self._waiting)
                try:
                    await self.ask(lambda piece=piece: self._listener.hear(piece))  # type: ignore[misc]
                except Dropped:
                    return
            self._idle.set()

    @property
    def speaking(self) -> bool:
        """The shopper is inside a turn."""
        return self._listener.speaking

    @property
    def voiced_ms(self) -> float:
        """Voice heard in this turn so far."""
        return self._listener.voiced_ms

    async def so_far(self) -> FloatAudio | None:
        """What is being said, up to now (see ``Listener.so_far``)."""
        return await self._lanes.run("listening", Lane.VOICE_ACTIVITY, self._listener.so_far)

    async def ask(self, work: Callable[[], Sequence[Event]]) -> None:
        """Do something with the listener, on its bench; what it brings about joins the events."""
        for event in await self._lanes.run("listening", Lane.VOICE_ACTIVITY, work):
            self._events.put_nowait(event)

    async def judge_pause(self, paused: SpeechPaused) -> None:
        """Ask smart-turn whether the pause sounds like the end."""
        if self._turn_end is None:
            return
        turn_end = self._turn_end
        probability = await self._lanes.run("turn_end", Lane.FINAL_TRANSCRIPT, lambda: turn_end.probability(paused.audio))
        await self.ask(lambda: self._listener.turn_end_probability(paused.revision, probability))

    async def hint(self, revision: int, complete: bool | None) -> None:
        """Tell the listener what the words of a pause say about its being the end."""
        await self.ask(lambda: self._listener.text_hint(revision, complete))

    def forget(self) -> None:
        """The sound was broken off (a lost connection): what has not been heard yet never will be."""
        self._waiting.clear()
        self._waiting_samples = 0

    async def drop_now(self) -> None:
        """What has come and is not answered yet is forgotten."""
        self.forget()
        await self.ask(self._listener.drop_now)

    async def utterance(self, listener: Listener, audio: FloatAudio) -> FloatAudio | None:
        """The speech in a recording (16 kHz), by a listener of its own; None where nobody speaks."""
        def spoken() -> list[FloatAudio]:
            events = [*listener.hear(audio), *listener.end_now()]
            return [event.audio for event in events if isinstance(event, SpeechEnded)]

        pieces = await self._lanes.run("listening", Lane.FINAL_TRANSCRIPT, spoken)
        return np.concatenate(pieces) if pieces else None

    async def end_now(self) -> None:
        """End the turn with what has come; ``Committed`` follows its events."""
        await self._idle.wait()
        await self.ask(self._listener.end_now)
        self._events.put_nowait(Committed())

    async def expect(self, expecting: Expecting) -> None:
        def tell() -> Sequence[Event]:
            self._listener.expect(expecting)
            return ()

        await self.ask(tell)
