"""NumPy's polynomials in sums of powers, and its objects that are polynomials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


def polyfit(x: Any, y: Any, deg: Any) -> Any:
    """The polynomial with the least squares: each power is scaled first, as NumPy does it."""
    powers = vander(np.asarray(x) if isinstance(x, list) else x, int(deg) + 1)
    scale = np.sqrt(np.sum(powers * powers, axis=0))
    found = np.linalg.lstsq(powers / scale, y, rcond=None)[0]
    return (found.T / scale).T


def _recurring(step: Callable[[int, Any, Any, Any], Any]) -> Callable[..., Any]:
    """A sum of polynomials, each of which follows from the two before: ``step(k, x, this, last)``."""

    def value(x: Any, c: Any) -> Any:
        at = np.asarray(x) if isinstance(x, list | float | int) else x
        last, this = 0.0 * at, 0.0 * at + 1.0
        total = c[0] * this
        for k in range(1, len(c)):
            last, this = this, step(k - 1, at, this, last)
            total = total + c[k] * this
        return total

    return value


chebval = _recurring(lambda k, x, this, last: (2 if k else 1) * x * this - last)
legval = _recurring(
    lambda k, x, this, last: ((2 * k + 1) * x * this - k * last) / (k + 1)
)
hermval = _recurring(lambda k, x, this, last: 2 * x * this - 2 * k * last)
hermeval = _recurring(lambda k, x, this, last: x * this - k * last)
lagval = _recurring(
    lambda k, x, this, last: ((2 * k + 1 - x) * this - k * last) / (k + 1)
)


class Powers:
    """A polynomial by its coefficients, from the highest power down."""

    def __init__(self, down: Any) -> None:
        self.down = np.asarray(down) if isinstance(down, list | tuple) else down

    @classmethod
    def made(cls, down: Any) -> Powers:
        """One of the same class."""
        return cls(down)

    def __call__(self, x: Any) -> Any:
        """The value at some places."""
        return polyval(self.down, np.asarray(x) if isinstance(x, list) else x)

    def deriv(self, m: int = 1) -> Powers:
        """The slope."""
        down = self.down
        for _ in range(m):
            down = polyder(down)
        return self.made(down)

    def integ(self, m: int = 1) -> Powers:
        """What has it as its slope, and is 0 at 0."""
        down = self.down
        for _ in range(m):
            down = polyint(down)
        return self.made(down)

    def _with(self, function: Callable[..., Any], one: Any, other: Any) -> Powers:
        sides = (
            side.down if isinstance(side, Powers) else np.reshape(side, (-1,))
            for side in (one, other)
        )
        return self.made(function(*sides))

    def __add__(self, other: Any) -> Powers:
        return self._with(polyadd, self, other)

    def __sub__(self, other: Any) -> Powers:
        return self._with(polysub, self, other)

    def __rsub__(self, other: Any) -> Powers:
        return self._with(polysub, other, self)

    def __mul__(self, other: Any) -> Powers:
        return self._with(polymul, self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> Powers:
        return self.made(self.down / other)

    def __neg__(self) -> Powers:
        return self.made(-self.down)

    def __pow__(self, n: int) -> Powers:
        made = self.made(np.ones(1))
        for _ in range(n):
            made = made * self
        return made


class Poly1d(Powers):
    """``np.poly1d``: what it is indexed by is the power."""

    def __init__(self, c_or_r: Any, r: Any = False) -> None:  # noqa: FBT002 - NumPy's signature
        super().__init__(np.ones(1) if r else c_or_r)
        for root in c_or_r if r else ():
            factor = np.stack([np.ones_like(root), -root])
            self.down = polymul(self.down, factor)
        self.coeffs = self.coef = self.coefficients = self.c = self.down

    @classmethod
    def of(cls, made: Any) -> Poly1d:
        """The same as an object of NumPy's."""
        return cls(made.coeffs)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.down)

    def __getitem__(self, power: int) -> Any:
        return self.down[len(self.down) - 1 - power]


class Polynomial(Powers):
    """``np.polynomial.Polynomial``: its coefficients begin with the lowest power."""

    def __init__(self, coef: Any) -> None:
        super().__init__(np.flip(coef))
        self.coef = np.asarray(coef) if isinstance(coef, list | tuple) else coef

    @classmethod
    def made(cls, down: Any) -> Polynomial:
        """One of the same class."""
        return cls(np.flip(down))

    @classmethod
    def of(cls, made: Any) -> Polynomial:
        """The same as an object of NumPy's."""
        return cls(made.coef)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.coef)


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    "polyval": polyval,
    "polyder": polyder,
    "vander": vander,
    **{one.__name__: one for one in (polymul, polyadd, polysub, polyint)},
    "polyfit": polyfit,
    "poly1d": Poly1d,
    "polynomial.Polynomial": Polynomial,
    "polynomial.polynomial.polyval": polyval_upwards,
    "polynomial.chebyshev.chebval": chebval,
    "polynomial.legendre.legval": legval,
    "polynomial.hermite.hermval": hermval,
    "polynomial.hermite_e.hermeval": hermeval,
    "polynomial.laguerre.lagval": lagval,
}
