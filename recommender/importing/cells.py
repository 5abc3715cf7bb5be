"""Cells as people write them, made plain: prices and amounts of any country, stock in words, dates, texts with mark-up.

A column is read as a whole, because one cell does not say whether 1.299 is a thousand or one and a bit. What cannot be read stays
as it is and is named as broken by the catalogue's own check.
"""

from __future__ import annotations

import datetime
import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from decimal import Decimal

from recommender.catalogue import CellError, price_minor
from recommender.importing.words import parts, word_list
from recommender.tables import Problem

Cells = Sequence[object]

_SPACES = " \u00a0\u202f\u2009'’"
_MONEY = re.compile(
    rf"^\s*(?P<before>[^\d\s.,+-]*\.?|[A-Z]{{3}})\s*(?P<amount>[-+]?\d[\d.,{_SPACES}]*|[.,]\d+)(?:[.,]?[-–—])?\s*(?P<after>[^\d\s.,-]*|[A-Z]{{3}})\s*$"
)
_MINUS = re.compile(r"^\s*[-−]\s*(?=[^\d\s.,-]+\s*\d)")
"""A minus before the currency's sign."""
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Control characters, soft hyphens, marks of direction: they move a terminal's cursor, hide or turn what is read."""
DATE_FORMATS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y", "%b %d, %Y", "%d %b %Y", "%d %B %Y",
)
_DATE_PART = re.compile(r"[T ]+\d{1,2}:\d{2}.*$")


def absent(cell: object) -> bool:
    """An empty cell, or a number that is none."""
    return cell is None or cell == "" or cell != cell or (isinstance(cell, str) and not cell.strip())


def present(cells: Iterable[object]) -> list[object]:
    return [cell for cell in cells if not absent(cell)]


# --- money and amounts ------------------------------------------------------------------------------------------------------


def plain_prices(cells: Cells) -> tuple[list[object], list[str]]:
    """Prices such as "£1,250.00" or "1.299,00 €" as plain numbers, and the currency that each names, "" for none."""
    signs = word_list("columns")["currencies"]["signs"]
    codes = currency_codes()
    named: list[str] = []
    read: list[object] = []
    known = {"", *signs, *codes, *word_list("columns")["currencies"]["unclear"]}
    matches = [_money(cell, known) for cell in cells]
    point = decimal_sign(match["amount"] for match in matches if match)
    for cell, match in zip(cells, matches, strict=True):
        if match is None:
            read.append(round(cell, 2) if isinstance(cell, float) and cell == cell else cell)
            named.append("")
            continue
        said = [sign for sign in (match["after"], match["before"]) if sign in codes or sign in signs]
        named.append(next((signs.get(sign, sign) for sign in sorted(said, key=lambda sign: sign not in codes)), ""))
        minus = "-" if isinstance(cell, str) and _MINUS.match(cell) else ""
        read.append(minus + plain_number(match["amount"], point))
    return read, named


def broken_prices(cells: Sequence[object], lines: Sequence[int], column: str) -> list[Problem]:
    """What is no price, by line."""
    problems = []
    for line, cell in zip(lines, cells, strict=True):
        try:
            price_minor(cell)
        except CellError as broken:
            problems.append(Problem(line, column, str(broken)))
    return problems


def _money(cell: object, known: Set[str]) -> re.Match[str] | None:
    """The parts of a price; None where it is none, or where what stands before or after the amount is no currency."""
    match = _MONEY.match(_MINUS.sub("", cell)) if isinstance(cell, str) else None
    if match is None or not {match["before"], match["after"]} <= known:
        return None
    return match


def currency_codes() -> set[str]:
    """The currencies that are known by their three letters."""
    currencies = word_list("columns")["currencies"]
    return set(currencies["signs"].values()) | set(currencies["countries"].values())


def decimal_sign(amounts: Iterable[str]) -> str:
    """The sign before the decimals in a column of amounts, by those that leave no doubt; a point where all leave one."""
    votes: Counter[str] = Counter()
    for amount in amounts:
        signs = [character for character in amount if character in ".,"]
        if len(set(signs)) == 2:
            votes[signs[-1]] += 1
        elif len(signs) > 1:
            votes["," if signs[0] == "." else "."] += 1
        elif signs and len(re.split("[.,]", amount)[-1].strip()) != 3:
            votes[signs[0]] += 1
    return "," if votes[","] > votes["."] else "."


