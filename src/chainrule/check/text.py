"""The report of a check as text for a terminal: the first wrong line with its cause, the others in brief."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from chainrule.check.report import WRONG, LineReport, Report
from chainrule.check.stated import Judgement, Sheet, where
from chainrule.check.surroundings import Finding
from chainrule.check.verdict import Verdict
from chainrule.program import Array
from chainrule.program.source_places import cell_of

WIDTH = 100
BRIEF = 42


def text(report: Report, width: int = WIDTH) -> str:
    """The report, ``width`` characters wide."""
    return "\n".join(_lines(report, width)) + "\n"


def _lines(report: Report, width: int) -> Iterator[str]:
    told: list[LineReport | Finding] = [
        *(one for one in report.findings if one.is_mistake),
        *(line for line in report.lines if line.verdict in WRONG),
    ]
    for i, one in enumerate(sorted(told, key=lambda one: one.line)):
        yield from _at_length(one, report.file, width, in_full=i < 8)
    said: set[tuple[int, str, Verdict, str | None]] = set()
    for line in report.lines:
        # a return of several gradients is one row a verdict
        row = (line.line, line.source, line.verdict, line.note)
        if line.verdict not in WRONG and row not in said:
            said.add(row)
            yield from _brief(line, report.file, width)
    for one in report.findings:
        if not one.is_mistake:
            yield ""
            yield from _at_length(one, report.file, width, in_full=True)
    if report.failure is not None:
        yield ""
        yield from (f" {one}" for one in report.failure.splitlines())
    for note in report.notes:
        yield f" note: {note}"
    if report.lines or report.failure is None:
        yield _summary(report, width)


def _head(
    line: LineReport | Finding, file: str, width: int, said: str
) -> tuple[str, int]:
    cell, number = cell_of(file, line.line)
    within = "" if cell is None else f"cell {cell}:"
    place = f" {Path(file).name}:{within}{number}  "
    source = line.source.splitlines()[0].strip() if line.source else ""
    room = max(width - len(place) - len(said) - 2, 20)
    if len(source) > room:
        source = source[: room - 1] + "…"
    gap = width - len(place) - len(source) - len(said)
    return f"{place}{source}{' ' * max(gap, 2)}{said}", len(place)


def _at_length(
    line: LineReport | Finding, file: str, width: int, *, in_full: bool
) -> Iterator[str]:
    if isinstance(line, Finding):
        said, cause = line.severity.value, line.sentence
    else:
        said, cause = line.verdict.value, line.cause or "Wrong; the cause is unknown."
    head, offset = _head(line, file, width, said)
    yield head
    mark = _caret(line)
    if mark is not None:
        start, length = mark
        yield " " * (offset + start) + "~" * length
    yield from (f"   {one}" for one in _wrapped(cause, width - 4))
    if not in_full:
        return
    if isinstance(line, LineReport):
        yield from _values(line)
    if line.fix is not None and not line.fix.strip():
        yield "   take this line out"
    elif line.fix is not None:
        first, *rest = line.fix.splitlines()
        indent = first[: len(first) - len(first.lstrip())]
        fixed = [first.strip(), *(one.removeprefix(indent) for one in rest)]
        yield f"   write    {fixed[0]}"
        yield from (f"            {one}" for one in fixed[1:])
    if isinstance(line, LineReport) and line.move is not None:
        yield f"   {line.move}"
    yield ""


def _caret(line: LineReport | Finding) -> tuple[int, int] | None:
    """Where the wrong part stands in the first line of the source, without its indentation."""
    first = line.source.splitlines()[0] if line.source else ""
    indent = len(first) - len(first.lstrip())
    start = line.column - indent
    is_empty = (line.end_line, line.end_column) == (line.line, line.column)
    if start < 0 or not first or is_empty:
        return None
    end = line.end_column if line.end_line == line.line else len(first)
    return start, max(min(end, len(first)) - line.column, 1)


def _values(line: LineReport) -> Iterator[str]:
    if line.value is None or line.true_value is None:
        return
    yours, true = brief(line.value), brief(line.true_value)
    where = "" if line.data == "as written" else f"   at {line.data}"
    if np.squeeze(line.value).shape != np.squeeze(line.true_value).shape:
        yield f"     yours  {yours} of shape {line.value.shape}     true  {true} of shape {line.true_value.shape}{where}"
        return
    said = ""
    found = line.difference
    if found is not None and found.n_differing == 0:
        return
    if found is not None and found.n_entries > 1:
        place = ", ".join(map(str, found.largest))
        said = f"     {found.n_differing} of {found.n_entries} entries differ, most at [{place}]"
        if yours == true:
            # what is printed of them is the same: the entry that differs most
            both = (line.value, line.true_value)
            shape = max((one.shape for one in both), key=len)
            yours, true = (brief(one.reshape(shape)[found.largest]) for one in both)
            said = f" at [{place}]{said.partition(',')[0]}"
    yield f"     yours  {yours}     true  {true}{said}{where}"


def sheet_text(sheet: Sheet, width: int = WIDTH) -> str:
    """The verdicts on numbers stated in a text."""
    return "\n".join(_sheet_lines(sheet, width)) + "\n"


def _sheet_lines(sheet: Sheet, width: int) -> Iterator[str]:
    for one in sheet.judged:
        said = one.verdict.value
        numbers = ", ".join(printed.text for printed in one.statement.printed)
        line = f" {where(one.statement)} = {numbers}"
        if len(line) > width - len(said) - 2:
            line = line[: width - len(said) - 3] + "…"
        yield f"{line}{' ' * max(width - len(line) - len(said), 2)}{said}"
        if one.verdict is Judgement.RIGHT:
            continue
        true = [f"{float(number) + 0.0:.6g}" for number in one.true.ravel()]
        carried = [f"{float(number) + 0.0:.6g}" for number in one.carried.ravel()]
        if one.verdict is not Judgement.FOLLOWS:
            yield f"     true     {', '.join(true)}"
        if carried != true:
            yield f"     from what is stated before it     {', '.join(carried)}"
        if one.cause is not None:
            yield f"   {one.cause}"
    counts = {
        verdict: sum(one.verdict is verdict for one in sheet.judged)
        for verdict in Judgement
    }
    words = {
        Judgement.WRONG: "wrong",
        Judgement.ROUNDED_WRONG: "rounded wrong",
        Judgement.FOLLOWS: "following from what is wrong before",
        Judgement.RIGHT: "right",
    }
    parts = [
        f"{counts[verdict]} {word}"
        for verdict, word in words.items()
        if counts[verdict]
    ]
    yield f" {'; '.join(parts)}."


def brief(array: Array) -> str:
    """An array on one line, the beginning of it if it is long.

    >>> brief(np.array([[0.5, -1.25]])), brief(np.arange(6.0).reshape(3, 2))
    ('[[0.5, -1.25]]', '[[0, 1], …]')
    """
    if array.ndim == 0:
        return _number(float(array))
    whole = _nested(array)
    if len(whole) <= BRIEF and array.size <= 4:
        return whole
    row = array.reshape(-1, array.shape[-1])[0] if array.size else array
    inner = ", ".join(_number(float(one)) for one in row[:3]) + (
        ", …" if len(row) > 3 else ""
    )
    more = ", …" if array.ndim > 1 and array.size > row.size else ""
    return "[" * array.ndim + inner + "]" + more + "]" * (array.ndim - 1)


def _nested(array: Array) -> str:
    if array.ndim == 0:
        return _number(float(array))
    return "[" + ", ".join(_nested(one) for one in array) + "]"


def _number(number: float) -> str:
    return (
        np.format_float_positional(number, precision=4, trim="-")
        if 1e-3 <= abs(number) < 1e5 or number == 0
        else f"{number:.4g}"
    )


def _brief(line: LineReport, file: str, width: int) -> Iterator[str]:
    head, offset = _head(line, file, width, line.verdict.value)
    yield head
    if line.note:
        yield f"{' ' * offset}({line.note})"


def _wrapped(sentence: str, width: int) -> list[str]:
    words, lines = sentence.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _summary(report: Report, width: int) -> str:
    counts = {
        verdict: sum(line.verdict is verdict for line in report.lines)
        for verdict in Verdict
    }
    parts = []
    wrong, here = counts[Verdict.WRONG], counts[Verdict.RIGHT_HERE]
    if wrong:
        parts.append(f"{wrong} wrong {'line' if wrong == 1 else 'lines'}")
    if here:
        parts.append(f"{here} right only here")
    if counts[Verdict.FOLLOWS]:
        n = counts[Verdict.FOLLOWS]
        parts.append(
            f"{n} {'follows from it' if n == 1 else 'follow from it'}"
            if wrong + here == 1
            else f"{n} {'follows' if n == 1 else 'follow'} from them"
        )
    for word, n in (
        ("mistake", sum(one.is_mistake for one in report.findings)),
        ("warning", sum(not one.is_mistake for one in report.findings)),
    ):
        if n:
            parts.append(f"{n} {word if n == 1 else f'{word}s'} beside the gradients")
    if counts[Verdict.CANNOT_TELL]:
        parts.append(f"{counts[Verdict.CANNOT_TELL]} cannot be told")
    if counts[Verdict.RIGHT]:
        parts.append(f"{counts[Verdict.RIGHT]} right")
    untold = [
        name for name, one in report.parameters.items() if one is Verdict.CANNOT_TELL
    ]
    if untold and not counts[Verdict.CANNOT_TELL]:
        # their gradients may be right: it is what is made of them that nobody knows
        parts.append(f"the step of {', '.join(untold)} cannot be told")
    if not parts and set(report.parameters.values()) == {Verdict.RIGHT}:
        n = len(report.parameters)
        # no line has a gradient by itself: they were taken in the steps
        parts.append(
            f"{n} {'parameter takes' if n == 1 else 'parameters take'} the right step"
        )
    said = " " + ("; ".join(parts) or "nothing to judge") + "."
    data = f"checked on {report.n_data} data {'set' if report.n_data == 1 else 'sets'}, {report.dtype}"
    return f"{said}{' ' * max(width - len(said) - len(data), 2)}{data}"
