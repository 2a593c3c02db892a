"""The verdicts under the tolerance asked for, where it is another than the usual one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from chainrule.check.differences import Tolerance
from chainrule.check.report import WRONG, LineReport
from chainrule.check.study import Study
from chainrule.check.verdict import Verdict
from chainrule.program import Array, Value

USUAL = Tolerance(1e-4, 1e-7, 1e-5)


def tolerated(
    lines: Sequence[LineReport],
    known: Study,
    given: Mapping[Value, Value],
    tolerance: Tolerance,
) -> Iterator[LineReport]:
    """The verdicts under the tolerance asked for, where it is another than the usual one."""
    off = {
        target.name: [
            tolerance.admits(
                trial.numbers[gradient],
                trial.truth[target],
                _noise(trial.truth[target]),
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
            yield (
                replace(
                    line,
                    verdict=Verdict.RIGHT,
                    cause=None,
                    kinds=(),
                    fix=None,
                    note=note,
                )
                if passed
                else line
            )
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
