"""The catalogue: everything that is known about every operation, a paragraph an op, a file a family."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from chainrule.ops import (
    activations,
    arithmetic,
    bessel,
    classification_losses,
    comparison,
    constants,
    convolutions,
    creation,
    cumulative,
    decompositions,
    einstein,
    error_functions,
    exponential,
    gamma_functions,
    indexing,
    joining,
    linear,
    losses,
    matrices,
    min_max,
    moving_windows,
    normalizing,
    ordering,
    pooling,
    reductions,
    shaping,
    smooth,
    softmaxes,
    solving,
    special,
    trigonometric,
    variance,
)
from chainrule.program import Op, UsageError

FAMILIES: list[ModuleType] = []
CATALOGUE: dict[str, Op] = {}
BY_FUNCTION: dict[Callable[..., Any], Op] = {}


def register(family: ModuleType) -> None:
    """Add the ops of a module to the catalogue: whatever asks the catalogue knows them from now on.

    Raises:
        UsageError: E410 for a name that another op has.
    """
    for op in [one for one in vars(family).values() if isinstance(one, Op)]:
        if CATALOGUE.setdefault(op.name, op) is not op:
            raise UsageError("E410", f"the catalogue has an op {op.name} already")
        for function in (op.forward, *op.numpy_functions):
            named = getattr(np, getattr(function, "__name__", ""), None)
            if named is function or function in op.numpy_functions:
                BY_FUNCTION.setdefault(function, op)
        for path in op.library_functions:
            module, _, name = path.rpartition(".")
            _WAITING.setdefault(module, {})[name] = op
    FAMILIES.append(family)


_WAITING: dict[str, dict[str, Op]] = {}
"""Ops by the functions of libraries that nobody has imported yet."""


def op_of(function: Any) -> Op | None:
    """The op that a function of NumPy, or of another library, is; met by identity, never by name.

    >>> op_of(np.exp) is CATALOGUE["exp"], op_of(np.linalg.eig)
    (True, None)
    """
    for module in [one for one in _WAITING if one in sys.modules]:
        for name, op in _WAITING.pop(module).items():
            theirs = getattr(sys.modules[module], name, None)
            if theirs is not None:
                BY_FUNCTION.setdefault(theirs, op)
    try:
        return BY_FUNCTION.get(function)
    except TypeError:  # what has no hash is no function of a library
        return None


for _family in (
    arithmetic,
    comparison,
    exponential,
    trigonometric,
    special,
    error_functions,
    gamma_functions,
    bessel,
    linear,
    solving,
    decompositions,
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
    moving_windows,
    convolutions,
    pooling,
    normalizing,
    creation,
    activations,
    smooth,
    losses,
    classification_losses,
    constants,
):
    register(_family)

globals().update(CATALOGUE)  # ops.tanh is read a million times in a long derivation


def __getattr__(name: str) -> Op:
    """The op of that name: ``ops.tanh``."""
    try:
        return CATALOGUE[name]
    except KeyError:
        message = f"the catalogue has no op {name!r}"
        raise AttributeError(message) from None


__all__ = ["BY_FUNCTION", "CATALOGUE", "FAMILIES", "op_of", "register"]
