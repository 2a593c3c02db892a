"""Functions of NumPy that choose entries, or what is done to them, in simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def heaviside(x1: Any, x2: Any) -> Any:
    """A step from 0 to 1, with a number of its own at 0."""
    return np.where(x1 > 0, 1.0, np.where(x1 < 0, 0.0, x2))


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


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function for function in (heaviside, piecewise)
}
