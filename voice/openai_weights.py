"""The same Whisper weights for openai-whisper: read from CTranslate2's ``model.bin``, as data only, and written back.

A CTranslate2 model is a flat list of named tensors (https://github.com/OpenNMT/CTranslate2,
python/ctranslate2/specs/model_spec.py, binary version 6)::

    u32 version, string spec, u32 revision, u32 count, then a tensor each:
    string name, u8 rank, u32 * rank shape, u8 type, u32 bytes, data;     u32 count, then an alias each: string, string

where a string is a u16 length, that many bytes, the last of them zero. Linear layers that attend share one tensor: query, key and
value of self-attention are stacked, and key and value of cross-attention are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Tensors = dict[str, npt.NDArray[np.generic]]
FloatTensors = dict[str, npt.NDArray[np.float32]]

BINARY_VERSION = 6
TYPES: dict[int, type[np.generic]] = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
BFLOAT16 = 5


def read_model_bin(path: Path) -> Tensors:
    """The tensors of a CTranslate2 Whisper model by name. Raises ValueError where the file is not one, or is cut short."""
    with path.open("rb") as file:
        try:
            version, spec, _revision = _number(file, "I"), _string(file), _number(file, "I")
        except (struct.error, UnicodeDecodeError):
            version, spec = 0, ""
        if version != BINARY_VERSION or spec != "WhisperSpec":
            raise ValueError(f"{path} is not a CTranslate2 Whisper model of binary version {BINARY_VERSION}")
        try:
            tensors = dict(_tensor(file) for _ in range(_number(file, "I")))
            for _ in range(_number(file, "I")):
                alias, name = _string(file), _string(file)
                tensors[alias] = tensors[name]
        except (struct.error, ValueError, KeyError) as error:  # cut short, or what is not a number, a name or a shape
            raise ValueError(f"{path} is damaged: {error}") from None
    return tensors


def float_tensors(tensors: Tensors) -> Tensors:
    """The same with floats as float32 that may be written to. Raises ValueError for weights in 8 bits."""
    if any(name.endswith("weight_scale") for name in tensors):
        raise ValueError("weights in 8 bits cannot be changed; take a model that is stored in 16")
    return {name: values.astype(np.float32) if values.dtype.kind == "f" else values for name, values in tensors.items()}


def write_model_bin(source: Path, tensors: Tensors, target: Path) -> None:
    """The model file ``source`` with its floats replaced by those of ``tensors``, each in the type that it had.

    Raises ValueError where they are stored as bfloat16, which numpy cannot write, and OSError.
    """
    whole = bytearray(source.read_bytes())
    with source.open("rb") as file:
        _number(file, "I"), _string(file), _number(file, "I")
        for _ in range(_number(file, "I")):
            name, _, kind, data = _record(file)
            if kind == BFLOAT16:
                raise ValueError(f"{source} is stored as bfloat16; take a model that is stored as float16")
            if TYPES[kind] in (np.float16, np.float32):
                whole[file.tell() - len(data) : file.tell()] = np.ascontiguousarray(tensors[name], TYPES[kind]).tobytes()
    target.write_bytes(whole)


def _number(file: BinaryIO, kind: str) -> int:
    layout = "<" + kind
    return int(struct.unpack(layout, file.read(struct.calcsize(layout)))[0])


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode("utf-8")


def _record(file: BinaryIO) -> tuple[str, list[int], int, bytes]:
    """One tensor's name, shape, type and data."""
    name = _string(file)
    shape = [_number(file, "I") for _ in range(_number(file, "B"))]
    kind, size = _number(file, "B"), _number(file, "I")
    return name, shape, kind, file.read(size)


def _tensor(file: BinaryIO) -> tuple[str, npt.NDArray[np.generic]]:
    name, shape, kind, data = _record(file)
    if kind == BFLOAT16:  # the upper half of a float32, which numpy has no type for
        wide = np.frombuffer(data, np.uint16).astype(np.uint32) << 16
        return name, wide.view(np.float32).reshape(shape)
    return name, np.frombuffer(data, TYPES[kind]).reshape(shape)


