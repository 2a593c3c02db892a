"""Windows that NumPy shows of an array, as views of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.ops.moving_windows import Lengths, looked_at
from chainrule.ops.shapes import axes_of


def as_strided(x: Any, shape: Any, strides: Any) -> Any:
    """The entries of an array at places that its strides reach: windows of it, where those are the places."""
    places = np.arange(int(x.size))
    steps = tuple(int(one) // x.itemsize for one in strides)
    shape = tuple(map(int, shape))
    bytes_ = tuple(one * places.itemsize for one in steps)
    wanted = np.lib.stride_tricks.as_strided(places, shape, bytes_)
    meant = _windows_meant(tuple(map(int, x.shape)), shape, steps)
    if meant is not None:
        size, axis, stride, order = meant
        seen = looked_at(places.reshape(x.shape), size, axis, stride).transpose(order)
        if np.array_equal(seen, wanted):
            found = ops.windows(x, size=size, axis=axis, stride=stride)
            same = order == tuple(range(len(order)))
            return found if same else np.transpose(found, order)
    return np.ravel(x)[wanted]


def _windows_meant(
    lengths: Lengths, shape: Lengths, steps: Lengths
) -> tuple[Lengths, Lengths, Lengths, Lengths] | None:
    """The size of windows, along which axes and how far apart, and the order of axes, that strides look like.

    An axis is walked by its own step alone, or by a window's places in one entry and the window's own in the next.
    """
    own = [int(np.prod(lengths[axis + 1 :])) for axis in range(len(lengths))]
    walked: dict[int, list[int]] = {axis: [] for axis in range(len(lengths))}
    for at, step in enumerate(steps):
        axis = next((one for one in walked if 0 < own[one] <= step), None)
        if axis is None or lengths[axis] == 1:
            return None
        walked[axis].append(at)
    size, axes, stride, first, last = [], [], [], [], []
    for axis, found in walked.items():
        if not 0 < len(found) < 3:
            return None
        if len(found) == 2:
            # places come before what stands in a window, and are as far apart or farther
            place, inside = sorted(found, key=lambda at: (-steps[at], at))
            size.append(shape[inside])
            axes.append(axis)
            stride.append(steps[place] // own[axis])
            last.append(inside)
        first.append(found[0] if len(found) == 1 else place)
    if not axes:
        return None
    order = tuple(int(one) for one in np.argsort([*first, *last]))
    return tuple(size), tuple(axes), tuple(stride), order


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
