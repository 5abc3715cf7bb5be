"""Measuring the ear: what counts as a word error, what a list of recordings may be, and the command itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from server.cli import app
from server.evaluate.hearing import measure
from server.evaluate.manifest import ManifestError, NoiseMixer, Recording, read_manifest
from server.evaluate.word_errors import comparable_words, word_errors
from voice.sound import Transcript


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("m o r e w o o d", "M-O-R-E-W-O-O-D."),
        ("m o r e w o o d", "Morewood"),
        ("o l d b a r n", "O.L.D.B.A.R.N."),
        ("erase o j t k s thirty five", "Erase OJTKS35."),
        ("erase o j t k s thirty five", "Erase OJ-TKS-35"),
        ("rubout t g j w b seventy nine fifty nine", "Rubout, TGJWB, 79-59."),
        ("z eight oh two", "Z802"),
        ("two thousand five hundred and fifty two", "2,552"),
        ("six thirty", "6:30"),
        ("september first nineteen sixty nine", "September 1, 1969."),
        ("counselled in grey", "Counseled in gray"),
        ("it's a hundred and twenty pounds", "It is £120."),
    ],
)
def test_the_same_words_written_differently_are_no_errors(said, heard):
    assert word_errors(said, heard).edits == 0


@pytest.mark.parametrize(
    ("said", "heard", "edits"),
    [
        ("yes", "No.", 1),
        ("s t e v e", "S-T-E-V", 1),
        ("one five two one seven", "15227", 1),
        ("the linen wrap dress", "the Lenin repress", 3),
        ("go", "There we go.", 2),
        ("help", "", 1),
    ],
)
def test_real_errors_are_counted(said, heard, edits):
    assert word_errors(said, heard).edits == edits


def test_a_rate_is_over_the_words_that_were_said():
    both = word_errors("one two", "one two") + word_errors("stop", "start please")
    assert both.words == 3
    assert both.rate == round(2 / 3, 4)
    assert word_errors("", "").rate is None
    assert comparable_words("I want a big one") == ["i", "want", "a", "big", "1"]


def test_paths_in_a_list_are_relative_to_it(tmp_path):
    lines = ['{"audio": "a/b.wav", "text": "yes"}', "", '{"audio": "c.wav", "intent": "order", "slots": {"n": "2"}}', ""]
    (tmp_path / "list.jsonl").write_text("\n".join(lines))
    first, second = read_manifest(tmp_path / "list.jsonl")
    assert first.audio == tmp_path / "a" / "b.wav"
    assert second.slots == {"n": "2"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("", "no recordings"), ('{"audio": "a.wav"}\nnot json', "line 2"), ('{"text": "yes"}', "audio"), ('{"audio": 3}', "line 1")],
)
def test_a_broken_list_is_refused_by_line(tmp_path, content, complaint):
    (tmp_path / "list.jsonl").write_text(content)
    with pytest.raises(ManifestError, match=complaint):
        read_manifest(tmp_path / "list.jsonl")


def test_noise_is_mixed_at_the_ratio_asked_for_and_the_same_each_time(tmp_path):
    random = np.random.default_rng(3)
    soundfile.write(tmp_path / "noise.wav", random.normal(0, 0.2, 8_000), 16_000)
    audio = np.sin(np.arange(32_000) / 9).astype(np.float32) * 0.3
    mixed, again = (NoiseMixer(tmp_path / "noise.wav", 12.0, seed=4).mix(audio) for _ in range(2))
    assert np.array_equal(mixed, again)
    added = mixed - audio
    assert 10 * np.log10(np.mean(audio**2) / np.mean(added**2)) == pytest.approx(12.0, abs=0.4)
    quiet = np.zeros(96_000, np.float32)
    among_pauses = NoiseMixer(tmp_path / "noise.wav", 12.0, seed=4).mix(np.concatenate([quiet, audio]))[96_000:] - audio
    assert 10 * np.log10(np.mean(audio**2) / np.mean(among_pauses**2)) == pytest.approx(12.0, abs=0.4)


class Ear:
    """Hears what its list says, in order, over and over."""

    name = "scripted"

    def __init__(self, *texts: str) -> None:
        self.texts, self.heard = texts, 0

    def transcribe(self, audio, *, likely=()):
        self.heard += 1
        return Transcript(self.texts[(self.heard - 2) % len(self.texts)], fallback="length" if self.heard == 2 else None)


def test_figures_count_errors_commands_and_fallbacks(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    audio = tmp_path / "a.wav"
    recordings = [
        Recording(audio=audio, text="a latte"),
        Recording(audio=audio, intent="order", slots={"drink": "latte"}),
        Recording(audio=audio, intent="order", slots={"drink": "mocha"}),
    ]
    figures = measure(
        recordings,
        Ear("a latte", "a latte", "a latte"),
        stock=lambda audio: "a tray",
        understand=lambda text: ("order", {"drink": text.split()[-1]}),
    )
    assert figures["wer"] == 0.0
    assert figures["stock_wer"] == 0.5
    assert figures["command_accuracy"] == 0.5
    assert figures["stock_command_accuracy"] == 0.0
    assert (figures["n"], figures["with_text"], figures["audio_s"]) == (3, 1, 3.0)
    assert figures["fallback_causes"] == {"length": 1}


def test_the_command_says_what_is_missing(tmp_path):
    outcome = CliRunner().invoke(app, ["evaluate", "hearing", str(tmp_path / "none.jsonl")])
    assert outcome.exit_code == 1
    (tmp_path / "list.jsonl").write_text(json.dumps({"audio": "a.wav", "text": "yes"}))
    outcome = CliRunner().invoke(app, ["evaluate", "hearing", str(tmp_path / "list.jsonl"), "--snr", "5"])
    assert outcome.exit_code == 1
    assert "--noise" in outcome.output
