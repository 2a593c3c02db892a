"""NumPy's functions in simpler ones: angles, orders, running values, differences, signals, arrangements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.trace.gather import look_up, plain_of

Axis = int | None


def deg2rad(x: Any) -> Any:
    """Degrees as radians."""
    return x * (np.pi / 180)


def rad2deg(x: Any) -> Any:
    """Radians as degrees."""
    return x * (180 / np.pi)


def sinc(x: Any) -> Any:
    """sin(πx) / πx, and 1 at 0."""
    # NumPy, too, steps aside from 0 by so little
    at = np.pi * np.where(x == 0, 1.0e-20, x)
    return np.sin(at) / at


def logaddexp2(x: Any, y: Any) -> Any:
    """log₂(2ˣ + 2ʸ)."""
    return np.logaddexp(x * np.log(2.0), y * np.log(2.0)) / np.log(2.0)


def copysign(x: Any, y: Any) -> Any:
    """The size of one with the sign of the other."""
    return np.abs(x) * np.where(np.less(y, 0), -1.0, 1.0)


def fmax(x: Any, y: Any) -> Any:
    """The larger, of a number and NaN the number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.maximum(x, y)))


def fmin(x: Any, y: Any) -> Any:
    """The smaller, of a number and NaN the number."""
    return np.where(np.isnan(x), y, np.where(np.isnan(y), x, np.minimum(x, y)))


def divmod_(x: Any, y: Any) -> Any:
    """How often one goes into the other, and what is left."""
    return np.floor_divide(x, y), np.remainder(x, y)


def modf(x: Any) -> Any:
    """What is behind the point, and what is before it."""
    return x - np.trunc(x), np.trunc(x)


def fix(x: Any) -> Any:
    """What is before the point."""
    return np.trunc(x)


def logspace(start: Any, stop: Any, num: int = 50) -> Any:
    """Powers of ten at equal steps."""
    return 10.0 ** np.linspace(start, stop, num)


def choose(a: Any, choices: Any) -> Any:
    """At each place the entry of the array that is named there."""
    every = np.broadcast_arrays(*choices)
    return np.take_along_axis(np.stack(every), np.expand_dims(a, 0), 0)[0]


