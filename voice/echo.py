"""Is the microphone hearing the reply itself? An echo guard for open loudspeakers, by band energies.

The guard compares what was sent with what the microphone hears, in sixteen bands every 16 ms. Where the two rise and fall
together at some delay there is an echo path, with a gain in each band. Sound that is no louder than the path explains is the
reply's own; what stands out of it is the shopper. (A double-talk detector as in acoustic echo control, e.g. Gänsler and Benesty,
2001, on energies instead of waveforms, so that clocks, codecs and jitter of a network do not matter.)

Its limits (``tests/voice/test_echo.py`` holds it to them):
- The path must be heard before it is known. Until then a voice over the first reply is compared with the reply itself
  (``voice.first_reply``), which takes 130 to 250 ms, at most JUDGE_MS; its words are kept meanwhile.
- A shopper as loud as the echo is heard within about 100 ms; one 6 dB quieter in a third of the frames; quieter ones only when
  the reply pauses.
- Delays above LONGEST_LAG between sending and hearing are not found, nor is a path through something that changes the sound
  (a loudspeaker that clips, a voice changer). A browser's own echo cancellation is better; this guard is for clients without it.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

import numpy as np
import numpy.typing as npt

from voice.first_reply import FirstReply
from voice.sound import SAMPLE_RATE_HZ, FloatAudio

HOP = 256
FRAME_MS = HOP * 1000 / SAMPLE_RATE_HZ
BANDS = 16
LOWEST_HZ, HIGHEST_HZ = 200.0, 6_000.0
MEMORY_FRAMES = 128
"""About two seconds of both sides."""
LONGEST_LAG = 50
"""Frames (800 ms) between sending and hearing: network, the client's buffer, the room."""
LEARN_EVERY_FRAMES = 10
LEARN_MS = 350
"""The least active reply that a path can be learned from."""
JUDGE_MS = 600
"""The active reply after which it is taken that there is none. Until then every sound over the first reply may be its echo: were
the reply held for it, the path would never be learned."""
PATH_CORRELATION = 0.55
"""Of band energies over the memory; unrelated voices reach 0.35."""
FORGET_CORRELATION = 0.25
STANDS_OUT_DB = 2.0
"""Mean excess over the predicted echo from which sound is the shopper's."""
LARGEST_EXCESS_DB = 20.0
DECIDE_FRAMES = 5
ACTIVE_DB = 30.0
"""A frame of the reply is active within this of its loudest."""
REVERB_DB_PER_FRAME, REVERB_FRAMES = 1.2, 12
"""How fast a living room's echo dies away (60 dB in 0.8 s), and how far back it is followed."""
ROOM_MARGIN_DB = 6.0
JUDGE_SILENT_MS = 400
SILENT_WITHIN_DB = 12.0
"""... and so much of it is enough where the microphone heard nothing at all meanwhile."""
_QUIET_DB = -90.0
_SOUNDING_DB = _QUIET_DB + 20
"""Nothing quieter is a reply's sound."""

_Frames = npt.NDArray[np.float32]


def _band_matrix() -> _Frames:
    """FFT bins to bands of equal width on a logarithmic scale, shape (257, BANDS)."""
    hz = np.fft.rfftfreq(2 * HOP, 1 / SAMPLE_RATE_HZ)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)
    inside = (hz[:, None] >= edges[None, :-1]) & (hz[:, None] < edges[None, 1:])
    nearest = np.abs(hz[:, None] - np.sqrt(edges[:-1] * edges[1:])[None, :]).argmin(axis=0)
    inside[nearest, np.arange(BANDS)] = True
    return inside.astype(np.float32)


_TO_BANDS = _band_matrix()
_WINDOW = np.hanning(2 * HOP).astype(np.float32)


