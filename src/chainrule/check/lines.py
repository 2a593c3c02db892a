"""A verdict told: the line as it stands in the source, its numbers beside the true ones, and why."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree
from chainrule.check.claims import Claim
from chainrule.check.edits import Edit
from chainrule.check.judge import Judge
from chainrule.check.repair import Cause
from chainrule.check.report import LineReport
from chainrule.check.study import Study
from chainrule.check.verdict import Judged, Verdict
from chainrule.program import Array, Value

LONGEST = 40
WORST = (
    Verdict.WRONG,
    Verdict.RIGHT_HERE,
    Verdict.CANNOT_TELL,
    Verdict.FOLLOWS,
    Verdict.RIGHT,
)


def reports(
    known: Study, judge: Judge, causes: Mapping[Claim, Cause]
) -> Iterable[LineReport]:
    """A report for every verdict; a cause that stands in an earlier statement makes that one the wrong line."""
    blamed = {cause.execution for cause in causes.values()}
    for item in judge.verdicts():
        cause = causes.get(item.claim)
        if cause is None:
            yield _line(known, item)
            continue
        own = cause.execution is item.claim.execution or _is_same_value(cause, item)
        yield _wrong(known, item, cause)
        if not own and item.claim.execution not in blamed:
            yield replace(_line(known, item), verdict=Verdict.FOLLOWS)


def _is_same_value(cause: Cause, item: Judged) -> bool:
    return any(value is item.claim.value for _, value in cause.execution.results)


def _line(known: Study, item: Judged) -> LineReport:
    claim = item.claim
    statement = claim.execution.site.statement
    target = item.target
    numbers = known.trials[0]
    return LineReport(
        line=statement.lineno,
        column=statement.col_offset,
        end_line=statement.end_lineno or statement.lineno,
        end_column=statement.end_col_offset or 0,
        source=_source(known, statement),
        name=claim.text
        or claim.name
        or (claim.parameter.name if claim.parameter else None)
        or "",
        gradient_of=_named(target),
        verdict=item.verdict,
        kinds=item.kinds,
        value=numbers.numbers.get(claim.value),
        true_value=numbers.truth.get(target) if target is not None else None,
        note=item.note or _notes(known, item),
    )


def _notes(known: Study, item: Judged) -> str | None:
    found = (_name_note(known, item), _scale_note(item))
    return "; ".join(note for note in found if note) or None


def _name_note(known: Study, item: Judged) -> str | None:
    """What to say of a line that is another gradient than its name says, and is used as what it is."""
    said, exact = item.claim.said, item.claim.exact
    if item.verdict is not Verdict.RIGHT or said is None or exact is None:
        return None
    of = described(known, exact)
    if of is None or exact in item.claim.targets:
        return None
    return f"the gradient of {of}, not of {said} as its name says"


def _scale_note(item: Judged) -> str | None:
    """What to say of a line that is a gradient with another sign or factor, and meant so."""
    if item.verdict is not Verdict.RIGHT or item.factors is None or item.claim.free:
        return None
    first = item.factors[0]
    if np.isclose(first, 1):
        return None
    if np.isclose(first, -1):
        return "minus the gradient"
    return f"{first:.4g} times the gradient, as what follows expects"


def _wrong(known: Study, item: Judged, cause: Cause) -> LineReport:
    execution = cause.execution
    statement = execution.site.statement
    part = cause.part if cause.part is not None else execution.site.expression
    if item.target is None:
        return _line(known, item)
    own = cause.execution is item.claim.execution or _is_same_value(cause, item)
    shown = _shown(known, item)
    world, wanted = item.world[shown], item.wanted[shown] if item.wanted else 1.0
    written = world.get(item.claim.value)
    true: Array | None = known.trials[shown].truth[item.target] * wanted
    name = item.claim.text or item.claim.name
    if not own:
        text, value = execution.results[0]
        name = text or name
        written = world.get(value) if isinstance(value, Value) else None
        true = cause.repaired[shown] if cause.repaired else None
    return LineReport(
        line=statement.lineno,
        column=_column(known, part.lineno, part.col_offset),
        end_line=statement.end_lineno or statement.lineno,
        end_column=_column(
            known, part.end_lineno or part.lineno, part.end_col_offset or 0
        ),
        source=_source(known, statement),
        name=name,
        gradient_of=_named(item.target),
        verdict=item.verdict,
        cause=_sentence(known, item, cause),
        kinds=cause.kinds,
        fix=cause.corrected,
        move=cause.move.advice if cause.move else None,
        edits=_edits(statement, cause),
        value=written,
        true_value=true,
        data=known.trials[shown].kind,
        note=None,
    )


def _edits(statement: ast.stmt, cause: Cause) -> tuple[Edit, ...]:
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    own = [] if cause.corrected is None else [Edit(first, last, cause.corrected)]
    return (*own, *(cause.move.edits if cause.move else ()))


def _shown(known: Study, item: Judged) -> int:
    """The data set whose numbers are shown: the script's own, else the first on which the line is wrong."""
    if item.verdict is not Verdict.RIGHT_HERE or item.target is None:
        return 0
    labelled = [i for i, trial in enumerate(known.trials) if "=" in trial.kind]
    order = [*labelled, *range(len(known.trials))]
    return next((i for i in order if not _agrees(known, item, i)), 0)


