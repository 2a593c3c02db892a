"""The same entries in another shape."""

from __future__ import annotations

from typing import Any

from chainrule import ops
from chainrule.trace.numpy_adapters.require import expanded, ndim, refuse, reshaped
from chainrule.trace.tracing import Tracing


def ravel(tracer: Tracing, a: Any, order: str = "C") -> Any:
    """``np.ravel(a)``."""
    refuse(tracer, "ravel", {"order": None if order in {"C", "K"} else order})
    return reshaped(tracer, a, (-1,))


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
