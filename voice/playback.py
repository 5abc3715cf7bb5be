"""What was sent and what was heard, in samples: the ledger of everything a session says.

The stream to the client is one long count of samples. A reply is a row of sentences laid end to end; it is taken from the
ledger as it is sent, and the client reports how far it has played. What was heard of a reply is always its beginning: after a
``clear`` the reply can be taken up again from the exact sample that was heard last.

    ledger.begin()                       a new reply; what was left of the last one is dropped
    ledger.append(speech, spans)         a sentence, with the stretches of its text that speak of something
    ledger.take(320)                     the next samples to send
    ledger.played(position)              the client's report, a position in the stream
    ledger.clear()                       the client drops what it has not played
    ledger.rewind()                      a false alarm: ``take`` goes on from what was heard
    ledger.heard()                       the words and tags that reached the ear
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from voice.resampling import resample
from voice.sound import Pcm16, Speech, SpokenWord

TagSpan = tuple[str, int, int]
"""(tag, start_char, end_char): what ``text[start_char:end_char]`` speaks of. Tags mean nothing to the ledger."""


@dataclass(frozen=True, slots=True)
class HeardReply:
    """What reached the ear of one reply."""

    generation: int
    text: str
    """The words that were heard to their end, sentence by sentence."""
    words: tuple[str, ...]
    tags: tuple[str, ...]
    """Tags whose words were heard to their end, in order, each once."""
    last_tag: str | None
    """The tag heard last, whole or in part: what "that one" means."""
    complete: bool
    """The reply was heard to its end."""
    heard_ms: float


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sentence in its reply, counted in output samples from the reply's start."""

    speech: Speech
    spans: tuple[TagSpan, ...]
    pcm: Pcm16
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.pcm)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Samples that were sent without a break: stream position ``stream`` is reply position ``reply``."""

    stream: int
    reply: int
    length: int
    era: int
    """How many clears came before it. A report tells of its own era only: what a clear dropped was never heard."""


class PlaybackLedger:
    """One session's ledger. Positions are in samples at ``output_rate_hz``; not thread safe (one session, one task)."""

    def __init__(self, output_rate_hz: int, *, sent_samples: int = 0) -> None:
        """``sent_samples``: where the stream goes on from after a lost connection."""
        self._rate_hz = output_rate_hz
        self.generation = 0
        self.sent_samples = sent_samples
        self._sentences: list[_Placed] = []
        self._stretches: list[_Stretch] = []
        self._next = 0
        self._heard = 0
        self._clears: list[int] = []
        self._clear_answered = True
        self._finished = False

    # --- what is said -----------------------------------------------------------------------------------------------

    def begin(self) -> int:
        """A new reply. Returns its generation; work of an older generation is to be dropped."""
        self.generation += 1
        self._sentences, self._stretches = [], []
        self._next = self._heard = 0
        self._finished = False
        return self.generation

    def append(self, speech: Speech, spans: Sequence[TagSpan] = (), *, generation: int | None = None) -> bool:
        """Lay a sentence at the end of the reply. False, and nothing done, where ``generation`` is no longer the current one."""
        if generation is not None and generation != self.generation:
            return False
        for tag, start, end in spans:
            if not 0 <= start < end <= len(speech.text):
                raise ValueError(f"the span {start}..{end} of {tag!r} lies outside its sentence of {len(speech.text)} characters")
        pcm = resample(speech.pcm, speech.sample_rate_hz, self._rate_hz)
        start = self._sentences[-1].end if self._sentences else 0
        self._sentences.append(_Placed(speech, tuple(spans), pcm, start))
        return True

    def finish(self) -> None:
        """No sentence follows: when all is heard the reply is complete."""
        self._finished = True

    @property
    def reply_samples(self) -> int:
        return self._sentences[-1].end if self._sentences else 0

    @property
    def pending_samples(self) -> int:
        """Laid down and not yet taken."""
        return self.reply_samples - self._next

    @property
    def unheard_samples(self) -> int:
        """Laid down and not yet heard: what is pending after ``rewind``."""
        return self.reply_samples - self._heard

    @property
    def all_heard(self) -> bool:
        return self._finished and self._heard >= self.reply_samples

    def take(self, samples: int) -> Pcm16:
        """The next samples to send, at most ``samples``; they count as sent. Empty when nothing is pending."""
        first = self._next
        last = min(first + samples, self.reply_samples)
        if last <= first:
            return np.zeros(0, dtype=np.int16)
        pieces = [s.pcm[max(0, first - s.start) : last - s.start] for s in self._sentences if s.start < last and s.end > first]
        self._note_sent(first, last - first)
        self._next = last
        return np.concatenate(pieces)

    def _note_sent(self, reply: int, length: int) -> None:
        last = self._stretches[-1] if self._stretches else None
        if last and last.era == len(self._clears) and last.reply + last.length == reply:
            self._stretches[-1] = replace(last, length=last.length + length)
        else:
            self._stretches.append(_Stretch(self.sent_samples, reply, length, len(self._clears)))
        self.sent_samples += length

    # --- what was heard ---------------------------------------------------------------------------------------------

    def played(self, position: int) -> None:
        """The client has played up to ``position`` of the stream.

        Reports may come late or out of order; what lies beyond what was sent is cut off. After a ``clear`` the client counts
        on from ``sent_samples``, so a report from beyond the clear says nothing of what was dropped by it. A report of exactly
        the clear's position is the answer to it (all was played) only where none came before.
        """
        position = min(position, self.sent_samples)
        era = bisect_right(self._clears, position)
        if self._clears and position == self._clears[-1] and not self._clear_answered:
            era -= 1
        if era < len(self._clears):
            self._clear_answered = True
        for stretch in self._stretches:
            if stretch.era == era and position > stretch.stream:
                self._heard = max(self._heard, stretch.reply + min(position - stretch.stream, stretch.length))

    def heard_until(self, position: int) -> bool:
        """The client says exactly how far it played before it dropped the rest: what was taken for heard beyond it was not.

        False, and nothing is changed, where ``position`` is not in this reply.
        """
        if not self._stretches or position < self._stretches[0].stream:
            return False
        before = [stretch for stretch in self._stretches if stretch.stream < position]
        self._heard = before[-1].reply + min(position - before[-1].stream, before[-1].length) if before else 0
        return True

    def clear(self) -> int:
        """The client is told to drop what it has not played. Returns ``sent_samples``, from where it counts on."""
        if not self._clears or self._clears[-1] != self.sent_samples:
            self._clears.append(self.sent_samples)
            self._clear_answered = False
        return self.sent_samples

    def rewind(self) -> None:
        """Take the reply up again from the first sample that was not heard (after ``clear`` and its answer)."""
        self._next = self._heard

    def heard(self) -> HeardReply:
        """What reached the ear of this reply, by the reports so far."""
        texts: list[str] = []
        words: list[str] = []
        tags: dict[str, None] = {}
        last_tag: str | None = None
        for sentence in self._sentences:
            if sentence.start >= self._heard and len(sentence.pcm):
                break
            until = self._voice_samples(sentence)
            spoken = [w for w in sentence.speech.words if w.end_sample <= until]
            words += [w.text for w in spoken]
            texts.append(sentence.speech.text if self._heard >= sentence.end else _text_of(sentence.speech, spoken))
            for tag, start, end in sorted(sentence.spans, key=lambda span: span[1]):
                first, last = _samples_of(sentence.speech, start, end)
                if last <= until:
                    tags.setdefault(tag)
                if first < until:
                    last_tag = tag
        return HeardReply(
            generation=self.generation,
            text=" ".join(text for text in texts if text),
            words=tuple(words),
            tags=tuple(tags),
            last_tag=last_tag,
            complete=self.all_heard,
            heard_ms=1000.0 * self._heard / self._rate_hz,
        )

    def speaking_now(self) -> str:
        """The text that the shopper may hear now: the sentence at the last report and those already sent (for the echo guard)."""
        return " ".join(s.speech.text for s in self._sentences if s.end > self._heard and s.start < max(self._next, 1))

    def _voice_samples(self, sentence: _Placed) -> int:
        """How much of the sentence was heard, in the voice's own samples."""
        heard = min(max(0, self._heard - sentence.start), len(sentence.pcm))
        return len(sentence.speech.pcm) if heard == len(sentence.pcm) else heard * sentence.speech.sample_rate_hz // self._rate_hz


def _words_within(speech: Speech, start_char: int, end_char: int) -> list[SpokenWord]:
    return [w for w in speech.words if w.start_char < end_char and w.end_char > start_char]


def _samples_of(speech: Speech, start_char: int, end_char: int) -> tuple[int, int]:
    """The samples that speak these characters; a stretch without words lies at the sentence's end."""
    words = _words_within(speech, start_char, end_char)
    return (words[0].start_sample, words[-1].end_sample) if words else (len(speech.pcm), len(speech.pcm))


def _text_of(speech: Speech, words: Sequence[SpokenWord]) -> str:
    return speech.text[: words[-1].end_char] if words else ""
