"""Prices, numbers and lists as people say them aloud.

The other direction, from words back to numbers, is in `dialogue.phrasing.numbers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.numbers import ONES, TENS

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))


@dataclass(frozen=True, slots=True)
class Money:
    """How a currency is said: "two dollars fifty", "two dollars and five cents"."""

    one: str
    many: str
    cent: str
    cents: str
    signs: tuple[str, ...] = ()


CURRENCIES = {
    "USD": Money("dollar", "dollars", "cent", "cents", ("$", "us$")),
    "GBP": Money("pound", "pounds", "penny", "pence", ("£",)),
    "EUR": Money("euro", "euros", "cent", "cents", ("€",)),
    "CAD": Money("dollar", "dollars", "cent", "cents", ("$", "c$")),
    "AUD": Money("dollar", "dollars", "cent", "cents", ("$", "a$")),
    "NZD": Money("dollar", "dollars", "cent", "cents", ("$", "nz$")),
    "SGD": Money("dollar", "dollars", "cent", "cents", ("$", "s$")),
    "HKD": Money("dollar", "dollars", "cent", "cents", ("$", "hk$")),
    "INR": Money("rupee", "rupees", "paisa", "paise", ("₹",)),
    "PKR": Money("rupee", "rupees", "paisa", "paise", ("₨",)),
    "JPY": Money("yen", "yen", "sen", "sen", ("¥",)),
    "CNY": Money("yuan", "yuan", "fen", "fen", ("¥",)),
    "CHF": Money("franc", "francs", "centime", "centimes"),
    "SEK": Money("krona", "kronor", "öre", "öre"),
    "NOK": Money("krone", "kroner", "øre", "øre"),
    "DKK": Money("krone", "kroner", "øre", "øre"),
    "PLN": Money("zloty", "zlotys", "grosz", "groszy"),
    "CZK": Money("crown", "crowns", "heller", "hellers"),
    "ZAR": Money("rand", "rand", "cent", "cents"),
    "BRL": Money("real", "reais", "centavo", "centavos", ("r$",)),
    "MXN": Money("peso", "pesos", "centavo", "centavos", ("$",)),
    "TRY": Money("lira", "lira", "kurush", "kurush", ("₺",)),
    "KRW": Money("won", "won", "jeon", "jeon", ("₩",)),
    "ILS": Money("shekel", "shekels", "agora", "agorot", ("₪",)),
    "AED": Money("dirham", "dirhams", "fils", "fils"),
}


def money_of(currency: str) -> Money:
    """How an ISO 4217 code is said; a code not listed is spelled ("five X A F")."""
    known = CURRENCIES.get(currency.upper())
    if known:
        return known
    letters = " ".join(currency.upper())
    return Money(letters, letters, "hundredth", "hundredths")


def number(value: int) -> str:
    """A whole number in words: 145 is "a hundred and forty-five" after "a" is put by `price`; here "one hundred and forty-
    five".
    """
    if value < 0:
        return f"minus {number(-value)}"
    if value < 20:
        return ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return f"{ONES[hundreds]} hundred" + (f" and {number(rest)}" if rest else "")
    for size, name in SCALES:
        if value >= size:
            many, rest = divmod(value, size)
            if not rest:
                return f"{number(many)} {name}"
            return f"{number(many)} {name}{' and' if rest < 100 else ''} {number(rest)}"
    raise AssertionError("every size is covered")


def relaxed(value: int) -> str:
    """As `number`, with "a hundred" and "a thousand" for "one hundred" and "one thousand" at the front, where no more
    than a hundred follows: "one thousand five hundred".
    """
    words = number(value)
    for scale in ("one hundred", "one thousand", "one million"):
        rest = words.removeprefix(scale)
        if words.startswith(scale) and (not rest or rest.startswith(" and ")):
            return "a" + words[3:]
    return words


def amount(value: float) -> str:
    """Any number in words; up to two decimals: 1.5 is "one and a half", 2.25 "two point two five"."""
    if value == int(value):
        return relaxed(int(value))
    if value < 0:
        return f"minus {amount(-value)}"
    whole, hundredths = divmod(round(value * 100), 100)
    if hundredths == 0:
        return relaxed(whole)
    if hundredths == 50 and whole:
        return f"{relaxed(whole)} and a half"
    digits = f"{hundredths:02d}".rstrip("0")
    return f"{number(whole)} point {' '.join(ONES[int(digit)] for digit in digits)}"


def year(value: int) -> str:
    """1998 is "nineteen ninety-eight", 2005 "two thousand and five", 2024 "twenty twenty-four"."""
    high, low = divmod(value, 100)
    if not 1100 <= value <= 2099 or 2000 <= value <= 2009:
        return number(value)
    if low == 0:
        return f"{number(high)} hundred"
    return f"{number(high)} {'oh ' if low < 10 else ''}{number(low)}"


def price(minor: int, currency: str) -> str:
    """Minor units as people say them: 14500 USD is "a hundred and forty-five dollars", 1950 GBP "nineteen pounds fifty"."""
    money = money_of(currency)
    major, cents = divmod(abs(minor), 100)
    sign = "minus " if minor < 0 else ""
    small = f"{number(cents)} {money.cent if cents == 1 else money.cents}"
    if not major:
        return sign + (small if cents else f"zero {money.many}")
    large = f"{relaxed(major)} {money.one if major == 1 else money.many}"
    if not cents:
        return sign + large
    if cents >= 10:
        return f"{sign}{large} {number(cents)}"
    return f"{sign}{large} and {small}"


def rough_price(minor: float, currency: str) -> str:
    """A limit or a difference: whole units, "about" left to the caller."""
    return price(round(minor), currency)


PARTS = {0.5: "half", 0.25: "a quarter of", 0.75: "three quarters of"}


def quantity(value: float, unit: str) -> str:
    """A number with its unit: (96, "minutes") is "ninety-six minutes", (1, "minutes") "one minute", (0.5, "litres")
    "half a litre", (1998, "") a year."""
    whole = int(value) if value == int(value) else None
    if whole is not None and (unit == "year" or (not unit and 1900 <= whole <= 2099)):
        return year(whole)
    if unit and value in PARTS:
        one = singular(unit)
        return f"{PARTS[value]} {'an' if one[0] in 'aeiou' else 'a'} {one}"
    said = number(whole) if whole is not None and whole < 100 else amount(value)
    if not unit:
        return said
    return f"{said} {singular(unit) if value == 1 else unit}"


IRREGULAR = {"feet": "foot", "foot": "foot", "people": "person", "children": "child"}


def singular(unit: str) -> str:
    """The unit of one: "minutes" is "minute", "inches" "inch", "feet" "foot"."""
    if unit in IRREGULAR:
        return IRREGULAR[unit]
    if unit.endswith(("ches", "shes", "xes", "sses")):
        return unit[:-2]
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit


def listed(words: Sequence[str], joiner: str = "and") -> str:
    """A list with rhythm: "a", "a and b", "a, b and c"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}"


def ordinal(position: int) -> str:
    """0 is "first". Past the tenth, "number eleven"."""
    return ORDINALS[position] if position < len(ORDINALS) else f"number {number(position + 1)}"


def count(value: int, one: str = "", many: str = "") -> str:
    """ "one kind", "three kinds", "no kinds"; past twenty it is "more than twenty", for nobody counts them."""
    said = "no" if value == 0 else number(value) if value <= 20 else "more than twenty"
    noun = one if value == 1 else many or (f"{one}s" if one else "")
    return f"{said} {noun}".strip()


def sentence(text: str) -> str:
    """Capital first, one closing mark, single spaces, no space before a mark."""
    text = " ".join(text.split())
    for mark in (",", ".", "?", "!", ":", ";"):
        text = text.replace(f" {mark}", mark)
    if not text:
        return text
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!:" else f"{text.rstrip(',;–-')}."
