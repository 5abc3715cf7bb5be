"""What replies sound like: spoken by the shop's voice, heard again by Whisper, and compared with what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dialogue.numbers import find_numbers
from dialogue.phrasing.facts import ShopFacts
from dialogue.phrasing.figures import figures_in
from dialogue.words import read_words
from server.evaluate.speaking import Reply
from server.evaluate.stories import words_heard
from server.reporting import percentile_ms
from voice.resampling import resample
from voice.sound import SAMPLE_RATE_HZ, Pcm16, Speaker

PAUSE_MS = 120
"""Between sentences, as the session leaves between them at most."""
SHOWN_MISSES = 30
_COMMA = re.compile(r"(?<=[a-z]),(?= \d\d\b)")
"""How a listener writes the breath in "three pounds, 33"."""


class Hears(Protocol):
    """A listener apart from the server's own ears: `server.evaluate.conversing.Listener`."""

    normalize: Callable[[str], str]

    def hear(self, pcm: Pcm16) -> str: ...


@dataclass(frozen=True, slots=True)
class Meant:
    """Names and prices of one reply, as they stand in its text; prices in minor units."""

    names: tuple[str, ...]
    prices_minor: tuple[int, ...]


def meant(reply: Reply, shop: ShopFacts) -> Meant:
    """What a listener should have heard of a reply."""
    names = [sentence.text[start:end] for sentence in reply.sentences for _, start, end in sentence.spans]
    prices = [
        round(figure.value)
        for sentence in reply.sentences
        for figure in figures_in(read_words(sentence.text), shop)
        if figure.kind == "money" and figure.relation == "exact"
    ]
    return Meant(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(prices)))


def speak(reply: Reply, speaker: Speaker) -> Pcm16:
    """The reply's audio at 16 kHz."""
    pause = np.zeros(SAMPLE_RATE_HZ * PAUSE_MS // 1000, dtype=np.int16)
    parts: list[Pcm16] = []
    for sentence in reply.sentences:
        speech = speaker.speak(sentence.text)
        parts += [resample(speech.pcm, speech.sample_rate_hz, SAMPLE_RATE_HZ), pause]
    return np.concatenate(parts)


def listen_back(
    replies: Sequence[Reply], shop: ShopFacts, speaker: Speaker, listener: Hears, *, told: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Of the replies that name items or prices, how many are heard to name the same ones; and how long replies are, in s."""
    seconds: list[float] = []
    right = names = names_heard = prices = prices_heard = spoken = 0
    misses: list[dict[str, str]] = []
    for reply in replies:
        told()
        wanted = meant(reply, shop)
        if not (wanted.names or wanted.prices_minor):
            continue
        pcm = speak(reply, speaker)
        if reply.occasion.plan.kind == "recommend":
            seconds.append(len(pcm) / SAMPLE_RATE_HZ)
        heard = listener.hear(pcm)
        missing = list(_missing(wanted, heard, shop, listener.normalize))
        spoken += 1
        right += not missing
        names, prices = names + len(wanted.names), prices + len(wanted.prices_minor)
        names_heard += len(wanted.names) - sum(kind == "name" for kind, _ in missing)
        prices_heard += len(wanted.prices_minor) - sum(kind == "price" for kind, _ in missing)
        if missing:
            said = " ".join(sentence.text for sentence in reply.sentences)
            misses.append({"missing": ", ".join(what for _, what in missing), "said": said, "heard": heard})
    return {
        "aloud_replies": spoken,
        "aloud_same_names_and_prices": round(right / spoken, 4) if spoken else None,
        "aloud_names": names,
        "aloud_names_heard": round(names_heard / names, 4) if names else None,
        "aloud_prices": prices,
        "aloud_prices_heard": round(prices_heard / prices, 4) if prices else None,
        "aloud_recommended_p50_s": round((percentile_ms(seconds, 50) or 0.0), 1),
        "aloud_recommended_p95_s": round((percentile_ms(seconds, 95) or 0.0), 1),
        "aloud_recommended_within_12_s": round(sum(s <= 12 for s in seconds) / len(seconds), 4) if seconds else None,
        "aloud_missed": misses[:SHOWN_MISSES],
    }


def _missing(wanted: Meant, heard: str, shop: ShopFacts, normalize: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for name in wanted.names:
        if not words_heard(name, heard, normalize):
            yield "name", name
    for minor in wanted.prices_minor:
        if not price_said(minor, heard, shop):
            yield "price", f"{minor / 100:.2f}"


def price_said(minor: int, heard: str, shop: ShopFacts) -> bool:
    """Whether a transcript holds the price, in figures or words: "$36.95", "36 dollars 95", "forty-two pence"."""
    words = read_words(_COMMA.sub(" ", heard.replace("'", "")))
    figures = figures_in(words, shop)
    coins = minor < 100 and any(number.value == minor for number in find_numbers(words))   # "42 pins" for 42 pence
    return coins or any(figure.kind == "money" and minor in (figure.value, figure.or_value) for figure in figures)
