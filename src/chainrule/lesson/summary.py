"""A large array in one sentence: its shape, its range, its mean, and how much of it is zero."""

from __future__ import annotations

from typing import Final

import numpy as np

from chainrule.formula import format_number
from chainrule.program import Array
from chainrule.program.conversions import as_float, as_floats

MOST_ROWS: Final = 10
MOST_COLUMNS: Final = 8
MOST_ENTRIES: Final = 64
ROUNDING: Final = 1e-13


def is_small(array: Array, most: int = MOST_ENTRIES) -> bool:
    """Whether every entry can be shown.

    >>> is_small(np.ones((3, 4))), is_small(np.ones((784, 10)))
    (True, False)
    """
    if array.ndim == 0:
        return True
    across = array.shape[-1]
    down = array.shape[-2] if array.ndim > 1 else 1
    return (array.size <= most and across <= MOST_COLUMNS and down <= MOST_ROWS) or (
        array.ndim == 1 and array.size <= MOST_ROWS
    )


def is_constant(array: Array) -> bool:
    """Whether all entries are the same finite number, so that there is nothing to draw.

    >>> is_constant(np.zeros((20, 20))), is_constant(np.eye(20))
    (True, False)
    """
    first = array.ravel()[:1]
    return bool(np.isfinite(first).all() and (array == first).all())


def summarise(array: Array) -> str:
    """What a reader wants to know of an array too large to print.

    >>> summarise(np.array([[0.0, 0.0, 1.5], [2.5, 0.0, -1.0]]))
    '2×3, from −1 to 2.5, mean 0.5, 50 % are 0'
    >>> summarise(np.array([1.0, np.nan]))
    '2 entries, all 1, one is not finite'
    """
    shape = "×".join(map(str, array.shape))
    if array.ndim < 2:
        shape = "1 entry" if array.size == 1 else f"{array.size} entries"
    if array.size == 0:
        return f"{shape}, empty"
    numbers = as_floats(array)
    finite = numbers[np.isfinite(numbers)]
    said = [shape]
    if finite.size:
        low, high = format_number(finite.min()), format_number(finite.max())
        if low == high:
            said.append(f"all about {low}" if np.ptp(finite) else f"all {low}")
        else:
            mean = _mean(finite)
            largest = as_float(np.abs(finite).max())
            about = (
                "0.0000" if 0 < abs(mean) <= ROUNDING * largest else format_number(mean)
            )
            said += [f"from {low} to {high}", f"mean {about}"]
    zeros = float(np.count_nonzero(numbers == 0)) / numbers.size
    if 0 < zeros < 1:
        said.append(f"{_percent(zeros)} are 0")
    odd = numbers.size - finite.size
    if odd:
        said.append("one is not finite" if odd == 1 else f"{odd} are not finite")
    return ", ".join(said)


def _mean(finite: Array) -> float:
    """The mean, by way of the largest entry, so that a sum of large numbers stays finite."""
    scale = float(np.abs(finite).max())
    return scale * float(np.mean(finite / scale)) if scale else 0.0


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"
