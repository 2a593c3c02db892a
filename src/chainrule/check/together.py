"""A custom gradient followed line by line, held against its own numbers, and judged by both."""

from __future__ import annotations

import re
import textwrap
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.check.differences import Tolerance, by_numbers
from chainrule.check.findings import line_of
from chainrule.check.frameworks import Custom
from chainrule.check.frameworks.custom import Finding
from chainrule.check.frameworks.judged import Judged, judged
from chainrule.check.frameworks.recorded import (
    NotRecorded,
    Recorded,
    reason_of,
    recorded,
)
from chainrule.check.report import LineReport, Report
from chainrule.check.verdict import Verdict
from chainrule.program import Array, ChainruleError

SAME = Tolerance(0.0, 1e-9, 1e-7)
"""Two ways to compute one thing in double precision."""


def together(
    custom: Custom, inputs: Sequence[Any], tolerance: Tolerance, seed: int
) -> Report:
    """The report line by line where that is possible, else argument by argument with the reason.

    Raises:
        TypeError: if no input is an array of floats.
    """
    if not custom.arguments(inputs):
        raise TypeError(
            f"check({custom.name}, ...): none of the inputs is an array of floats"
        )
    try:
        found = recorded(custom, inputs, seed=seed)
        known = _alone(custom, inputs, found)
        seen = judged(custom, inputs, found, tolerance, seed)
        return _line_by_line(found, known, seen)
    except NotRecorded as refused:
        reason = str(refused)
    except ChainruleError as error:
        reason = reason_of(error)
    return _argument_by_argument(custom, inputs, tolerance, seed, reason)


def _alone(
    custom: Custom, inputs: Sequence[Any], found: Recorded
) -> tuple[Finding, ...] | Exception:
    """What a run by itself shows beside its numbers, or how it ends.

    Raises:
        NotRecorded: if it gives other numbers than were recorded.
    """
    try:
        outputs = custom.outputs(inputs)
        pulled = custom.pull(inputs, found.upstreams)
    except Exception as error:
        if found.failure is None and not _is_clear(found):
            raise NotRecorded(reason_of(error)) from error
        return error
    if found.failure is not None:
        raise NotRecorded(reason_of(found.failure))
    other = "recorded line by line it gives other numbers than it does by itself"
    if len(outputs) != len(found.outputs) or not all(
        map(_same, found.outputs, outputs)
    ):
        raise NotRecorded(other)
    for (name, position), own in zip(custom.arguments(inputs), pulled, strict=True):
        mine = found.gradients.get(position)
        if mine is None or own is None:
            if mine is not own and np.any(own if mine is None else mine):
                raise NotRecorded(other)
        elif mine.shape != own.shape and _is_expanded(own.shape, mine.shape):
            raise NotRecorded(
                f"{found.recording.language.name} itself sums the gradient of {name} from {mine.shape} to {own.shape}"
            )
        elif not _same(mine, np.asarray(own)):
            raise NotRecorded(other)
    return custom.habits(inputs, found.upstreams)


def _is_expanded(shape: tuple[int, ...], larger: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, larger) == larger
    except ValueError:
        return False


def _same(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    largest = float(np.max(np.abs(other[np.isfinite(other)]), initial=0.0))
    with np.errstate(invalid="ignore"):
        near = np.abs(one - other) <= SAME.atol * max(
            largest, 1e-3
        ) + SAME.rtol * np.abs(other)
    return bool(np.all(near | (one == other) | (np.isnan(one) & np.isnan(other))))


def _is_clear(found: Recorded) -> bool:
    """Whether what was recorded shows why the framework stops: a count or a shape that it refuses."""
    if any(finding.wrong for finding in found.findings):
        return True
    numbers = found.recording.run.numbers
    return any(
        numbers[back].shape != numbers[found.inputs[i]].shape
        for i, back in found.returned.items()
    )


def _line_by_line(
    found: Recorded, known: tuple[Finding, ...] | Exception, seen: Judged
) -> Report:
    habits, stopped = (known, None) if isinstance(known, tuple) else ((), known)
    findings = (*found.findings, *habits, *seen.findings)
    beside = [line_of(one, found.backward) for one in findings if one.wrong]
    lines = sorted((*seen.lines, *beside), key=lambda line: (line.line, line.column))
    notes = [one.sentence for one in findings if not one.wrong]
    failure = None
    file = found.recording.file
    if stopped is not None and found.failure is not None:
        failure = _failure(stopped, file)
    elif stopped is not None:
        notes.append(f"{found.recording.language.name} refuses it: {_said(stopped)}")
    return Report(
        file,
        tuple(lines),
        seen.n_data,
        seen.dtype,
        tuple(notes),
        failure,
        parameters=seen.arguments,
    )


def _argument_by_argument(
    custom: Custom,
    inputs: Sequence[Any],
    tolerance: Tolerance,
    seed: int,
    reason: str,
) -> Report:
    """The report by numbers; where the functions do not run by themselves, their own error."""
    try:
        report = by_numbers(custom, inputs, tolerance, seed)
        upstreams = [np.ones(np.shape(one)) for one in custom.outputs(inputs)]
        findings = custom.habits(inputs, upstreams) if report.ok else ()
    except Exception as error:
        file = getattr(custom.functions[-1], "__code__", None)
        if file is None:
            raise
        return Report(
            file.co_filename, (), 1, failure=_failure(error, file.co_filename)
        )
    extra = tuple(
        LineReport(
            custom.line,
            0,
            custom.line,
            0,
            custom.name,
            one.about or "",
            None,
            Verdict.WRONG,
            one.sentence,
            (one.kind,),
        )
        for one in findings
        if one.wrong
    )
    notes = [one.sentence for one in findings if not one.wrong]
    if reason:
        notes.append(f"compared by numbers only, not line by line: {reason}")
    return replace(report, lines=(*report.lines, *extra), notes=(*report.notes, *notes))


def _failure(error: BaseException, file: str) -> str:
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if one.filename == file
    ]
    place = f"\nin {frames[-1].line}    (line {frames[-1].lineno})" if frames else ""
    return f"it does not run: {_said(error)}{place}"


def _said(error: BaseException) -> str:
    """The first line of what an error says."""
    said = (str(error).strip().splitlines() or [""])[0]
    # TensorFlow puts its own node's name first
    plain = re.sub(r"\{\{.*?\}\}\s*", "", said)
    return textwrap.shorten(f"{type(error).__name__}: {plain}", 240, placeholder=" …")
