"""Tables: columns of numbers or words, from CSV, Parquet or npz, with every mistake at its row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import (
    Array,
    ChainruleError,
    CorruptFileError,
    DataError,
    UsageError,
)
from chainrule.program.files import read_bytes, require_file
from chainrule.train.data import archives
from chainrule.train.data.parse_cells import typed
from chainrule.train.data.parse_cells import words as worded


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of one length: floats with NaN where a value is missing, or words with None there.

    ``notes`` say how columns were read that do not stand in the file as they are here; ``numbers`` are the rows'
    own numbers in the file, by which errors point at them (without them, the first is row 2, below the names);
    ``typos`` are the places of words in columns that would be numbers without them.
    """

    columns: Mapping[str, Array]
    target: str | None = None
    notes: tuple[str, ...] = ()
    numbers: Array | None = None
    typos: Mapping[str, int] = field(default_factory=dict)

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
        gone = {*names}
        left = {name: one for name, one in self.columns.items() if name not in gone}
        return replace(self, columns=left)


def read(path: str | Path, words: Collection[str] = ()) -> Table:
    """The table in a file; its kind is told by its name. The columns of ``words`` are words, whatever they look like.

    Raises:
        UsageError: E403 for a kind of file that is not a table, E401 for a malformed one.
        CorruptFileError: E503 for a damaged one, E504 if it cannot be read.
        LimitError: E601 for one that is larger than any sensible table.
    """
    path = Path(path)
    try:
        require_file(path, archives.LARGEST)
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                separator = "\t" if path.suffix == ".tsv" else ""
                return parse(_text(path), path.name, separator, words=words)
            case ".npz":
                return _table(archives.npz(path), words)
            case ".parquet":
                return _table(archives.parquet(path), words)
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
    content = read_bytes(path, archives.LARGEST)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            "E401",
            f"{path.name}, row {row}: byte {error.start} is not UTF-8 text",
            hint="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        ) from None


def _table(
    columns: Mapping[str, Any],
    asked: Collection[str] = (),
    *,
    comma: bool = False,
    numbers: Array | None = None,
) -> Table:
    """Columns as floats or words, with notes on those that had to be interpreted."""
    found: dict[str, Array] = {}
    notes: dict[str, list[str]] = {}
    typos: dict[str, int] = {}
    wanted = {*asked}
    for key, column in columns.items():
        numeric = isinstance(column, np.ndarray) and column.dtype.kind in "fiub"
        if numeric and key not in wanted:
            found[key] = column.astype(np.float64)
            continue
        cells = worded(column) if key in wanted else typed(column, comma=comma)
        found[key] = cells.array
        if cells.note:
            notes.setdefault(cells.note, []).append(key)
        if cells.typo is not None:
            typos[key] = cells.typo
    said = tuple(f"{', '.join(keys)}: {note}" for note, keys in notes.items())
    return Table(found, notes=said, numbers=numbers, typos=typos)


def parse(
    text: str,
    name: str = "the table",
    delimiter: str = "",
    *,
    words: Collection[str] = (),
) -> Table:
    r"""The table in CSV text, its first row being the names.

    Raises:
        DataError: E401 with the row and what is wrong with it.

    >>> table = parse("a,b\n1,red\n2.5,blue\n")
    >>> table.columns["a"], table.columns["b"]
    (array([1. , 2.5]), array(['red', 'blue'], dtype=object))
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError("E401", f"{name}, row {line}: a zero byte; it is not text")
    first = re.sub('"[^"]*"', "", text.split("\n", 1)[0])
    separator = delimiter or max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(number, row) for number, row in enumerate(reader, 1) if row]
    except csv.Error as error:
        raise DataError(
            "E401", f"{name} is not CSV: {error}, at line {reader.line_num}"
        ) from None
    if not rows:
        raise DataError("E401", f"{name} is empty")
    names = [cell.strip() for cell in rows[0][1]]
    _require_names(names, name)
    for number, row in rows[1:]:
        if len(row) != len(names):
            raise DataError(
                "E401",
                f"{name}, row {number}: {len(row)} cell{'s' * (len(row) != 1)}, where the first row has {len(names)}",
            )
    cells = list(zip(*(row for _, row in rows[1:]), strict=True)) or [()] * len(names)
    numbers = np.array([number for number, _ in rows[1:]], dtype=np.int64)
    columns = dict(zip(names, cells, strict=True))
    return _table(columns, words, comma=separator != ",", numbers=numbers)


def _require_names(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for place, key in enumerate(names, 1):
        if not key:
            raise DataError("E401", f"{where}, row 1: column {place} has no name")
        if key in seen:
            raise DataError("E401", f"{where}, row 1: two columns are called {key!r}")
        seen.add(key)
