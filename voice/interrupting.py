"""Barge-in: what to do with the reply when the shopper makes a sound over it. A pure state machine in virtual time.

    playing ──voice──► held ──words, or voice that lasts──► stopped
                         └───mhm, a cough, our own echo──► playing, from the exact sample

``Hold`` comes with the first voice: the session stops sending and tells the client to drop what it has not played, so the reply
is silent at once. That commits to nothing, for the ledger can take the reply up again from the sample heard last. While it is
held there is time to find out what was said; only ``Stop`` ends the reply and raises its generation.

    state, action = step(state, VoiceHeard(at_ms, voiced_ms))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz

from voice.wording import is_backchannel, words_of

SUSTAINED_MS = 900
"""Voice that lasts so long is no "okay" (200-500 ms) or hummed "mm-hmm" (up to 750 ms), whatever its words. Being patient costs
the shopper nothing: the reply is silent since the hold."""
BACKCHANNEL_SUSTAINED_MS = 1_800
"""... and so long not even a row of them ("yeah okay right")."""
WORDS_WITHIN_MS = 1_200
"""How long a held reply waits, after the voice stopped, to learn what was said."""
COUGH_MS = 300
"""Voice that stopped sooner and whose words never came was no word."""
ECHO_SIMILARITY = 85.0
"""rapidfuzz's partial ratio (0..100) from which words are those that the reply is speaking."""
ECHO_WORDS = 3
"""Fewer words prove no echo: the shopper may well repeat a name."""

Why = Literal["words", "sustained", "asked", "backchannel", "echo", "no_words", "cough"]


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    at_ms: float


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The reply was heard to its end."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """The listener is inside speech. Told at its start and as it goes on."""

    at_ms: float
    voiced_ms: float


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """The voice paused or ended; ``dropped`` where it was only a click."""

    at_ms: float
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class WordsHeard:
    """A transcript of what was said over the reply."""

    at_ms: float
    text: str
    final: bool
    """Nothing will be added to it: the voice has paused."""
    asked: bool = False
    """The reply's question had been heard: "yeah" is an answer to it."""
    speaking: str = ""
    """What the reply was saying meanwhile."""
    echo_path: bool = False
    """The echo guard has heard the reply in the microphone before: open loudspeakers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The client said ``interrupt``."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at_ms: float


Observation = ReplyStarted | ReplyEnded | VoiceHeard | VoiceStopped | WordsHeard | Asked | Tick


@dataclass(frozen=True, slots=True)
class Hold:
    """Be silent now; commit to nothing."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Stop:
    """The shopper has the floor: the reply is over."""

    at_ms: float
    why: Why


@dataclass(frozen=True, slots=True)
class GoOn:
    """It was nothing: go on from the sample heard last."""

    at_ms: float
    why: Why


Action = Hold | Stop | GoOn


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Where the reply stands. ``BargeIn()`` is silence."""

    reply: Literal["silent", "playing", "held"] = "silent"
    voiced_ms: float = 0.0
    voice_stopped_ms: float | None = None
    only_backchannels: bool = False
    """The words so far, which may be the beginning of more."""


SILENT = BargeIn()
_PLAYING = BargeIn("playing")


def step(state: BargeIn, seen: Observation) -> tuple[BargeIn, Action | None]:
    """What this observation changes, and what is to be done."""
    match seen:
        case ReplyStarted():
            return (_PLAYING if state.reply == "silent" else state), None
        case ReplyEnded():
            return SILENT, None
        case Asked(at_ms):
            return (SILENT, Stop(at_ms, "asked")) if state.reply != "silent" else (state, None)
    if state.reply == "playing" and isinstance(seen, VoiceHeard):
        return BargeIn("held", seen.voiced_ms), Hold(seen.at_ms)
    if state.reply == "held":
        return _while_held(state, seen)
    return state, None


def _while_held(state: BargeIn, seen: Observation) -> tuple[BargeIn, Action | None]:
    match seen:
        case VoiceHeard(at_ms, voiced_ms):
            limit_ms = BACKCHANNEL_SUSTAINED_MS if state.only_backchannels else SUSTAINED_MS
            if voiced_ms >= limit_ms:
                return SILENT, Stop(at_ms, "sustained")
            return replace(state, voiced_ms=max(voiced_ms, state.voiced_ms), voice_stopped_ms=None), None
        case VoiceStopped(at_ms, dropped):
            if dropped:
                return _PLAYING, GoOn(at_ms, "cough")
            return replace(state, voice_stopped_ms=at_ms), None
        case WordsHeard():
            return _on_words(state, seen)
        case Tick(at_ms) if state.voice_stopped_ms is not None and at_ms - state.voice_stopped_ms >= WORDS_WITHIN_MS:
            if state.voiced_ms < COUGH_MS or state.only_backchannels:
                return _PLAYING, GoOn(at_ms, "cough" if state.voiced_ms < COUGH_MS else "backchannel")
            return SILENT, Stop(at_ms, "sustained")
    return state, None


def _on_words(state: BargeIn, heard: WordsHeard) -> tuple[BargeIn, Action | None]:
    if not words_of(heard.text):
        return (_PLAYING, GoOn(heard.at_ms, "no_words")) if heard.final else (state, None)
    if heard.echo_path and is_own_echo(heard.text, heard.speaking):
        return _PLAYING, GoOn(heard.at_ms, "echo")
    if is_backchannel(heard.text, asked=heard.asked):
        if heard.final:
            return _PLAYING, GoOn(heard.at_ms, "backchannel")
        return replace(state, only_backchannels=True), None
    return SILENT, Stop(heard.at_ms, "words")


def is_own_echo(text: str, speaking: str) -> bool:
    """Are these words the reply's own, come back through the microphone?

    ``speaking``: what the reply is saying now. Its limit: a shopper who repeats three words of the reply while it speaks them
    cannot be told from an echo by words, so ask only where the echo guard has heard the reply in the microphone.
    """
    heard, said = words_of(text), words_of(speaking)
    if len(heard) < ECHO_WORDS or not said:
        return False
    return fuzz.partial_ratio(" ".join(heard), " ".join(said)) >= ECHO_SIMILARITY
