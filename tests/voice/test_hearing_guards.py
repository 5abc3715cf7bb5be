"""What makes a transcript doubtful, and the windows that utterances are heard in."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from voice.features import (
    FFT_SAMPLES,
    FULL_WINDOW_S,
    NOISE_LEVEL,
    QUIET_AFTER_S,
    WINDOW_STEPS_S,
    WindowFeatures,
    is_nothing,
    window_for,
)
from voice.sound import SAMPLE_RATE_HZ
from voice.whisper_guards import Hypothesis, is_silence, repeats, why_doubted


def guess(text: str, *, tokens: int | None = None, log_probability: float = -0.3, no_speech: float = 0.05) -> Hypothesis:
    return Hypothesis(text, len(text.split()) if tokens is None else tokens, log_probability, no_speech)


@pytest.mark.parametrize(
    ("said", "duration_s"),
    [("Yes.", 0.5), ("M-O-R-E-W-O-O-D", 2.5), ("5 5 5 5, 1 2 1 2", 3.0), ("no no no, the green one, please", 2.0), ("", 1.0)],
)
def test_what_people_say_is_believed(said, duration_s):
    assert why_doubted(guess(said), duration_s) is None


def test_more_words_than_a_mouth_can_say_were_made_up():
    assert why_doubted(guess("thank you for watching " * 2 + "and more", tokens=40), 1.0) == "length"


def test_a_phrase_that_comes_three_times_running_is_a_loop():
    text = "the linen dress in green, " * 3
    assert repeats(text)
    assert why_doubted(guess(text), 10.0) == "repetition"


def test_words_that_end_long_after_the_sound_are_doubted():
    said = Hypothesis("morewood", 4, -0.3, 0.1, ends_s=4.0)
    assert why_doubted(said, 3.0) is None
    assert why_doubted(said, 2.0) == "overrun"


def test_a_guessing_decoder_is_doubted_and_with_no_speech_it_heard_nothing():
    assert why_doubted(guess("mm", log_probability=-1.4), 2.0) == "log_probability"
    nothing = guess("you", log_probability=-1.4, no_speech=0.9)
    assert why_doubted(nothing, 2.0) == "no_speech"
    assert is_silence(nothing)
    assert not is_silence(guess("yes", log_probability=-0.3, no_speech=0.9))


def test_every_utterance_gets_the_shortest_window_with_quiet_after_it():
    for tenths in range(1, 296):
        duration_s = tenths / 10
        window_s = window_for(duration_s)
        assert window_s is not None
        assert window_s >= duration_s + QUIET_AFTER_S
        assert all(step < duration_s + QUIET_AFTER_S for step in WINDOW_STEPS_S if step < window_s)
    assert window_for(FULL_WINDOW_S) is None


def test_the_features_are_whispers_own_of_the_sound_on_faint_noise():
    extractor = FeatureExtractor()
    features = WindowFeatures(extractor.mel_filters)
    tone = np.sin(np.arange(SAMPLE_RATE_HZ, dtype=np.float32) / 20) * np.linspace(0, 1, SAMPLE_RATE_HZ, dtype=np.float32)
    frames = features(tone, 8.0)
    assert frames.shape == (80, 800)
    assert frames.dtype == np.float32
    window = np.random.default_rng(0).standard_normal(round(FULL_WINDOW_S * SAMPLE_RATE_HZ) + FFT_SAMPLES)[: 8 * SAMPLE_RATE_HZ]
    window = (window * NOISE_LEVEL).astype(np.float32)
    window[: tone.size] += tone
    assert np.abs(frames[:, :798] - extractor(window)[:, :798]).max() < 0.02
    assert np.array_equal(frames, features(tone, 8.0))


def test_an_utterance_may_fill_its_window():
    features = WindowFeatures(FeatureExtractor().mel_filters)
    assert features(np.ones(8 * SAMPLE_RATE_HZ, np.float32), 8.0).shape == (80, 800)
    assert features(np.ones(30 * SAMPLE_RATE_HZ, np.float32), FULL_WINDOW_S).shape == (80, 3000)


def test_silence_and_clicks_hold_no_word():
    assert is_nothing(np.zeros(SAMPLE_RATE_HZ, np.float32))
    assert is_nothing(np.ones(200, np.float32))
    assert is_nothing(np.zeros(0, np.float32))
    assert not is_nothing(np.full(SAMPLE_RATE_HZ, 0.1, np.float32))
