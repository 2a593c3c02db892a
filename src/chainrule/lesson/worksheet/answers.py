"""Tables of answers as they come back: a row a pupil, or a row an answer; decimal commas, fractions, gaps."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chainrule.program import DataError

PUPIL, VARIANT = "pupil", "variant"
GAPS = ("", "-", "?", "n/a", "none")


@dataclass
class AnswerSheet:
    """What one pupil wrote: numbers by label, and what could not be read."""

    pupil: str
    variant: int | None
    answers: dict[str, float | None] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


def read_answers(text: str, labels: Sequence[str]) -> list[AnswerSheet]:
    """The sheets of a table: columns pupil, variant and a label each; or pupil, variant, label, answer.

    Raises:
        DataError: E422 for a table without a pupil, E401 for columns that are no number of the sheet.
    """
    rows = list(
        csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text))
    )
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise DataError("E422", "the table of answers is empty")
    head = [cell.strip() for cell in rows[0]]
    lower = [cell.lower() for cell in head]
    if PUPIL not in lower:
        raise DataError(
            "E422",
            "the table of answers has no column pupil",
            hint=f"its first row is: pupil,variant,{labels[0]},…",
        )
    if "label" in lower and "answer" in lower:
        return _long(rows[1:], lower, labels)
    known = {_plain(label): label for label in labels}
    unknown = [
        cell
        for cell in head
        if cell.lower() not in (PUPIL, VARIANT) and _plain(cell) not in known
    ]
    if unknown:
        raise DataError(
            "E401",
            f"no number of the sheet is called {', '.join(unknown[:5])}",
            hint=f"they are called {', '.join(labels[:5])}, …",
        )
    return [_wide(row, head, known) for row in rows[1:]]


def _delimiter(text: str) -> str:
    """What stands between the columns; a comma is not, where semicolons or tabs are: it is then a decimal one."""
    first = text.partition("\n")[0]
    return next((one for one in ";\t" if one in first), ",")


def _plain(label: str) -> str:
    return label.replace(" ", "").lower()


def _wide(
    row: Sequence[str], head: Sequence[str], known: Mapping[str, str]
) -> AnswerSheet:
    cells = dict(zip((cell.lower() for cell in head), row, strict=False))
    sheet = AnswerSheet(cells.get(PUPIL, "").strip(), _variant(cells.get(VARIANT, "")))
    for name, cell in zip(head, row, strict=False):
        label = known.get(_plain(name))
        if label is not None:
            _put(sheet, label, cell)
    return sheet


def _long(
    rows: Sequence[Sequence[str]], head: Sequence[str], labels: Sequence[str]
) -> list[AnswerSheet]:
    known = {_plain(label): label for label in labels}
    sheets: dict[str, AnswerSheet] = {}
    for row in rows:
        cells = dict(zip(head, row, strict=False))
        pupil = cells.get(PUPIL, "").strip()
        sheet = sheets.setdefault(
            pupil, AnswerSheet(pupil, _variant(cells.get(VARIANT, "")))
        )
        label = known.get(_plain(cells.get("label", "")))
        if label is None:
            raise DataError(
                "E401",
                f"no number of the sheet is called {cells.get('label', '')}",
                hint=f"they are called {', '.join(labels[:5])}, …",
            )
        _put(sheet, label, cells.get("answer", ""))
    return list(sheets.values())


def _put(sheet: AnswerSheet, label: str, cell: str) -> None:
    try:
        sheet.answers[label] = number(cell)
    except ValueError:
        sheet.answers[label] = None
        sheet.unread[label] = cell.strip()


def _variant(cell: str) -> int | None:
    digits = re.search(r"\d+", cell)
    return int(digits[0]) if digits else None


def number(cell: str) -> float | None:
    """What a cell says; None where it says nothing.

    Raises:
        ValueError: where it is no number.

    >>> number("0,25"), number("−3/8"), number(" 1.5e-3 "), number("2 1/2"), number("")
    (0.25, -0.375, 0.0015, 2.5, None)
    """
    text = (
        cell.strip().replace("−", "-").replace("–", "-").replace("\u00a0", " ").lower()
    )
    if text in GAPS:
        return None
    text = text.rpartition("=")[2].strip()
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    mixed = re.fullmatch(r"(-?)(\d+)\s+(\d+)\s*/\s*(\d+)", text)
    try:
        if mixed:
            sign, whole, above, below = mixed.groups()
            return (-1 if sign else 1) * float(
                int(whole) + Fraction(int(above), int(below))
            )
        if "/" in text:
            above, _, below = text.partition("/")
            return float(above) / float(below)
        found = float(text.replace(" ", ""))
    except ZeroDivisionError:
        raise ValueError(cell) from None
    if not abs(found) < float("inf"):
        raise ValueError(cell)
    return found
