"""When a hand-written gradient agrees with the true one: on all data sets, at every entry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from chainrule.program import Array

# A forgotten 1e-8 inside a logarithm is not an error of the backward pass; a one per cent error is.
RELATIVE = 1e-5
ABSOLUTE = 1e-10


class Shaped(Protocol):
    """What has a shape: an array, or a value."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""


def squeezed(number: Shaped) -> tuple[int, ...]:
    """A shape without its axes of length 1."""
    shape = number.shape
    return shape if 1 not in shape else tuple(length for length in shape if length != 1)


def same_layout(written: Array, true: Array) -> bool:
    """Whether entries correspond, axes of length 1 aside."""
    return squeezed(written) == squeezed(true)


def agree(written: Array, true: Array) -> bool:
    """Whether two gradients are equal, axes of length 1 aside."""
    return same_layout(written, true) and close(written, true)


def close(written: Array, true: Array) -> bool:
    """Whether entries in the same order are equal, up to rounding."""
    if written.size != true.size:
        return False
    if written.size == 0:
        return True
    if written.size == 1:
        number, wanted = float(written.item()), float(true.item())
        size = abs(wanted)
        return bool(
            abs(number - wanted) <= RELATIVE * size + ABSOLUTE * max(size, 1e-6)
        )
    one, other = written.ravel(), true.ravel()
    if "b" in (one.dtype.kind, other.dtype.kind):
        # masks have no difference
        one, other = one.astype(float), other.astype(float)
    size = float(abs(other).max())
    return bool(abs(one - other).max() <= RELATIVE * size + ABSOLUTE * max(size, 1e-6))


def ratio(written: Array, true: Array) -> float | None:
    """The one number by which ``written`` differs from ``true``; None if there is none."""
    if not same_layout(written, true):
        return None
    if true.size == 1:
        # most of what is tried is a single number, and NumPy takes ten times as long for one
        number, wanted = float(written.item()), float(true.item())
        found = number * wanted / wanted**2 if wanted**2 > 0 else 0.0
        return found if found and math.isfinite(found) else None
    one, other = np.asarray(written, float).ravel(), np.asarray(true, float).ravel()
    size = float(other @ other)
    if not size > 0 or not np.all(np.isfinite(one)):
        return None
    found = float(one @ other) / size
    return found if found and close(one / found, other) else None


def factor(written: Sequence[Array], true: Sequence[Array]) -> float | None:
    """The one number by which all of ``written`` differs from ``true``; None if there is none."""
    if not all(map(same_layout, written, true)):
        return None
    one, other = (
        np.concatenate([np.asarray(array, float).ravel() for array in arrays])
        for arrays in (written, true)
    )
    with np.errstate(all="ignore"):
        return ratio(one, other)


def may_be(written: Array, true: Array) -> bool:
    """A quick look whether one array is a multiple of another; what it refuses is none."""
    if written.size != true.size or written.size == 0:
        return written.size == true.size
    one, other = written.ravel(), true.ravel()
    largest = int(np.abs(other).argmax())
    if other[largest] == 0:
        return True
    gap = np.abs(one - one[largest] / other[largest] * other).max()
    return bool(gap <= 10 * RELATIVE * np.abs(one).max() + ABSOLUTE)
