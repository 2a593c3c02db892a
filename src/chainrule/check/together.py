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
from chainrule.check.findings import has_gradient, in_order, line_of, nothing_for
from chainrule.check.follow import Followed, NotFollowed, follow, reason_of
from chainrule.check.frameworks import Custom
from chainrule.check.frameworks.custom import Finding
from chainrule.check.languages import speaking
from chainrule.check.report import LineReport, Report
from chainrule.check.script import reported
from chainrule.check.study import Study, study
from chainrule.check.tolerated import tolerated
from chainrule.check.verdict import Verdict
from chainrule.check.wording import at_hand
from chainrule.program import Array, ChainruleError, ProgramError

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
    reason = ""
    for batched in (False, True):
        try:
            followed = follow(custom, inputs, seed=seed, batched=batched)
        except NotFollowed as refused:
            reason = reason or str(refused)
            continue
        found: tuple[Finding, ...] | str | Exception
        try:
            found = _alone(custom, inputs, followed)
        except Exception as error:  # noqa: BLE001 - whatever the framework says of what comes back
            if followed.failure is None and not _is_clear(followed):
                reason = reason or reason_of(error)
                break
            found = error
        if isinstance(found, str):
            reason = reason or found
            continue
        try:
            return _line_by_line(followed, found, tolerance, seed)
        except ChainruleError as error:
            reason = reason or reason_of(error)
    return _argument_by_argument(custom, inputs, tolerance, seed, reason)


def _alone(
    custom: Custom, inputs: Sequence[Any], followed: Followed
) -> tuple[Finding, ...] | str:
    """What one run by itself shows; a sentence if it is not what was followed."""
    outputs = custom.outputs(inputs)
    pulled = custom.pull(inputs, followed.upstreams)
    if followed.failure is not None:
        return reason_of(followed.failure)
    other = "followed line by line it gives other numbers than it does by itself"
    if len(outputs) != len(followed.outputs) or not all(
        map(_same, followed.outputs, outputs)
    ):
        return other
    for (name, position), own in zip(custom.arguments(inputs), pulled, strict=True):
        mine = followed.gradients.get(position)
        if mine is None or own is None:
            if mine is not own and np.any(own if mine is None else mine):
                return other
        elif mine.shape != own.shape and _is_expanded(own.shape, mine.shape):
            return f"{followed.language.name} itself sums the gradient of {name} from {mine.shape} to {own.shape}"
        elif not _same(mine, np.asarray(own)):
            return other
    return custom.habits(inputs, followed.upstreams)


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


def _is_clear(followed: Followed) -> bool:
    """Whether what was followed shows why the framework stops: a count or a shape that it refuses."""
    if any(finding.wrong for finding in followed.findings):
        return True
    numbers = followed.script.recorded.numbers
    return any(
        numbers[gradient].shape != numbers[target].shape
        for gradient, target in followed.given.items()
    )


def _line_by_line(
    followed: Followed,
    found: tuple[Finding, ...] | Exception,
    tolerance: Tolerance,
    seed: int,
) -> Report:
    with speaking(followed.language):
        known = study(followed.script, seed=seed)
        given, swapped = in_order(known, followed.given)
        try:
            report = reported(known, {}, given)
        except ProgramError:
            # nothing that is a gradient was reached
            report = _empty(followed, known)
    habits, stopped = (found, None) if isinstance(found, tuple) else ((), found)
    lines = [at_hand(line, followed) for line in report.lines]
    lines = list(tolerated(lines, known, given, tolerance))
    findings = (*followed.findings, *habits, *swapped)
    lines += [line_of(one, followed) for one in findings if one.wrong]
    lines += [
        line_of(nothing_for(name), followed)
        for name in followed.nothing
        if has_gradient(known, name)
    ]
    lines.sort(key=lambda line: (line.line, line.column))
    notes = [one.sentence for one in findings if not one.wrong]
    if stopped is not None and followed.failure is not None:
        failure = _failure(stopped, followed.script.file)
        report = replace(report, failure=failure)
    elif stopped is not None:
        notes.append(f"{followed.language.name} refuses it: {_said(stopped)}")
    return replace(report, lines=tuple(lines), notes=(*report.notes, *notes))


def _empty(followed: Followed, known: Study) -> Report:
    return Report(
        followed.script.file, (), len(known.trials), str(followed.script.loss.dtype)
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
