"""Entries and their averages: bounds, rounding, weighted means, norms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import UNSET, expanded, ndim, refuse

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def clip(
    recorder: Recorder, a: Any, a_min: Any = None, a_max: Any = None, **options: Any
) -> Any:
    """``np.clip(a, 0, 1)``, with one bound or two."""
    low = options.pop("min", None) if a_min is None or a_min is UNSET else a_min
    high = options.pop("max", None) if a_max is None or a_max is UNSET else a_max
    refuse(recorder, "clip", options)
    if low is not None and high is not None:
        return recorder.record(ops.clip, (a, low, high))
    if low is None and high is None:
        return a
    bound, test = (high, ops.greater) if low is None else (low, ops.less)
    return recorder.record(ops.where, (recorder.record(test, (a, bound)), bound, a))


def around(recorder: Recorder, a: Any, decimals: int = 0, **options: Any) -> Any:
    """``np.round(a, decimals)``: moved by powers of ten, rounded, and moved back, as NumPy does it."""
    refuse(recorder, "round", options)
    if not decimals:
        return recorder.record(ops.rint, (a,))
    there, back = (
        (ops.multiply, ops.divide) if decimals > 0 else (ops.divide, ops.multiply)
    )
    scale = 10.0 ** abs(int(decimals))
    moved = recorder.record(ops.rint, (recorder.record(there, (a, scale)),))
    return recorder.record(back, (moved, scale))


def average(
    recorder: Recorder, a: Any, axis: Any = None, weights: Any = None, **options: Any
) -> Any:
    """``np.average(a, weights=w)``: the weighted mean."""
    keepdims = options.pop("keepdims", False)
    params = {"axis": axis, "keepdims": False if keepdims is UNSET else keepdims}
    refuse(recorder, "average", {key: value or None for key, value in options.items()})
    if weights is None:
        return recorder.record(ops.mean, (a,), params)
    if ndim(weights) == 1 and ndim(a) > 1:
        after = ndim(a) - 1 - axis % ndim(a)
        weights = (
            expanded(recorder, weights, tuple(range(1, after + 1)))
            if after
            else weights
        )
    weighed = recorder.record(
        ops.sum, (recorder.record(ops.multiply, (a, weights)),), params
    )
    if ndim(weights) == ndim(a):
        total = recorder.record(ops.sum, (weights,), params)
    else:
        total = recorder.record(ops.sum, (weights,))
    return recorder.record(ops.divide, (weighed, total))


def ptp(recorder: Recorder, a: Any, axis: Any = None, **options: Any) -> Any:
    """``np.ptp(a)``: the largest less the smallest."""
    keepdims = options.pop("keepdims", False)
    params = {"axis": axis, "keepdims": False if keepdims is UNSET else keepdims}
    refuse(recorder, "ptp", options)
    largest, smallest = (recorder.record(op, (a,), params) for op in (ops.max, ops.min))
    return recorder.record(ops.subtract, (largest, smallest))


def norm(
    recorder: Recorder,
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
        return recorder.record(ops.norm, (x,), params)
    sizes = recorder.record(ops.absolute, (x,))
    if one_axis:
        return _vector_norm(recorder, sizes, ord, params)
    rows, columns = axes
    if ord in {1, -1, math.inf, -math.inf}:
        summed, chosen = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = recorder.record(ops.sum, (sizes,), {"axis": summed, "keepdims": True})
        choose = ops.max if ord > 0 else ops.min
        largest = recorder.record(choose, (sums,), {"axis": chosen, "keepdims": True})
        return (
            largest
            if keepdims
            else recorder.record(ops.squeeze, (largest,), {"axis": axes})
        )
    refuse(recorder, "linalg.norm", {"ord": ord})
    return None


def _vector_norm(
    recorder: Recorder, sizes: Any, order: Any, params: Mapping[str, Any]
) -> Any:
    if order in {math.inf, -math.inf}:
        return recorder.record(ops.max if order > 0 else ops.min, (sizes,), params)
    if order == 1:
        return recorder.record(ops.sum, (sizes,), params)
    if isinstance(order, str) or order == 0:
        refuse(recorder, "linalg.norm", {"ord": order})
    powers = recorder.record(ops.power, (sizes, order))
    return recorder.record(
        ops.power, (recorder.record(ops.sum, (powers,), params), 1 / order)
    )
