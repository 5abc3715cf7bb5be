"""What two successive hearings of the same beginning agree on: words that will hardly change any more.

The rule is LocalAgreement-2 (Liu et al. 2020; Macháček et al. 2023, "Turning Whisper into Real-Time Transcription System"):
a word counts once two guesses in a row have it in the same place.
"""

from __future__ import annotations

from voice.wording import words_of


def agreed(before: str, now: str) -> str:
    """The longest beginning of ``now`` that ``before`` has too, by whole words; case and punctuation aside."""
    kept: list[str] = []
    for one, other in zip(before.split(), now.split(), strict=False):
        if words_of(one) != words_of(other):
            break
        kept.append(other)
    return " ".join(kept)
