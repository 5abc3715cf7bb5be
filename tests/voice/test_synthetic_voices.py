"""Voices of an evaluation: opened with one seed they say the same sentences alike."""

from __future__ import annotations

import numpy as np
from models_here import model

from server.evaluate.voices import installed_voices

SENTENCE = "not a mug, something for the garden"


def test_a_seed_says_the_same_sentences_alike():
    voices, again = (installed_voices(model("piper-joe"), seed=1) for _ in range(2))
    first, second = voices["piper"](SENTENCE), voices["piper"](SENTENCE)

    assert np.array_equal(first, again["piper"](SENTENCE))
    assert not np.array_equal(first[: second.size], second[: first.size])   # nobody says a thing twice alike
