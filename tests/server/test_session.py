"""A conversation's rules, with sound by script: turns, guesses, barge-in, what was heard, and what goes wrong."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import replace
from pathlib import Path

import pytest
from little_parlour import Certain, Gate, Parlour, make_engines

from server.engines import Engines
from server.protocol import (
    Clear,
    Commit,
    ErrorSaid,
    Forget,
    Interrupt,
    ItemsSaid,
    Mode,
    Playback,
    ReplySaid,
    SpeechStarted,
    SpeechStopped,
    Stop,
    Text,
    TranscriptSaid,
    TurnSaid,
    UnderstandingSaid,
)


@pytest.fixture
def engines(tmp_path: Path) -> Engines:
    return make_engines(tmp_path)


def heard(parlour: Parlour) -> list[str]:
    return [said.text for said in parlour.of(TranscriptSaid) if said.role == "user" and said.final]


def codes(parlour: Parlour) -> list[str]:
    return [said.code for said in parlour.of(ErrorSaid)]


async def test_a_spoken_turn_is_heard_understood_shown_and_answered_aloud(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.say("a red mug please")
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a red mug please"]
        understanding: UnderstandingSaid = parlour.of(UnderstandingSaid)[0]
        assert {slot.slot: slot.text for slot in understanding.slots} == {"kind": "mug", "colour": "red"}
        items: ItemsSaid = parlour.of(ItemsSaid)[0]
        assert items.items
        assert all(item.values["kind"] == ("mug",) and item.values["colour"] == ("red",) for item in items.items)
        replies = parlour.of(ReplySaid)
        assert parlour.audio_samples == parlour.of(TurnSaid)[0].sent_samples > 0
        named = [span for reply in replies for span in reply.spans if span.item]
        assert {span.item for span in named} <= {item.id for item in items.items}
        assert named
        assert len(parlour.of(SpeechStarted)) == len(parlour.of(SpeechStopped)) == 1


async def test_spans_tell_which_samples_of_the_stream_speak_each_word(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000, output_sample_rate=24_000) as parlour:
        await parlour.tell(Text(text="a lamp"))
        await parlour.until(lambda: parlour.of(TurnSaid))
        spans = [span for reply in parlour.of(ReplySaid) for span in reply.spans]
        assert all(a.end_sample <= b.start_sample for a, b in itertools.pairwise(spans))
        assert spans[-1].end_sample <= parlour.audio_samples
        assert spans[0].end_sample - spans[0].start_sample == pytest.approx(24_000 * 0.2, abs=2)


async def test_the_guess_at_a_pause_is_the_answer_when_the_turn_ends_there(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.say("a blue scarf")
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert parlour.hearing.calls == 1
        assert parlour.of(TurnSaid)[0].speculated


async def test_a_guess_is_dropped_when_the_shopper_goes_on(engines: Engines) -> None:
    engines = replace(engines, turn_end=Certain(0.05))   # the pause does not sound like an end
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.silence(200)
        parlour.sound("a lamp under")
        parlour.silence(400)
        await parlour.until(lambda: parlour.hearing.calls == 1)
        await asyncio.sleep(0.05)
        parlour.sound("fifty dollars")
        parlour.silence(2000)
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a lamp under fifty dollars"]
        assert len(parlour.of(TurnSaid)) == 1
        assert parlour.session.state.belief("budget").high == 50


async def test_a_reply_is_sent_a_little_ahead_of_the_ear_and_the_first_of_it_at_once(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=300) as parlour:
        asked_s = time.monotonic()
        await parlour.tell(Text(text="a mug"))
        await parlour.until(lambda: parlour.audio_samples > 0)
        await asyncio.sleep(0.5)
        sent_s = parlour.audio_samples / 16_000
        assert 0.3 <= sent_s <= time.monotonic() - asked_s + 0.3 + 0.2      # the lead, and a piece of sound


async def test_cutting_in_stops_the_reply_at_once_and_is_answered(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=200) as parlour:
        await parlour.tell(Text(text="a mug"))
        await parlour.until(lambda: parlour.audio_samples > 16_000 * 0.6)
        parlour.sound("a lamp instead")
        await parlour.until(lambda: parlour.of(Clear))
        before = parlour.audio_samples
        await asyncio.sleep(0.3)
        assert parlour.audio_samples == before
        parlour.silence(1600)
        await parlour.until(lambda: len(parlour.of(UnderstandingSaid)) == 2)
        assert heard(parlour) == ["a lamp instead"]
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert parlour.of(TurnSaid)[0].interrupted
        assert parlour.session.state.wants("kind") == ("lamp",)
        cut = [said.text for said in parlour.of(TranscriptSaid) if said.role == "agent"]
        assert cut
        assert len(cut[0]) < len(" ".join(reply.text for reply in parlour.of(ReplySaid)))


async def test_a_murmur_over_the_reply_does_not_end_it(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=200) as parlour:
        await parlour.tell(Text(text="a mug"))
        await parlour.until(lambda: parlour.audio_samples > 16_000 * 0.6)
        parlour.sound("mhm", ms=250)
        parlour.silence(1600)
        await parlour.until(lambda: parlour.of(Clear))
        before = parlour.audio_samples
        await parlour.until(lambda: parlour.audio_samples > before + 16_000)
        assert heard(parlour) == []
        assert not parlour.of(TurnSaid)


async def test_only_what_was_heard_is_history(engines: Engines) -> None:
    """The client played up to the end of the first item's name and then cut in: only that item was shown."""
    async with Parlour(engines, lead_ms=60_000) as parlour:
        await parlour.tell(Text(text="a mug"))
        await parlour.until(lambda: parlour.of(TurnSaid))
        named = [span for reply in parlour.of(ReplySaid) for span in reply.spans if span.item]
        first = [span for span in named if span.item == named[0].item]
        assert len({span.item for span in named}) > 1
        await parlour.tell(Playback(played_samples=first[-1].end_sample))
        await parlour.tell(Interrupt())
        await parlour.tell(Text(text="tell me about that one"))
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 2)
        assert parlour.session.state.offered[:1] == (first[0].item,)
        assert first[0].item is not None
        others = {span.item for span in named} - {first[0].item}
        assert not others & set(parlour.session.state.table)
        assert parlour.of(UnderstandingSaid)[1].acts == ("ask_item",)


