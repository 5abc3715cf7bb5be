"""Titles made speakable: what the shop wrote for the eye becomes a name for the ear.

A title is data, never an instruction: what cannot be a name (markup, addresses, other scripts, orders to a machine, prices,
profanity) is left out, and where nothing is left the item has no name of its own and is called by its kind.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from dialogue.phrasing.spoken import amount, number, quantity, year
from dialogue.phrasing.unspeakable import ADDRESS, BOAST, MARKUP, PHONE, PRICED, READ_CHARS, hostile, profane

NAME_WORDS = 9
"""Longer names are cut at a joint: nobody listens to a title of twenty words."""
NAME_CHARS = 70

LONGEST_WORD = 24
"""A longer run of letters is nothing that can be said."""
BRACKETED = re.compile(r"\s*[(\[{][^)\]}]{0,80}[)\]}]")
ASIDE = re.compile(r"\d|sku|ref|^\W*(?:[hwdl]\W*x?\W*)+$", re.IGNORECASE)
"""What stands in brackets for the eye alone."""
CODE = re.compile(
    r"\bno\.?\s*[:#]?\s*\d[\w-]{3,}|\b(?:sku|ref|art|item|model|isbn|ean|upc)\.?\s*[:#]?\s*[A-Z]*-?\d[\w-]*", re.IGNORECASE
)
LETTERED = re.compile(r"\b([A-Z]{1,3})(\d{1,2})\b(?!-)\+?")
"""Short letters and a number that are said, and no code: "A4", "SPF50"."""
SPELLED = re.compile(r"(?<!\w)(?:\w ){3,}\w(?!\w)")
MIXED_CODE = re.compile(r"#\S+|\b(?=[A-Za-z-]*\d)(?=[\d-]*[A-Za-z])[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
LONG_NUMBER = re.compile(r"(?<![\d.,])\d{5,}(?![\d.,])")
SHORT_FORMS = (
    (r"Ø\s?(?=\d)", ""),
    (r"(?<![\w.])(\d+)'\s?(\d+)(?:\"|'')?(?!\w)", r"\1 foot \2"),
    (r"(?<![\w./])(\d+)\s?[-–]\s?(\d+)(?![\w./-])", r"\1 to \2"),
    (r"\bs/(\d+)\b", r"set of \1"),
    (r"\bset/(\d+)\b", r"set of \1"),
    (r"\bset of/(\d+)\b", r"set of \1"),
    (r"\bset (\d+)\b", r"set of \1"),
    (r"\bpack/(\d+)\b", r"pack of \1"),
    (r"\b(\d+)\s*pk\b", r"pack of \1"),
    (r"\bpk/?(\d+)\b", r"pack of \1"),
    (r"\bbox/(\d+)\b", r"box of \1"),
    (r"\b(\d+)\s*pcs?\b", r"\1 piece"),
    (r"\bx\s?(\d+)\b", r"set of \1"),
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"\bass(?:'?t'?d|orted|ted|t)\b\.?", "assorted"),
    (r"\basst\b\.?", "assorted"),
    (r"\bcols?\b\.?", "colours"),
    (r"\bdec(?:'n|n)\b\.?", "decoration"),
    (r"\blrg\b\.?", "large"),
    (r"\bsml?\b\.?", "small"),
    (r"\bmed\b\.?", "medium"),
    (r"\bxl\b", "extra large"),
    (r"\bxxl\b", "double extra large"),
    (r"\bt-?lights?\b", "tea light"),
    (r"\bbl(?:k)\b", "black"),
    (r"\bwht\b", "white"),
    (r"\bapprox\b\.?", "about"),
    (r"\bincl?\b\.?", "including"),
    (r"\bdia\b\.?", "across"),
    (r"\bno\.\s*(\d+)", r"number \1"),
    (r"\bvol\.?\s*(\d+)", r"volume \1"),
    (r"\bst\.", "saint"),
    (r"\bmr\.", "mister"),
    (r"&", " and "),
    (r"\s\+\s", " and "),
    (r"\b1/2\b|½", " half "),
    (r"\b1/4\b|¼", " quarter "),
    (r"\b3/4\b|¾", " three quarter "),
    (r"(?<![\w./])(\d+)/(\d+)(?![\w./])", r"\1 of \2"),
)
UNITS = {
    "cm": "centimetre",
    "mm": "millimetre",
    "m": "metre",
    "km": "kilometre",
    "ml": "millilitre",
    "cl": "centilitre",
    "l": "litre",
    "g": "gram",
    "gr": "gram",
    "kg": "kilo",
    "mg": "milligram",
    "oz": "ounce",
    "lb": "pound weight",
    "lbs": "pound weight",
    "in": "inch",
    "inch": "inch",
    '"': "inch",
    "”": "inch",
    "ft": "foot",
    "'": "foot",
    "w": "watt",
    "v": "volt",
    "hrs": "hour",
    "hr": "hour",
    "min": "minute",
    "mins": "minute",
    "pt": "pint",
    "mp": "megapixel",
    "gb": "gigabyte",
    "tb": "terabyte",
    "fl oz": "fluid ounce",
    "ct": "carat",
    "kt": "carat",
    "yrs": "year",
    "yr": "year",
    "mths": "month",
}
UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
SIZES = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?)\s*({UNIT})?\s*[x×*]\s*(\d+(?:\.\d+)?)(?:\s*({UNIT})?\s*[x×*]\s*(\d+(?:\.\d+)?))?\s*({UNIT})?(?!\w)",
    re.IGNORECASE,
)
MEASURE = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)\s?({UNIT})(?!\w)", re.IGNORECASE)
OTHER_MEASURE = re.compile(rf"({MEASURE.pattern})\s?/\s?\d[\d.]*\s?(?:{UNIT})(?!\w)", re.IGNORECASE)
"""The same said again in another unit: "750ml/25oz"."""
HANGING = re.compile(r"(?:[\s,\-–—]|\b(?:and|or|for|with|in|of|at|by|the|a|only|just|now)\b)+$", re.IGNORECASE)
"""What a name cut short does not end in."""
MEASURED = re.compile(r"\s+(?!(?:tall|wide|high|long|deep|across|dia|each)\b)[^\W\d_]{4,}")
DECADE = re.compile(r"\b(?:19|20)?(\d)0'?s\b", re.IGNORECASE)
DECADES = ("", "", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
BARE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
YEAR = re.compile(r"^(?:19|20)\d\d$")
JOINTS = re.compile(r"\s+[-–—|/:]\s+|[,;|]|\s+(?=(?:with|for|in|from|by|and)\b)", re.IGNORECASE)
SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without"))


def _plain(text: str) -> str:
    """Latin letters, digits and ordinary marks; accents kept; everything else a space."""
    text = "".join(char for char in unicodedata.normalize("NFKC", html.unescape(text)) if not unicodedata.combining(char))
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'")
    kept = [
        char
        if (char.isascii() and char.isprintable()) or unicodedata.name(char, "").startswith("LATIN") or char in "£€¥₹×½¼¾”“–—"
        else " "
        for char in text
    ]
    return " ".join(word for word in re.sub(r"(\d) ?%", r"\1 per cent", "".join(kept)).split(" ") if len(word) <= LONGEST_WORD)


def _size(match: re.Match[str]) -> str:
    numbers = [amount(float(part)) for part in (match[1], match[3], match[5]) if part]
    unit = next((part for part in (match[6], match[4], match[2]) if part), "")
    said = " by ".join(numbers)
    return f"{said} {_unit(unit, 2)}" if unit else said


def _unit(mark: str, value: float) -> str:
    one = UNITS[mark.lower()]
    if one == "foot":
        return "foot"
    return one if value == 1 or one.endswith("weight") else f"{one}es" if one.endswith("ch") else f"{one}s"


def _lettered(match: re.Match[str]) -> str:
    return f"{match[1]} {number(int(match[2]))}"


def _measure(match: re.Match[str]) -> str:
    """ "thirty centimetres", and before what is so measured "thirty centimetre platter"."""
    value = float(match[1])
    before_it = MEASURED.match(match.string, match.end())
    unit = _unit(match[2], 1 if before_it and value > 1 else value)
    return quantity(value, unit) if value < 1 else f"{amount(value)} {unit}"


def _bare(match: re.Match[str]) -> str:
    text = match[0]
    if YEAR.match(text):
        return year(int(text))
    value = float(text)
    return number(int(value)) if value == int(value) and value < 100_000 else amount(value)


def _words_for_ear(text: str) -> str:
    text = LETTERED.sub(_lettered, OTHER_MEASURE.sub(r"\1", text))
    text = SIZES.sub(_size, text)
    for pattern, said in SHORT_FORMS:
        text = re.sub(pattern, said, text, flags=re.IGNORECASE)
    text = MEASURE.sub(_measure, text)
    text = DECADE.sub(lambda match: DECADES[int(match[1])] if DECADES[int(match[1])] else match[0], text)
    return BARE.sub(_bare, text)


def _cut(text: str) -> str:
    """At most NAME_WORDS words, cut at the last joint that leaves two words or more."""
    words = text.split()
    if len(words) <= NAME_WORDS and len(text) <= NAME_CHARS:
        return text
    cuts = [match.start() for match in JOINTS.finditer(text)]
    fitting = [cut for cut in cuts if 2 <= len(text[:cut].split()) <= NAME_WORDS and cut <= NAME_CHARS]
    if fitting:
        return text[: fitting[-1]]
    short: list[str] = []
    for word in words[:NAME_WORDS]:
        if len(" ".join((*short, word))) > NAME_CHARS:
            break
        short.append(word)
    while short and short[-1].lower() in SMALL:
        short.pop()
    return " ".join(short)


def _cased(text: str) -> str:
    """ALL CAPS and all lower case become Title Case; mixed case is the shop's own and stays."""
    letters = [char for char in text if char.isalpha()]
    shouting = sum(char.isupper() for char in letters) > 0.7 * len(letters)
    if not shouting and any(char.isupper() for char in letters):
        return text
    words = text.lower().split()
    return " ".join(word if index and word in SMALL else word[:1].upper() + word[1:] for index, word in enumerate(words))


