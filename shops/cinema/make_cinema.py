"""Writes the cinema's films and its visitors' histories. Every film, person and place is invented.

``python shops/cinema/make_cinema.py [--to FOLDER]``. The words come from words.toml beside it; see make_demo.py for how the
invented shops are made.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from inventing import Crowd, Said, Wanted, make_interactions, overlap, words_of, write_shop

SEED = 20261121
FILMS = 320
TODAY = date(2026, 11, 20)
COLUMNS = ["id", "title", "synopsis", "genre", "mood", "minutes", "year", "director", "cast", "language", "age_rating",
           "showtime", "price", "seats", "release_date", "released"]
CROWD = Crowd(
    shoppers=1_600, newcomers=90, circles=14, today=TODAY, first_visit=date(2025, 1, 4), no_history_days=14,
    picks=2.3, usual_purse=2.6, wishes=0.2, buys=0.6, prefix="V",
)
SINCE = {"the last month": 31, "the last year": 366, "the last five years": 5 * 366}
"""Within how many days of today a film came out for people to say so."""
LEADING, STARS = 46, 70
"""Invented directors and actors; few enough that each has several films."""

Row = dict[str, str]


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def people(draw: random.Random, common: dict[str, Any], count: int, taken: set[str]) -> list[str]:
    names: list[str] = []
    while len(names) < count:
        name = f"{draw.choice(common['first_names'])} {draw.choice(common['last_names'])}"
        if name not in taken:
            taken.add(name)
            names.append(name)
    return names


def new_title(draw: random.Random, common: dict[str, Any], used: list[set[str]]) -> str:
    """A title, drawn again while it shares more than half of its words with an earlier one."""
    while True:
        noun, noun2 = draw.sample(common["nouns"], 2)
        title = draw.choice(common["title_shapes"]).format(
            noun=noun, noun2=noun2, adjective=draw.choice(common["adjectives"]), plural=draw.choice(common["plurals"]),
            person=draw.choice(common["persons"]), place=draw.choice(common["film_places"]),
            number=draw.choice(common["numbers"]),
        )
        tokens = set(words_of(title)) - {"the", "a", "of", "and", "to", "for"}
        if all(overlap(tokens, other) <= 0.5 for other in used):
            used.append(tokens)
            return title


def synopsis(draw: random.Random, genre: dict[str, Any], common: dict[str, Any], row: Row, said: Said) -> str:
    """Two to four sentences, drawn again while too like an earlier film's."""
    best, least = "", 2.0
    for _ in range(80):
        hero, trouble, place = draw.choice(genre["heroes"]), draw.choice(genre["troubles"]), draw.choice(common["places"])
        one, two = draw.sample(common["tails"], 2)
        star = row["cast"].split("|")[0]
        opening = draw.choice((
            f"{hero[0].upper()}{hero[1:]} {trouble}, {place}.",
            f"{place[0].upper()}{place[1:]}, {hero} {trouble}.",
            f"{star} {'joins' if genre.get('plural') else 'plays'} {hero}, who {trouble} {place}.",
            f"Once, {place}, {hero} {trouble}.",
            f"What happens when {hero} {trouble}? {row['director']} finds out {place}.",
            f"{row['director']} takes us {place}, where {hero} {trouble}.",
        ))
        last = row["cast"].split("|")[-1]
        extra = draw.choice((f"With {last} in a part that grows on you.", f"In {row['language']}.", two, two))
        text = " ".join(draw.choice(([opening, one], [opening, one, extra], [opening, extra], [one, opening, extra])))
        worst = said.likeness(text)
        if worst < least:
            best, least = text, worst
        if least < 0.2:
            break
    said.remember(best)
    return best


def make_films(draw: random.Random, words: dict[str, Any]) -> list[Row]:
    common, genres = words["common"], [*words["genres"], words["genres"][0]]
    taken: set[str] = set()
    directors, actors = people(draw, common, LEADING, taken), people(draw, common, STARS, taken)
    used: list[set[str]] = []
    said, rows = Said(), []
    for number in range(1, FILMS + 1):
        genre = genres[number % len(genres)]
        low, usual, high = genre["minutes"]
        minutes = round(draw.triangular(low, high, usual))
        released = TODAY - timedelta(days=int(draw.random() ** 2.2 * 12 * 365)) + timedelta(days=10)
        also = draw.choice(split(genre["also"]))
        shows = sorted(draw.sample(common["showtimes"], draw.choice((2, 3, 3, 4))), key=common["showtimes"].index)
        matinee = all("afternoon" in show for show in shows)
        row = {
            "id": f"F{number:03d}", "title": new_title(draw, common, used),
            "genre": genre["name"] if draw.random() < 0.55 or also == genre["name"] else f"{genre['name']}|{also}",
            "mood": "|".join(draw.sample(split(genre["moods"]), 2)), "minutes": str(minutes), "year": str(released.year),
            "director": draw.choice(directors), "cast": "|".join(draw.sample(actors, 3)),
            "language": draw.choice(common["languages"]),
            "age_rating": draw.choice(split(genre["rating"])), "showtime": "|".join(shows),
            "price": f"{(7 if matinee else draw.choice((9, 10.5, 12))) + (2 if minutes > 140 else 0):.2f}",
            "seats": "0" if draw.random() < 0.05 else str(draw.randint(1, 140)), "release_date": released.isoformat(),
            "released": "|".join(name for name, days in SINCE.items() if (TODAY - released).days <= days) or "long ago",
        }
        row["synopsis"] = synopsis(draw, genre, common, row, said)
        rows.append(row)
    return rows


def main() -> None:
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=here, help="folder to write into (default: beside this script)")
    to: Path = parser.parse_args().to
    words = tomllib.loads((here / "words.toml").read_text(encoding="utf-8"))
    rows = make_films(random.Random(SEED), words)
    wanted = [Wanted(row["id"], float(row["price"]), date.fromisoformat(row["release_date"]), row["director"]) for row in rows]
    events, _ = make_interactions(random.Random(SEED + 1), wanted, CROWD)
    write_shop(to, COLUMNS, rows, events)
    print(f"{len(rows)} films, {len(events)} interactions")


if __name__ == "__main__":
    main()
