"""Recorded conversations held with the real server over the real websocket, at the pace of speech, and what came of them.

The client plays at once, as a loudspeaker would, and reports what it played; replies are transcribed again only after the last
story has ended, so that listening back disturbs no timing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from server.client import CallError, Exchange, ShoptalkClient, Timed
from server.evaluate.stories import Lived, Story, check
from server.models import require
from server.protocol import Clear, TurnSaid
from server.reporting import percentile_ms
from voice.sound import SAMPLE_RATE_HZ, Pcm16
from voice.wavefiles import read_audio

READY_WITHIN_S = 120.0
SEEDED_SERVER = "import onnxruntime; onnxruntime.set_seed(7); from server.cli import main; main()"
"""The command line, with the voice's own chance seeded: a sentence never sounds twice the same otherwise."""
BREATH_S = 0.4
"""Between the end of a reply and the shopper's next words."""
SECOND_THOUGHTS_S = 1.2
"""How long a turn wrongly made of a backchannel may take to show itself."""
SLOWEST = 8
"""Turns named in the figures."""
LISTENER = "whisper-base"
"""Stock faster-whisper with these weights hears the replies: not our own hearing, which would judge itself."""

Told = Callable[[Story, int], None]
"""Progress: called with the story and how many of its turns are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One story, lived."""

    story: Story
    lived: tuple[Lived, ...]
    failed: str | None = None
    """Why it could not be lived to its end."""


# --- the server --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    ready_s: float | None = None
    process_id: int | None = None

    def resident_mb(self) -> float | None:
        """Memory the server holds now; None where the system does not tell."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            status = Path(f"/proc/{self.process_id}/status").read_text(encoding="ascii")
            return round(int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024, 1)
        return None

    def cpu_s(self) -> float | None:
        """Processor time the server has used, over all cores; None where the system does not tell."""
        with contextlib.suppress(OSError, ValueError):
            fields = Path(f"/proc/{self.process_id}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return None


@contextlib.asynccontextmanager
async def served(shop: Path, *options: str, refuses: bool = False, **variables: str) -> AsyncIterator[Running]:
    """``shoptalk serve`` for this shop, a process of its own on a free loopback port. Raises CallError when it does not start.

    ``refuses``: callers are turned away while answers are slow, as they would be; otherwise slowness is only measured.
    ``variables``: further settings, as they stand in the environment.
    """
    takes_all = {"SHOPTALK_CROWDED_LOAD": "1e9", "SHOPTALK_CROWDED_ONSET_MS": "1e9"}
    environment = {**os.environ, **({} if refuses else takes_all), **variables}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log, _ended_by_sigterm():
        command = [sys.executable, "-c", SEEDED_SERVER, "serve"]
        command += ["--shop", str(shop), "--port", str(port), *options]
        started_s = time.monotonic()
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment)
        try:
            url = f"ws://127.0.0.1:{port}"
            await _until_ready(url, process, started_s)
            yield Running(url, round(time.monotonic() - started_s, 2), process.pid)
        except CallError as error:
            log.seek(0)
            raise CallError(f"{error} {' '.join(log.read().split())[-600:]}".strip()) from None
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Meanwhile SIGTERM cancels this task, so that what it started ends with it, and then the process."""
    task, loop, told = asyncio.current_task(), asyncio.get_running_loop(), asyncio.Event()
    assert task is not None

    def cancel() -> None:
        told.set()
        task.cancel()

    not_here = (NotImplementedError, RuntimeError, ValueError)  # on this system, or but in the main thread
    with contextlib.suppress(*not_here):
        loop.add_signal_handler(signal.SIGTERM, cancel)
    try:
        yield
    except asyncio.CancelledError:
        if told.is_set():
            raise SystemExit(128 + signal.SIGTERM) from None
        raise
    finally:
        with contextlib.suppress(*not_here):
            loop.remove_signal_handler(signal.SIGTERM)


async def _until_ready(url: str, process: subprocess.Popen[bytes], started_s: float) -> None:
    while True:
        if process.poll() is not None:
            raise CallError("The server did not start:")
        if time.monotonic() - started_s > READY_WITHIN_S:
            raise CallError(f"The server was not ready within {READY_WITHIN_S:.0f} s:")
        if await asyncio.to_thread(_is_ready, url.replace("ws://", "http://") + "/ready"):
            return
        await asyncio.sleep(0.1)


def _is_ready(address: str) -> bool:
    with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - ours
        return bool(json.load(answer)["ready"])
    return False


