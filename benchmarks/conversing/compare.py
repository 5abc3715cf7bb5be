"""Audible onset, ours and an ordinary framework pipeline's, on the same recordings, alternating, in one run.

    python benchmarks/conversing/compare.py --pipecat-python /path/to/pipecat-venv/bin/python [--rounds 2] [--json]

Both run as servers of their own on this machine, both are called at the pace of speech, and both are timed from the true end of
speech in the recording to the first audible sample at a client that plays at once. Ours understands, recommends and words an
answer meanwhile; the pipeline speaks one fixed sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from server.client import AUDIBLE, FRAME_MS, ShoptalkClient
from server.evaluate.conversing import served
from server.evaluate.stories import load_stories
from server.models import require
from server.reporting import console, emit, percentile_ms
from voice.resampling import as_pcm16
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.wavefiles import read_audio

ROOT = Path(__file__).parents[2]
GIVE_UP_S = 15.0
QUIET_S = 1.5
"""Between one recording's reply and the next recording."""


@contextlib.asynccontextmanager
async def pipecat(python: Path) -> AsyncIterator[ClientConnection]:
    """The other pipeline, ready, and one connection to it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    agent = Path(__file__).with_name("pipecat_agent.py")
    voice = next(require("piper-joe").glob("*.onnx")).stem
    whisper, piper = str(require("whisper-base")), str(require("piper-joe"))
    process = subprocess.Popen([str(python), str(agent), str(port), whisper, piper, voice])
    try:
        yield await _connected(port, process)
    finally:
        process.terminate()
        process.wait(20)


async def _connected(port: int, process: subprocess.Popen[bytes]) -> ClientConnection:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the pipecat pipeline did not start; see its messages above")
        with contextlib.suppress(OSError):
            return await connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None)
        await asyncio.sleep(0.2)
    raise SystemExit("the pipecat pipeline did not open its port within two minutes")


class Caller:
    """The client's side of a plain-PCM connection: a microphone that never stops, and an ear for the first audible sample."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._to_say: list[bytes] = []
        self._ended_s = 0.0
        self.audible_s: float | None = None
        self.last_sound_s = 0.0
        self._tasks = [asyncio.create_task(self._speak()), asyncio.create_task(self._listen())]

    async def ask(self, audio: FloatAudio, speech_end_sample: int) -> float | None:
        """Onset in ms; None where no reply came. Returns when the reply has been quiet for a while."""
        frame = SAMPLE_RATE_HZ * FRAME_MS // 1000
        pcm = as_pcm16(audio)
        self.audible_s = None
        frames = [pcm[at : at + frame].astype("<i2").tobytes() for at in range(0, len(pcm), frame)]
        last = speech_end_sample // frame
        began_early = False
        for number, data in enumerate(frames):
            self._to_say.append(data)
            while self._to_say:
                await asyncio.sleep(0.001)
            if number == last:
                self._ended_s = time.monotonic()
                began_early = self.audible_s is not None
        deadline_s = time.monotonic() + GIVE_UP_S
        while self.audible_s is None and time.monotonic() < deadline_s:
            await asyncio.sleep(0.005)
        onset_ms = None if self.audible_s is None else (self.audible_s - self._ended_s) * 1000
        while time.monotonic() - self.last_sound_s < QUIET_S and not began_early:
            await asyncio.sleep(0.05)
        return onset_ms

    async def _speak(self) -> None:
        silence = bytes(SAMPLE_RATE_HZ * FRAME_MS // 1000 * 2)
        next_s = time.monotonic()
        while True:
            await self._connection.send(self._to_say.pop(0) if self._to_say else silence)
            next_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, next_s - time.monotonic()))

    async def _listen(self) -> None:
        async for data in self._connection:
            if isinstance(data, bytes):
                loud = np.flatnonzero(np.abs(np.frombuffer(data, dtype="<i2").astype(np.int32)) > AUDIBLE * 32768)
                if len(loud):
                    now_s = time.monotonic()
                    self.last_sound_s = now_s + len(data) / 2 / SAMPLE_RATE_HZ
                    if self.audible_s is None:
                        self.audible_s = now_s + float(loud[0]) / SAMPLE_RATE_HZ

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def compare(python: Path, rounds: int, shop: Path, most: int | None = None) -> dict[str, Any]:
    """First turns of every story (each is a request on its own), ours and theirs by turns; who goes first alternates."""
    recordings = [
        (story.name, read_audio(story.wav(0)), story.timing[0].speech_end_ms * SAMPLE_RATE_HZ // 1000)
        for story in load_stories(ROOT / "audio_fixtures")[:most]
    ]
    ours: list[float] = []
    theirs: list[float] = []
    silent = 0
    async with served(shop) as running, pipecat(python) as connection:
        caller = Caller(connection)
        await caller.ask(*recordings[0][1:])   # both get one turn that is not counted
        async with ShoptalkClient(running.url) as client:
            await client.say(recordings[0][1], speech_end_sample=recordings[0][2])
        for number, (name, audio, end) in enumerate(recordings * rounds):
            for who in ("ours", "theirs") if number % 2 else ("theirs", "ours"):
                if who == "theirs":
                    onset_ms = await caller.ask(audio, end)
                else:
                    async with ShoptalkClient(running.url) as client:
                        onset_ms = (await client.say(audio, speech_end_sample=end)).onset_ms
                if onset_ms is None:
                    silent += 1
                else:
                    (ours if who == "ours" else theirs).append(onset_ms)
                console.print(f"{name:<28} {who:<7} {'no reply' if onset_ms is None else f'{onset_ms:.0f} ms'}", highlight=False)
        await caller.close()
    figures: dict[str, Any] = {"recordings": len(recordings), "rounds": rounds, "no_reply": silent}
    for who, onsets in (("ours", ours), ("theirs", theirs)):
        for percent in (50, 95):
            figures[f"{who}_p{percent}_ms"] = percentile_ms(onsets, percent)
        figures[f"{who}_n"] = len(onsets)
        figures[f"{who}_before_the_end"] = sum(onset < 0 for onset in onsets)
    for percent in (50, 95):
        figures[f"times_faster_p{percent}"] = round(figures[f"theirs_p{percent}_ms"] / figures[f"ours_p{percent}_ms"], 2)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pipecat-python", type=Path, required=True, help="the Python of an environment with pipecat-ai in it")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--most", type=int, help="only so many recordings")
    parser.add_argument("--shop", type=Path, default=ROOT / "shops" / "demo")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = asyncio.run(compare(asked.pipecat_python, asked.rounds, asked.shop, asked.most))
    emit(figures, as_json=asked.json, title="Audible onset")


if __name__ == "__main__":
    sys.exit(main())
