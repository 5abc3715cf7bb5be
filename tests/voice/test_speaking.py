"""Piper with its word timeline."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from models_here import model

from voice.phrase_cache import CachedSpeaker
from voice.sound import Speech
from voice.speaking import LEAD_MS, LONGEST_CHARS, TAIL_MS, PiperSpeaker, SpeakingError
from voice.word_timeline import TimedPhoneme, time_words

SENTENCES = [
    "Sure.",
    "The linen one, a hundred and twenty-nine dollars. It's for one of the summer evenings; isn't it?",
    "Under $150, e.g. the X-ray 3.5 mm -- ok",
    '"Hello" — it costs 20%.',
    "Dr. Smith's 2nd, or the naïve café?",
    "Here are two I like:",
]


@pytest.fixture(scope="module")
def piper():
    return PiperSpeaker(model("piper-joe"), threads=2)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_word_has_its_samples_in_order_inside_the_audio(piper, sentence):
    speech = piper.speak(sentence)
    assert speech.pcm.dtype == np.int16
    assert all(sentence[w.start_char : w.end_char] == w.text for w in speech.words)
    edges = [edge for w in speech.words for edge in (w.start_sample, w.end_sample)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(speech.pcm)
    assert all(w.end_sample - w.start_sample > 0.03 * speech.sample_rate_hz for w in speech.words if len(w.text) > 3)


def test_words_lie_where_the_sound_is(piper):
    """Between two sentences there is a breath; no word may cover it."""
    speech = piper.speak("The first. The second.")
    first, second = speech.words[1], speech.words[2]
    gap = np.abs(speech.pcm[first.end_sample : second.start_sample].astype(float))
    assert len(gap) > 0.05 * speech.sample_rate_hz
    assert np.median(gap) < 0.02 * 32_768


def test_the_first_sound_comes_at_once(piper):
    """Piper may begin with half a second of silence; the shopper never waits through it."""
    for sentence in ["Sure.", "The linen one is here.", "Sure.", "Hello there."]:
        pcm = np.abs(piper.speak(sentence).pcm.astype(float)) / 32_768
        onset_ms = 1000 * np.argmax(pcm > 0.0096) / piper.sample_rate_hz
        assert onset_ms <= LEAD_MS + 1
        tail_ms = 1000 * np.argmax(pcm[::-1] > 0.0096) / piper.sample_rate_hz
        assert tail_ms <= TAIL_MS + 1


def test_what_has_no_sound_gives_no_samples(piper):
    for text in ("", "...", " — ", "$"):
        speech = piper.speak(text)
        assert len(speech.pcm) == 0
        assert speech.words == ()


def test_a_whole_page_is_refused(piper):
    with pytest.raises(SpeakingError, match="too long"):
        piper.speak("word " * LONGEST_CHARS)


def test_a_folder_without_a_voice_says_what_to_do(tmp_path):
    with pytest.raises(SpeakingError, match="models install"):
        PiperSpeaker(tmp_path)


def test_several_threads_may_speak_at_once(piper):
    spoken: list[Speech] = []
    threads = [threading.Thread(target=lambda s=s: spoken.append(piper.speak(s))) for s in SENTENCES[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {speech.text for speech in spoken} == set(SENTENCES[:4])
    assert all(speech.words for speech in spoken)


def spelled(word: str) -> list[str]:
    return list(word)


def timed(sounds: str) -> list[TimedPhoneme]:
    return [TimedPhoneme("", 0, 100), *(TimedPhoneme(s, 100 * (i + 1), 100 * (i + 2)) for i, s in enumerate(sounds))]


def test_words_run_together_are_told_apart():
    words = time_words("one of the lot", timed("one ofthe lot."), spelled, first=0, last=1_500)
    assert [(w.text, w.start_sample, w.end_sample) for w in words] == [
        ("one", 100, 400), ("of", 500, 700), ("the", 700, 1_000), ("lot", 1_100, 1_400),
    ]


def test_trimmed_audio_moves_the_timeline_and_cuts_what_lies_outside():
    words = time_words("ab cd", timed("ab cd"), spelled, first=150, last=550)
    assert [(w.start_sample, w.end_sample) for w in words] == [(0, 150), (250, 400)]


def test_a_word_spoken_otherwise_than_alone_still_gets_its_sounds():
    words = time_words("a xyz b", timed("a wvz b"), spelled, first=0, last=1_000)
    assert [(w.text, w.start_sample, w.end_sample) for w in words] == [("a", 100, 200), ("xyz", 300, 600), ("b", 700, 800)]


class Counting:
    name = "counting"
    sample_rate_hz = 16_000

    def __init__(self):
        self.spoken = []

    def speak(self, sentence: str) -> Speech:
        self.spoken.append(sentence)
        return Speech(sentence, np.zeros(1_000, dtype=np.int16), 16_000, ())


def test_the_cache_remembers_what_was_used_last_and_no_more_than_its_bound():
    voice = Counting()
    cache = CachedSpeaker(voice, largest_samples=2_500)
    for sentence in ("one", "two", "one", "three", "one", "two"):
        cache.speak(sentence)
    assert voice.spoken == ["one", "two", "three", "two"]
    assert cache.kept_samples == 2_000


def test_long_sentences_are_not_kept():
    voice = Counting()
    cache = CachedSpeaker(voice)
    cache.speak("x" * 500)
    cache.speak("x" * 500)
    assert len(voice.spoken) == 2
    assert cache.kept_samples == 0


def test_tens_and_units_are_parted(piper) -> None:
    said = piper.speak("It is four pounds ninety-five.")
    assert said.text == "It is four pounds ninety-five."
    assert [word.text for word in said.words][-2:] == ["ninety", "five"]
    assert said.text[said.words[-2].start_char : said.words[-1].end_char] == "ninety-five"
