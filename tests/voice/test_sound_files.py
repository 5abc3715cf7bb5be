"""Recordings, sample rates and sound devices."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from voice.devices import INSTEAD, DeviceError, Loudspeaker, Microphone, PlayQueue
from voice.resampling import StreamResampler, as_float, as_pcm16, resample, resample_float
from voice.tape import Tape
from voice.wavefiles import AudioFileError, read_audio, write_wav


def tone(rate: int, seconds: float = 1.0, hz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def test_a_recording_comes_back_as_it_was_written(tmp_path):
    pcm = as_pcm16(tone(16_000))
    write_wav(tmp_path / "a.wav", pcm, 16_000)
    assert np.array_equal(as_pcm16(read_audio(tmp_path / "a.wav")), pcm)


def test_any_rate_and_any_channels_become_16_khz_mono(tmp_path):
    stereo = np.stack([tone(44_100), np.zeros(44_100, dtype=np.float32)], axis=1)
    soundfile.write(tmp_path / "s.flac", stereo, 44_100)
    audio = read_audio(tmp_path / "s.flac")
    assert audio.dtype == np.float32
    assert audio.shape == (16_000,)
    assert np.abs(audio[2_000:14_000]).max() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("none.wav", None, "no recording"), ("text.wav", b"hello, a text", "cannot be read"), ("empty.wav", b"", "cannot be read")],
)
def test_what_cannot_be_read_says_why(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioFileError, match=says):
        read_audio(tmp_path / name)


def test_a_recording_without_samples_says_so(tmp_path):
    write_wav(tmp_path / "nothing.wav", np.zeros(0, dtype=np.int16), 16_000)
    with pytest.raises(AudioFileError, match="no samples"):
        read_audio(tmp_path / "nothing.wav")


def test_a_place_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(AudioFileError, match="cannot be written"):
        write_wav(tmp_path / "no" / "such" / "folder.wav", np.zeros(5, dtype=np.int16), 16_000)


@pytest.mark.parametrize(("source", "target"), [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (16_000, 24_000)])
def test_a_stream_in_pieces_sounds_like_the_whole(source, target):
    audio = tone(source)
    stream = StreamResampler(source, target)
    rng = np.random.default_rng(0)
    cuts = np.sort(rng.integers(0, len(audio), 40))
    pieces = [stream.push(piece) for piece in np.split(audio, cuts)] + [stream.finish()]
    streamed, whole = np.concatenate(pieces), resample_float(audio, source, target)
    assert len(streamed) == pytest.approx(len(whole), abs=2)
    n = min(len(streamed), len(whole))
    assert np.abs(streamed[200 : n - 200] - whole[200 : n - 200]).max() < 0.01


def test_rates_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        StreamResampler(0, 16_000)


def test_pcm_and_float_agree_and_clip():
    assert as_pcm16(np.array([-2.0, 0.5, 2.0], dtype=np.float32)).tolist() == [-32768, 16384, 32767]
    assert as_float(np.array([-32768, 16384], dtype=np.int16)).tolist() == [-1.0, 0.5]
    assert len(resample(np.zeros(22_050, dtype=np.int16), 22_050, 48_000)) == 48_000


def test_the_tape_holds_the_newest_samples_by_number():
    tape = Tape(1_000)
    for start in range(0, 2_500, 300):
        tape.append(np.arange(start, start + 300, dtype=np.float32))
    assert tape.end_sample == 2_700
    assert tape.start_sample == 1_700
    assert tape.between(2_000, 2_400).tolist() == list(range(2_000, 2_400))
    assert tape.between(0, 1_750).tolist() == list(range(1_700, 1_750))
    assert len(tape.between(2_690, 9_999)) == 10
    assert len(tape.between(50, 20)) == 0
    with pytest.raises(ValueError, match="fit"):
        tape.append(np.zeros(1_001, dtype=np.float32))


def test_the_play_queue_counts_what_was_played_and_nothing_else():
    waiting = PlayQueue()
    waiting.put(np.arange(1, 101, dtype=np.int16))
    assert waiting.take(60).tolist() == list(range(1, 61))
    block = waiting.take(60)
    assert block.tolist() == [*range(61, 101), *[0] * 20]
    assert waiting.played_samples == 100
    waiting.put(np.ones(50, dtype=np.int16))
    assert waiting.clear() == 100
    assert waiting.waiting_samples == 0
    waiting.count_on_from(150)
    waiting.put(np.ones(10, dtype=np.int16))
    waiting.take(10)
    assert waiting.played_samples == 160


@pytest.mark.parametrize("device", [Microphone, lambda name: Loudspeaker(22_050, name)])
def test_without_a_device_one_sentence_says_what_to_use_instead(device):
    with pytest.raises(DeviceError) as refused, device("no such device"):
        pass
    message = str(refused.value)
    assert INSTEAD in message
    assert "\n" not in message
