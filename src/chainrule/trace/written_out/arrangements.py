"""NumPy's functions that only hand real numbers on, or set them in another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def real(val: Any) -> Any:
    """The real part of what is real."""
    return np.copy(val)


def imag(val: Any) -> Any:
    """The imaginary part of what is real: nothing."""
    return val * 0.0


def angle(z: Any, deg: Any = False) -> Any:  # noqa: FBT002 - NumPy's signature
    """The angle of what is real: a half turn where it is negative."""
    return np.where(np.less(z, 0), 180.0 if deg else np.pi, 0.0) + imag(z)


def atleast_3d(*arys: Any) -> Any:
    """With three axes; a vector lies along the middle one."""
    made = tuple(
        one[None, :, None]
        if np.ndim(one) == 1
        else np.reshape(one, (*map(int, np.shape(one)), 1, 1, 1)[:3])
        if np.ndim(one) < 3
        else np.copy(one)
        for one in arys
    )
    return made if len(made) > 1 else made[0]


def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis brought before another."""
    n = int(a.ndim)
    axis, start = axis % n, start + n * (start < 0)
    return np.moveaxis(a, axis, start - (axis < start))


def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the third axis."""
    return np.split(ary, indices_or_sections, axis=2)


def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut into columns; a row into parts."""
    return np.split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut into rows."""
    return np.split(ary, indices_or_sections, 0)


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """One behind the other."""
    if isinstance(values, int | float):
        # a number has no type that every framework would join
        values = np.asarray([values], np.result_type(arr.dtype, type(values)))
    return np.concatenate([arr, values], axis=axis)


def fliplr(m: Any) -> Any:
    """Left and right exchanged."""
    return np.flip(m, 1)


def flipud(m: Any) -> Any:
    """Turned upside down."""
    return np.flip(m, 0)


def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)


def partition(a: Any, kth: Any, axis: int = -1) -> Any:
    """The smaller ones before the k-th, the larger ones behind."""
    places = np.argpartition(a, kth, axis)
    return np.take_along_axis(a, places, axis)


def ix_(*args: Any) -> Any:
    """Places along each axis, set to be met in every combination."""
    sides = [np.asarray(one) if isinstance(one, list | range) else one for one in args]
    sides = [np.nonzero(one)[0] if one.dtype == bool else one for one in sides]
    return tuple(
        np.reshape(one, (1,) * at + (-1,) + (1,) * (len(sides) - at - 1))
        for at, one in enumerate(sides)
    )


DEFINITIONS: Mapping[str, Callable[..., Any]] = {
    "conjugate": real,
    "real_if_close": real,
    **{
        function.__name__: function
        for function in (
            *(real, imag, angle, atleast_3d, rollaxis, dsplit, hsplit, vsplit),
            *(append, fliplr, flipud, matrix_transpose, partition, ix_),
        )
    },
}
