"""Writes server/practice/talk.txt: the turns we develop on, with blanks where they name a kind of item or a value of the shop.

python benchmarks/understanding/talk.py     (from the root of the repository)
"""

from __future__ import annotations

import json
from pathlib import Path

from dialogue.mentions import find_mentions
from dialogue.shop import load_shop
from dialogue.tongues import is_foreign
from dialogue.understanding import Reader
from dialogue.words import read_words
from recommender.catalogue import load_catalogue
from server.practice.talk import WORDED

MOST_WORDS = 20
"""Longer turns do not fit the window that is practised."""


def blanked(reader: Reader, text: str) -> str:
    """A turn with {topic} or {slot} for each value that it names by its form."""
    utterance = read_words(text)
    parts, at = [], 0
    for mention in find_mentions(utterance, reader.vocabulary):
        if mention.how == "form":
            blank = "topic" if mention.slot == reader.vocabulary.topic else mention.slot
            parts += [text[at : utterance.words[mention.span.first].start], f"{{{blank}}}"]
            at = utterance.words[mention.span.last - 1].end
    return "".join([*parts, text[at:]])


if __name__ == "__main__":
    folder = Path("shops/demo")
    shop = load_shop(folder)
    reader = Reader.of(shop, load_catalogue(folder, shop.columns).items)
    develop = Path("benchmarks/understanding/develop.jsonl").read_text(encoding="utf-8").splitlines()
    said = [turn["user"].strip() for line in develop for turn in json.loads(line)["turns"]]
    spoken = [text for text in said if len(text.split()) <= MOST_WORDS and not is_foreign(read_words(text))]
    lines = dict.fromkeys(blanked(reader, text) for text in spoken)
    WORDED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
