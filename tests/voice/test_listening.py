"""Turn-taking in virtual time: the listener's clock is the number of samples it has heard."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scripted import MS, ScriptedVoice, play, sound

from voice.endpointing import LONGEST_MS
from voice.listening import (
    LEAD_IN_MS,
    LONGEST_TURN_S,
    Listener,
    SpeechDropped,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)


def listener(**how) -> Listener:
    return Listener(ScriptedVoice(), **how)


def delay_ms(ended: SpeechEnded) -> float:
    return (ended.decided_at_sample - ended.end_sample) / MS


def test_a_finished_sentence_ends_within_a_quarter_of_a_second():
    played = play(listener(), sound(800, 1_200, 2_000), finished=[0.98])
    (ended,) = played.ends
    assert ended.why == "finished"
    assert delay_ms(ended) <= 250
    assert abs(ended.end_sample - 2_000 * MS) <= 32 * MS


def test_the_events_of_one_turn_come_in_order_and_share_one_revision():
    played = play(listener(), sound(800, 1_200, 2_000), finished=[0.98])
    assert [type(e) for e in played.events] == [SpeechStarted, SpeechPaused, SpeechEnded]
    _, paused, ended = played.events
    assert paused.revision == ended.revision
    assert paused.audio is ended.audio
    assert paused.end_sample == ended.end_sample


def test_under_pause_a_hundred_and_fifty_is_one_turn():
    played = play(listener(), sound(600, 400, 1_150, 900, 2_000), finished=[0.04, 0.97])
    assert [type(e) for e in played.events] == [SpeechStarted, SpeechPaused, SpeechResumed, SpeechPaused, SpeechEnded]
    (ended,) = played.ends
    assert ended.end_sample - ended.start_sample > 2_400 * MS


def test_unfinished_words_hold_the_turn_even_where_the_sound_falls():
    """The voice drops after "under", but nobody ends a wish there."""
    played = play(listener(reads_words=True), sound(600, 400, 1_150, 900, 2_000), finished=[0.95, 0.97], hints=[False, None])
    assert len(played.ends) == 1


def test_finished_words_end_the_turn_though_the_sound_hangs():
    played = play(listener(reads_words=True), sound(600, 700, 2_000), finished=[0.1], hints=[True], hint_ms=150)
    assert delay_ms(played.ends[0]) <= 300


def test_words_that_are_promised_and_never_come_do_not_hang_the_turn():
    played = play(listener(reads_words=True), sound(600, 700, 2_000), finished=[0.99], hints=["never"])
    assert delay_ms(played.ends[0]) <= 950


def test_the_turn_ends_with_the_words_where_they_come_late():
    played = play(listener(reads_words=True), sound(600, 700, 2_000), finished=[0.99], hints=[None], hint_ms=400)
    assert delay_ms(played.ends[0]) <= 100 + 400 + 64


def test_an_answer_to_a_stale_revision_changes_nothing():
    ears = listener()
    first = play(ears, sound(600, 800, 300), finished=[])
    (paused,) = first.of(SpeechPaused)
    resumed = play(ears, sound(0, 500))
    assert resumed.of(SpeechResumed)[0].revision == paused.revision
    assert ears.turn_end_probability(paused.revision, 1.0) == []
    assert ears.text_hint(paused.revision, True) == []
    assert ears.speaking


def test_a_late_answer_may_end_the_turn_at_once():
    ears = listener()
    (paused,) = play(ears, sound(600, 800, 400)).of(SpeechPaused)
    (ended,) = ears.turn_end_probability(paused.revision, 0.99)
    assert isinstance(ended, SpeechEnded)


def test_without_any_answer_silence_ends_the_turn():
    (ended,) = play(listener(), sound(600, 800, 3_000)).ends
    assert delay_ms(ended) <= 800


@pytest.mark.parametrize("probability", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("hint", [None, False, True, "never"])
@pytest.mark.parametrize("expecting", ["anything", "choice", "yes_no", "amount"])
def test_every_silence_ends_the_turn_in_time(probability, hint, expecting):
    ears = listener(reads_words=True)
    ears.expect(expecting)
    (ended,) = play(ears, sound(600, 700, 3_000), finished=[probability], hints=[hint]).ends
    assert delay_ms(ended) <= LONGEST_MS + 32


def test_a_yes_ends_sooner_when_a_yes_was_asked_for():
    def wait(expecting):
        ears = listener()
        ears.expect(expecting)
        return delay_ms(play(ears, sound(600, 300, 2_000), finished=[0.6]).ends[0])

    assert wait("yes_no") < wait("choice") < wait("anything") < wait("amount")


def test_a_long_answer_to_a_closed_question_gets_the_room_of_an_open_one():
    def wait(expecting):
        ears = listener()
        ears.expect(expecting)
        return delay_ms(play(ears, sound(600, 3_000, 2_500), finished=[0.4]).ends[0])

    assert wait("yes_no") == wait("anything")


def test_a_click_is_dropped_and_a_single_loud_window_never_starts_speech():
    assert play(listener(), sound(600, 30, 1_000)).events == []
    played = play(listener(), sound(608, 64, 1_000))
    assert [type(e) for e in played.events] == [SpeechStarted, SpeechDropped]


def test_speech_is_noticed_within_a_tenth_of_a_second():
    (started,) = play(listener(), sound(777, 900), chunk_ms=20).of(SpeechStarted)
    assert started.decided_at_sample - 777 * MS <= 100 * MS


def test_the_soft_beginning_of_a_word_is_kept():
    (ended,) = play(listener(), sound(1_000, 900, 2_000), finished=[1.0]).ends
    assert 1_000 * MS - ended.start_sample >= (LEAD_IN_MS - 32) * MS


def test_two_turns_never_share_samples():
    first, second = play(listener(), sound(500, 600, 450, 600, 2_000), finished=[1.0, 1.0]).ends
    assert second.start_sample >= first.end_sample
    assert second.revision > first.revision


def test_steady_noise_that_passes_for_voice_ends_by_the_noise_floor():
    rng = np.random.default_rng(4)
    noise = rng.choice([-1.0, 1.0], 15_000 * MS).astype(np.float32) * np.float32(0.1)
    played = play(listener(), np.concatenate([sound(600), noise]), finished=lambda _: 0.1)
    (ended,) = played.ends
    assert ended.why == "finished"
    assert ended.decided_at_sample < 6_000 * MS


def test_speech_in_steady_noise_still_makes_a_turn():
    rng = np.random.default_rng(5)
    audio = sound(3_500, 1_500, 3_000)
    audio += rng.normal(0, 0.008, len(audio)).astype(np.float32)
    (ended,) = play(listener(), audio, finished=[0.97]).ends
    assert delay_ms(ended) <= 300


def test_a_television_is_cut_at_the_cap():
    played = play(listener(), sound(500, 60_000, 1_000), finished=lambda _: 0.9)
    first = played.ends[0]
    assert first.why == "longest_turn"
    assert len(first.audio) <= (LONGEST_TURN_S + 1) * 16_000


def test_a_minute_of_silence_is_nothing():
    ears = listener()
    assert play(ears, np.zeros(60_000 * MS, dtype=np.float32), chunk_ms=1_000).events == []
    assert not ears.speaking


@pytest.mark.parametrize("chunk_ms", [1, 10, 20, 32, 57, 500, 4_000])
def test_chunks_of_any_size_hear_the_same(chunk_ms):
    audio = sound(600, 900, 300, 700, 2_000)
    ears, events = listener(), []
    for start in range(0, len(audio), chunk_ms * MS):
        events += ears.hear(audio[start : start + chunk_ms * MS])
    kinds = [type(e) for e in events]
    assert kinds == [SpeechStarted, SpeechPaused, SpeechResumed, SpeechPaused, SpeechEnded]
    assert events[-1].end_sample == 2_496 * MS


def test_push_to_talk_ends_at_once():
    ears = listener()
    play(ears, sound(500, 700))
    (ended,) = ears.end_now()
    assert ended.why == "asked"
    assert ears.end_now() == []


def test_what_is_not_sound_is_refused_and_broken_samples_are_silence():
    ears = listener()
    with pytest.raises(ValueError, match="float32"):
        ears.hear(np.zeros(512, dtype=np.int16))
    with pytest.raises(ValueError, match="one row"):
        ears.hear(np.zeros((512, 2), dtype=np.float32))
    assert ears.hear(np.full(4_096, np.nan, dtype=np.float32)) == []


def test_hundreds_of_turns_a_second():
    began = time.perf_counter()
    turns = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        parts = [x for _ in range(10) for x in (rng.integers(1_700, 2_500), rng.integers(200, 2_000))]
        turns += len(play(listener(), sound(*parts, 2_000, seed=seed), finished=lambda _: 0.95).ends)
    assert turns == 200
    assert time.perf_counter() - began < 20
