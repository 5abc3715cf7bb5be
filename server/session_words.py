"""The words of a turn while they are still being spoken: for the eye alone, on a bench whose threads give way to all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from server.lanes import Dropped, Lane, Lanes
from server.session_ears import Ears
from voice.agreed import agreed
from voice.sound import FloatAudio

FIRST_AFTER_MS = 600
"""Voice in the turn before the first guess: less is mostly a beginning of something else."""
BETWEEN_S = 0.5
LOOK_S = 0.05

Glance = Callable[[FloatAudio], str]
"""The words so far, guessed quickly; empty where they cannot be."""


async def show_words(
    ears: Ears, glance: Glance, lanes: Lanes, *, wanted: Callable[[], bool], tell: Callable[[str], None]
) -> None:
    """Tell the beginning that two guesses agree on, of whatever is being spoken, for ever; at most twice a second.

    ``wanted``: the shopper is inside a turn, in no pause.
    """
    before, told = "", 0
    while True:
        await asyncio.sleep(LOOK_S)
        if not ears.speaking:
            before, told = "", 0
            continue
        if not wanted() or ears.voiced_ms < FIRST_AFTER_MS:
            continue
        audio = await ears.so_far()
        if audio is None:
            continue
        work = lambda audio=audio: glance(audio)  # noqa: E731
        try:
            now = await lanes.run("glancing", Lane.SPECULATION, work, stale=lambda: not wanted())
        except Dropped:
            continue
        except Exception:   # the words that count are heard elsewhere, and a failure is told there
            now = ""
        said = agreed(before, now)
        if ears.speaking and len(said.split()) > told:
            told = len(said.split())
            tell(said)
        before = now
        await asyncio.sleep(BETWEEN_S)
