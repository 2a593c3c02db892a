"""Divergence: where the first number that is not finite came from, said in one error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.program import NonFiniteError, Program
from chainrule.train.loop.health import first_non_finite

if TYPE_CHECKING:
    from chainrule.train.loop.epochs import Training

HINT = "lower the learning rate, standardise the inputs, or clip the gradients with clip_norm=1.0"


def diverged(
    training: Training, program: Program, numbers: Mapping[str, Any], loss: float
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
    hint = (
        "look for missing and infinite values in the data before training"
        if given
        else HINT
    )
    return NonFiniteError(
        "E201", f"{what} {place}", detail=where + kept(training), hint=hint
    )


def require_finite(training: Training) -> None:
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


def kept(training: Training) -> str:
    """Which weights there are now."""
    if not training.good.epoch:
        return "the weights are those before training"
    return f"the weights are those after epoch {training.good.epoch}, the last that were good"
