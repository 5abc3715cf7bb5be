"""Load and soak: how many can talk at once before people wait too long, and whether hours of talk leave anything behind.

Callers speak recordings at the pace of speech, over loopback, to ``shoptalk serve`` in a process of its own. They share its
machine, so the figures are of a server that has a little less than the cores there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import numpy as np

from server.client import CallError, Exchange, ShoptalkClient
from server.evaluate.conversing import Running
from server.evaluate.stories import load_stories
from server.protocol import ErrorSaid
from server.reporting import percentile_ms
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.wavefiles import read_audio

PAUSE_S = 0.6
"""Between the end of a reply and the next words."""
ARRIVALS_S = 2.0
"""Callers of a burst come within so many seconds, as people do."""
REFUSALS = frozenset({"busy", "crowded", "too_many_here", "opening", "closing"})
ANSWER_WITHIN_S = 60.0
TYPED = ("something cheaper", "tell me about the second one", "what else have you got?", "start over", "I don't mind", "hello")
WARM_SHARE = 0.25
"""Of a soak's sessions: until then caches fill, and memory grows as it should."""
SAMPLES, LEAST_POINTS = 20, 5
"""Looks at the server in a soak; a line through fewer warm ones says nothing."""
SETTLED_MS_PER_S, SETTLED_WITHIN_S = 30.0, 90.0
"""A server that was just opened still speaks its stock phrases to itself; processor time a second when it has done."""
VANISH_SHARE, CUT_SHARE, TYPED_SHARE = 0.1, 0.2, 0.4
WORDS_PER_S = 2.7
"""At which people, and the voice, speak."""


@dataclass
class Burst:
    """So many callers at once."""

    callers: int
    onsets_ms: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    """Turns that ended in an error, by code, and calls that broke."""
    lasted_s: float = 0.0
    talked_s: float = 0.0
    """Seconds that callers were in, all together."""
    cpu_s: float | None = None
    resident_mb: float | None = None

    def figures(self) -> dict[str, Any]:
        """For --json. ``cpu_ms_per_s``: processor time that one caller costs the server in a second of conversation."""
        cpu = None if self.cpu_s is None or not self.talked_s else round(self.cpu_s / self.talked_s * 1000)
        return {
            "callers": self.callers, "served": self.callers - sum(self.refused.values()), "turns": len(self.onsets_ms),
            "onset_p50_ms": percentile_ms(self.onsets_ms, 50), "onset_p95_ms": percentile_ms(self.onsets_ms, 95),
            "refused": dict(self.refused), "failures": dict(self.failures), "seconds": round(self.lasted_s, 1),
            "cpu_ms_per_s": cpu, "resident_mb": self.resident_mb,
        }


@dataclass(frozen=True, slots=True)
class Quiet:
    """Callers whose microphones are open and who say nothing."""

    sessions: int
    seconds: float
    cpu_ms_per_s: float | None
    """Processor time that one of them costs the server in a second."""
    mb_each: float | None


async def quiet(running: Running, sessions: int, seconds: float) -> Quiet:
    """Let so many callers listen for so long, after the server has been looked at without them, once it has settled."""
    async def spent_ms_per_s() -> float | None:
        before, began_s = running.cpu_s(), time.monotonic()
        await asyncio.sleep(seconds)
        after = running.cpu_s()
        return None if before is None or after is None else (after - before) / (time.monotonic() - began_s) * 1000

    until_s = time.monotonic() + SETTLED_WITHIN_S
    while ((busy := await spent_ms_per_s()) or 0) > SETTLED_MS_PER_S and time.monotonic() < until_s:
        pass
    alone, memory = busy, running.resident_mb()
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(sessions):
            await stack.enter_async_context(ShoptalkClient(running.url))
        held, more = await spent_ms_per_s(), running.resident_mb()
    return Quiet(
        sessions, seconds, None if alone is None or held is None else round((held - alone) / sessions, 1),
        None if memory is None or more is None else round((more - memory) / sessions, 2),
    )