async def test_going_on_before_the_reply_is_heard_is_still_the_same_turn(engines: Engines) -> None:
    gate = Gate()
    async with Parlour(engines, lead_ms=200) as parlour:
        parlour.voice.before = gate    # the reply is being made when the shopper goes on
        parlour.say("a red mug")
        await asyncio.to_thread(gate.reached.wait, 20)
        await parlour.until(lambda: parlour.of(UnderstandingSaid))
        parlour.sound("no a blue lamp", ms=900)
        parlour.silence(1600)
        await parlour.until(lambda: len(parlour.of(UnderstandingSaid)) == 2)
        gate.open.set()
        assert heard(parlour)[-1] == "a red mug no a blue lamp"
        assert {said.turn for said in parlour.of(UnderstandingSaid)} == {1}
        assert parlour.session.state.turn <= 1


async def test_a_click_before_the_reply_does_not_lose_the_answer(engines: Engines) -> None:
    gate = Gate()
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.voice.before = gate
        parlour.say("a red mug")
        await asyncio.to_thread(gate.reached.wait, 20)
        parlour.sound("click", ms=50)
        parlour.silence(1600)
        await asyncio.sleep(0.1)
        gate.open.set()
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a red mug"]
        assert parlour.audio_samples > 0


async def test_interrupt_is_silence_and_the_next_turn_works(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=200) as parlour:
        await parlour.tell(Text(text="a mug"))
        await parlour.until(lambda: parlour.audio_samples > 0)
        await parlour.tell(Interrupt())
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert parlour.of(TurnSaid)[0].interrupted
        await parlour.tell(Text(text="a lamp"))
        await parlour.until(lambda: len(parlour.of(ReplySaid)) > 1)


