"""What the cells of a column are: numbers as people write them, days, or words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import Array

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
DECIMAL_COMMA = re.compile(
    r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?(e[+-]?\d+)?", re.IGNORECASE
)
THOUSANDS = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE
)
DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")
FEW = 0.05
"""Up to this share of words beside numbers, the words are taken for typing errors."""
EPOCH = np.datetime64("1970-01-01", "us")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a column as they were read: floats (NaN where one is missing) or words (None there).

    ``note`` says how, where they are not read as they stand. ``typo`` is the place of a word among numbers, where the
    column would be one of numbers but for it and few like it.
    """

    array: Array
    note: str = ""
    typo: int | None = None


def typed(cells: Iterable[Any], *, comma: bool = False) -> Cells:
    """Cells as numbers, if every one that is there is one, else as words.

    With ``comma`` a comma within a number stands before its decimals, as where semicolons part the cells.

    >>> typed(["1.5", "NA"]).array
    array([1.5, nan])
    >>> typed(["1,5", "2,25"], comma=True)
    Cells(array=array([1.5 , 2.25]), note='its commas are decimal points', typo=None)
    >>> typed(["1970-01-03", "1970-01-01 12:00"])
    Cells(array=array([2. , 0.5]), note='its dates are days since 1970-01-01', typo=None)
    >>> typed(["red", "blue"]).array
    array(['red', 'blue'], dtype=object)
    >>> typed(["1", "2", "3", "4", "5o"]).typo
    4
    """
    listed = [_plain(cell) for cell in cells]
    counts = Counter(cell for cell in listed if cell is not None)
    best: set[str] | None = None
    for read, note in _readings(comma=comma):
        numbers = {cell: _number(read, cell) for cell in counts}
        unread = {cell for cell, number in numbers.items() if number is None}
        if not unread:
            found = [np.nan if cell is None else numbers[cell] for cell in listed]
            return Cells(np.array(found, dtype=np.float64), note)
        if best is None or len(unread) < len(best):
            best = unread
    n_unread = sum(counts[cell] for cell in best or ())
    n_read = counts.total() - n_unread
    few = n_unread <= FEW * n_read or (n_unread == 1 and n_read >= 4)
    words = np.array(listed, dtype=object)
    if not few or best is None:
        return Cells(words)
    return Cells(words, typo=next(i for i, cell in enumerate(listed) if cell in best))


def words(cells: Iterable[Any]) -> Cells:
    """Cells as words, also where they look like numbers."""
    return Cells(np.array([_plain(cell) for cell in cells], dtype=object))


def _number(read: Callable[[str], float], cell: str) -> float | None:
    try:
        return read(cell)
    except (ValueError, OverflowError):
        return None


def is_number(cell: Any) -> bool:
    """Whether a cell can be read as a number or a day, or is missing.

    >>> is_number("1e3"), is_number("2024-02-29"), is_number("four"), is_number("1_000")
    (True, True, False, False)
    """
    return cell is None or typed([cell]).array.dtype != object


def _plain(cell: Any) -> str | None:
    text = "" if cell is None else str(cell).strip()
    return None if text.lower() in MISSING else text


def _readings(*, comma: bool) -> list[tuple[Callable[[str], float], str]]:
    decimals = (_decimal_comma, "its commas are decimal points")
    thousands = (_thousands, "its commas part thousands")
    days = (_days, "its dates are days since 1970-01-01")
    commas = [decimals, thousands] if comma else [thousands, decimals]
    return [(_float, ""), *commas, days]


def _float(cell: str) -> float:
    if "_" in cell:
        # Python reads 1_000 as a number; a table means a word
        raise ValueError(cell)
    return float(cell)


def _decimal_comma(cell: str) -> float:
    if DECIMAL_COMMA.fullmatch(cell) is None:
        raise ValueError(cell)
    return float(cell.replace(".", "").replace(",", "."))


def _thousands(cell: str) -> float:
    if THOUSANDS.fullmatch(cell) is None:
        raise ValueError(cell)
    return float(cell.replace(",", ""))


def _days(cell: str) -> float:
    if DAY.fullmatch(cell) is None:
        raise ValueError(cell)
    moment = np.datetime64(cell.rstrip("Z").replace(" ", "T"), "us")
    return float((moment - EPOCH) / np.timedelta64(1, "D"))
