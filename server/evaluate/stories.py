"""Recorded conversations: what a ``story.yaml`` may say, and whether what came of it is what it says.

Checking is pure: a story and what was lived of it (``Lived``) in, sentences of what went wrong out.
``server.evaluate.conversing`` does the living.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import fuzz

from server.client import Exchange
from server.protocol import ItemShown, ReplySaid, SlotShown, TranscriptSaid
from voice.sounds_like import soundalikes

WORDS_LIKENESS = 75
"""rapidfuzz partial ratio (0..100) from which words count as heard, by their letters."""
ROUNDED = 0.051
"""Of the unit of money: a recogniser may round a price by so much, which is five hundredths and what floats add."""
SOUND_LIKENESS = 0.7
"""... or by their phonemes (0..1): a listener spells invented names by ear, "four-wheeled even gown"."""


class StoryError(Exception):
    """A story that cannot be played; the message is one sentence that says what to mend."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(_Part):
    """What a slot must hold after the turn."""

    want: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    at_most: float | None = None
    at_least: float | None = None


class Items(_Part):
    """What must, and must not, be recommended. ``every`` and ``none`` name slots and values, and price_at_most, in_stock."""

    at_least: int = 1
    every: dict[str, str | float | bool] = Field(default_factory=dict)
    none: dict[str, str] = Field(default_factory=dict)
    cheaper_than_turn: int | None = None
    unlike_turn: int | None = None
    """None of the items that turn spoke of again: what was never heard was never offered."""


class AboutItem(_Part):
    """The reply speaks of the item at ``position`` (from 1) among those heard in ``turn`` (from 1)."""

    turn: int
    position: int


class Expect(_Part):
    acts: tuple[str, ...] = ()
    slots: dict[str, Wish] = Field(default_factory=dict)
    no_slots: tuple[str, ...] = ()
    items: Items | None = None
    about_item: AboutItem | None = None
    heard_back: tuple[str, ...] = ()
    """"title" and "price" of one of the items spoken of, in the reply's audio transcribed again."""
    says: tuple[str, ...] = ()
    """Words that must be heard in the reply's audio."""
    cut: bool | None = None
    """Whether the reply is cut short."""


class StoryTurn(_Part):
    say: str
    voice: str | None = None
    interrupt_after_ms: int | None = None
    """Spoken so long after the first audible sample of the reply before it."""
    backchannel: bool = False
    """Not a turn: the reply goes on."""
    expect: Expect = Expect()


class Noise(_Part):
    kind: str
    snr_db: float


class Room(_Part):
    rt60_ms: int


class Recording(_Part):
    speech_start_ms: int
    speech_end_ms: int
    """The true end of speech, measured on the clean voice."""
    length_ms: int


class Story(_Part):
    name: str
    folder: Path
    about: str
    voice: str
    noise: Noise | None = None
    room: Room | None = None
    turns: tuple[StoryTurn, ...] = Field(min_length=1)
    timing: tuple[Recording, ...]

    def wav(self, index: int) -> Path:
        """The recording of turn ``index`` (from 0)."""
        return self.folder / f"{index + 1}.wav"


def load_stories(folder: Path) -> list[Story]:
    """Every story under ``folder`` (or the one it is), by name. Raises StoryError."""
    files = sorted(folder.glob("story.yaml")) or sorted(folder.glob("*/story.yaml"))
    if not files:
        raise StoryError(f"{folder} holds no recorded conversations: no folder in it has a story.yaml.")
    return [_load(file) for file in files]


