"""The same entries in another shape."""

from __future__ import annotations

from typing import Any

from chainrule import ops
from chainrule.trace.numpy_adapters.require import expanded, ndim, refuse, reshaped
from chainrule.trace.tracing import Tracing


def ravel(tracer: Tracing, a: Any, order: str = "C") -> Any:
    """``np.ravel(a)``; by columns, where it is asked for."""
    if order == "F":
        a = tracer.record(ops.transpose, (a,))
    elif order not in {"C", "K"}:
        refuse(tracer, "ravel", {"order": order})
    return reshaped(tracer, a, (-1,))


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


def atleast_1d(tracer: Tracing, *arys: Any) -> Any:
    """``np.atleast_1d(a)``."""
    found = [expanded(tracer, item, 0) if ndim(item) == 0 else item for item in arys]
    return found[0] if len(found) == 1 else tuple(found)


def atleast_2d(tracer: Tracing, *arys: Any) -> Any:
    """``np.atleast_2d(a)``."""
    axes: dict[int, Any] = {0: (0, 1), 1: 0}
    found = [
        expanded(tracer, item, axes[ndim(item)]) if ndim(item) in axes else item
        for item in arys
    ]
    return found[0] if len(found) == 1 else tuple(found)


def matrix_transpose(tracer: Tracing, x: Any) -> Any:
    """``np.matrix_transpose(a)``."""
    return tracer.record(ops.swapaxes, (x,), {"axis1": -1, "axis2": -2})


def fliplr(tracer: Tracing, m: Any) -> Any:
    """``np.fliplr(a)``."""
    return tracer.record(ops.flip, (m,), {"axis": 1})


def flipud(tracer: Tracing, m: Any) -> Any:
    """``np.flipud(a)``."""
    return tracer.record(ops.flip, (m,), {"axis": 0})


def shape(_: Tracing, a: Any) -> Any:
    """``np.shape(a)``: lengths that stay lengths."""
    return a.shape


def size(_: Tracing, a: Any, axis: int | None = None) -> Any:
    """``np.size(a)``."""
    return a.size if axis is None else a.shape[axis]


def n_axes(_: Tracing, a: Any) -> int:
    """``np.ndim(a)``."""
    return int(a.ndim)
