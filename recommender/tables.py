"""Reading a table strictly: CSV, JSON lines or Parquet, gzip allowed, with every fault named by line and column."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

MAX_PROBLEMS = 100
"""Faults kept for the report; a file with more is broken throughout and the rest would not help."""
MAX_ROW_CHARS = 4_000_000
_KEY = re.compile(r'"([^"\\]+)"\s*:')


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``line`` counts from 1 (for Parquet it is the row); ``column`` is "" where the whole line is at fault."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column!r}" if self.column else "")
        return f"{where}: {self.message}"


class TableError(Exception):
    """A table that cannot be used. ``problems`` holds what is wrong, up to MAX_PROBLEMS."""

    def __init__(self, file: str, problems: Sequence[Problem], total: int | None = None) -> None:
        self.file = file
        self.problems = tuple(problems[:MAX_PROBLEMS])
        self.total = len(problems) if total is None else total
        shown = "; ".join(str(problem) for problem in self.problems[:5])
        more = f"; and {self.total - 5} more" if self.total > 5 else ""
        super().__init__(f"{file}: {shown}{more}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.file, self.problems, self.total)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, each a list of cells (str from CSV; str, number, bool, list, date or None elsewhere)."""

    file: str
    columns: dict[str, list[object]]
    lines: Sequence[int]
    """The line on which each row begins."""

    def __len__(self) -> int:
        return len(self.lines)

    def without(self, lines: Set[int]) -> Table:
        """The table without the rows that begin on some lines."""
        kept = [row for row, line in enumerate(self.lines) if line not in lines]
        columns = {name: [cells[row] for row in kept] for name, cells in self.columns.items()}
        return Table(self.file, columns, [self.lines[row] for row in kept])


def read_table(path: Path) -> Table:
    """Read a .csv, .jsonl or .parquet file (also with .gz). Raises TableError naming line and column of what is broken."""
    name = path.name.lower()
    kind = name.removesuffix(".gz").rsplit(".", 1)[-1]
    if kind not in ("csv", "jsonl", "parquet"):
        raise TableError(path.name, [Problem(1, "", "the name must end in .csv, .jsonl or .parquet (.gz allowed)")])
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TableError(path.name, [Problem(1, "", f"cannot be opened: {error.strerror}")]) from None
    if name.endswith(".gz"):
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error):
            raise TableError(path.name, [Problem(1, "", "the gzip file is damaged or cut short")]) from None
    if kind == "parquet":
        return _read_parquet(path.name, raw)
    text = decode(path.name, raw)
    return parse_csv(path.name, text) if kind == "csv" else parse_jsonl(path.name, text)


def decode(file: str, raw: bytes) -> str:
    """UTF-8 bytes as text. Raises TableError with the line and column of every byte that is not."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems = []
        for number, line in enumerate(raw.split(b"\n"), start=1):
            try:
                line.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                before = line[: error.start].decode("utf-8", "replace")
                problems.append(Problem(number, _column_of(raw, before), f"byte 0x{line[error.start]:02x} is not UTF-8"))
        raise TableError(file, problems) from None
    if "\0" in text:
        at = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(file, [Problem(at, "", "holds a NUL character; the file is damaged or not text")])
    return text


def _column_of(raw: bytes, before: str) -> str:
    """The header's name, or JSON's key, for the cell in which ``before`` ends, where that is simple to tell."""
    try:
        first = raw.split(b"\n", 1)[0].decode("utf-8-sig")
        if first.lstrip()[:1] in ("{", "["):
            keys = _KEY.findall(before)
            return str(keys[-1]) if keys else ""
        delimiter = max(",;\t|", key=first.count)
        header = next(csv.reader([first], delimiter=delimiter))
        cells = next(csv.reader([before], delimiter=delimiter)) if before else [""]
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return ""
    return header[len(cells) - 1] if len(header) > 1 and len(cells) <= len(header) else ""


def parse_csv(file: str, text: str, delimiter: str = ",") -> Table:
    """Delimited text with a header line. Raises TableError with the line of every row that does not fit the header."""
    csv.field_size_limit(MAX_ROW_CHARS)
    content = text.lstrip("\r\n")
    above = len(text[: len(text) - len(content)].splitlines())
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    problems: list[Problem] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    header: list[str] = []
    begins = 1 + above
    try:
        header = [name.strip() or f"column {place}" for place, name in enumerate(next(reader, []), start=1)]
        if not header:
            raise TableError(file, [Problem(1, "", "the file is empty; a header line with the column names is needed")])
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise TableError(file, [Problem(1 + above, twice[0], "the column is there twice")])
        begins = reader.line_num + 1 + above
        for row in reader:
            if len(row) == len(header):
                rows.append(row)
                lines.append(begins)
            elif row:
                problems.append(Problem(begins, "", f"has {len(row)} cells where the header has {len(header)}"))
            begins = reader.line_num + 1 + above
    except csv.Error as error:
        problems.append(Problem(begins, "", f"cannot be read as CSV: {error}"))
    if problems:
        raise TableError(file, problems)
    cells = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return Table(file, dict(zip(header, cells, strict=True)), lines)


def why_no_json(error: ValueError | RecursionError) -> str:
    """What Python's reader has against a text, in words."""
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "nested too deep" if isinstance(error, RecursionError) else "holds a number of thousands of digits"


def parse_jsonl(file: str, text: str) -> Table:
    """One JSON object a line. Raises TableError with the line of every one that is not."""
    problems: list[Problem] = []
    lines: list[int] = []
    rows: list[dict[str, object]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(number, "", f"is not JSON: {why_no_json(error)}"))
            continue
        if isinstance(row, dict):
            rows.append(row)
            lines.append(number)
        else:
            problems.append(Problem(number, "", "is not a JSON object"))
    if problems:
        raise TableError(file, problems)
    if not rows:
        raise TableError(file, [Problem(1, "", "the file holds no rows")])
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Table(file, {name: [row.get(name) for row in rows] for name in names}, lines)


def _read_parquet(file: str, raw: bytes) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        source = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(raw))
        names = source.schema_arrow.names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TableError(file, [Problem(1, twice[0], "the column is there twice")])
        table = source.read()
    except (pyarrow.ArrowException, OSError, ValueError):
        raise TableError(file, [Problem(1, "", "is not a whole Parquet file; it may be half-written")]) from None
    problems: list[Problem] = []
    columns = {name: _arrow_cells(table.column(name), name, problems) for name in table.column_names}
    if problems:
        raise TableError(file, problems)
    return Table(file, columns, range(1, table.num_rows + 1))


def _arrow_cells(column: pyarrow.ChunkedArray, name: str, problems: list[Problem]) -> list[object]:
    """The column's cells, bytes as text; rows whose text is not UTF-8 are added to ``problems``."""
    try:
        cells: list[object] = column.to_pylist()
    except UnicodeDecodeError:
        cells = column.cast("binary").to_pylist()
    for row, cell in enumerate(cells):
        if isinstance(cell, bytes):
            try:
                cells[row] = cell.decode("utf-8")
            except UnicodeDecodeError as error:
                problems.append(Problem(row + 1, name, f"byte 0x{cell[error.start]:02x} is not UTF-8"))
    return cells