class _BandEnergies:
    """A stream's band energies in dB; frame ``k`` is centred on sample ``k * HOP``."""

    def __init__(self) -> None:
        self._rest = np.zeros(HOP, dtype=np.float32)
        self._frames: deque[_Frames] = deque(maxlen=2 * (MEMORY_FRAMES + LONGEST_LAG))
        self.end_frame = 0

    def push(self, samples: FloatAudio) -> None:
        sound = np.concatenate([self._rest, samples])
        count = (len(sound) - HOP) // HOP
        if count > 0:
            overlapping = np.lib.stride_tricks.sliding_window_view(sound, 2 * HOP)[::HOP][:count]
            power = np.abs(np.fft.rfft(overlapping * _WINDOW)) ** 2
            self._frames.extend((10 * np.log10(power @ _TO_BANDS + 1e-9)).astype(np.float32))
            self.end_frame += count
        self._rest = sound[count * HOP :]

    def drop_after(self, frame: int) -> None:
        """Take back what was pushed beyond ``frame``."""
        while self._frames and self.end_frame > frame:
            self._frames.pop()
            self.end_frame -= 1
        self._rest = np.zeros(HOP, dtype=np.float32)

    def between(self, start: int, end: int) -> _Frames:
        """Frames ``start`` up to ``end``, shape (end - start, BANDS); quiet where there are none."""
        out = np.full((max(0, end - start), BANDS), _QUIET_DB, dtype=np.float32)
        oldest = self.end_frame - len(self._frames)
        first, last = max(start, oldest), min(end, self.end_frame)
        if last > first:
            out[first - start : last - start] = list(islice(self._frames, first - oldest, last - oldest))
        return out


