"""The echo guard in a room by computation: a reply, a loudspeaker, a room, and now and then a shopper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import butter, sosfilt
from scripted import ScriptedVoice

from voice.echo import EchoGuard
from voice.listening import Listener, SpeechStarted
from voice.vad import WINDOW_SAMPLES

RATE = 16_000
LEAD = 4_800


def chatter(seconds: float, seed: int) -> np.ndarray:
    """Speech-like sound: eight bands of noise, each coming and going a few times a second, with gaps between phrases."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    out = np.zeros(n)
    for band in pairwise((200, 400, 700, 1_100, 1_700, 2_500, 3_600, 5_000, 6_500)):
        steps = rng.gamma(0.4, 1.0, n // 1_600 + 2)
        envelope = np.interp(np.arange(n), np.arange(len(steps)) * 1_600, steps)
        noise = sosfilt(butter(2, band, "bandpass", fs=RATE, output="sos"), rng.normal(0, 1, n))
        out += noise * envelope * (600 / band[0]) ** 0.5
    phrases = np.repeat(rng.random(n // 8_000 + 1) > 0.15, 8_000)[:n]
    out *= phrases
    return (0.1 * out / np.sqrt(np.mean(out**2))).astype(np.float32)


def room(seed: int, decay_ms: float = 250) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n = int(0.4 * RATE)
    tail = rng.normal(0, 0.15, n) * np.exp(-6.9 * np.arange(n) / (decay_ms * RATE / 1000))
    tail[0] = 1.0
    return tail / np.sqrt(np.sum(tail**2))


def in_the_microphone(reply: np.ndarray, *, delay_ms: float, gain_db: float, seed: int = 0) -> np.ndarray:
    echo = np.convolve(reply, room(seed))[: len(reply)] * 10 ** (gain_db / 20)
    delayed = np.concatenate([np.zeros(int(delay_ms * RATE / 1000)), echo, np.zeros(RATE)])
    return (delayed + np.random.default_rng(seed).normal(0, 3e-4, len(delayed))).astype(np.float32)


def listen(reply: np.ndarray, microphone: np.ndarray) -> tuple[np.ndarray, float | None]:
    """Per window of 32 ms: did the guard take it for an echo? And when the path became known, in seconds."""
    guard, sent, verdicts, known = EchoGuard(), 0, [], None
    for start in range(0, len(microphone) - WINDOW_SAMPLES, WINDOW_SAMPLES):
        while sent < len(reply) and sent < start + LEAD:
            guard.sent(reply[sent : sent + 320])
            sent += 320
        guard.heard(microphone[start : start + WINDOW_SAMPLES])
        verdicts.append(guard.echo)
        if known is None and guard.path_known:
            known = start / RATE
    return np.array(verdicts), known


@pytest.mark.parametrize("delay_ms", [40, 200, 500])
@pytest.mark.parametrize("gain_db", [0, -12, -24])
def test_an_echo_is_learned_and_known_as_such(delay_ms, gain_db):
    reply = chatter(6, seed=1)
    verdicts, known = listen(reply, in_the_microphone(reply, delay_ms=delay_ms, gain_db=gain_db))
    assert known is not None
    assert known < 1.6
    assert verdicts[int((known + 0.1) * RATE / WINDOW_SAMPLES) :].mean() > 0.97


@pytest.mark.parametrize("louder_db", [0, 6, 12])
def test_a_shopper_over_the_echo_is_noticed_soon(louder_db):
    reply = chatter(8, seed=2)
    microphone = in_the_microphone(reply, delay_ms=120, gain_db=-10, seed=3)
    begins = 4 * RATE
    shopper = chatter(2, seed=9)[:RATE] * 10 ** ((louder_db - 10) / 20)
    microphone[begins : begins + len(shopper)] += shopper
    verdicts, _ = listen(reply, microphone)
    seen = np.flatnonzero(~verdicts[begins // WINDOW_SAMPLES : begins // WINDOW_SAMPLES + 30])
    assert len(seen)
    assert seen[0] * 32 <= 200


def test_without_an_echo_every_voice_is_a_voice():
    """Headphones, or a browser that cancels echoes."""
    reply, shopper = chatter(6, seed=4), chatter(6, seed=5)
    verdicts, known = listen(reply, shopper)
    assert known is None
    assert not verdicts[int(1.0 * RATE / WINDOW_SAMPLES) :].any()


def test_a_shopper_who_interrupts_the_first_reply_early_is_heard():
    """With headphones, 0.7 s into it: the microphone was silent until then, so there is no echo."""
    microphone = np.concatenate([np.zeros(int(0.7 * RATE), dtype=np.float32), chatter(3, seed=5)])
    microphone += np.random.default_rng(0).normal(0, 3e-4, len(microphone)).astype(np.float32)
    verdicts, known = listen(chatter(6, seed=13), microphone)
    assert known is None
    assert not verdicts[int(0.7 * RATE / WINDOW_SAMPLES) + 1 :].any()


@pytest.mark.parametrize("after_ms", [40, 120, 250])
def test_a_shopper_who_goes_on_as_the_first_reply_begins_loses_no_word(after_ms):
    """With headphones; the listener takes a moment to know whose voice it is, and then begins where it began."""
    reply, begins = chatter(6, seed=13), after_ms * RATE // 1000
    microphone = np.random.default_rng(0).normal(0, 3e-4, 2 * RATE).astype(np.float32)
    microphone[begins : begins + RATE] += 3 * chatter(1, seed=9)
    ears = Listener(ScriptedVoice(), echo=EchoGuard())
    starts = []
    for start in range(0, len(microphone), 320):
        ears.echo.sent(reply[start : start + 320])
        starts += [event for event in ears.hear(microphone[start : start + 320]) if isinstance(event, SpeechStarted)]
    assert abs(starts[0].at_sample - begins) <= 0.1 * RATE
    assert starts[0].decided_at_sample - begins <= 0.4 * RATE


@pytest.mark.parametrize(("delay_ms", "gain_db"), [(40, 0), (80, -12), (160, -6)])
def test_the_first_reply_does_not_interrupt_itself(delay_ms, gain_db):
    heard = []
    for seed in range(1, 9):
        reply = chatter(2, seed=seed) * 3
        microphone = in_the_microphone(reply, delay_ms=delay_ms, gain_db=gain_db, seed=seed)[: len(reply)]
        ears = Listener(ScriptedVoice(), echo=EchoGuard())
        for start in range(0, len(microphone), 320):
            ears.echo.sent(reply[start : start + 320])
            heard += [event for event in ears.hear(microphone[start : start + 320]) if isinstance(event, SpeechStarted)]
    assert not [event for event in heard if event.decided_at_sample < 0.9 * RATE]


def test_without_a_reply_every_voice_is_a_voice():
    verdicts, _ = listen(np.zeros(0, dtype=np.float32), chatter(2, seed=5))
    assert not verdicts.any()


def test_after_the_reply_a_voice_is_a_voice():
    reply = chatter(4, seed=6)
    microphone = np.concatenate([in_the_microphone(reply, delay_ms=100, gain_db=-10), chatter(2, seed=7) * 0.3])
    verdicts, _ = listen(reply, microphone)
    assert verdicts[-50:-10].mean() < 0.5


def test_what_was_cleared_is_expected_no_more():
    reply = chatter(4, seed=8)
    guard = EchoGuard()
    microphone = in_the_microphone(reply, delay_ms=60, gain_db=-6)
    for start in range(0, 2 * RATE, 320):
        guard.sent(reply[start : start + 320])
        guard.heard(microphone[start : start + 320])
    assert guard.path_known
    guard.sent(reply[2 * RATE :])
    guard.cleared()
    shopper = chatter(1, seed=11) * 0.5
    for _ in range(0, RATE // 2, 320):
        guard.heard(np.zeros(320, dtype=np.float32))
    seen = []
    for start in range(0, RATE, 320):
        guard.heard(shopper[start : start + 320])
        seen.append(not guard.echo)
    assert np.mean(seen) > 0.4


@pytest.mark.parametrize("guarded", [True, False])
def test_a_listener_with_a_guard_does_not_hear_the_reply_itself(guarded):
    reply = chatter(6, seed=2) * 3
    microphone = in_the_microphone(reply, delay_ms=120, gain_db=-6, seed=3)
    begins = 4 * RATE
    microphone[begins : begins + RATE] += chatter(2, seed=9)[:RATE] * 6
    ears = Listener(ScriptedVoice(), echo=EchoGuard() if guarded else None)
    sent, starts = 0, []
    for start in range(0, len(microphone), 320):
        if ears.echo is not None and sent < len(reply):
            ears.echo.sent(reply[sent : sent + 320])
            sent += 320
        starts += [event.at_sample for event in ears.hear(microphone[start : start + 320]) if isinstance(event, SpeechStarted)]
    if guarded:
        assert starts
        assert abs(starts[0] - begins) < RATE // 4
    else:
        assert starts[0] < RATE
