"""Places in the user's source, and how one is told: file and line, or the cell of a notebook."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from pathlib import Path

NOTEBOOK = ".ipynb"
CELL = "# cell "
"""How the line above each cell of a notebook begins, in its text; the cell's number follows."""


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """A place in the user's source: 1-based lines, 0-based columns in characters."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @property
    def source(self) -> str:
        """The line of source this place starts on, without its indentation."""
        return linecache.getline(self.file, self.line).strip()

    def describe(self) -> str:
        """The source and where it stands, for a message."""
        source, at = self.source, place(self.file, self.line)
        return f"{source}    ({at})" if source else at


def place(file: str | Path, line: int) -> str:
    """Where a line is, for a message: file and line, or file, cell and the line in the cell.

    >>> place("net.py", 12)
    'net.py, line 12'
    """
    name = str(file) if str(file).startswith("<") else Path(file).name
    return f"{name}, {line_in(file, line)}"


def line_in(file: str | Path, line: int) -> str:
    """Which line that is: of a file, or of a cell.

    >>> line_in("net.py", 12)
    'line 12'
    """
    cell, within = cell_of(file, line)
    return f"line {line}" if cell is None else f"cell {cell}, line {within}"


def cell_of(file: str | Path, line: int) -> tuple[int | None, int]:
    """The number of the cell that a line of a notebook's text is in, and which of the cell's lines it is."""
    if Path(file).suffix == NOTEBOOK:
        for above in range(line, 0, -1):
            text = linecache.getline(str(file), above)
            if text.startswith(CELL):
                return int(text.removeprefix(CELL)), line - above
    return None, line
