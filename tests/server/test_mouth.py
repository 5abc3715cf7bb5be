"""What the mouth tells of a sentence fits the samples it sends, also where a voice over the reply held it in between."""

from __future__ import annotations

import asyncio

import numpy as np

from dialogue.types import Sentence
from server.protocol import ReplySaid
from server.session_mouth import Mouth
from voice.sound import Speech, SpokenWord

RATE_HZ = 16_000


def spoken(text: str, level: int) -> Speech:
    """Half a second of one value, so that every sample tells whose it is."""
    return Speech(text, np.full(8_000, level, dtype=np.int16), RATE_HZ, (SpokenWord(text, 0, len(text), 0, 8_000),))


async def test_the_words_of_a_sentence_added_to_a_held_reply_lie_where_they_are_sent() -> None:
    sent: list[object] = []
    mouth = Mouth(sent.append, lambda: None, RATE_HZ, 60_000, asyncio.get_running_loop().time)
    pacing = asyncio.create_task(mouth.pace())
    generation = mouth.begin()
    mouth.say(Sentence("first"), spoken("first", 1), turn=1, index=0, generation=generation)
    while mouth.sent_samples < 8_000:
        await asyncio.sleep(0)
    mouth.played(3_000)
    mouth.hold()
    mouth.say(Sentence("second"), spoken("second", 2), turn=1, index=1, generation=generation)
    mouth.finish(generation)
    mouth.go_on()
    await mouth.all_sent(generation)
    pacing.cancel()
    stream = np.concatenate([np.frombuffer(one, dtype="<i2") for one in sent if isinstance(one, bytes)])
    told = [one for one in sent if isinstance(one, ReplySaid)][-1]
    assert told.spans[0].start_sample == int(np.flatnonzero(stream == 2)[0]) == 8_000 + 5_000
