"""Two ways to look at a script, and one report: by the steps that it takes, and by what its lines claim to be.

Whether a script is right is for its steps to say. What is wrong may be told by either; the one is believed whose
correction makes every step right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from chainrule.check.agree import agree
from chainrule.check.report import WRONG, LineReport, Report, left_open
from chainrule.check.steps.arguments import ARGUMENT
from chainrule.check.steps.checked import NoGradientError
from chainrule.check.steps.inside import inside
from chainrule.check.steps.script import Asked, Stepped, with_lines
from chainrule.check.steps.stepless import Given, with_steps
from chainrule.check.verdict import Verdict
from chainrule.program import ChainruleError, LimitError, UsageError

LONG = 250
"""A script whose pass is of more recorded lines than this is judged by its steps alone."""
LONGEST = 1000
"""Lines that are recorded over more than this, as where one turn in a hundred shows a loss, say nothing beside the steps."""
SAID_BY_STEPS = frozenset({"update sign", "another's gradient"})
"""Mistakes of updates that are none where every step is right."""
SIZE = "written size"
"""What the steps, taken on batches of one size, say nothing about."""


def settled(text: str, asked: Asked, by_claims: Callable[..., Report]) -> Report:
    """The report on a script with this text; ``by_claims`` is told whether to look for causes.

    Raises:
        ChainruleError: what stands in the way of both; of two reasons the one that says more.
    """
    steps: Stepped | None = None
    given: Given | None = None
    taken: Stepped | None = None
    refused: ChainruleError | None = None
    try:
        steps = asked.report(text)
    except (LimitError, UsageError):
        raise
    except ChainruleError as error:
        refused = error
        given = with_steps(text, asked) or inside(asked)
        taken = given.stepped(text)
        if taken is not None and taken.n_lines > LONG:
            return taken.report
    if steps is not None and (
        # claims are held against one loss, and what is handed over claims nothing
        steps.n_lines > LONG or steps.is_summed or _mended(steps.report, ARGUMENT)
    ):
        return steps.report
    try:
        is_spared = steps is not None and steps.is_beyond_doubt
        most = None if steps is None else LONGEST
        claims = by_claims(causes=not is_spared, most=most)
        here = any(line.verdict is Verdict.RIGHT_HERE for line in claims.lines)
        if is_spared and here:
            # right at one size, or at some numbers: of which kind it is decides whether it counts
            claims = by_claims(causes=True, most=most)
    except ChainruleError as error:
        if (told := steps or taken) is None:
            raise _clearer(error, refused) from None
        return told.report
    except (LookupError, ValueError, TypeError, AttributeError):
        # what the steps judged stands without the claims
        if (told := steps or taken) is None:
            raise
        return told.report
    if steps is None:
        is_told = claims.ok or is_explained(claims)
        if isinstance(refused, NoGradientError) and not is_told:
            # what claims to be a gradient and is none is no mistake where none was wanted
            raise refused
        if given is None or taken is None:
            return claims
        return _by_names(claims, taken, text, given)
    report = _of_two(steps, claims, asked)
    lines = with_lines(report.lines, steps.unknown)
    return replace(report, lines=lines, parameters=steps.report.parameters)


def _by_names(claims: Report, steps: Stepped, text: str, given: Given) -> Report:
    """The report on a script that takes no steps, by steps along what it calls gradients and by what its lines claim.

    What the steps are not made of, a gradient for the layer below, is right or wrong by what it claims to be.
    """
    kept = tuple(one for one in claims.findings if one.line not in given.looks)
    claims = replace(claims, findings=kept)
    parameters = {**claims.parameters, **steps.report.parameters}
    blamed = {line.line for line in claims.lines if line.verdict in WRONG}
    if steps.report.ok and not (blamed and blamed <= given.behind(text)):
        return claims
    report = steps.report if steps.report.ok else _of_two(steps, claims, given)
    return replace(report, parameters=parameters, notes=claims.notes)


def is_explained(report: Report) -> bool:
    """Whether something is wrong, and every wrong line has a cause."""
    wrong = [line for line in report.lines if line.verdict in WRONG]
    mistakes = any(finding.is_mistake for finding in report.findings)
    return bool(wrong or mistakes) and all(line.kinds for line in wrong)


def _clearer(claims: ChainruleError, steps: ChainruleError | None) -> ChainruleError:
    """Of two reasons the one that is not only that nothing was found, or at least says what to do about it."""
    nothing = {"E325", "E326", "E329"}
    if steps is None or claims.code not in nothing:
        return claims
    says_more = steps.code == "E329" and steps.hint
    return steps if says_more or steps.code not in nothing else claims


def _of_two(steps: Stepped, claims: Report, asked: Asked) -> Report:
    """The one to be believed."""
    if steps.report.ok:
        return _spared(steps, claims, asked)
    if claims.ok or steps.is_true or _is_of_slopes(steps.report, claims):
        return steps.report
    return claims if _is_believed(steps, claims, asked) else steps.report


def _is_of_slopes(steps: Report, claims: Report) -> bool:
    """Whether the steps are mended where slopes are returned: these are no gradients, and claim nothing."""
    claimed = {line.line for line in claims.lines}
    mended = _mended(steps, "wrong derivative")
    return bool(mended) and all(line.line not in claimed for line in mended)


def _mended(report: Report, kind: str) -> list[LineReport]:
    """The wrong lines, if what is written makes each of them right and all are of one kind; else none."""
    wrong = [line for line in report.lines if line.verdict in WRONG]
    return wrong if all(line.edits and kind in line.kinds for line in wrong) else []


def _is_believed(steps: Stepped, claims: Report, asked: Asked) -> bool:
    """Whether the claims explain what is wrong: by corrections that are right, or where nothing else does, in words."""
    if not is_explained(claims):
        return False
    if asked.heals(claims.corrected()):
        return True
    proposed = any(line.edits for line in claims.lines if line.verdict in WRONG)
    return not proposed and not is_explained(steps.report)


def _spared(steps: Stepped, claims: Report, asked: Asked) -> Report:
    """Every step is right: no line is wrong, whatever it claims to be; what is the matter beside the gradients stays."""
    kept = tuple(
        one
        for one in claims.findings
        # what a step was seen of does not stay as it was, and what only looks ahead is no step
        if one.kind not in SAID_BY_STEPS
        and one.line not in steps.looks
        and one.parameter not in steps.report.parameters
    )
    claims = replace(claims, findings=kept)
    if not claims.ok and not is_explained(claims):
        # what nothing explains is no mistake where every step is right, or one of which nothing can be told
        return replace(steps.report, findings=kept)
    left = [k for k, v in claims.parameters.items() if v is Verdict.CANNOT_TELL]
    notes = tuple(one for one in claims.notes if one not in left_open(left))
    told = {line.line for line in steps.report.lines}
    mine = tuple(
        one for one in claims.lines if one.line in told or not _is_multiple(one)
    )
    claims = replace(claims, lines=mine, notes=notes)
    if claims.ok or not steps.is_beyond_doubt:
        # a factor that all gradients have in common is one that a rate could hold
        return claims if claims.ok or _is_whole(claims, asked) else steps.report
    lines = {
        (line.line, line.name): line
        for line in claims.lines
        if line.verdict is Verdict.RIGHT or (steps.has_larger and SIZE in line.kinds)
    }
    kept_lines = {number for number, _ in lines}
    for line in steps.report.lines:
        if line.line not in kept_lines:
            lines[line.line, line.name] = line
    ordered = sorted(lines.values(), key=lambda line: (line.line, line.column))
    return replace(claims, lines=tuple(ordered), failure=steps.report.failure)


def _is_whole(claims: Report, asked: Asked) -> bool:
    """Whether the corrections, if there are any, leave steps of the very gradient, and of no multiple of it."""
    proposed = any(line.edits for line in claims.lines if line.verdict in WRONG)
    return not proposed or replace(asked, as_written=True).heals(claims.corrected())


def _is_multiple(line: LineReport) -> bool:
    """Whether a line that no step is made of is called right for being some number of times a gradient."""
    mine, true = line.value, line.true_value
    return (
        line.verdict is Verdict.RIGHT
        and isinstance(mine, np.ndarray)
        and isinstance(true, np.ndarray)
        and not (agree(mine, true) or agree(mine, -true))
    )
