"""The last turns, kept in memory so that one can be looked into and run again (``shoptalk replay``).

What was said in them is let go when their conversation ends, unless the settings and the shopper both agree that it may stay;
sound is kept only where both agree. Nothing is ever written to disk here: an operator asks for the turns and gets them as JSON.
"""

from __future__ import annotations

import base64
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from dialogue.state import BeliefState
from dialogue.types import Act, Heard, Understanding
from server.engines import Engines
from server.protocol import TurnSaid
from server.session_timing import Finished
from server.settings import Settings
from voice.resampling import as_float, as_pcm16
from voice.sound import FloatAudio


class KeptSentence(BaseModel):
    """One sentence of a reply, and who worded it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    source: str
    causes: tuple[str, ...] = ()
    """Why the model's words were mended or replaced, "late" among them."""


class KeptTurn(BaseModel):
    """One turn as it is handed out and run again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    session: str
    at: float
    """When it ended, seconds since 1970."""
    shop: str
    index: str = ""
    """The index's version."""
    said: TurnSaid
    """With the waterfall. The rest is None where the words were not, or are no longer, kept."""
    state: BeliefState | None = None
    """What was believed before the turn."""
    heard: Heard | None = None
    shopper: str | None = None
    forget: str | None = None
    spoken: bool = False
    text: str | None = None
    """The words as they were heard or typed."""
    audio_pcm16: str | None = None
    """The utterance, 16 kHz mono PCM16 little-endian, base64."""
    understanding: Understanding | None = None
    items: tuple[str, ...] = ()
    reply: tuple[KeptSentence, ...] = ()
    """What was said of the reply; the first sentence may stand in two parts."""

    @property
    def audio(self) -> FloatAudio | None:
        """The utterance, 16 kHz mono."""
        if self.audio_pcm16 is None:
            return None
        return as_float(np.frombuffer(base64.b64decode(self.audio_pcm16), dtype="<i2"))


@dataclass(frozen=True, slots=True)
class _Kept:
    turn: KeptTurn
    stays: bool
    """Words and all, after the end of the conversation."""
    utterance: FloatAudio | None


class Keeper:
    """One server's last turns."""

    def __init__(self, settings: Settings, wall_clock: Callable[[], float] = time.time) -> None:
        self._settings, self._now = settings, wall_clock
        self._turns: deque[_Kept] = deque(maxlen=settings.kept_turns)

    def finished(self, finished: Finished, engines: Engines) -> None:
        """A turn is over."""
        if not self._settings.kept_turns:
            return
        work = finished.turning.work
        asked, turn, transcript = work.asked, work.turn.result(), work.transcript.result()
        agreed = finished.may_keep
        kept = KeptTurn(
            session=finished.session, at=self._now(), shop=engines.shop.shop.id,
            index=getattr(engines.recommender, "version", ""), said=finished.said, state=asked.state,
            heard=asked.heard, shopper=asked.shopper, forget=asked.forget, spoken=transcript is not None,
            text=transcript.text if transcript else asked.text, understanding=turn.understanding,
            items=tuple(ranked.item.id for ranked in turn.plan.items),
            reply=tuple(KeptSentence(text=one.text, source=one.source, causes=one.causes) for one in finished.turning.sentences),
        )
        audio = asked.audio if self._settings.keep_audio and agreed else None
        self._turns.append(_Kept(kept, self._settings.keep_words and agreed, audio))
        if Act.FORGET_ME in turn.understanding.acts:
            self._forget(kept)

    def ended(self, session: str) -> None:
        """A conversation is over: what was said in it is let go, its times stay."""
        for number, kept in enumerate(self._turns):
            if kept.turn.session == session and not kept.stays:
                self._turns[number] = _wordless(kept)

    def _forget(self, last: KeptTurn) -> None:
        """The shopper said "forget me": nothing said in this conversation, or by this shopper before, stays."""
        for number, kept in enumerate(self._turns):
            same = last.shopper is not None and kept.turn.shopper == last.shopper
            if same or kept.turn.session == last.session:
                self._turns[number] = _wordless(kept)

    def turns(self, session: str | None = None) -> Iterator[dict[str, Any]]:
        """The turns as JSON values, oldest first."""
        for kept in self._turns:
            if session in (None, kept.turn.session):
                yield with_audio(kept.turn, kept.utterance).model_dump(mode="json")


def with_audio(turn: KeptTurn, utterance: FloatAudio | None) -> KeptTurn:
    """The turn with its sound in it."""
    if utterance is None:
        return turn
    return turn.model_copy(update={"audio_pcm16": base64.b64encode(as_pcm16(utterance).astype("<i2").tobytes()).decode()})


def _wordless(kept: _Kept) -> _Kept:
    turn = kept.turn
    return replace(kept, utterance=None, turn=KeptTurn(
        session=turn.session, at=turn.at, shop=turn.shop, index=turn.index, said=turn.said, spoken=turn.spoken,
    ))
