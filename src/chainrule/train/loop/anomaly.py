"""Divergence: where the first number that is not finite came from, said in one error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.program import ChainruleError, NonFiniteError, Program
from chainrule.trace import trace
from chainrule.train.loop.health import first_non_finite, plain
from chainrule.train.loop.ongoing import Ongoing
from chainrule.why import why

if TYPE_CHECKING:
    from chainrule.train.model.compiled import NetworkPlan

HINT = "lower the learning rate, standardise the inputs, or clip the gradients with clip_norm=1.0"


def diverged(
    training: Ongoing, program: Program, numbers: Mapping[str, Any], loss: float
) -> NonFiniteError:
    """E201 for the step at hand: which it is, and where in ``program`` the trouble starts."""
    progress = training.progress
    place = f"at step {progress.step + 1} (epoch {progress.epoch + 1}, batch {progress.batch + 1})"
    what = (
        "a gradient or a weight is no longer finite"
        if math.isfinite(loss)
        else f"the loss became {loss}"
    )
    found = first_non_finite(program, numbers)
    given = found is not None and found[0].name in ("X", "Y", "weight")
    where = f"first in {found[0].name or 'a part'}, at {found[1]}\n" if found else ""
    if found and not given:
        where += reason(training.plan, numbers)
    hint = (
        "look for missing and infinite values in the data before training"
        if given
        else HINT
    )
    return NonFiniteError(
        "E201", f"{what} {place}", detail=where + kept(training), hint=hint
    )


def reason(plan: NetworkPlan, numbers: Mapping[str, Any]) -> str:
    """Why the loss is no finite number, as ``chainrule why`` says it; nothing where that cannot be told."""
    drafted = plan.predicting
    function = plan.function(plan.source(training=False, returned=["loss"]), drafted, "trained")  # fmt: skip
    names = plan.arguments(drafted, weighted=False)
    try:
        given = {name: plain(numbers[name]) for name in names}
        with np.errstate(all="ignore"):
            forward = trace(function, **given)
            answer = why(forward, "loss", loss=forward.program.outputs[0])
    except (ChainruleError, ArithmeticError, KeyError):
        return ""
    told = answer.kind in {"nan", "infinite"}
    return "".join(f"{one}\n" for one in answer.sentences) if told else ""


def require_finite(training: Ongoing) -> None:
    """Hold the weights after an epoch: a last step can break them without a loss that shows it.

    Raises:
        NonFiniteError: E201.
    """
    progress = training.progress
    for name, array in progress.parameters.items():
        if not np.isfinite(array).all():
            raise NonFiniteError(
                "E201",
                f"{name} is no longer finite after step {progress.step} (epoch {progress.epoch + 1})",
                detail=kept(training),
                hint=HINT,
            )


def kept(training: Ongoing) -> str:
    """Which weights there are now."""
    if not training.good.epoch:
        return "the weights are those before training"
    return f"the weights are those after epoch {training.good.epoch}, the last that were good"
