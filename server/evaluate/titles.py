"""Are catalogue titles heard right, and does leaning towards the likely ones help without putting them into anybody's mouth?

Each title is spoken in a sentence by synthetic voices, clean and (if asked) in noise, and heard twice: plainly, and with a list
of likely titles as the server gives it: the title among its nearest relatives and strangers, as on a table, then all the others
of the shop. Then what names none on the table is heard with such lists: people's recordings, titles whose first word is left out,
and titles whose relatives are on the table. No title that was not said may appear in them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from server.evaluate.manifest import ManifestError, NoiseMixer, Recording
from server.evaluate.voices import Speak, installed_voices
from server.evaluate.word_errors import WordErrors, comparable_words, word_errors
from server.models import require
from voice.biasing import with_rivals
from voice.sound import FloatAudio, Transcriber
from voice.wavefiles import read_audio

SENTENCES = (
    "{}.",
    "I'd like the {}, please.",
    "Tell me more about the {}.",
    "How much is the {}?",
    "Is the {} in stock?",
    "What about the {}?",
)
VOICES_EACH = 2
"""Voices that speak each title, taken in turn."""

RELATIVES, STRANGERS = 5, 6
"""Other titles in each list: those that share most words with the one spoken, and any."""

VOICE_MODEL = "piper-joe"

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence as spoken, and the list that was likely then."""

    said: str
    voice: str
    audio: FloatAudio
    likely: tuple[str, ...]
    title: str | None = None
    """The likely title that it names."""
    noisy: bool = False


def names(title: str, text: str) -> bool:
    """Whether the text holds the title; compounds may be written apart or together."""
    return "".join(comparable_words(title)) in "".join(comparable_words(text))


def likely_around(words: str, titles: Sequence[str], dice: random.Random, without: str | None = None) -> list[str]:
    """Titles as a table may hold them: those that share most words with what is said, and strangers."""
    said = set(comparable_words(words))
    others = [title for title in titles if title != without]
    dice.shuffle(others)
    others.sort(key=lambda title: -len(said & set(comparable_words(title))))
    return others[:RELATIVES] + dice.sample(others[RELATIVES:], min(STRANGERS, max(0, len(others) - RELATIVES)))


def speak_titles(
    titles: Sequence[str], shop_titles: Sequence[str], voices: Mapping[str, Speak], mixer: NoiseMixer | None, seed: int
) -> list[Spoken]:
    """Every title by VOICES_EACH voices, clean and, with a mixer, in noise too."""
    dice = random.Random(seed)
    spoken = []
    for number, title in enumerate(titles):
        table = [title, *likely_around(title, shop_titles, dice, without=title)]
        dice.shuffle(table)
        likely = with_rivals(table, shop_titles)
        said = SENTENCES[number % len(SENTENCES)].format(title)
        for turn in range(VOICES_EACH):
            voice = sorted(voices)[(number + 3 * turn) % len(voices)]
            audio = voices[voice](said)
            spoken.append(Spoken(said, voice, audio, likely, title))
            if mixer is not None:
                spoken.append(Spoken(said, voice, mixer.mix(audio), likely, title, noisy=True))
    return spoken


def speak_near_misses(titles: Sequence[str], shop_titles: Sequence[str], voices: Mapping[str, Speak], seed: int) -> list[Spoken]:
    """In turn: a title without its first word, likely the title itself; and a whole title, likely its relatives."""
    dice = random.Random(seed)
    spoken = []
    for number, title in enumerate(titles):
        _, _, rest = title.partition(" ")
        likely = likely_around(title, shop_titles, dice, without=title)
        voice = sorted(voices)[number % len(voices)]
        if number % 2 and rest:
            said, likely = SENTENCES[number % len(SENTENCES)].format(rest.lower()), [title, *likely]
        else:
            said = SENTENCES[number % len(SENTENCES)].format(title)
        spoken.append(Spoken(said, voice, voices[voice](said), with_rivals(likely, shop_titles)))
    return spoken


