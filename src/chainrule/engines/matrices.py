"""Products over several axes as products of matrices, for a language that has tiles for those and plain loops for others."""

from __future__ import annotations

import math

from chainrule import ops
from chainrule.engines.pooled import Lines
from chainrule.ops.linear import free, paired
from chainrule.program import Line, Size, Value

LEAST = 4096
"""Multiplications from which on it pays to lay out both arrays as matrices."""


def is_large(line: Line) -> bool:
    """Whether a product is worth the copies."""
    left, right = line.args
    if not (isinstance(left, Value) and isinstance(right, Value)):
        return False
    mine, _ = paired(line.params["axes"], left.ndim, right.ndim)
    summed = math.prod(left.shape[axis] for axis in mine)
    return bool(line.result.shape) and line.result.ndim > 2 and math.prod(line.result.shape) * summed > LEAST  # fmt: skip


def as_matrices(lines: Lines, line: Line) -> None:
    """Both arrays with the axes that are summed in one, their product, and its axes apart again."""
    left, right = line.args
    assert isinstance(left, Value)  # noqa: S101 - asked before
    assert isinstance(right, Value)  # noqa: S101 - asked before
    mine, others = paired(line.params["axes"], left.ndim, right.ndim)
    own, theirs = free(mine, left.ndim), free(others, right.ndim)
    first = _matrix(lines, left, own, mine)
    second = _matrix(lines, right, others, theirs)
    lengths = [Size(left, (axis,)) for axis in own]
    lengths += [Size(right, (axis,)) for axis in theirs]
    flat = lines.write(ops.matmul, first, second)
    lines.close(line, ops.reshape, flat, shape=tuple(lengths))


def _matrix(
    lines: Lines, x: Value, rows: tuple[int, ...], columns: tuple[int, ...]
) -> Value:
    """An array with these axes as its rows, and those as its columns."""
    order = (*rows, *columns)
    turned = x if order == tuple(range(x.ndim)) else lines.write(ops.transpose, x, axes=order)  # fmt: skip
    shape = (Size(x, rows), Size(x, columns))
    return lines.write(ops.reshape, turned, shape=shape)
