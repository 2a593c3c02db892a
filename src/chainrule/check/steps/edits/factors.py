"""Factors: a number once too often, forgotten, or another; a value that should be multiplied by."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Size, Value


def _is_single(operand: Operand) -> bool:
    first = operand.first
    return not isinstance(first, Value) or first.shape == ()


def surplus_number(look: Look) -> Edits:
    """A number multiplied or divided by once too often, or the one where the other belongs."""
    if look.op not in (ops.multiply, ops.divide) or len(look.args) != 2:
        return
    a, b = look.args
    if look.op is ops.divide:
        if _is_single(b):
            said = "It is divided by {1} once too often."
            yield look.edit("factor", said, lambda a, _: +a, a, b)
            said = "It is divided by {1} instead of multiplied."
            yield look.edit("factor", said, lambda a, b: a * b, a, b)
        return
    for one, other in ((a, b), (b, a)):
        if _is_single(other):
            said = "It is multiplied by {1} once too often."
            yield look.edit("factor", said, lambda a, _: +a, one, other)
            said = "It is multiplied by {1} instead of divided."
            yield look.edit("factor", said, lambda a, b: a / b, one, other)


def surplus_factor(look: Look) -> Edits:
    """A factor that does not belong here, or is there already; a product where a quotient belongs."""
    said = "The factor {1} does not belong here."
    if look.op is ops.multiply and len(look.args) == 2:
        a, b = look.args
        yield look.edit("surplus factor", said, lambda a, _: +a, a, b)
        yield look.edit("surplus factor", said, lambda b, _: +b, b, a)
        yield look.edit("factor", "{old} should be {new}.", lambda a, b: a / b, a, b)
        yield look.edit("factor", "{old} should be {new}.", lambda a, b: b / a, a, b)
    elif look.op is ops.divide and len(look.args) == 2:
        a, b = look.args
        yield look.edit("surplus factor", said, lambda a, _: +a, a, b)
        yield look.edit("factor", "{old} should be {new}.", lambda a, b: a * b, a, b)
        yield look.edit("factor", "{old} should be {new}.", lambda a, b: b / a, a, b)
    if look.op in (ops.add, ops.subtract) and len(look.args) == 2:
        yield look.edit(
            "factor", "{old} should be {new}.", lambda a, b: a * b, *look.args
        )


def other_number(look: Look) -> Edits:
    """A length or a number of the forward pass where another one belongs: the number of layers for that of samples."""
    if look.op not in (ops.multiply, ops.divide):
        return
    for i, arg in enumerate(look.args):
        if _is_single(arg):
            for number in _scales(look):
                said = "The number {part} should be {part_new}."
                yield from look.edit_arg("factor", said, i, lambda _, c: c, number)


def other_scale(look: Look) -> Edits:
    """A number forgotten: a length, 2, a number of the forward pass."""
    for number in _scales(look):
        too_large = "It is {1} times too large: the division by {1} is missing."
        yield look.edit("factor", too_large, lambda a, c: a / c, look.old, number)
        too_small = "It is {1} times too small: the factor {1} is missing."
        yield look.edit("factor", too_small, lambda a, c: a * c, look.old, number)


def summand_scale(look: Look) -> Edits:
    """A number forgotten at a summand that is only a name: ``d - d.sum(0)`` for ``n * d - d.sum(0)``."""
    if look.op not in (ops.add, ops.subtract):
        return
    for i, arg in enumerate(look.args):
        if isinstance(arg.node, ast.Name | ast.Attribute | ast.Subscript):
            for number in _scales(look):
                said = "{part} should be {part_new}."
                yield from look.edit_arg("factor", said, i, lambda a, c: c * a, number)
                yield from look.edit_arg("factor", said, i, lambda a, c: a / c, number)


def _scales(look: Look) -> Iterator[Operand]:
    """Numbers that may be missing, one text a number: names before lengths, lengths before constants."""
    n_runs = len(look.site.runs)
    seen: set[float] = {0.0, 1.0}
    for number in _numbers(look):
        held = look.number(number)
        if held is not None and abs(float(held)) not in seen:
            seen.add(abs(float(held)))
            yield number
    for constant in (2, 3, 4):
        if constant not in seen:
            yield Operand((constant,) * n_runs, None, str(constant))


def _numbers(look: Look) -> Iterator[Operand]:
    yield from look.forward_numbers
    singles = [n for n in look.names if _is_single(n) and not isinstance(n.first, bool)]
    yield from (n for n in singles if not _is_truth(n))
    for name in look.arrays:
        if isinstance(name.first, Value) and name.shape and len(name.text) < 12:
            for axis, length in enumerate(name.shape):
                if length > 1 and name.index is None:
                    yield _length(name, axis)
    for name in look.arrays:
        if (
            isinstance(name.first, Value)
            and len(name.shape) > 1
            and len(name.text) < 12
        ):
            yield _length(name, None)


def _length(name: Operand, axis: int | None) -> Operand:
    text = f"{name.text}.size" if axis is None else f"{name.text}.shape[{axis}]"
    axes = None if axis is None else (axis,)
    items = tuple(
        Size(item, axes) if isinstance(item, Value) else item for item in name.items
    )
    return Operand(items, None, text)


def missing_factor(look: Look) -> Edits:
    """A value at hand that should be multiplied or divided by."""
    for name in (*look.arrays, *look.aligned):
        if name.first in (look.old.first, *(arg.first for arg in look.args)):
            continue
        if look.fits(name.shape) or _widens(look, name):
            said = "It should be multiplied by {1}."
            yield look.edit("missing factor", said, lambda a, v: a * v, look.old, name)
            if isinstance(name.first, Value) and name.first.dtype.kind == "f":
                said = "It should be divided by {1}."
                yield look.edit(
                    "missing factor", said, lambda a, v: a / v, look.old, name
                )
                if look.op in (ops.multiply, ops.subtract, ops.add, None):
                    said = "It should be multiplied by 1 - {1}."
                    yield look.edit(
                        "missing factor", said, lambda a, v: a * (1 - v), look.old, name
                    )


def _widens(look: Look, name: Operand) -> bool:
    """Whether one number, or one a row, is to be an array again by what it is multiplied by."""
    if look.shape and 1 not in look.shape:
        return False
    try:
        return np.broadcast_shapes(look.shape, name.shape) == name.shape
    except ValueError:
        return False


def factor_inside(look: Look) -> Edits:
    """What is added up should be multiplied by a value first: ``sum(d)`` for ``sum(d * xhat)``."""
    if look.op not in (ops.sum, ops.mean) or not look.args:
        return
    summed = look.args[0]
    for name in look.arrays:
        if name.shape == summed.shape and name.first is not summed.first:
            said = "{part} should be {part_new}."
            yield from look.edit_arg(
                "missing factor", said, 0, lambda a, v: a * v, name
            )


def _is_truth(operand: Operand) -> bool:
    """Whether an operand is true or false, and no number."""
    return isinstance(operand.first, Value) and operand.first.dtype.kind == "b"
