"""Shape rules: from the shapes of arguments to the shape of a result, complaining in shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.program import Shape, ShapeError


class _Broadcast:
    """Shapes joined as NumPy joins them."""

    elementwise = True

    def __call__(self, *shapes: Shape, **_: Any) -> Shape:
        # nearly always all are alike or single numbers, and NumPy takes its time to say so
        alike = {shape for shape in shapes if shape}
        if len(alike) < 2:
            return alike.pop() if alike else ()
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            listed = " and ".join(str(shape) for shape in shapes if shape != ())
            message = f"{listed} cannot be broadcast together"
            raise ShapeError("E101", message, hint=_broadcast_hint(shapes)) from None


broadcast = _Broadcast()


def _broadcast_hint(shapes: Sequence[Shape]) -> str:
    if len(shapes) == 2 and shapes[0] == shapes[1][::-1]:
        return "one of them looks transposed: did you mean .T?"
    return "two lengths fit if they are equal or one of them is 1"


def axes_of(axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Axes as non-negative integers; None means all."""
    if axis is None:
        return tuple(range(ndim))
    listed = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    for one in listed:
        if not -ndim <= one < ndim:
            message = f"axis {one} does not exist: the array has {ndim} {'axis' if ndim == 1 else 'axes'}"
            raise ShapeError("E102", message)
    return tuple(int(one) % ndim for one in listed)


def reduce(
    shape: Shape, *, axis: Any = None, keepdims: bool = False, **_: Any
) -> Shape:
    """The axes of ``axis`` gone, or kept with length 1."""
    gone = axes_of(axis, len(shape))
    if keepdims:
        return tuple(
            1 if position in gone else length for position, length in enumerate(shape)
        )
    return tuple(
        length for position, length in enumerate(shape) if position not in gone
    )


def matmul(a: Shape, b: Shape, **_: Any) -> Shape:
    """Inner lengths agree, batch axes broadcast; a vector is a row on the left and a column on the right."""
    if not a or not b:
        message = f"{a} @ {b}: a number cannot take part in a matrix product"
        raise ShapeError("E101", message, hint="use * for a number")
    inner_a, inner_b = a[-1], b[-2] if len(b) > 1 else b[0]
    if inner_a != inner_b:
        message = f"{a} @ {b}: the inner lengths {inner_a} and {inner_b} must agree"
        raise ShapeError("E101", message, hint=_matmul_hint(a, b))
    rows = a[-2:-1] if len(a) > 1 else ()
    columns = b[-1:] if len(b) > 1 else ()
    return (*np.broadcast_shapes(a[:-2], b[:-2]), *rows, *columns)


def _matmul_hint(a: Shape, b: Shape) -> str:
    if len(b) > 1 and a[-1] == b[-1]:
        return "transpose the second: a @ b.T"
    if len(a) > 1 and a[-2] == (b[-2] if len(b) > 1 else b[0]):
        return "transpose the first: a.T @ b"
    return "the last axis of the first must be as long as the first of the second"


def transpose(shape: Shape, *, axes: Sequence[int] | None = None, **_: Any) -> Shape:
    """Lengths in the new order of axes."""
    order = (
        axes_of(axes, len(shape))
        if axes is not None
        else tuple(reversed(range(len(shape))))
    )
    if sorted(order) != list(range(len(shape))):
        message = (
            f"axes {axes} do not name each of the {len(shape)} axes of {shape} once"
        )
        raise ShapeError("E102", message)
    return tuple(shape[axis] for axis in order)


def reshape(old: Shape, *, shape: Sequence[int], **_: Any) -> Shape:
    """As many entries as before; one length may be -1."""
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    size = int(np.prod(old, dtype=np.int64))
    known = int(np.prod([length for length in wanted if length != -1], dtype=np.int64))
    if -1 in wanted and known and size % known == 0:
        return tuple(
            size // known if length == -1 else int(length) for length in wanted
        )
    if -1 in wanted or known != size:
        message = f"{size} entries of shape {old} do not fill the shape {wanted}"
        raise ShapeError("E101", message)
    return tuple(int(length) for length in wanted)


def expand(shape: Shape, *, axis: Any, **_: Any) -> Shape:
    """New axes of length 1 at the positions of ``axis`` in the result."""
    n_new = 1 if isinstance(axis, int) else len(axis)
    new = axes_of(axis, len(shape) + n_new)
    lengths = iter(shape)
    return tuple(
        1 if position in new else next(lengths)
        for position in range(len(shape) + n_new)
    )


