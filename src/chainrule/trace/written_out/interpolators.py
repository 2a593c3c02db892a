"""SciPy's interpolators in simpler functions: what lies between points, by straight lines and by cubes.

Each class has what its object is made from, and ``of`` makes the same of an object of SciPy's that is there already.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.trace.gather import look_up, plain_of


def _array(item: Any) -> Any:
    return np.asarray(item) if isinstance(item, int | float | list | tuple) else item


class PPoly:
    """Between every two places a polynomial, its coefficients from the highest power down."""

    def __init__(self, c: Any, x: Any) -> None:
        self.c, self.x = c, x

    @classmethod
    def of(cls, made: Any) -> PPoly:
        """The same as an object of SciPy's."""
        return PPoly(made.c, made.x)

    def __call__(self, x: Any, nu: int = 0) -> Any:
        """The value at some places, or the ``nu``-th slope."""
        if nu:
            return self.derivative(nu)(x)
        at, last = _array(x), int(np.shape(self.x)[0]) - 2
        place = np.clip(np.searchsorted(self.x, at, side="right") - 1, 0, last)
        step = at - look_up(self.x, place)
        step = np.reshape(step, np.shape(step) + (1,) * (np.ndim(self.c) - 2))
        total: Any = 0.0
        for coefficients in self.c:
            total = total * step + look_up(coefficients, place)
        return total

    def derivative(self, nu: int = 1) -> PPoly:
        """The slope."""
        c = self.c
        for _ in range(nu):
            powers = np.arange(int(np.shape(c)[0]) - 1, 0, -1)
            c = c[:-1] * np.reshape(powers, (-1,) + (1,) * (np.ndim(c) - 1))
        return PPoly(c, self.x)

    def integrate(self, a: Any, b: Any) -> Any:
        """The area from one place to another."""
        steps = np.diff(self.x)
        steps = np.reshape(steps, (-1,) + (1,) * (np.ndim(self.c) - 2))
        n = int(np.shape(self.c)[0])
        whole = [self.c[k] / float(n - k) for k in range(n)]
        pieces = sum(one * steps ** (n - k) for k, one in enumerate(whole))
        start = np.cumsum(pieces, axis=0)
        start = np.concatenate([0.0 * start[:1], start[:-1]])
        area = PPoly(np.stack([*whole, start]), self.x)
        return area(b) - area(a)


def _by_slopes(x: Any, y: Any, slopes: Any) -> Any:
    """The coefficients of cubes that have these values and slopes at the places."""
    steps = np.reshape(np.diff(x), (-1,) + (1,) * (np.ndim(y) - 1))
    slope = np.diff(y, axis=0) / steps
    bend = (slopes[:-1] + slopes[1:] - 2.0 * slope) / steps
    parts = bend / steps, (slope - slopes[:-1]) / steps - bend, slopes[:-1], y[:-1]
    return np.stack(parts)


