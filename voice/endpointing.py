"""When is a turn over? One decision from all the evidence: how much silence this pause must reach to end the turn.

The evidence is how finished the sound is (smart-turn), how finished the words are (when a transcript of the pause has been
read), what the dialogue expects, and how long the shopper has spoken. No evidence only makes the pause longer: silence always
ends a turn in the end.

The rule of thumb (Sacks, Schegloff and Jefferson, 1974; Stivers et al., 2009): people leave about 200 ms between turns, and
pause for up to a second inside one. Measured with ``shoptalk evaluate turn-taking commands.jsonl --limit 24 --read`` (human
speech, words read): decided 342 ms after the true end at the median and 754 ms at p95, and no recording is cut off as it is.
With 0.4 to 1.2 s of pause put at a random word gap 17 of 24 are: mostly where the words so far are a whole wish and only the
sound can tell (smart-turn's area under the curve is 0.78 there). Words that dangle wait through 1.2 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from voice.sound import Expecting

QUICKEST_MS = 130
"""No turn ends on less silence: a stop consonant alone takes up to 100 ms."""
LONGEST_MS = 1_500
"""Every pause of this length ends the turn, whatever the evidence."""
UNFINISHED_WORDS_MS = 1_400
"""Needed after words that cannot end a wish ("under", "and", "for my")."""
FINISHED_WORDS_MS = 160
"""Enough after words that can only be an end ("yes please", "the second one")."""
UNREAD_MS = 900
"""Needed while the words of this pause are still being read, where a transcript is promised. It costs nothing: there is no
answer without the words either."""
UNANSWERED_MS = 600
"""Needed while smart-turn has not answered."""

SOUNDS_FINISHED = (0.0, 0.015, 0.03, 0.2, 0.5, 0.8, 0.95, 1.0)
"""smart-turn's probability ..."""
SOUND_NEEDS_MS = (1_350.0, 1_300.0, 1_250.0, 950.0, 650.0, 350.0, 180.0, 150.0)
"""... the silence each needs where the words are not known; straight lines between ..."""
NEUTRAL_NEEDS_MS = (950.0, 900.0, 620.0, 560.0, 430.0, 350.0, 310.0, 300.0)
"""... and where they are known and may be an end. Below 0.03 lie 16 % of the pauses and 2 % of the ends (human speech)."""

_BY_EXPECTING: dict[Expecting, float] = {"anything": 1.0, "choice": 0.75, "yes_no": 0.6, "amount": 1.15}
"""An answer to a closed question is short and comes in one piece; an amount is often put together while speaking."""
CLOSED_ANSWER_MS = 1_200
"""Longer speech is not just the answer to a closed question, and gets the room of an open one."""


Words = Literal["unknown", "awaited", "read"]
"""Whether a transcript of the pause is not to come, is being made, or has been read."""


@dataclass(frozen=True, slots=True)
class PauseEvidence:
    """What is known of one pause."""

    sounds_finished: float | None = None
    """smart-turn's probability, 0..1; None while it has not answered."""
    reads_finished: bool | None = None
    """The words so far are finished, or cannot be; None where they tell nothing or are not known."""
    words: Words = "unknown"
    expecting: Expecting = "anything"
    spoken_ms: float = 0.0
    """From the start of the utterance to the pause."""


def silence_needed_ms(evidence: PauseEvidence) -> float:
    """The silence after which the turn is over, QUICKEST_MS..LONGEST_MS."""
    if evidence.reads_finished is True:
        needed = float(FINISHED_WORDS_MS)
    elif evidence.reads_finished is False:
        needed = float(UNFINISHED_WORDS_MS)
    else:
        needed = _by_sound(evidence)
        if evidence.words == "awaited":
            needed = max(needed, UNREAD_MS)
    return min(max(needed, QUICKEST_MS), LONGEST_MS)


def _by_sound(evidence: PauseEvidence) -> float:
    if evidence.sounds_finished is None:
        needed = float(UNANSWERED_MS)
    else:
        table = NEUTRAL_NEEDS_MS if evidence.words == "read" else SOUND_NEEDS_MS
        needed = float(np.interp(evidence.sounds_finished, SOUNDS_FINISHED, table))
    closed = evidence.expecting in ("choice", "yes_no") and evidence.spoken_ms <= CLOSED_ANSWER_MS
    return needed * _BY_EXPECTING[evidence.expecting] if closed or evidence.expecting == "amount" else needed
