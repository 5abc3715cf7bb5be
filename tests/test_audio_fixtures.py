"""Recorded conversations through the real server: websocket, Whisper, dialogue, recommender, language model, Piper.

One server lives through all of them, two conversations side by side; what fails in company is held once more alone, since a busy
machine may be late where the conversation is right. Each story is then a test of its own.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import soundfile

from server.evaluate.conversing import judge, live, served
from server.evaluate.stories import Story, load_stories

FIXTURES = Path(__file__).parents[1] / "audio_fixtures"
STORIES = {story.name: story for story in load_stories(FIXTURES)}
AT_ONCE = 2


@pytest.fixture(scope="module")
def verdicts(demo_shop: Path) -> dict[str, list[str]]:
    async def hold() -> dict[str, list[str]]:
        async with served(demo_shop) as running:
            found = judge(await live(list(STORIES.values()), running.url, at_once=AT_ONCE))
            again = [STORIES[name] for name, faults in found.items() if faults]
            return found | judge(await live(again, running.url, at_once=1))

    return asyncio.run(hold())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", STORIES)
def test_the_story_comes_out_as_it_is_told(name: str, verdicts: dict[str, list[str]]) -> None:
    assert verdicts[name] == []


# --- the recordings themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_recordings_are_small_mono_and_timed(story: Story) -> None:
    assert {path.name for path in story.folder.glob("*.wav")} == {story.wav(i).name for i in range(len(story.turns))}
    for index, timing in enumerate(story.timing):
        info = soundfile.info(story.wav(index))
        assert (info.samplerate, info.channels, info.subtype) == (16_000, 1, "PCM_16")
        assert round(info.frames / 16) == pytest.approx(timing.length_ms, abs=1)
        assert 0 < timing.speech_start_ms < timing.speech_end_ms < timing.length_ms


def test_the_stories_are_many_and_varied() -> None:
    voices = {turn.voice or story.voice for story in STORIES.values() for turn in story.turns}
    assert len(STORIES) >= 12
    assert len(voices) >= 6
    assert sum(story.noise is not None for story in STORIES.values()) >= 2
    assert sum(story.room is not None for story in STORIES.values()) >= 2
    assert all(1 <= len(story.turns) <= 5 for story in STORIES.values())
    assert all(any(turn.expect.items for turn in story.turns) for story in STORIES.values())
