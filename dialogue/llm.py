"""What the dialogue room asks of a language model: continue a prompt, within a time, and stop when told.

Three models answer to it: in process (`dialogue.llm_local`), over HTTP (`dialogue.llm_openai`) and through transformers
(`dialogue.llm_transformers`). Nothing said by any of them is spoken before `dialogue.phrasing.checking` has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Finished = Literal["stop", "length", "late", "cancelled"]
"""Why the text ends: a stop string or the model's own end, max_tokens, deadline_ms, or the caller no longer wants it."""


class LlmError(Exception):
    """The model cannot be loaded or did not answer; the message is one sentence that says what to mend."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The continuation alone, without the prompt and without the stop string."""

    text: str
    tokens: int
    took_ms: float
    finished: Finished


def wanted() -> bool:
    """The default for ``cancelled``: nobody has cancelled."""
    return False


class LanguageModel(Protocol):
    """Thread safe: several sessions may call it at once."""

    can_choose: bool
    """Whether it can be held to ``among``."""

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
        """Continue the prompt. ``among``: the text is one of these, whole, where the model can choose; one that cannot
        passes over them (the words are checked anyway).

        ``cancelled`` is asked between tokens. Text cut short by the deadline or by it is returned with ``finished`` saying so.
        Raises LlmError when the model does not answer at all.
        """
        ...
