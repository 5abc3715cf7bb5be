"""The words of a turn while they are still being spoken: for the eye alone, and only where hearing has nothing better to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from server.lanes import Dropped, Lane, Lanes
from server.session_ears import Ears
from voice.sound import Transcriber

FIRST_AFTER_MS = 900
"""Voice in the turn before the first guess: less is mostly a beginning of something else."""
BETWEEN_S = 1.2
"""A guess that is under way when the shopper stops delays the transcript that counts, so they are few: about 30 ms on average."""
LOOK_S = 0.1


async def show_words(
    ears: Ears, transcriber: Transcriber, lanes: Lanes, *, wanted: Callable[[], bool], tell: Callable[[str], None]
) -> None:
    """Tell the words so far of whatever is being spoken, for ever. ``wanted``: the shopper is inside a turn, in no pause."""
    async def guess() -> str | None:
        audio = await ears.so_far()
        if audio is None:
            return None
        work = lambda: transcriber.transcribe(audio)  # noqa: E731
        return (await lanes.run("hearing", Lane.SPECULATION, work, stale=lambda: not wanted())).text

    while True:
        await asyncio.sleep(LOOK_S)
        if not wanted() or ears.voiced_ms < FIRST_AFTER_MS or lanes.waiting("hearing"):
            continue
        try:
            text = await guess()
        except Dropped:
            continue
        except Exception:   # it is told where the turn is answered
            await asyncio.sleep(BETWEEN_S)
            continue
        words = (text or "").split()[:-1]   # the last one is being spoken
        if words and wanted():
            tell(" ".join(words))
        await asyncio.sleep(BETWEEN_S)
