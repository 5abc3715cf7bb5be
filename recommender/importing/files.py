"""Opening whatever file a shop owner has: delimited text, JSON lines, a JSON list, Parquet, Excel, a product feed."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import re
import zlib
from pathlib import Path

from recommender.importing.nested import flattened
from recommender.tables import Problem, Table, TableError, decode, parse_csv, parse_jsonl, read_table, why_no_json

SEPARATORS = ",;\t|"
MAX_FILE_BYTES = 4_000_000_000
_NAMED_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The first line by which spreadsheets name it."""
_BETWEEN = re.compile(r"[\s,]*")


def read_source(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """The file as a table of cells. Raises TableError naming the line and column of what is broken.

    ``encoding`` is for text that is not UTF-8 ("cp1252"); ``sheet`` names an Excel sheet (the first by default).
    """
    suffix = path.name.lower().removesuffix(".gz").rsplit(".", 1)[-1]
    if suffix == "parquet":
        return flattened(read_table(path))
    raw = _bytes(path)
    if suffix in ("xlsx", "xls", "xlsb", "ods"):
        return _read_sheet(path, sheet)
    if suffix == "xml":
        from recommender.importing.feeds import parse_google_xml

        return parse_google_xml(path.name, raw)
    text = _text(path.name, raw, encoding)
    if suffix in ("jsonl", "ndjson"):
        return flattened(parse_jsonl(path.name, text))
    if suffix == "json":
        return flattened(_parse_json(path.name, text))
    if suffix in ("csv", "tsv", "txt"):
        named = _NAMED_SEPARATOR.match(text)
        return parse_csv(path.name, "\n" + text[named.end() :] if named else text, named[1] if named else separator(text))
    endings = "the name must end in .csv, .tsv, .jsonl, .json, .parquet, .xlsx or .xml (.gz allowed)"
    raise TableError(path.name, [Problem(1, "", endings)])


def separator(text: str) -> str:
    """The sign that parts the header's cells: the one of SEPARATORS that the header holds most often outside quotes."""
    header = next((line for line in text.splitlines() if line), "")
    cells = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in SEPARATORS}
    return max(SEPARATORS, key=lambda sign: cells[sign])


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            too_large = f"is larger than {MAX_FILE_BYTES // 10**9} GB; give it as Parquet"
            raise TableError(path.name, [Problem(1, "", too_large)])
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.name.lower().endswith(".gz") else raw
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise TableError(path.name, [Problem(1, "", "the gzip file is damaged or cut short")]) from None
    except OSError as error:
        raise TableError(path.name, [Problem(1, "", f"cannot be opened: {error.strerror}")]) from None


def _text(name: str, raw: bytes, encoding: str | None) -> str:
    if raw[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        encoding = encoding or "utf-32"
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = encoding or "utf-16"
    if encoding is None:
        return decode(name, raw)
    try:
        return raw.decode(encoding)
    except LookupError:
        unknown = f"there is no encoding called {encoding!r}; cp1252 and latin-1 are usual"
        raise TableError(name, [Problem(1, "", unknown)]) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TableError(name, [Problem(line, "", f"byte 0x{raw[error.start]:02x} is not {encoding}")]) from None


def _parse_json(name: str, text: str) -> Table:
    """A list of objects, or an object that holds one such list; each row's line is that on which its object begins."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError(name, [Problem(getattr(error, "lineno", 1), "", f"is not JSON: {why_no_json(error)}")]) from None
    held = whole.values() if isinstance(whole, dict) else [whole]
    lists = [part for part in held if isinstance(part, list)]
    if len(lists) != 1 or not all(isinstance(row, dict) for row in lists[0]) or not lists[0]:
        raise TableError(name, [Problem(1, "", "must hold one list of objects, one for each item")])
    names = list(dict.fromkeys(key for row in lists[0] for key in row))
    return Table(name, {key: [row.get(key) for row in lists[0]] for key in names}, _json_lines(text, lists[0]))


def _json_lines(text: str, rows: list[object]) -> list[int]:
    """The line on which each object of the file's one list begins."""
    decoder = json.JSONDecoder()
    begins = text.index("[")
    while begins >= 0:
        at, line, found = begins + 1, text.count("\n", 0, begins + 1) + 1, list[int]()
        try:
            for row in rows:
                start = next(_BETWEEN.finditer(text, at)).end()
                line += text.count("\n", at, start)
                value, end = decoder.raw_decode(text, start)
                if value != row:
                    raise ValueError
                found.append(line)
                line, at = line + text.count("\n", start, end), end
            return found
        except ValueError:  # a bracket inside a text before the list
            begins = text.find("[", begins + 1)
    return list(range(1, len(rows) + 1))


def _read_sheet(path: Path, sheet: str | None) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        if sheet is not None and sheet not in book.sheet_names:
            raise TableError(path.name, [Problem(1, "", f"has no sheet {sheet!r}; it has {', '.join(book.sheet_names)}")])
        rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python()
    except (CalamineError, OSError, IndexError) as error:
        raise TableError(path.name, [Problem(1, "", f"is not a whole spreadsheet: {error}")]) from None
    if not rows:
        raise TableError(path.name, [Problem(1, "", "the sheet is empty")])
    header = [str(cell).strip() for cell in rows[0]]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise TableError(path.name, [Problem(1, twice[0], "the column is there twice")])
    kept = [column for column, name in enumerate(header) if name]
    columns: dict[str, list[object]] = {
        header[column]: [row[column] if row[column] != "" else None for row in rows[1:]] for column in kept
    }
    return Table(path.name, columns, range(2, len(rows) + 1))
