"""A custom gradient followed line by line, held against its own numbers, and judged by both."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.check.agree import agree
from chainrule.check.definitions import Definition
from chainrule.check.differences import Tolerance, by_numbers
from chainrule.check.follow import Followed, NotFollowed, follow, reason_of
from chainrule.check.frameworks import Custom
from chainrule.check.frameworks.custom import Finding
from chainrule.check.verdict import Verdict
from chainrule.check.languages import speaking
from chainrule.check.report import WRONG, LineReport, Report
from chainrule.check.script import reported
from chainrule.check.study import Study, study
from chainrule.program import Array, ChainruleError, ProgramError, Value

USUAL = Tolerance(1e-4, 1e-7, 1e-5)
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
        try:
            found = _alone(custom, inputs, followed)
        except Exception as error:  # noqa: BLE001 - whatever the framework says of what comes back
            if followed.failure is None and not _is_clear(followed):
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
        near = np.abs(one - other) <= SAME.atol * max(largest, 1e-3) + SAME.rtol * np.abs(other)
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
        given, swapped = _in_order(known, followed.given)
        try:
            report = reported(known, {}, given)
        except ProgramError:
            # nothing that is a gradient was reached
            report = _empty(followed, known)
    habits, stopped = (found, None) if isinstance(found, tuple) else ((), found)
    lines = [_at_hand(line, followed) for line in report.lines]
    lines = list(_within(lines, known, given, tolerance))
    findings = (*followed.findings, *habits, *swapped)
    lines += [_found(one, followed) for one in findings if one.wrong]
    lines += [
        _found(_nothing(name), followed)
        for name in followed.nothing
        if _has_gradient(known, name)
    ]
    lines.sort(key=lambda line: (line.line, line.column))
    notes = [one.sentence for one in findings if not one.wrong]
    if stopped is not None and followed.failure is not None:
        failure = _failure(stopped, followed.script.file)
        report = replace(report, failure=failure)
    elif stopped is not None:
        notes.append(f"{followed.language.name} refuses it: {_said(stopped)}")
    return replace(report, lines=tuple(lines), notes=(*report.notes, *notes))


def _in_order(
    known: Study, given: Mapping[Value, Value]
) -> tuple[dict[Value, Value], tuple[Finding, ...]]:
    """What each returned value is the gradient of, where they only stand in another order; and that said."""
    ordered = dict(given)
    for gradient, target in given.items():
        if _is_gradient(known, gradient, target):
            continue
        for other in given.values():
            if other is not target and _is_gradient(known, gradient, other):
                ordered[gradient] = other
                break
    changed = [
        (ordered[gradient], target)
        for gradient, target in given.items()
        if ordered[gradient] is not target
    ]
    if not changed or len(set(ordered.values())) < len(ordered):
        return dict(given), ()
    said = ", ".join(
        f"that of {got.name} where {target.name}'s belongs" for got, target in changed
    )
    return ordered, (
        Finding(
            f"The gradients are returned in another order than forward's arguments: {said}.",
            "order of gradients",
        ),
    )


def _is_gradient(known: Study, written: Value, target: Value) -> bool:
    return all(
        written in trial.numbers and agree(trial.numbers[written], trial.truth[target])
        for trial in known.trials
    )


def _empty(followed: Followed, known: Study) -> Report:
    return Report(
        followed.script.file, (), len(known.trials), str(followed.script.loss.dtype)
    )


def _has_gradient(known: Study, name: str) -> bool:
    return any(
        value.name == name and np.any(trial.truth.get(value, 0.0))
        for trial in known.trials
        for value in known.script.parameters
    )


def _nothing(name: str) -> Finding:
    return Finding(
        f"None is returned for {name}, whose gradient is not 0.", "missing", about=name
    )


def _found(finding: Finding, followed: Followed) -> LineReport:
    """A finding as a wrong line: the write it is about, else where the gradients are returned."""
    node = _place(finding, followed)
    file = followed.backward.file
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.FunctionDef):
        last = node.lineno
    source = "".join(linecache.getline(file, i) for i in range(node.lineno, last + 1))
    return LineReport(
        line=node.lineno,
        column=node.col_offset,
        end_line=last,
        end_column=node.end_col_offset or 0,
        source=source.rstrip("\n"),
        name=finding.about or "",
        gradient_of=finding.about if finding.kind == "missing" else None,
        verdict=Verdict.WRONG,
        cause=finding.sentence,
        kinds=(finding.kind,),
        fix=finding.fix,
    )


def _place(finding: Finding, followed: Followed) -> ast.stmt:
    """The statement a finding is about: the first write into it, else where the gradients are returned."""
    tree = followed.backward.tree
    statements = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node is not tree
    ]
    if finding.kind == "changed in place":
        statements.sort(key=lambda node: node.lineno)
        write = first_write(statements, finding.about or "")
        if write is not None:
            return write
    returns = [node for node in statements if isinstance(node, ast.Return)]
    return returns[-1] if returns else tree


def first_write(statements: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    """The first statement that writes into the array called ``name``, or into it by another name.

    >>> first_write(ast.parse("d = g\nd[m] = 0").body, "g").lineno
    2
    """
    names = {name}
    for node in statements:
        match node:
            case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old)):
                (names.add if old in names else names.discard)(new)
            case (
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=held))])
                | ast.AugAssign(target=ast.Name(id=held))
                | ast.AugAssign(target=ast.Subscript(value=ast.Name(id=held)))
            ) if held in names:
                return node
            case ast.stmt() if any(
                isinstance(one, ast.Call)
                and isinstance(one.func, ast.Attribute)
                and one.func.attr.endswith("_")
                and isinstance(one.func.value, ast.Name)
                and one.func.value.id in names
                for one in ast.walk(node)
            ):
                return node
            case ast.Assign(targets=[ast.Name(id=new)]):
                names.discard(new)
    return None


def _at_hand(line: LineReport, followed: Followed) -> LineReport:
    """A correction that names what backward does not have says it by what it has, or says so."""
    if line.fix is None or line.verdict not in WRONG:
        return line
    tree = followed.backward.tree
    for name, path in _kept(followed).items():
        word = re.compile(rf"(?<![\w.]){name}\b")
        if name in _free(line.fix) - _bound(followed.backward, followed):
            cause = word.sub(path, line.cause or "")
            line = replace(line, fix=word.sub(path, line.fix), cause=cause)
    inside = tree.lineno <= line.line <= (tree.end_lineno or tree.lineno)
    missing = sorted(_free(line.fix) - _bound(followed.backward, followed)) if inside else []
    if not missing:
        return line
    listed = ", ".join(missing)
    them = "it" if len(missing) == 1 else "them"
    is_are = "is" if len(missing) == 1 else "are"
    cause = f"{line.cause} {listed} {is_are} not at hand here: keep {them} in forward."
    return replace(line, cause=cause)


def _kept(followed: Followed) -> dict[str, str]:
    """Forward's names of what it keeps as attributes: ``scale``, which is ``ctx.scale``."""
    watch = followed.script.watch
    last: dict[str, Any] = {}
    for _, text, item in watch.known.get(0, ()) if watch is not None else ():
        last[text] = item
    paths = {id(item): text for text, item in last.items() if text.count(".") == 1}
    return {
        text: paths[id(item)]
        for text, item in last.items()
        if text.isidentifier() and id(item) in paths and item is not None
    }


