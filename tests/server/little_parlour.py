"""A whole server's insides, small and quick: a real shop, recommender, dialogue and templates; scripted ears and voice.

The scripted parts stand behind the same Protocols as Whisper, Piper, Silero and smart-turn, which tests/server/test_real_call.py
uses. A tone of a certain pitch is "heard" as a certain text, so that what is cut, joined or lost shows in the words.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dialogue.conversation import Conversation
from dialogue.phrasing import Phraser
from dialogue.shop import load_shop
from recommender.building import build_index
from recommender.store import open_recommender
from recommender.types import Vectors
from server.engines import Engines
from server.lanes import Lanes
from server.protocol import ClientMessage, ServerMessage, Start
from server.session import Session
from voice.listening import Listener
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Speech, SpokenWord, Transcript

SHOP = """
[shop]
id = "corner"
name = "Corner"
currency = "USD"
[catalogue]
file = "catalogue.csv"
price = "price"
stock = "stock"
[[slots]]
name = "kind"
kind = "choice"
column = "kind"
topic = true
ask = "What kind of thing?"
willing = 0.9
[[slots]]
name = "colour"
kind = "choice"
column = "colour"
ask = "Which colour?"
willing = 0.7
[[slots]]
name = "budget"
kind = "amount"
column = "price"
unit = "money"
ask = "How much would you like to spend?"
willing = 0.7
[[critiques]]
words = ["cheaper"]
slot = "budget"
direction = "less"
"""
PLACES = {"mug": "Harbour", "lamp": "Meadow", "scarf": "Willow"}
HOURS = {"red": "Dawn", "blue": "Dusk", "green": "Noon"}
CATALOGUE = "id,title,kind,colour,price,stock\n" + "".join(
    f"{kind}-{colour}-{number},{size} {PLACES[kind]} {HOURS[colour]},{kind},{colour},{10 + 7 * number + 30 * (kind == 'lamp')},3"
    "\n"
    for kind in PLACES
    for colour in HOURS
    for number, size in enumerate(("Little", "Grand", "Quiet"))
)
PITCH_HZ, PITCH_STEP_HZ = 300, 100
WORD_MS = 200


class WordEmbedder:
    """A bag of words, hashed: texts that share words are near."""

    dim = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dim] += 1
            row /= max(float(np.linalg.norm(row)), 1e-6)
        return rows


class LoudVoice:
    """A VoiceDetector: what is loud is voice."""

    def probability(self, window: FloatAudio) -> float:
        return 0.97 if float(np.abs(window).mean()) > 0.02 else 0.02

    def reset(self) -> None:
        pass


class Pitches:
    """A Transcriber: the text of each tone, in order. ``before`` runs first in each call (to be slow, or to fail)."""

    name = "pitches"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calls = 0
        self.before = lambda: None

    def transcribe(self, audio: FloatAudio, *, likely: Sequence[str] = (), stale: object = None) -> Transcript:
        self.calls += 1
        self.before()
        heard = []
        loud = np.abs(audio) > 0.02
        edges = np.flatnonzero(np.diff(np.concatenate([[0], np.convolve(loud, np.ones(640), "same") > 0, [0]]).astype(int)))
        for start, end in edges.reshape(-1, 2):
            piece = audio[start:end]
            if len(piece) < 1600:
                continue
            pitch = np.argmax(np.abs(np.fft.rfft(piece))) * SAMPLE_RATE_HZ / len(piece)
            heard.append(self.texts[round((pitch - PITCH_HZ) / PITCH_STEP_HZ)])
        return Transcript(" ".join(heard))


class ToneSpeaker:
    """A Speaker: WORD_MS of tone a word."""

    name, sample_rate_hz = "tone", 16_000

    def __init__(self) -> None:
        self.before = lambda: None
        self.spoken: list[str] = []

    def speak(self, sentence: str) -> Speech:
        self.before()
        self.spoken.append(sentence)
        length = self.sample_rate_hz * WORD_MS // 1000
        words, at = [], 0
        for number, word in enumerate(sentence.split()):
            start = sentence.index(word, at)
            at = start + len(word)
            words.append(SpokenWord(word, start, at, number * length, (number + 1) * length))
        tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(length * len(words)) / self.sample_rate_hz)
        return Speech(sentence, tone.astype(np.int16), self.sample_rate_hz, tuple(words))


class Certain:
    """A TurnEnd that always thinks so much of a pause."""

    def __init__(self, probability: float = 0.95) -> None:
        self.value = probability

    def probability(self, audio: FloatAudio) -> float:
        return self.value


def make_engines(folder: Path) -> Engines:
    shop_folder = folder / "corner"
    shop_folder.mkdir()
    (shop_folder / "shop.toml").write_text(SHOP)
    (shop_folder / "catalogue.csv").write_text(CATALOGUE)
    embedder = WordEmbedder()
    build_index(shop_folder, folder / "indexes", embedder)
    recommender = open_recommender(shop_folder, folder / "indexes", embedder)
    shop = load_shop(shop_folder)
    pitches = Pitches()
    return Engines(
        shop, recommender, Conversation(shop, recommender, embedder), Phraser(shop, recommender, None), pitches, ToneSpeaker(),
        lambda: Listener(LoudVoice(), reads_words=True), Certain(), glance=lambda audio: pitches.transcribe(audio).text,
    )


class Parlour:
    """A session without a connection: what it sends is kept, sound is put in as fast as it is taken."""

    def __init__(self, engines: Engines, **start: object) -> None:
        self.engines = engines
        self.lanes = Lanes()
        self.sent: list[ServerMessage | bytes] = []
        self.session = Session(Start(**start), engines, self.lanes, self.sent.append)  # type: ignore[arg-type]
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Parlour:
        self._running = asyncio.create_task(self.session.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        self.session.close()
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self.lanes.close()

    @property
    def hearing(self) -> Pitches:
        assert isinstance(self.engines.transcriber, Pitches)
        return self.engines.transcriber

    @property
    def voice(self) -> ToneSpeaker:
        assert isinstance(self.engines.speaker, ToneSpeaker)
        return self.engines.speaker

    def sound(self, *texts: str, ms: float = 600, between_ms: float = 60) -> None:
        """Say the texts, a tone each, with nothing after them."""
        for number, text in enumerate(texts):
            if number:
                self.silence(between_ms)
            if text not in self.hearing.texts:
                self.hearing.texts.append(text)
            pitch = PITCH_HZ + PITCH_STEP_HZ * self.hearing.texts.index(text)
            samples = np.arange(int(ms * SAMPLE_RATE_HZ / 1000))
            self._frames((6000 * np.sin(2 * np.pi * pitch * samples / SAMPLE_RATE_HZ)).astype("<i2"))

    def silence(self, ms: float) -> None:
        self._frames(np.zeros(int(ms * SAMPLE_RATE_HZ / 1000), dtype="<i2"))

    def say(self, text: str) -> None:
        """A whole turn: room, words, and silence enough to end it."""
        self.silence(200)
        self.sound(text)
        self.silence(1600)

    def _frames(self, pcm: np.ndarray) -> None:
        for at in range(0, len(pcm), 320):
            self.session.audio(pcm[at : at + 320].tobytes())

    async def tell(self, message: ClientMessage) -> None:
        await self.session.message(message)

    def of(self, kind: type) -> list:
        return [message for message in self.sent if isinstance(message, kind)]

    @property
    def audio_samples(self) -> int:
        return sum(len(message) // 2 for message in self.sent if isinstance(message, bytes))

    async def until(self, met: object, within_s: float = 20.0) -> None:
        """Wait until ``met()``; the test fails where it never is."""
        deadline_s = time.monotonic() + within_s
        while not met():  # type: ignore[operator]
            told = [message for message in self.sent if not isinstance(message, bytes)]
            assert time.monotonic() < deadline_s, f"waited in vain; last sent: {told[-6:]}"
            await asyncio.sleep(0.005)


class Gate:
    """Something slow that the test lets through."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        self.open.wait(30)
