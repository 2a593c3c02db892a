"""Tables: columns of numbers or words, from CSV, Parquet or npz, with every mistake at its row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import (
    Array,
    ChainruleError,
    CorruptFileError,
    LimitError,
    UsageError,
)
from chainrule.train.data import archives
from chainrule.train.data.parse_cells import typed


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of one length: floats with NaN where a value is missing, or words with None there.

    ``notes`` say how columns were read that do not stand in the file as they are here; ``numbers`` are the rows'
    own numbers in the file, by which errors point at them (without them, the first is row 2, below the names).
    """

    columns: Mapping[str, Array]
    target: str | None = None
    notes: tuple[str, ...] = ()
    numbers: Array | None = None

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()), ()))

    def row(self, place: int) -> int:
        """The number of a row in the file it is from."""
        return place + 2 if self.numbers is None else int(self.numbers[place])

    def at(self, rows: Any) -> Table:
        """Some of the rows."""
        numbers = np.arange(self.n_rows) + 2 if self.numbers is None else self.numbers
        cut = {name: column[rows] for name, column in self.columns.items()}
        return replace(self, columns=cut, numbers=numbers[rows])

    def without(self, names: Iterable[str]) -> Table:
        """The table without some of its columns."""
        left = {name: one for name, one in self.columns.items() if name not in names}
        return replace(self, columns=left)


def read(path: str | Path) -> Table:
    """The table in a file; its kind is told by its name.

    Raises:
        UsageError: E403 for a kind of file that is not a table, E401 for a malformed one.
        CorruptFileError: E503 for a damaged one, E504 if it cannot be read.
        LimitError: E601 for one that is larger than any sensible table.
    """
    path = Path(path)
    try:
        if path.is_file() and path.stat().st_size > archives.LARGEST:
            raise LimitError(
                "E601",
                f"{path} has {path.stat().st_size} bytes; the limit is {archives.LARGEST}",
            )
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                return parse(
                    _text(path), path.name, "\t" if path.suffix == ".tsv" else ""
                )
            case ".npz":
                return _table(archives.npz(path))
            case ".parquet":
                return _table(archives.parquet(path))
            case other:
                raise UsageError(
                    "E403",
                    f"{path.name}: {other or 'a file without an ending'} is not a table",
                    hint="give .csv, .parquet or .npz",
                )
    except OSError as error:
        if isinstance(error, ChainruleError):
            raise
        raise CorruptFileError(
            "E504", f"{path} cannot be read: {error.strerror or error}"
        ) from None


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            "E401",
            f"{path.name}, row {row}: byte {error.start} is not UTF-8 text",
            hint="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        ) from None


def _table(
    columns: Mapping[str, Any], *, comma: bool = False, numbers: Array | None = None
) -> Table:
    """Columns as floats or words, with notes on those that had to be interpreted."""
    found: dict[str, Array] = {}
    notes: dict[str, list[str]] = {}
    for key, cells in columns.items():
        if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiub":
            found[key] = cells.astype(np.float64)
            continue
        found[key], note = typed(cells, comma=comma)
        if note:
            notes.setdefault(note, []).append(key)
    said = tuple(f"{', '.join(keys)}: {note}" for note, keys in notes.items())
    return Table(found, notes=said, numbers=numbers)


def parse(text: str, name: str = "the table", delimiter: str = "") -> Table:
    r"""The table in CSV text, its first row being the names.

    Raises:
        UsageError: E401 with the row and what is wrong with it.

    >>> table = parse("a,b\n1,red\n2.5,blue\n")
    >>> table.columns["a"], table.columns["b"]
    (array([1. , 2.5]), array(['red', 'blue'], dtype=object))
    """
    if "\0" in text:
        raise UsageError("E401", f"{name} holds a zero byte: it is not text")
    first = re.sub('"[^"]*"', "", text.split("\n", 1)[0])
    separator = delimiter or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(number, row) for number, row in enumerate(reader, 1) if row]
    except csv.Error as error:
        raise UsageError(
            "E401", f"{name} is not CSV: {error}, at line {reader.line_num}"
        ) from None
    if not rows:
        raise UsageError("E401", f"{name} is empty")
    names = [cell.strip() for cell in rows[0][1]]
    _require_names(names, name)
    for number, row in rows[1:]:
        if len(row) != len(names):
            raise UsageError(
                "E401",
                f"{name}, row {number}: {len(row)} cell{'s' * (len(row) != 1)}, where the first row has {len(names)}",
            )
    cells = list(zip(*(row for _, row in rows[1:]), strict=True)) or [()] * len(names)
    numbers = np.array([number for number, _ in rows[1:]], dtype=np.int64)
    columns = dict(zip(names, cells, strict=True))
    return _table(columns, comma=separator != ",", numbers=numbers)


def _require_names(names: Sequence[str], where: str) -> None:
    for place, key in enumerate(names, 1):
        if not key:
            raise UsageError("E401", f"{where}, row 1: column {place} has no name")
        if names.index(key) != place - 1:
            raise UsageError("E401", f"{where}, row 1: two columns are called {key!r}")
