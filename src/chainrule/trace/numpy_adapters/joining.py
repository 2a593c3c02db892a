"""Joining and cutting arrays: lists of arrays in, or several results out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import ops
from chainrule.trace.numpy_adapters.comparison import take
from chainrule.trace.numpy_adapters.require import expanded, ndim, refuse, reshaped
from chainrule.trace.numpy_adapters.shapes import atleast_1d, atleast_2d

if TYPE_CHECKING:
    from chainrule.trace.recorder import Recorder


def concatenate(
    recorder: Recorder, arrays: Sequence[Any], axis: int | None = 0, **options: Any
) -> Any:
    """``np.concatenate([a, b], axis)``."""
    refuse(recorder, "concatenate", options)
    if axis is None:
        arrays, axis = [reshaped(recorder, item, (-1,)) for item in arrays], 0
    return recorder.record(ops.concatenate, tuple(arrays), {"axis": axis})


def stack(
    recorder: Recorder, arrays: Sequence[Any], axis: int = 0, **options: Any
) -> Any:
    """``np.stack([a, b], axis)``."""
    refuse(recorder, "stack", options)
    return recorder.record(ops.stack, tuple(arrays), {"axis": axis})


def vstack(recorder: Recorder, tup: Sequence[Any], **options: Any) -> Any:
    """``np.vstack([a, b])``: vectors become rows."""
    refuse(recorder, "vstack", options)
    if all(ndim(item) == 1 for item in tup):
        return recorder.record(ops.stack, tuple(tup), {"axis": 0})
    return concatenate(recorder, [atleast_2d(recorder, item) for item in tup], 0)


def hstack(recorder: Recorder, tup: Sequence[Any], **options: Any) -> Any:
    """``np.hstack([a, b])``: side by side."""
    refuse(recorder, "hstack", options)
    parts = [atleast_1d(recorder, item) for item in tup]
    return concatenate(recorder, parts, 0 if ndim(parts[0]) == 1 else 1)


def column_stack(recorder: Recorder, tup: Sequence[Any]) -> Any:
    """``np.column_stack([a, b])``: vectors become columns."""
    if all(ndim(item) == 1 for item in tup):
        return recorder.record(ops.stack, tuple(tup), {"axis": 1})
    parts = [expanded(recorder, item, 1) if ndim(item) == 1 else item for item in tup]
    return concatenate(recorder, parts, 1)


def append(recorder: Recorder, arr: Any, values: Any, axis: int | None = None) -> Any:
    """``np.append(a, b, axis)``."""
    return concatenate(recorder, [arr, values], axis)


def array_split(
    recorder: Recorder, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.array_split(a, 3)``, or at indices."""
    if isinstance(indices_or_sections, int | np.integer):
        n = int(indices_or_sections)
        return [
            recorder.record(ops.split, (ary,), {"n": n, "part": part, "axis": axis})
            for part in range(n)
        ]
    cuts = [int(cut) for cut in indices_or_sections]
    place = axis % ndim(ary)
    front = (slice(None),) * place
    return [
        recorder.record(ops.getitem, (ary,), {"index": (*front, slice(start, stop))})
        for start, stop in zip([None, *cuts], [*cuts, None], strict=True)
    ]


def split(
    recorder: Recorder, ary: Any, indices_or_sections: Any, axis: int = 0
) -> list[Any]:
    """``np.split(a, 3)``: parts of equal length, or at indices."""
    if isinstance(indices_or_sections, int | np.integer) and ary.shape[axis] % int(
        indices_or_sections
    ):
        message = "array split does not result in an equal division"
        raise ValueError(message)
    return array_split(recorder, ary, indices_or_sections, axis)


def hsplit(recorder: Recorder, ary: Any, indices_or_sections: Any) -> list[Any]:
    """``np.hsplit(a, 3)``."""
    return split(recorder, ary, indices_or_sections, 1 if ndim(ary) > 1 else 0)


def vsplit(recorder: Recorder, ary: Any, indices_or_sections: Any) -> list[Any]:
    """``np.vsplit(a, 3)``."""
    return split(recorder, ary, indices_or_sections, 0)


def tile(recorder: Recorder, A: Any, reps: Any) -> Any:
    """``np.tile(a, 2)`` and ``np.tile(a, (2, 1))``."""
    times = tuple(reps) if isinstance(reps, Sequence | np.ndarray) else (reps,)
    return recorder.record(ops.tile, (A,), {"reps": times})


def repeat(recorder: Recorder, a: Any, repeats: Any, axis: int | None = None) -> Any:
    """``np.repeat(a, 2, axis)``, or as often as a list says."""
    if isinstance(repeats, int | np.integer):
        return recorder.record(ops.repeat, (a,), {"repeats": repeats, "axis": axis})
    flat = reshaped(recorder, a, (-1,)) if axis is None else a
    n = flat.shape[axis or 0]
    return take(recorder, flat, np.repeat(np.arange(int(n)), repeats), axis or 0)


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


def pad(
    recorder: Recorder,
    array: Any,
    pad_width: Any,
    mode: str = "constant",
    **options: Any,
) -> Any:
    """``np.pad(a, ((1, 1), (0, 2)))`` with a number, or with entries of the array itself."""
    value = options.pop("constant_values", 0)
    if isinstance(pad_width, dict):
        refuse(recorder, "pad", {"pad_width": "a dict"})
    refuse(recorder, "pad", options)
    pairs = np.broadcast_to(np.asarray(pad_width), (ndim(array), 2))
    widths = tuple((int(before), int(after)) for before, after in pairs)
    if mode in AROUND and not any(
        max(width) >= int(length)
        for width, length in zip(widths, array.shape, strict=True)
    ):
        return _surrounded(recorder, array, widths, mode)
    if mode != "constant" or not isinstance(value, int | float):
        refuse(
            recorder,
            "pad",
            {
                "mode": mode if mode != "constant" else None,
                "constant_values": value or None,
            },
        )
    return recorder.record(
        ops.pad, (array,), {"pad_width": widths, "constant_values": value}
    )


def _surrounded(
    recorder: Recorder, array: Any, widths: Sequence[tuple[int, int]], mode: str
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
            array = recorder.record(ops.concatenate, tuple(parts), {"axis": axis})
    return array