async def test_push_to_talk_ends_with_commit_however_long_the_pauses(engines: Engines) -> None:
    async with Parlour(engines, hands_free=False, lead_ms=60_000) as parlour:
        parlour.silence(200)
        parlour.sound("a lamp")
        parlour.silence(2500)
        await asyncio.sleep(0.2)
        assert not parlour.of(UnderstandingSaid)
        parlour.sound("in green")
        await parlour.tell(Commit())
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a lamp in green"]


async def test_commit_with_nothing_said_is_told(engines: Engines) -> None:
    async with Parlour(engines) as parlour:
        parlour.silence(500)
        await parlour.tell(Commit())
        await parlour.until(lambda: codes(parlour) == ["nothing_heard"])


async def test_stop_answers_what_was_said_and_then_is_finished(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.silence(100)
        parlour.sound("a scarf")
        await parlour.tell(Stop())
        await asyncio.wait_for(parlour.session.finished.wait(), 20)
        assert heard(parlour) == ["a scarf"]
        assert parlour.of(TurnSaid)


async def test_text_only_clients_get_words_and_no_sound(engines: Engines) -> None:
    async with Parlour(engines, output="text") as parlour:
        await parlour.tell(Text(text="a green lamp"))
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert parlour.of(ReplySaid)
        assert parlour.audio_samples == 0
        shown = {item.id for item in parlour.of(ItemsSaid)[0].items}
        await parlour.tell(Text(text="cheaper"))
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 2)
        assert set(parlour.session.state.offered) <= shown    # read is as good as heard
        assert parlour.session.state.offered


async def test_the_shop_may_speak_first(engines: Engines) -> None:
    async with Parlour(engines, greet=True, lead_ms=60_000) as parlour:
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert parlour.audio_samples > 0
        assert not heard(parlour)


@pytest.mark.parametrize("part", ["hearing", "voice"])
async def test_an_engine_that_raises_costs_one_turn(engines: Engines, part: str) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        def fail() -> None:
            raise RuntimeError("out of luck")

        getattr(parlour, part).before = fail
        parlour.say("a mug")
        await parlour.until(lambda: codes(parlour) == ["engine_failed"])
        getattr(parlour, part).before = lambda: None
        parlour.say("a lamp")
        await parlour.until(lambda: parlour.audio_samples > 0)
        assert heard(parlour)[-1] == "a lamp"


async def test_half_a_sample_is_refused_and_the_rest_is_heard(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.session.audio(b"\x00\x01\x02")
        assert codes(parlour) == ["bad_audio"]
        parlour.say("a mug")
        await parlour.until(lambda: parlour.of(TurnSaid))


async def test_sound_in_a_burst_is_heard_like_any_other(engines: Engines) -> None:
    """A minute of silence, then a wish, all at once."""
    async with Parlour(engines, lead_ms=60_000) as parlour:
        parlour.silence(40_000)
        parlour.say("a mug")
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a mug"]


async def test_far_more_sound_than_anybody_speaks_is_refused(engines: Engines) -> None:
    async with Parlour(engines) as parlour:
        for _ in range(8):
            parlour.session.audio(bytes(32_000 * 10))
        assert "too_fast" in codes(parlour)


async def test_no_words_in_the_sound_is_told(engines: Engines) -> None:
    async with Parlour(engines) as parlour:
        parlour.say("")
        await parlour.until(lambda: codes(parlour) == ["nothing_heard"])
        parlour.say("a mug")
        await parlour.until(lambda: parlour.of(UnderstandingSaid))


async def test_other_sample_rates_are_heard_and_spoken(engines: Engines) -> None:
    async with Parlour(engines, sample_rate=8_000, output_sample_rate=48_000, lead_ms=60_000) as parlour:
        import numpy as np

        parlour.hearing.texts = ["a mug"]
        tone = 6000 * np.sin(2 * np.pi * 300 * np.arange(4_800) / 8_000)
        pcm = np.concatenate([np.zeros(1600), tone, np.zeros(13_000)]).astype("<i2")
        for at in range(0, len(pcm), 160):
            parlour.session.audio(pcm[at : at + 160].tobytes())
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a mug"]
        words = sum(len(text.split()) for text in parlour.voice.spoken)
        assert parlour.audio_samples == pytest.approx(words * 0.2 * 48_000, rel=0.01)


async def test_a_wish_taken_back_is_a_turn_without_words(engines: Engines) -> None:
    async with Parlour(engines, output="text") as parlour:
        await parlour.tell(Text(text="a blue lamp up to 80 dollars"))
        await parlour.until(lambda: parlour.of(TurnSaid))
        await parlour.tell(Forget(slot="colour"))
        await parlour.until(lambda: len(parlour.of(UnderstandingSaid)) == 2)
        assert [slot.slot for slot in parlour.of(UnderstandingSaid)[-1].slots] == ["kind", "budget"]
        assert parlour.session.state.wants("colour") == ()
        await parlour.until(lambda: len(parlour.of(ItemsSaid)) == 2)
        assert {item.values["colour"] for item in parlour.of(ItemsSaid)[-1].items} != {("blue",)}
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 2)     # what comes sooner cuts it off
        await parlour.tell(Forget(slot="budget"))
        await parlour.until(lambda: len(parlour.of(UnderstandingSaid)) == 3)
        assert parlour.session.state.belief("budget").empty
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 3)
        assert not any("spend" in said.text for said in parlour.of(ReplySaid) if said.turn == 3)   # it is not asked straight back
        await parlour.tell(Forget(slot="no such slot"))
        assert parlour.of(ErrorSaid)[-1].code == "bad_message"