@lru_cache(maxsize=20_000)
def spoken_name(title: str) -> str:
    """The title as a name to say aloud, or "" where nothing in it can be one.

    "REGENCY CAKESTAND 3 TIER" is "Regency Cakestand Three Tier"; "Frame 30x40cm (SKU 8841)" is "Frame Thirty by Forty
    Centimetres".
    """
    title = next(iter(title[:READ_CHARS].strip().splitlines()), "")  # a title is one line; more is somebody's trick
    if hostile(title) or profane(title) or SPELLED.search(title):
        return ""
    text = ADDRESS.sub(" ", MARKUP.sub(" ", title))
    letters_before = sum(char.isalpha() for char in text)
    text = LONG_NUMBER.sub(" ", PHONE.sub(" ", _plain(text)))
    if letters_before and sum(char.isalpha() for char in text) < 0.5 * letters_before:
        return ""
    text = BRACKETED.sub(
        lambda match: "" if ASIDE.search(match[0]) or len(match[0]) > 30 else match[0], text
    )
    text = CODE.sub(" ", BOAST.sub(" ", PRICED.sub(" ", text)))
    cased = _cased(text)
    spelled = [word for word in cased.split() if word.isalpha()]
    capitals = sum(word[:1].isupper() for word in spelled) * 2 > len(spelled)
    text = MIXED_CODE.sub(" ", _words_for_ear(cased))
    if capitals:
        text = " ".join(word if index and word in SMALL else _capital(word) for index, word in enumerate(text.split()))
    text = re.sub(r"[*_~^=<>{}\\|#@%$£€¥₹\"“”!?()\[\];:]+", " ", text)
    text = re.sub(r"(?<=\s)[-–—/.,']+(?=\s)|^[\s\-–—/.,']+|[\s\-–—/.,']+$", " ", text)
    text = re.sub(r"/", " ", text)
    text = re.sub(r"\.(?=\s|$)", "", text)
    text = _cut(" ".join(text.split()))
    text = HANGING.sub("", text).strip()
    if profane(text) or sum(char.isalpha() for char in text) < 2:
        return ""
    text = " ".join(text.split())
    first, *rest = text.split()
    return " ".join((_capital(first), *rest))


