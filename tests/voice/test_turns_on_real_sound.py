"""The listener with its real parts: Silero, smart-turn, spoken sentences with pauses, recorded people and a kitchen."""

from __future__ import annotations

import json

import numpy as np
import pytest
from models_here import model, recordings
from scripted import MS, play

from voice.listening import Listener
from voice.resampling import as_float, resample
from voice.speaking import PiperSpeaker
from voice.turn_end import SmartTurn
from voice.vad import VoiceActivity
from voice.wavefiles import read_audio
from voice.wording import reads_finished


@pytest.fixture(scope="module")
def speak():
    voice = PiperSpeaker(model("piper-joe"), threads=1)

    def spoken(text: str) -> np.ndarray:
        speech = voice.speak(text)
        audio = as_float(resample(speech.pcm, speech.sample_rate_hz, 16_000)) * 0.5
        last = int(np.flatnonzero(np.abs(audio) > 0.01)[-1])
        return audio[: last + 1]

    return spoken


@pytest.fixture(scope="module")
def smart_turn():
    return SmartTurn(next(model("smart-turn").glob("*.onnx")))


@pytest.fixture(scope="module")
def silero():
    return next(model("silero-vad").glob("*.onnx"))


def hush(ms: float) -> np.ndarray:
    return np.random.default_rng(7).normal(0, 3e-4, int(ms * MS)).astype(np.float32)


@pytest.mark.parametrize(
    ("before", "pause_ms", "after"),
    [
        ("I'm looking for a scarf, under", 800, "a hundred and fifty dollars"),
        ("Under", 1_150, "a hundred and fifty"),
        ("Something for my", 900, "for my mother"),
        ("I'd like a bowl or", 1_000, "maybe a vase"),
    ],
)
def test_a_shopper_who_thinks_in_a_sentence_is_let_finish(speak, smart_turn, silero, before, pause_ms, after):
    first, second = speak(before), speak(after)
    audio = np.concatenate([hush(500), first, hush(pause_ms), second, hush(2_000)])
    resumes = 500 * MS + len(first) + pause_ms * MS
    played = play(
        Listener(VoiceActivity(silero), reads_words=True), audio, finished=lambda paused: smart_turn.probability(paused.audio),
        hints=lambda paused: reads_finished(before if paused.end_sample < resumes else f"{before} {after}"),
    )
    assert len(played.ends) == 1
    (ended,) = played.ends
    assert abs(ended.end_sample - (len(audio) - 2_000 * MS)) < 150 * MS


@pytest.mark.parametrize("text", ["The cheaper one.", "Yes please.", "The second one.", "No thanks."])
def test_what_is_surely_said_is_answered_at_once(speak, smart_turn, silero, text):
    spoken = speak(text)
    audio = np.concatenate([hush(500), spoken, hush(2_000)])
    ears = Listener(VoiceActivity(silero), reads_words=True)
    played = play(
        ears, audio, finished=lambda paused: smart_turn.probability(paused.audio), hints=[reads_finished(text)] * 3, hint_ms=150
    )
    (ended,) = played.ends
    assert ended.decided_at_sample - (500 * MS + len(spoken)) <= 400 * MS


def test_recorded_wishes_end_once_and_soon(smart_turn, silero):
    folder = recordings()
    delays = []
    for line in (folder / "commands.jsonl").read_text().splitlines()[:6]:
        audio = read_audio(folder / json.loads(line)["audio"])
        loud = np.flatnonzero(np.abs(audio) > 0.03 * np.abs(audio).max())
        cut = np.concatenate([audio[max(0, loud[0] - 8_000) : loud[-1] + 1], hush(2_500)])
        ears = Listener(VoiceActivity(silero), reads_words=True)
        played = play(ears, cut, finished=lambda paused: smart_turn.probability(paused.audio), hints=[None] * 6)
        delays.append((played.ends[-1].decided_at_sample - (len(cut) - 2_500 * MS)) / MS)
    assert np.median(delays) < 600
    assert max(delays) < 1_600


def test_a_kitchen_is_no_turn_that_hangs(silero):
    noise = read_audio(recordings() / "noise" / "kitchen.flac")[: 16_000 * 20]
    ears = Listener(VoiceActivity(silero))
    played = play(ears, np.concatenate([noise, hush(2_000)]), finished=lambda _: 0.5)
    assert not ears.speaking
    assert all(len(ended.audio) < 16_000 * 10 for ended in played.ends)


def test_speech_over_a_steady_drone_still_ends(speak, smart_turn, silero):
    drone = 0.02 * np.sin(2 * np.pi * 120 * np.arange(16_000 * 8) / 16_000).astype(np.float32)
    drone += np.random.default_rng(3).normal(0, 0.01, len(drone)).astype(np.float32)
    spoken = speak("I would like a warm blanket for the winter")
    drone[32_000 : 32_000 + len(spoken)] += spoken
    ears = Listener(VoiceActivity(silero))
    played = play(ears, drone, finished=lambda paused: smart_turn.probability(paused.audio))
    assert len(played.ends) >= 1
    assert not ears.speaking
    assert played.ends[-1].decided_at_sample < 32_000 + len(spoken) + 1_700 * MS
