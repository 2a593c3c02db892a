"""What the cells of a column are: numbers as people write them, days, or words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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
EPOCH = np.datetime64("1970-01-01", "us")


def typed(cells: Iterable[Any], *, comma: bool = False) -> tuple[Array, str]:
    """Cells as floats (NaN where one is missing) or as words (None there), and how they were read, if not as they stand.

    With ``comma`` a comma within a number stands before its decimals, as where semicolons part the cells.

    >>> typed(["1.5", "NA"])
    (array([1.5, nan]), '')
    >>> typed(["1,5", "2,25"], comma=True)
    (array([1.5 , 2.25]), 'its commas are decimal points')
    >>> typed(["1970-01-03", "1970-01-01 12:00"])
    (array([2. , 0.5]), 'its dates are days since 1970-01-01')
    >>> typed(["red", "blue"])
    (array(['red', 'blue'], dtype=object), '')
    """
    listed = [_plain(cell) for cell in cells]
    there = [cell for cell in listed if cell is not None]
    for read, note in _readings(comma=comma):
        try:
            numbers = {cell: read(cell) for cell in set(there)}
        except (ValueError, OverflowError):
            continue
        found = [np.nan if cell is None else numbers[cell] for cell in listed]
        return np.array(found, dtype=np.float64), note
    return np.array(listed, dtype=object), ""


def is_number(cell: Any) -> bool:
    """Whether a cell can be read as a number or a day, or is missing.

    >>> is_number("1e3"), is_number("2024-02-29"), is_number("four"), is_number("1_000")
    (True, True, False, False)
    """
    return cell is None or typed([cell])[0].dtype != object


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
