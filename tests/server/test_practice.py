"""What an ear practises with, where it is kept, and when it is still good."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from server import engines
from server.cli import app
from server.evaluate.manifest import loudest_power
from server.practice import keeping
from server.practice.sounds import SNR_DB, NoisyRoom
from server.practice.talk import NAMING, SAID_EVERYWHERE, sentences, worded_turns
from server.settings import Settings


def _shop(folder):
    shop = load_shop(folder)
    return shop, load_catalogue(folder, shop.columns).items


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("folder", ["shops/demo", "shops/cinema", "benchmarks/shops/woz2"])
def test_a_shop_s_talk_is_filled_with_its_own_values_and_titles(folder, request):
    shop, items = _shop(request.config.rootpath / folder)

    said = sentences(shop, items, 600)

    assert len(said) == len(set(said)) > 450
    assert not any("{" in line for line in said)
    assert any(item.title in line for item in items for line in said) or not items
    assert said == sentences(shop, items, 600) != sentences(shop, items, 600, seed=1)


def test_a_value_is_spoken_after_its_article(request):
    shop, items = _shop(request.config.rootpath / "shops/demo")

    said = [line for line in sentences(shop, items, 400, worded=["I need a {topic}"]) if line.startswith("I need")]

    articles = {(kind[0] in "aeiou", article) for _, _, article, kind, *_ in map(str.split, said) if article in ("a", "an")}
    assert articles == {(True, "an"), (False, "a")}


def test_misspellings_that_a_shop_lists_are_said_by_nobody(request):
    shop, items = _shop(request.config.rootpath / "benchmarks/shops/coffee")

    said = set(sentences(shop, items, 3000, worded=["{coffeeDrink}"]))

    assert {"espresso", "iced coffee", "drip"} <= said
    assert not {"expresso", "eyes coffee", "trip coffee"} & said


def test_talk_has_wishes_and_turns_without_any_value():
    lines = worded_turns()

    assert sum("{topic}" in line for line in lines) > 300 < sum("{" not in line for line in lines)
    assert all("{title}" in line for line in NAMING)


def test_a_noisy_room_keeps_speech_louder_than_its_noise():
    room, rng = NoisyRoom(seed=4), np.random.default_rng(0)
    ratios = []
    for _ in range(40):
        speech = (rng.standard_normal(16_001) * 0.01).astype(np.float32)
        heard = room(speech)
        assert heard.dtype == np.float32
        assert heard.shape == speech.shape
        assert np.abs(heard).max() <= 1
        if not np.array_equal(heard, speech):
            ratios.append(10 * np.log10(loudest_power(speech) / loudest_power(heard - speech)))
    assert 20 < len(ratios) < 36
    assert min(ratios) > SNR_DB[0] - 1
    assert max(ratios) < SNR_DB[1] + 1


def _written(folder):
    (folder / "model.bin").write_bytes(b"weights")
    return {"wer_before": 0.2, "wer_after": 0.1}


def test_what_was_learned_is_used_while_it_is_whole(cache):
    assert keeping.practised("whisper-base", "demo") is None

    facts = keeping.keep("whisper-base", "demo", _written)

    folder = keeping.practised("whisper-base", "demo")
    assert folder is not None
    assert facts == {"wer_before": 0.2, "wer_after": 0.1}
    assert keeping.practised("whisper-base", "cinema") is None is keeping.practised("whisper-tiny.en", "demo")
    (folder / "model.bin").write_bytes(b"damaged")
    assert keeping.practised("whisper-base", "demo") is None


def test_a_practice_made_of_the_last_one_s_files_is_whole(cache):
    keeping.keep("whisper-base", "demo", _written)
    last = keeping.practised("whisper-base", "demo")

    def further(folder):
        for file in last.iterdir():
            shutil.copy(file, folder)
        (folder / "model.bin").write_bytes(b"better weights")
        return {"times": 2}

    keeping.keep("whisper-base", "demo", further)

    assert (keeping.practised("whisper-base", "demo") / "model.bin").read_bytes() == b"better weights"


def test_a_practice_of_another_kind_is_not_used(cache, monkeypatch):
    keeping.keep("whisper-base", "demo", _written)

    monkeypatch.setattr(keeping, "PRACTISED_WINDOW_STEPS_S", (8.0,))

    assert keeping.practised("whisper-base", "demo") is None


def test_a_practice_that_fails_leaves_the_last_one(cache):
    keeping.keep("whisper-base", "demo", _written)

    def full(folder):
        (folder / "model.bin").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        keeping.keep("whisper-base", "demo", full)

    assert (keeping.practised("whisper-base", "demo") / "model.bin").read_bytes() == b"weights"
    assert len(list((cache / "practice").iterdir())) == 1


def test_weights_of_another_release_are_practised_anew(cache, monkeypatch):
    keeping.keep("whisper-base", "demo", _written)
    monkeypatch.setattr(keeping, "_weights", lambda model: "another sum")

    assert keeping.practised("whisper-base", "demo") is None


def test_a_shop_s_practice_is_forgotten_by_command(cache, request):
    keeping.keep("whisper-base", "demo", _written)
    forget = ["train", "hearing", str(request.config.rootpath / "shops/demo"), "--forget", "--json"]

    first, second = CliRunner().invoke(app, forget), CliRunner().invoke(app, forget)

    assert '"forgotten": true' in first.output
    assert '"forgotten": false' in second.output
    assert keeping.practised("whisper-base", "demo") is None


def test_there_must_be_a_practice_to_go_on_from(cache, request):
    result = CliRunner().invoke(app, ["train", "hearing", str(request.config.rootpath / "shops/demo"), "--further"])

    assert result.exit_code == 1
    assert "leave --further out" in " ".join(result.output.split())


def test_what_is_said_at_every_shop_is_practised_too(request):
    said = sentences(*_shop(request.config.rootpath / "shops/demo"), 6000)

    assert {"hello there", "thank you"} & set(said)
    assert 100 < sum(line.split(", ")[0] in SAID_EVERYWHERE for line in said) < 500


def test_a_server_may_hear_without_what_was_practised(monkeypatch, request):
    given = []

    class Ear:
        def transcribe(self, audio):
            return None

    monkeypatch.setattr("voice.hearing.open_transcriber", lambda *_, practised_dir, **__: given.append(practised_dir) or Ear())
    monkeypatch.setattr(engines, "practised", lambda model, shop: Path(shop))
    monkeypatch.setattr(engines, "require", Path)
    shop = request.config.rootpath / "shops/demo"

    for wanted in (True, False):
        engines._transcriber(Settings(shop=shop, hearing_practised=wanted))

    assert given == [Path("demo"), None]


def test_a_folder_without_a_shop_is_named(cache, tmp_path):
    result = CliRunner().invoke(app, ["train", "hearing", str(tmp_path / "nowhere")])

    assert result.exit_code == 1
    assert "nowhere" in result.output