def _plain(tensors: Tensors, name: str) -> npt.NDArray[np.float32]:
    """One tensor as float32, whatever it was stored as."""
    values = tensors[name].astype(np.float32, copy=False)
    if tensors[name].dtype == np.int8:  # quantised by row: stored = round(weight * scale)
        values = values / tensors[f"{name}_scale"].astype(np.float32).reshape(-1, *(1,) * (values.ndim - 1))
    return values


def openai_tensors(tensors: Tensors) -> tuple[dict[str, int], FloatTensors]:
    """(dimensions, state) as openai-whisper names and shapes them, float32. Raises KeyError where a tensor is missing."""
    plain = partial(_plain, tensors)

    def linear(ours: str, theirs: str, parts: tuple[str, ...]) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        weights = np.split(plain(f"{ours}/weight"), len(parts))
        biases = np.split(plain(f"{ours}/bias"), len(parts))
        for part, weight, bias in zip(parts, weights, biases, strict=True):
            yield f"{theirs}{part}.weight", weight
            if part != ".key":  # Whisper's keys have no bias; CTranslate2 stores zeros
                yield f"{theirs}{part}.bias", bias

    def norm(ours: str, theirs: str) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        yield f"{theirs}.weight", plain(f"{ours}/gamma")
        yield f"{theirs}.bias", plain(f"{ours}/beta")

    def layer(ours: str, theirs: str, *, crossed: bool) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        yield from norm(f"{ours}/self_attention/layer_norm", f"{theirs}.attn_ln")
        yield from linear(f"{ours}/self_attention/linear_0", f"{theirs}.attn", (".query", ".key", ".value"))
        yield from linear(f"{ours}/self_attention/linear_1", f"{theirs}.attn", (".out",))
        if crossed:
            yield from norm(f"{ours}/attention/layer_norm", f"{theirs}.cross_attn_ln")
            yield from linear(f"{ours}/attention/linear_0", f"{theirs}.cross_attn", (".query",))
            yield from linear(f"{ours}/attention/linear_1", f"{theirs}.cross_attn", (".key", ".value"))
            yield from linear(f"{ours}/attention/linear_2", f"{theirs}.cross_attn", (".out",))
        yield from norm(f"{ours}/ffn/layer_norm", f"{theirs}.mlp_ln")
        yield from linear(f"{ours}/ffn/linear_0", f"{theirs}.mlp", (".0",))
        yield from linear(f"{ours}/ffn/linear_1", f"{theirs}.mlp", (".2",))

    def layers(half: str) -> int:
        return sum(name.startswith(f"{half}/layer_") and name.endswith("/ffn/linear_0/bias") for name in tensors)

    state: FloatTensors = {
        "encoder.positional_embedding": plain("encoder/position_encodings/encodings"),
        "decoder.positional_embedding": plain("decoder/position_encodings/encodings"),
        "decoder.token_embedding.weight": plain("decoder/embeddings/weight"),
    }
    for conv in ("conv1", "conv2"):
        state[f"encoder.{conv}.weight"] = plain(f"encoder/{conv}/weight")
        state[f"encoder.{conv}.bias"] = plain(f"encoder/{conv}/bias")
    state |= dict(norm("encoder/layer_norm", "encoder.ln_post"))
    state |= dict(norm("decoder/layer_norm", "decoder.ln"))
    for half in ("encoder", "decoder"):
        for number in range(layers(half)):
            state |= dict(layer(f"{half}/layer_{number}", f"{half}.blocks.{number}", crossed=half == "decoder"))

    vocabulary, width = tensors["decoder/embeddings/weight"].shape
    dimensions = {
        "n_mels": tensors["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": tensors["encoder/position_encodings/encodings"].shape[0],
        "n_audio_state": tensors["encoder/conv1/weight"].shape[0],
        "n_audio_head": int(tensors["encoder/num_heads"].item()),
        "n_audio_layer": layers("encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": tensors["decoder/position_encodings/encodings"].shape[0],
        "n_text_state": width,
        "n_text_head": int(tensors["decoder/num_heads"].item()),
        "n_text_layer": layers("decoder"),
    }
    return dimensions, state
