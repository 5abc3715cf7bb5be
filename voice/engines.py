"""How the small ONNX models run: on the CPU, with an explicit number of threads that sleep when there is nothing to do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import onnxruntime


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Options for one model. Idle threads do not spin: two cores are shared by every engine and session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@cache
def shared_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """One session a model and process: ``run`` is thread safe, and state travels through its inputs.

    Raises FileNotFoundError where the file is missing.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no model {path}; run `shoptalk models install`.")
    return onnxruntime.InferenceSession(str(path), session_options(threads), providers=["CPUExecutionProvider"])
