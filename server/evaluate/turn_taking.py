"""How well turns are taken: recordings with pauses put between their words, listened to in virtual time.

Every recording is heard twice: as it is, and with a pause at one of its word gaps. A turn that ends before the true end of the
speech is a cut-off; the delay is from the true end to the moment at which the turn is decided to be over. smart-turn and, if
asked for, the transcriber really run, but their answers reach the listener after a fixed time, so the figures do not depend
on the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from server.evaluate.manifest import ManifestError, NoiseMixer, read_manifest
from server.reporting import percentile_ms
from voice.listening import MS, Event, Listener, SpeechEnded, SpeechPaused, SpeechStarted
from voice.sound import SAMPLE_RATE_HZ, Expecting, FloatAudio, Transcriber
from voice.turn_end import TurnEnd
from voice.wavefiles import read_audio
from voice.wording import reads_finished

PAUSES_MS = (400, 600, 800, 1_000, 1_200)
"""People pause up to about a second inside a turn."""
ROOM_BEFORE_MS, ROOM_AFTER_MS = 600, 2_500
FRAME = 10 * MS
CHUNK = 20 * MS
SPEECH_BELOW_PEAK_DB = 34.0
"""The true ends of speech: the first and last frame within this of the loudest, and clear of the room's own level."""
SPEECH_ABOVE_ROOM_DB = 8.0
GAP_BELOW_SPEECH_DB = 18.0
"""A word gap is a dip this far below the loud parts ..."""
GAP_FROM_ENDS_MS = 300
"""... and so far from both ends."""
QUIETEST_ROOM = 1e-4
SILENT_DB = -60.0
"""A recording whose loudest 10 ms are below this holds nothing."""
SOUND_FILES = frozenset({".wav", ".flac", ".ogg", ".mp3"})

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """A recording in a room's silence, with or without a pause inside."""

    name: str
    audio: FloatAudio
    start_sample: int
    end_sample: int
    """The true end of speech."""
    pause_ms: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a trial."""

    pause_ms: int
    heard: bool
    cut_off: bool
    delay_ms: float | None
    """None where the turn was cut off, or never ended."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers the pauses, and how long the answers take."""

    turn_end: TurnEnd | None
    transcriber: Transcriber | None
    turn_end_ms: float = 80.0
    reading_ms: float = 220.0


def recordings_in(path: Path) -> list[Path]:
    """The recordings of a manifest or of a folder. Raises ManifestError where there are none."""
    if not path.is_dir():
        return [recording.audio for recording in read_manifest(path)]
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in SOUND_FILES)
    if not found:
        raise ManifestError(f"The folder {path} holds no recordings; give one with WAV or FLAC files, or a manifest.")
    return found


def trials_of(name: str, audio: FloatAudio, random: np.random.Generator) -> list[Trial]:
    """The recording as it is and, where it has a word gap, with a pause there. Nothing of a recording without speech."""
    levels = _levels_db(audio)
    room_db = float(np.percentile(levels, 5))
    peak_db = float(levels.max())
    if peak_db < SILENT_DB:
        return []
    clear_of_room_db = min(room_db + SPEECH_ABOVE_ROOM_DB, peak_db - SPEECH_ABOVE_ROOM_DB)
    loud = np.flatnonzero(levels > max(peak_db - SPEECH_BELOW_PEAK_DB, clear_of_room_db))
    start, end = int(loud[0]) * FRAME, (int(loud[-1]) + 1) * FRAME
    room_level = max(QUIETEST_ROOM, 10 ** (room_db / 20))

    def room(ms: float) -> FloatAudio:
        return random.normal(0, room_level, int(ms * MS)).astype(np.float32)

    speech, before, after = audio[start:end], room(ROOM_BEFORE_MS), room(ROOM_AFTER_MS)
    trials = [Trial(name, np.concatenate([before, speech, after]), len(before), len(before) + len(speech))]
    if gaps := word_gaps(speech):
        gap, pause_ms = int(random.choice(gaps)), int(random.choice(PAUSES_MS))
        paused = np.concatenate([speech[:gap], room(pause_ms), speech[gap:]])
        trials.append(
            Trial(name, np.concatenate([before, paused, after]), len(before), len(before) + len(paused), pause_ms)
        )
    return trials


def word_gaps(speech: FloatAudio) -> list[int]:
    """Samples at which somebody might pause: the deepest points of the dips between loud parts."""
    levels = np.convolve(_levels_db(speech), np.ones(3) / 3, "same")
    low = levels < np.percentile(levels, 90) - GAP_BELOW_SPEECH_DB
    margin = GAP_FROM_ENDS_MS * MS // FRAME
    gaps, at = [], margin
    while at < len(levels) - margin:
        if not low[at]:
            at += 1
            continue
        until = at
        while until < len(levels) - margin and low[until]:
            until += 1
        gaps.append((at + int(np.argmin(levels[at:until]))) * FRAME)
        at = until + 1
    return gaps


