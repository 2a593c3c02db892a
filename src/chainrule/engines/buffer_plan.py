"""Where each line of a program may put its result: into an array that nothing reads any more, or one kept for it.

A result takes the place of an argument when the argument has its shape and type, is nobody else's, and is read
for the last time. Whatever may be a view of an array counts as that array.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.program import Line, Op, Program, Value


@dataclass(frozen=True, slots=True)
class Storage:
    """The places of results: ``into`` an older value's array, or an array that is ``kept`` from call to call.

    A result in neither is a new array at every call. What is kept is in use from one position among the lines to
    another, both included. Of ``pieces`` only the first of a sum is an array: see there.
    """

    into: Mapping[Value, Value]
    kept: Mapping[Value, tuple[int, int]]
    pieces: Mapping[Value, Line]


def storage(program: Program, owned: Collection[Value] = ()) -> Storage:
    """The places of a program's results; of the inputs only those that are ``owned`` may be written over.

    What is returned is in a new array, or in one that is owned.

    >>> from chainrule.trace import trace
    >>> run = trace(lambda x, W: np.exp(x @ W), np.ones((2, 3)), np.ones((3, 4)))
    >>> product, power = (line.result for line in run.program.lines)
    >>> storage(run.program).into[power] is product
    True
    >>> storage(run.program).kept  # it is returned, and the caller may keep it
    {}
    """
    in_place = pieces(program)
    last = _last_reads(program, in_place)
    held = _Held()
    for value in program.inputs:
        held.alone(value, last.get(value, -1))
    writable = set(owned)
    into: dict[Value, Value] = {}
    made: dict[Value, int] = {}
    for position, line in enumerate(program.lines):
        result = line.result
        until = last.get(result, position)
        if line.op is ops.scatter_add:
            held.alone(result, until)
            writable.add(result)
            continue
        if not writes(line):
            seen = [arg for arg in line.args if isinstance(arg, Value)]
            held.views(result, [] if is_single(line) else seen, until)
            continue
        place = next(
            (
                arg
                for arg in line.args
                if isinstance(arg, Value)
                and arg in writable
                and line.op.elementwise
                and (arg.shape, arg.dtype) == (result.shape, result.dtype)
                and held.until(arg) <= position
            ),
            None,
        )
        if place is None:
            made[result] = position
            held.alone(result, until)
        else:
            into[result] = place
            held.views(result, [place], until)
        writable.add(result)
    returned = frozenset().union(*(held.roots[value] for value in program.outputs))
    kept = {
        value: (start, held.last[value])
        for value, start in made.items()
        if value not in returned
    }
    return Storage(into, kept, in_place)


def pieces(program: Program) -> dict[Value, Line]:
    """Sums of arrays that are 0 but in one place each: for each sum, the line of the array that it adds.

    Such a line need not be written: the first of the arrays becomes the sum, and of the others each is added where it
    belongs. So a thousand slices of one array cost a thousand slices, and not a thousand arrays.
    """
    uses = Counter(value for line in program.lines for value in line.reads())
    uses.update(program.outputs)
    alone: dict[Value, Line] = {}
    found: dict[Value, Line] = {}
    for line in program.lines:
        # index arrays may name an entry twice
        if line.op is ops.scatter_add and len(line.args) == 1:
            alone[line.result] = line
        elif line.op is ops.add:
            whole, piece = line.args
            if (
                piece in alone
                and (whole in alone or whole in found)
                and piece is not whole
                and uses[whole] == uses[piece] == 1
                and whole.dtype == piece.dtype
            ):
                found[line.result] = alone[piece]
    return found


class _Held:
    """Which arrays each value may be a view of, and until which line each array is read through any of its views."""

    def __init__(self) -> None:
        self.roots: dict[Value, frozenset[Value]] = {}
        self.last: dict[Value, int] = {}

    def alone(self, value: Value, until: int) -> None:
        """``value`` is an array of its own."""
        self.roots[value] = frozenset({value})
        self.last[value] = until

    def views(self, value: Value, seen: Sequence[Value], until: int) -> None:
        """``value`` may be a view of all that ``seen`` are views of."""
        if not seen:
            self.alone(value, until)
            return
        roots = self.roots[value] = frozenset().union(
            *(self.roots[one] for one in seen)
        )
        for root in roots:
            self.last[root] = max(self.last[root], until)

    def until(self, value: Value) -> int:
        """The last line that reads what ``value`` may be a view of."""
        return max(self.last[root] for root in self.roots[value])


def writes(line: Line) -> bool:
    """Whether NumPy can be told where to put the result of a line."""
    if line.result.shape == ():
        return False
    return is_ufunc(line) or is_product(line) or is_reduction(line)


def is_ufunc(line: Line) -> bool:
    """Whether a line is one of NumPy's functions of entries, or the relu, which is one of them with a 0."""
    return line.op is ops.relu or (
        line.op.ufunc is not None
        and line.op not in (ops.power, ops.identity)
        and line.op.elementwise
        and not line.params
    )


def is_product(line: Line) -> bool:
    """Whether a line multiplies matrices or vectors, which an array's own ``dot`` does with the least ado."""
    return line.op is ops.matmul and all(
        isinstance(arg, Value) and arg.ndim in (1, 2) and arg.dtype == line.result.dtype
        for arg in line.args
    )


def is_reduction(line: Line) -> bool:
    """Whether a line adds up, or looks for the largest or the smallest, over one axis or all of them."""
    if folded(line.op) is None:
        return False
    (x,), axis = line.args, line.params["axis"]
    return (
        isinstance(x, Value)
        and (axis is None or isinstance(axis, int))
        and x.dtype == line.result.dtype
        and x.dtype.kind == "f"
    )


def folded(op: Op) -> np.ufunc | None:
    """The function of NumPy that a reduction folds over an axis: an addition, of a sum."""
    return op.folds.ufunc if op.kind == "reduction" and op.folds is not None else None


def is_single(line: Line) -> bool:
    """Whether a line makes one number of an array, and keeps no view of it."""
    return line.result.shape == () and (is_reduction(line) or is_product(line))


def _last_reads(program: Program, in_place: Mapping[Value, Line]) -> dict[Value, int]:
    """The position of the last line that reads the entries of each value; outputs are read after all of them."""
    last: dict[Value, int] = {}
    for position, line in enumerate(program.lines):
        piece = in_place.get(line.result)
        read = line.args if piece is None else (*line.args, *piece.args)
        last.update(dict.fromkeys(read, position))  # type: ignore[arg-type]
    last.update(dict.fromkeys(program.outputs, len(program.lines)))
    return last
