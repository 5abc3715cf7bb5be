"""Voices of an evaluation: one seed says a sentence alike each time, another does not."""

from __future__ import annotations

import numpy as np
from models_here import model

from server.evaluate.voices import installed_voices

SENTENCE = "not a mug, something for the garden"


def test_a_seed_says_the_same_sentences_alike():
    first, again, other = (installed_voices(model("piper-joe"), seed)["piper"](SENTENCE) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first[: other.size], other[: first.size])
