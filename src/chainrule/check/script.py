"""A script checked line by line: read, run on several data sets, judged, explained."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from chainrule.check.claims import Claim, Claims
from chainrule.check.judge import Judge
from chainrule.check.lines import merged, reports
from chainrule.check.meant import Meant
from chainrule.check.names import names_a_gradient
from chainrule.check.repair import Cause, Repair
from chainrule.check.report import LineReport, Report, left_open
from chainrule.check.settled import settled
from chainrule.check.steps.recording import is_laid_out
from chainrule.check.steps.script import Asked
from chainrule.check.steps.undone import chained, undone
from chainrule.check.study import Study, study
from chainrule.check.surroundings import Scene, Steps, in_forward, in_updates, suspects
from chainrule.check.verdict import Verdict, worst
from chainrule.program import ChainruleError, LimitError, ProgramError
from chainrule.program.source_places import line_in
from chainrule.program.time_limit import can_limit, time_limit
from chainrule.trace.statements import Script, read_script
from chainrule.trace.statements.descent import with_descent

UNLIMITED = (
    "the time limit is not kept here: it needs the main thread, and POSIX timers"
)
CHANCE = re.compile(r"random|urandom|time\.|uuid")


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
    does not: ``{"dL_dz2": "z2"}``. A training loop is followed in its first pass, or in pass ``n_pass``; where
    that is right and the pass after it is wrong, the report is of the pass after, and says so.

    Raises:
        ScriptError: E330 if the script fails before its loss is computed.
        ProgramError: E325 or E326 if the loss is not clear, E329 if there is no backward pass.
        LimitError: E601 if the loss is not reached in ``timeout`` seconds.
    """
    by_claims = partial(
        _by_claims, path, loss=loss, wrt=wrt, mapped=mapped, n_pass=n_pass
    )
    limited = partial(by_claims, timeout=timeout, seed=seed)
    if mapped or wrt:
        # what is said of the names is about what they claim to be
        report = limited(causes=True)
    else:
        asked = Asked(str(path), loss, n_pass, timeout, seed)
        own = Path(path).read_text(encoding="utf-8")
        text = with_descent(own)
        report = settled(text, asked, limited)
        if text != own and not report.ok and report.corrected() == own:
            # the function that the minimiser calls may be told more of by itself
            with suppress(ChainruleError):
                alone = settled(own, asked, limited)
                is_same = _first_line(alone) == _first_line(report)
                if is_same and alone.corrected() != own:
                    report, text = alone, own
        later = asked.next_pass(text) if report.ok else None
        report = report if later is None else later
        report = _of_own_lines(report, own, text)
    unlimited = () if timeout is None or can_limit() else (UNLIMITED,)
    return replace(report, notes=(*report.notes, *unlimited))


def _first_line(report: Report) -> int | None:
    return None if report.first_wrong is None else report.first_wrong.line


def _of_own_lines(report: Report, own: str, text: str) -> Report:
    """The report without what was written in the place of a minimiser's first step."""
    rows = zip(own.split("\n"), text.split("\n"), strict=True)
    changed = {n for n, (row, other) in enumerate(rows, 1) if row != other}
    kept = tuple(line for line in report.lines if line.line not in changed)
    return replace(report, lines=kept) if kept else report


def _by_claims(
    path: str | Path,
    *,
    causes: bool,
    most: int | None = None,
    loss: str | None,
    wrt: Sequence[str] | None,
    mapped: Mapping[str, str] | None,
    n_pass: int,
    timeout: float | None,
    seed: int,
) -> Report:
    """The report by what the lines claim to be, with the ``causes`` of what is wrong if they are asked for.

    Raises:
        LimitError: E601 where the script is recorded over more than ``most`` lines.
    """
    read = partial(read_script, path, loss=loss, wrt=wrt, n_pass=n_pass, watch=is_new)
    with time_limit(timeout):
        script = _as_learnt(read())
        if most is not None and len(script.recorded.program.lines) > most:
            raise LimitError("E601", f"more than {most} recorded lines")
        chance = _by_chance(script, read)

    def again(text: str) -> Script:
        with time_limit(timeout):
            return _as_learnt(read(text=text))

    scene = Scene(script)
    found = in_forward(scene)
    judge = partial(judged, mapped=mapped or {}, seed=seed, causes=causes)
    further = partial(suspects, scene) if causes else None
    report = Meant(script, again, judge).report(found, further)
    return replace(report, notes=(*report.notes, *chance))


