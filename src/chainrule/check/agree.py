"""When a hand-written gradient agrees with the true one: on all data sets, at every entry."""

from __future__ import annotations

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
    return tuple(length for length in number.shape if length != 1)


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
    one, other = written.ravel(), true.ravel()
    size = float(np.max(np.abs(other)))
    with np.errstate(all="ignore"):
        return bool(
            np.max(np.abs(one - other)) <= RELATIVE * size + ABSOLUTE * max(size, 1e-6)
        )


def factor(written: Sequence[Array], true: Sequence[Array]) -> float | None:
    """The one number by which all of ``written`` differs from ``true``; None if there is none."""
    if not all(
        same_layout(one, other) for one, other in zip(written, true, strict=True)
    ):
        return None
    one = np.concatenate([np.asarray(array, float).ravel() for array in written])
    other = np.concatenate([np.asarray(array, float).ravel() for array in true])
    with np.errstate(all="ignore"):
        size = float(other @ other)
        if not size > 0 or not np.all(np.isfinite(one)):
            return None
        ratio = float(one @ other) / size
    if ratio == 0 or not np.isfinite(ratio):
        return None
    return ratio if close(one / ratio, other) else None


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
