"""What can be differentiated: one number, with respect to floats."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from chainrule.program import DTypeError, ProgramError, Value


def require_scalar(loss: Value) -> None:
    """Raise E323 or E110 unless ``loss`` is one float."""
    if int(np.prod(loss.shape)) != 1:
        name = loss.name or "the loss"
        raise ProgramError(
            "E323",
            f"{name} has the shape {loss.shape}; a loss is a single number",
            hint=f"reduce it: np.mean({name}) or np.sum({name})",
        )
    if not loss.differentiable:
        raise DTypeError(
            "E110",
            f"the loss is {loss.dtype}; it must be a float",
            hint="compute it in floats",
        )


def require_floats(targets: Iterable[Value]) -> None:
    """Raise E110 where one of ``targets`` holds integers."""
    for value in targets:
        if not value.differentiable:
            name = value.name or "a value"
            raise DTypeError(
                "E110",
                f"{name} holds {value.dtype}: a gradient with respect to integers does not exist",
                hint=f"make it a float: {name}.astype(np.float64), or write 2.0 for 2",
            )
