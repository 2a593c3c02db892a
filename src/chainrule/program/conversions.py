"""Numbers as arrays and as Python's floats, with their memory where they have one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from chainrule.program.ledger import look
from chainrule.program.remembered import Figure, Remembered
from chainrule.program.values import Array

KEEPS: Final = (Remembered, Figure)
"""What remembers; a tuple, since a union would be made anew for every line of every turn."""


def result_of(number: Any, args: Sequence[Any], kind: str) -> Array:
    """What an op of ``args`` gave, as an array; if it remembers nothing, it is told for these arguments.

    What creates an array reads the form of its arguments alone.
    """
    if not isinstance(number, KEEPS) and kind != "creation":
        for one in args:
            if isinstance(one, KEEPS):
                look(one)
    return as_array(number)


def as_float(number: Any) -> float:
    """A number, or an array of one, as Python's float; what is remembered stays so."""
    if isinstance(number, Remembered):
        number = number.reshape(-1)[0]
    if isinstance(number, np.ndarray):
        number = number.reshape(-1)[0]
    return number if isinstance(number, Figure) else float(number)


def as_floats(number: Any) -> Array:
    """An array of floats; what is remembered stays so."""
    return as_array(number).astype(float, copy=False)


def as_array(number: Any) -> Array:
    """A number as an array; what is remembered stays so."""
    if isinstance(number, Figure):
        return number.array()
    return number if isinstance(number, Remembered) else np.asarray(number)
