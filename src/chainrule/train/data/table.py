"""Tables: columns of numbers or words, from CSV, Parquet or npz, with every mistake at its row and column."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable, Mapping
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
from chainrule.train.data.csv_rows import csv_rows
from chainrule.train.data.parse_cells import (
    DECIMALS,
    Cells,
    is_number,
    pointed_thousands,
    typed,
)
from chainrule.train.data.parse_cells import words as worded


@dataclass(frozen=True, slots=True)
class DataTable:
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

    def at(self, rows: Any) -> DataTable:
        """Some of the rows."""
        numbers = np.arange(self.n_rows) + 2 if self.numbers is None else self.numbers
        cut = {name: column[rows] for name, column in self.columns.items()}
        return replace(self, columns=cut, numbers=numbers[rows])

    def without(self, names: Iterable[str]) -> DataTable:
        """The table without some of its columns."""
        gone = {*names}
        left = {name: one for name, one in self.columns.items() if name not in gone}
        return replace(self, columns=left)


def read(path: str | Path, words: Collection[str] = ()) -> DataTable:
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
    # a spreadsheet's Unicode text says at its start that it is UTF-16
    wide = content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            "E401",
            f"{path.name}, row {row}: byte {error.start} is not {'UTF-16' if wide else 'UTF-8'} text",
            hint="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
        ) from None


def _table(
    columns: Mapping[str, Any],
    asked: Collection[str] = (),
    *,
    comma: bool = False,
    numbers: Array | None = None,
) -> DataTable:
    """Columns as floats or words, with notes on those that had to be interpreted."""
    found: dict[str, Array] = dict.fromkeys(columns, np.empty(0))
    read_as: dict[str, Cells] = {}
    notes: dict[str, list[str]] = {}
    typos: dict[str, int] = {}
    wanted = {*asked}
    for key, column in columns.items():
        numeric = isinstance(column, np.ndarray) and column.dtype.kind in "fiub"
        if numeric and key not in wanted:
            found[key] = column.astype(np.float64)
            continue
        read_as[key] = worded(column) if key in wanted else typed(column, comma=comma)
    if any(DECIMALS in cells.notes for cells in read_as.values()):
        for key, cells in read_as.items():
            other = None if cells.notes else pointed_thousands(columns[key])
            if other is not None and key not in wanted:
                read_as[key] = other
    for key, cells in read_as.items():
        found[key] = cells.array
        for note in cells.notes:
            notes.setdefault(note, []).append(key)
        if cells.typo is not None:
            typos[key] = cells.typo
    said = tuple(f"{', '.join(keys)}: {note}" for note, keys in notes.items())
    return DataTable(found, notes=said, numbers=numbers, typos=typos)


def parse(
    text: str,
    name: str = "the table",
    delimiter: str = "",
    *,
    words: Collection[str] = (),
) -> DataTable:
    r"""The table in CSV text, its first row being the names.

    Raises:
        DataError: E401 with the row and what is wrong with it.

    >>> table = parse("a,b\n1,red\n2.5,blue\n")
    >>> table.columns["a"], table.columns["b"]
    (array([1. , 2.5]), array(['red', 'blue'], dtype=object))
    """
    read = csv_rows(text, name, delimiter)
    numbers = np.array(read.numbers, dtype=np.int64)
    comma = read.separator != ","
    table = _table(read.columns, words, comma=comma, numbers=numbers)
    return replace(
        table, notes=(*_names_noted(read.columns), *read.notes, *table.notes)
    )


def _names_noted(names: Iterable[str]) -> list[str]:
    """A sentence where the names of columns look like the cells of a row."""
    found = [name for name in names if "." in name and is_number(name)]
    if not found:
        return []
    return [
        f"row 1 is taken for the names of the columns, and {found[0]} is a number: does a row of names lack?"
    ]
