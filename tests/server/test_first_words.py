"""The first words of a reply are parted only where a speaker pauses, and no name is torn."""

from __future__ import annotations

import pytest

from dialogue.types import Sentence
from server.first_words import LEAST_CHARS, part


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("For a picnic, two come to mind:", "For a picnic,"),
        ("Certainly: here is what there is in blue.", "Certainly:"),
        ("Good, here is the little one of the two.", "Good, here is the little one of the two."),   # too short to part
        ("Which colour would you like?", "Which colour would you like?"),
        ("It costs 1,200 dollars with everything in it.", "It costs 1,200 dollars with everything in it."),
        ("There are seventeen of them in the shop now, all told.", "There are seventeen of them in the shop now,"),
        ("Nothing in that colour, no.", "Nothing in that colour, no."),
    ],
)
def test_where_the_cut_is_made(text: str, first: str) -> None:
    head, rest = part(Sentence(text))
    assert head.text == first
    assert (head.text + (f" {rest.text}" if rest else "")) == text


def test_names_stay_whole_and_keep_their_places() -> None:
    text = "For the Bell, Book and Candle Lamp, forty dollars; and the Moon Lamp is less."
    name, other = "Bell, Book and Candle Lamp", "Moon Lamp"
    spans = tuple((item, text.index(said), text.index(said) + len(said)) for item, said in (("A", name), ("B", other)))
    head, rest = part(Sentence(text, ("A", "B"), spans))
    assert rest is not None
    assert len(head.text) >= LEAST_CHARS
    for piece, item, said in ((head, "A", name), (rest, "B", other)):
        assert piece.items == (item,)
        ((found, start, end),) = piece.spans
        assert (found, piece.text[start:end]) == (item, said)
