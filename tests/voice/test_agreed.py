"""Words count as said once two guesses in a row agree on them."""

from voice.agreed import agreed


def test_only_what_both_guesses_begin_with_is_kept() -> None:
    assert agreed("I want a navy", "I want a navy dress for") == "I want a navy"
    assert agreed("I want an ivy", "I want a navy dress") == "I want"


def test_case_and_punctuation_are_no_disagreement() -> None:
    assert agreed("Navy. Under", "navy, under a hundred") == "navy, under"


def test_nothing_is_agreed_with_a_first_guess() -> None:
    assert agreed("", "I want a navy dress") == ""