def conversations(folder: Path) -> list[list[FloatAudio]]:
    """The recordings of each folder, in the order of their names; without a hum ("mhm"), which over a reply gets no answer.

    Raises CallError where there are none, StoryError where a story beside them cannot be read.
    """
    folders = [one for one in sorted(folder.iterdir()) if one.is_dir()] if folder.is_dir() else []
    hums = {story.wav(at) for one in folders if (one / "story.yaml").exists() for story in load_stories(one)
            for at, turn in enumerate(story.turns) if turn.backchannel}
    found = [[path for path in sorted(one.glob("*.wav")) if path not in hums] for one in folders]
    spoken = [[read_audio(path) for path in paths] for paths in found if paths]
    if not spoken:
        raise CallError(f"There are no recordings in the folders of {folder}; give one such as audio_fixtures.")
    return spoken


async def burst(running: Running, callers: int, seconds: float, spoken: Sequence[Sequence[FloatAudio]], seed: int) -> Burst:
    """Let so many callers talk at once for so long; each says what is in its recordings, over and over."""
    result, rng, began_s, spent_s = Burst(callers), random.Random(seed), time.monotonic(), running.cpu_s()
    until_s = began_s + seconds

    async def one(number: int, after_s: float) -> None:
        await asyncio.sleep(after_s)
        client = ShoptalkClient(running.url)
        try:
            async with client, _counted(result):
                for audio in itertools.cycle(spoken[number % len(spoken)]):
                    if time.monotonic() >= until_s:
                        return
                    _note(result, await client.say(audio, within_s=ANSWER_WITHIN_S))
                    await asyncio.sleep(PAUSE_S)
        except CallError:
            codes = [timed.message.code for timed in client.events if isinstance(timed.message, ErrorSaid)]
            turned_away = next((code for code in codes if code in REFUSALS), None)
            if turned_away is not None and client.ready is None:
                result.refused[turned_away] += 1
            else:
                result.failures[codes[-1] if codes else "broken"] += 1

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(one(number, rng.uniform(0, min(ARRIVALS_S, seconds / 4))))
    result.lasted_s, result.resident_mb = time.monotonic() - began_s, running.resident_mb()
    if spent_s is not None and (now_s := running.cpu_s()) is not None:
        result.cpu_s = now_s - spent_s
    return result


@contextlib.asynccontextmanager
async def _counted(result: Burst) -> AsyncIterator[None]:
    """The time inside is time that a caller is in."""
    began_s = time.monotonic()
    try:
        yield
    finally:
        result.talked_s += time.monotonic() - began_s


def _note(result: Burst, exchange: Exchange) -> None:
    if exchange.errors:
        result.failures[exchange.errors[-1].code] += 1
    elif exchange.onset_ms is not None:
        result.onsets_ms.append(exchange.onset_ms)


def knee(bursts: Sequence[Burst], within_ms: float) -> int | None:
    """The most callers of whom none was turned away or failed and 95 % waited no longer than this; None of no such burst."""
    fine = [
        one.callers for one in bursts
        if one.onsets_ms and not one.refused and not one.failures and float(np.percentile(one.onsets_ms, 95)) <= within_ms
    ]
    return max(fine, default=None)


# --- the soak --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """What the server holds at a moment."""

    sessions_done: int
    resident_mb: float | None
    threads: int | None
    files: int | None
    tasks: int
    sessions: int

    @classmethod
    def of(cls, running: Running, done: int) -> Held:
        """Look at a server that is idle."""
        threads = files = None
        with contextlib.suppress(OSError):
            process = Path(f"/proc/{running.process_id}")
            threads, files = len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))
        try:
            with urllib.request.urlopen(running.url.replace("ws://", "http://") + "/health", timeout=10) as answer:  # noqa: S310 - ours
                health = json.load(answer)
        except HTTPError as unwell:   # an engine that is behind: what is held is told all the same
            health = json.load(unwell)
        return cls(done, running.resident_mb(), threads, files, health["tasks"], health["sessions"] + health["resting"])


