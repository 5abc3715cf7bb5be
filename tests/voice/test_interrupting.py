"""Barge-in in virtual time."""

from __future__ import annotations

import pytest

from voice.interrupting import (
    SILENT,
    SUSTAINED_MS,
    WORDS_WITHIN_MS,
    Asked,
    GoOn,
    Hold,
    ReplyEnded,
    ReplyStarted,
    Stop,
    Tick,
    VoiceHeard,
    VoiceStopped,
    WordsHeard,
    is_own_echo,
    step,
)


def run(*seen):
    state, actions = SILENT, []
    for observation in seen:
        state, action = step(state, observation)
        if action:
            actions.append(action)
    return state, actions


def voice(start_ms: float, until_ms: float):
    return [VoiceHeard(start_ms + t, float(t)) for t in range(64, int(until_ms) + 1, 32)]


def test_the_first_voice_holds_the_reply_at_once():
    _, actions = run(ReplyStarted(0), VoiceHeard(1_064, 64))
    assert actions == [Hold(1_064)]


def test_words_stop_it():
    state, actions = run(ReplyStarted(0), *voice(1_000, 300), WordsHeard(1_400, "no, something else", final=False))
    assert actions == [Hold(1_064), Stop(1_400, "words")]
    assert state == SILENT


def test_voice_that_lasts_stops_it_without_words():
    _, actions = run(ReplyStarted(0), *voice(1_000, 2_000))
    assert isinstance(actions[1], Stop)
    assert actions[1].at_ms - 1_000 <= SUSTAINED_MS + 32
    assert len(actions) == 2


@pytest.mark.parametrize("text", ["Mm-hmm.", "mhm", "Okay.", "Yeah, right.", "Uh-huh", "I see.", "Oh nice"])
def test_backchannels_let_it_go_on(text):
    state, actions = run(
        ReplyStarted(0), *voice(1_000, 400), VoiceStopped(1_500), WordsHeard(1_700, text, final=True), Tick(9_000)
    )
    assert actions == [Hold(1_064), GoOn(1_700, "backchannel")]
    assert state.reply == "playing"


def test_a_row_of_backchannels_may_last_longer_but_words_after_them_stop():
    seen = [ReplyStarted(0), *voice(1_000, 450), WordsHeard(1_480, "yeah okay", final=False), *voice(1_000, 900)[13:]]
    state, actions = run(*seen)
    assert actions == [Hold(1_064)]
    _, action = step(state, WordsHeard(2_000, "yeah okay but cheaper", final=True))
    assert action == Stop(2_000, "words")


def test_a_cough_lets_it_go_on():
    _, clicked = run(ReplyStarted(0), VoiceHeard(1_064, 64), VoiceStopped(1_170, dropped=True))
    assert clicked == [Hold(1_064), GoOn(1_170, "cough")]
    _, wordless = run(ReplyStarted(0), *voice(1_000, 200), VoiceStopped(1_300), WordsHeard(1_500, "", final=True))
    assert wordless[-1] == GoOn(1_500, "no_words")


def test_when_no_words_ever_come_it_does_not_hang():
    _, short = run(ReplyStarted(0), *voice(1_000, 200), VoiceStopped(1_300), Tick(1_300 + WORDS_WITHIN_MS))
    assert isinstance(short[-1], GoOn)
    _, long = run(ReplyStarted(0), *voice(1_000, 500), VoiceStopped(1_600), Tick(1_600 + WORDS_WITHIN_MS))
    assert isinstance(long[-1], Stop)


def test_yes_is_an_answer_once_the_question_was_heard():
    seen = [ReplyStarted(0), *voice(1_000, 300), VoiceStopped(1_400)]
    assert run(*seen, WordsHeard(1_500, "Yes.", final=True, asked=True))[1][-1] == Stop(1_500, "words")
    assert run(*seen, WordsHeard(1_500, "Yes.", final=True))[1][-1] == GoOn(1_500, "backchannel")


def test_own_words_come_back_through_open_loudspeakers():
    said = "The linen wrap is a hundred and twenty nine dollars."
    seen = [ReplyStarted(0), *voice(1_000, 400), VoiceStopped(1_500)]
    echo = WordsHeard(1_700, "a hundred and twenty nine", final=True, speaking=said, echo_path=True)
    assert run(*seen, echo)[1][-1] == GoOn(1_700, "echo")
    shopper = WordsHeard(1_700, "a hundred and twenty nine", final=True, speaking=said, echo_path=False)
    assert run(*seen, shopper)[1][-1] == Stop(1_700, "words")


def test_the_client_may_simply_ask():
    assert run(ReplyStarted(0), Asked(300))[1] == [Stop(300, "asked")]
    assert run(Asked(300))[1] == []


def test_silence_is_not_interrupted():
    assert run(*voice(0, 800))[1] == []
    assert run(ReplyStarted(0), ReplyEnded(400), *voice(500, 800))[1] == []


def test_after_going_on_it_can_be_interrupted_again():
    _, actions = run(
        ReplyStarted(0), VoiceHeard(1_064, 64), VoiceStopped(1_170, dropped=True), *voice(3_000, 300),
        WordsHeard(3_400, "stop", final=False),
    )
    assert [type(a) for a in actions] == [Hold, GoOn, Hold, Stop]


def test_a_repeated_name_alone_is_no_echo():
    assert not is_own_echo("linen wrap", "the linen wrap is here")
    assert is_own_echo("linen wrap is here", "the linen wrap is here")
    assert not is_own_echo("show me cheaper things", "the linen wrap is here")
