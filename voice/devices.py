"""The terminal's microphone and loudspeaker, through PortAudio (sounddevice)."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np

from voice.resampling import StreamResampler
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Pcm16

BLOCK_MS = 20
QUEUE_BLOCKS = 500
"""Ten seconds of microphone blocks wait at most; beyond that the oldest are lost and counted."""
INSTEAD = "use `shoptalk talk --text` to type, or `--wav FILE` to play a recording as the microphone"


class DeviceError(RuntimeError):
    """No usable sound device; the message is one sentence that says what to install or use instead."""


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "PortAudio is not installed (Debian or Ubuntu: `apt install libportaudio2`; macOS: `brew install portaudio`); "
            f"install it, or {INSTEAD}."
        ) from error
    return sounddevice


def _explain(kind: str, error: Exception) -> DeviceError:
    reason = str(error).splitlines()[0].rstrip(".")
    return DeviceError(f"No {kind} can be opened ({reason}); connect one and choose it with --device, or {INSTEAD}.")


def devices() -> str:
    """The devices PortAudio knows, a line each. Raises DeviceError without PortAudio."""
    return str(_portaudio().query_devices())


class Microphone:
    """Sound at 16 kHz, block by block. ``with Microphone() as microphone: for block in microphone: ...``"""

    def __init__(self, device: int | str | None = None) -> None:
        self._device = device
        self._blocks: queue.Queue[FloatAudio | None] = queue.Queue(maxsize=QUEUE_BLOCKS)
        self.lost_blocks = 0

    def __enter__(self) -> Microphone:
        """Open the device. Raises DeviceError where there is none. A device that cannot run at 16 kHz is resampled."""
        sounddevice = _portaudio()
        try:
            rate = SAMPLE_RATE_HZ
            try:
                sounddevice.check_input_settings(device=self._device, samplerate=rate, channels=1, dtype="float32")
            except sounddevice.PortAudioError:
                rate = int(sounddevice.query_devices(self._device, "input")["default_samplerate"])
            self._resampler = StreamResampler(rate, SAMPLE_RATE_HZ)
            self._stream = sounddevice.InputStream(
                samplerate=rate, blocksize=rate * BLOCK_MS // 1000, device=self._device, channels=1, dtype="float32",
                callback=self._on_block,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _explain("microphone", error) from error
        return self

    def _on_block(self, indata: FloatAudio, frames: int, when: Any, status: Any) -> None:
        try:
            self._blocks.put_nowait(self._resampler.push(indata[:, 0].copy()))
        except queue.Full:
            self.lost_blocks += 1

    def __iter__(self) -> Iterator[FloatAudio]:
        while (block := self._blocks.get()) is not None:
            yield block

    def close(self) -> None:
        """End the iteration, from any thread."""
        self._stream.close()
        if self._blocks.full():
            self._blocks.get_nowait()
        self._blocks.put(None)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class PlayQueue:
    """PCM waiting to be played, taken block by block by the device's thread; counts exactly what was taken. Thread safe."""

    def __init__(self) -> None:
        self._waiting: deque[Pcm16] = deque()
        self._lock = threading.Lock()
        self._played = 0

    @property
    def played_samples(self) -> int:
        return self._played

    @property
    def waiting_samples(self) -> int:
        with self._lock:
            return sum(len(pcm) for pcm in self._waiting)

    def put(self, pcm: Pcm16) -> None:
        with self._lock:
            self._waiting.append(pcm)

    def clear(self) -> int:
        """Drop what is waiting; returns how many samples have been played."""
        with self._lock:
            self._waiting.clear()
            return self._played

    def count_on_from(self, position: int) -> None:
        """After ``clear``: the server's stream goes on from ``position``."""
        with self._lock:
            self._played = position

    def take(self, samples: int) -> Pcm16:
        """Exactly ``samples`` to play; silence fills what is missing and is not counted."""
        block = np.zeros(samples, dtype=np.int16)
        filled = 0
        with self._lock:
            while self._waiting and filled < samples:
                pcm = self._waiting[0]
                count = min(len(pcm), samples - filled)
                block[filled : filled + count] = pcm[:count]
                filled += count
                if count == len(pcm):
                    self._waiting.popleft()
                else:
                    self._waiting[0] = pcm[count:]
            self._played += filled
        return block


class Loudspeaker:
    """Plays PCM16 at ``sample_rate_hz``; ``queue.played_samples`` counts what went to the device."""

    def __init__(self, sample_rate_hz: int, device: int | str | None = None) -> None:
        self._rate_hz = sample_rate_hz
        self._device = device
        self.queue = PlayQueue()

    def __enter__(self) -> Loudspeaker:
        """Open the device. Raises DeviceError where there is none."""
        sounddevice = _portaudio()
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=self._rate_hz, blocksize=self._rate_hz * BLOCK_MS // 1000, device=self._device, channels=1,
                dtype="int16", callback=self._on_block,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _explain("loudspeaker", error) from error
        return self

    def _on_block(self, outdata: Pcm16, frames: int, when: Any, status: Any) -> None:
        outdata[:, 0] = self.queue.take(frames)

    @property
    def heard_samples(self) -> int:
        """Played and out of the device's own buffer: what has reached the ear."""
        return max(0, self.queue.played_samples - int(self._stream.latency * self._rate_hz))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()


