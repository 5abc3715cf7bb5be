"""Render the recorded conversations: every ``story.yaml`` beside this file gets its WAVs and ``timing.json``.

    python audio_fixtures/make_fixtures.py [STORY ...]

All of it is synthetic: the voices (Piper, also shifted in pitch and pace; flite; espeak-ng), the kitchen and the rooms. Needs
the Debian packages flite, espeak-ng and sox, and the piper-joe model; nobody needs them to run the recordings.

``timing.json`` holds, for each WAV, where speech truly starts and ends: measured on the clean voice, before noise and room.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
import yaml

Audio = npt.NDArray[np.float64]
HERE = Path(__file__).parent
RATE_HZ = 16_000
LEAD_MS, TAIL_MS = 350, 500
"""Quiet (or noise) before and after the words, as a microphone that is open gives it."""
SPEECH_RMS = 0.07
"""Level of every voice, about -23 dB below full scale."""
EDGE_DB = -38
"""A 10 ms frame this far below the loudest one is no longer speech."""


# --- voices ----------------------------------------------------------------------------------------------------------------


def piper(text: str, target: Path) -> None:
    from server.models import require
    from voice.speaking import PiperSpeaker

    speech = _piper_voice(PiperSpeaker, require("piper-joe")).speak(text)
    soundfile.write(target, speech.pcm, speech.sample_rate_hz)


@cache
def _piper_voice(speaker: Callable, folder: Path):  # type: ignore[no-untyped-def, type-arg]
    return speaker(folder, threads=2)


def flite(voice: str) -> Callable[[str, Path], None]:
    return lambda text, target: _run("flite", "-voice", voice, "-t", text, "-o", str(target))


def espeak(voice: str, words_a_minute: int) -> Callable[[str, Path], None]:
    return lambda text, target: _run("espeak-ng", "-v", voice, "-s", str(words_a_minute), "-w", str(target), text)


def shifted(base: Callable[[str, Path], None], *effects: str) -> Callable[[str, Path], None]:
    """The same voice through sox: pitch in cents (which moves the formants too), tempo as a factor."""

    def speak(text: str, target: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / "plain.wav"
            base(text, plain)
            _run("sox", "-D", str(plain), str(target), *effects)   # -D: no dither, so that every run gives the same bytes

    return speak


def hum(text: str, target: Path) -> None:
    """"Mhm" with closed lips: two hums with a breath between, the second rising. No synthetic voice can say it."""
    rng = np.random.default_rng(len(text))
    breath = np.convolve(rng.standard_normal(RATE_HZ // 14), np.hanning(40) / 20, "same") * 0.05
    soundfile.write(target, 0.3 * np.concatenate([_hum(150, 138, 220), breath, _hum(172, 195, 330)]), RATE_HZ)


def _hum(from_hz: float, to_hz: float, length_ms: int) -> Audio:
    count = length_ms * RATE_HZ // 1000
    time = np.arange(count) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(np.linspace(from_hz, to_hz, count) * (1 + 0.01 * np.sin(2 * np.pi * 5 * time))) / RATE_HZ
    lips = np.minimum(1, np.minimum(time, time[::-1]) / 0.04)
    return np.asarray(lips * sum(np.sin(k * phase) / k**2.2 for k in range(1, 20)))


VOICES: dict[str, Callable[[str, Path], None]] = {
    "joe": piper,
    "joan": shifted(piper, "pitch", "420", "tempo", "1.04"),
    "giles": shifted(piper, "pitch", "-220", "tempo", "0.94"),
    "slt": flite("slt"),
    "rms": flite("rms"),
    "awb": flite("awb"),
    "kal": flite("kal16"),
    "edith": espeak("en-gb-x-rp+f2", 155),
    "hank": espeak("en-us+m3", 150),
    "hum": hum,
}


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def say(voice: str, text: str) -> Audio:
    """Words with pauses: "under, [700 ms] a hundred" is spoken as two pieces with 700 ms of silence between."""
    pieces: list[Audio] = []
    for part in re.split(r"\s*(\[\d+ ms\])\s*", text):
        if pause := re.fullmatch(r"\[(\d+) ms\]", part):
            pieces.append(np.zeros(int(pause[1]) * RATE_HZ // 1000))
        elif part:
            pieces.append(_trimmed(_spoken(voice, part)))
    loud = np.concatenate([piece for piece in pieces if piece.any()])
    return np.concatenate(pieces) * SPEECH_RMS / np.sqrt(np.mean(loud**2))


def _spoken(voice: str, text: str) -> Audio:
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "said.wav"
        VOICES[voice](text, target)
        samples, rate = soundfile.read(target, dtype="float64")
    return np.asarray(soxr.resample(samples, rate, RATE_HZ))


def _trimmed(audio: Audio) -> Audio:
    start, end = edges(audio)
    return audio[start:end]


def edges(audio: Audio) -> tuple[int, int]:
    """First and last sample of speech, to 10 ms."""
    frame = RATE_HZ // 100
    energy = np.array([np.mean(audio[at : at + frame] ** 2) for at in range(0, len(audio), frame)])
    speech = np.flatnonzero(energy > energy.max() * 10 ** (EDGE_DB / 10))
    return int(speech[0]) * frame, min((int(speech[-1]) + 1) * frame, len(audio))


# --- rooms and kitchens ------------------------------------------------------------------------------------------------------


def room(audio: Audio, rt60_ms: int, seed: int) -> Audio:
    """A room as exponentially decaying noise after the direct sound (Polack, 1988), 6 dB below it, 5 ms later."""
    rng = np.random.default_rng(seed)
    count = rt60_ms * RATE_HZ // 1000
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    tail *= 10 ** (-6 / 20) / np.sqrt(np.sum(tail**2))
    impulse = np.concatenate([[1.0], np.zeros(RATE_HZ // 200), tail])
    return np.convolve(audio, impulse)[: len(audio)]


def kitchen(count: int, seed: int) -> Audio:
    """Hum of a fridge, hiss of a hood, plates and spoons, and people talking in the next room."""
    rng = np.random.default_rng(seed)
    time = np.arange(count) / RATE_HZ
    hum = sum(np.sin(2 * np.pi * 50 * k * time + rng.uniform(0, 6.3)) / k for k in (1, 2, 3, 5))
    hiss = np.convolve(rng.standard_normal(count + 63), np.hanning(64) / 32)[63 : 63 + count]
    clatter = np.zeros(count)
    for _ in range(int(1.5 * count / RATE_HZ)):
        at, long = int(rng.integers(0, count)), int(rng.uniform(0.03, 0.2) * RATE_HZ)
        ring = sum(
            rng.uniform(0.3, 1) * np.sin(2 * np.pi * rng.uniform(900, 6000) * np.arange(long) / RATE_HZ) for _ in range(5)
        ) * np.exp(-6 * np.arange(long) / long)
        clatter[at : at + long] += rng.uniform(0.2, 1) * np.asarray(ring)[: count - at]
    return _level(hum) * 0.5 + _level(hiss) * 0.6 + _level(clatter) * 0.6 + _level(_babble(count, rng)) * 0.5


def _babble(count: int, rng: np.random.Generator) -> Audio:
    talk = np.zeros(count)
    for voice, text in BABBLE:
        said = say(voice, text)
        talk += np.roll(np.resize(said, count), int(rng.integers(0, count)))
    muffled = np.convolve(talk, np.hanning(24) / 12)   # through a wall: highs are lost
    return muffled[:count]


BABBLE = (
    ("slt", "And then she put the whole thing back in the oven because it was still raw in the middle."),
    ("rms", "They said it would rain on Thursday but nobody took the washing in, so there we are."),
    ("edith", "Mind the step, the floor has only just been done, and leave your boots by the door."),
)


def _level(audio: Audio) -> Audio:
    return np.asarray(audio / np.sqrt(np.mean(audio**2)))


# --- stories -------------------------------------------------------------------------------------------------------------------


def render(folder: Path) -> float:
    """Write the story's WAVs and timing.json; gives the seconds of audio."""
    story = yaml.safe_load((folder / "story.yaml").read_text(encoding="utf-8"))
    for old in folder.glob("*.wav"):
        old.unlink()
    timing, seconds = {}, 0.0
    for number, turn in enumerate(story["turns"], start=1):
        seed = int.from_bytes(f"{folder.name}/{number}".encode()[-8:], "little") % 2**32
        words = say(turn.get("voice", story["voice"]), turn["say"])
        lead, tail = np.zeros(LEAD_MS * RATE_HZ // 1000), np.zeros(TAIL_MS * RATE_HZ // 1000)
        clean = np.concatenate([lead, words, tail])
        start, end = edges(clean)
        audio = room(clean, story["room"]["rt60_ms"], seed) if story.get("room") else clean
        if noise := story.get("noise"):
            audio = audio + kitchen(len(audio), seed) * SPEECH_RMS * 10 ** (-noise["snr_db"] / 20)
        audio = audio + np.random.default_rng(seed).standard_normal(len(audio)) * 2e-4   # no microphone is silent
        soundfile.write(folder / f"{number}.wav", np.clip(audio, -0.999, 0.999), RATE_HZ, subtype="PCM_16")
        timing[f"{number}.wav"] = {
            "speech_start_ms": round(start * 1000 / RATE_HZ), "speech_end_ms": round(end * 1000 / RATE_HZ),
            "length_ms": round(len(audio) * 1000 / RATE_HZ),
        }
        seconds += len(audio) / RATE_HZ
    (folder / "timing.json").write_text(json.dumps(timing, indent=2) + "\n", encoding="utf-8")
    return seconds


def main() -> None:
    asked = [HERE / name for name in sys.argv[1:]] or sorted(path.parent for path in HERE.glob("*/story.yaml"))
    for folder in asked:
        print(f"{folder.name:<28} {render(folder):5.1f} s")


if __name__ == "__main__":
    main()
