"""One stretch of memory for all arrays that a step computes on the way: those that are not needed at once share places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.emit.places import ALIGNED, places
from chainrule.program import Array, Program, Shape, Value
from chainrule.program.inference import shapes_of

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


def _aligned(n_bytes: int) -> Array:
    whole = np.empty(n_bytes + ALIGNED, np.uint8)
    skipped = -whole.ctypes.data % ALIGNED
    return whole[skipped : skipped + n_bytes]
