"""Arrays made like others, of another element type if asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Op
from chainrule.trace.numpy_adapters.require import reads, refuse
from chainrule.trace.traced import Traced
from chainrule.trace.tracing import Tracing


@reads(np.zeros_like)
def zeros_like(tracer: Tracing, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.zeros_like(a)``, and ``np.zeros_like(labels, dtype=float)``."""
    return _like(tracer, ops.zeros_like, a, dtype, options)


@reads(np.ones_like)
def ones_like(tracer: Tracing, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.ones_like(a)``, and ``np.ones_like(labels, dtype=float)``."""
    return _like(tracer, ops.ones_like, a, dtype, options)


@reads(np.full_like)
def full_like(
    tracer: Tracing, a: Any, fill_value: Any, dtype: Any = None, **options: Any
) -> Any:
    """``np.full_like(a, x.mean())``: the number may be traced."""
    refuse(tracer, "full_like", {"shape": options.get("shape")})
    if type(fill_value) is Traced:
        filled = np.broadcast_to(fill_value, np.shape(a)).copy()
        return filled.astype(a.dtype if dtype is None else np.dtype(dtype))
    made = tracer.record(ops.full_like, (a,), {"fill_value": fill_value})
    return made if dtype is None else made.astype(np.dtype(dtype))


def _like(tracer: Tracing, op: Op, a: Any, dtype: Any, options: dict[str, Any]) -> Any:
    refuse(tracer, op.name, {"shape": options.get("shape")})
    made = tracer.record(op, (a,))
    return made if dtype is None else made.astype(np.dtype(dtype))