def _free(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip())
    except SyntaxError:
        return set()
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _bound(function: Definition, followed: Followed) -> set[str]:
    names = {node.arg for node in ast.walk(function.tree) if isinstance(node, ast.arg)}
    names |= {
        node.id
        for node in ast.walk(function.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | set(followed.scope) | set(dir(builtins))


def _within(
    lines: Sequence[LineReport],
    known: Study,
    given: Mapping[Value, Value],
    tolerance: Tolerance,
) -> Iterator[LineReport]:
    """The verdicts under the tolerance asked for, where it is another than the usual one."""
    off = {
        target.name: [
            tolerance.admits(
                trial.numbers[gradient], trial.truth[target], _noise(trial.truth[target])
            )
            for trial in known.trials
            if gradient in trial.numbers
        ]
        for gradient, target in given.items()
    }
    looser = tolerance.atol > USUAL.atol or tolerance.rtol > USUAL.rtol
    tighter = tolerance.atol < USUAL.atol or tolerance.rtol < USUAL.rtol
    wrong = any(line.verdict in WRONG for line in lines)
    if wrong and looser and all(all(one) for one in off.values()):
        note = "off by less than atol and rtol allow"
        for line in lines:
            passed = line.verdict in (*WRONG, Verdict.FOLLOWS)
            yield replace(
                line,
                verdict=Verdict.RIGHT,
                cause=None,
                kinds=(),
                fix=None,
                note=note,
            ) if passed else line
        return
    for line in lines:
        if (
            not wrong
            and tighter
            and line.verdict is Verdict.RIGHT
            and not all(off.get(line.gradient_of, ()))
            and line.gradient_of is not None
        ):
            yield replace(
                line,
                verdict=Verdict.WRONG,
                cause=f"d{line.gradient_of} is off by more than atol and rtol allow.",
            )
        else:
            yield line


def _noise(true: Array) -> float:
    return 64 * float(np.finfo(float).eps) * float(np.max(np.abs(true), initial=0.0))


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
    return replace(
        report, lines=(*report.lines, *extra), notes=(*report.notes, *notes)
    )


def _failure(error: BaseException, file: str) -> str:
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if one.filename == file
    ]
    place = f"\nin {frames[-1].line}    (line {frames[-1].lineno})" if frames else ""
    return f"it does not run: {_said(error)}{place}"


def _said(error: BaseException) -> str:
    """The first line of what an error says."""
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
