"""One stretch of memory for all arrays that a step computes on the way: those that are not needed at once share places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.program import Array, Program, Shape, Value
from chainrule.program.program import arg_shape, substitute

ALIGNED = 64
"""Bytes of a line of cache; an array that starts with one is read and written fastest."""
MOST_SIZES = 8
"""Of how many sizes of batch the places are remembered."""


class Arena:
    """The arrays for a program's results, of whatever size the batch is, in one piece of memory.

    >>> from chainrule.engines.buffer_plan import storage
    >>> from chainrule.trace import trace
    >>> run = trace(lambda x: np.sum(np.exp(np.sum(x**3, axis=0))), np.ones((2, 3)))
    >>> arena = Arena(run.program, storage(run.program).kept)
    >>> [array.shape for array in arena.arrays([(5, 4)])]
    [(4,)]
    """

    def __init__(
        self, program: Program, spans: Mapping[Value, tuple[int, int]]
    ) -> None:
        self.program = program
        self.spans = spans
        self.memory: Array = np.empty(0, np.uint8)
        self.known: dict[tuple[Shape, ...], list[Array]] = {}

    def arrays(self, given: Sequence[Shape]) -> list[Array]:
        """An array for each span, given the shapes of the program's inputs."""
        key = tuple(given)
        if key not in self.known:
            if len(self.known) >= MOST_SIZES:
                self.known.clear()
            self.known[key] = self._placed(key)
        return self.known[key]

    def _placed(self, given: tuple[Shape, ...]) -> list[Array]:
        shapes = shapes_of(self.program, given)
        sizes = {
            value: int(np.prod(shapes[value], dtype=np.int64)) * value.dtype.itemsize
            for value in self.spans
        }
        starts = places(sizes, self.spans)
        wanted = max((starts[value] + sizes[value] for value in sizes), default=0)
        if wanted > self.memory.size:
            self.memory = _aligned(wanted)
            self.known.clear()
        return [
            self.memory[starts[value] : starts[value] + sizes[value]]
            .view(value.dtype)
            .reshape(shapes[value])
            for value in self.spans
        ]


def places(
    sizes: Mapping[Value, int], spans: Mapping[Value, tuple[int, int]]
) -> dict[Value, int]:
    """Where each array starts, so that no two overlap in memory and in time; the largest choose first."""
    starts: dict[Value, int] = {}
    for value in sorted(sizes, key=lambda one: -sizes[one]):
        begin, end = spans[value]
        taken = sorted(
            (starts[other], starts[other] + sizes[other])
            for other in starts
            if spans[other][0] <= end and begin <= spans[other][1]
        )
        start = 0
        for low, high in taken:
            if start + sizes[value] <= low:
                break
            start = max(start, -(-high // ALIGNED) * ALIGNED)
        starts[value] = start
    return starts


def shapes_of(program: Program, given: Sequence[Shape]) -> dict[Value, Shape]:
    """The shapes of all values, from those of the inputs, by the rules of the ops."""
    shapes: dict[Value, Shape] = dict(zip(program.inputs, given, strict=True))

    def length(size: Any) -> int:
        whole = shapes[size.value]
        chosen = whole if size.axes is None else [whole[axis] for axis in size.axes]
        return int(np.prod(chosen, dtype=np.int64))

    for line in program.lines:
        params = {key: substitute(one, length) for key, one in line.params.items()}
        args = [
            shapes[arg] if isinstance(arg, Value) else arg_shape(arg)
            for arg in line.args
        ]
        shapes[line.result] = tuple(line.op.shape(*args, **params))
    return shapes


def _aligned(n_bytes: int) -> Array:
    whole = np.empty(n_bytes + ALIGNED, np.uint8)
    skipped = -whole.ctypes.data % ALIGNED
    return whole[skipped : skipped + n_bytes]