def measure_titles(spoken: Sequence[Spoken], transcriber: Transcriber, told: Told = lambda done: None) -> dict[str, Any]:
    """title_accuracy with and without biasing, in noise and by voice, and what was still misheard."""
    right: list[tuple[bool, bool]] = []
    misheard = []
    for number, one in enumerate(spoken):
        assert one.title is not None
        plain = transcriber.transcribe(one.audio).text
        leaning = transcriber.transcribe(one.audio, likely=one.likely).text
        right.append((names(one.title, plain), names(one.title, leaning)))
        if not right[-1][1]:
            misheard.append({"said": one.said, "voice": one.voice, "noisy": one.noisy, "plain": plain, "heard": leaning})
        told(number + 1)

    def share(biased: bool, chosen: Callable[[Spoken], bool] = lambda one: True) -> float | None:
        counted = [pair[biased] for one, pair in zip(spoken, right, strict=True) if chosen(one)]
        return round(sum(counted) / len(counted), 4) if counted else None

    errors_plain, errors = (sum(not pair[biased] for pair in right) for biased in (False, True))
    return {
        "title_accuracy": share(True),
        "title_accuracy_without_biasing": share(False),
        "title_accuracy_noisy": share(True, lambda one: one.noisy),
        "title_accuracy_noisy_without_biasing": share(False, lambda one: one.noisy),
        "title_errors": errors,
        "title_errors_without_biasing": errors_plain,
        "titles": len({one.title for one in spoken}),
        "titles_spoken": len(spoken),
        "voices": sorted({one.voice for one in spoken}),
        "titles_misheard": misheard,
    }


def innocents_of(
    recordings: Sequence[Recording], shop_titles: Sequence[str], mixer: NoiseMixer | None = None, seed: int = 0
) -> list[Spoken]:
    """People's recordings that have texts, each with a list of the titles nearest to its words."""
    dice = random.Random(seed)
    spoken = []
    for recording in recordings:
        if recording.text is not None:
            audio = read_audio(recording.audio)
            likely = with_rivals(likely_around(recording.text, shop_titles, dice), shop_titles)
            spoken.append(Spoken(recording.text, "a person", mixer.mix(audio) if mixer else audio, likely))
    return spoken


def measure_innocents(spoken: Sequence[Spoken], transcriber: Transcriber, told: Told = lambda done: None) -> dict[str, Any]:
    """What names no likely title, heard with and without the list: word errors, and titles that biasing put in."""
    plain_errors = errors = WordErrors()
    inserted = []
    for number, one in enumerate(spoken):
        plain, leaning = transcriber.transcribe(one.audio).text, transcriber.transcribe(one.audio, likely=one.likely).text
        plain_errors += word_errors(one.said, plain)
        errors += word_errors(one.said, leaning)
        inserted += [
            {"title": title, "said": one.said, "plain": plain, "heard": leaning}
            for title in one.likely
            if names(title, leaning) and not names(title, one.said) and not names(title, plain)
        ]
        told(number + 1)
    return {
        "wer_elsewhere": errors.rate,
        "wer_elsewhere_without_biasing": plain_errors.rate,
        "elsewhere": len(spoken),
        "titles_inserted": len(inserted),
        "insertions": inserted,
    }


def read_titles(path: Path) -> list[str]:
    """Titles, one a line. Raises ManifestError."""
    try:
        titles = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"The list of titles {path} cannot be read: {error}.") from None
    if not titles:
        raise ManifestError(f"{path} lists no titles; write one a line.")
    return titles


def hear_titles(
    titles: Sequence[str], shop: Path, recordings: Sequence[Recording], transcriber: Transcriber, mixer: NoiseMixer | None,
    seed: int, bar: Callable[[str, int], Told],
) -> dict[str, Any]:
    """All of it for one shop. Raises ShopError or CatalogueError about the shop, ManifestError for a title it does not have."""
    shop_titles = sorted({item.title for item in load_catalogue(shop, load_schema(shop)).items})
    if unknown := next((title for title in titles if title not in shop_titles), None):
        raise ManifestError(f"The shop in {shop} has no item called {unknown!r}.")
    voices = installed_voices(require(VOICE_MODEL), seed)
    spoken = speak_titles(titles, shop_titles, voices, mixer, seed)
    figures = measure_titles(spoken, transcriber, bar("titles", len(spoken)))
    elsewhere = innocents_of(recordings, shop_titles, mixer, seed) + speak_near_misses(titles, shop_titles, voices, seed)
    return figures | measure_innocents(elsewhere, transcriber, bar("elsewhere", len(elsewhere)))
