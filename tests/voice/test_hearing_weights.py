"""Whisper's weights as data: CTranslate2's file read back, checkpoints that run no code."""

from __future__ import annotations

import pickle
import struct

import numpy as np
import pytest
import torch
from ctranslate2.specs.whisper_spec import WhisperSpec
from models_here import model

from voice.hearing import HearingError, open_transcriber
from voice.openai_weights import openai_tensors, read_model_bin

LAYERS, HEADS, WIDTH, MELS, VOCABULARY = 2, 2, 8, 80, 51_865


@pytest.fixture(scope="module")
def little_model(tmp_path_factory):
    """A whole Whisper of 8 numbers a layer, written by CTranslate2's own writer; (folder, its spec)."""
    rng = np.random.default_rng(5)
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)

    def some(*shape):
        return rng.normal(0, 0.1, shape).astype(np.float32)

    def fill(layer, *shape):
        layer.weight, layer.bias = some(*shape), some(shape[0])

    def norm(layer):
        layer.gamma, layer.beta = some(WIDTH), some(WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    fill(encoder.conv1, WIDTH, MELS, 3)
    fill(encoder.conv2, WIDTH, WIDTH, 3)
    encoder.position_encodings.encodings = some(1500, WIDTH)
    decoder.position_encodings.encodings = some(448, WIDTH)
    decoder.embeddings.weight = some(VOCABULARY, WIDTH)
    decoder.projection.weight = decoder.embeddings.weight
    norm(encoder.layer_norm)
    norm(decoder.layer_norm)
    for layer in [*encoder.layer, *decoder.layer]:
        norm(layer.self_attention.layer_norm)
        fill(layer.self_attention.linear[0], 3 * WIDTH, WIDTH)
        fill(layer.self_attention.linear[1], WIDTH, WIDTH)
        norm(layer.ffn.layer_norm)
        fill(layer.ffn.linear_0, 4 * WIDTH, WIDTH)
        fill(layer.ffn.linear_1, WIDTH, 4 * WIDTH)
    for layer in decoder.layer:
        norm(layer.attention.layer_norm)
        fill(layer.attention.linear[0], WIDTH, WIDTH)
        fill(layer.attention.linear[1], 2 * WIDTH, WIDTH)
        fill(layer.attention.linear[2], WIDTH, WIDTH)
    folder = tmp_path_factory.mktemp("little")
    spec.config.lang_ids, spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.alignment_heads = [], [], [], []
    spec.register_vocabulary([str(n) for n in range(VOCABULARY)])
    spec.validate()
    spec.save(str(folder))
    return folder


def test_the_tensors_come_back_as_ctranslate2_wrote_them(little_model):
    tensors = read_model_bin(little_model / "model.bin")
    assert tensors["encoder/conv1/weight"].shape == (WIDTH, MELS, 3)
    assert np.array_equal(tensors["decoder/projection/weight"], tensors["decoder/embeddings/weight"])


def test_openai_whisper_takes_every_tensor_and_misses_none(little_model):
    import whisper

    dimensions, state = openai_tensors(read_model_bin(little_model / "model.bin"))
    built = whisper.Whisper(whisper.ModelDimensions(**dimensions))
    built.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in state.items()})
    assert dimensions["n_text_layer"] == LAYERS
    assert dimensions["n_audio_head"] == HEADS


def test_quantised_rows_come_back_within_a_rounding_step():
    from voice.openai_weights import _plain

    weight = np.random.default_rng(2).normal(0, 1, (4, 16)).astype(np.float32)
    scale = 127 / np.abs(weight).max(axis=1)
    stored = {"w": np.round(weight * scale[:, None]).astype(np.int8), "w_scale": scale.astype(np.float32)}
    assert np.abs(_plain(stored, "w") - weight).max() <= (0.5 / scale).max() + 1e-6


@pytest.mark.parametrize("bytes_kept", [0, 3, 40, 5000])
def test_a_file_cut_short_is_said_to_be_damaged(little_model, tmp_path, bytes_kept):
    cut = tmp_path / "model.bin"
    cut.write_bytes((little_model / "model.bin").read_bytes()[:bytes_kept])
    with pytest.raises(ValueError, match=r"damaged|not a CTranslate2"):
        read_model_bin(cut)


def test_another_kind_of_model_is_refused(tmp_path):
    other = tmp_path / "model.bin"
    other.write_bytes(struct.pack("<IH", 6, 16) + b"TransformerSpec\0" + struct.pack("<II", 3, 0))
    with pytest.raises(ValueError, match="not a CTranslate2 Whisper"):
        read_model_bin(other)


def test_the_real_weights_are_converted_once_and_the_copy_is_read_after(tmp_path):
    folder = model("whisper-tiny.en")
    open_transcriber("openai-whisper", folder, converted_dir=tmp_path)
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    open_transcriber("openai-whisper", folder, converted_dir=tmp_path)
    assert kept.stat().st_mtime_ns == written
    open_transcriber("openai-whisper", folder, checkpoint=kept)


class Rude:
    """Unpickled, it would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_a_checkpoint_that_would_run_code_is_refused_and_runs_none(tmp_path):
    trace, checkpoint = tmp_path / "trace", tmp_path / "model.pt"
    checkpoint.write_bytes(pickle.dumps({"dims": Rude(trace)}))
    with pytest.raises(HearingError, match="cannot be opened"):
        open_transcriber("openai-whisper", tmp_path, checkpoint=checkpoint)
    torch.save({"dims": Rude(trace), "model_state_dict": {}}, checkpoint)
    with pytest.raises(HearingError, match="cannot be opened"):
        open_transcriber("openai-whisper", tmp_path, checkpoint=checkpoint)
    assert not trace.exists()


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    checkpoint = tmp_path / "model.pt"
    torch.save({"weights": torch.zeros(2)}, checkpoint)
    with pytest.raises(HearingError, match="not an openai-whisper checkpoint"):
        open_transcriber("openai-whisper", tmp_path, checkpoint=checkpoint)
