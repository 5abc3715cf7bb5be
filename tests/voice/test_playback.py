"""The ledger: what was sent, what was heard, and where to go on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import speech

from voice.playback import PlaybackLedger

FIRST = "Here is the tall one."
SECOND = "And the round one too."


def ledger(rate: int = 16_000) -> PlaybackLedger:
    """Two sentences, each naming one thing; words take 1,000 samples after 100 of lead."""
    book = PlaybackLedger(rate)
    book.begin()
    book.append(speech(FIRST), [("tall", 8, 20)])
    book.append(speech(SECOND), [("round", 4, 17)])
    book.finish()
    return book


def test_nothing_is_heard_before_a_report():
    book = ledger()
    book.take(100_000)
    heard = book.heard()
    assert (heard.text, heard.words, heard.tags, heard.last_tag, heard.complete) == ("", (), (), None, False)


def test_a_reply_heard_to_its_end():
    book = ledger()
    book.take(100_000)
    book.played(book.sent_samples)
    heard = book.heard()
    assert heard.text == f"{FIRST} {SECOND}"
    assert heard.tags == ("tall", "round")
    assert heard.complete
    assert book.all_heard


def test_cut_inside_a_name_it_is_meant_but_not_heard():
    book = ledger()
    book.take(100_000)
    book.played(5_100 + 100 + 1_500)
    heard = book.heard()
    assert heard.text == f"{FIRST} And"
    assert heard.tags == ("tall",)
    assert heard.last_tag == "round"


def test_a_word_cut_in_two_was_not_heard():
    book = ledger()
    book.take(100_000)
    book.played(100 + 2_999)
    assert book.heard().words == ("Here", "is")


def test_samples_are_taken_in_order_without_gaps():
    book = ledger()
    taken = np.concatenate([book.take(n) for n in (1, 320, 4_000, 2_000, 50_000)])
    assert np.array_equal(taken, np.concatenate([speech(FIRST).pcm, speech(SECOND).pcm]))
    assert len(book.take(10)) == 0
    assert book.sent_samples == len(taken)


def test_a_false_alarm_goes_on_from_the_exact_sample():
    book = ledger()
    book.take(6_000)
    book.played(2_000)
    assert book.clear() == 6_000
    book.played(2_345)
    book.rewind()
    after = book.take(100_000)
    assert after[0] == 2_346
    assert book.heard().words == ("Here", "is")
    book.played(6_000 + len(after))
    assert book.all_heard


def test_after_a_clear_what_was_dropped_is_never_heard():
    book = ledger()
    book.take(6_000)
    book.clear()
    book.played(1_150)
    book.begin()
    book.append(speech("New words now."))
    book.take(2_000)
    book.played(6_000 + 1_100)
    assert book.heard().words == ("New",)


def test_a_late_report_of_the_old_reply_says_nothing_of_the_new():
    book = ledger()
    book.take(6_000)
    book.clear()
    book.begin()
    book.append(speech("New words now."))
    book.take(2_000)
    book.played(5_900)
    assert book.heard().words == ()


def test_reports_from_after_the_clear_do_not_resurrect_what_was_dropped():
    book = ledger()
    book.take(6_000)
    book.clear()
    book.played(2_000)
    book.rewind()
    book.take(500)
    book.played(6_000)
    assert book.heard().heard_ms == pytest.approx(125)
    book.played(6_400)
    assert book.heard().heard_ms == pytest.approx(150)


def test_work_of_an_older_generation_is_refused():
    book = ledger()
    old = book.generation
    new = book.begin()
    assert not book.append(speech("Too late."), generation=old)
    assert book.append(speech("In time."), generation=new)
    assert book.pending_samples == len(speech("In time.").pcm)


def test_reports_beyond_what_was_sent_or_backwards_do_no_harm():
    book = ledger()
    book.take(3_000)
    book.played(10**9)
    assert book.heard().heard_ms == pytest.approx(3_000 / 16)
    book.played(5)
    assert book.heard().heard_ms == pytest.approx(3_000 / 16)


def test_a_voice_at_another_rate_is_counted_in_its_own_samples():
    book = PlaybackLedger(48_000)
    book.begin()
    book.append(speech(FIRST, rate=22_050), [("tall", 8, 20)])
    book.finish()
    out = book.take(10**6)
    assert len(out) == pytest.approx(5_100 * 48_000 / 22_050, abs=1)
    book.played(int(2_100 * 48_000 / 22_050) + 2)
    assert book.heard().words == ("Here", "is")
    book.played(len(out))
    assert book.heard().complete


def test_a_span_outside_its_sentence_is_refused():
    book = PlaybackLedger(16_000)
    book.begin()
    with pytest.raises(ValueError, match="outside"):
        book.append(speech("Short."), [("x", 3, 99)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["take", "played", "false_alarm"]), st.integers(1, 4_000)), max_size=25))
def test_whatever_happens_the_ear_gets_every_sample_once_and_in_order(steps):
    """A client that plays what it gets and drops on clear hears the reply without a gap or a repeat."""
    book = ledger()
    whole = np.concatenate([speech(FIRST).pcm, speech(SECOND).pcm])
    buffered: list[int] = []
    ear: list[int] = []
    position = 0
    for kind, n in [*steps, ("take", 20_000), ("played", 20_000)]:
        if kind == "take":
            buffered += book.take(n).tolist()
        elif kind == "played":
            ear += buffered[:n]
            position += len(buffered[:n])
            buffered = buffered[n:]
            book.played(position)
        else:
            sent = book.clear()
            book.played(position)
            buffered, position = [], sent
            book.rewind()
    assert ear == whole.tolist()
    assert book.all_heard
