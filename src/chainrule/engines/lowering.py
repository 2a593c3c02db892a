"""The same training step with less work: exponentials shared, lines that NumPy does at once, updates early.

This changes how numbers are reached, not what they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.engines.matrices import as_matrices, is_large
from chainrule.engines.pooled import Pools
from chainrule.program import Arg, Line, Op, Program, Run, Size, Value
from chainrule.program.line import concrete
from chainrule.program.op import shape_of
from chainrule.program.program import arg_shape


def lean(run: Run) -> Run:
    """``run`` with less to do for the same numbers."""
    return Run(updated_early(lowered(run.program)), run.numbers)


def lowered(program: Program, whole: Collection[Op] = ()) -> Program:
    """``program`` with the exponentials of a softmax used for its cross-entropy too, and simpler lines.

    The binary cross-entropy of logits becomes log(1 + e^z) - t z, one logarithm in place of two. Ops that are ``whole``
    stay as they are.
    """
    softmaxes = {_site(line): line for line in program.lines if line.op is ops.softmax}
    losses = {_site(line): line for line in program.lines if _of_logits(line.op)}
    both = softmaxes.keys() & losses.keys()
    lean = _Lines()
    for line in program.lines:
        site = _site(line)
        if site in both and line is softmaxes[site]:
            lean.softmax(line)
        elif site in both and line is losses[site] and site in lean.exponentials:
            lean.cross_entropy(line)
        elif line.op in whole:
            lean.add(line)
        else:
            lean.simpler(line)
    return Program(program.inputs, tuple(lean.lines), program.outputs, program.name)


def in_matrices(program: Program) -> Program:
    """``program`` with large products over several axes as products of matrices."""
    lines = _Lines()
    for line in program.lines:
        if line.op is ops.tensordot and is_large(line):
            as_matrices(lines, line)
        else:
            lines.add(line)
    return Program(program.inputs, tuple(lines.lines), program.outputs, program.name)


def _site(line: Line) -> Any:
    """What a softmax and its loss have in common: the logits and the axis."""
    return (line.args[0], line.params.get("axis")) if line.args else None


def _of_logits(op: Op) -> bool:
    """Whether a loss needs the exponentials of the softmax beside it."""
    return op in (
        ops.categorical_cross_entropy_with_logits,
        ops.sparse_categorical_cross_entropy_with_logits,
    )


class _Lines:
    """Lines being written; what a replaced line gave, its last new line gives."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.exponentials: dict[Any, tuple[Value, Value]] = {}
        self.relus: dict[Value, Value] = {}
        self.pools = Pools(self)

    def write(self, op: Op, *args: Arg, **params: Any) -> Value:
        full = {**op.params, **params}
        shape = shape_of(op, [arg_shape(arg) for arg in args], concrete(full))
        dtype = next(
            arg.dtype
            for arg in args
            if isinstance(arg, Value) and arg.dtype.kind == "f"
        )
        value = Value(shape, np.dtype(dtype))
        self.add(Line(value, op, args, full))
        return value

    def close(self, line: Line, op: Op, *args: Arg, **params: Any) -> None:
        """The new last line of what ``line`` computes."""
        full = {**op.params, **params}
        self.add(Line(line.result, op, args, full, line.why, line.places))

    def add(self, line: Line) -> None:
        """One more line."""
        self.lines.append(line)
        if line.op is ops.relu and isinstance(line.args[0], Value):
            self.relus[line.args[0]] = line.result

    def simpler(self, line: Line) -> None:
        """A line in terms of what NumPy does at once."""
        match line.op, line.args:
            case ops.binary_cross_entropy_with_logits, (z, t):
                soft, product = (
                    self.write(ops.logaddexp, 0, z),
                    self.write(ops.multiply, t, z),
                )
                self.close(line, ops.subtract, soft, product)
            case ops.sigmoid, (x,):
                power = self.write(ops.exp, self.write(ops.negative, x))
                self.close(line, ops.divide, 1, self.write(ops.add, power, 1))
            case ops.power, (Value() as x, 2) if _is_plain(x):
                self.close(line, ops.square, x)
            case ops.mean, (Value() as x,) if line.params["axis"] is None and _is_plain(
                x
            ):
                keepdims = line.params["keepdims"]
                total = self.write(ops.sum, x, axis=None, keepdims=keepdims)
                self.close(line, ops.divide, total, Size(x, None))
            case ops.greater, (Value() as z, 0) if z in self.relus:
                # where relu(z) > 0 is where z > 0, so z itself is not needed any longer
                self.close(line, ops.greater, self.relus[z], 0)
            case ops.max_pool, _ if self.pools.takes(line):
                self.pools.forward(line)
            case ops.max_unpool, _ if self.pools.takes(line):
                self.pools.backward(line)
            case _:
                self.add(line)

    def softmax(self, line: Line) -> None:
        z, axis = line.args[0], line.params["axis"]
        largest = self.write(ops.max, z, axis=axis, keepdims=True)
        moved = self.write(ops.subtract, z, largest)
        powers = self.write(ops.exp, moved)
        total = self.write(ops.sum, powers, axis=axis, keepdims=True)
        self.exponentials[_site(line)] = moved, total
        self.close(line, ops.divide, powers, total)

    def cross_entropy(self, line: Line) -> None:
        (moved, total), axis = self.exponentials[_site(line)], line.params["axis"]
        logs = self.write(ops.log, self.write(ops.squeeze, total, axis=axis))
        labels = line.args[1]
        if line.op.whole(1):
            column = Value((*arg_shape(labels), 1), np.dtype(np.int64))
            self.lines.append(Line(column, ops.expand_dims, (labels,), {"axis": axis}))
            picked = self.write(ops.take_along_axis, moved, column, axis=axis)
            self.close(
                line, ops.subtract, logs, self.write(ops.squeeze, picked, axis=axis)
            )
            return
        own = self.write(ops.sum, self.write(ops.multiply, labels, moved), axis=axis)
        self.close(line, ops.subtract, logs, own)