def _as_learnt(script: Script) -> Script:
    """The script without the updates that are undone, which only look."""
    program = script.recorded.program
    position = {line.result: i for i, line in enumerate(program.lines)}
    moved = sorted(
        {(one.before, one.after) for one in (*script.updates, *script.rebound)},
        key=lambda pair: position.get(pair[1], -1),
    )
    numbers = script.recorded.numbers
    found, _ = undone(program.producer(), position, numbers, chained(moved))
    updates, rebound = (
        tuple(
            replace(one, before=found.get(one.before) or one.before)
            for one in several
            if one.after not in found
        )
        for several in (script.updates, script.rebound)
    )
    return replace(script, updates=updates, rebound=rebound) if found else script


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
            where = (
                f" ({line_in(at.file, at.line)}: {at.source})" if at is not None else ""
            )
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


@np.errstate(all="ignore")
def judged(
    script: Script,
    mapped: Mapping[str, str],
    *,
    seed: int = 0,
    calm: bool = False,
    causes: bool = True,
) -> Report:
    """The report on a script that was read and watched, at its own numbers and others; if ``calm``, at small parameters."""
    known, claims, judge = _searched(study(script, seed=seed, calm=calm), mapped)
    found = _causes(Repair(known, claims, judge), judge) if causes else {}
    lines = merged(reports(known, judge, found))
    unjudged = _unjudged(claims)
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
        left_open(unjudged),
        failure,
        in_updates(Steps(Scene(script), known, claims, judge)),
        dict(_of_parameters(lines, claims, unjudged)),
    )


def _of_parameters(
    lines: Sequence[LineReport], claims: Claims, unjudged: Sequence[str]
) -> Iterator[tuple[str, Verdict]]:
    """The worst that is said of each parameter's gradient."""
    updated = (before for before, _ in claims.updates)
    names = [value.name for value in (*claims.study.script.parameters, *updated)]
    for name in filter(None, dict.fromkeys(names)):
        said = [one.verdict for one in lines if one.gradient_of == name]
        if said:
            yield name, worst(said)
    for name in unjudged:
        yield name, Verdict.CANNOT_TELL


def _unjudged(claims: Claims) -> list[str]:
    """The parameters, if no line was found to be the gradient of any."""
    targets = {claim.target for claim in claims.all if claim.target is not None}
    if any(
        one in claims.parameters or is_laid_out(claims.study.producer, one)
        for one in targets
    ):
        return []
    given = [value.name for value in claims.study.script.parameters if value.name]
    # s_5 is the fifth that was called s: a step on the way, and no parameter
    return [name for name in given if not name.rpartition("_")[2].isdigit()]


def _searched(known: Study, mapped: Mapping[str, str]) -> tuple[Study, Claims, Judge]:
    """The script judged. Another batch size tells n from 5; on its own it blames only a 5 that is written out.

    A length that became a plain number on its way (``1.0 / n``) has the old size there, through no fault of the
    line.
    """
    of_one_size = replace(
        known, trials=[trial for trial in known.trials if "batch" not in trial.kind]
    )
    claims = Claims(of_one_size, mapped)
    if not any(claim.target is not None for claim in claims.all):
        _refuse(claims)
    judge = Judge(of_one_size, claims)
    judge.search()
    if len(of_one_size.trials) == len(known.trials):
        return of_one_size, claims, judge
    other_claims = Claims(known, mapped)
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
        hint=f"say of what a name is the gradient: --map {seen[0]}={first}"
        if seen
        else "",
    )


def _dtype(script: Script) -> str:
    return str(script.loss.dtype)
