"""When is a turn over? One decision from all the evidence: how much silence this pause must reach to end the turn.

The evidence is how finished the sound is (smart-turn), how finished the words are (when a transcript of the pause has been
read), what the dialogue expects, and how long the shopper has spoken. No evidence only makes the pause longer: silence always
ends a turn in the end.

The rule of thumb (Sacks, Schegloff and Jefferson, 1974; Stivers et al., 2009): people leave about 200 ms between turns, and
pause for up to a second inside one. The figures below were measured by ``shoptalk evaluate turn-taking``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice.sound import Expecting

QUICKEST_MS = 130
"""No turn ends on less silence: a stop consonant alone takes up to 100 ms."""
LONGEST_MS = 1_500
"""Every pause of this length ends the turn, whatever the evidence."""
UNANSWERED_MS = 700
"""Needed while smart-turn has not answered."""
UNREAD_MS = 400
"""Needed while the words of this pause are still being read, where a transcript is promised."""
UNFINISHED_WORDS_MS = 1_400
"""Needed after words that cannot end a wish ("under", "and", "for my")."""
FINISHED_WORDS_MS = 160
"""Enough after words that can only be an end ("yes please", "the second one")."""

SOUNDS_FINISHED = (0.0, 0.3, 0.6, 0.9, 1.0)
"""smart-turn's probability ..."""
SOUND_NEEDS_MS = (1_300.0, 1_000.0, 550.0, 180.0, 150.0)
"""... and the silence each needs; straight lines between."""

_BY_EXPECTING: dict[Expecting, float] = {"anything": 1.0, "choice": 0.75, "yes_no": 0.6, "amount": 1.15}
"""An answer to a closed question is short and comes in one piece; an amount is often put together while speaking."""
CLOSED_ANSWER_MS = 1_200
"""Longer speech is not just the answer to a closed question, and gets the room of an open one."""


@dataclass(frozen=True, slots=True)
class PauseEvidence:
    """What is known of one pause."""

    sounds_finished: float | None = None
    """smart-turn's probability, 0..1; None while it has not answered."""
    reads_finished: bool | None = None
    """The words so far are finished, or cannot be; None where they tell nothing."""
    reading: bool = False
    """A transcript of this pause is promised and has not come yet."""
    expecting: Expecting = "anything"
    spoken_ms: float = 0.0
    """From the start of the utterance to the pause."""


def silence_needed_ms(evidence: PauseEvidence) -> float:
    """The silence after which the turn is over, QUICKEST_MS..LONGEST_MS."""
    if evidence.sounds_finished is None:
        needed = float(UNANSWERED_MS)
    else:
        needed = float(np.interp(evidence.sounds_finished, SOUNDS_FINISHED, SOUND_NEEDS_MS))
    closed = evidence.expecting in ("choice", "yes_no") and evidence.spoken_ms <= CLOSED_ANSWER_MS
    if closed or evidence.expecting == "amount":
        needed *= _BY_EXPECTING[evidence.expecting]
    if evidence.reads_finished is True:
        needed = min(needed, FINISHED_WORDS_MS)
    elif evidence.reads_finished is False:
        needed = max(needed, UNFINISHED_WORDS_MS)
    elif evidence.reading:
        needed = max(needed, UNREAD_MS)
    return min(max(needed, QUICKEST_MS), LONGEST_MS)
