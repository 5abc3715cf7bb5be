"""A BERT sentence model (all-MiniLM-L6-v2) as an ONNX graph of fused operations: token ids and a mask in, unit vectors out.

Written down from the weights instead of traced, so that making it needs no torch. The fused operations are ONNX Runtime's own
(domain com.microsoft); the model is that of Devlin et al., "BERT" (NAACL 2019), the vector the mean of the tokens' last states.
What a short text costs is reading the weights, so those of the layers are kept at a byte a number, BLOCK of them to a scale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

FUSED = "com.microsoft"
OPSETS = {"": 20, FUSED: 1}
IR_VERSION = 10
BLOCK = 128
"""Weights that share a scale: the greatest is STEPS, ZERO is 0. With blocks of 16 a text takes 1.7 times as long."""
STEPS, ZERO = 127, 128
INT8 = 4
"""ONNX Runtime's name for multiplying whole numbers of a byte, the states in blocks too."""

Weights = Mapping[str, npt.NDArray[np.float32]]


class _Graph:
    """Nodes and constants so far."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, domain: str = "", more: tuple[str, ...] = (), **options: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name, *more], name=name, domain=domain, **options))
        return name


def sentence_graph(model_dir: Path) -> onnx.ModelProto:
    """The model in ``model_dir`` (config.json, model.safetensors): ``ids`` and ``mask``, int32 (texts, tokens), to ``vectors``.

    Raises ValueError for a model that pools, or is built, in another way.
    """
    pooling = json.loads((model_dir / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    config = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
    if not pooling.get("pooling_mode_mean_tokens", pooling.get("pooling_mode") == "mean"):
        raise ValueError(f"{model_dir} does not take the mean of its tokens, which is all that can be converted.")
    if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
        raise ValueError(f"{model_dir} is no BERT with GELU, which is all that can be converted.")
    weights = {name: values.astype(np.float32) for name, values in load_file(str(model_dir / "model.safetensors")).items()}
    graph = _Graph()
    state = _embedded(graph, weights, config["layer_norm_eps"])
    for number in range(config["num_hidden_layers"]):
        state = _layer(graph, weights, number, state, config["num_attention_heads"], config["layer_norm_eps"])
    graph.node("Cast", ["mask"], "counted", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["counted", graph.constant("middle", np.array([1]))], "row")
    graph.node("MatMul", ["row", state], "sums")                       # the mean but for its length, which is made 1
    graph.node("Squeeze", ["sums", "middle"], "sum")
    graph.node("LpNormalization", ["sum"], "vectors", axis=-1, p=2)
    whole = helper.make_graph(
        graph.nodes, "sentence",
        [helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"]) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", config["hidden_size"]])], graph.constants,
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    return helper.make_model(whole, opset_imports=opsets, ir_version=IR_VERSION)


def _embedded(graph: _Graph, weights: Weights, epsilon: float) -> str:
    """The tokens' first states; every text is of the first segment, whose vector is added to the positions'."""
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][:1]
    inputs = [
        "ids", "", graph.constant("words", weights["embeddings.word_embeddings.weight"]), graph.constant("positions", positions),
        "", *_norm(graph, weights, "embeddings.LayerNorm"), "mask",
    ]
    return graph.node("EmbedLayerNormalization", inputs, "first", domain=FUSED, more=("lengths",), epsilon=epsilon)


def _layer(graph: _Graph, weights: Weights, number: int, state: str, heads: int, epsilon: float) -> str:
    layer = f"encoder.layer.{number}"
    attention = f"{layer}.attention"
    asked = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    bias = graph.constant(f"{attention}.bias", np.concatenate([weights[f"{part}.bias"] for part in asked]))
    parts = [_product(graph, weights, part, state) for part in asked]
    seen = graph.node("MultiHeadAttention", [*parts, bias, "lengths"], f"{attention}.seen", domain=FUSED, num_heads=heads)
    state = _added(graph, weights, f"{attention}.output", seen, state, epsilon)
    wide = _product(graph, weights, f"{layer}.intermediate.dense", state)
    wide = graph.node("BiasGelu", [wide, _bias(graph, weights, f"{layer}.intermediate.dense")], f"{layer}.wide", domain=FUSED)
    return _added(graph, weights, f"{layer}.output", wide, state, epsilon)


def _added(graph: _Graph, weights: Weights, part: str, state: str, before: str, epsilon: float) -> str:
    """A product added to what was before it, and normed."""
    inputs = [
        _product(graph, weights, f"{part}.dense", state), before, *_norm(graph, weights, f"{part}.LayerNorm"),
        _bias(graph, weights, f"{part}.dense"),
    ]
    return graph.node("SkipLayerNormalization", inputs, f"{part}.state", domain=FUSED, epsilon=epsilon)


def _product(graph: _Graph, weights: Weights, part: str, state: str) -> str:
    """The state times a matrix, which is rounded to a byte a number."""
    matrix = weights[f"{part}.weight"]
    outputs, inputs = matrix.shape
    blocks = np.pad(matrix, ((0, 0), (0, -inputs % BLOCK))).reshape(outputs, -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(axis=2), np.finfo(np.float32).tiny) / STEPS
    rounded = (np.rint(blocks / scales[..., None]) + ZERO).astype(np.uint8)
    held = [graph.constant(f"{part}.weight", rounded), graph.constant(f"{part}.scales", scales)]
    options = {"K": inputs, "N": outputs, "bits": 8, "block_size": BLOCK, "accuracy_level": INT8}
    return graph.node("MatMulNBits", [state, *held], f"{part}.product", domain=FUSED, **options)


def _bias(graph: _Graph, weights: Weights, part: str) -> str:
    return graph.constant(f"{part}.bias", weights[f"{part}.bias"])


def _norm(graph: _Graph, weights: Weights, part: str) -> tuple[str, str]:
    return graph.constant(f"{part}.weight", weights[f"{part}.weight"]), graph.constant(f"{part}.bias", weights[f"{part}.bias"])
