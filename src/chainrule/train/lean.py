"""The same training step with less work: exponentials shared, parameters updated in place.

Both change how numbers are reached, not what they are, and both leave text that a person would have written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Line, Op, Program, Run, Shape, Value
from chainrule.program.program import arg_shape

CLASSES = {
    "categorical_cross_entropy_with_logits": False,
    "sparse_categorical_cross_entropy_with_logits": True,
}
"""Losses that need the exponentials of the softmax beside them; whether their labels are whole numbers."""


def shared(run: Run) -> Run:
    """``run`` with the exponentials of a softmax used for its cross-entropy too.

    The binary cross-entropy of logits becomes log(1 + e^z) - t z, one logarithm in place of two.
    """
    program = run.program
    softmaxes = {
        _site(line): line for line in program.lines if line.op.name == "softmax"
    }
    losses = {_site(line): line for line in program.lines if line.op.name in CLASSES}
    both = softmaxes.keys() & losses.keys()
    lean = _Lines()
    for line in program.lines:
        site = _site(line)
        if site in both and line is softmaxes[site]:
            lean.softmax(line)
        elif site in both and line is losses[site] and site in lean.exponentials:
            lean.cross_entropy(line)
        elif line.op.name == "binary_cross_entropy_with_logits":
            z, t = line.args
            soft, product = (
                lean.write(ops.logaddexp, 0, z),
                lean.write(ops.multiply, t, z),
            )
            lean.close(line, ops.subtract, soft, product)
        else:
            lean.lines.append(line)
    lines = tuple(lean.lines)
    return Run(
        Program(program.inputs, lines, program.outputs, program.name), run.numbers
    )


def _site(line: Line) -> Any:
    """What a softmax and its loss have in common: the logits and the axis."""
    return (line.args[0], line.params.get("axis")) if line.args else None


class _Lines:
    """Lines being written; what a replaced line gave, its last new line gives."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.exponentials: dict[Any, tuple[Value, Value]] = {}

    def write(self, op: Op, *args: Arg, **params: Any) -> Value:
        full = {**op.params, **params}
        shape: Shape = tuple(op.shape(*(arg_shape(arg) for arg in args), **full))
        dtype = next(
            arg.dtype
            for arg in args
            if isinstance(arg, Value) and arg.dtype.kind == "f"
        )
        value = Value(shape, np.dtype(dtype))
        self.lines.append(Line(value, op, args, full))
        return value

    def close(self, line: Line, op: Op, *args: Arg) -> None:
        self.lines.append(
            Line(line.result, op, args, dict(op.params), line.why, line.at)
        )

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
        if CLASSES[line.op.name]:
            column = Value((*arg_shape(labels), 1), np.dtype(np.int64))
            self.lines.append(Line(column, ops.expand_dims, (labels,), {"axis": axis}))
            picked = self.write(ops.take_along_axis, moved, column, axis=axis)
            self.close(
                line, ops.subtract, logs, self.write(ops.squeeze, picked, axis=axis)
            )
            return
        own = self.write(ops.sum, self.write(ops.multiply, labels, moved), axis=axis)
        self.close(line, ops.subtract, logs, own)


def in_place(text: str, parameters: Iterable[str]) -> str:
    r"""Emitted text whose last word on a parameter is ``W = W - …``, writing into W itself.

    >>> print(
    ...     in_place(
    ...         "def step(W, dW):\n    new_W = W - 0.1 * dW\n    return new_W\n", ["W"]
    ...     ),
    ...     end="",
    ... )
    def step(W, dW):
        W -= 0.1 * dW
        return W
    """
    function = next(
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
    )
    lines = text.splitlines(keepends=True)
    for name in parameters:
        place = _update(function, name)
        if place is None:
            continue
        lines[place] = lines[place].replace(f"new_{name} = {name} - ", f"{name} -= ", 1)
        new = re.compile(rf"\bnew_{name}\b")
        lines = [new.sub(name, line) for line in lines]
    return "".join(lines)


def with_methods(text: str) -> str:
    """Emitted text that asks arrays themselves for their sums, which spares NumPy its look at the arguments.

    >>> with_methods("db = np.sum(dz, axis=0)")
    'db = dz.sum(axis=0)'
    """
    return re.sub(r"\bnp\.(sum|mean|max)\((\w+)(?:, ([^()]*))?\)", r"\2.\1(\3)", text)


def _update(function: ast.FunctionDef, name: str) -> int | None:
    """The line that makes ``new_W`` of ``W`` by subtracting, if nothing reads either W after it."""
    for position, statement in enumerate(function.body):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=made)],
                value=ast.BinOp(left=ast.Name(id=old), op=ast.Sub(), right=step),
            ) if (
                made == f"new_{name}"
                and old == name
                and statement.lineno == statement.end_lineno
            ):
                # the shape of a step is that of its parameter, or smaller; never larger
                *between, last = function.body[position + 1 :]
                read = {
                    node.id
                    for later in between
                    for node in ast.walk(later)
                    if isinstance(node, ast.Name)
                }
                read |= {
                    node.id for node in ast.walk(last) if isinstance(node, ast.Name)
                } - {made}
                read |= {
                    node.id for node in ast.walk(step) if isinstance(node, ast.Name)
                } & {made}
                return statement.lineno - 1 if not read & {name, made} else None
            case _:
                continue
    return None
