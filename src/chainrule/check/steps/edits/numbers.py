"""Numbers: another constant, another power, a length written out, a division that cuts off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Size, Value

CONSTANTS = (1, 2, 0.5, 3, 4, 0)
POWERS = (2, 3, 1.5, 1, -1, -2, -0.5, -1.5, 0.5)


def truncated(look: Look) -> Edits:
    """``//`` where ``/`` belongs, integers where floats do."""
    if look.op is ops.floor_divide:
        yield look.edit(
            "truncation",
            "// cuts off what is behind the point; / does not.",
            lambda a, b: a / b,
            *look.args,
        )


def other_power(look: Look) -> Edits:
    """A square forgotten, or taken where none is."""
    said = "{old} should be {new}."
    if look.op in (ops.power, ops.square):
        base = look.args[0]
        now = look.args[1].first if len(look.args) > 1 else 2
        yield look.edit("power", said, lambda a: +a, base)
        for power in POWERS:
            if power not in (now, 1):
                yield look.edit("power", said, partial(_raised, power), base)
    else:
        for i, arg in enumerate(look.args):
            if isinstance(arg.first, Value) and arg.first.dtype.kind == "f":
                for change in (partial(_raised, 2), np.sqrt):
                    said = "{part} should be {part_new}."
                    yield from look.edit_arg("power", said, i, change)


def _raised(power: float, base: Any) -> Any:
    return base**power


def other_constant(look: Look) -> Edits:
    """Another number where a number is written."""
    for i, arg in enumerate(look.args):
        number = arg.first
        if isinstance(number, Value | Size | bool) or not isinstance(
            number, int | float
        ):
            continue
        if isinstance(arg.node, ast.Name | ast.Attribute):
            # a setting is meant as it is: what it is multiplied by may be wrong
            continue
        others: list[float] = [one for one in CONSTANTS if one != number]
        if number not in CONSTANTS:
            others += [-number, 1 - number, 1 / number if number else 1.0]
        for other in others:
            said = "The number {part} should be {part_new}."
            yield from look.edit_arg("factor", said, i, partial(_always, other))


def _always(number: float, _: Any) -> Any:
    return number


def written_size(look: Look) -> Edits:
    """A length of the data written as a number."""
    for i, arg in enumerate(look.args):
        number = arg.first
        if isinstance(number, Value | Size | bool) or not isinstance(
            number, int | float
        ):
            continue
        for name in look.names:
            for length in _lengths(name, number):
                said = "{part} is {part_new} for these data only: another batch is not as long."
                yield from look.edit_arg(
                    "written size", said, i, lambda _, x: x, length
                )


def _lengths(name: Operand, number: float) -> Iterator[Operand]:
    """A name as an operand for a length, if it is as long as ``number``."""
    first = name.first
    if isinstance(first, Size) and first.number == number:
        yield name
    elif isinstance(first, Value):
        for axis, length in enumerate(first.shape):
            if length == number and length > 1:
                text = (
                    f"len({name.text})" if axis == 0 else f"{name.text}.shape[{axis}]"
                )
                items = tuple(
                    Size(item, (axis,))
                    for item in name.items
                    if isinstance(item, Value)
                )
                if len(items) == len(name.items):
                    yield Operand(items, None, text)