class EchoGuard:
    """One session's guard. Tell it what is sent and what is heard, both at 16 kHz; ask ``echo`` when there is voice.

    ``sent`` and ``cleared`` may be called from another thread than the rest: they only leave a note.
    """

    def __init__(self) -> None:
        self._notes: deque[FloatAudio | None] = deque()
        self._first: FirstReply | None = FirstReply()
        """Until it is known, or taken, that there is a path or none."""
        self._mic = _BandEnergies()
        self._sent = _BandEnergies()
        self._sent_samples = 0
        self._heard_samples = 0
        self._learned_at_frame = 0
        self._lag: int | None = None
        self._gain = np.zeros(BANDS, dtype=np.float32)
        self._room = np.full(BANDS, _QUIET_DB, dtype=np.float32)

    def sent(self, audio: FloatAudio) -> None:
        """The reply's next samples go out now. They are played after those before them, or at once."""
        self._notes.append(audio)

    def cleared(self) -> None:
        """The client drops what it has not played."""
        self._notes.append(None)

    def _note(self, audio: FloatAudio | None) -> None:
        if audio is None:
            if self._first is not None:
                self._first.cleared()
            if self._sent_samples > self._heard_samples:
                self._sent.drop_after(self._heard_samples // HOP)
                self._sent_samples = self._sent.end_frame * HOP
            return
        gap = self._heard_samples - self._sent_samples
        if gap > 0:
            self._sent.push(np.zeros(gap, dtype=np.float32))
            self._sent_samples += gap
        if self._first is not None:
            self._first.sent(audio, self._sent_samples)
        self._sent.push(audio)
        self._sent_samples += len(audio)

    def heard(self, samples: FloatAudio) -> None:
        """The microphone's next samples."""
        while self._notes:
            self._note(self._notes.popleft())
        self._mic.push(samples)
        self._heard_samples += len(samples)
        if self._first is not None:
            self._first.heard(samples)
            if self.undecided and self._microphone_silent():
                self._first = None
        if self._mic.end_frame - self._learned_at_frame >= LEARN_EVERY_FRAMES:
            self._learned_at_frame = self._mic.end_frame
            self._learn()

    @property
    def path_known(self) -> bool:
        """The reply has been heard in the microphone."""
        return self._lag is not None

    @property
    def undecided(self) -> bool:
        """The first reply has only begun: the newest sound may be its echo or not."""
        end = self._mic.end_frame
        return self._first is not None and bool(
            self._sent.between(end - LONGEST_LAG, end).mean(axis=1).max() > _SOUNDING_DB
        )

    def is_other(self, since_sample: int) -> bool:
        """While undecided: the voice since then is surely none of the reply's. From then on there is taken to be no path."""
        if self._first is not None and self._first.is_other(since_sample):
            self._first = None
        return self._first is None and self._lag is None

    @property
    def echo(self) -> bool:
        """The newest sound is explained by the reply; or may be, while the first reply has only begun."""
        return self.undecided or (self._lag is not None and self.stands_out_db < STANDS_OUT_DB)

    @property
    def stands_out_db(self) -> float:
        """By how much the newest sound exceeds echo and room, over all bands; what lies below counts nothing."""
        if self._lag is None:
            return LARGEST_EXCESS_DB
        end = self._mic.end_frame
        start = end - DECIDE_FRAMES
        sent = self._sent.between(start - self._lag - REVERB_FRAMES, end - self._lag + 2) + self._gain
        fading = sent.copy()
        for index in range(1, len(fading)):
            fading[index] = np.maximum(sent[index], fading[index - 1] - REVERB_DB_PER_FRAME)
        around = np.max([fading[REVERB_FRAMES + k : len(fading) - 2 + k] for k in range(3)], axis=0)
        excess = self._mic.between(start, end) - np.maximum(around, self._room + ROOM_MARGIN_DB)
        return float(np.clip(excess, 0.0, LARGEST_EXCESS_DB).mean())

    def _microphone_silent(self) -> bool:
        """The reply has been sounding for a while, and nothing was heard meanwhile."""
        end = self._mic.end_frame
        start = max(0, end - MEMORY_FRAMES)
        active = _active(self._sent.between(start, end))
        since_reply = self._mic.between(start, end)[int(active.argmax()) :].mean(axis=1)
        silent = float(since_reply.max() - np.percentile(since_reply, 10)) < SILENT_WITHIN_DB
        return silent and bool(active.sum() * FRAME_MS >= JUDGE_SILENT_MS)

    def _learn(self) -> None:
        """Find the delay at which microphone and reply rise and fall together, and the gain in each band."""
        end = self._mic.end_frame
        start = max(0, end - MEMORY_FRAMES)
        sent = self._sent.between(start - LONGEST_LAG, end)
        active = _active(sent)
        if active.sum() * FRAME_MS < LEARN_MS:
            return
        if active.sum() * FRAME_MS >= JUDGE_MS:
            self._first = None
        mic = self._mic.between(start, end)
        self._room = np.percentile(mic, 10, axis=0).astype(np.float32)
        at = [slice(LONGEST_LAG - lag, LONGEST_LAG - lag + len(mic)) for lag in range(LONGEST_LAG + 1)]
        correlations = [_correlation(mic, sent[lagged], active[lagged]) for lagged in at]
        best = int(np.argmax(correlations))
        if correlations[best] >= PATH_CORRELATION:
            self._lag, self._first = best, None
            self._gain = np.percentile((mic - sent[at[best]])[active[at[best]]], 60, axis=0).astype(np.float32)
        elif self._lag is not None and correlations[self._lag] < FORGET_CORRELATION and active[-len(mic) :].mean() > 0.8:
            self._lag = None


def _active(sent: _Frames) -> npt.NDArray[np.bool_]:
    """The frames in which the reply sounds."""
    loud = sent.mean(axis=1)
    active: npt.NDArray[np.bool_] = loud > max(float(loud.max()) - ACTIVE_DB, _SOUNDING_DB)
    return active


def _correlation(mic: _Frames, sent: _Frames, active: npt.NDArray[np.bool_]) -> float:
    """Of two rows of band energies, each band about its own mean, -1..1.

    Counted from where the reply begins: that both had been silent before proves nothing.
    """
    if active.sum() * FRAME_MS < LEARN_MS:
        return 0.0
    begins = int(active.argmax())
    a, b = mic[begins:], np.maximum(sent[begins:], sent.max() - 45.0)
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0
