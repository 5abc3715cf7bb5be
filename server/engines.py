"""The real parts of every room, loaded once for all sessions: in parallel, each model verified before it is read."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from dialogue.shop import TalkingShop, load_shop
from dialogue.state import BeliefState
from dialogue.types import Heard
from recommender.shop import load_schema
from recommender.types import Embedder, Recommender
from server import places
from server.converted import query_model
from server.drawings import Drawings, load_drawings
from server.first_words import part
from server.lanes import NICE, make_nice
from server.models import require
from server.practice.keeping import practised
from server.session_memory import MemoryAt, memory_at
from server.settings import Settings, SettingsError
from voice.biasing import with_rivals
from voice.echo import EchoGuard
from voice.listening import Listener
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Speaker, Transcriber
from voice.turn_end import SmartTurn, TurnEnd
from voice.vad import VoiceActivity

if TYPE_CHECKING:
    from dialogue.conversation import Conversation
    from dialogue.llm import LanguageModel
    from dialogue.llm_understanding import StructuredModel
    from dialogue.phrasing import Phraser
    from voice.whisper_fast import FasterWhisper

log = logging.getLogger(__name__)

Tell = Callable[[str, float | None], None]
"""Told a part's name and the seconds it took as each is ready; or what is being done, with None."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Everything a session needs of the three rooms."""

    shop: TalkingShop
    recommender: Recommender
    conversation: Conversation
    phraser: Phraser
    transcriber: Transcriber
    speaker: Speaker
    new_listener: Callable[[], Listener]
    turn_end: TurnEnd | None
    drawings: Drawings = field(default_factory=Drawings)
    llm: LanguageModel | None = None
    memory: MemoryAt | None = None
    glance: Callable[[FloatAudio], str] | None = None
    """Words while they are being spoken (see ``server.session_words``)."""
    rivals: tuple[str, ...] = ()
    """Every title of the shop: what was heard is only put right where no other sounds nearer (see ``voice.biasing``)."""

    def likely(self, state: BeliefState) -> tuple[str, ...]:
        """What may be said next, likeliest first, with its rivals: what every transcription is given."""
        return with_rivals(self.conversation.likely_phrases(state), self.rivals)


LOADING = "load"
"""What the names of threads that read models begin with."""
MOST_RIVALS = 5_000
"""Titles compared with what was heard, in 15 ms; of a larger catalogue only what is likely is."""


def silent(part: str, took_s: float | None) -> None:
    """Nobody watches the loading."""


def load_engines(settings: Settings, tell: Tell = silent) -> Engines:
    """Load and warm every part, side by side.

    Raises ModelError, ShopError, CatalogueError, LlmError or SettingsError: one sentence that says what to mend.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")   # read when an engine's threads start; spinning ones starve each other
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    parts = _side_by_side(
        {
            "hearing": (0, lambda: _transcriber(settings)),
            "the shop": (0, lambda: _shop(settings, tell)),
            "speaking": (0, lambda: _speaker(settings)),
            "turn-taking": (0, _turn_taking),
            "phrasing": (NICE["phrasing"], lambda: _llm(settings)),
            "remembering": (0, lambda: _memory(settings)),
        },
        tell,
    )
    from dialogue.conversation import Conversation
    from dialogue.phrasing import Phraser

    shop, recommender, embedder = parts["the shop"]
    new_listener, turn_end = parts["turn-taking"]
    conversation = Conversation(shop, recommender, embedder, _understanding(settings))
    phraser = Phraser(shop, recommender, parts["phrasing"])
    engines = Engines(
        shop, recommender, conversation, phraser, parts["hearing"], parts["speaking"], new_listener, turn_end,
        load_drawings(settings.shop), parts["phrasing"], parts["remembering"], _glance(settings),
        _rivals(recommender),
    )
    _warm(engines)
    return engines


def with_shop(engines: Engines, shop: TalkingShop, recommender: Recommender, drawings: Drawings | None = None) -> Engines:
    """The same ears, voice and models over another state of the shop: what is said and understood is read from it anew."""
    from dialogue.conversation import Conversation
    from dialogue.phrasing import Phraser

    conversation = Conversation(shop, recommender, engines.conversation.embedder, engines.conversation.model)
    phraser = Phraser(shop, recommender, engines.llm)
    return replace(engines, shop=shop, recommender=recommender, conversation=conversation, phraser=phraser,
                   drawings=drawings or engines.drawings, rivals=_rivals(recommender))


def loading(settings: Settings, tell: Tell = silent) -> asyncio.Future[Engines]:
    """``load_engines`` beside the event loop, in a thread that never keeps the program from ending."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Engines] = loop.create_future()

    def settle(engines: Engines | None, failure: BaseException | None) -> None:
        if made.cancelled():
            return
        if failure is not None:
            made.set_exception(failure)
        elif engines is not None:
            made.set_result(engines)

    def load() -> None:
        engines, failure = None, None
        try:
            engines = load_engines(settings, tell)
        except BaseException as error:
            failure = error
        with contextlib.suppress(RuntimeError):   # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, engines, failure)

    threading.Thread(target=load, name=LOADING, daemon=True).start()
    return made


def _rivals(recommender: Recommender) -> tuple[str, ...]:
    """All titles, their sounds looked up beforehand; none where they are too many."""
    from voice.sounds_like import phonemes_of

    titles = tuple(dict.fromkeys(item.title for item in recommender.items()))
    if len(titles) > MOST_RIVALS:
        return ()
    for title in titles:
        phonemes_of(title)
    return titles