def _agrees(known: Study, item: Judged, i: int) -> bool:
    if item.target is None:
        return False
    written = item.world[i].get(item.claim.value)
    wanted = item.wanted[i] if item.wanted else 1.0
    return written is not None and agree(
        written, known.trials[i].truth[item.target] * wanted
    )


def _sentence(known: Study, item: Judged, cause: Cause) -> str:
    sentence = cause.sentence or "Wrong; none of the known slips explains it."
    if item.verdict is Verdict.RIGHT_HERE:
        sentence = f"{_only_here(known, item)} {sentence}"
    return sentence


def _only_here(known: Study, item: Judged) -> str:
    """Where a line that is right at these values is wrong."""
    right = [i for i in range(len(known.trials)) if _agrees(known, item, i)]
    wrong = [i for i in range(len(known.trials)) if i not in right]
    for kind in {known.trials[i].kind for i in wrong}:
        name, _, label = kind.partition(" = ")
        value = (
            next((v for v in known.trials[0].numbers if v.name == name), None)
            if label
            else None
        )
        if value is None:
            continue
        labels = [float(np.ravel(trial.numbers[value])[0]) for trial in known.trials]
        good, bad = {labels[i] for i in right}, {labels[i] for i in wrong}
        if not good & bad:
            said = " or ".join(f"{one:g}" for one in sorted(good))
            other = " or ".join(f"{one:g}" for one in sorted(bad))
            return f"Right for {name} = {said}, wrong for {name} = {other}."
    if wrong and all("batch" in known.trials[i].kind for i in wrong):
        return f"Right at this batch size, wrong for {known.trials[wrong[0]].kind}."
    return "Right at these values, wrong at others."


def _column(known: Study, line: int, column: int) -> int:
    """A column in characters, from one in bytes."""
    return len(
        linecache.getline(known.script.file, line)
        .encode()[:column]
        .decode(errors="ignore")
    )


def _source(known: Study, statement: ast.stmt) -> str:
    last = statement.end_lineno or statement.lineno
    if isinstance(statement, ast.FunctionDef | ast.For | ast.While | ast.If):
        last = statement.lineno
    lines = [
        linecache.getline(known.script.file, i).rstrip("\n")
        for i in range(statement.lineno, last + 1)
    ]
    return "\n".join(lines)


def _named(value: Value | None) -> str | None:
    return value.name if value is not None else None


def described(known: Study, value: Value) -> str | None:
    """A forward value by its name, or as the part of the source that computes it; None if that is long."""
    line = known.producer.get(value)
    if value.name or line is None or line.at is None:
        return value.name
    shifted = line.args[0] if line.op is ops.subtract else None
    if isinstance(shifted, Value) and _same_gradient(known, shifted, value):
        # z - max(z) is the logits still
        return described(known, shifted)
    at = line.at
    if at.end_line != at.line:
        return None
    text = linecache.getline(at.file, at.line)[at.column : at.end_column]
    return text if 0 < len(text) <= LONGEST else None


def _same_gradient(known: Study, one: Value, other: Value) -> bool:
    return all(
        one in trial.truth
        and other in trial.truth
        and agree(trial.truth[one], trial.truth[other])
        for trial in known.trials
    )


def merged(lines: Iterable[LineReport]) -> list[LineReport]:
    """One report a line and name: the worst of the turns of a loop."""
    found: dict[tuple[int, str], LineReport] = {}
    for line in lines:
        key = (line.line, line.name)
        if key not in found or WORST.index(line.verdict) < WORST.index(
            found[key].verdict
        ):
            found[key] = line
    return sorted(found.values(), key=lambda line: (line.line, line.column))
