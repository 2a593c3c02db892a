"""What a law asks of a line, and how it writes another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule import ops
from chainrule.program import Arg, Builder, Line, Op, Size, Turn, Value
from chainrule.program.program import arg_shape

Params = Mapping[str, Any]
Args = tuple[Arg, ...]
NO_NUMBERS = (Value, Size, Turn)


def made_by(builder: Builder, arg: Arg, op: Op) -> Line | None:
    """The line of ``arg`` if ``op`` made it."""
    line = builder.producer.get(arg)  # type: ignore[arg-type]
    return line if line is not None and line.op is op else None


def is_number(arg: Arg, number: float) -> bool:
    """Whether ``arg`` is this number, written out."""
    return not isinstance(arg, NO_NUMBERS) and arg == number


def is_one(builder: Builder, arg: Arg) -> bool:
    """Whether ``arg`` is 1, or 1 at every place."""
    return is_number(arg, 1) or made_by(builder, arg, ops.ones_like) is not None


def keeps(arg: Arg, *others: Arg) -> bool:
    """Whether ``arg`` alone has the shape and type that it has together with ``others``."""
    if not isinstance(arg, Value) or arg.dtype.kind != "f" or arg.weak:
        return False
    shape = ops.multiply.shape(arg.shape, *(arg_shape(other) for other in others))
    return bool(shape == arg.shape)


def record(builder: Builder, op: Op, *args: Arg, **params: Any) -> Arg:
    """Write a line; its result."""
    return builder.write(op, args, params)


def is_negative(arg: Arg) -> bool:
    """Whether ``arg`` is a number below 0, written out."""
    return isinstance(arg, int | float) and arg < 0


def is_written(arg: Arg) -> bool:
    """Whether ``arg`` is a number, written out."""
    return isinstance(arg, int | float) and not isinstance(arg, bool)


def factored(builder: Builder, arg: Arg) -> tuple[Any, Arg] | None:
    """The written-out factor and the rest of a product, if ``arg`` is one and has no name."""
    line = made_by(builder, arg, ops.multiply)
    if line is None or line.result.name is not None:
        return None
    for number, rest in (line.args, line.args[::-1]):
        if is_written(number) and isinstance(rest, Value):
            return number, rest
    return None