def plain_number(amount: str, point: str) -> str:
    """An amount without its thousands' signs and with a decimal point. An amount that leaves no doubt overrules ``point``."""
    text = re.sub(rf"[{_SPACES}]", "", amount)
    own = [sign for sign in text if sign in ".,"]
    if len(set(own)) == 2 or (len(own) == 1 and re.search(r"[.,]\d{1,2}$", text)):
        point = own[-1]
    other = "." if point == "," else ","
    return text.replace(other, "").replace(point, ".").rstrip(".").removeprefix("+") or text


def number(cell: object, point: str = ".") -> float | None:
    """A number, thousands' signs allowed; None where it is none."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str, Decimal)):
        return None
    text = cell.strip() if isinstance(cell, str) else str(cell)
    if isinstance(cell, str) and not re.fullmatch(r"[-+]?[\d.,\s'’]*\d(?:[eE][-+]?\d+)?", text):
        return None
    try:
        return float(text if "e" in text.lower() or not isinstance(cell, str) else plain_number(text, point))
    except ValueError:
        return None


# --- stock and dates --------------------------------------------------------------------------------------------------------


def plain_stock(cells: Cells, *, flag: bool) -> list[object]:
    """Units; 0 where words say that there is none, nothing where they only say that there is some. ``flag``: so do 0 and 1."""
    return [_units(cell, flag=flag) for cell in cells]


def is_flag(column: str, cells: Cells) -> bool:
    """Whether a column says only whether there is stock: so by its name, and never a number but 0 and 1."""
    said = {str(cell).strip().casefold().removesuffix(".0") for cell in present(cells)}
    return not {"qty", "quantity", "level", "units"} & set(parts(column)) and said <= {"0", "1", "true", "false"}


def _units(cell: object, *, flag: bool) -> object:
    words = word_list("columns")["stock_words"]
    if absent(cell):
        return None
    said = str(cell).strip().casefold()
    if said in words["none"] or (flag and said.removesuffix(".0") == "0"):
        return 0
    if said in words["some"] or (flag and said.removesuffix(".0") == "1"):
        return None
    units = number(cell)
    if units is not None and units < 0:
        return 0
    return cell if units is None or not units.is_integer() else int(units)


def plain_dates(cells: Cells) -> list[object] | None:
    """Dates as 2026-05-31, in the one way of writing them that fits every cell; as they were where none does. None where two
    ways fit and mean different days."""
    texts = [_DATE_PART.sub("", cell.strip()) if isinstance(cell, str) else cell for cell in cells]
    written = list(dict.fromkeys(text for text in texts if isinstance(text, str) and text))
    if all(re.match(r"\d{4}-\d{2}-\d{2}", text) for text in written):
        return list(cells)
    fitting = [read for form in DATE_FORMATS if (read := _dates(written, form)) is not None]
    if not fitting:
        return list(cells)
    if any(other != fitting[0] for other in fitting[1:]):
        return None
    iso = {text: day.isoformat() for text, day in fitting[0].items()}
    return [iso.get(text, cell) if isinstance(text, str) else cell for text, cell in zip(texts, cells, strict=True)]


def _dates(texts: Sequence[str], form: str) -> dict[str, datetime.date] | None:
    try:
        return {text: datetime.datetime.strptime(text, form).date() for text in texts}
    except ValueError:
        return None


# --- texts ------------------------------------------------------------------------------------------------------------------


def plain_text(cell: object) -> object:
    """A text without mark-up and without signs that nobody sees; anything else as it is."""
    if not isinstance(cell, str):
        return cell
    text = html.unescape(cell) if "&lt;" in cell and "<" not in cell else cell
    if "<" in text or "&" in text:
        text = " ".join(html.unescape(_TAG.sub(" ", _NO_TEXT.sub(" ", text))).split())
    return _UNSEEN.sub("", text)
