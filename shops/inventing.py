"""What the invented shops share: telling when two texts read alike, and shoppers with tastes that no column shows.

Only the standard library is used, and only ``random.Random`` draws, so the same seed gives the same rows everywhere.
"""

from __future__ import annotations

import bisect
import csv
import gzip
import io
import itertools
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

EVENT_COLUMNS = ("shopper", "item", "kind", "time")


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Every three words that follow each other."""
    tokens = words_of(text)
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def overlap(one: set[Any], other: set[Any]) -> float:
    """Share of common members, 0..1."""
    return len(one & other) / len(one | other) if one or other else 0.0


class Said:
    """Remembers every description, to tell how like an earlier one a new one is."""

    def __init__(self) -> None:
        self.texts: list[set[tuple[str, ...]]] = []
        self.by_run: dict[tuple[str, ...], list[int]] = defaultdict(list)

    def likeness(self, text: str) -> float:
        """The largest overlap of three-word runs with any text said before."""
        mine = runs(text)
        close = {index for run in mine for index in self.by_run.get(run, ())}
        return max((overlap(mine, self.texts[index]) for index in close), default=0.0)

    def remember(self, text: str) -> None:
        for run in runs(text):
            self.by_run[run].append(len(self.texts))
        self.texts.append(runs(text))


@dataclass(frozen=True)
class Wanted:
    """An item as its shoppers meet it."""

    id: str
    price: float
    launched: date
    brand: str
    consumed: bool = False
    """Bought again when it is used up."""


@dataclass(frozen=True)
class Crowd:
    """How many shoppers there are and how they behave."""

    shoppers: int
    newcomers: int
    """The last of the shoppers, who have done nothing yet."""
    circles: int
    """Secret tastes that cut across everything the catalogue tells."""
    today: date
    first_visit: date
    no_history_days: int
    """Items launched in the last days have not been seen by anybody."""
    picks: float = 2.85
    """Natural logarithm of the usual number of things a shopper looks at."""
    usual_purse: float = 4.3
    """Natural logarithm of the usual price that a shopper finds fair."""
    wishes: float = 0.24
    buys: float = 0.46
    prefix: str = "S"


class Picker:
    """Draws items by weight."""

    def __init__(self, items: list[int], weights: list[float]) -> None:
        self.items, self.upto = items, list(itertools.accumulate(weights))

    def pick(self, draw: random.Random) -> int:
        return self.items[bisect.bisect(self.upto, draw.random() * self.upto[-1])]


def make_interactions(
    draw: random.Random, rows: Sequence[Wanted], crowd: Crowd
) -> tuple[list[tuple[str, str, str, str]], list[tuple[str, str]]]:
    """(shopper, item, kind, time) in order of time, and (shopper, joined) for everyone, the new ones included."""
    count = len(rows)
    launched = [row.launched for row in rows]
    seen = [i for i in range(count) if launched[i] <= crowd.today - timedelta(days=crowd.no_history_days)]
    fame = [math.exp(draw.gauss(0, 1.0)) for _ in range(count)]
    circle = [draw.randrange(crowd.circles) for _ in range(count)]
    members: list[list[int]] = [[i for i in seen if circle[i] == c] for c in range(crowd.circles)]
    of_circle = [Picker(m, [fame[i] for i in m]) for m in members]
    successors = {i: draw.sample(members[circle[i]], 3) for i in seen}
    by_brand: dict[str, list[int]] = defaultdict(list)
    for i in seen:
        by_brand[rows[i].brand].append(i)
    of_brand = {brand: Picker(m, [fame[i] for i in m]) for brand, m in by_brand.items()}
    famous = Picker(seen, [fame[i] ** 1.4 for i in seen])
    everywhere = sorted(of_brand)
    events: list[tuple[str, str, str, str]] = []
    shoppers: list[tuple[str, str]] = []
    days = (crowd.today - crowd.first_visit).days - 2
    for number in range(1, crowd.shoppers + 1):
        shopper = f"{crowd.prefix}{number:04d}"
        start = crowd.first_visit + timedelta(days=int(draw.random() * days))
        if number > crowd.shoppers - crowd.newcomers:
            shoppers.append((shopper, (crowd.today - timedelta(days=draw.randint(0, 6))).isoformat()))
            continue
        shoppers.append((shopper, start.isoformat()))
        first, second = draw.sample(range(crowd.circles), 2)
        brand, purse = draw.choice(everywhere), math.exp(draw.gauss(crowd.usual_purse, 0.55))
        picks = max(3, round(draw.lognormvariate(crowd.picks, 0.65)))
        now, last = datetime.combine(start, datetime.min.time()) + timedelta(minutes=draw.randint(7 * 60, 23 * 60)), -1
        owned: list[int] = []
        for _ in range(picks):
            item = -1
            for _ in range(6):
                chance = draw.random()
                if last >= 0 and chance < 0.34:
                    item = draw.choice(successors[last])
                elif chance < 0.78:
                    item = of_circle[first if draw.random() < 0.72 else second].pick(draw)
                elif chance < 0.88:
                    item = of_brand[brand].pick(draw)
                elif owned and chance < 0.92:
                    item = draw.choice(owned)
                else:
                    item = famous.pick(draw)
                dear = rows[item].price / purse
                if launched[item] <= now.date() and draw.random() < math.exp(-max(0.0, dear - 1.2)):
                    break
            if launched[item] > now.date():
                continue
            when = now
            events.append((shopper, rows[item].id, "view", when.strftime("%Y-%m-%dT%H:%M")))
            if draw.random() < crowd.wishes:
                when += timedelta(minutes=draw.randint(1, 9))
                events.append((shopper, rows[item].id, "wishlist", when.strftime("%Y-%m-%dT%H:%M")))
            if draw.random() < crowd.buys:
                when += timedelta(minutes=draw.randint(2, 40))
                events.append((shopper, rows[item].id, "purchase", when.strftime("%Y-%m-%dT%H:%M")))
                if rows[item].consumed:
                    owned.append(item)
            last = item
            now += timedelta(minutes=draw.randint(3, 30)) if draw.random() < 0.6 else timedelta(
                days=max(1, round(draw.expovariate(1 / 24))), minutes=draw.randint(-240, 240))
            if now.date() >= crowd.today:
                break
    events.sort(key=lambda event: (event[3], event[0]))
    return events, shoppers


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_shop(to: Path, header: Sequence[str], rows: Sequence[dict[str, str]], events: Sequence[Sequence[str]]) -> None:
    """catalogue.csv and interactions.csv.gz, byte for byte the same each time."""
    (to / "catalogue.csv").write_text(as_csv(header, ([row[c] for c in header] for row in rows)), encoding="utf-8", newline="")
    packed = gzip.compress(as_csv(EVENT_COLUMNS, events).encode(), mtime=0)
    (to / "interactions.csv.gz").write_bytes(packed)
