"""The audio formats of the wire: PCM16 at any rate, and the telephone's two laws, to and from the session's 24 kHz PCM16."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice import g711
from voice.resampling import StreamResampler, as_float, as_pcm16
from voice.sound import FloatAudio

SESSION_RATE_HZ = 24_000
"""What the protocol means by PCM16, so that most clients need no resampling."""
PHONE_RATE_HZ = 8_000

Kind = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]


@dataclass(frozen=True, slots=True)
class Format:
    """How a client's audio is written."""

    kind: Kind = "audio/pcm"
    rate_hz: int = SESSION_RATE_HZ

    @property
    def law(self) -> g711.Law | None:
        return {"audio/pcmu": "ulaw", "audio/pcma": "alaw"}.get(self.kind)  # type: ignore[return-value]


PCM16 = Format()


class FromClient:
    """The client's stream as PCM16 at the session's rate; chunks may be cut anywhere."""

    def __init__(self, sound: Format) -> None:
        self._format = sound
        self._resampler = StreamResampler(sound.rate_hz, SESSION_RATE_HZ)
        self._half = b""

    def pcm(self, data: bytes) -> bytes:
        if self._format.law is None:
            data = self._half + data
            whole = len(data) // 2 * 2
            data, self._half = data[:whole], data[whole:]
            if self._format.rate_hz == SESSION_RATE_HZ:
                return data
            sound = as_float(np.frombuffer(data, dtype="<i2"))
        else:
            sound = as_float(g711.decode(data, self._format.law))
        return _bytes(self._resampler.push(sound))


class ToClient:
    """The session's stream in the client's format; ``rest`` gives what the resampler still holds at the end of a reply."""

    def __init__(self, sound: Format) -> None:
        self._format = sound
        self._resampler = StreamResampler(SESSION_RATE_HZ, sound.rate_hz)

    def data(self, pcm: bytes) -> bytes:
        if self._format.rate_hz == SESSION_RATE_HZ and self._format.law is None:
            return pcm
        return self._written(self._resampler.push(as_float(np.frombuffer(pcm, dtype="<i2"))))

    def rest(self) -> bytes:
        held, self._resampler = self._resampler.finish(), StreamResampler(SESSION_RATE_HZ, self._format.rate_hz)
        return self._written(held)

    def _written(self, sound: FloatAudio) -> bytes:
        return _bytes(sound) if self._format.law is None else g711.encode(as_pcm16(sound), self._format.law)


def _bytes(sound: FloatAudio) -> bytes:
    return as_pcm16(sound).astype("<i2", copy=False).tobytes()
