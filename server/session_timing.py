"""The waterfall of a turn: every stage from the true end of the shopper's speech, as the client is told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialogue.types import Sentence
from server.protocol import Stage, TurnSaid
from server.session_mouth import Mouth, lead_silence_ms
from server.session_turn import Spoken, TurnWork

StageName = Literal["hear", "think", "phrase_first", "speak_first"]
SHOWN: tuple[StageName, ...] = ("hear", "think", "phrase_first", "speak_first")


@dataclass
class Turning:
    """The turn being answered."""

    work: TurnWork
    number: int
    generation: int
    ended_s: float
    """The true end of the shopper's speech, or the arrival of the typed words, by the session's clock."""
    decided_s: float | None
    """When it became certain that the turn was over; None of a typed turn."""
    sentences: list[Sentence] = field(default_factory=list)
    """What was spoken of the reply so far, or sent to be read."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A turn that is over, for those who watch."""

    session: str
    turning: Turning
    said: TurnSaid
    may_keep: bool
    """The shopper agrees that words and sound are kept."""


def turn_said(turning: Turning, first: Spoken | None, mouth: Mouth) -> TurnSaid:
    """The end of a turn, for the client. ``first``: the first sentence of its reply."""
    work, silence_ms = turning.work, lead_silence_ms(first.speech) if first and first.speech else 0.0
    transcript, first_sent_s = work.transcript.result(), mouth.first_sent_s(turning.generation)
    return TurnSaid(
        turn=turning.number, spoken=turning.decided_s is not None, interrupted=turning.generation != mouth.generation,
        speculated=work.speculated, onset_ms=onset_ms(turning.ended_s, first_sent_s, silence_ms),
        stages=stages(turning.ended_s, turning.decided_s, work.times_s, first_sent_s, silence_ms),
        sent_samples=mouth.sent_samples, fallback=transcript.fallback if transcript else None, plan=work.turn.result().plan.kind,
    )


def stages(
    ended_s: float, decided_s: float | None, times_s: Mapping[str, tuple[float, float]], first_sent_s: float | None,
    lead_silence_ms: float,
) -> tuple[Stage, ...]:
    """Stages in ms from ``ended_s``. ``decided_s``: when it became certain that the turn was over; None of a typed turn."""
    def stage(name: Literal["endpoint", "hear", "think", "phrase_first", "speak_first", "lead_silence"], began_s: float,
              took_ms: float) -> Stage:
        return Stage(stage=name, start_ms=round((began_s - ended_s) * 1000, 1), took_ms=round(took_ms, 1))

    shown = [stage("endpoint", ended_s, (decided_s - ended_s) * 1000)] if decided_s is not None else []
    shown += [stage(name, times_s[name][0], (times_s[name][1] - times_s[name][0]) * 1000) for name in SHOWN if name in times_s]
    if first_sent_s is not None:
        shown.append(stage("lead_silence", first_sent_s, lead_silence_ms))
    return tuple(shown)


def onset_ms(ended_s: float, first_sent_s: float | None, lead_silence_ms: float) -> float | None:
    """From the true end of speech to the first audible sample; None where nothing was spoken."""
    return None if first_sent_s is None else round((first_sent_s - ended_s) * 1000 + lead_silence_ms, 1)
