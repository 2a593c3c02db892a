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


def as_long_as(producer: Mapping[Value, Line], value: Value) -> set[Value]:
    """The values that ``value`` has its lengths from, through lines that keep them; itself among them."""
    found: set[Value] = set()
    ahead = [value]
    while ahead:
        one = ahead.pop()
        found.add(one)
        line = producer.get(one)
        if line is not None and (line.op.elementwise or line.op.kind == "activation"):
            ahead += [
                arg
                for arg in line.reads()
                if arg.shape == one.shape and arg not in found
            ]
    return found
