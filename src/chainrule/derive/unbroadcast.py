"""Undoing broadcasting: a gradient is brought to the shape of what it belongs to, for all ops at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import Shape, Value
from chainrule.trace import Traced


def fit(gradient: Any, target: Traced) -> tuple[Any, str]:
    """``gradient`` with the shape of ``target``, and the reason if something had to be done.

    Where broadcasting copied an entry, the gradients of the copies add up; where a gradient comes as one number
    for all entries, each entry gets it.
    """
    value = target.value
    why = ""
    if _shape(gradient) != value.shape:
        gradient, why = _summed(gradient, target)
    if value.weak and isinstance(gradient, Traced) and gradient.dtype != value.dtype:
        gradient = gradient.astype(value.dtype)
    return gradient, why


def _shape(gradient: Any) -> Shape:
    return gradient.number.shape if isinstance(gradient, Traced) else np.shape(gradient)


def _summed(gradient: Any, target: Traced) -> tuple[Any, str]:
    """The gradients of copies added up, or one number copied to every entry."""
    value = target.value
    wide = _shape(gradient)
    new, stretched = _copied(wide, value)
    if stretched:
        gradient = np.sum(gradient, axis=_axis(stretched), keepdims=True)
    if new:
        gradient = np.sum(gradient, axis=_axis(new))
    if _shape(gradient) != value.shape:
        gradient = np.broadcast_to(gradient, target.shape)
    copies = len(new) + len(stretched)
    if not copies:
        return gradient, ""
    what = served(wide, value)
    return (
        gradient,
        f"{value.name or 'it'} serves every {what}, so the gradients of all of them add up",
    )


def served(shape: Shape, value: Value) -> str:
    """What a value is copied for where it meets an array of a shape: each row, each column, each entry, each place.

    >>> row, column = (Value(one, np.dtype(float)) for one in ((4,), (3, 1)))
    >>> served((3, 4), row), served((3, 4), column), served((4,), Value((), row.dtype))
    ('row', 'column', 'entry')
    """
    new, stretched = _copied(shape, value)
    copied = {*new, *stretched}
    kept = [axis for axis, n in enumerate(shape) if axis not in copied and n != 1]
    if not kept:
        return "entry"
    if kept == [len(shape) - 1]:
        return "row"
    return "column" if len(shape) == 2 else "place"


def _copied(
    shape: tuple[int, ...], value: Value
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes broadcasting put in front, and the axes of length 1 that it stretched."""
    n_new = max(len(shape) - value.ndim, 0)
    old = value.shape[value.ndim - (len(shape) - n_new) :]
    stretched = tuple(
        n_new + axis
        for axis, length in enumerate(old)
        if length == 1 and shape[n_new + axis] != 1
    )
    return tuple(range(n_new)), stretched


def _axis(axes: tuple[int, ...]) -> int | tuple[int, ...]:
    return axes[0] if len(axes) == 1 else axes
