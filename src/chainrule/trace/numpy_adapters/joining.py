"""Joining and cutting arrays: lists of arrays in, or several results out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.comparison import take
from chainrule.trace.numpy_adapters.require import (
    expanded,
    ndim,
    reads,
    refuse,
    reshaped,
)
from chainrule.trace.numpy_adapters.shapes import atleast_1d, atleast_2d
from chainrule.trace.tracing import Tracing


@reads(np.concatenate)
def concatenate(
    tracer: Tracing, arrays: Sequence[Any], axis: int | None = 0, **options: Any
) -> Any:
    """``np.concatenate([a, b], axis)``."""
    refuse(tracer, "concatenate", options)
    if axis is None:
        arrays, axis = [reshaped(tracer, item, (-1,)) for item in arrays], 0
    return tracer.record(ops.concatenate, tuple(arrays), {"axis": axis})


@reads(np.stack)
def stack(tracer: Tracing, arrays: Sequence[Any], axis: int = 0, **options: Any) -> Any:
    """``np.stack([a, b], axis)``."""
    refuse(tracer, "stack", options)
    return tracer.record(ops.stack, tuple(arrays), {"axis": axis})


@reads(np.vstack)
def vstack(tracer: Tracing, tup: Sequence[Any], **options: Any) -> Any:
    """``np.vstack([a, b])``: vectors become rows."""
    if options.get("casting") == "same_kind":  # as np.row_stack hands it on
        del options["casting"]
    refuse(tracer, "vstack", options)
    if all(ndim(item) == 1 for item in tup):
        return tracer.record(ops.stack, tuple(tup), {"axis": 0})
    return concatenate(tracer, [atleast_2d(tracer, item) for item in tup], 0)


@reads(np.hstack)
def hstack(tracer: Tracing, tup: Sequence[Any], **options: Any) -> Any:
    """``np.hstack([a, b])``: side by side."""
    refuse(tracer, "hstack", options)
    parts = [atleast_1d(tracer, item) for item in tup]
    return concatenate(tracer, parts, 0 if ndim(parts[0]) == 1 else 1)


@reads(np.column_stack)
def column_stack(tracer: Tracing, tup: Sequence[Any]) -> Any:
    """``np.column_stack([a, b])``: vectors become columns."""
    if all(ndim(item) == 1 for item in tup):
        return tracer.record(ops.stack, tuple(tup), {"axis": 1})
    parts = [
        atleast_2d(tracer, item)
        if ndim(item) == 0
        else expanded(tracer, item, 1)
        if ndim(item) == 1
        else item
        for item in tup
    ]
    return concatenate(tracer, parts, 1)


@reads(np.array_split)
def array_split(
    tracer: Tracing, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.array_split(a, 3)``, or at indices."""
    if isinstance(indices_or_sections, int | np.integer):
        n = int(indices_or_sections)
        return [
            tracer.record(ops.split, (ary,), {"n": n, "part": part, "axis": axis})
            for part in range(n)
        ]
    cuts = [int(cut) for cut in indices_or_sections]
    place = axis % ndim(ary)
    front = (slice(None),) * place
    return [
        tracer.record(ops.getitem, (ary,), {"index": (*front, slice(start, stop))})
        for start, stop in zip([None, *cuts], [*cuts, None], strict=True)
    ]


@reads(np.split)
def split(
    tracer: Tracing, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.split(a, 3)``: parts of equal length, or at indices."""
    if isinstance(indices_or_sections, int | np.integer) and ary.shape[axis] % int(
        indices_or_sections
    ):
        message = "array split does not result in an equal division"
        raise ValueError(message)
    return array_split(tracer, ary, indices_or_sections, axis)


@reads(np.tile)
def tile(tracer: Tracing, A: Any, reps: Any) -> Any:
    """``np.tile(a, 2)`` and ``np.tile(a, (2, 1))``."""
    times = tuple(reps) if isinstance(reps, Sequence | np.ndarray) else (reps,)
    return tracer.record(ops.tile, (A,), {"reps": times})


@reads(np.repeat)
def repeat(tracer: Tracing, a: Any, repeats: Any, axis: int | None = None) -> Any:
    """``np.repeat(a, 2, axis)``, or as often as a list says."""
    if isinstance(repeats, int | np.integer):
        return tracer.record(ops.repeat, (a,), {"repeats": repeats, "axis": axis})
    flat = reshaped(tracer, a, (-1,)) if axis is None else a
    n = flat.shape[axis or 0]
    return take(tracer, flat, np.repeat(np.arange(int(n)), repeats), axis or 0)


AROUND: Mapping[str, Callable[[int, int], tuple[list[slice], list[slice]]]] = {
    "edge": lambda before, after: ([slice(1)] * before, [slice(-1, None)] * after),
    "reflect": lambda before, after: (
        [slice(before, 0, -1)],
        [slice(-2, -after - 2, -1)],
    ),
    "symmetric": lambda before, after: (
        [slice(before - 1, None, -1)],
        [slice(None, -after - 1, -1)],
    ),
    "wrap": lambda before, after: ([slice(-before, None)], [slice(after)]),
}
"""What stands before and after an array that is padded with its own entries, as slices of it."""


@reads(np.pad)
def pad(
    tracer: Tracing,
    array: Any,
    pad_width: Any,
    mode: str = "constant",
    **options: Any,
) -> Any:
    """``np.pad(a, ((1, 1), (0, 2)))`` with a number, or with entries of the array itself."""
    value = options.pop("constant_values", 0)
    if isinstance(pad_width, dict):
        refuse(tracer, "pad", {"pad_width": "a dict"})
    refuse(tracer, "pad", options)
    if not ndim(array):
        return tracer.record(ops.identity, (array,))  # a number has no side
    pairs = np.broadcast_to(np.asarray(pad_width), (ndim(array), 2))
    widths = tuple((int(before), int(after)) for before, after in pairs)
    if mode in AROUND and not any(
        max(width) >= int(length)
        for width, length in zip(widths, array.shape, strict=True)
    ):
        return _surrounded(tracer, array, widths, mode)
    if mode != "constant" or not isinstance(value, int | float):
        refuse(
            tracer,
            "pad",
            {
                "mode": mode if mode != "constant" else None,
                "constant_values": value or None,
            },
        )
    return tracer.record(
        ops.pad, (array,), {"pad_width": widths, "constant_values": value}
    )


def _surrounded(
    tracer: Tracing, array: Any, widths: Sequence[tuple[int, int]], mode: str
) -> Any:
    """The array between slices of itself, axis by axis."""
    for axis, (before, after) in enumerate(widths):
        front, back = AROUND[mode](before, after)
        place = (slice(None),) * axis
        parts = [
            *(array[(*place, one)] for one in front if before),
            array,
            *(array[(*place, one)] for one in back if after),
        ]
        if len(parts) > 1:
            array = tracer.record(ops.concatenate, tuple(parts), {"axis": axis})
    return array
