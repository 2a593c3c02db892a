"""The same entries in another shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainrule import ops
from chainrule.trace.numpy_adapters.require import expanded, ndim, refuse, reshaped

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def ravel(recorder: Recorder, a: Any, order: str = "C") -> Any:
    """``np.ravel(a)``."""
    refuse(recorder, "ravel", {"order": None if order in {"C", "K"} else order})
    return reshaped(recorder, a, (-1,))


def atleast_1d(recorder: Recorder, *arys: Any) -> Any:
    """``np.atleast_1d(a)``."""
    found = [expanded(recorder, item, 0) if ndim(item) == 0 else item for item in arys]
    return found[0] if len(found) == 1 else tuple(found)


def atleast_2d(recorder: Recorder, *arys: Any) -> Any:
    """``np.atleast_2d(a)``."""
    axes: dict[int, Any] = {0: (0, 1), 1: 0}
    found = [
        expanded(recorder, item, axes[ndim(item)]) if ndim(item) in axes else item
        for item in arys
    ]
    return found[0] if len(found) == 1 else tuple(found)


def matrix_transpose(recorder: Recorder, x: Any) -> Any:
    """``np.matrix_transpose(a)``."""
    return recorder.record(ops.swapaxes, (x,), {"axis1": -1, "axis2": -2})


def fliplr(recorder: Recorder, m: Any) -> Any:
    """``np.fliplr(a)``."""
    return recorder.record(ops.flip, (m,), {"axis": 1})


def flipud(recorder: Recorder, m: Any) -> Any:
    """``np.flipud(a)``."""
    return recorder.record(ops.flip, (m,), {"axis": 0})