def _capital(word: str) -> str:
    """Capital first, unless the word has its capitals elsewhere ("iPhone")."""
    mixed = any(char.isupper() for char in word[1:].partition("-")[0])
    return word if mixed else word[:1].upper() + word[1:]


VALUE_CHARS = 60


def sayable(values: Iterable[str]) -> list[str]:
    """Catalogue values fit to be said aloud, cleaned as descriptions are; the rest are left out."""
    return [said for value in values if (said := spoken_text(value, VALUE_CHARS))]


@lru_cache(maxsize=20_000)
def spoken_text(text: str, limit: int = READ_CHARS) -> str:
    """Description text fit to be a source of words: whole sentences without markup, addresses, prices, boasts or orders; else
    "".
    """
    text = _plain(ADDRESS.sub(" ", MARKUP.sub(" ", text[: limit * 4])))
    kept: list[str] = []
    for part in re.split(r"(?<=[.!?])\s+|\n+", text):
        if hostile(part) or profane(part) or PRICED.search(part) or BOAST.search(part) or PHONE.search(part):
            continue
        part = " ".join(re.sub(r"[*_~^=<>{}\\|#@$£€¥₹\"“”\[\]]+", " ", part).split())
        if part and sum(map(len, kept)) + len(part) <= limit:
            kept.append(part)
    return " ".join(kept)
