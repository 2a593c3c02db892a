"""NumPy's polynomials in sums of powers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def polyval(p: Any, x: Any) -> Any:
    """A polynomial, from its highest power down."""
    total: Any = 0.0
    for coefficient in p:
        total = total * x + coefficient
    return total


def polyder(p: Any) -> Any:
    """The slope of a polynomial, from its highest power down."""
    return p[:-1] * np.arange(len(p) - 1, 0, -1)


def polymul(a1: Any, a2: Any) -> Any:
    """A product of two polynomials."""
    return np.convolve(a1, a2)


def polyadd(a1: Any, a2: Any) -> Any:
    """A sum of two polynomials: the shorter one gets zeros in front."""
    n = max(len(a1), len(a2))
    one, other = (np.concatenate([np.zeros(n - len(a)), a]) for a in (a1, a2))
    return one + other


def polysub(a1: Any, a2: Any) -> Any:
    """A difference of two polynomials."""
    return polyadd(a1, np.negative(a2))


def polyint(p: Any) -> Any:
    """What has a polynomial as its slope."""
    return np.concatenate([p / np.arange(len(p), 0, -1), np.zeros(1)])


def vander(x: Any, N: Any = None, *, increasing: Any = False) -> Any:
    """Powers side by side."""
    n = int(x.shape[0]) if N is None else N
    powers = range(n) if increasing else range(n - 1, -1, -1)
    return np.stack([x**k if k else np.ones_like(x) for k in powers], axis=1)


def polyval_upwards(x: Any, c: Any) -> Any:
    """A polynomial, from its lowest power up."""
    return polyval(c[::-1], x)


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    "polyval": polyval,
    "polyder": polyder,
    "vander": vander,
    **{one.__name__: one for one in (polymul, polyadd, polysub, polyint)},
    "polynomial.polynomial.polyval": polyval_upwards,
}
