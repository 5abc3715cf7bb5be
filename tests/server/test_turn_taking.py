"""``shoptalk evaluate turn-taking``: pauses at word gaps, and figures that tell a cut-off from a delay."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from server.cli import app
from server.evaluate.manifest import ManifestError
from server.evaluate.turn_taking import (
    PAUSES_MS,
    Answers,
    Taken,
    figures_of,
    measure,
    recordings_in,
    take_turn,
    trials_of,
    word_gaps,
)
from voice.listening import MS, Listener
from voice.resampling import as_pcm16
from voice.wavefiles import write_wav


class Loud:
    """Voice is what is loud."""

    def probability(self, window):
        return 0.98 if float(np.abs(window).mean()) > 0.02 else 0.02

    def reset(self):
        pass


class Says:
    """A turn end of one opinion."""

    def __init__(self, probability):
        self._probability = probability

    def probability(self, audio):
        return self._probability


def words(*parts_ms, seed=0):
    """Loud, quiet, loud... of so many ms each."""
    rng = np.random.default_rng(seed)
    pieces = [rng.normal(0, 0.0005 if index % 2 else 0.1, int(ms * MS)) for index, ms in enumerate(parts_ms)]
    return np.concatenate(pieces).astype(np.float32)


def test_word_gaps_are_where_it_is_quiet():
    speech = words(700, 60, 600, 60, 700)
    gaps = word_gaps(speech)
    assert len(gaps) == 2
    assert 690 <= gaps[0] / MS <= 770
    assert 1_350 <= gaps[1] / MS <= 1_430
    assert word_gaps(words(800)) == []


def test_a_trial_knows_where_the_speech_truly_ends():
    silence = np.random.default_rng(1).normal(0, 0.0005, 700 * MS).astype(np.float32)
    audio = np.concatenate([silence, words(700, 60, 600), silence])
    plain, paused = trials_of("x", audio, np.random.default_rng(0))
    assert plain.pause_ms == 0
    assert abs((plain.end_sample - plain.start_sample) / MS - 1_360) <= 20
    assert paused.pause_ms in PAUSES_MS
    assert abs((paused.end_sample - paused.start_sample) / MS - 1_360 - paused.pause_ms) <= 20


def test_nothing_is_tried_with_a_recording_of_silence():
    assert trials_of("x", np.zeros(16_000, dtype=np.float32), np.random.default_rng(0)) == []


@pytest.mark.parametrize(("opinion", "cut"), [(1.0, True), (0.0, False)])
def test_a_hasty_listener_cuts_and_a_patient_one_does_not(opinion, cut):
    _, paused = trials_of("x", words(700, 150, 600), np.random.default_rng(0))
    taken = take_turn(paused, Listener(Loud()), Answers(Says(opinion), None))
    assert taken.heard
    assert taken.cut_off is cut
    assert (taken.delay_ms is None) is cut


def test_figures():
    figures = figures_of(
        [Taken(400, True, True, None), Taken(400, True, False, 300.0), Taken(0, True, False, 200.0), Taken(0, False, False, None)]
    )
    assert figures["cut_offs"] == 0.5
    assert figures["cut_offs_by_pause_ms"]["400"] == 0.5
    assert figures["cut_offs_without_pause"] == 0.0
    assert figures["delay_p50_ms"] == 250.0
    assert figures["never_heard"] == 1
    assert figures["never_ended"] == 0


def test_the_same_seed_gives_the_same_figures(tmp_path):
    for number in range(3):
        write_wav(tmp_path / f"{number}.wav", as_pcm16(words(700, 60, 600, seed=number)), 16_000)
    found = recordings_in(tmp_path)

    def figures():
        return measure(found, lambda: Listener(Loud()), Answers(Says(0.9), None), seed=5)

    assert figures() == figures()
    assert figures()["n"] == 3


def test_a_folder_without_recordings_says_so(tmp_path):
    with pytest.raises(ManifestError, match="no recordings"):
        recordings_in(tmp_path)


def test_the_command_reports_one_object(tmp_path):
    write_wav(tmp_path / "a.wav", as_pcm16(words(700, 60, 600)), 16_000)
    done = CliRunner().invoke(app, ["evaluate", "turn-taking", str(tmp_path), "--no-sound", "--json"])
    if "models install" in done.output:
        pytest.skip("the models are not installed")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert {"cut_offs", "delay_p50_ms", "delay_p95_ms", "n", "seed"} <= figures.keys()


def test_noise_needs_its_level(tmp_path):
    write_wav(tmp_path / "a.wav", as_pcm16(words(700)), 16_000)
    done = CliRunner().invoke(app, ["evaluate", "turn-taking", str(tmp_path), "--snr", "5"])
    assert done.exit_code == 1
    assert "--noise FILE and --snr DB" in done.output
