"""Tables: columns of numbers or words, from CSV, Parquet or npz, with every mistake at its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program import Array, CorruptFileError, MissingEngineError, UsageError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
LARGEST = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of one length: floats with NaN where a value is missing, or words with None there."""

    columns: Mapping[str, Array]
    target: str | None = None

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()), ()))

    def at(self, rows: Any) -> Table:
        """Some of the rows."""
        return Table(
            {name: column[rows] for name, column in self.columns.items()}, self.target
        )


def read(path: str | Path) -> Table:
    """The table in a file; its kind is told by its name.

    Raises:
        UsageError: E403 for a kind of file that is not a table, E401 for a malformed one.
        CorruptFileError: E504 if it cannot be read.
    """
    path = Path(path)
    try:
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                return parse(
                    path.read_text(encoding="utf-8-sig"),
                    path.name,
                    "\t" if path.suffix == ".tsv" else "",
                )
            case ".npz":
                return _npz(path)
            case ".parquet":
                return _parquet(path)
            case other:
                raise UsageError(
                    "E403",
                    f"{path.name}: {other or 'a file without an ending'} is not a table",
                    hint="give .csv, .parquet or .npz",
                )
    except OSError as error:
        if isinstance(error, CorruptFileError):
            raise
        raise CorruptFileError(
            "E504", f"{path} cannot be read: {error.strerror or error}"
        ) from None
    except UnicodeDecodeError as error:
        raise UsageError(
            "E401", f"{path.name} is not UTF-8 text: byte {error.start}"
        ) from None


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
    first = text.split("\n", 1)[0]
    separator = delimiter or max(",;\t", key=first.count)
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        )
    except csv.Error as error:
        raise UsageError("E401", f"{name} is not CSV: {error}") from None
    rows = [(number, row) for number, row in enumerate(rows, 1) if row]  # type: ignore[misc]
    if not rows:
        raise UsageError("E401", f"{name} is empty")
    names = [cell.strip() for cell in rows[0][1]]
    _require_names(names, name)
    for number, row in rows[1:]:
        if len(row) != len(names):
            raise UsageError(
                "E401",
                f"{name}, row {number}: {len(row)} cells, where the first row has {len(names)}",
            )
    cells = list(zip(*(row for _, row in rows[1:]), strict=True)) or [()] * len(names)
    return Table({key: typed(column) for key, column in zip(names, cells, strict=True)})


def _require_names(names: Sequence[str], where: str) -> None:
    for place, key in enumerate(names, 1):
        if not key:
            raise UsageError("E401", f"{where}, row 1: column {place} has no name")
        if names.index(key) != place - 1:
            raise UsageError("E401", f"{where}, row 1: two columns are called {key!r}")


def typed(cells: Iterable[Any]) -> Array:
    """Cells as floats if all of them are numbers, else as words."""
    listed = [
        None
        if cell is None or str(cell).strip().lower() in MISSING
        else str(cell).strip()
        for cell in cells
    ]
    try:
        return np.array(
            [np.nan if cell is None else float(cell) for cell in listed],
            dtype=np.float64,
        )
    except ValueError:
        return np.array(listed, dtype=object)


def _npz(path: Path) -> Table:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except (ValueError, KeyError, EOFError, OSError) as error:
        raise CorruptFileError(
            "E503", f"{path} is not an archive of plain arrays: {error}"
        ) from None
    columns: dict[str, Array] = {}
    for key, array in arrays.items():
        if array.ndim == 2:
            columns |= {
                f"{key}{place}": array[:, place] for place in range(array.shape[1])
            }
        elif array.ndim == 1:
            columns[key] = array
    lengths = {key: len(column) for key, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise UsageError(
            "E401", f"{path.name}: the columns have different lengths: {lengths}"
        )
    return Table({key: _plain(column) for key, column in columns.items()})


def _plain(column: Array) -> Array:
    return (
        column.astype(np.float64)
        if column.dtype.kind in "fiub"
        else typed(column.tolist())
    )


def _parquet(path: Path) -> Table:
    try:
        import polars as pl
    except ImportError as error:
        raise MissingEngineError(
            "E802", "Parquet files need polars", hint='pip install "chainrule[data]"'
        ) from error
    try:
        frame = pl.read_parquet(path)
    except Exception as error:  # noqa: BLE001 - polars raises what its reader raises
        raise CorruptFileError(
            "E503", f"{path} is not a Parquet file: {error}"
        ) from None
    return Table(
        {
            key: frame[key].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            if frame[key].dtype.is_numeric() or frame[key].dtype == pl.Boolean
            else typed(frame[key].cast(pl.String).to_list())
            for key in frame.columns
        }
    )


def written(columns: Mapping[str, Sequence[Any]]) -> str:
    r"""Columns as CSV; words that a spreadsheet would take for a formula get an apostrophe in front.

    >>> written({"a": [1.5], "b": ["=1+1"]})
    "a,b\r\n1.5,'=1+1\r\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_safe(key) for key in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue()


def _safe(cell: Any) -> Any:
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
        else cell
    )