def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with these entries on a diagonal."""
    return np.diag(np.ravel(v), k)


def fmod(x: Any, y: Any) -> Any:
    """What is left of x, with its sign."""
    return x - np.trunc(x / y) * y


def quantile(a: Any, q: Any, axis: Axis = None, *, keepdims: Any = False) -> Any:
    """The entry with a share q of all below it; between two entries, by a straight line."""
    ordered = np.sort(np.ravel(a) if axis is None else np.moveaxis(a, axis, -1))
    places = np.asarray(q) * (ordered.shape[-1] - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    low, high = ordered[..., below], ordered[..., above]
    found = low + (high - low) * (places - below)
    if np.ndim(places):
        found = np.moveaxis(found, -1, 0)
    if not keepdims:
        return found
    where = tuple(range(np.ndim(a))) if axis is None else axis
    return np.expand_dims(found, where if not np.ndim(places) else np.add(where, 1))


def percentile(a: Any, q: Any, axis: Axis = None, *, keepdims: Any = False) -> Any:
    """The entry with q of a hundred below it."""
    return quantile(a, np.asarray(q) / 100, axis, keepdims=keepdims)


def median(a: Any, axis: Axis = None, *, keepdims: Any = False) -> Any:
    """The entry in the middle, or the mean of the two that are."""
    return quantile(a, 0.5, axis, keepdims=keepdims)


def nansum(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The sum of what is a number."""
    return np.sum(np.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


def nanmean(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The mean of what is a number."""
    n = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    return nansum(a, axis, keepdims=keepdims) / n


def _running(fold: Callable[..., Any], a: Any, axis: Axis, neutral: float) -> Any:
    """At each entry, all up to it folded: a triangle, in which what comes later is neutral."""
    last = np.ravel(a) if axis is None else np.moveaxis(a, axis, -1)
    upto = np.tril(np.ones((last.shape[-1],) * 2, dtype=bool))
    folded = fold(np.where(upto, last[..., None, :], neutral), axis=-1)
    return folded if axis is None else np.moveaxis(folded, -1, axis)


def cumprod(a: Any, axis: Axis = None) -> Any:
    """Products as they grow."""
    return _running(np.prod, a, axis, 1.0)


def multiply_accumulate(array: Any, axis: int = 0) -> Any:
    """Products as they grow, along an axis."""
    return _running(np.prod, array, axis, 1.0)


def maximum_accumulate(array: Any, axis: int = 0) -> Any:
    """The largest so far."""
    return _running(np.max, array, axis, -np.inf)


def minimum_accumulate(array: Any, axis: int = 0) -> Any:
    """The smallest so far."""
    return _running(np.min, array, axis, np.inf)


def ptp(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """The largest less the smallest."""
    top, bottom = (one(a, axis=axis, keepdims=keepdims) for one in (np.max, np.min))
    return top - bottom


def ediff1d(ary: Any) -> Any:
    """Each entry less the one before, of all in a row."""
    return np.diff(np.ravel(ary))


def gradient(f: Any, *spacing: Any, axis: Any = None) -> Any:
    """Slopes by central differences, and by one-sided ones at the ends."""
    chosen = range(f.ndim) if axis is None else np.atleast_1d(axis)
    steps = list(spacing) * (len(chosen) if len(spacing) == 1 else 1)
    steps = steps or [1.0] * len(chosen)
    found = [
        _slopes(f, step, int(one)) for step, one in zip(steps, chosen, strict=True)
    ]
    return tuple(found) if len(found) > 1 else found[0]


def _slopes(f: Any, step: Any, axis: int) -> Any:
    first = np.moveaxis(f, axis, 0)
    if not np.ndim(step):
        inner = (first[2:] - first[:-2]) / (2.0 * step)
        ends = [(first[1:2] - first[:1]) / step, (first[-1:] - first[-2:-1]) / step]
        return np.moveaxis(np.concatenate([ends[0], inner, ends[1]]), 0, axis)
    # at places: each slope counts by how far away the other side is
    slopes = np.diff(first, axis=0)
    steps = np.reshape(np.diff(step), (-1,) + (1,) * (np.ndim(slopes) - 1))
    slopes, one, other = slopes / steps, steps[:-1], steps[1:]
    inner = (other * slopes[:-1] + one * slopes[1:]) / (one + other)
    return np.moveaxis(np.concatenate([slopes[:1], inner, slopes[-1:]]), 0, axis)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under straight lines from point to point."""
    last = np.moveaxis(y, axis, -1)
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    return np.sum((last[..., 1:] + last[..., :-1]) * dx / 2.0, axis=-1)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """Between points by straight lines, beyond them as at the ends."""
    at = np.asarray(x) if isinstance(x, float | list) else x
    xp, fp = (np.asarray(one) if isinstance(one, list) else one for one in (xp, fp))
    place = np.searchsorted(xp[1:-1], at, side="right")
    x0, x1, f0, f1 = (look_up(one, at) for one in (xp, fp) for at in (place, place + 1))
    line = f0 + (f1 - f0) / (x1 - x0) * (at - x0)
    low, high = fp[0] if left is None else left, fp[-1] if right is None else right
    return np.where(at < xp[0], low, np.where(at > xp[-1], high, line))


def linspace(start: Any, stop: Any, num: int = 50, endpoint: Any = True) -> Any:  # noqa: FBT002 - NumPy's signature
    """Equal steps from here to there."""
    shares = np.arange(num) / max(num - bool(endpoint), 1)
    way = stop - start
    return start + np.reshape(shares, (num, *(1,) * np.ndim(way))) * way


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Each entry the sum of products with the other turned round and moved along."""
    if len(v) > len(a):
        a, v = v, a
    n, m = len(a), len(v)
    windows = np.arange(n + m - 1)[:, None] + np.arange(m)
    full = np.pad(a, (m - 1, m - 1))[windows] @ np.flip(v)
    if mode == "full":
        return full
    return full[(m - 1) // 2 :][:n] if mode == "same" else full[m - 1 : n]


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Each entry the sum of products with the other moved along."""
    if len(v) > len(a):
        return np.flip(convolve(np.flip(a), v, mode))
    return convolve(a, np.flip(v), mode)


def cross(a: Any, b: Any, *places: int, **axes: int) -> Any:
    """The vector at right angles to two others."""
    given = {**dict(zip(("axisa", "axisb", "axisc"), places, strict=False)), **axes}
    axis = given.pop("axis", -1)
    a, b = (
        np.moveaxis(one, given.pop(name, axis), -1)
        for one, name in ((a, "axisa"), (b, "axisb"))
    )
    if a.shape[-1] == 2 and b.shape[-1] == 2:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    parts = [
        a[..., i] * b[..., j] - a[..., j] * b[..., i]
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return np.stack(parts, axis=given.pop("axisc", axis))


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """What falls to each whole number, added up."""
    places = np.asarray(plain_of(x))
    n = max(int(places.max()) + 1, minlength)
    here = np.equal(np.ravel(x)[:, None], np.arange(n))
    return (
        np.sum(here, axis=0)
        if weights is None
        else np.ravel(weights) @ here.astype(float)
    )


def cov(m: Any, y: Any = None, rowvar: Any = 1, bias: Any = 0, ddof: Any = None) -> Any:
    """How rows vary together."""
    rows = np.atleast_2d(m)
    rows = rows if rowvar or np.ndim(m) < 2 else rows.T
    if y is not None:
        more = np.atleast_2d(y)
        rows = np.concatenate([rows, more if rowvar or np.ndim(y) < 2 else more.T])
    n = rows.shape[1] - (int(not bias) if ddof is None else ddof)
    centred = rows - np.mean(rows, axis=1, keepdims=True)
    found = centred @ centred.T / n
    return found if found.size > 1 else found[0, 0]


def corrcoef(x: Any, y: Any = None, rowvar: Any = 1) -> Any:
    """How rows vary together, each by its own spread."""
    together = cov(x, y, rowvar)
    if not np.ndim(together):
        return together / together
    spread = np.sqrt(np.diag(together))
    return together / spread[:, None] / spread[None, :]


def kron(a: Any, b: Any) -> Any:
    """Every entry of one times all of the other."""
    if np.ndim(a) == np.ndim(b) == 1:
        return np.ravel(np.outer(a, b))
    a, b = np.atleast_2d(a), np.atleast_2d(b)
    pairs = a[:, None, :, None] * b[None, :, None, :]
    return np.reshape(pairs, (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]))


def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """Turned by quarters."""
    for _ in range(k % 4):
        m = np.flip(np.swapaxes(m, *axes), axes[0])
    return m


def dstack(tup: Any) -> Any:
    """Side by side in the third axis."""
    parts = [np.atleast_2d(one) for one in tup]
    parts = [one[:, :, None] if one.ndim == 2 else one for one in parts]
    return np.concatenate(parts, axis=2)


def block(arrays: Any) -> Any:
    """Blocks put together."""
    if not isinstance(arrays, list):
        return np.atleast_2d(arrays)
    if not isinstance(arrays[0], list):
        return np.hstack([np.atleast_2d(one) for one in arrays])
    return np.vstack([block(row) for row in arrays])


def insert(arr: Any, obj: int, values: Any, axis: Axis = None) -> Any:
    """With something put in before a place."""
    flat, axis = (np.ravel(arr), 0) if axis is None else (arr, axis)
    front = (slice(None),) * (axis % flat.ndim)
    shape = list(map(int, flat.shape))
    put, n_axes = values, np.ndim(values)
    if n_axes:
        # as many axes as the array has: several are put in
        whole = n_axes == flat.ndim
        put = np.moveaxis(put, 0, axis) if whole else np.expand_dims(put, axis)
    shape[axis] = int(np.shape(put)[axis]) if n_axes else 1
    put = np.broadcast_to(put, tuple(shape))
    parts = [flat[(*front, slice(None, obj))], put, flat[(*front, slice(obj, None))]]
    return np.concatenate(parts, axis=axis)


def delete(arr: Any, obj: Any, axis: Axis = None) -> Any:
    """Without the entries at some places."""
    flat, axis = (np.ravel(arr), 0) if axis is None else (arr, axis)
    kept = np.delete(np.arange(int(flat.shape[axis])), obj)
    key: Any = (*(slice(None),) * (axis % flat.ndim), kept)
    return flat[key]


def extract(condition: Any, arr: Any) -> Any:
    """The entries where a condition holds."""
    return np.ravel(arr)[np.ravel(condition)]


def compress(condition: Any, a: Any, axis: Axis = None) -> Any:
    """The entries at which a list says yes."""
    return delete(a, ~np.asarray(condition, dtype=bool), axis)


def broadcast_arrays(*args: Any) -> Any:
    """All of one shape."""
    shape = np.broadcast_shapes(*(tuple(map(int, np.shape(one))) for one in args))
    return tuple(np.broadcast_to(one, shape) for one in args)


def meshgrid(*xi: Any, indexing: str = "xy") -> Any:
    """A grid from its sides."""
    grid = [
        np.reshape(x, (1,) * at + (-1,) + (1,) * (len(xi) - at - 1))
        for at, x in enumerate(xi)
    ]
    full = broadcast_arrays(*grid)
    if indexing == "xy" and len(xi) > 1:
        full = tuple(np.swapaxes(one, 0, 1) for one in full)
    return full


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any) -> Any:
    """A function of every row."""
    rows = np.moveaxis(arr, axis, -1)
    shape = tuple(map(int, rows.shape[:-1]))
    results = [func1d(rows[place], *args) for place in np.ndindex(shape)]
    after = results[0].shape if hasattr(results[0], "shape") else ()
    found = np.reshape(np.stack(results), (*shape, *after))
    return np.moveaxis(found, -1, axis) if after else found


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    "deg2rad": deg2rad,
    "radians": deg2rad,
    "rad2deg": rad2deg,
    "degrees": rad2deg,
    "divmod": divmod_,
    "multiply.accumulate": multiply_accumulate,
    "maximum.accumulate": maximum_accumulate,
    "minimum.accumulate": minimum_accumulate,
    "trapz": trapezoid,
    **{
        function.__name__: function
        for function in (
            *(sinc, logaddexp2, copysign, fmax, fmin, modf, fmod),
            *(quantile, percentile, median, nansum, nanmean, cumprod),
            *(ptp, ediff1d, gradient, trapezoid, interp, convolve),
            *(correlate, cross, bincount, cov, corrcoef, kron, rot90, dstack),
            *(block, insert, delete, extract, compress, broadcast_arrays),
            *(meshgrid, apply_along_axis, linspace, fix, logspace, choose, diagflat),
        )
    },
}
