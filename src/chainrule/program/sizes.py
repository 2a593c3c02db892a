"""Lengths as a program keeps them: read from the array that the reader would name."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.program.line import Line
from chainrule.program.values import Size, Value


def measured(
    producer: Mapping[Value, Line], value: Value, axes: tuple[int, ...] | None
) -> Size:
    """A size of ``value``, read from a named array of the same lengths where one stands behind it."""
    while value.name is None:
        line = producer.get(value)
        if line is None:
            break
        same = [
            arg
            for arg in line.args
            if isinstance(arg, Value) and arg.shape == value.shape
        ]
        if not line.op.elementwise or not same:
            break
        value = next((arg for arg in same if arg.name is not None), same[0])
    return Size(value, axes)


def as_long_as(
    producer: Mapping[Value, Line], value: Value, axes: tuple[int, ...] | None = None
) -> set[tuple[Value, tuple[int, ...] | None]]:
    """The values, with their axes, that ``value`` has its lengths along ``axes`` from; itself among them.

    Lines that keep a shape hand all lengths on, and a product of matrices those of its rows and of its columns; what is
    given a shape has the lengths that are read for it.
    """
    found: set[tuple[Value, tuple[int, ...] | None]] = set()
    ahead = [(value, axes)]
    while ahead:
        one, along = ahead.pop()
        found.add((one, along))
        line = producer.get(one)
        if line is None:
            continue
        if line.op.elementwise or line.op.kind == "activation":
            same = [(arg, along) for arg in line.reads() if arg.shape == one.shape]
        else:
            same = _of_a_product(line, along) or _of_a_shape(line, along)
        ahead += [each for each in same if each not in found]
    return found


def _of_a_product(
    line: Line, axes: tuple[int, ...] | None
) -> list[tuple[Value, tuple[int, ...] | None]]:
    """The factor whose rows, or whose columns, those of a product of two matrices are."""
    if line.op.kind != "product" or line.params or axes not in ((0,), (1,)):
        # einsum says in its parameters which axes go where
        return []
    factor = line.args[axes[0]]
    both = all(isinstance(arg, Value) and arg.ndim == 2 for arg in line.args)
    return [(factor, axes)] if both and isinstance(factor, Value) else []


def _of_a_shape(
    line: Line, axes: tuple[int, ...] | None
) -> list[tuple[Value, tuple[int, ...] | None]]:
    """What the length along one axis was read from, where a line says which shape its result has."""
    shape = line.params.get("shape")
    if not isinstance(shape, tuple) or axes is None or len(axes) != 1:
        return []
    length = shape[axes[0]] if axes[0] < len(shape) else None
    return [(length.value, length.axes)] if isinstance(length, Size) else []
