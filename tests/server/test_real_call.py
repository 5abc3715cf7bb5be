"""The real engines behind the real server: a question spoken by Piper, and sound in which nobody speaks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz

from server.client import ShoptalkClient
from server.engines import Engines
from server.serve import Doorkeeper, serving
from server.settings import Settings
from voice.resampling import as_float, resample
from voice.sound import SAMPLE_RATE_HZ, FloatAudio

LIKENESS = 70
"""Invented names are spelled by ear when the reply is transcribed again."""
RESIDENT_LIMIT_MB = 2_500


@pytest.fixture(scope="module")
def engines(real_engines: Engines) -> Engines:
    return real_engines


@contextlib.asynccontextmanager
async def calling(engines: Engines) -> AsyncIterator[ShoptalkClient]:
    settings = Settings(port=0)
    async with serving(settings, Doorkeeper(settings, engines)) as (_, port), ShoptalkClient(
        f"ws://127.0.0.1:{port}", hurry=True
    ) as client:
        yield client


def spoken(engines: Engines, text: str) -> FloatAudio:
    speech = engines.speaker.speak(text)
    room = np.random.default_rng(1).normal(0, 0.0005, SAMPLE_RATE_HZ // 2).astype(np.float32)
    return np.concatenate([room, as_float(resample(speech.pcm, speech.sample_rate_hz, SAMPLE_RATE_HZ)), room])


async def test_a_spoken_question_gets_a_spoken_answer_that_names_the_item_and_the_price(engines: Engines) -> None:
    async with calling(engines) as client:
        exchange = await client.say(spoken(engines, "I am looking for a lamp under a hundred dollars."))
        assert exchange.understanding is not None
        assert {slot.slot: slot.high for slot in exchange.understanding.slots}["budget"] == 100
        assert exchange.items is not None
        assert all(item.price_minor is not None and item.price_minor <= 10_000 for item in exchange.items.items)
        heard = engines.transcriber.transcribe(as_float(exchange.pcm)[: 28 * SAMPLE_RATE_HZ]).text.lower()
        named = [item for item in exchange.items.items if fuzz.partial_ratio(item.title.lower(), heard) >= LIKENESS]
        assert named, heard
        assert "$" in heard or "dollars" in heard


async def test_noise_and_silence_are_not_answered_and_the_next_question_is(engines: Engines) -> None:
    rng = np.random.default_rng(3)
    async with calling(engines) as client:
        exchange = client.begin_exchange()
        await client.speak(np.zeros(60 * SAMPLE_RATE_HZ, dtype=np.float32))      # a minute of silence
        await client.speak(rng.normal(0, 0.05, 8 * SAMPLE_RATE_HZ).astype(np.float32))
        await client.speak(np.zeros(2 * SAMPLE_RATE_HZ, dtype=np.float32))
        assert not exchange.items
        assert {error.code for error in exchange.errors} <= {"nothing_heard"}
        answered = await client.say(spoken(engines, "Do you have a scarf?"))
        assert answered.items is not None


def test_every_model_together_stays_inside_the_memory_promised(engines: Engines) -> None:
    status = Path("/proc/self/status")
    if not status.is_file():
        pytest.skip("this system does not tell how much memory a process holds")
    resident_kb = int(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")).split()[1])
    assert engines.transcriber is not None
    assert resident_kb / 1024 < RESIDENT_LIMIT_MB
