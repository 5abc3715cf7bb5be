"""smart-turn gets the features it was trained on, and tells an end from a beginning."""

from __future__ import annotations

import json

import numpy as np
import pytest
from models_here import model, recordings

from voice.turn_end import WINDOW_SAMPLES, SmartTurn
from voice.wavefiles import read_audio


@pytest.fixture(scope="module")
def smart_turn():
    return SmartTurn(next(model("smart-turn").glob("*.onnx")))


def test_the_features_are_whispers_own(smart_turn):
    """Against the reference extractor of transformers, with the same normalisation."""
    transformers = pytest.importorskip("transformers")
    reference = transformers.WhisperFeatureExtractor(chunk_length=8)
    audio = np.random.default_rng(0).normal(0, 0.05, WINDOW_SAMPLES).astype(np.float32)
    expected = reference(audio, sampling_rate=16_000, do_normalize=True, return_tensors="np").input_features[0]
    assert smart_turn.features(audio) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("samples", [0, 1, 5_000, WINDOW_SAMPLES, WINDOW_SAMPLES * 3])
def test_any_length_gives_a_probability(smart_turn, samples):
    audio = np.random.default_rng(1).normal(0, 0.05, samples).astype(np.float32)
    assert 0.0 <= smart_turn.probability(audio) <= 1.0


def test_recorded_wishes_sound_finished_at_their_end_and_not_in_their_middle(smart_turn):
    folder = recordings()
    ends, middles = [], []
    for line in (folder / "commands.jsonl").read_text().splitlines()[:12]:
        audio = read_audio(folder / json.loads(line)["audio"])
        loud = np.flatnonzero(np.abs(audio) > 0.05 * np.abs(audio).max())
        first, last = int(loud[0]), int(loud[-1])
        hush = np.random.default_rng(3).normal(0, 1e-4, 2_400).astype(np.float32)
        start, middle = max(0, first - 3_200), first + (last - first) * 2 // 5
        ends.append(smart_turn.probability(np.concatenate([audio[start:last], hush])))
        middles.append(smart_turn.probability(np.concatenate([audio[start:middle], hush])))
    assert np.median(ends) > 0.7
    assert np.median(middles) < 0.4
