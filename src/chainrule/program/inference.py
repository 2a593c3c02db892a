"""The shapes of all values of a program, for inputs of other sizes than those it was traced with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.program.line import arg_shape, substitute
from chainrule.program.program import Program
from chainrule.program.values import Shape, Value


def shapes_of(program: Program, given: Sequence[Shape]) -> dict[Value, Shape]:
    """The shapes of all values, from those of the inputs, by the rules of the ops."""
    shapes: dict[Value, Shape] = dict(zip(program.inputs, given, strict=True))
    for line in program.lines:
        params = measured(line.params, shapes)
        args = [
            shapes[arg] if isinstance(arg, Value) else arg_shape(arg)
            for arg in line.args
        ]
        shapes[line.result] = tuple(line.op.shape(*args, **params))
    return shapes


def measured(
    params: Mapping[str, Any], shapes: Mapping[Value, Shape]
) -> dict[str, Any]:
    """Parameters with every size read from these shapes."""

    def length(size: Any) -> int:
        whole = shapes[size.value]
        chosen = whole if size.axes is None else [whole[axis] for axis in size.axes]
        return int(np.prod(chosen, dtype=np.int64))

    return {key: substitute(one, length) for key, one in params.items()}
