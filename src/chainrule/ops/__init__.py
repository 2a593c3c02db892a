"""The catalogue: everything that is known about every operation, a paragraph an op, a file a family."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from chainrule.ops import (
    activations,
    arithmetic,
    classification_losses,
    comparison,
    constants,
    creation,
    cumulative,
    einstein,
    exponential,
    indexing,
    joining,
    linear,
    losses,
    matrices,
    min_max,
    normalizing,
    ordering,
    reductions,
    shaping,
    smooth,
    softmaxes,
    trigonometric,
    variance,
)
from chainrule.program import Op

FAMILIES: tuple[ModuleType, ...] = (
    arithmetic,
    comparison,
    exponential,
    trigonometric,
    linear,
    einstein,
    reductions,
    variance,
    min_max,
    cumulative,
    softmaxes,
    ordering,
    shaping,
    joining,
    indexing,
    matrices,
    normalizing,
    creation,
    activations,
    smooth,
    losses,
    classification_losses,
    constants,
)
CATALOGUE: dict[str, Op] = {
    item.name: item
    for family in FAMILIES
    for item in vars(family).values()
    if isinstance(item, Op)
}
ELSEWHERE = {"expit": "sigmoid", "log_expit": "log_sigmoid"}
"""What SciPy's functions are called here."""
BY_NAME: dict[str, Op] = {
    **CATALOGUE,
    **{theirs: CATALOGUE[ours] for theirs, ours in ELSEWHERE.items()},
}
BY_FUNCTION: dict[Callable[..., Any], Op] = {
    function: op
    for op in CATALOGUE.values()
    for function in (op.forward, *op.numpy_functions)
    if getattr(np, getattr(function, "__name__", ""), None) is function
    or function in op.numpy_functions
}


def __getattr__(name: str) -> Op:
    """The op of that name: ``ops.tanh``."""
    try:
        return CATALOGUE[name]
    except KeyError:
        message = f"the catalogue has no op {name!r}"
        raise AttributeError(message) from None


__all__ = ["BY_FUNCTION", "BY_NAME", "CATALOGUE", "FAMILIES"]
