"""Running a kept turn again: from the same belief state and the same words, are understanding, items and reply the same?

Understanding, state, policy and recommending are pure, so over the same shop and index they must be. A sentence of the language
model may have been late then or now; where that is all that differs, the verdict says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from dialogue.types import Sentence
from server.engines import Engines
from server.keeping import KeptTurn

Verdict = Literal["same", "different", "late", "not_kept"]
"""Of a part of a turn. "late": only because the model was late, then or now."""
LATE = "late"


class ReplayError(Exception):
    """A file of turns that cannot be run again; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a turn run again."""

    session: str
    turn: int
    hearing: Verdict
    """Of the words, where the sound was kept."""
    understanding: Verdict
    items: Verdict
    reply: Verdict
    same_index: bool
    differences: tuple[str, ...] = ()
    """For people: what was, and what is."""

    @property
    def same(self) -> bool:
        return "different" not in (self.hearing, self.understanding, self.items, self.reply)


def load_turns(file: Path) -> list[KeptTurn]:
    """Turns as ``GET /turns`` of the management API gave them: an object with "turns", a list, or one a line."""
    try:
        text = file.read_text(encoding="utf-8")
        try:
            value: Any = json.loads(text)
        except ValueError:
            value = [json.loads(line) for line in text.splitlines() if line.strip()]
        if isinstance(value, dict):
            value = value.get("turns", [value])
        return [KeptTurn.model_validate(one) for one in value]
    except OSError as error:
        raise ReplayError(f"{file} cannot be read ({error.strerror}).") from None
    except (ValueError, TypeError) as error:
        where = f" ({'.'.join(map(str, error.errors()[0]['loc']))})" if isinstance(error, ValidationError) else ""
        raise ReplayError(f"{file} holds no kept turns{where}; GET /turns of the management API gives them.") from None


def replay(turns: list[KeptTurn], engines: Engines) -> Iterator[Replayed]:
    """Run again every turn whose words were kept."""
    for turn in turns:
        if turn.text is not None and turn.state is not None and turn.heard is not None:
            yield _replay(turn, engines)


def _replay(kept: KeptTurn, engines: Engines) -> Replayed:
    assert kept.text is not None
    assert kept.state is not None
    assert kept.heard is not None
    differences: list[str] = []
    conversation, audio = engines.conversation, kept.audio
    heard = kept.text if audio is None else engines.transcriber.transcribe(audio, likely=engines.likely(kept.state)).text
    if kept.forget is None:
        turn = conversation.think(kept.text, kept.state, kept.heard, shopper=kept.shopper)
    else:
        turn = conversation.forget(kept.forget, kept.state, kept.heard, shopper=kept.shopper)
    greeted = not kept.text and kept.forget is None
    if greeted:
        turn = conversation.greeting(kept.state)
    items = tuple(ranked.item.id for ranked in turn.plan.items)
    said = list(engines.phraser.say(turn.plan, turn.state))

    def compare(name: str, before: object, now: object) -> Verdict:
        if before == now:
            return "same"
        differences.append(f"{name}: {before} is now {now}")
        return "different"

    hearing: Verdict = "not_kept" if audio is None else compare("words", kept.text, heard)
    understanding = compare("understanding", kept.understanding, turn.understanding)
    chosen = compare("items", kept.items, items)
    before, now = " ".join(one.text for one in kept.reply), " ".join(sentence.text for sentence in said)
    if kept.said.interrupted:
        now = now[: len(before)]
    reply = compare("reply", before, now)
    if reply == "different" and _late(kept, said):
        reply = "late"
        differences.pop()
    return Replayed(
        kept.session, kept.said.turn, hearing, understanding, chosen, reply,
        kept.index == getattr(engines.recommender, "version", ""), tuple(differences),
    )


def _late(kept: KeptTurn, said: list[Sentence]) -> bool:
    return any(LATE in sentence.causes for sentence in kept.reply) or any(LATE in sentence.causes for sentence in said)


def as_json(replayed: Replayed) -> dict[str, Any]:
    """For --json."""
    return {name: getattr(replayed, name) for name in replayed.__slots__} | {"same": replayed.same}
