"""The rows of CSV text as people and spreadsheets write it: the separator found, every column with one name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.program import DataError

SEPARATORS = ",;\t|"
SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""The first line by which Excel is told the separator."""
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvRows:
    """The columns of CSV text by name, the number of each row in the file, and notes on what was left out."""

    columns: dict[str, Cells]
    numbers: list[int]
    separator: str
    notes: tuple[str, ...] = ()


def csv_rows(text: str, where: str, separator: str = "") -> CsvRows:
    r"""Cells by column, the first row being the names.

    Raises:
        DataError: E401 with the row and what is wrong with it.

    >>> csv_rows(",a,\n0,1.5,\n1,2,\n", "t.csv").columns
    {'a': ('1.5', '2')}
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError("E401", f"{where}, row {line}: a zero byte; it is not text")
    told = SAID.match(text)
    skipped = 1 if told else 0
    if told:
        text, separator = text[told.end() :], told[1]
    first = re.sub('"[^"]*"', "", text.split("\n", 1)[0])
    separator = separator or max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(n, row) for n, row in enumerate(reader, 1 + skipped) if row]
    except csv.Error as error:
        raise DataError(
            "E401",
            f"{where} is not CSV: {error}, at line {reader.line_num + skipped}",
            hint='a quote inside of a quoted cell is written twice, ""',
        ) from None
    if not rows:
        raise DataError("E401", f"{where} is empty", hint="give a table whose first row has the names of the columns")  # fmt: skip
    head, *below = rows
    names = [cell.strip() for cell in head[1]]
    for number, row in below:
        if len(row) != len(names):
            raise DataError(
                "E401",
                f"{where}, row {number}: {len(row)} cell{'s' * (len(row) != 1)}, where the first row has {len(names)}",
                hint=f"a cell with {separator!r} in it stands in quotes; the first row has the names of the columns, and nothing stands above it",
            )
    cells = list(zip(*(row for _, row in below), strict=True)) or [()] * len(names)
    columns, notes = _named(names, cells, f"{where}, row {head[0]}")
    return CsvRows(columns, [number for number, _ in below], separator, notes)


def _named(
    names: Sequence[str], columns: Sequence[Cells], where: str
) -> tuple[dict[str, Cells], tuple[str, ...]]:
    """The columns by name; one that has none is left out if it is empty or counts the rows, and refused if it is not."""
    found: dict[str, Cells] = {}
    notes: list[str] = []
    for place, (name, cells) in enumerate(zip(names, columns, strict=True), 1):
        if name in found:
            raise DataError(
                "E401",
                f"{where}: two columns are called {name!r}",
                hint="rename one of them, or take it out",
            )
        if name:
            found[name] = cells
        elif len(cells) and counts_rows(cells):
            notes.append(f"left out: column {place} (it has no name, and counts the rows)")  # fmt: skip
        elif not len(cells) or any(cell.strip() for cell in cells):
            raise DataError(
                "E401",
                f"{where}: column {place} has no name",
                hint="give it one there; the first row has the names of the columns, and nothing stands above it",
            )
    return found, tuple(notes)


def counts_rows(cells: Sequence[str]) -> bool:
    """Whether cells are the numbers of the rows, from 0 or from 1 on.

    >>> counts_rows(["1", "2", "3"]), counts_rows(["2", "3", "4"])
    (True, False)
    """
    return any(
        all(cell.strip() == str(n) for n, cell in enumerate(cells, start))
        for start in (0, 1)
    )