def given(*_: Shape, shape: Any, **__: Any) -> Shape:
    """The shape asked for."""
    return (
        (int(shape),)
        if isinstance(shape, int)
        else tuple(int(length) for length in shape)
    )


def broadcast_to(old: Shape, *, shape: Any, **_: Any) -> Shape:
    """The shape asked for, if the old one broadcasts to it."""
    wanted = given(shape=shape)
    if broadcast(old, wanted) != wanted:
        message = f"{old} cannot be broadcast to {wanted}"
        raise ShapeError("E101", message)
    return wanted


def same(shape: Shape, *_: Shape, **__: Any) -> Shape:
    """The shape of the first argument."""
    return shape


def size(shape: Shape) -> int:
    """How many entries an array of this shape has."""
    return int(np.prod(shape, dtype=np.int64))


def along(shape: Shape, *, axis: int = -1, **_: Any) -> Shape:
    """The same shape, for what is done along an axis that must exist."""
    axes_of(axis, len(shape))
    return shape


def reduce_some(
    shape: Shape, *, axis: Any = None, keepdims: bool = False, **_: Any
) -> Shape:
    """As ``reduce``, where the mean or the largest of no entries at all does not exist."""
    result = reduce(shape, axis=axis, keepdims=keepdims)
    if size(result) and not size(
        tuple(shape[one] for one in axes_of(axis, len(shape)))
    ):
        message = (
            f"there is nothing to reduce in an array of shape {shape} along axis {axis}"
        )
        raise ShapeError("E103", message, hint="give it at least one entry")
    return result


def reduce_spread(
    shape: Shape, *, axis: Any = None, keepdims: bool = False, ddof: float = 0, **_: Any
) -> Shape:
    """As ``reduce``, where a spread needs more entries than ``ddof``."""
    n = size(tuple(shape[one] for one in axes_of(axis, len(shape))))
    result = reduce_some(shape, axis=axis, keepdims=keepdims)
    if size(result) and n <= ddof:
        message = f"a spread with ddof={ddof} needs more than {ddof} entries, and there are {n}"
        raise ShapeError("E103", message)
    return result


def tensordot(a: Shape, b: Shape, left: Sequence[int], right: Sequence[int]) -> Shape:
    """The axes that are not summed over, those of ``a`` first."""
    lengths_a, lengths_b = [a[axis] for axis in left], [b[axis] for axis in right]
    if lengths_a != lengths_b:
        message = (
            f"{a} and {b}: axes {tuple(left)} and {tuple(right)} must be equally long"
        )
        raise ShapeError("E101", message)
    return (
        *(length for axis, length in enumerate(a) if axis not in left),
        *(length for axis, length in enumerate(b) if axis not in right),
    )


def arranged(function: Callable[..., Any]) -> Callable[..., Shape]:
    """The shape rule of a NumPy function that only arranges axes, asked of NumPy itself without any entries moved."""

    def rule(shape: Shape, **params: Any) -> Shape:
        try:
            return np.shape(function(np.broadcast_to(0.0, shape), **params))
        except ValueError as error:
            options = ", ".join(f"{key}={value}" for key, value in params.items())
            message = (
                f"{function.__name__}({options}) of an array of shape {shape}: {error}"
            )
            raise ShapeError("E102", message) from None

    return rule


def concatenate(*shapes: Shape, axis: int = 0, **_: Any) -> Shape:
    """The lengths along ``axis`` added; all others agree."""
    (place,) = axes_of(axis, len(shapes[0]))
    rests = {(*shape[:place], *shape[place + 1 :]) for shape in shapes}
    if len(rests) != 1 or len({len(shape) for shape in shapes}) != 1:
        listed = " and ".join(str(shape) for shape in shapes)
        message = (
            f"{listed} cannot be joined along axis {axis}: their other lengths differ"
        )
        raise ShapeError("E101", message)
    total = sum(shape[place] for shape in shapes)
    return (*shapes[0][:place], total, *shapes[0][place + 1 :])


def stack(*shapes: Shape, axis: int = 0, **_: Any) -> Shape:
    """A new axis as long as there are arrays of one and the same shape."""
    if len(set(shapes)) != 1:
        listed = " and ".join(str(shape) for shape in shapes)
        message = f"{listed} cannot be stacked: their shapes differ"
        raise ShapeError("E101", message)
    (place,) = axes_of(axis, len(shapes[0]) + 1)
    return (*shapes[0][:place], len(shapes), *shapes[0][place:])
