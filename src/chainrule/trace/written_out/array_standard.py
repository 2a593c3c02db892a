"""The names that NumPy 2 has of the array standard, by those it always had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """Products of vectors, side by side."""
    return np.sum(x1 * x2, axis=axis)


def linalg_vecdot(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """The same, as ``np.linalg`` has it."""
    return vecdot(x1, x2, axis)


def matvec(x1: Any, x2: Any) -> Any:
    """A product of a matrix and a vector."""
    return np.matmul(x1, np.expand_dims(x2, -1))[..., 0]


def vecmat(x1: Any, x2: Any) -> Any:
    """A product of a vector and a matrix."""
    return np.matmul(np.expand_dims(x1, -2), x2)[..., 0, :]


def outer(x1: Any, x2: Any) -> Any:
    """All products of two vectors."""
    return np.outer(x1, x2)


def trace(x: Any, *, offset: int = 0) -> Any:
    """The sum of a diagonal of the last two axes."""
    return np.trace(x, offset, -2, -1)


def diagonal(x: Any, *, offset: int = 0) -> Any:
    """A diagonal of the last two axes."""
    return np.diagonal(x, offset, -2, -1)


def cross(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """What is at right angles to both."""
    return np.cross(x1, x2, axis=axis)


def matrix_norm(x: Any, *, keepdims: Any = False) -> Any:
    """The root of the sum of squares of each matrix."""
    return np.sqrt(np.sum(x * x, axis=(-2, -1), keepdims=keepdims))


def cumulative_sum(x: Any, *, axis: int | None = None) -> Any:
    """Sums as they grow."""
    return np.cumsum(x, axis=axis)


def cumulative_prod(x: Any, *, axis: int | None = None) -> Any:
    """Products as they grow."""
    return np.cumprod(x, axis=axis)


def astype(x: Any, dtype: Any, *, copy: bool = True) -> Any:
    """The same numbers as another element type."""
    return x.astype(dtype, copy=copy)


def unstack(x: Any, *, axis: int = 0) -> Any:
    """What lies along an axis, one by one."""
    return tuple(np.moveaxis(x, axis, 0))


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    "linalg.vecdot": linalg_vecdot,
    **{f"linalg.{one.__name__}": one for one in (outer, trace, diagonal, cross)},
    "linalg.matrix_norm": matrix_norm,
    **{
        one.__name__: one
        for one in (vecdot, matvec, vecmat, cumulative_sum, cumulative_prod)
    },
    **{one.__name__: one for one in (astype, unstack)},
}
