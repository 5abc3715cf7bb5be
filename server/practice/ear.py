"""An ear practises for a shop: sentences are said to it over noise, it learns them, and what that is worth is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dialogue.likely import likely_phrases, values_named
from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from recommender.types import Item
from server.evaluate.word_errors import WordErrors, word_errors
from server.practice.sounds import NoisyRoom, PracticeVoices
from server.practice.talk import sentences, worded_turns
from voice.features import LONGEST_PRACTISED_S
from voice.practising import SpokenSentence, halfway, practise, write_practised
from voice.resampling import as_pcm16
from voice.sound import SAMPLE_RATE_HZ, FloatAudio
from voice.whisper_fast import FasterWhisper

SENTENCES = 8_000
HELD_OUT = 60
"""Sentences that are measured with, of lines that are not learned."""
HELD_OUT_EVERY = 20
"""One line of talk.txt in so many is kept for them."""

Told = Callable[[str, int, int], None]
"""What is going on, how much of it is done, and of how much."""


class NoBetterError(Exception):
    """Practice did not help; the message says by how much and what to do."""


def practise_for(
    shop: TalkingShop, items: Sequence[Item], model_dir: Path, piper_dir: Path, target: Path, *,
    practised_dir: Path | None = None, count: int = SENTENCES, threads: int = 2, seed: int = 0,
    told: Told = lambda what, done, of: None,
) -> dict[str, Any]:
    """Practise ``count`` sentences and write the model into the empty folder ``target``; what was learned and measured.

    With ``practised_dir``, the model after an earlier practice, learning goes on from there, the mean of both is kept, and
    ``wer_before`` is with the earlier.

    ``wer_before`` and ``wer_after`` are word errors of HELD_OUT other sentences, of other lines, by the same kinds of voices
    and noises, heard with what is likely in a first turn in mind. Raises NoBetterError, ValueError for weights that cannot be
    changed, SpeakingError and OSError.
    """
    lines = worded_turns()
    kept_back = lines[::HELD_OUT_EVERY]
    learned = sentences(shop, items, count, seed, [line for number, line in enumerate(lines) if number % HELD_OUT_EVERY])
    asked = sentences(shop, items, HELD_OUT, seed + 1, kept_back)
    voices, room = PracticeVoices(piper_dir, seed), NoisyRoom(seed)
    ear = FasterWhisper(model_dir, threads=threads, practised_dir=practised_dir)
    spoken = list(_spoken(learned, voices, threads, told))
    likely = likely_phrases(shop, BeliefState(), {item.id: item for item in items}.get, values_named(shop, items))
    changed = practise(
        practised_dir or model_dir, spoken, ear.features, around=room, likely=likely, threads=threads, seed=seed,
        told=lambda done, of: told("learning", done, of),
    )
    write_practised(model_dir, halfway(practised_dir, changed) if practised_dir else changed, target)
    sounds = [(text, room(voices(text))) for text in asked]
    after = FasterWhisper(model_dir, threads=threads, practised_dir=target)
    wer_before = _word_errors(sounds, ear, likely, "hearing before", told)
    wer_after = _word_errors(sounds, after, likely, "hearing after", told)
    if wer_after >= wer_before:
        raise NoBetterError(
            f"After practice {wer_after:.1%} of the words were misheard, before it {wer_before:.1%}; try more --sentences."
        )
    return {"sentences": len(spoken), "wer_before": round(wer_before, 4), "wer_after": round(wer_after, 4), "heard": len(asked)}


def _spoken(texts: Sequence[str], voices: PracticeVoices, threads: int, told: Told) -> Iterator[SpokenSentence]:
    """Each sentence as it was said; those too long to practise are left out."""
    with ThreadPoolExecutor(threads) as pool:
        drawn = [voices.drawn(text) for text in texts]
        for number, (text, sound) in enumerate(zip(texts, pool.map(lambda speak: as_pcm16(speak()), drawn), strict=True), 1):
            if sound.size <= LONGEST_PRACTISED_S * SAMPLE_RATE_HZ:
                yield SpokenSentence(text, sound)
            told("speaking", number, len(texts))


def _word_errors(
    sounds: Sequence[tuple[str, FloatAudio]], ear: FasterWhisper, likely: Sequence[str], what: str, told: Told
) -> float:
    errors = WordErrors()
    for number, (text, audio) in enumerate(sounds, 1):
        errors += word_errors(text, ear.transcribe(audio, likely=likely).text)
        told(what, number, len(sounds))
    return errors.rate or 0.0
