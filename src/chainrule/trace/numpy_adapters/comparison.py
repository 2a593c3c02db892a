"""Entries by their place or their order."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import UNSET, ndim, reads, refuse, reshaped
from chainrule.trace.tracing import Tracing


@reads(np.take)
def take(
    tracer: Tracing, a: Any, indices: Any, axis: int | None = None, **options: Any
) -> Any:
    """``np.take(a, indices, axis)``: what ``a[:, indices]`` takes."""
    refuse(
        tracer,
        "take",
        {key: None if value == "raise" else value for key, value in options.items()},
    )
    array = reshaped(tracer, a, (-1,)) if axis is None else tracer.lift(tracer.lower(a))
    front = (slice(None),) * ((axis or 0) % max(array.ndim, 1))
    return array[(*front, indices)]


@reads(np.where)
def where(tracer: Tracing, condition: Any, *choices: Any) -> Any:
    """``np.where(c, a, b)``; ``np.where(c)`` are the places alone."""
    if not choices:
        return nonzero(tracer, condition)
    if isinstance(condition, bool | np.bool_):
        # PyTorch asks for a tensor
        condition = tracer.array_of(np.asarray(condition))
    return tracer.record(ops.where, (condition, *choices))


@reads(np.nonzero)
def nonzero(tracer: Tracing, a: Any) -> tuple[Any, ...]:
    """``np.nonzero(a)``: the places of what is not 0, an array an axis."""
    found = a.number.nonzero()
    return tuple(
        tracer.record(ops.nonzero, (a,), {"axis": axis, "n": len(places)})
        for axis, places in enumerate(found)
    )


@reads(np.searchsorted)
def searchsorted(
    tracer: Tracing, a: Any, v: Any, side: str = "left", **options: Any
) -> Any:
    """``np.searchsorted(a, v)``: both as one type, which languages ask for."""
    refuse(tracer, "searchsorted", options)
    both = [tracer.lift(tracer.lower(one)) for one in (a, v)]
    kind = np.result_type(*(getattr(one, "dtype", one) for one in both))
    both = [
        one.astype(kind) if getattr(one, "dtype", kind) != kind else one for one in both
    ]
    return tracer.record(ops.searchsorted, both, {"side": side})


@reads(np.diag)
def diag(tracer: Tracing, v: Any, k: int = 0) -> Any:
    """``np.diag(v)``: a matrix of a vector, or the diagonal of a matrix."""
    if ndim(v) == 1:
        return tracer.record(ops.diag, (v,), {"k": k})
    return tracer.record(ops.diagonal, (v,), {"offset": k})


@reads(np.argsort)
def argsort(tracer: Tracing, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.argsort(a, axis)``."""
    refuse(
        tracer,
        "argsort",
        {key: value for key, value in options.items() if key not in {"kind", "stable"}},
    )
    return tracer.record(ops.argsort, (a,), {"axis": axis})


@reads(np.sort)
def sort(tracer: Tracing, a: Any, axis: int | None = -1, **options: Any) -> Any:
    """``np.sort(a, axis)``: the entries in the order of their ``argsort``."""
    flat, place = (reshaped(tracer, a, (-1,)), -1) if axis is None else (a, axis)
    order = argsort(tracer, flat, place, **options)
    return tracer.record(ops.take_along_axis, (flat, order), {"axis": place})


ENDS = ("prepend", "append")


def _edge(end: Any, a: Any, axis: int) -> list[Any]:
    """What is put before or behind an array, a number as a slice of it."""
    if end is UNSET:
        return []
    if ndim(end):
        return [end]
    shape = list(map(int, a.shape))
    shape[axis] = 1
    return [np.broadcast_to(end, tuple(shape))]


@reads(np.diff)
def diff(tracer: Tracing, a: Any, n: int = 1, axis: int = -1, **ends: Any) -> Any:
    """``np.diff(a)``: each entry less the one before."""
    before, after = (_edge(ends.pop(end, UNSET), a, axis) for end in ENDS)
    refuse(tracer, "diff", ends)
    if before or after:
        a = np.concatenate([*before, a, *after], axis=axis)
    front = (slice(None),) * (axis % ndim(a))
    for _ in range(n):
        later, earlier = (
            tracer.record(ops.getitem, (a,), {"index": (*front, part)})
            for part in (slice(1, None), slice(None, -1))
        )
        a = tracer.record(ops.subtract, (later, earlier))
    return a
