"""What a session does with its voice: sends a reply a little ahead of its being played, stops at once, knows what was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dialogue.types import Heard, Sentence
from server.protocol import Clear, ReplySaid, ServerMessage, Span
from voice.playback import PlaybackLedger
from voice.sound import Speech

CHUNK_MS = 40
"""Length of one binary message."""
QUESTION_LEFT_MS = 800
"""People answer a question before its last word is over."""
AHEAD_MS = 3_000
"""Speech laid down beyond this needs no further sentence yet; making it may be work for nothing."""
AUDIBLE = 0.012
"""Share of full scale from which a sample can be heard; what comes before it in a reply counts as waiting."""

Send = Callable[[ServerMessage | bytes], None]


@dataclass
class Head:
    """Where the client's loudspeaker is, by its reports, or by the clock where it gives none."""

    rate_hz: int
    at_sample: int = 0
    at_s: float = 0.0
    reported: bool = False

    def now(self, sent_samples: int, now_s: float) -> int:
        return min(sent_samples, self.at_sample + int(max(0.0, now_s - self.at_s) * self.rate_hz))

    def set(self, sample: int, now_s: float) -> None:
        self.at_sample, self.at_s = sample, now_s


class Mouth:
    """One session's voice. Only the event loop touches it."""

    def __init__(
        self, send: Send, drop_unsent: Callable[[], None], rate_hz: int, lead_ms: int, clock: Callable[[], float],
        *, aloud: bool = True, sent_samples: int = 0,
    ) -> None:
        """``drop_unsent`` empties audio that waits in the connection's own queue."""
        self.rate_hz = rate_hz
        self.aloud = aloud
        self._send, self._drop_unsent, self._clock = send, drop_unsent, clock
        self._lead_samples = rate_hz * lead_ms // 1000
        self._ledger = PlaybackLedger(rate_hz, sent_samples=sent_samples)
        self._head = Head(rate_hz, sent_samples, clock())
        self._more = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._written: list[str] = []
        self._asks = True
        self._reply_aloud = aloud
        self._rested_at = self._cleared_at = 0
        self._finished, self._held = True, False
        self.generation = 0
        """Raised by every new reply and every cut; work of an older generation is dropped."""
        self._reply_generation = 0
        self._first_sent_s: dict[int, float] = {}

    @property
    def sent_samples(self) -> int:
        return self._ledger.sent_samples

    def begin(self) -> int:
        """A new reply; returns its generation."""
        self._written, self._reply_aloud, self._asks = [], self.aloud, False
        self._finished, self._held = False, False
        self._all_sent.clear()
        self._ledger.begin()
        self.generation += 1
        self._reply_generation = self.generation
        return self.generation

    def say(self, sentence: Sentence, speech: Speech | None, *, turn: int, index: int, generation: int) -> None:
        """Announce a sentence and lay down its audio; dropped where the reply is no longer the present one."""
        if generation != self.generation:
            return
        ahead = self._ledger.unheard_samples if self._held else self._ledger.pending_samples   # what is held comes again
        start = self._ledger.sent_samples + ahead
        self._send(_reply(sentence, speech, turn, index, start))
        self._written += [item for item, _, _ in sentence.spans]
        self._asks = self._asks or "?" in sentence.text
        if speech is not None:
            self._ledger.append(speech, sentence.spans)
            self._more.set()

    def finish(self, generation: int) -> None:
        """No sentence follows."""
        if generation == self.generation:
            self._ledger.finish()
            self._finished = True
            self._more.set()

    def first_sent_s(self, generation: int) -> float | None:
        """When the first samples of a reply went out; asked once, at the reply's end."""
        return self._first_sent_s.pop(generation, None)

    async def room(self, generation: int) -> None:
        """Until the next sentence is worth making: little is left of what is laid down. At once where the reply was cut."""
        while generation == self.generation and (self._to_send > self.rate_hz * AHEAD_MS // 1000 or self._held):
            await asyncio.sleep(CHUNK_MS / 1000)

    async def all_sent(self, generation: int) -> None:
        """Until every sample of the reply is sent, or it was cut."""
        if generation == self.generation:
            await self._all_sent.wait()

    @property
    def speaking(self) -> bool:
        """Something of the reply is still to be made, sent or played."""
        return not self._finished or self._to_send > 0 or self._position() < self._ledger.sent_samples

    @property
    def _to_send(self) -> int:
        current = self._reply_generation == self.generation and not self._held
        return self._ledger.pending_samples if current else 0

    def played(self, position: int) -> None:
        """The client's report."""
        self._head.reported = True
        if position >= self._cleared_at:   # a report that crossed a clear on its way tells what was heard, not where the head is
            self._head.set(min(position, self._ledger.sent_samples), self._clock())
        self._ledger.played(position)

    def heard_until(self, position: int) -> bool:
        """A client that gives no reports says, once, exactly how far it played; otherwise the clock is still believed.

        False where the position lies before this reply: it is too late to change what was heard of another.
        """
        if not self._ledger.heard_until(position):
            return False
        if position >= self._cleared_at:
            self._head.set(min(position, self._ledger.sent_samples), self._clock())
        return True

    @property
    def all_sent_now(self) -> bool:
        """The reply is complete, and every sample of it is sent."""
        return self._finished and not self._to_send

    def hold(self) -> None:
        """Be silent at once, and commit to nothing: ``go_on`` takes the reply up from the sample heard last."""
        if self._reply_generation == self.generation:
            self._held = True
            self._silence()

    def go_on(self) -> None:
        """It was nothing; the reply goes on."""
        if self._held:
            self._held = False
            self._ledger.rewind()
            self._more.set()

    def rest(self) -> None:
        """The connection is lost: be silent until ``take_up``, which tells what was heard."""
        self._rested_at = self._position()
        if self._reply_generation == self.generation:
            self._held = True
            self._cleared_at = self._ledger.clear()
            self._head.set(self._cleared_at, self._clock())

    def take_up(self, played: int | None) -> int:
        """The client is back, having played up to ``played`` (None: by the clock). Returns where the stream goes on."""
        self._ledger.played(self._rested_at if played is None else played)
        return self.sent_samples

    def cut(self) -> str | None:
        """Nothing more of this reply is sent. Returns the words heard of it; None where there was no reply to cut."""
        if self._reply_generation != self.generation or not (self.speaking or self._held):
            self.generation += 1
            return None
        self._silence()
        self.generation += 1
        self._held, self._finished = False, True
        self._all_sent.set()
        return self.heard_text()

    def _silence(self) -> None:
        self._note_estimate()
        heard_to = self._position()
        if heard_to < self._ledger.sent_samples:
            position = self._cleared_at = self._ledger.clear()
            if not self._head.reported:
                self._ledger.played(heard_to)   # nobody will answer the clear: what it drops was not heard
            self._drop_unsent()
            self._head.set(position, self._clock())
            self._send(Clear(sent_samples=position))

    def heard(self) -> Heard:
        """What reached the ear of the last reply, as the dialogue wants to know it."""
        if not self._reply_aloud:
            return Heard(tuple(dict.fromkeys(self._written)), self._written[-1] if self._written else None, True, self._asks)
        self._note_estimate()
        heard = self._ledger.heard()
        return Heard(heard.tags, heard.last_tag, heard.complete, self._asks)

    def heard_text(self) -> str:
        """The words of the last reply that reached the ear."""
        self._note_estimate()
        return self._ledger.heard().text

    def heard_ms(self) -> float:
        """How much of the present reply reached the ear."""
        self._note_estimate()
        return self._ledger.heard().heard_ms

    def nearly_all_heard(self) -> bool:
        """So little of the reply is left that its question, which comes last, has been understood."""
        left = self._ledger.reply_samples - int(self.heard_ms() * self.rate_hz / 1000)
        return self._finished and left <= self.rate_hz * QUESTION_LEFT_MS // 1000

    def saying(self) -> str:
        """What the shopper may be hearing now."""
        return self._ledger.speaking_now()

    async def pace(self) -> None:
        """Send what is laid down, never more than the lead ahead of the ear, for ever."""
        chunk = self.rate_hz * CHUNK_MS // 1000
        while True:
            if not self._to_send:
                if self._finished and not self._held:
                    self._all_sent.set()
                self._more.clear()
                await self._more.wait()
                continue
            now_s = self._clock()
            ahead = self._ledger.sent_samples - self._position()
            if ahead == 0:
                self._head.set(self._ledger.sent_samples, now_s)
            piece = min(chunk, self._to_send)
            if (early := ahead + piece - self._lead_samples) > 0:
                await asyncio.sleep(min(CHUNK_MS / 1000, early / self.rate_hz))
                continue
            pcm = self._ledger.take(piece)
            self._first_sent_s.setdefault(self._reply_generation, now_s)
            self._send(pcm.astype("<i2", copy=False).tobytes())
            await asyncio.sleep(0)

    def _position(self) -> int:
        return self._head.now(self._ledger.sent_samples, self._clock())

    def _note_estimate(self) -> None:
        if not self._head.reported:
            self._ledger.played(self._position())


def lead_silence_ms(speech: Speech) -> float:
    """Silence before the first sample that can be heard."""
    loud = np.flatnonzero(np.abs(speech.pcm) > AUDIBLE * 32768)
    return 1000.0 * float(loud[0]) / speech.sample_rate_hz if len(loud) else 0.0


def _reply(sentence: Sentence, speech: Speech | None, turn: int, index: int, start: int) -> ReplySaid:
    words = speech.words if speech else ()
    named = {(first, last): item for item, first, last in sentence.spans}
    spans = tuple(
        Span(
            start_char=word.start_char, end_char=word.end_char,
            start_sample=start + word.start_sample, end_sample=start + word.end_sample,
            item=next((item for (first, last), item in named.items() if first <= word.start_char < last), None),
        )
        for word in words
    )
    return ReplySaid(turn=turn, index=index, text=sentence.text, items=sentence.items, spans=spans, source=sentence.source)