@dataclass
class Soak:
    """Many short conversations, and what the server held before, between and after them."""

    held: list[Held] = field(default_factory=list)
    sessions: int = 0
    turns: int = 0
    conversation_s: float = 0.0
    """What it would have lasted among people: speech and replies as long as they are heard, what was only written at the pace of
    talk, and after each the pause before the other speaks."""
    failures: Counter[str] = field(default_factory=Counter)
    """Turns that ended in an error, by code, and calls that broke, by what the client says of it."""
    lasted_s: float = 0.0

    def growth_mb(self) -> float | None:
        """Memory that a thousand sessions add once the server is warm (the slope of a line); None of a soak too short to tell."""
        warm = [(one.sessions_done, one.resident_mb) for one in self.held if one.sessions_done >= WARM_SHARE * self.sessions]
        points = [(done, held) for done, held in warm if held is not None]
        if len({one for one, _ in points}) < LEAST_POINTS:
            return None
        done, held = np.array(points).T
        return round(float(np.polyfit(done, held, 1)[0]) * 1000, 2)

    def left_over(self) -> dict[str, int]:
        """What there is more of at the end than when the server was warm: nothing, where nothing leaks."""
        warm = next((one for one in self.held if one.sessions_done >= WARM_SHARE * self.sessions), None)
        if warm is None:
            return {}
        last, more = self.held[-1], {}
        for name in ("threads", "files", "tasks", "sessions"):
            before, after = getattr(warm, name), getattr(last, name)
            if before is not None and after is not None and after > before:
                more[name] = after - before
        return more

    def figures(self) -> dict[str, Any]:
        """For --json."""
        return {
            "sessions": self.sessions, "turns": self.turns, "conversation_hours": round(self.conversation_s / 3600, 2),
            "minutes": round(self.lasted_s / 60, 1), "failures": dict(self.failures),
            "growth_mb_per_1000_sessions": self.growth_mb(), "left_over": self.left_over(),
            "held": [{name: getattr(one, name) for name in one.__slots__} for one in self.held],
        }


async def soak(
    running: Running, hours: float, spoken: Sequence[Sequence[FloatAudio]], seed: int, *, at_once: int = 2,
    most: int | None = None, minutes: float | None = None, told: Callable[[float], None] = lambda hours: None,
) -> Soak:
    """Hold short conversations, spoken and typed, hurried, some broken off, until they make up so many hours.

    Ends sooner after ``most`` sessions, or so many ``minutes`` of the clock.
    """
    result, rng, began_s = Soak(), random.Random(seed), time.monotonic()
    result.held.append(await asyncio.to_thread(Held.of, running, 0))
    step_s, next_look_s = hours * 3600 / SAMPLES, 0.0

    begun = 0

    async def one() -> None:
        nonlocal begun
        begun += 1
        recordings = rng.choice(spoken)
        client = ShoptalkClient(running.url, hurry=True, output=rng.choice(("audio", "audio", "text")))
        try:
            async with client:
                for audio in recordings[: rng.randint(1, 4)]:
                    typed = rng.choice(TYPED) if rng.random() < TYPED_SHARE else None
                    exchange = await (client.say(audio, within_s=ANSWER_WITHIN_S) if typed is None else client.type(typed))
                    result.turns += 1
                    result.conversation_s += _would_last_s(exchange, audio if typed is None else typed)
                    result.failures.update(error.code for error in exchange.errors if error.code != "nothing_heard")
                    if rng.random() < CUT_SHARE:
                        await client.interrupt()
                if rng.random() < VANISH_SHARE:
                    client.vanish()
        except CallError as broken:
            result.failures[str(broken)] += 1
        result.sessions += 1

    def goes_on() -> bool:
        late = minutes is not None and time.monotonic() - began_s >= minutes * 60
        return result.conversation_s < hours * 3600 and (most is None or begun < most) and not late

    async def one_after_the_other() -> None:
        """Until it is time to look."""
        while goes_on():
            await one()
            told(result.conversation_s / 3600)
            if result.conversation_s >= next_look_s:
                return

    while goes_on():
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        await _quiet(running)
        result.held.append(await asyncio.to_thread(Held.of, running, result.sessions))
        next_look_s = result.conversation_s + step_s
    result.lasted_s = time.monotonic() - began_s
    return result


def _would_last_s(exchange: Exchange, wish: FloatAudio | str) -> float:
    """A turn of two people: the wish, the reply, and a pause after each."""
    asked_s = len(wish.split()) / WORDS_PER_S if isinstance(wish, str) else len(wish) / SAMPLE_RATE_HZ
    answered_s = len(exchange.pcm) / SAMPLE_RATE_HZ or len(exchange.said.split()) / WORDS_PER_S
    return asked_s + answered_s + 2 * PAUSE_S


async def _quiet(running: Running, within_s: float = 20.0) -> None:
    """Until nobody is in, so that what is held is held for nobody."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while (await asyncio.to_thread(Held.of, running, 0)).sessions:
                await asyncio.sleep(0.2)
    await asyncio.sleep(0.5)
