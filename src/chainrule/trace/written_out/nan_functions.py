"""NumPy's functions that leave out what is no number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def _where_a_number(a: Any, neutral: float) -> Any:
    return np.where(np.isnan(a), neutral, a)


def nanprod(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The product of what is a number."""
    return np.prod(_where_a_number(a, 1.0), axis=axis, keepdims=keepdims)


def nancumsum(a: Any, axis: Any = None) -> Any:
    """Sums as they grow, to which what is no number adds nothing."""
    return np.cumsum(_where_a_number(a, 0.0), axis=axis)


def nancumprod(a: Any, axis: Any = None) -> Any:
    """Products as they grow, which what is no number leaves as they are."""
    return np.cumprod(_where_a_number(a, 1.0), axis=axis)


def nanvar(a: Any, axis: Any = None, *, ddof: Any = 0, keepdims: Any = False) -> Any:
    """How far what is a number lies from its mean, squared."""
    known = ~np.isnan(a)
    n = np.sum(known, axis=axis, keepdims=True)
    clean = np.where(known, a, 0.0)
    mean = np.sum(clean, axis=axis, keepdims=True) / n
    apart = np.where(known, clean - mean, 0.0)
    n = np.sum(known, axis=axis, keepdims=keepdims)
    return np.sum(apart**2, axis=axis, keepdims=keepdims) / (n - ddof)


def nanstd(a: Any, axis: Any = None, *, ddof: Any = 0, keepdims: Any = False) -> Any:
    """How far what is a number lies from its mean."""
    return np.sqrt(nanvar(a, axis, ddof=ddof, keepdims=keepdims))


def nanmedian(a: Any, axis: Any = None) -> Any:
    """The entry in the middle of those that are numbers, where it is asked for of all of them."""
    if axis is not None:
        raise ValueError(axis)
    flat = np.ravel(a)
    return np.median(flat[~np.isnan(flat)])


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (nanprod, nancumsum, nancumprod, nanvar, nanstd, nanmedian)
}
