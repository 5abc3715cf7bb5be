"""The last half minute of what was heard, by absolute sample number."""

from __future__ import annotations

import numpy as np

from voice.sound import FloatAudio


class Tape:
    """A ring of the newest ``capacity`` samples. Samples are numbered from the start of the stream."""

    def __init__(self, capacity: int) -> None:
        self._ring = np.zeros(capacity, dtype=np.float32)
        self.end_sample = 0
        """The number of samples heard so far."""

    @property
    def start_sample(self) -> int:
        """The oldest sample still held."""
        return max(0, self.end_sample - len(self._ring))

    def append(self, samples: FloatAudio) -> None:
        """Raises ValueError where more comes at once than the tape holds."""
        if len(samples) > len(self._ring):
            raise ValueError(f"{len(samples)} samples do not fit on a tape of {len(self._ring)}")
        at = self.end_sample % len(self._ring)
        first = min(len(samples), len(self._ring) - at)
        self._ring[at : at + first] = samples[:first]
        self._ring[: len(samples) - first] = samples[first:]
        self.end_sample += len(samples)

    def between(self, start_sample: int, end_sample: int) -> FloatAudio:
        """A copy of samples ``start_sample`` up to ``end_sample``, as far as they are held."""
        start, end = max(start_sample, self.start_sample), min(end_sample, self.end_sample)
        return self._ring[np.arange(start, max(start, end)) % len(self._ring)]
