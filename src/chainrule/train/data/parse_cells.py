"""What the cells of a column are: numbers as people write them, days, or words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import Array

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
DECIMAL_COMMA = re.compile(
    r"[+-]?([1-9]\d{0,2}(\.\d{3})+|\d+)(,\d+)?(e[+-]?\d+)?", re.IGNORECASE
)
THOUSANDS = re.compile(
    r"[+-]?([1-9]\d{0,2}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE
)
CODE = re.compile(r"0\d{2,}")
UNIT = re.compile(r"([^\w\s.,+-]*)\s*([+-]?[\d.,]*\d(?:[eE][+-]?\d+)?)\s*(\D*)")
"""A number with a sign of money in front of it, or a unit behind."""
DOTTED_DAY = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")
DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")
DECIMALS = "its commas are decimal points"
FEW = 0.05
"""Up to this share of words beside numbers, the words are taken for typing errors."""
EPOCH = np.datetime64("1970-01-01", "us")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a column as they were read: floats (NaN where one is missing) or words (None there).

    ``notes`` say how, where they are not read as they stand. ``typo`` is the place of a word among numbers, where the
    column would be one of numbers but for it and few like it, or of a number that is written otherwise than the others.
    """

    array: Array
    notes: tuple[str, ...] = ()
    typo: int | None = None


def typed(cells: Iterable[Any], *, comma: bool = False) -> Cells:
    """Cells as numbers, if every one that is there is one, else as words.

    With ``comma`` a comma within a number stands before its decimals, as where semicolons part the cells.

    >>> typed(["1.5", "NA"]).array
    array([1.5, nan])
    >>> typed(["1,5", "2,25"], comma=True)
    Cells(array=array([1.5 , 2.25]), notes=('its commas are decimal points',), typo=None)
    >>> typed(["1970-01-03", "1970-01-01 12:00"])
    Cells(array=array([2. , 0.5]), notes=('its dates are days since 1970-01-01',), typo=None)
    >>> typed(["12 %", "7.5 %"])
    Cells(array=array([12. ,  7.5]), notes=('read without its %',), typo=None)
    >>> typed(["red", "blue"]).array
    array(['red', 'blue'], dtype=object)
    >>> typed(["1", "2", "3", "4", "5o"]).typo
    4
    """
    listed = [_plain(cell) for cell in cells]
    counts = Counter(cell for cell in listed if cell is not None)
    best: set[str] | None = None
    never = {*counts}
    for read, note in _readings(comma=comma):
        numbers = {cell: _number(read, cell) for cell in counts}
        unread = {cell for cell, number in numbers.items() if number is None}
        if not unread:
            read_off = [np.nan if cell is None else numbers[cell] for cell in listed]
            return Cells(np.array(read_off, dtype=np.float64), _notes(note, counts))
        never &= unread
        if best is None or len(unread) < len(best):
            best = unread
    bare, unit = _without_unit(listed)
    if unit:
        found = typed(bare, comma=comma)
        if found.array.dtype != object:
            said = (f"read without its {unit}", *found.notes)
            return Cells(found.array, said)
    n_unread = sum(counts[cell] for cell in best or ())
    n_read = counts.total() - n_unread
    # each is a number by itself, but not all of them in one way of writing
    mixed = not never
    few = n_unread <= FEW * n_read or (n_unread == 1 and n_read >= 4) or mixed
    words = np.array(listed, dtype=object)
    if not few or best is None:
        return Cells(words)
    return Cells(words, typo=next(i for i, cell in enumerate(listed) if cell in best))


def pointed_thousands(cells: Iterable[Any]) -> Cells | None:
    """Cells whose points part thousands, if each can be read so: beside columns whose commas are decimal points.

    >>> pointed_thousands(["900", "1.100"]).array, pointed_thousands(["1.5", "2"])
    (array([ 900., 1100.]), None)
    """
    listed = [_plain(cell) for cell in cells]
    if not any(cell is not None and "." in cell for cell in listed):
        return None
    numbers = [
        np.nan if cell is None else _number(_decimal_comma, cell) for cell in listed
    ]
    if any(number is None for number in numbers):
        return None
    return Cells(np.array(numbers, dtype=np.float64), ("its points part thousands",))


def _without_unit(cells: Sequence[str | None]) -> tuple[list[str | None], str]:
    """Cells without the sign or unit that every one of them has, and that; as they are, and nothing, if there is none."""
    units: set[tuple[str, str]] = set()
    bare: list[str | None] = []
    for cell in cells:
        parts = None if cell is None else UNIT.fullmatch(cell)
        if cell is not None and parts is None:
            return [], ""
        if parts is not None:
            units.add((parts[1], parts[3]))
        if len(units) > 1:
            return [], ""
        bare.append(None if parts is None else parts[2])
    front, behind = units.pop() if units else ("", "")
    return bare, front or behind


def _notes(note: str, counts: Iterable[str]) -> tuple[str, ...]:
    """How cells were read, and what of them a number does not keep."""
    said = [note] if note else []
    if note == DECIMALS and any("." in cell for cell in counts):
        said.append("its points part thousands")
    if not note and any(CODE.fullmatch(cell) for cell in counts):
        said.append("its zeros in front are dropped; codes are words with --words")
    return tuple(said)


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
    decimals = (_decimal_comma, DECIMALS)
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
    dotted = DOTTED_DAY.fullmatch(cell)
    if dotted is not None:
        day, month, year = dotted.groups()
        cell = f"{year}-{month:>02}-{day:>02}"
    if DAY.fullmatch(cell) is None:
        raise ValueError(cell)
    moment = np.datetime64(cell.rstrip("Z").replace(" ", "T"), "us")
    return float((moment - EPOCH) / np.timedelta64(1, "D"))