def _understanding(settings: Settings) -> StructuredModel | None:
    """The model that reads the turns, where the settings name one."""
    if settings.understanding == "rules":
        return None
    from dialogue.llm_openai import OpenAiModel

    return OpenAiModel(settings.llm_url, model=settings.understanding_model or settings.llm_model)


def _memory(settings: Settings) -> MemoryAt | None:
    """The memory across visits. One that was asked for by its address is opened at once, so that a wrong one is told."""
    memory = memory_at(settings)
    if memory is not None:
        import server.memory.store  # noqa: F401 - the database's libraries, read now so that no shopper waits for them

        if settings.memory_url is not None:
            memory.open()
    return memory


def _transcriber(settings: Settings) -> Transcriber:
    from voice.hearing import open_transcriber

    can_practise = settings.hearing_practised and settings.hearing_engine == "faster-whisper"
    transcriber = open_transcriber(
        settings.hearing_engine, require(settings.hearing_model), language=settings.language, threads=settings.hearing_threads,
        checkpoint=settings.hearing_checkpoint, converted_dir=places.home() / "converted",
        practised_dir=practised(settings.hearing_model, load_schema(settings.shop).shop.id) if can_practise else None,
    )
    transcriber.transcribe(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32))
    return transcriber


def _glance(settings: Settings) -> Callable[[FloatAudio], str]:
    """Quick guesses by an engine of its own, whose one thread gives way to all others; loaded when first wanted."""
    opened: list[FasterWhisper] = []

    def glance(audio: FloatAudio) -> str:
        if not opened:
            from voice.whisper_fast import FasterWhisper

            opened.append(FasterWhisper(require(settings.hearing_model), language=settings.language, threads=1))
        return opened[0].glance(audio)

    return glance


def _shop(settings: Settings, tell: Tell) -> tuple[TalkingShop, Recommender, Embedder]:
    shop = load_shop(settings.shop)   # first of all: what is wrong with it is told at once
    from recommender.query_embedding import QueryEmbedder

    embedder = QueryEmbedder(query_model("minilm"))
    return shop, open_shop(settings.shop, shop.shop.id, embedder, tell), embedder


def open_shop(folder: Path, shop_id: str, embedder: Embedder, tell: Tell = silent) -> Recommender:
    """The shop's recommender; its index is built first where there is none or it is older than the catalogue."""
    from recommender.building import build_index
    from recommender.store import open_recommender
    from recommender.versions import IndexFolderError

    indexes_dir = places.indexes_dir(shop_id)
    try:
        return open_recommender(folder, indexes_dir, embedder)
    except IndexFolderError as stale:
        log.warning("the index is built anew: %s", stale)
        build_index(folder, indexes_dir, embedder, lambda stage, done, of: tell(f"building the index: {stage} {done}/{of}", None))
        return open_recommender(folder, indexes_dir, embedder)


def _speaker(settings: Settings) -> Speaker:
    from voice.phrase_cache import CachedSpeaker
    from voice.speaking import PiperSpeaker

    speaker = CachedSpeaker(PiperSpeaker(require(settings.voice_model), threads=settings.voice_threads))
    speaker.speak("Hello, and welcome.")
    return speaker


def _turn_taking() -> tuple[Callable[[], Listener], TurnEnd]:
    silero = require("silero-vad") / "silero_vad.onnx"
    turn_end = SmartTurn(next(require("smart-turn").glob("*.onnx")))
    turn_end.probability(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32))
    VoiceActivity(silero)
    return lambda: Listener(VoiceActivity(silero), reads_words=True, echo=EchoGuard()), turn_end


def _llm(settings: Settings) -> LanguageModel | None:
    if settings.llm == "none":
        return None
    if settings.llm == "openai":
        from dialogue.llm_openai import OpenAiModel

        return OpenAiModel(settings.llm_url, model=settings.llm_model)
    from dialogue.llm_local import LocalModel

    ggufs = sorted(require(settings.llm_model).glob("*.gguf"))
    if len(ggufs) != 1:
        raise SettingsError(f"The model {settings.llm_model} is no GGUF model; choose another with llm_model.")
    return LocalModel(ggufs[0], threads=settings.llm_threads)


STOCK_NICENESS = 15
"""Nobody waits for the stock phrases."""


def _warm(engines: Engines) -> None:
    """One turn through dialogue and phrasing, so that no shopper pays for the first."""
    engines.phraser.warm_up()
    turn = engines.conversation.think("hello", BeliefState(), Heard())
    for _ in engines.phraser.say(turn.plan, turn.state):
        break
    threading.Thread(target=_speak_stock, args=(engines,), name="stock phrases", daemon=True).start()


def _speak_stock(engines: Engines) -> None:
    """The sentences that many replies begin with, spoken once beside all other work, for the speaker to remember."""
    make_nice(STOCK_NICENESS)
    for sentence in engines.phraser.stock():
        engines.speaker.speak(part(sentence)[0].text)


def _side_by_side(parts: dict[str, tuple[int, Callable[[], Any]]], tell: Tell) -> dict[str, Any]:
    """Run each part in a thread of its own at its niceness; its engine's threads inherit it.

    The first failure is raised at once; threads named "load ..." may then still be at work (see ``server.cli.main``).
    """
    made: dict[str, Any] = {}
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def make(name: str, niceness: int, work: Callable[[], Any]) -> None:
        began_s = time.monotonic()
        make_nice(niceness)
        try:
            made[name] = work()
            tell(name, time.monotonic() - began_s)
        except BaseException as failure:
            ended.put(failure)
        else:
            ended.put(None)

    for name, how in parts.items():
        threading.Thread(target=make, args=(name, *how), name=f"{LOADING} {name}", daemon=True).start()
    for _ in parts:
        if (failure := ended.get()) is not None:
            raise failure
    return made

