"""A script checked line by line: read, run on several data sets, judged, explained."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from chainrule.check.agree import agree
from chainrule.check.claims import Claim, Claims
from chainrule.check.judge import Judge
from chainrule.check.limits import time_limit
from chainrule.check.names import names_a_gradient
from chainrule.check.repair import Cause, Repair
from chainrule.check.report import LineReport, Report
from chainrule.check.study import Study, study
from chainrule.check.surroundings import notes
from chainrule.check.verdict import Judged, Verdict
from chainrule.program import Array, ProgramError, Value
from chainrule.trace import Script, read_script

CHANCE = re.compile(r"random|urandom|time\.|uuid")
WORST = (
    Verdict.WRONG,
    Verdict.RIGHT_HERE,
    Verdict.CANNOT_TELL,
    Verdict.FOLLOWS,
    Verdict.RIGHT,
)


def check_script(
    path: str | Path,
    *,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    mapped: Mapping[str, str] | None = None,
    n_pass: int = 1,
    timeout: float | None = None,
    seed: int = 0,
) -> Report:
    """Hold every hand-written gradient line of a script against the true one.

    The script is run, as ``python path`` would. ``mapped`` says of what a name is the gradient, where its name
    does not: ``{"dL_dz2": "z2"}``. A training loop is followed in its first pass, or in pass ``n_pass``.

    Raises:
        ScriptError: E330 if the script fails before its loss is computed.
        ProgramError: E325 or E326 if the loss is not clear, E329 if there is no backward pass.
        LimitError: E601 if the loss is not reached in ``timeout`` seconds.
    """
    with time_limit(timeout):
        script = read_script(path, loss=loss, wrt=wrt, n_pass=n_pass, watch=is_new)
        chance = _by_chance(
            script,
            partial(read_script, path, loss=loss, wrt=wrt, n_pass=n_pass, watch=is_new),
        )
    report = judged(script, mapped or {}, seed=seed)
    return replace(report, notes=(*report.notes, *chance))


def _by_chance(script: Script, again: Callable[[], Script]) -> tuple[str, ...]:
    """A note if the script draws lots, and a second run differs from the first: where it first does."""
    if not CHANCE.search(Path(script.file).read_text(encoding="utf-8")):
        return ()
    other = again()
    one, two = script.recorded, other.recorded
    pairs = [
        *zip(one.program.inputs, two.program.inputs, strict=False),
        *(
            (a.result, b.result)
            for a, b in zip(one.program.lines, two.program.lines, strict=False)
        ),
    ]
    places = {bound.value: bound.at for bound in script.bound}
    for line in one.program.lines:
        places.setdefault(line.result, line.at)
    for first, second in pairs:
        if not np.array_equal(
            one.numbers[first], two.numbers[second], equal_nan=first.dtype.kind == "f"
        ):
            at = places.get(first)
            where = f" (line {at.line}: {at.source})" if at is not None else ""
            said = f"two runs of the script differ, first in {first.name or 'a value'}{where}; "
            return (
                f"{said}the verdicts are of one run: seed the random numbers to have it again",
            )
    return ()


def is_new(target: str) -> bool:
    """Whether a name bound to another one is meant as a gradient of its own: ``db2 = dz2``."""
    bare = target.split("[", maxsplit=1)[0].rpartition(".")[2]
    return names_a_gradient(bare) or names_a_gradient(
        target.rpartition("[")[2].strip("'\"]")
    )


def judged(
    script: Script,
    mapped: Mapping[str, str],
    *,
    seed: int = 0,
    given: Mapping[Value, Value] | None = None,
) -> Report:
    """The report on a script that was read and watched; ``given`` values are the gradients of what they map to."""
    known, claims, judge = _searched(study(script, seed=seed), mapped, given or {})
    causes = _causes(Repair(known, claims, judge), judge)
    lines = _merged(_reports(known, judge, causes))
    failure = (
        None
        if script.failure is None
        else f"the script stops here: {script.failure.body()}"
    )
    return Report(
        script.file,
        tuple(lines),
        len(known.trials),
        _dtype(script),
        tuple(notes(known, claims)),
        failure,
    )


def _searched(
    known: Study, mapped: Mapping[str, str], given: Mapping[Value, Value]
) -> tuple[Study, Claims, Judge]:
    """The script judged. Another batch size tells n from 5; on its own it blames only a 5 that is written out.

    A length that became a plain number on its way (``1.0 / n``) has the old size there, through no fault of the
    line.
    """
    of_one_size = replace(
        known, trials=[trial for trial in known.trials if "batch" not in trial.kind]
    )
    claims = Claims(of_one_size, mapped, given)
    if not any(claim.target is not None for claim in claims.all):
        _refuse(claims)
    judge = Judge(of_one_size, claims)
    judge.search()
    if len(of_one_size.trials) == len(known.trials):
        return of_one_size, claims, judge
    other_claims = Claims(known, mapped, given)
    other = Judge(known, other_claims)
    other.search()
    if judge.faults:
        same = _places(judge) == _places(other)
    else:
        same = not other.faults or all(
            _writes_out(known, claim) for claim in other.faults
        )
    return (known, other_claims, other) if same else (of_one_size, claims, judge)


def _places(judge: Judge) -> set[tuple[int, str]]:
    return {(claim.execution.order, claim.text) for claim in judge.faults}


def _writes_out(known: Study, claim: Claim) -> bool:
    """Whether a statement holds the number of samples as a number."""
    counts = {
        length
        for root in known.roots
        for length, other in zip(
            known.trials[0].numbers[root].shape,
            known.trials[-1].numbers[root].shape,
            strict=True,
        )
        if length != other and length > 2
    }
    expression = claim.execution.site.expression
    return any(
        isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and node.value in counts
        for node in ast.walk(expression)
        if not isinstance(node, ast.Subscript)
    )


def _causes(repair: Repair, judge: Judge) -> dict[Claim, Cause]:
    """The cause of each fault, in the order of the script; one that explains everything is the only one."""
    causes: dict[Claim, Cause] = {}
    for claim in sorted(judge.faults, key=lambda claim: claim.execution.order):
        causes[claim] = repair.cause(judge.faults[claim])
        if causes[claim].heals:
            judge.faults = {claim: judge.faults[claim]}
            return {claim: causes[claim]}
    return causes


def _refuse(claims: Claims) -> None:
    seen = [claim.text for claim in claims.all if claim.text]
    if claims.study.script.failure is not None:
        raise claims.study.script.failure
    names = ", ".join(
        value.name for value in claims.study.script.parameters if value.name
    )
    first = (
        claims.study.script.parameters[0].name
        if claims.study.script.parameters
        else "W"
    )
    raise ProgramError(
        "E329",
        "no hand-written backward pass was found",
        detail=f"looked for gradients of {names} by name (d{first}, dL_d{first}, grad_{first}, {first}_grad …), "
        f"by the updates that use them, and by value\nnames seen after the loss: {', '.join(seen) or 'none'}",
        hint=f"say of what a name is the gradient: --map {seen[0] if seen else 'g'}={first}",
    )


def _dtype(script: Script) -> str:
    return str(script.loss.dtype)


def _reports(
    known: Study, judge: Judge, causes: Mapping[Claim, Cause]
) -> Iterable[LineReport]:
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
        gradient_of=described(target),
        verdict=item.verdict,
        value=numbers.numbers.get(claim.value),
        true_value=numbers.truth.get(target) if target is not None else None,
        note=item.note or _scale_note(item),
    )


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
        gradient_of=described(item.target),
        verdict=item.verdict,
        cause=_sentence(known, item, cause),
        kinds=cause.kinds,
        fix=cause.corrected,
        value=written,
        true_value=true,
        data=known.trials[shown].kind,
        note=None,
    )


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
    if all("batch" in known.trials[i].kind for i in wrong):
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


def described(value: Value | None) -> str | None:
    """A value by its name; a part of an expression by nothing."""
    return value.name if value is not None else None


def _merged(lines: Iterable[LineReport]) -> list[LineReport]:
    """One report a line and name: the worst of the turns of a loop."""
    found: dict[tuple[int, str], LineReport] = {}
    for line in lines:
        key = (line.line, line.name)
        if key not in found or WORST.index(line.verdict) < WORST.index(
            found[key].verdict
        ):
            found[key] = line
    return sorted(found.values(), key=lambda line: (line.line, line.column))