async def test_the_way_of_talking_can_change_inside_a_conversation(engines: Engines) -> None:
    async with Parlour(engines, lead_ms=60_000) as parlour:
        await parlour.tell(Mode(hands_free=False, output="text"))
        parlour.say("a red")
        parlour.say("mug")
        await parlour.until(lambda: len(parlour.of(SpeechStopped)) == 2)
        assert not parlour.of(UnderstandingSaid)     # nobody has said that the turn is over
        await parlour.tell(Commit())
        await parlour.until(lambda: parlour.of(TurnSaid))
        assert heard(parlour) == ["a red mug"]
        assert parlour.audio_samples == 0
        await parlour.tell(Mode(hands_free=True, output="audio"))
        parlour.say("cheaper")
        await parlour.until(lambda: len(parlour.of(TurnSaid)) == 2)
        assert parlour.audio_samples > 0


async def test_a_late_report_of_what_was_cut_holds_nothing_back(engines: Engines) -> None:
    """The reply after a cut is sent ahead as far as any: a report that crossed the cut is not where the loudspeaker is."""
    async with Parlour(engines, lead_ms=3_000) as parlour:
        await parlour.tell(Text(text="a red mug"))
        await parlour.until(lambda: parlour.audio_samples >= 48_000)
        await parlour.tell(Interrupt())
        before = parlour.audio_samples
        await parlour.tell(Text(text="a blue lamp"))
        await parlour.tell(Playback(played_samples=1_600))
        await parlour.until(lambda: parlour.audio_samples > before)
        began_s = time.monotonic()
        await parlour.until(lambda: parlour.audio_samples - before > 8_000)
        assert time.monotonic() - began_s < 2.0      # believed, the report would hold it back for all of the lead


@pytest.mark.parametrize("partials", [True, False])
async def test_words_are_shown_while_they_are_being_spoken_to_who_asked_for_it(engines: Engines, partials: bool) -> None:
    async with Parlour(engines, partials=partials) as parlour:
        parlour.silence(200)
        parlour.sound("a red mug please", ms=1_500)     # and the voice goes on
        if partials:
            await parlour.until(lambda: parlour.of(TranscriptSaid))
            said = parlour.of(TranscriptSaid)[0]
            assert (said.text, said.final, said.turn) == ("a red mug please", False, 1)     # two guesses agree
        else:
            await asyncio.sleep(0.4)
            assert not parlour.of(TranscriptSaid)
        parlour.silence(1_600)
        await parlour.until(lambda: heard(parlour) == ["a red mug please"])
