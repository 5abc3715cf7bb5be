"""The cinema: another trade by a folder alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dialogue.shop import load_shop
from recommender.catalogue import load_catalogue
from recommender.shop import load_schema
from recommender.types import Item

CINEMA = Path(__file__).parent.parent / "shops" / "cinema"


@pytest.fixture(scope="module")
def films() -> tuple[Item, ...]:
    return load_catalogue(CINEMA, load_schema(CINEMA)).items


def test_the_script_writes_exactly_what_is_committed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(CINEMA / "make_cinema.py"), "--to", str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / "catalogue.csv").read_bytes() == (CINEMA / "catalogue.csv").read_bytes()


def test_films_are_many_and_no_two_read_alike(films: tuple[Item, ...]) -> None:
    assert len(films) >= 200
    assert len({film.title for film in films}) == len(films)
    assert len({film.description for film in films}) == len(films)


def test_light_hearted_comedies_of_the_last_year_that_are_not_long_are_showing(films: tuple[Item, ...]) -> None:
    fitting = [
        film for film in films
        if "comedy" in film.values["genre"] and "light-hearted" in film.values["mood"]
        and "the last year" in film.values["released"] and film.numbers["length"] <= 110 and film.in_stock
    ]
    assert len(fitting) >= 3


def test_the_shop_speaks_of_what_it_holds(films: tuple[Item, ...]) -> None:
    shop = load_shop(CINEMA)
    assert shop.shop.synthetic
    assert len(shop.policies) >= 8
    for slot in shop.slots:
        held = {value for film in films for value in film.values.get(slot.name, ())}
        assert set(slot.synonyms) <= held, slot.name
