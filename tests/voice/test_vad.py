"""Silero on real sound, and the noise floor."""

from __future__ import annotations

import json

import numpy as np
import pytest
from models_here import model, recordings

from voice.resampling import as_float, resample
from voice.speaking import PiperSpeaker
from voice.vad import SILENCE_DB, WINDOW_SAMPLES, NoiseFloor, VoiceActivity, level_db
from voice.wavefiles import read_audio


@pytest.fixture(scope="module")
def silero():
    return model("silero-vad") / "silero_vad.onnx"


def probabilities(vad, audio):
    whole = len(audio) // WINDOW_SAMPLES * WINDOW_SAMPLES
    return np.array([vad.probability(window) for window in audio[:whole].reshape(-1, WINDOW_SAMPLES)])


def test_it_hears_recorded_people_and_not_the_kitchen(silero):
    folder = recordings()
    for line in (folder / "read.jsonl").read_text().splitlines()[:4]:
        voiced = probabilities(VoiceActivity(silero), read_audio(folder / json.loads(line)["audio"]))
        assert (voiced > 0.5).mean() > 0.6
    kitchen = probabilities(VoiceActivity(silero), read_audio(folder / "noise" / "kitchen.flac")[: 16_000 * 10])
    assert (kitchen > 0.5).mean() < 0.15


def test_it_hears_a_spoken_sentence_and_not_silence(silero):
    speech = PiperSpeaker(model("piper-joe")).speak("I would like something warm for the winter.")
    audio = as_float(resample(speech.pcm, speech.sample_rate_hz, 16_000))
    vad = VoiceActivity(silero)
    assert probabilities(vad, np.zeros(16_000, dtype=np.float32)).max() < 0.3
    assert (probabilities(vad, audio) > 0.5).mean() > 0.7


def test_reset_forgets(silero):
    rng = np.random.default_rng(1)
    window = rng.normal(0, 0.05, WINDOW_SAMPLES).astype(np.float32)
    vad = VoiceActivity(silero)
    first = vad.probability(window)
    again = vad.probability(window)
    vad.reset()
    assert vad.probability(window) == first
    assert again != first


def test_two_streams_share_the_model_and_nothing_else(silero):
    rng = np.random.default_rng(2)
    windows = rng.normal(0, 0.05, (6, WINDOW_SAMPLES)).astype(np.float32)
    alone = VoiceActivity(silero)
    expected = [alone.probability(w) for w in windows]
    one, other = VoiceActivity(silero), VoiceActivity(silero)
    mixed = []
    for window in windows:
        mixed.append(one.probability(window))
        other.probability(-window)
    assert mixed == expected


def test_a_window_of_another_size_is_refused(silero):
    with pytest.raises(ValueError, match="512"):
        VoiceActivity(silero).probability(np.zeros(480, dtype=np.float32))


def test_a_missing_model_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="models install"):
        VoiceActivity(tmp_path / "none.onnx")


def test_levels():
    assert level_db(np.zeros(512, dtype=np.float32)) == SILENCE_DB
    assert level_db(np.zeros(0, dtype=np.float32)) == SILENCE_DB
    assert level_db(np.full(512, 0.1, dtype=np.float32)) == pytest.approx(-20, abs=0.01)


def test_the_floor_falls_at_once_and_rises_when_the_noise_stays():
    floor = NoiseFloor()
    for _ in range(100):
        floor.update(-60.0)
    assert floor.floor_db == pytest.approx(-60, abs=0.1)
    assert floor.steady
    for _ in range(40):
        floor.update(-30.0)
    assert floor.floor_db == pytest.approx(-60, abs=0.1)
    assert not floor.steady
    for _ in range(60):
        floor.update(-30.0)
    assert floor.floor_db == pytest.approx(-30, abs=0.1)
    assert floor.steady
    for _ in range(3):
        floor.update(-70.0)
    assert floor.floor_db == pytest.approx(-70, abs=0.1)
