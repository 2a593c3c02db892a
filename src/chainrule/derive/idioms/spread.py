"""One number for each row, put beside the rows again: whether by ``keepdims``, by a new axis, by reshape or by copies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chainrule.ops.shapes import axes_of
from chainrule.program import Line, Value
from chainrule.program.program import concrete

ARRANGING = ("view", "arrangement", "indexing")


def only_long_axis(line: Line) -> int | None:
    """The one axis a reduction over everything reduces in truth, counted from the end; None where there are several."""
    first = line.args[0]
    if not isinstance(first, Value):
        return None
    if first.ndim == 1:
        return -1
    long = [axis for axis, length in enumerate(first.shape) if length != 1]
    return long[0] - first.ndim if len(long) == 1 else None


def spread_reduction(value: Value, producer: Mapping[Value, Line]) -> Value | None:
    """The reduction behind ``value``, if broadcasting puts each of its numbers beside what it came from.

    What stands between is tried on numbered entries: it does what ``keepdims=True`` would if the numbers come to
    lie where those would. So every way of writing it is one.
    """
    between: list[Line] = []
    line = producer.get(value)
    while line is not None and line.op.kind in ARRANGING and _of_one(line):
        between.append(line)
        first = line.args[0]
        line = producer.get(first) if isinstance(first, Value) else None
    if line is None or line.op.kind != "reduction" or "keepdims" not in line.params:
        return None
    of = line.args[0]
    if not isinstance(of, Value):
        return None
    numbered = np.arange(int(np.prod(line.result.shape))).reshape(line.result.shape)
    kept = numbered.reshape(
        [
            1 if axis in axes_of(concrete(line.params)["axis"], of.ndim) else length
            for axis, length in enumerate(of.shape)
        ]
    )
    for step in reversed(between):
        numbered = step.op.forward(numbered, **concrete(step.params))
    try:
        beside = np.broadcast_to(numbered, of.shape)
    except ValueError:
        return None
    same = np.array_equal(beside, np.broadcast_to(kept, of.shape))
    return line.result if same else None


def _of_one(line: Line) -> bool:
    """Whether a line only arranges the entries of its one argument, at places known beforehand."""
    return len(line.args) == 1