def _load(file: Path) -> Story:
    try:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        timing = json.loads((file.parent / "timing.json").read_text(encoding="utf-8"))
        recordings = [timing[f"{number}.wav"] for number in range(1, len(written["turns"]) + 1)]
        story = Story.model_validate({**written, "name": file.parent.name, "folder": file.parent, "timing": recordings})
    except ValidationError as error:
        first = error.errors()[0]
        raise StoryError(f"{file}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from None
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise StoryError(f"{file} or the timing.json beside it cannot be read: {type(error).__name__}: {error}.") from None
    missing = [story.wav(index).name for index in range(len(story.turns)) if not story.wav(index).is_file()]
    if missing:
        raise StoryError(f"{file.parent} lacks {', '.join(missing)}; audio_fixtures/make_fixtures.py renders them.")
    return story


# --- checking -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lived:
    """One turn of a story as it came out."""

    exchange: Exchange
    onset_ms: float | None
    cut: bool
    cleared_after_ms: float | None = None
    """For an interrupting turn: from its first voiced sample to the ``clear`` that silenced the reply."""
    reply_heard: str = ""
    """The reply's audio, transcribed again."""


def check(story: Story, lived: Sequence[Lived], normalize: Callable[[str], str]) -> list[str]:
    """What is not as the story says, one sentence each; empty when it passed. ``normalize`` brings numbers into one spelling."""
    shown = {item.id: item for one in lived if one.exchange.items for item in one.exchange.items.items}
    wrong: list[str] = []
    for number, (turn, one) in enumerate(zip(story.turns, lived, strict=True), start=1):
        if turn.backchannel:
            faults = _check_backchannel(lived[number - 2], one)
        else:
            faults = _check_turn(turn, one, lived, shown, normalize)
        wrong += [f"{story.name}, turn {number}: {fault}" for fault in faults]
    return wrong


def _check_backchannel(before: Lived, one: Lived) -> list[str]:
    if before.cut:
        return ["the reply stopped for a backchannel"]
    heard = [said.text for said in one.exchange.of(TranscriptSaid) if said.role == "user" and said.final]
    return [f"a backchannel was taken for a turn: {heard[-1]!r}"] if len(heard) > 1 else []


def _check_turn(
    turn: StoryTurn, one: Lived, lived: Sequence[Lived], shown: Mapping[str, ItemShown], normalize: Callable[[str], str],
) -> list[str]:
    expect, exchange = turn.expect, one.exchange
    faults = [f"error {error.code}" for error in exchange.errors]
    understanding = exchange.understanding
    if understanding is None:
        return [*faults, f"nothing was understood (heard {exchange.heard!r})"]
    missing = [act for act in expect.acts if act not in understanding.acts]
    if missing:
        read = ", ".join(understanding.acts) or "nothing"
        faults.append(f"read as {read}, not as {', '.join(missing)} (heard {exchange.heard!r})")
    held = {slot.slot: slot for slot in understanding.slots}
    for name, wish in expect.slots.items():
        if fault := _slot_fault(name, wish, held.get(name)):
            faults.append(f"{fault} (heard {exchange.heard!r})")
    faults += [f"{name} should have lapsed but is {held[name].text!r}" for name in expect.no_slots if name in held]
    if expect.items:
        faults += _item_faults(expect.items, exchange, lived)
    if expect.about_item:
        faults += _about_faults(expect.about_item, exchange, lived)
    if expect.heard_back:
        faults += _heard_back_faults(expect.heard_back, one, shown, normalize)
    faults += [f"{words!r} was not heard in {one.reply_heard!r}" for words in expect.says
               if not words_heard(words, one.reply_heard, normalize)]
    if expect.cut is not None and one.cut != expect.cut:
        faults.append("the reply went on when interrupted" if expect.cut else "the reply was cut short")
    if one.onset_ms is not None and one.onset_ms < 0:
        faults.append(f"the reply began {-one.onset_ms:.0f} ms before the shopper had finished")
    return faults


def _slot_fault(name: str, wish: Wish, held: SlotShown | None) -> str | None:
    if held is None:
        return f"{name} was not understood"
    if missing := set(wish.want) - set(held.values):
        return f"{name} is {held.text!r}, without {', '.join(sorted(missing))}"
    if missing := {value for value in wish.exclude if f"not {value}" not in held.text and value not in _excluded(held.text)}:
        return f"{name} is {held.text!r}, and does not exclude {', '.join(sorted(missing))}"
    if wish.at_most is not None and held.high != wish.at_most:
        return f"{name} is {held.text!r}, not at most {wish.at_most:g}"
    if wish.at_least is not None and held.low != wish.at_least:
        return f"{name} is {held.text!r}, not at least {wish.at_least:g}"
    return None


def _excluded(text: str) -> list[str]:
    """The values after "not" in a chip: "not wool or silk"."""
    found = re.search(r"\bnot (.+)", text)
    return found[1].split(" or ") if found else []


def _item_faults(expect: Items, exchange: Exchange, lived: Sequence[Lived]) -> list[str]:
    items = exchange.items.items if exchange.items else ()
    faults = [] if len(items) >= expect.at_least else [f"{len(items)} items were recommended, not {expect.at_least} or more"]
    for item in items:
        faults += [f"{item.title} ({item.price}) is not {key} {value}" for key, value in expect.every.items()
                   if not _holds(item, key, value)]
        faults += [f"{item.title} is {key} {value}" for key, value in expect.none.items() if _holds(item, key, value)]
    if expect.cheaper_than_turn and items:
        before = _items_of(lived[expect.cheaper_than_turn - 1])
        limit = max((item.price_minor or 0 for item in before), default=0)
        faults += [f"{item.title} ({item.price}) is not cheaper" for item in items if (item.price_minor or 0) >= limit]
    if expect.unlike_turn:
        spoken_of = set(spoken_items(lived[expect.unlike_turn - 1].exchange))
        faults += [f"{item.title} was offered before" for item in items if item.id in spoken_of]
    return faults


def _items_of(one: Lived) -> tuple[ItemShown, ...]:
    return one.exchange.items.items if one.exchange.items else ()


def _holds(item: ItemShown, key: str, value: str | float | bool) -> bool:
    if key == "price_at_most":
        return item.price_minor is not None and item.price_minor <= round(float(value) * 100)
    if key == "in_stock":
        return item.in_stock is value
    return value in item.values.get(key, ())


def spoken_items(exchange: Exchange) -> list[str]:
    """Ids of the items that the reply speaks of, in order."""
    return list(dict.fromkeys(item for reply in exchange.of(ReplySaid) for item in reply.items))


def _about_faults(about: AboutItem, exchange: Exchange, lived: Sequence[Lived]) -> list[str]:
    before, spoken = spoken_items(lived[about.turn - 1].exchange), spoken_items(exchange)
    if len(before) < about.position:
        return [f"turn {about.turn} spoke of {len(before)} items, so none was at position {about.position}"]
    if spoken[:1] != [before[about.position - 1]]:
        return [f"the reply {exchange.said!r} is not about item {about.position} of turn {about.turn}"]
    return []


def _heard_back_faults(
    expected: Sequence[str], one: Lived, shown: Mapping[str, ItemShown], normalize: Callable[[str], str],
) -> list[str]:
    items = [shown[item] for item in spoken_items(one.exchange) if item in shown]
    if not items:
        return [f"the reply {one.exchange.said!r} speaks of no item"]
    missing = [_not_heard(expected, item, one.reply_heard, normalize) for item in items]
    return [] if "" in missing else [f"{missing[0]} was not heard in {one.reply_heard!r} (said {one.exchange.said!r})"]


def _not_heard(expected: Sequence[str], item: ItemShown, heard: str, normalize: Callable[[str], str]) -> str:
    """What of this item cannot be heard; "" when all of it can."""
    missing = []
    if "title" in expected and not words_heard(item.title, heard, normalize):
        missing.append(f"the title {item.title!r}")
    if "price" in expected and item.price and not _price_heard(item.price, normalize(heard), normalize):
        missing.append(f"the price {item.price}")
    return " and ".join(missing)


def words_heard(words: str, heard: str, normalize: Callable[[str], str]) -> bool:
    """By letters or by sound."""
    by_letters = fuzz.partial_ratio(normalize(words), normalize(heard))
    return by_letters >= WORDS_LIKENESS or bool(soundalikes(heard, [words], SOUND_LIKENESS))


def _price_heard(price: str, heard: str, normalize: Callable[[str], str]) -> bool:
    """As a number of its own: $120 is not heard in $1120, and $92.50 may be written 92 dollars 50.

    Whisper writes $125 for a spoken $124.95 now and then (2 of 14 syntheses), so a whole number ROUNDED away counts.
    """
    major, _, minor = re.sub(r"[^\d.]", "", normalize(price)).partition(".")
    numbers = re.findall(r"\d+(?:\.\d+)?", heard.replace(",", ""))
    if not minor:
        return major in numbers
    rounded = any(abs(float(whole) - float(f"{major}.{minor}")) <= ROUNDED for whole in numbers if "." not in whole)
    return f"{major}.{minor}" in numbers or (major, minor) in pairwise(numbers) or rounded
