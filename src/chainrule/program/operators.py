"""Python's operators for a class of its own that stands for numbers: each is a ufunc of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

ARITHMETIC: Final = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "pow": np.power,
}
SIGNS: Final = {
    **ARITHMETIC,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
    "matmul": np.matmul,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "lshift": np.left_shift,
    "rshift": np.right_shift,
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


def give_signs(
    kind: type,
    meet: Callable[[np.ufunc, Any, Any], Any],
    signs: Mapping[str, np.ufunc] = ARITHMETIC,
) -> None:
    """Give a class the signs between two numbers: ``meet(ufunc, left, right)`` says what they are, or NotImplemented."""
    for sign, ufunc in signs.items():
        setattr(kind, f"__{sign}__", _before(meet, ufunc))
        setattr(kind, f"__r{sign}__", _behind(meet, ufunc))


def give_comparisons(kind: type, meet: Callable[[np.ufunc, Any, Any], Any]) -> None:
    """Give a class the comparisons, and the signs before a single number."""
    for sign, ufunc in COMPARED.items():
        setattr(kind, f"__{sign}__", _before(meet, ufunc))
    for sign, one in SINGLE.items():
        setattr(kind, f"__{sign}__", lambda self, call=one: call(self))


def _before(meet: Callable[..., Any], ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda self, other: meet(ufunc, self, other)


def _behind(meet: Callable[..., Any], ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda self, other: meet(ufunc, other, self)
