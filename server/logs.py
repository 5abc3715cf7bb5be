"""The server's log: for people, or one JSON object a line. It never holds tokens, and words only where two have agreed.

What an error says may quote what a shopper said, so errors are logged by their type and the lines they passed, not their text.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from rich.logging import RichHandler

from server.reporting import console
from server.session_timing import Finished
from server.settings import Settings

EVENTS = logging.getLogger("shoptalk")
TALKATIVE = ("websockets", "asyncio", "aiohttp", "httpx", "urllib3", "faster_whisper")
"""Libraries that would write down headers or messages."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(settings: Settings, *, verbose: bool) -> None:
    """Log as the settings say, to standard error."""
    handler: logging.Handler
    if settings.log == "json":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(AsJson())
    else:
        handler = RichHandler(console=console, show_path=False)
        handler.setFormatter(Discreet("%(message)s"))
    level = logging.INFO if verbose or settings.log == "json" else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def event(name: str, **fields: Any) -> None:
    """Log that something happened. ``fields`` hold numbers, names and codes; nothing of what was said."""
    told = " ".join(f"{key}={value}" for key, value in fields.items())
    EVENTS.info("%s %s", name, told, extra={"event": name, "fields": fields})


def turn_event(finished: Finished, *, with_words: bool) -> None:
    """Log a finished turn, with its words only where the settings (``with_words``) and the shopper agree."""
    said, work = finished.said, finished.turning.work
    fields: dict[str, Any] = {
        "session": finished.session, "turn": said.turn, "plan": said.plan, "spoken": said.spoken, "onset_ms": said.onset_ms,
        "interrupted": said.interrupted, "fallback": said.fallback,
        "stages_ms": {stage.stage: stage.took_ms for stage in said.stages},
    }
    if with_words and finished.may_keep:
        fields["heard"] = work.turn.result().understanding.text
        fields["reply"] = " ".join(sentence.text for sentence in finished.turning.sentences)
    event("turn", **fields)


class Discreet(logging.Formatter):
    """Errors by their type and the lines they passed."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None   # another handler may have left its own
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        return without_text(ei[1])


class AsJson(Discreet):
    """One JSON object a line: ``time``, ``level``, ``event`` or ``message``, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name,
        }
        name = getattr(record, "event", None)
        line |= {"event": name, **getattr(record, "fields", {})} if name else {"message": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = without_text(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def without_text(error: BaseException | None) -> str:
    """A traceback without what the errors in it say."""
    told: list[str] = []
    while error is not None and len(told) < 8:
        passed = "".join(traceback.format_tb(error.__traceback__)).rstrip()
        told.append(f"{passed}\n{type(error).__module__}.{type(error).__qualname__}".lstrip("\n"))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nraised from\n".join(told)
