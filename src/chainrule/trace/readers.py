"""NumPy functions whose call differs from their op's: lists of arrays, several results, strings first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def concatenate(recorder: Recorder, arrays: Sequence[Any], axis: int = 0) -> Any:
    """``np.concatenate([a, b], axis)``."""
    return recorder.record(ops.concatenate, tuple(arrays), {"axis": axis})


def stack(recorder: Recorder, arrays: Sequence[Any], axis: int = 0) -> Any:
    """``np.stack([a, b], axis)``."""
    return recorder.record(ops.stack, tuple(arrays), {"axis": axis})


READERS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.concatenate: concatenate,
    np.stack: stack,
}
