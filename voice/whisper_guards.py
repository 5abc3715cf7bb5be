"""When a transcript from a short window is not to be trusted, so that the utterance is heard again in Whisper's full window.

Each guard is a property that a right transcript has whatever was said; none knows any vocabulary. The thresholds on repetition,
mean log probability and no-speech are Whisper's own (Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak
Supervision", section 4.5); the one on length follows from how fast people can talk, the one on overrun from the sound's end.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

COMPRESSION_RATIO_MAX = 2.4
"""Whisper's own: a text that zlib shrinks more than this repeats itself."""

MEAN_LOG_PROBABILITY_MIN = -1.0
"""Whisper's own: below it the decoder was guessing."""

NO_SPEECH_MAX = 0.6
"""Whisper's own: with a low mean log probability too, there was no speech."""

TOKENS_PER_S_MAX = 8.0
"""Fast English is some 6 syllables a second, and spelled letters and digits are a token each; more tokens were made up."""

OVERRUN_MAX_S = 1.5
"""Timestamps are rough, but words that end this long after the sound were said twice or made up."""

TOKENS_FREE = 8
"""Tokens that the shortest sound may have before the rate above counts: punctuation and a word in pieces."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What one decoding gave, before it is believed."""

    text: str
    tokens: int
    mean_log_probability: float
    no_speech: float
    """Probability that the window holds no speech, 0..1."""
    ends_s: float = 0.0
    """Where the decoder's own timestamps say that the words end."""


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes of its zlib form; 0 of no text."""
    raw = text.encode("utf-8")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def repeats(text: str) -> bool:
    """Whether three or more words come three times running, or the text compresses as only loops do."""
    if compression_ratio(text) > COMPRESSION_RATIO_MAX:
        return True
    words = text.lower().split()
    return any(
        words[at : at + size] == words[at + size : at + 2 * size] == words[at + 2 * size : at + 3 * size]
        for size in range(3, len(words) // 3 + 1)
        for at in range(len(words) - 3 * size + 1)
    )


def is_silence(guess: Hypothesis) -> bool:
    """Whisper's own rule: probably no speech, and the words it found anyway are guesses."""
    return guess.no_speech > NO_SPEECH_MAX and guess.mean_log_probability < MEAN_LOG_PROBABILITY_MIN


def why_doubted(guess: Hypothesis, duration_s: float) -> str | None:
    """The guard that this hypothesis fails ("length", "repetition", "overrun", "log_probability" or "no_speech"), or None."""
    if guess.tokens > TOKENS_FREE + duration_s * TOKENS_PER_S_MAX:
        return "length"
    if repeats(guess.text):
        return "repetition"
    if guess.ends_s > duration_s + OVERRUN_MAX_S:
        return "overrun"
    if guess.mean_log_probability < MEAN_LOG_PROBABILITY_MIN:
        return "no_speech" if guess.no_speech > NO_SPEECH_MAX else "log_probability"
    return None
