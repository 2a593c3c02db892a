"""The table for a teacher: for each pupil the points, the first wrong number and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.lesson.worksheet.answers import AnswerSheet
from chainrule.lesson.worksheet.marking import MarkedSheet, marked
from chainrule.lesson.worksheet.steps import Exercise

OTHER = 0.8
"""A sheet is called that of another variant where so large a share of its numbers is right there."""


@dataclass(frozen=True)
class PupilRow:
    """One pupil: what is to be said, and the marks."""

    pupil: str
    variant: int | None
    of: int
    marks: MarkedSheet | None
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """What the sheet has earned."""
        return self.marks.points if self.marks else 0

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        marks = self.marks
        wrong = marks is not None and bool(marks.first_wrong)
        return {
            "pupil": self.pupil,
            "variant": self.variant,
            "points": self.points,
            "of": self.of,
            "first_wrong": marks.first_wrong if marks else "",
            "expected": marks.expected if marks and wrong else None,
            "written": marks.written if marks and wrong else None,
            "why": marks.why if marks else "",
            "verdicts": dict(marks.verdicts) if marks else {},
            "notes": list(self.notes),
        }


def lines(
    exercise: Exercise, key: Mapping[str, Any], sheets: Sequence[AnswerSheet]
) -> Iterator[PupilRow]:
    """Every sheet, marked by the numbers of its variant."""
    known = {one["variant"]: one for one in key["variants"]}
    decimals = key["decimals"]
    for sheet in sheets:
        best, share = _best(known, sheet, decimals)
        notes = [
            f"{label}: {text!r} is no number" for label, text in sheet.unread.items()
        ]
        number = sheet.variant
        of = len(key["variants"][0]["answers"])
        if number is None and share >= OTHER:
            number = best
            notes.append(
                f"no variant is given; the numbers are those of variant {best}"
            )
        if number not in known:
            there = (
                f"variants are 1 to {max(known)}"
                if number is not None
                else "no variant is given"
            )
            yield PupilRow(sheet.pupil, number, of, None, (*notes, there))
            continue
        marks = marked(exercise, known[number]["given"], sheet.answers, decimals)
        if best != number and share >= OTHER > _share(known[number], sheet, decimals):
            notes.append(f"the numbers are those of variant {best}")
        yield PupilRow(sheet.pupil, number, of, marks, tuple(notes))


def _best(
    known: Mapping[int, Any], sheet: AnswerSheet, decimals: int
) -> tuple[int, float]:
    shares = {number: _share(one, sheet, decimals) for number, one in known.items()}
    best = max(shares, key=lambda number: shares[number])
    return best, shares[best]


def _share(variant: Mapping[str, Any], sheet: AnswerSheet, decimals: int) -> float:
    """How much of what is written is right for a variant."""
    written = {
        label: value for label, value in sheet.answers.items() if value is not None
    }
    right = [
        abs(value - variant["answers"][label]) <= 2 * 10.0**-decimals
        for label, value in written.items()
    ]
    return float(np.mean(right)) if right else 0.0


def text(rows: Sequence[PupilRow]) -> str:
    """The table, aligned."""
    cells = [("pupil", "variant", "points", "first wrong number")]
    for row in rows:
        marks = row.marks
        said = "; ".join(row.notes)
        if marks is not None and marks.first_wrong:
            said = (
                f"{marks.first_wrong} = {marks.written:g}, not {marks.expected:.4g}: {marks.why}"
                + (f"; {said}" if said else "")
            )
        elif marks is not None and "missing" in marks.verdicts.values():
            missing = sum(one == "missing" for one in marks.verdicts.values())
            said = f"{missing} missing" + (f"; {said}" if said else "")
        cells.append(
            (row.pupil, str(row.variant or "?"), f"{row.points} / {row.of}", said)
        )
    widths = [max(len(row[at]) for row in cells) for at in range(3)]
    return "".join(
        (
            "  ".join(
                [
                    *(
                        one.ljust(width)
                        for one, width in zip(row, widths, strict=False)
                    ),
                    row[3],
                ]
            )
        ).rstrip()
        + "\n"
        for row in cells
    )
