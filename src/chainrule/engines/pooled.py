"""Max pooling with less work: the entries of all windows at one place are one slice, so that NumPy compares long rows.

A reduction over the two short axes of windows takes NumPy several times as long, and the way back would take it again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Any, Protocol

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Line, Op, Size, Value

MOST = 9
"""Larger windows are left to a reduction: each place is a line."""


class Lines(Protocol):
    """Lines being written."""

    def write(self, op: Op, *args: Arg, **params: Any) -> Value:
        """One more, and what it gives."""
        ...

    def close(self, line: Line, op: Op, *args: Arg, **params: Any) -> None:
        """The last of those that a line is made of."""
        ...

    def add(self, line: Line) -> None:
        """One more, as it is."""
        ...


class Pools:
    """The poolings written so far: the slices of each, and what it gave."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.known: dict[Any, tuple[list[Value], Value]] = {}

    def takes(self, line: Line) -> bool:
        """Whether a line is written here."""
        small = math.prod(line.params["size"]) <= MOST and not any(
            line.params["padding"]
        )
        if line.op is ops.max_unpool:
            return small and _key(line, line.args[1]) in self.known
        return small and isinstance(line.args[0], Value)

    def forward(self, line: Line) -> None:
        """The larger of two slices, and so on."""
        (x,) = line.args
        parts = [
            self.lines.write(ops.getitem, x, index=index)
            for index in _indices(line, line.result)
        ]
        self.known[_key(line, x)] = parts, line.result
        *others, last = parts
        if not others:
            self.lines.close(line, ops.identity, last)
            return
        whole = reduce(lambda a, b: self.lines.write(ops.maximum, a, b), others)
        self.lines.close(line, ops.maximum, whole, last)

    def backward(self, line: Line) -> None:
        """Each slice where it is the largest, shared where several are."""
        dy, x = line.args
        assert isinstance(dy, Value)  # noqa: S101 - a gradient of images
        assert isinstance(x, Value)  # noqa: S101 - as it was when it was pooled
        parts, y = self.known[_key(line, x)]
        chosen = [self._equal(part, y) for part in parts]
        count = reduce(lambda a, b: self.lines.write(ops.add, a, b), chosen)
        share = self.lines.write(ops.divide, dy, count)
        shares = [self.lines.write(ops.multiply, one, share) for one in chosen]
        size = line.params["size"]
        lengths = tuple(Size(dy, (axis,)) for axis in range(dy.ndim))
        stacked = self.lines.write(ops.stack, *shares, axis=0)
        windows = Value((*size, *dy.shape), stacked.dtype)
        self.lines.add(
            Line(windows, ops.reshape, (stacked,), {"shape": (*size, *lengths)})
        )
        n = len(size)
        order = (*range(n, n + dy.ndim), *range(n))
        self.lines.close(
            line,
            ops.add_windows,
            self.lines.write(ops.transpose, windows, axes=order),
            shape=tuple(Size(x, (axis,)) for axis in range(x.ndim)),
            axis=tuple(range(2, x.ndim)),
            stride=line.params["stride"],
        )

    def _equal(self, part: Value, y: Value) -> Value:
        """1 where two are equal, 0 elsewhere, as floats."""
        yes = Value(y.shape, np.dtype(np.bool_))
        self.lines.add(Line(yes, ops.equal, (part, y)))
        number = Value(y.shape, y.dtype)
        self.lines.add(Line(number, ops.astype, (yes,), {"dtype": y.dtype.name}))
        return number


def _key(line: Line, x: Arg) -> Any:
    return x, line.params["size"], line.params["stride"]


def _indices(line: Line, result: Value) -> Iterator[tuple[slice, ...]]:
    """For each place of a window, where all windows have it."""
    every = slice(None)
    strides, lengths = line.params["stride"], result.shape[2:]
    for place in product(*map(range, line.params["size"])):
        cuts = zip(place, strides, lengths, strict=True)
        yield (
            every,
            every,
            *(slice(at, at + (n - 1) * step + 1, step) for at, step, n in cuts),
        )
