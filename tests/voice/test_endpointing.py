"""The one decision: how much silence ends this turn."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voice.endpointing import LONGEST_MS, QUICKEST_MS, PauseEvidence, silence_needed_ms

EVIDENCE = st.builds(
    PauseEvidence,
    sounds_finished=st.none() | st.floats(0, 1),
    reads_finished=st.sampled_from([None, True, False]),
    words=st.sampled_from(["unknown", "awaited", "read"]),
    expecting=st.sampled_from(["anything", "choice", "yes_no", "amount"]),
    spoken_ms=st.floats(0, 20_000),
)


@given(EVIDENCE)
def test_every_pause_has_an_end(evidence):
    assert QUICKEST_MS <= silence_needed_ms(evidence) <= LONGEST_MS


def test_the_more_finished_it_sounds_the_sooner_it_ends():
    for words in ("unknown", "awaited", "read"):
        needed = [silence_needed_ms(PauseEvidence(p / 20, words=words)) for p in range(21)]
        assert all(later <= sooner for sooner, later in pairwise(needed))


def test_the_cheaper_one_is_never_waited_for():
    """Whatever the sound says, the words are an end."""
    for sound in (None, 0.0, 0.5, 1.0):
        assert silence_needed_ms(PauseEvidence(sound, reads_finished=True, words="read")) <= 200


def test_under_waits_through_a_long_pause():
    for sound in (None, 0.0, 0.5, 1.0):
        assert silence_needed_ms(PauseEvidence(sound, reads_finished=False, words="read")) >= 1_300


def test_known_words_that_may_be_an_end_never_wait_long():
    """Synthetic and foreign voices often sound half finished at their end."""
    for sound in (0.05, 0.1, 0.5):
        assert silence_needed_ms(PauseEvidence(sound, words="read")) <= 700


def test_a_short_answer_to_a_closed_question_ends_sooner():
    def needed(expecting, spoken_ms=400.0):
        return silence_needed_ms(PauseEvidence(0.6, words="read", expecting=expecting, spoken_ms=spoken_ms))

    assert needed("yes_no") < needed("choice") < needed("anything") < needed("amount")
    assert needed("yes_no", 4_000) == needed("anything")