class CubicSpline(PPoly):
    """Cubes whose slopes and bends go on from one to the next."""

    def __init__(self, x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot") -> None:  # fmt: skip
        x, y = _array(x), np.moveaxis(_array(y), axis, 0)
        flat = np.diff(x)
        wide = np.reshape(flat, (-1,) + (1,) * (np.ndim(y) - 1))
        slope = np.diff(y, axis=0) / wide
        ends = [bc_type] * 2 if isinstance(bc_type, str) else bc_type
        first = _end(ends[0], flat, wide, slope)
        last = _end(ends[1], flat[::-1], wide[::-1], slope[::-1])
        inner = 3.0 * (wide[1:] * slope[:-1] + wide[:-1] * slope[1:])
        main = [first[0], 2.0 * (flat[:-1] + flat[1:]), last[0]]
        above, below = [first[1], flat[:-1]], [flat[1:], last[1]]
        matrix = sum(
            np.diag(np.concatenate([np.reshape(one, (-1,)) for one in parts]), k)
            for k, parts in ((0, main), (1, above), (-1, below))
        )
        right = np.concatenate([first[2][None], inner, last[2][None]])
        super().__init__(_by_slopes(x, y, np.linalg.solve(matrix, right)), x)


def _end(kind: Any, flat: Any, wide: Any, slope: Any) -> tuple[Any, Any, Any]:
    """What stands before the first slope, before the second, and on the right, as the spline begins (or, turned round, ends)."""
    if kind == "natural":
        return 2.0 * flat[:1], flat[:1], 3.0 * wide[0] * slope[0]
    if kind == "clamped":
        return np.ones(1), np.zeros(1), 0.0 * slope[0]
    both = wide[0] + wide[1]
    bent = (wide[0] + 2.0 * both) * wide[1] * slope[0] + wide[0] ** 2 * slope[1]
    return flat[1:2], flat[:1] + flat[1:2], bent / both


class PchipInterpolator(PPoly):
    """Cubes that rise and fall only where the points do."""

    def __init__(self, x: Any, y: Any) -> None:
        x, y = _array(x), _array(y)
        steps = np.diff(x)
        slope = np.diff(y) / steps
        before, after, one, other = slope[:-1], slope[1:], steps[:-1], steps[1:]
        left, right = 2.0 * other + one, other + 2.0 * one
        same = before * after > 0
        safe = [np.where(same, side, 1.0) for side in (before, after)]
        mean = (left + right) / (left / safe[0] + right / safe[1])
        inner = np.where(same, mean, 0.0)
        ends = (
            self._end(steps[:2], slope[:2]),
            self._end(steps[:-3:-1], slope[:-3:-1]),
        )
        slopes = np.concatenate([ends[0], inner, ends[1]])
        super().__init__(_by_slopes(x, y, slopes), x)

    @staticmethod
    def _end(steps: Any, slope: Any) -> Any:
        one, other = steps[:1], steps[1:]
        first, second = slope[:1], slope[1:]
        found = ((2.0 * one + other) * first - one * second) / (one + other)
        far = (first * second < 0) & (np.abs(found) > 3.0 * np.abs(first))
        found = np.where(far, 3.0 * first, found)
        return np.where(np.sign(found) == np.sign(first), found, 0.0)


class Interp1d:
    """Between points by straight lines, by cubes, or the point that is near."""

    def __init__(
        self,
        x: Any,
        y: Any,
        kind: str = "linear",
        axis: int = -1,
        *,
        fill_value: Any = np.nan,
        **_: Any,
    ) -> None:
        self.x, self.axis, self.kind, self.fill = _array(x), axis, kind, fill_value
        self.y = np.moveaxis(_array(y), axis, 0)
        if kind == "cubic":
            self.within: Any = CubicSpline(self.x, self.y)
        elif kind in ("linear", "slinear"):
            steps = np.reshape(np.diff(self.x), (-1,) + (1,) * (np.ndim(self.y) - 1))
            slope = np.diff(self.y, axis=0) / steps
            self.within = PPoly(np.stack([slope, self.y[:-1]]), self.x)
        else:
            self.within = self._near

    @classmethod
    def of(cls, made: Any) -> Interp1d:
        """The same as an object of SciPy's."""
        kind = {"previous": "previous", "next": "next", "nearest": "nearest"}
        own = kind.get(made._kind) or ("cubic" if hasattr(made, "_spline") else made._kind)  # noqa: SLF001  # fmt: skip
        return cls(made.x, made.y, own, made.axis, fill_value=made.fill_value)

    def _near(self, at: Any) -> Any:
        middle = (self.x[1:] + self.x[:-1]) / 2.0
        if self.kind == "previous":
            place = np.searchsorted(self.x, at, side="right") - 1
        else:
            place = np.searchsorted(middle, at, side="left")
        return look_up(self.y, np.clip(place, 0, len(self.y) - 1))

    def __call__(self, x: Any) -> Any:
        """The value at some places."""
        at = _array(x)
        found = self.within(at)
        if not isinstance(self.fill, str):
            low, high = self.fill if isinstance(self.fill, tuple) else [self.fill] * 2
            column = np.reshape(at, np.shape(at) + (1,) * (np.ndim(self.y) - 1))
            found = np.where(column > self.x[-1], high, found)
            found = np.where(column < self.x[0], low, found)
        return np.moveaxis(found, 0, self.axis) if np.ndim(self.y) > 1 else found


class RegularGridInterpolator:
    """Between the points of a grid, along each axis by straight lines."""

    def __init__(
        self,
        points: Any,
        values: Any,
        method: str = "linear",
        bounds_error: Any = True,  # noqa: FBT002 - SciPy's signature
        fill_value: Any = np.nan,
    ) -> None:
        self.grid, self.values = [*map(_array, points)], _array(values)
        self.method, self.fill = method, None if bounds_error else fill_value

    @classmethod
    def of(cls, made: Any) -> RegularGridInterpolator:
        """The same as an object of SciPy's."""
        how = made.method, made.bounds_error, made.fill_value
        return cls(made.grid, made.values, *how)

    def __call__(self, xi: Any) -> Any:
        """The value at some places, the axes of the grid in the last axis."""
        if isinstance(xi, tuple):
            along = [*np.broadcast_arrays(*map(_array, xi))]
        else:
            rows = np.moveaxis(_array(xi), -1, 0)
            along = [rows[axis] for axis in range(len(self.grid))]
        places, shares = zip(*map(self._between, self.grid, along), strict=True)
        total: Any = 0.0
        for corner in itertools.product((0, 1), repeat=len(along)):
            where = tuple(place + up for place, up in zip(places, corner, strict=True))
            part = look_up(self.values, where)
            weight: Any = 1.0
            for share, up in zip(shares, corner, strict=True):
                weight = weight * (share if up else 1.0 - share)
            rest = (1,) * (np.ndim(part) - np.ndim(weight))
            total = total + np.reshape(weight, np.shape(weight) + rest) * part
        if self.fill is not None:
            for grid, at in zip(self.grid, along, strict=True):
                total = np.where((at < grid[0]) | (at > grid[-1]), self.fill, total)
        if np.ndim(along[0]) or isinstance(xi, tuple):
            return total
        return np.reshape(total, (1, *np.shape(total)))

    def _between(self, grid: Any, at: Any) -> tuple[Any, Any]:
        """Beside which place of an axis, and how far on the way to the next."""
        last = len(grid) - 2
        place = np.clip(np.searchsorted(grid, at, side="right") - 1, 0, last)
        low = look_up(grid, place)
        share = (at - low) / (look_up(grid, place + 1) - low)
        if self.method == "nearest":
            share = np.where(plain_of(share) > 0.5, 1.0, 0.0)
        return place, share


def interpn(points: Any, values: Any, xi: Any, **options: Any) -> Any:
    """Between the points of a grid."""
    return RegularGridInterpolator(points, values, **options)(xi)


DEFINITIONS: Mapping[str, Any] = {
    "PPoly": PPoly,
    "CubicSpline": CubicSpline,
    "PchipInterpolator": PchipInterpolator,
    "interp1d": Interp1d,
    "RegularGridInterpolator": RegularGridInterpolator,
    "interpn": interpn,
}
