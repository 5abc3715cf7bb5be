"""Both Whisper engines on real models: synthetic speech always, people's speech where the shared data is."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from models_here import model, recordings

from voice.hearing import HearingError, open_transcriber
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.speaking import PiperSpeaker
from voice.whisper_guards import Hypothesis

SAID = "Do you have something blue for my mother, please?"


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def read(path: Path) -> FloatAudio:
    samples, rate = soundfile.read(path, dtype="float32")
    return soxr.resample(samples, rate, SAMPLE_RATE_HZ) if rate != SAMPLE_RATE_HZ else samples


@pytest.fixture(scope="module")
def fast():
    return open_transcriber("faster-whisper", model("whisper-base"), threads=2)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return open_transcriber(
        "openai-whisper", model("whisper-base"), threads=2, converted_dir=tmp_path_factory.mktemp("converted")
    )


@pytest.fixture(scope="module")
def piper() -> PiperSpeaker:
    return PiperSpeaker(model("piper-joe"), threads=2)


@pytest.fixture(scope="module")
def spoken(piper) -> FloatAudio:
    return said_by(piper, SAID)


def said_by(piper: PiperSpeaker, sentence: str) -> FloatAudio:
    speech = piper.speak(sentence)
    return soxr.resample(speech.pcm.astype(np.float32) / 32_768, speech.sample_rate_hz, SAMPLE_RATE_HZ)


def test_a_spoken_wish_is_heard_word_for_word_in_a_short_window(fast, spoken):
    heard = fast.transcribe(spoken)
    assert words(heard.text) == words(SAID)
    assert heard.fallback is None
    assert heard.confidence > 0.5
    assert heard.no_speech < 0.5
    assert heard.took_ms > 0


def test_the_reference_engine_hears_the_same_words_from_the_same_weights(fast, reference, spoken):
    assert words(reference.transcribe(spoken).text) == words(SAID)
    assert fast.name != reference.name


def test_the_engines_agree_on_people_reading(fast, reference):
    folder = recordings()
    rows = [json.loads(line) for line in (folder / "read.jsonl").read_text().splitlines()]
    audio = read(folder / rows[1]["audio"])
    assert words(fast.transcribe(audio).text) == words(reference.transcribe(audio).text) == words(rows[1]["text"])


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_made_up_name_is_heard_when_it_is_likely_and_never_when_it_was_not_said(engine, request, piper, spoken):
    ear = request.getfixturevalue(engine)
    named = said_by(piper, "How much is the Marlow Tin Chocolate Box?")
    likely = ["Marlow Tin Chocolate Box", "Card Chocolate Box", "Blue Bath Robe", "Mother of Pearl Hook"]
    assert "Marlow Tin Chocolate Box" in ear.transcribe(named, likely=likely).text
    assert ear.transcribe(spoken, likely=likely).text == ear.transcribe(spoken).text


def test_what_is_heard_with_likely_words_in_mind_is_believed_only_where_the_sound_bears_it(fast, spoken, monkeypatch):
    alone = fast.transcribe(spoken).text
    monkeypatch.setattr(fast, "_greedy", lambda *_: Hypothesis("Do you have something blue for another?", 9, -0.8, 0.0))
    likely = ["brothers", "mothers"]
    monkeypatch.setattr(fast, "_reminded", lambda *_: Hypothesis(alone.lower(), 12, -0.5, 0.0))
    assert fast.transcribe(spoken, likely=likely).text == alone.lower()
    monkeypatch.setattr(fast, "_reminded", lambda *_: Hypothesis("Blue bath robes for my brother.", 8, -0.1, 0.0))
    assert fast.transcribe(spoken, likely=likely).text == alone


def test_a_likely_word_may_cost_more_of_the_sound_than_another_and_a_number_only_a_likely_word(fast, spoken, monkeypatch):
    alone = fast.transcribe(spoken).text
    reminded = Hypothesis("do you have something for a brother", 7, -0.5, 0.0)
    monkeypatch.setattr(fast, "_reminded", lambda *_: reminded)

    def heard(guess: str, likely: str, nats_less: float) -> bool:
        monkeypatch.setattr(fast, "_greedy", lambda *_: Hypothesis(guess, 7, -0.5, 0.0))
        monkeypatch.setattr(fast, "_score", lambda *args, **_: -20.0 - nats_less * (args[3] == reminded.text))
        text = fast.transcribe(spoken, likely=[likely]).text
        assert text in {reminded.text, alone}
        return text == reminded.text

    assert heard("do you have something for a bother", "brother", 8)
    assert not heard("do you have something for a bother", "brother", 12)
    assert heard("do you have something for her brother", "mothers", 4)
    assert not heard("do you have something for her brother", "mothers", 6)
    assert not heard("do you have thirteen for a brother", "mothers", 0)
    assert heard("do you have thirteen for a bother", "brother", 0)


def test_a_second_hearing_with_likely_words_in_mind_that_agrees_is_the_last(fast, spoken, monkeypatch):
    unsure = Hypothesis("Do you have something blue?", 6, -0.4, 0.0)
    monkeypatch.setattr(fast, "_greedy", lambda *_: unsure)
    monkeypatch.setattr(fast, "_reminded", lambda *_: Hypothesis("do you have something blue", 5, -0.5, 0.0))
    monkeypatch.setattr(fast, "_generate", lambda *_: pytest.fail("heard a third time"))
    assert fast.transcribe(spoken, likely=["brothers"]).text == unsure.text


def test_a_number_that_is_not_sure_is_left_to_the_beam(fast, spoken, monkeypatch):
    alone = fast.transcribe(spoken).text
    for amount in ("A candle under $13.", "a candle under thirteen dollars"):
        unsure = Hypothesis(amount, 6, -0.3, 0.0)
        monkeypatch.setattr(fast, "_greedy", lambda *_, unsure=unsure: unsure)
        monkeypatch.setattr(fast, "_reminded", lambda *_, unsure=unsure: unsure)
        assert fast.transcribe(spoken, likely=["brothers"]).text == alone


def test_what_nobody_waits_for_is_not_heard_twice(fast, spoken, monkeypatch):
    monkeypatch.setattr(fast, "_greedy", lambda *_: Hypothesis("Do you have something blue?", 6, -0.4, 0.0))
    monkeypatch.setattr(fast, "_generate", lambda *_: pytest.fail("heard again for nobody"))
    assert fast.transcribe(spoken, likely=["brothers"], stale=iter((False, *[True] * 9)).__next__).text
    monkeypatch.setattr(fast, "_greedy", lambda *_: pytest.fail("heard for nobody"))
    assert fast.transcribe(spoken, stale=lambda: True).text == ""


def test_hearing_twice_is_hearing_the_same(fast, spoken):
    assert fast.transcribe(spoken).text == fast.transcribe(spoken).text


def test_silence_a_click_and_broken_samples_are_heard_as_nothing(fast):
    for sound in (np.zeros(3 * SAMPLE_RATE_HZ), np.zeros(0), np.ones(100), np.full(SAMPLE_RATE_HZ, np.nan)):
        heard = fast.transcribe(sound.astype(np.float32))
        assert heard.text == ""
        assert heard.no_speech == 1.0


def test_noise_alone_is_no_speech_and_does_not_hold_up_the_others(fast):
    noise = np.random.default_rng(1).normal(0, 0.05, 3 * SAMPLE_RATE_HZ).astype(np.float32)
    heard = fast.transcribe(noise)
    assert heard.text == ""
    assert heard.took_ms < 15_000


def test_an_utterance_longer_than_the_window_is_heard_to_its_end(fast, spoken):
    pause = np.zeros(8 * SAMPLE_RATE_HZ, np.float32)
    heard = fast.transcribe(np.concatenate([spoken, pause, spoken, pause, spoken, pause, spoken]))
    assert heard.fallback == "long"
    assert words(heard.text).count("mother") == 4


def test_several_threads_may_ask_at_once(fast, spoken):
    heard: list[str] = []
    askers = [threading.Thread(target=lambda: heard.append(fast.transcribe(spoken).text)) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert [words(text) for text in heard] == [words(SAID)] * 3


@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper"])
def test_without_a_model_one_sentence_says_what_to_do(engine, tmp_path):
    with pytest.raises(HearingError, match="models install"):
        open_transcriber(engine, tmp_path)