# --- living a story ------------------------------------------------------------------------------------------------------------


async def live(stories: Sequence[Story], url: str, *, at_once: int = 1, told: Told = lambda story, done: None) -> list[Outcome]:
    """Hold every conversation, ``at_once`` of them side by side."""
    room = asyncio.Semaphore(at_once)

    async def one(story: Story) -> Outcome:
        async with room:
            return await _live_one(story, url, told)

    return list(await asyncio.gather(*(one(story) for story in stories)))


class CutWatch:
    """Sees the ``clear`` that answers a shopper who cuts in; what was heard before it was the old reply."""

    def __init__(self) -> None:
        self.exchange: Exchange | None = None
        """The exchange that cuts in, while it is watched."""
        self.cleared_s: float | None = None

    def __call__(self, timed: Timed) -> None:
        if self.exchange is not None and isinstance(timed.message, Clear):
            self.cleared_s = self.cleared_s or timed.at_s
            self.exchange.first_audible_s = None


async def _live_one(story: Story, url: str, told: Told) -> Outcome:
    lived: list[Lived] = []
    watch = CutWatch()
    try:
        async with ShoptalkClient(url, on_event=watch) as client:
            for index in range(len(story.turns)):
                lived.append(await _live_turn(story, index, client, lived, watch))
                told(story, index + 1)
                await asyncio.sleep(BREATH_S)
    except CallError as error:
        return Outcome(story, tuple(lived), f"turn {len(lived) + 1}: {error}")
    return Outcome(story, tuple(lived))


async def _live_turn(story: Story, index: int, client: ShoptalkClient, lived: list[Lived], watch: CutWatch) -> Lived:
    turn, following = story.turns[index], story.turns[index + 1 : index + 2]
    if turn.backchannel:
        return await _over_the_reply(story, index, client, lived)
    exchange = client.begin_exchange()
    cleared_after_ms = None
    if turn.interrupt_after_ms is None:
        await _speak(story, index, client)
    else:
        cleared_after_ms = await _cut_in(story, index, client, exchange, watch)
        lived[-1] = replace(lived[-1], cut=any(said.interrupted for said in exchange.of(TurnSaid)))
    if following and following[0].interrupt_after_ms is not None:
        await _until_audible(client, exchange, following[0].interrupt_after_ms)
        return Lived(exchange, exchange.onset_ms, cut=False)
    await client.reply()
    cut = bool(exchange.turn and exchange.turn.interrupted)
    return Lived(exchange, exchange.onset_ms, cut, cleared_after_ms)


async def _speak(story: Story, index: int, client: ShoptalkClient) -> None:
    end_sample = story.timing[index].speech_end_ms * SAMPLE_RATE_HZ // 1000
    await client.speak(read_audio(story.wav(index)), speech_end_sample=end_sample)


async def _until_audible(client: ShoptalkClient, exchange: Exchange, after_ms: int) -> None:
    """Until so long after the first audible sample of the reply."""
    await client.until(lambda: exchange.first_audible_s is not None, within_s=30)
    await asyncio.sleep(max(0.0, (exchange.first_audible_s or 0.0) + after_ms / 1000 - time.monotonic()))


async def _cut_in(story: Story, index: int, client: ShoptalkClient, exchange: Exchange, watch: CutWatch) -> float | None:
    """Speak over the reply; gives the time from the first voiced sample to the ``clear``, None where none came."""
    voiced_s = time.monotonic() + story.timing[index].speech_start_ms / 1000
    watch.exchange, watch.cleared_s = exchange, None
    await _speak(story, index, client)
    await client.until(lambda: _own_turn(exchange) is not None or bool(exchange.errors), within_s=30)
    watch.exchange = None
    return None if watch.cleared_s is None else (watch.cleared_s - voiced_s) * 1000


async def _over_the_reply(story: Story, index: int, client: ShoptalkClient, lived: list[Lived]) -> Lived:
    """A backchannel: the exchange under way goes on, and is finished here."""
    before = lived[-1]
    await _speak(story, index, client)
    await client.reply()
    await asyncio.sleep(SECOND_THOUGHTS_S)
    lived[-1] = replace(before, cut=any(said.interrupted for said in before.exchange.of(TurnSaid)))
    return replace(before, onset_ms=None)


