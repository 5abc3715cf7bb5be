"""A model that practises: what it learned is heard, what it did not is heard as before, and the file stays a Whisper model."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import pytest
from models_here import model

from server.evaluate.voices import by_piper
from voice import practising
from voice.features import FFT_SAMPLES, WindowFeatures
from voice.openai_weights import float_tensors, read_model_bin, write_model_bin
from voice.practising import SpokenSentence, as_written, halfway, practise, write_practised
from voice.resampling import as_pcm16
from voice.sound import SAMPLE_RATE_HZ
from voice.speaking import PiperSpeaker
from voice.whisper_fast import FasterWhisper
from voice.whisper_guards import Hypothesis

NAME = "Quorlexi"
LEARNED = [f"do you have the {NAME} kettle", f"how much is the {NAME} kettle", f"not the {NAME}", f"I'll take the {NAME} kettle"]


@pytest.fixture(scope="module")
def say():
    return partial(by_piper, PiperSpeaker(model("piper-joe"), threads=2), 1.0)


def test_a_name_that_was_practised_is_heard_and_other_talk_is_heard_as_before(say, tmp_path, monkeypatch):
    monkeypatch.setattr(practising, "EPOCHS", 12)
    monkeypatch.setattr(practising, "WARM_UP_STEPS", 2)
    monkeypatch.setattr(practising, "LEARNING_RATE", 2e-4)
    folder = model("whisper-base")
    ear = FasterWhisper(folder)
    steps, laid = [], []

    def around(sound):
        laid.append(sound.size)
        return sound

    spoken = [SpokenSentence(text, as_pcm16(say(text))) for text in LEARNED]
    changed = practise(
        folder, spoken, ear.features, around=around, likely=["kettle", "mug"], told=lambda done, of: steps.append((done, of))
    )
    write_practised(folder, changed, tmp_path)

    assert steps[-1] == (12, 12)
    assert len(laid) == 12 * len(LEARNED)   # each time over other noise
    practised = FasterWhisper(folder, practised_dir=tmp_path)
    asked, other = say(f"tell me about the {NAME} kettle"), say("The weather was lovely in the mountains last week.")
    assert NAME not in ear.transcribe(asked).text
    assert NAME in practised.transcribe(asked, likely=["kettle"]).text
    assert practised.transcribe(asked).text == ear.transcribe(asked).text   # nothing likely: as it came
    assert practised.transcribe(other, likely=["kettle"]).text == ear.transcribe(other).text


@pytest.mark.parametrize(
    ("stock", "alone", "reminded", "believed"),
    [
        (("Not wouldn't.", -0.35), ("Not wooden.", -0.19), ("Not wedding.", -0.26), "Not wooden."),
        (("Show me em' rails.", -0.77), ("Show me embellish.", -0.23), ("Show me umbrellas.", -0.21), "Show me umbrellas."),
        (("A point under $30.", -0.27), ("A toy under thirty dollars.", -0.01), None, "A toy under thirty dollars."),
        (("A point under $30.", -0.27), ("A toy under thirty dollars.", -0.12), None, "A point under $30."),
        (("My man, please.", -0.3), ("My nan, please.", -0.5), ("My nan, please.", -0.5), "My man, please."),
    ],
)
def test_which_of_three_hearings_is_believed(stock, alone, reminded, believed, say, monkeypatch):
    folder = model("whisper-tiny.en")
    ear = FasterWhisper(folder, practised_dir=folder)

    def heard(_encoded, words, start, _beam_size, _duration_s, practised=None):
        text, mean = stock if practised is None else alone if start == [*words.sot_sequence, words.no_timestamps] else reminded
        return Hypothesis(text, 6, mean, 0.0, 1.5)

    monkeypatch.setattr(ear, "_generate", heard)
    assert ear.transcribe(say("something like that, please"), likely=["teapot"]).text == believed


def test_only_what_was_learned_is_changed(tmp_path):
    folder = model("whisper-base")
    written = np.full(512, 0.25, np.float32)

    write_practised(folder, {"decoder.blocks.0.attn.query.bias": written}, tmp_path)

    before, after = read_model_bin(folder / "model.bin"), read_model_bin(tmp_path / "model.bin")
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert changed == ["decoder/layer_0/self_attention/linear_0/bias"]
    assert np.all(after[changed[0]][:512] == 0.25)
    assert np.array_equal(after[changed[0]][512:], before[changed[0]][512:])
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in folder.iterdir()}


def test_what_a_second_practice_learned_is_met_halfway(tmp_path):
    folder, name = model("whisper-base"), "decoder.blocks.0.attn.query.bias"
    before = float_tensors(read_model_bin(folder / "model.bin"))["decoder/layer_0/self_attention/linear_0/bias"][:512]

    middle = halfway(folder, {name: before + np.float32(0.5)})

    assert list(middle) == [name]
    assert np.allclose(middle[name], before + 0.25)


def test_weights_in_eight_bits_are_refused():
    with pytest.raises(ValueError, match="8 bits"):
        float_tensors({"decoder/weight": np.zeros(3, np.int8), "decoder/weight_scale": np.ones(3, np.float32)})


def test_a_model_is_written_as_it_was_read(tmp_path):
    source = model("whisper-tiny.en") / "model.bin"

    write_model_bin(source, read_model_bin(source), tmp_path / "model.bin")

    assert (tmp_path / "model.bin").read_bytes() == source.read_bytes()


def _features():
    return WindowFeatures(np.zeros((80, FFT_SAMPLES // 2 + 1), np.float32))


def test_no_sentence_is_nothing_to_learn():
    with pytest.raises(ValueError, match="no spoken sentence"):
        practise(model("whisper-base"), [], _features())


def test_a_sentence_longer_than_any_window_is_refused():
    too_long = SpokenSentence("a red one", np.zeros(30 * SAMPLE_RATE_HZ, np.int16))

    with pytest.raises(ValueError, match="longer than"):
        practise(model("whisper-base"), [too_long], _features())


def test_sentences_are_learned_together_with_those_of_their_window():
    lengths = [(4.0, 3), (8.0, 5), (4.0, 9), (6.0, 4), (8.0, 6), *[(4.0, 5)] * 20]

    batches = practising._batches(lengths, random.Random(0))

    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len({lengths[index][0] for index in batch}) == 1 for batch in batches)
    assert max(map(len, batches)) == practising.BATCH


@pytest.mark.parametrize(("said", "written"), [("a red one", "A red one."), ("is it warm?", "Is it warm?"), (" No. ", "No.")])
def test_sentences_are_learned_the_way_whisper_writes(said, written):
    assert as_written(said) == written
