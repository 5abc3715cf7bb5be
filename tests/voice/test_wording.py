"""What the bare words tell about turns."""

from __future__ import annotations

import pytest

from voice.wording import is_backchannel, reads_finished

ENDS = """
the cheaper one | the second one please | No, thanks. | yes please | Cheaper | that one | show me more | how much is it
something for my mother instead | I'll take it | those blue ones | the other one
"""
GOES_ON = """
Under... | under | I'm looking for | something for my | a blue and | I'd like | show me | well um
it should be more than | I want a | between twenty | between 20 | well | let me see | I don't know | do you have
Do you have? | I'm looking | a nice | I want a blue | something like | my brother's | for my mother, | it's for
less than | I need | how about | what about | a candle or a | It's too | the one
I'm looking for a dress for a wedding under. | can you show me | I was thinking of... | I want something with | and
maybe | the | I need something | I'm looking for something | can you show me something | no, I meant | I'll take
a gift for someone who loves | do you have anything
"""
EITHER = """
a blue scarf | under a hundred | I want something I can wear | what is it made of | what colours does it come in
What do you have? | what else have you got | something for her | me too | fifty at most | yes it is | I think so
of course not | the second | do you have any | between twenty and forty | what does it go with | navy | it looks nice
the blue one I think | a hundred and fifty | where is it from | I really like it | yes I do | something warm | why not
I'd love to | try it on | do you have something else you can show me | Great. How much are they? | thank you
what else can I get | a present for a friend | yes
"""


def phrases(block: str) -> list[str]:
    return [phrase.strip() for line in block.strip().splitlines() for phrase in line.split("|")]


@pytest.mark.parametrize("text", phrases(ENDS))
def test_these_can_only_be_an_end(text):
    assert reads_finished(text) is True


@pytest.mark.parametrize("text", phrases(GOES_ON))
def test_after_these_something_must_follow(text):
    assert reads_finished(text) is False


@pytest.mark.parametrize("text", phrases(EITHER))
def test_these_tell_nothing(text):
    assert reads_finished(text) is None


def test_a_language_without_lists_gives_no_hints():
    assert reads_finished("unter", language="de") is None
    assert not is_backchannel("ja", language="de")


@pytest.mark.parametrize("text", ["Mm-hmm.", "mhm", "Okay.", "Yeah, right.", "Uh-huh", "I see.", "Oh nice"])
def test_backchannels(text):
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "no", "wait", "okay the blue one", "yes yes yes yes yes", "nice dress", "stop"])
def test_no_backchannels(text):
    assert not is_backchannel(text)


def test_an_answer_is_no_backchannel_when_it_was_asked_for():
    assert not is_backchannel("Yeah.", asked=True)
    assert is_backchannel("Oh.", asked=True)