def _own_turn(exchange: Exchange) -> TurnSaid | None:
    """The end of the turn that cut in; the end of the turn it cut may come before it."""
    own = [said for said in exchange.of(TurnSaid) if exchange.understanding and said.turn == exchange.understanding.turn]
    return own[-1] if own and not own[-1].interrupted else None


# --- listening back ------------------------------------------------------------------------------------------------------------


class Listener:
    """Hears what the replies said; ``normalize`` brings numbers and spellings into one form."""

    def __init__(self) -> None:
        from faster_whisper import WhisperModel
        from whisper.normalizers import EnglishTextNormalizer

        self._model = WhisperModel(str(require(LISTENER)), device="cpu", compute_type="int8", cpu_threads=2)
        self.normalize: Callable[[str], str] = EnglishTextNormalizer()

    def hear(self, pcm: Pcm16) -> str:
        """The words of 16 kHz audio."""
        segments, _ = self._model.transcribe(
            pcm.astype("float32") / 32768, beam_size=5, language="en", condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


def judge(outcomes: Sequence[Outcome], told: Told = lambda story, done: None) -> dict[str, list[str]]:
    """What went wrong, by story."""
    listener = Listener()
    verdicts = {}
    for outcome in outcomes:
        story = outcome.story
        if outcome.failed:
            verdicts[story.name] = [f"{story.name}, {outcome.failed}"]
            continue
        lived = [
            replace(one, reply_heard=listener.hear(one.exchange.pcm)) if turn.expect.heard_back or turn.expect.says else one
            for turn, one in zip(story.turns, outcome.lived, strict=True)
        ]
        verdicts[story.name] = check(story, lived, listener.normalize)
        told(story, len(story.turns))
    return verdicts


# --- the figures ---------------------------------------------------------------------------------------------------------------


def figures(
    outcomes: Sequence[Outcome], verdicts: dict[str, list[str]], running: Running, resident_mb: float | None, *, at_once: int,
) -> dict[str, Any]:
    """The object that ``shoptalk evaluate conversing --json`` prints: times in ms, counts, failures with reasons."""
    lived = [one for outcome in outcomes for one in outcome.lived]
    onsets = [one.onset_ms for one in lived if one.onset_ms is not None]
    stops = [one.cleared_after_ms for one in lived if one.cleared_after_ms is not None]
    return {
        "stories": len(outcomes),
        "passed": sum(not faults for faults in verdicts.values()),
        "failures": [fault for faults in verdicts.values() for fault in faults],
        "turns": len(lived),
        "onset_p50_ms": percentile_ms(onsets, 50),
        "onset_p95_ms": percentile_ms(onsets, 95),
        "onsets": len(onsets),
        "stages": _stages(lived),
        "slowest": _slowest(outcomes),
        "barge_in_stop_p95_ms": percentile_ms(stops, 95),
        "barge_ins": len(stops),
        "talk_over": sum(onset < 0 for onset in onsets),
        "at_once": at_once,
        "server_ready_s": running.ready_s,
        "server_resident_mb": resident_mb,
        "seed": None,
        "machine": {"cores": os.cpu_count(), "system": platform.platform(terse=True), "python": platform.python_version()},
    }


def _slowest(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The turns that were waited for longest, and where their time went."""
    waited = [
        (one.onset_ms, outcome.story.name, number, one.exchange.turn.stages if one.exchange.turn else [])
        for outcome in outcomes for number, one in enumerate(outcome.lived, 1) if one.onset_ms is not None
    ]
    return [
        {"story": name, "turn": number, "onset_ms": round(onset_ms, 1), "stages_ms": {one.stage: one.took_ms for one in stages}}
        for onset_ms, name, number, stages in sorted(waited, key=lambda one: -one[0])[:SLOWEST]
    ]


def _stages(lived: Sequence[Lived]) -> dict[str, dict[str, float | int | None]]:
    """By stage: how long it took, and where it began after the true end of speech (before it, where it was speculative)."""
    took: dict[str, list[float]] = {}
    began: dict[str, list[float]] = {}
    for one in lived:
        if one.onset_ms is None or one.exchange.turn is None:
            continue
        for stage in one.exchange.turn.stages:
            took.setdefault(stage.stage, []).append(stage.took_ms)
            began.setdefault(stage.stage, []).append(stage.start_ms)
    return {
        name: {"p50_ms": percentile_ms(times, 50), "p95_ms": percentile_ms(times, 95),
               "start_p50_ms": percentile_ms(began[name], 50), "n": len(times)}
        for name, times in took.items()
    }
