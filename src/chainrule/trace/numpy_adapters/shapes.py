"""The same entries in another shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.require import (
    expanded,
    ndim,
    reads,
    refuse,
    reshaped,
)
from chainrule.trace.tracing import Tracing


@reads(np.ravel)
def ravel(tracer: Tracing, a: Any, order: str = "C") -> Any:
    """``np.ravel(a)``; by columns, where it is asked for."""
    if order == "F":
        a = tracer.record(ops.transpose, (a,))
    elif order != "C" and ndim(a) > 1:
        # as the entries lie in memory, which may be another way in the next call
        refuse(tracer, "ravel", {"order": order})
    return reshaped(tracer, a, (-1,))


@reads(np.reshape)
def reshape(
    tracer: Tracing, a: Any, shape: Any = None, order: str = "C", **options: Any
) -> Any:
    """``np.reshape(a, shape)``; by columns, where it is asked for."""
    wanted = options.pop("newshape", shape)
    refuse(tracer, "reshape", options)
    wanted = tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)
    if order == "F":
        turned = tracer.record(ops.transpose, (a,))
        rows = tracer.record(ops.reshape, (turned,), {"shape": wanted[::-1]})
        return tracer.record(ops.transpose, (rows,))
    if order != "C":
        refuse(tracer, "reshape", {"order": order})
    return tracer.record(ops.reshape, (a,), {"shape": wanted})


@reads(np.atleast_1d)
def atleast_1d(tracer: Tracing, *arys: Any) -> Any:
    """``np.atleast_1d(a)``."""
    found = [expanded(tracer, item, 0) if ndim(item) == 0 else item for item in arys]
    return found[0] if len(found) == 1 else tuple(found)


@reads(np.atleast_2d)
def atleast_2d(tracer: Tracing, *arys: Any) -> Any:
    """``np.atleast_2d(a)``."""
    axes: dict[int, Any] = {0: (0, 1), 1: 0}
    found = [
        expanded(tracer, item, axes[ndim(item)]) if ndim(item) in axes else item
        for item in arys
    ]
    return found[0] if len(found) == 1 else tuple(found)


@reads(np.shape)
def shape(_: Tracing, a: Any) -> Any:
    """``np.shape(a)``: lengths that stay lengths."""
    return a.shape


@reads(np.size)
def size(_: Tracing, a: Any, axis: int | None = None) -> Any:
    """``np.size(a)``."""
    return a.size if axis is None else a.shape[axis]


@reads(np.shares_memory, np.may_share_memory)
def shares_memory(_: Tracing, a: Any, b: Any, *__: Any) -> bool:
    """``np.shares_memory(a, b)``: as the memory lies."""
    return np.shares_memory(*(getattr(one, "memory", one) for one in (a, b)))


@reads(np.ndim)
def n_axes(_: Tracing, a: Any) -> int:
    """``np.ndim(a)``."""
    return int(a.ndim)
