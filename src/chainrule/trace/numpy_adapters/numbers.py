"""Entries and their averages: bounds, rounding, weighted means, norms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import UNSET, expanded, ndim, reads, refuse
from chainrule.trace.tracing import Tracing


@reads(np.clip)
def clip(
    tracer: Tracing, a: Any, a_min: Any = None, a_max: Any = None, **options: Any
) -> Any:
    """``np.clip(a, 0, 1)``, with one bound or two."""
    low = options.pop("min", None) if a_min is None or a_min is UNSET else a_min
    high = options.pop("max", None) if a_max is None or a_max is UNSET else a_max
    refuse(tracer, "clip", options)
    if low is not None and high is not None:
        return tracer.record(ops.clip, (a, low, high))
    if low is None and high is None:
        return a
    bound, test = (high, ops.greater) if low is None else (low, ops.less)
    return tracer.record(ops.where, (tracer.record(test, (a, bound)), bound, a))


@reads(np.nan_to_num)
def nan_to_num(tracer: Tracing, x: Any, copy: Any = True, **options: Any) -> Any:  # noqa: FBT002 - NumPy's signature
    """``np.nan_to_num(x)``: what is no number is another one, which does not move."""
    nan = options.pop("nan", 0.0)
    highest = float(np.finfo(np.float64).max)
    top, bottom = options.pop("posinf", None), options.pop("neginf", None)
    refuse(tracer, "nan_to_num", {**options, "copy": None if copy else False})
    if getattr(x, "dtype", np.dtype(float)).kind != "f":
        return x
    for limit, number in (
        (np.inf, highest if top is None else top),
        (-np.inf, -highest if bottom is None else bottom),
    ):
        met = tracer.record(ops.equal, (x, limit))
        x = tracer.record(ops.where, (met, number, x))
    return tracer.record(ops.where, (tracer.record(ops.isnan, (x,)), nan, x))


@reads(np.round)
def around(tracer: Tracing, a: Any, decimals: int = 0, **options: Any) -> Any:
    """``np.round(a, decimals)``: moved by powers of ten, rounded, and moved back, as NumPy does it."""
    refuse(tracer, "round", options)
    if not decimals:
        return tracer.record(ops.rint, (a,))
    there, back = (
        (ops.multiply, ops.divide) if decimals > 0 else (ops.divide, ops.multiply)
    )
    scale = 10.0 ** abs(int(decimals))
    moved = tracer.record(ops.rint, (tracer.record(there, (a, scale)),))
    return tracer.record(back, (moved, scale))


@reads(np.average)
def average(
    tracer: Tracing, a: Any, axis: Any = None, weights: Any = None, **options: Any
) -> Any:
    """``np.average(a, weights=w)``: the weighted mean."""
    keepdims = options.pop("keepdims", False)
    params = {"axis": axis, "keepdims": False if keepdims is UNSET else keepdims}
    refuse(tracer, "average", {key: value or None for key, value in options.items()})
    if weights is None:
        return tracer.record(ops.mean, (a,), params)
    if ndim(weights) == 1 and ndim(a) > 1:
        after = ndim(a) - 1 - axis % ndim(a)
        weights = (
            expanded(tracer, weights, tuple(range(1, after + 1))) if after else weights
        )
    weighed = tracer.record(
        ops.sum, (tracer.record(ops.multiply, (a, weights)),), params
    )
    if ndim(weights) == ndim(a):
        total = tracer.record(ops.sum, (weights,), params)
    else:
        total = tracer.record(ops.sum, (weights,))
    return tracer.record(ops.divide, (weighed, total))


@reads(np.linalg.norm)
def norm(
    tracer: Tracing,
    x: Any,
    ord: Any = None,  # noqa: A002 - NumPy's own name
    axis: Any = None,
    keepdims: Any = False,  # noqa: FBT002 - the same
) -> Any:
    """``np.linalg.norm(x)``: Euclidean and Frobenius, sums of sizes, the largest size, and other powers."""
    params = {"axis": axis, "keepdims": keepdims}
    axes: tuple[Any, ...] = (
        tuple(range(ndim(x)))
        if axis is None
        else (axis,)
        if isinstance(axis, int | np.integer)
        else tuple(axis)
    )
    one_axis = len(axes) == 1
    if ord is None or ord == "fro" or (ord == 2 and one_axis):
        return tracer.record(ops.norm, (x,), params)
    sizes = tracer.record(ops.absolute, (x,))
    if one_axis:
        return _vector_norm(tracer, sizes, ord, params)
    rows, columns = axes
    if ord in {1, -1, math.inf, -math.inf}:
        summed, chosen = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = tracer.record(ops.sum, (sizes,), {"axis": summed, "keepdims": True})
        choose = ops.max if ord > 0 else ops.min
        largest = tracer.record(choose, (sums,), {"axis": chosen, "keepdims": True})
        return (
            largest
            if keepdims
            else tracer.record(ops.squeeze, (largest,), {"axis": axes})
        )
    if ord in {2, -2, "nuc"} and ndim(x) == 2 and not keepdims:
        stretches = np.linalg.svd(x, compute_uv=False)
        by_order: dict[Any, Any] = {2: np.max, -2: np.min, "nuc": np.sum}
        return by_order[ord](stretches)
    refuse(tracer, "linalg.norm", {"ord": ord})
    return None


def _vector_norm(
    tracer: Tracing, sizes: Any, order: Any, params: Mapping[str, Any]
) -> Any:
    if order in {math.inf, -math.inf}:
        return tracer.record(ops.max if order > 0 else ops.min, (sizes,), params)
    if order == 1:
        return tracer.record(ops.sum, (sizes,), params)
    if isinstance(order, str) or order == 0:
        refuse(tracer, "linalg.norm", {"ord": order})
    powers = tracer.record(ops.power, (sizes, order))
    return tracer.record(
        ops.power, (tracer.record(ops.sum, (powers,), params), 1 / order)
    )
