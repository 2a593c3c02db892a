"""Arrays made like others, of another element type if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.program import Op
from chainrule.trace.numpy_adapters.require import refuse

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def zeros_like(recorder: Recorder, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.zeros_like(a)``, and ``np.zeros_like(labels, dtype=float)``."""
    return _like(recorder, ops.zeros_like, a, dtype, options)


def ones_like(recorder: Recorder, a: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.ones_like(a)``, and ``np.ones_like(labels, dtype=float)``."""
    return _like(recorder, ops.ones_like, a, dtype, options)


def _like(
    recorder: Recorder, op: Op, a: Any, dtype: Any, options: dict[str, Any]
) -> Any:
    refuse(recorder, op.name, {"shape": options.get("shape")})
    made = recorder.record(op, (a,))
    return made if dtype is None else made.astype(np.dtype(dtype))
