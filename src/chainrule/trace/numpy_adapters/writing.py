"""Functions that write into their first argument: each as the write to an index or through a mask that it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace import refusals
from chainrule.trace.numpy_adapters.require import reads, refuse
from chainrule.trace.tracing import Tracing


def _followed(tracer: Tracing, name: str, target: Any) -> Any:
    if not hasattr(target, "write"):
        raise refusals.plain_out(f"np.{name}", tracer.here())
    return target


def _cycled(values: Any, n: int) -> Any:
    """The first ``n`` of the values, which start again where they end."""
    flat = np.ravel(values)
    return flat[0] if flat.size == 1 else flat[np.arange(n) % int(flat.size)]


@reads(np.copyto)
def copyto(
    tracer: Tracing,
    dst: Any,
    src: Any,
    casting: str = "same_kind",  # noqa: ARG001 - NumPy's signature
    where: Any = True,  # noqa: FBT002 - the same
) -> None:
    """``np.copyto(a, b)``."""
    target = _followed(tracer, "copyto", dst)
    if where is True:
        target[...] = src
    else:
        target.write(np.where(where, src, target))


@reads(np.putmask)
def putmask(tracer: Tracing, a: Any, mask: Any, values: Any) -> None:
    """``np.putmask(a, mask, values)``: the values at the places of the mask, from the start again where they end."""
    target = _followed(tracer, "putmask", a)
    filled = _cycled(values, int(target.size))
    if getattr(filled, "ndim", 0):
        filled = np.reshape(filled, target.shape)
    target.write(np.where(mask, filled, target))


@reads(np.place)
def place(tracer: Tracing, arr: Any, mask: Any, vals: Any) -> None:
    """``np.place(a, mask, values)``: the first values at the places of the mask, in order."""
    target = _followed(tracer, "place", arr)
    n = int(np.count_nonzero(getattr(mask, "number", mask)))
    if n:
        target[np.reshape(mask, target.shape)] = _cycled(vals, n)


@reads(np.put)
def put(tracer: Tracing, a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """``np.put(a, indices, values)`` on the flat array."""
    target = _followed(tracer, "put", a)
    refuse(tracer, "put", {"mode": None if mode == "raise" else mode})
    places = np.ravel(ind)
    flat = np.ravel(target).copy()
    flat[places] = _cycled(v, int(places.size))
    target.write(np.reshape(flat, target.shape))


@reads(np.put_along_axis)
def put_along_axis(
    tracer: Tracing, arr: Any, indices: Any, values: Any, axis: int | None = -1
) -> None:
    """``np.put_along_axis(a, indices, values, axis)``."""
    target = _followed(tracer, "put_along_axis", arr)
    if axis is None:
        put(tracer, arr, indices, values)
        return
    ndim = target.ndim
    shape = np.shape(getattr(indices, "number", indices))
    index: list[Any] = []
    for place in range(ndim):
        if place == axis % ndim:
            index.append(indices)
        else:
            lengths = [1] * ndim
            lengths[place] = shape[place]
            index.append(np.arange(shape[place]).reshape(lengths))
    target[tuple(index)] = values


@reads(np.fill_diagonal)
def fill_diagonal(tracer: Tracing, a: Any, val: Any, wrap: bool = False) -> None:  # noqa: FBT001, FBT002 - NumPy's signature
    """``np.fill_diagonal(a, value)``."""
    target = _followed(tracer, "fill_diagonal", a)
    if wrap and target.ndim == 2 and int(target.shape[0]) > int(target.shape[1]):
        refuse(tracer, "fill_diagonal", {"wrap": True})
    n = min(target.shape)
    count = tracer.record(ops.arange, (), {"n": n})
    target[(count,) * target.ndim] = val
