"""A causal language model loaded by transformers: for models that have no GGUF, and for machines with a GPU."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dialogue.llm import Completion, Finished, LlmError, wanted


class TransformersModel:
    """Loads safetensors from a folder (never pickled weights), or one GGUF file; the latter takes many seconds to unpack."""

    can_choose = False

    def __init__(self, path: Path, *, threads: int = 2, device: str = "cpu") -> None:
        """Raises LlmError where there is no such model."""
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if not path.exists():
            raise LlmError(f"There is no language model at {path}.")
        folder, options = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
        torch.set_num_threads(threads)
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, use_safetensors=True, **options)
        except (OSError, ValueError) as error:
            raise LlmError(f"{path} cannot be loaded as a language model: {error}.") from None
        self._model: Any = model.eval().to(device)
        self.name = path.stem
        self._alone = threading.Lock()

    def complete(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str],
        among: Sequence[str] = (),
        deadline_ms: float,
        temperature: float = 0.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = wanted,
    ) -> Completion:
        """See `LanguageModel.complete`. One call at a time; waiting counts against the deadline. Grammars are not used."""
        import torch
        from transformers import StoppingCriteriaList

        started = time.monotonic()
        until = started + deadline_ms / 1000
        if not self._alone.acquire(timeout=max(0.0, deadline_ms / 1000)):
            return Completion("", 0, (time.monotonic() - started) * 1000, "late")
        finished: Finished = "length"
        try:
            inputs = self._tokenizer(prompt, return_tensors="pt").to(self._model.device)
            offset = int(inputs["input_ids"].shape[1])

            def halt(ids: Any, scores: Any, **_: Any) -> bool:
                nonlocal finished
                said = self._tokenizer.decode(ids[0][offset:], skip_special_tokens=True)
                if any(mark in said for mark in stop):
                    finished = "stop"
                elif cancelled():
                    finished = "cancelled"
                elif time.monotonic() > until:
                    finished = "late"
                else:
                    return False
                return True

            torch.manual_seed(seed)
            choosing = {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}
            with torch.inference_mode():
                output = self._model.generate(
                    **inputs, max_new_tokens=max_tokens, stopping_criteria=StoppingCriteriaList([halt]), **choosing
                )
            new = output[0][offset:]
            if finished == "length" and len(new) < max_tokens:
                finished = "stop"
            text = self._tokenizer.decode(new, skip_special_tokens=True)
        finally:
            self._alone.release()
        for mark in stop:
            text = text.split(mark, 1)[0]
        return Completion(text, len(new), (time.monotonic() - started) * 1000, finished)
