"""The operators of Python for a number that is a class of its own: each is a ufunc of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

SIGNS: Final = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "pow": np.power,
}
COMPARED: Final = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}
SINGLE: Final = {"neg": np.negative, "abs": np.absolute}


def give_operators(number: type) -> None:
    """Give a class of numbers what Python's signs stand for."""
    for sign, ufunc in SIGNS.items():
        setattr(number, f"__{sign}__", _operator(ufunc))
        setattr(number, f"__r{sign}__", _operator(ufunc, turned=True))
    for sign, ufunc in COMPARED.items():
        setattr(number, f"__{sign}__", _operator(ufunc))
    for sign, one in SINGLE.items():
        setattr(number, f"__{sign}__", lambda self, call=one: call(self))


def _operator(ufunc: np.ufunc, *, turned: bool = False) -> Callable[..., Any]:
    def operator(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float | np.generic | np.ndarray):
            return NotImplemented
        return ufunc(other, self) if turned else ufunc(self, other)

    return operator
