"""Functions of NumPy that choose entries, or what is done to them, in simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def heaviside(x1: Any, x2: Any) -> Any:
    """A step from 0 to 1, with a number of its own at 0."""
    return np.where(x1 > 0, 1.0, np.where(x1 < 0, 0.0, x2))


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The first choice whose condition holds."""
    chosen = default
    for condition, choice in reversed([*zip(condlist, choicelist, strict=True)]):
        chosen = np.where(condition, choice, chosen)
    return chosen


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **options: Any) -> Any:
    """Each function of the entries that its condition picks; a further one of those that none picks."""
    if not isinstance(condlist, list | tuple):
        condlist = [condlist]
    if len(funclist) == len(condlist) + 1:
        none: Any = True
        for condition in condlist:
            none = none & ~condition
        condlist = [*condlist, none]
    found = np.zeros_like(x)
    for condition, function in zip(condlist, funclist, strict=True):
        picked = function
        if callable(function):
            picked = function(x[condition], *args, **options)
        found[condition] = picked
    return found


def diag_indices_from(arr: Any) -> Any:
    """The places on the diagonal."""
    return (np.arange(len(arr)),) * int(arr.ndim)


def triu_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and above a diagonal."""
    return np.triu_indices(arr.shape[-2], k, arr.shape[-1])


def tril_indices_from(arr: Any, k: int = 0) -> Any:
    """The places on and below a diagonal."""
    return np.tril_indices(arr.shape[-2], k, arr.shape[-1])


def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many are not 0."""
    return np.sum(np.not_equal(a, 0), axis=axis, keepdims=keepdims)


def nanmax(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest of those that are numbers."""
    there = np.where(np.isnan(a), -np.inf, a)
    return np.max(there, axis=axis, keepdims=keepdims)


def nanmin(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The smallest of those that are numbers."""
    there = np.where(np.isnan(a), np.inf, a)
    return np.min(there, axis=axis, keepdims=keepdims)


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(heaviside, select, piecewise, diag_indices_from, triu_indices_from),
        *(tril_indices_from, count_nonzero, nanmax, nanmin),
    )
}