def _levels_db(audio: FloatAudio) -> FloatAudio:
    """Level of every 10 ms frame."""
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    levels: FloatAudio = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return levels if len(levels) else np.full(1, -120.0, dtype=np.float32)


def take_turn(trial: Trial, listener: Listener, answers: Answers) -> Taken:
    """Listen to a trial; the answers to its pauses come when they would have come."""
    due: list[tuple[float, Callable[[], list[Event]]]] = []
    heard = False
    for start in range(0, len(trial.audio), CHUNK):
        events = listener.hear(trial.audio[start : start + CHUNK])
        for _, answer in [entry for entry in due if entry[0] <= start]:
            events += answer()
        due = [entry for entry in due if entry[0] > start]
        for event in events:
            heard = heard or isinstance(event, SpeechStarted)
            if isinstance(event, SpeechPaused):
                due += _asked(event, listener, answers, start)
            if isinstance(event, SpeechEnded):
                cut = event.end_sample < trial.end_sample - 100 * MS and _speech_follows(trial, event.end_sample)
                delay_ms = (event.decided_at_sample - trial.end_sample) / MS
                return Taken(trial.pause_ms, True, cut, None if cut else delay_ms)
    return Taken(trial.pause_ms, heard, cut_off=False, delay_ms=None)


def _speech_follows(trial: Trial, sample: int) -> bool:
    """Whether there is speech in what the turn left out; a recording may end in a breath."""
    rest = _levels_db(trial.audio[sample : trial.end_sample])
    return int((rest > _levels_db(trial.audio).max() - SPEECH_BELOW_PEAK_DB / 2).sum()) * FRAME > 80 * MS


def _asked(
    paused: SpeechPaused, listener: Listener, answers: Answers, now: int
) -> list[tuple[float, Callable[[], list[Event]]]]:
    asked: list[tuple[float, Callable[[], list[Event]]]] = []
    revision = paused.revision
    if answers.turn_end is not None:
        probability = answers.turn_end.probability(paused.audio)
        asked.append((now + answers.turn_end_ms * MS, lambda: listener.turn_end_probability(revision, probability)))
    if answers.transcriber is not None:
        complete = reads_finished(answers.transcriber.transcribe(paused.audio).text)
        asked.append((now + answers.reading_ms * MS, lambda: listener.text_hint(revision, complete)))
    return asked


def measure(
    recordings: Sequence[Path],
    new_listener: Callable[[], Listener],
    answers: Answers,
    *,
    expecting: Expecting = "anything",
    mixer: NoiseMixer | None = None,
    seed: int = 0,
    told: Told = lambda done: None,
) -> dict[str, Any]:
    """Hear every recording with and without a pause. Raises AudioFileError where one cannot be read."""
    random = np.random.default_rng(seed)
    taken: list[Taken] = []
    for number, path in enumerate(recordings, 1):
        for trial in trials_of(path.name, read_audio(path, SAMPLE_RATE_HZ), random):
            noisy = trial if mixer is None else Trial(
                trial.name, mixer.mix(trial.audio), trial.start_sample, trial.end_sample, trial.pause_ms
            )
            listener = new_listener()
            listener.expect(expecting)
            taken.append(take_turn(noisy, listener, answers))
        told(number)
    return figures_of(taken) | {"n": len(recordings), "seed": seed, "expecting": expecting}


def figures_of(taken: Sequence[Taken]) -> dict[str, Any]:
    """Rates of cut-offs, and delays of the turns that ended after the true end."""
    delays = [one.delay_ms for one in taken if one.delay_ms is not None]
    paused, whole = [one for one in taken if one.pause_ms], [one for one in taken if not one.pause_ms]
    return {
        "cut_offs": _rate(paused),
        "cut_offs_by_pause_ms": {str(ms): _rate([one for one in paused if one.pause_ms == ms]) for ms in PAUSES_MS},
        "cut_offs_without_pause": _rate(whole),
        "delay_p50_ms": percentile_ms(delays, 50),
        "delay_p95_ms": percentile_ms(delays, 95),
        "never_heard": sum(not one.heard for one in taken),
        "never_ended": sum(one.heard and not one.cut_off and one.delay_ms is None for one in taken),
        "trials": len(taken),
        "trials_with_pause": len(paused),
    }


def _rate(taken: Sequence[Taken]) -> float | None:
    return round(sum(one.cut_off for one in taken) / len(taken), 4) if taken else None
