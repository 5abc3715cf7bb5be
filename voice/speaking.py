"""Speaking: Piper, sentence by sentence, with the samples that speak each word.

Piper (a VITS voice; Kim et al., 2021) predicts how many samples every phoneme takes, and the counts sum exactly to the audio.
``voice.word_timeline`` turns them into words. Silence before the first sound is cut, for the shopper waits through it.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import onnxruntime

from voice.engines import session_options
from voice.phonemes import ESPEAK_LOCK
from voice.resampling import as_pcm16
from voice.sound import FloatAudio, Pcm16, Speech
from voice.word_timeline import TimedPhoneme, time_words

PEAK = 0.8
"""Every sentence is brought to this peak, so that short clauses are as loud as long ones."""
AUDIBLE = 0.012
"""Share of the peak (about -38 dB) from which a sample counts as heard."""
LEAD_MS = 4
"""Kept before the first audible sample, so that no onset is clipped."""
TAIL_MS = 180
"""Kept after the last audible sample: the breath between two sentences."""
LONGEST_CHARS = 1_500
"""More than anybody would listen to in one breath; beyond it the text is refused."""
_SPEAKABLE = re.compile(r"\w")
_TENS = re.compile(r"(?<=ty)-(?=(?:one|two|three|four|five|six|seven|eight|nine)\b)", re.IGNORECASE)
"""The hyphen of "ninety-five": with it the voice runs the two together, and people hear "nine to five"."""


class SpeakingError(ValueError):
    """A voice that cannot be loaded or a text that cannot be spoken; one sentence that says what to do."""


class PiperSpeaker:
    """A Piper voice. Thread safe; ``threads`` are the model's own."""

    name: str
    sample_rate_hz: int

    def __init__(self, model_dir: Path, threads: int = 1) -> None:
        """Load the one voice in ``model_dir`` (``*.onnx`` and ``*.onnx.json``). Raises SpeakingError where there is none."""
        from piper import PiperVoice
        from piper.config import PiperConfig

        voices = sorted(model_dir.glob("*.onnx"))
        if len(voices) != 1 or not voices[0].with_suffix(".onnx.json").is_file():
            raise SpeakingError(f"{model_dir} must hold one Piper voice (.onnx and .onnx.json); run `shoptalk models install`.")
        config = PiperConfig.from_dict(json.loads(voices[0].with_suffix(".onnx.json").read_text(encoding="utf-8")))
        session = onnxruntime.InferenceSession(
            _with_alignments(voices[0]), session_options(threads), providers=["CPUExecutionProvider"]
        )
        self._voice = PiperVoice(session=session, config=config)
        self.name = voices[0].stem
        self.sample_rate_hz = int(config.sample_rate)

    def speak(self, sentence: str) -> Speech:
        """Speak a clause, a sentence or a few. A text with nothing to say gives no samples.

        Raises SpeakingError where the text is longer than LONGEST_CHARS.
        """
        if len(sentence) > LONGEST_CHARS:
            raise SpeakingError(f"A text of {len(sentence)} characters is too long to speak at once; split it into sentences.")
        if not _SPEAKABLE.search(sentence):
            return Speech(sentence, np.zeros(0, dtype=np.int16), self.sample_rate_hz, ())
        pieces: list[FloatAudio] = []
        phonemes: list[TimedPhoneme] = []
        position = 0
        spoken = _TENS.sub(" ", sentence)  # as long as the sentence, so that every word stays in its place
        for group in self._phonemes(spoken):
            audio, counts = self._synthesize(group)
            pieces.append(audio)
            ends = list(accumulate(counts, initial=position))
            phonemes += [TimedPhoneme(p, ends[i], ends[i + 1]) for i, p in enumerate(["", *group, ""])]
            position += len(audio)
        if not pieces:
            return Speech(sentence, np.zeros(0, dtype=np.int16), self.sample_rate_hz, ())
        pcm, first, last = _trim(np.concatenate(pieces), self.sample_rate_hz)
        words = time_words(spoken, phonemes, self._phonemes_of_word, first=first, last=last)
        return Speech(sentence, pcm, self.sample_rate_hz, words)

    def _phonemes(self, text: str) -> list[list[str]]:
        """Phonemes by espeak's sentences; what the voice has no sound for is left out, so that every count has its phoneme."""
        known = self._voice.config.phoneme_id_map
        with ESPEAK_LOCK:
            groups = self._voice.phonemize(text)
        return [kept for group in groups if (kept := [p for p in group if p in known])]

    def _phonemes_of_word(self, word: str) -> list[str]:
        return [phoneme for group in self._phonemes(word) for phoneme in group]

    def _synthesize(self, phonemes: list[str]) -> tuple[FloatAudio, list[int]]:
        """Audio with peak PEAK, and the samples of [start mark, each phoneme..., end mark]; they sum to the audio's length."""
        ids_of = self._voice.config.phoneme_id_map
        ids = self._voice.phonemes_to_ids(phonemes)
        audio, samples = self._voice.phoneme_ids_to_audio(ids, include_alignments=True)
        padding = len(ids_of["_"])
        widths = [len(ids_of["^"]) + padding, *(len(ids_of[p]) + padding for p in phonemes), len(ids_of["$"])]
        edges = list(accumulate(widths, initial=0))
        if samples is None or edges[-1] != len(samples):
            raise SpeakingError("This Piper voice gives no alignments; choose a voice exported with its durations.")
        counts = [int(samples[a:b].sum()) for a, b in pairwise(edges)]
        peak = float(np.max(np.abs(audio), initial=1e-8))
        return (audio * (PEAK / peak)).astype(np.float32), counts


def _with_alignments(onnx_file: Path) -> bytes:
    """The voice's graph with its predicted durations as a second output."""
    import onnx
    from piper.patch_voice_with_alignment import add_alignment_output

    graph = onnx.load(str(onnx_file))
    try:
        add_alignment_output(graph)
    except ValueError as error:
        if "already" not in str(error):
            raise SpeakingError(f"{onnx_file.name} does not tell its durations ({error}); choose another Piper voice.") from error
    return bytes(graph.SerializeToString())


def _trim(audio: FloatAudio, rate_hz: int) -> tuple[Pcm16, int, int]:
    """The audio from just before its first audible sample to TAIL_MS after the last, and where that lay in ``audio``."""
    audible = np.flatnonzero(np.abs(audio) >= AUDIBLE * PEAK)
    if len(audible) == 0:
        return as_pcm16(audio), 0, len(audio)
    first = max(0, int(audible[0]) - LEAD_MS * rate_hz // 1000)
    last = min(len(audio), int(audible[-1]) + 1 + TAIL_MS * rate_hz // 1000)
    return as_pcm16(audio[first:last]), first, last