def _is_plain(x: Value) -> bool:
    return x.shape != () and x.dtype.name in ("float32", "float64")


def updated_early(program: Program) -> Program:
    """``program`` with every update of a parameter as soon as the old one is no longer read.

    Its gradient is then still in the cache, and the memory of the gradient is free for the next.
    """
    producer = program.producer()
    names = {f"new_{value.name}": value for value in program.inputs}
    updates = {
        value: names[value.name]
        for value in program.outputs
        if value.name in names and value in producer
    }
    reached = {value: _ancestors(producer, value) for value in program.outputs}
    shared = Counter(line for lines in reached.values() for line in lines)
    own = {
        value: [
            line
            for line in program.lines
            if line in reached[value] and shared[line] == 1
        ]
        for value in updates
    }
    alone = {line for lines in own.values() for line in lines}
    readers = _readers(program)
    awaited: dict[Value, set[Line]] = {}
    waiting: dict[Line, list[Value]] = {}
    for value, old in updates.items():
        first = reached[value] | readers.get(old, set())
        awaited[value] = first.difference(own[value])
        for line in awaited[value]:
            waiting.setdefault(line, []).append(value)
    done: dict[Line, None] = {}

    def write(line: Line) -> None:
        done[line] = None
        for value in waiting.get(line, ()):
            if value in awaited:
                awaited[value].discard(line)

    for line in program.lines:
        if line in alone:
            continue
        write(line)
        for value in list(awaited):
            if not awaited[value]:
                del awaited[value]
                for last in own[value]:
                    write(last)
    done.update(dict.fromkeys(program.lines))
    return Program(program.inputs, tuple(done), program.outputs, program.name)


def _ancestors(producer: Mapping[Value, Line], value: Value) -> set[Line]:
    """The lines that a value comes from."""
    found: set[Line] = set()
    pending = [producer[value]] if value in producer else []
    while pending:
        line = pending.pop()
        if line not in found:
            found.add(line)
            pending += [producer[one] for one in line.reads() if one in producer]
    return found


def _readers(program: Program) -> dict[Value, set[Line]]:
    """The lines that read each value, or a view of it."""
    readers: dict[Value, set[Line]] = {}
    views: dict[Value, set[Value]] = {}
    for line in program.lines:
        read = {value for value in line.args if isinstance(value, Value)}
        for value in list(read):
            read |= views.get(value, set())
        for value in read:
            readers.setdefault(value, set()).add(line)
        if line.op.kind in ("view", "indexing"):
            views[line.result] = read
    return readers
