"""faster-whisper with short windows: the same weights and words as the stock engine, at a fraction of its time.

An utterance is decoded in the shortest window that fits it (``voice.features``). Where a guard doubts the result
(``voice.whisper_guards``), or the utterance is longer than any window, it is heard in full, and the transcript says why.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from voice.biasing import Score, brings_in, put_right, put_value_right, put_words_at_hand_right
from voice.features import (
    FULL_WINDOW_S,
    PRACTISED_WINDOW_STEPS_S,
    QUIET_AFTER_S,
    WINDOW_STEPS_S,
    LogMel,
    WindowFeatures,
    is_nothing,
    window_for,
)
from voice.phonemes import likeness
from voice.sound import SAMPLE_RATE_HZ, FloatAudio, Transcript
from voice.sounds_like import phonemes_of, words_of
from voice.whisper_guards import TOKENS_FREE, TOKENS_PER_S_MAX, Hypothesis, is_silence, repeats, why_doubted
from voice.whisper_timestamps import within

COMPUTE_TYPE = "int8"
"""Weights in 8 bits: twice as fast as float32 on the CPU, with the same words."""

BEAM_SIZE = 3
"""With timestamps, as stock: without them Whisper spells and counts in another style, and loops in short windows. Beams of 3, 4
and 5 heard AN4 alike (10.3, 10.7 and 10.3 % word errors; stock 10.9 % on the same 140); 3 takes 15 % less time than 5."""

FULL_BEAM_SIZE = 5
"""As stock."""

PATIENCE = 0.6
"""The beam search ends when two of its three hypotheses have; a fifth faster, with the same words."""

SURE_LOG_PROBABILITY = -0.25
"""A greedy decoding with a mean above this is taken as it is, at half the beam's time: most sentences, few spelled letters.
Below, it is heard again."""

SURE_OF_WISHES = -0.15
"""The same where something is likely: it is heard again with that in mind, at a third of the time more. Of 57 wishes to a shop
over kitchen noise (15 dB, eight synthetic voices) 41 lie below -0.25 and 47 below this; of 50 clean ones 27 and 35."""

FAIRLY_SURE_LOG_PROBABILITY = -0.4
"""Above this it is not heard by beam search without a reminder: of AN4's 158 recordings 45 lie between the two, and with the beam
not one word of theirs is heard better (of 189 spoken orders one is: "shot" for "chork"). Numbers that have a twin ("$13", "$30")
are left to the beam: only it parts them."""
_TWIN_NUMBER = re.compile(r"\b(?:1[3-9]|[3-9]0)\b|(?:thir|four|fif|six|seven|eigh|nine)t(?:een|y)", re.IGNORECASE)
_SPELLED = re.compile(r"\b[A-Z](?:[- ]?[A-Z])+|\b[A-Z]-|\d{4}|\d[-,] ?\d")
"""Letters one by one and long numbers: a list before them puts its commas between."""

PROMPT_TOKENS = 180
"""Tokens of what is likely that Whisper is reminded of where it is unsure; it takes 223."""

REMINDED_NATS, OTHERWISE_NATS = 10.0, 5.0
"""What it then hears is believed unless it is less likely by more than this, without the reminder, than what it heard alone: the
first where it brings in a likely word, the second where it does not, nothing was spelled, and no number has a twin. The second
gives those wishes a slot F1 of .82 for .79 (clean .82 for .80); were all believed, prompts would put values into mouths."""

REMINDED_LIKENESS = 0.75
"""And unless it sounds less like what it heard alone than this, 0 to 1: a prompt makes "blue there" of a doubtful "hello there"
(.71). Of 126 doubtful turns over kitchen noise the four below were no use either way."""

SURE_BESIDE_PRACTISED, SURE_PRACTISED, LESS_SURE_REMINDED, LESS_SURE = -0.05, -0.15, 0.05, 0.1
"""A model that practised the shop's talk hears again what is less sure than the first, reminded of what is likely only where its
own words are less sure than the second; what it is reminded of counts where it is not less sure by more than the third. It is
believed where the mean log probability of its words is not lower than the other's by more than the fourth. What each is worth:
benchmarks/hearing/README.md."""

MUCH_SURER, SURE_OF_NUMBERS = 0.3, -0.05
"""It is believed of what is spelled, and of numbers with a twin, where it is surer by more than the first; of such numbers also
where it is surer than the second."""

TOKENS_OVER = 12
"""Tokens a decoding may have beyond those the guard on length allows: timestamps, and enough for the guards to see a loop."""

FRAMES_A_SECOND = 100
LEAST_PROBABILITY = 1e-9

FULL_TEMPERATURES = (0.0, 0.2)
"""Tries in the full window, the second where the first loops or guesses. Stock goes on to 1.0, which costs 20 s on a noise, when
nobody waits for the words any more."""


class FasterWhisper:
    """A ``Transcriber`` on a CTranslate2 folder. Thread safe: CTranslate2 queues calls on its one worker.

    Words are not timed here (``Transcript.words`` is empty): nobody needs them before the reply, and aligning them would cost
    another decoder pass in every turn.
    """

    def __init__(
        self, model_dir: Path, *, language: str | None = "en", threads: int = 2, practised_dir: Path | None = None
    ) -> None:
        """``language`` None detects it. ``practised_dir``: the same model after it practised the shop's talk
        (``voice.practising``); it is asked where something is likely and the model's own words are in doubt."""
        self._practised = _model(practised_dir, threads) if practised_dir else None
        self._stock = WhisperModel(str(model_dir), device="cpu", compute_type=COMPUTE_TYPE, cpu_threads=threads)
        self.name = f"faster-whisper {model_dir.name}"
        self.features = WindowFeatures(self._stock.feature_extractor.mel_filters)
        self._language = language if self._stock.model.is_multilingual else "en"
        self._tokenizers: dict[str, Tokenizer] = {}
        self._lock = threading.Lock()
        silence = self.features(np.zeros(0, np.float32), WINDOW_STEPS_S[0])
        for model in filter(None, (self._practised, self._stock.model)):  # the first run claims memory; let it not be a shopper's
            quiet = _encoded(model, silence)
        self._greedy(quiet, self._words(quiet), 0.0)

    def transcribe(
        self, audio: FloatAudio, *, likely: Sequence[str] = (), stale: Callable[[], bool] = lambda: False
    ) -> Transcript:
        """Hear one utterance; see ``voice.sound.Transcriber``. Sounds that cannot hold a word are heard as nothing.

        ``likely`` phrases are weighed only where what was heard sounds like one (``voice.biasing``); give thousands if you like.
        """
        began = time.perf_counter()
        sound = np.nan_to_num(np.asarray(audio, dtype=np.float32).reshape(-1))
        duration_s = sound.size / SAMPLE_RATE_HZ
        if is_nothing(sound):
            return Transcript("", confidence=0.0, no_speech=1.0, engine=self.name)
        window_s = window_for(duration_s)
        if window_s is None:
            return self._transcript(self._decode_in_full(sound), "long", began)
        features = self.features(sound, window_s)
        encoded = _encoded(self._stock.model, features)
        if stale():
            return Transcript("", confidence=0.0, engine=self.name)
        words = self._words(encoded)
        score = partial(self._score, encoded, words, math.ceil(min(window_s, duration_s + QUIET_AFTER_S) * FRAMES_A_SECOND))
        guess = self._greedy(encoded, words, duration_s)
        if stale():
            return self._transcript(guess, None, began)
        sure = (SURE_BESIDE_PRACTISED if self._practised else SURE_OF_WISHES) if likely else SURE_LOG_PROBABILITY
        if guess.mean_log_probability <= sure or why_doubted(guess, duration_s) is not None:
            guess = self._heard_again(guess, sound, encoded, words, likely, score)
        cause = why_doubted(guess, duration_s)
        if cause is not None and not stale():
            full = self._decode_in_full(sound)
            guess = replace(full, text="") if repeats(full.text) else full   # a loop was said by nobody
        if likely and guess.text and not stale():
            reminder = cache(partial(self._reminder, words, likely))   # encoded once, and only where a word is in doubt
            weighed = cache(score)   # what was heard is compared more than once
            text = put_words_at_hand_right(put_right(guess.text, likely, weighed), likely, weighed)
            guess = replace(guess, text=put_value_right(text, likely, lambda other: score(other, reminder=reminder())))
        return self._transcript(guess, cause, began)

    def glance(self, audio: FloatAudio) -> str:
        """What the beginning of an utterance seems to say (16 kHz mono), in one quick try; empty where that is doubtful."""
        sound = np.nan_to_num(np.asarray(audio, dtype=np.float32).reshape(-1))
        duration_s = sound.size / SAMPLE_RATE_HZ
        window_s = window_for(duration_s)
        if is_nothing(sound) or window_s is None:
            return ""
        encoded = _encoded(self._stock.model, self.features(sound, window_s))
        words = self._words(encoded)
        guess = self._greedy(encoded, words, duration_s)
        return "" if is_silence(guess) or why_doubted(guess, duration_s) else guess.text

    def _transcript(self, guess: Hypothesis, cause: str | None, began: float) -> Transcript:
        return Transcript(
            "" if is_silence(guess) else guess.text,
            confidence=math.exp(min(0.0, guess.mean_log_probability)),
            no_speech=guess.no_speech,
            engine=self.name,
            fallback=cause,
            took_ms=(time.perf_counter() - began) * 1000,
        )

    def _heard_again(
        self, guess: Hypothesis, sound: FloatAudio, encoded: Any, words: Tokenizer, likely: Sequence[str], score: Score
    ) -> Hypothesis:
        """A guess that is not sure, heard again by beam search, first with what is likely in mind: where that hears the same
        words, and no number with a twin, they were said."""
        duration_s = sound.size / SAMPLE_RATE_HZ
        whole = why_doubted(guess, duration_s) is None
        twin = _TWIN_NUMBER.search(guess.text) is not None
        plain = whole and not twin
        if likely and guess.text:
            reminded = self._with_practice(sound, words, likely) if self._practised else self._reminded(
                encoded, words, duration_s, likely
            )
            if plain and words_of(reminded.text) == words_of(guess.text):
                return guess
            brings = brings_in(reminded.text, guess.text, likely)
            spelled = _SPELLED.search(guess.text) is not None
            surer = reminded.mean_log_probability > guess.mean_log_probability + MUCH_SURER
            surer |= reminded.mean_log_probability > SURE_OF_NUMBERS and not spelled
            may_win = brings or (self._practised and surer) or not (twin or spelled)
            may_win = may_win and why_doubted(reminded, duration_s) is None
            if may_win and self._is_believed(reminded, guess, REMINDED_NATS if brings else OTHERWISE_NATS, score):
                return replace(reminded, text=reminded.text.rstrip(" ,.?!") + _end_mark(guess.text))
        if guess.mean_log_probability > (FAIRLY_SURE_LOG_PROBABILITY if plain else SURE_LOG_PROBABILITY) and whole:
            return guess
        return self._generate(encoded, words, list(words.sot_sequence), BEAM_SIZE, duration_s)

    def _is_believed(self, reminded: Hypothesis, guess: Hypothesis, below_nats: float, score: Score) -> bool:
        """Whether what was heard with likely words in mind counts. One that practised knows how sure it is; a prompt misleads."""
        if self._practised:
            return reminded.mean_log_probability >= guess.mean_log_probability - LESS_SURE
        sounds_alike = likeness(phonemes_of(reminded.text), phonemes_of(guess.text)) >= REMINDED_LIKENESS
        return sounds_alike and score(reminded.text) >= score(guess.text) - below_nats

    def _reminded(self, encoded: Any, words: Tokenizer, duration_s: float, likely: Sequence[str]) -> Hypothesis:
        """Beam search with the likeliest phrases before it, as if they had been said: a list, whose style it takes over."""
        start = [*self._reminder(words, likely), *words.sot_sequence, words.no_timestamps]
        return self._generate(encoded, words, start, BEAM_SIZE, duration_s, self._practised)

    def _with_practice(self, sound: FloatAudio, words: Tokenizer, likely: Sequence[str]) -> Hypothesis:
        """By the model that practised."""
        encoded, duration_s = self._practised_encoded(sound), sound.size / SAMPLE_RATE_HZ
        guess = self._greedy(encoded, words, duration_s, self._practised)
        whole = why_doubted(guess, duration_s) is None
        if whole and guess.mean_log_probability > SURE_PRACTISED:
            return guess
        reminded = self._reminded(encoded, words, duration_s, likely)
        return guess if whole and reminded.mean_log_probability < guess.mean_log_probability - LESS_SURE_REMINDED else reminded

    def _practised_encoded(self, sound: FloatAudio) -> Any:
        """An utterance that fits a window, in the shortest of those that were practised."""
        window_s = window_for(sound.size / SAMPLE_RATE_HZ, PRACTISED_WINDOW_STEPS_S) or FULL_WINDOW_S
        return _encoded(self._practised, self.features(sound, window_s))

    def _reminder(self, words: Tokenizer, likely: Sequence[str]) -> list[int]:
        """Whisper's prompt: as many of the likeliest phrases as it holds."""
        prompt = [words.sot_prev]
        for phrase in likely:
            more = words.encode(f", {phrase}" if len(prompt) > 1 else f" {phrase}")
            if len(prompt) + len(more) > PROMPT_TOKENS:
                break
            prompt += more
        return prompt

    def _greedy(self, encoded: Any, words: Tokenizer, duration_s: float, practised: Any = None) -> Hypothesis:
        return self._generate(encoded, words, [*words.sot_sequence, words.no_timestamps], 1, duration_s, practised)

    def _generate(
        self, encoded: Any, words: Tokenizer, start: list[int], beam_size: int, duration_s: float, practised: Any = None
    ) -> Hypothesis:
        new_tokens = TOKENS_OVER + round(TOKENS_FREE + duration_s * TOKENS_PER_S_MAX)
        result = (practised or self._stock.model).generate(
            encoded,
            [start],
            beam_size=beam_size,
            patience=PATIENCE if beam_size > 1 else 1,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=list(get_suppressed_tokens(words, [-1])),
            max_length=new_tokens + max(len(start), new_tokens),  # CTranslate2 takes the prompt off it, and half of it at least
        )[0]
        decoded = result.sequences_ids[0]
        tokens, ends_s = within(decoded, words.timestamp_begin, words.eot, duration_s)
        mean = result.scores[0] * len(decoded) / (len(decoded) + 1)  # the end of text counts too, as in Whisper
        return Hypothesis(words.decode(tokens).strip(), len(tokens), mean, float(result.no_speech_prob), ends_s)

    def _score(self, encoded: Any, words: Tokenizer, frames: int, text: str, *, reminder: Sequence[int] = ()) -> float:
        """The text's log probability on the sound: one pass of the decoder over all its tokens."""
        start = [*reminder, *words.sot_sequence, words.no_timestamps]
        aligned = self._stock.model.align(encoded, start, [words.encode(" " + text)], frames)[0]
        return float(np.log(np.maximum(aligned.text_token_probs, LEAST_PROBABILITY)).sum())

    def _words(self, encoded: Any) -> Tokenizer:
        """The tokens of the language that was set, or else of the one heard."""
        language = self._language or self._stock.model.detect_language(encoded)[0][0][0].strip("<|>")
        with self._lock:
            if language not in self._tokenizers:
                self._tokenizers[language] = Tokenizer(
                    self._stock.hf_tokenizer, self._stock.model.is_multilingual, task="transcribe", language=language
                )
            return self._tokenizers[language]

    def _decode_in_full(self, sound: FloatAudio) -> Hypothesis:
        """The stock engine on windows of 30 s; any length."""
        segments: list[Any] = list(
            self._stock.transcribe(
                sound,
                language=self._language,
                beam_size=FULL_BEAM_SIZE,
                temperature=FULL_TEMPERATURES,
                condition_on_previous_text=False,
            )[0]
        )
        if not segments:
            return Hypothesis("", 0, -math.inf, 1.0)
        weights = [len(segment.tokens) for segment in segments]
        mean = sum(segment.avg_logprob * weight for segment, weight in zip(segments, weights, strict=True)) / max(1, sum(weights))
        text = "".join(segment.text for segment in segments).strip()
        return Hypothesis(text, sum(weights), mean, min(segment.no_speech_prob for segment in segments))


def _encoded(model: Any, features: LogMel) -> Any:
    return model.encode(ctranslate2.StorageView.from_array(features[None]))


def _model(folder: Path, threads: int) -> Any:
    return ctranslate2.models.Whisper(str(folder), device="cpu", compute_type=COMPUTE_TYPE, intra_threads=threads)


def _end_mark(text: str) -> str:
    return text[-1] if text.endswith((".", "?", "!")) else ""
