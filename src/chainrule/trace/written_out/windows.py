"""Windows that NumPy shows of an array, as views of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.ops.shapes import axes_of


def as_strided(x: Any, shape: Any, strides: Any) -> Any:
    """The entries of an array at places that its strides reach."""
    places = np.arange(int(x.size))
    bytes_ = tuple(int(one) // x.itemsize * places.itemsize for one in strides)
    shape = tuple(map(int, shape))
    return np.ravel(x)[np.lib.stride_tricks.as_strided(places, shape, bytes_)]


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """Every window of a size."""
    size = (window_shape,) if np.ndim(window_shape) == 0 else tuple(window_shape)
    along = range(x.ndim) if axis is None else axes_of(axis, x.ndim)
    if len(set(along)) == len(size):
        return ops.windows(x, size=size, axis=tuple(along), stride=(1,) * len(size))
    # an axis named twice has windows of windows
    places = np.reshape(np.arange(int(x.size)), tuple(map(int, x.shape)))
    seen = np.lib.stride_tricks.sliding_window_view(places, window_shape, axis)
    return np.ravel(x)[seen]


NUMPY: Mapping[str, Callable[..., Any]] = {
    "lib.stride_tricks.as_strided": as_strided,
    "lib.stride_tricks.sliding_window_view": sliding_window_view,
}
