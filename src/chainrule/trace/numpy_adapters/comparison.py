"""Entries by their place or their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import ndim, refuse, reshaped

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def take(
    recorder: Recorder, a: Any, indices: Any, axis: int | None = None, **options: Any
) -> Any:
    """``np.take(a, indices, axis)``: what ``a[:, indices]`` takes."""
    refuse(
        recorder,
        "take",
        {key: None if value == "raise" else value for key, value in options.items()},
    )
    array = (
        reshaped(recorder, a, (-1,))
        if axis is None
        else recorder.lift(recorder.lower(a))
    )
    front = (slice(None),) * ((axis or 0) % max(array.ndim, 1))
    return array[(*front, indices)]


def where(recorder: Recorder, condition: Any, *choices: Any) -> Any:
    """``np.where(c, a, b)``; the places alone, ``np.where(c)``, are whole numbers outside of the program."""
    if not choices:
        return np.where(condition.number)
    return recorder.record(ops.where, (condition, *choices))


def select(
    recorder: Recorder,
    condlist: Sequence[Any],
    choicelist: Sequence[Any],
    default: Any = 0,
) -> Any:
    """``np.select([c, d], [a, b], default)``: the first choice whose condition holds."""
    chosen = default
    for condition, choice in reversed([*zip(condlist, choicelist, strict=True)]):
        chosen = recorder.record(ops.where, (condition, choice, chosen))
    return chosen


def diag(recorder: Recorder, v: Any, k: int = 0) -> Any:
    """``np.diag(v)``: a matrix of a vector, or the diagonal of a matrix."""
    if ndim(v) == 1:
        return recorder.record(ops.diag, (v,), {"k": k})
    return recorder.record(ops.diagonal, (v,), {"offset": k})


def trace(
    recorder: Recorder,
    a: Any,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    **options: Any,
) -> Any:
    """``np.trace(a)``: the sum of the diagonal."""
    refuse(recorder, "trace", options)
    line = recorder.record(
        ops.diagonal, (a,), {"offset": offset, "axis1": axis1, "axis2": axis2}
    )
    return recorder.record(ops.sum, (line,), {"axis": None if ndim(a) == 2 else -1})


def argsort(recorder: Recorder, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.argsort(a, axis)``."""
    refuse(
        recorder,
        "argsort",
        {key: value for key, value in options.items() if key not in {"kind", "stable"}},
    )
    return recorder.record(ops.argsort, (a,), {"axis": axis})


def sort(recorder: Recorder, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.sort(a, axis)``: the entries in the order of their ``argsort``."""
    flat, place = (reshaped(recorder, a, (-1,)), -1) if axis is None else (a, axis)
    order = argsort(recorder, flat, place, **options)
    return recorder.record(ops.take_along_axis, (flat, order), {"axis": place})


def diff(recorder: Recorder, a: Any, n: int = 1, axis: int = -1, **options: Any) -> Any:
    """``np.diff(a)``: each entry less the one before."""
    refuse(recorder, "diff", options)
    front = (slice(None),) * (axis % ndim(a))
    for _ in range(n):
        later, earlier = (
            recorder.record(ops.getitem, (a,), {"index": (*front, part)})
            for part in (slice(1, None), slice(None, -1))
        )
        a = recorder.record(ops.subtract, (later, earlier))
    return a
