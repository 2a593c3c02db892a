"""Arrays made like others, of another element type if asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Op
from chainrule.trace.numpy_adapters.require import refuse
from chainrule.trace.tracing import Tracing


def zeros_like(tracer: Tracing, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.zeros_like(a)``, and ``np.zeros_like(labels, dtype=float)``."""
    return _like(tracer, ops.zeros_like, a, dtype, options)


def ones_like(tracer: Tracing, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.ones_like(a)``, and ``np.ones_like(labels, dtype=float)``."""
    return _like(tracer, ops.ones_like, a, dtype, options)


def _like(tracer: Tracing, op: Op, a: Any, dtype: Any, options: dict[str, Any]) -> Any:
    refuse(tracer, op.name, {"shape": options.get("shape")})
    made = tracer.record(op, (a,))
    return made if dtype is None else made.astype(np.dtype(dtype))
