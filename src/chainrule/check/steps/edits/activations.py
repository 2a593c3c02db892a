"""An activation's derivative: forgotten, of another activation, on the wrong side of it, once too often."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.bends import Bend
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Arg, Value

PRODUCTS = (ops.multiply, ops.divide)


def other_side(look: Look) -> Edits:
    """An activation where its input belongs, or the reverse, inside a slope."""
    if look.op in (ops.matmul, ops.outer, ops.transpose):
        return
    said = "The derivative of {bend} is taken at {is} {part}; it is of {of} {part_new}."
    for i, arg in enumerate(look.args):
        if not isinstance(arg.first, Value):
            continue
        into, out = look.bends.into(arg.first), look.bends.out_of(arg.first)
        for bend, is_x in ((into, True), (out, False)):
            if bend is None or not bend.op.elementwise:
                continue
            sides = ("the pre-activation", "the activation")
            words: dict[str, Any] = {
                "bend": bend.op.name,
                "is": sides[not is_x],
                "of": sides[is_x],
            }
            kind = "activation for pre-activation"
            side = next((n for n in look.arrays if look.is_side(n, bend, y=is_x)), None)
            if side is not None:
                yield from look.edit_arg(kind, said, i, lambda _, x: x, side, **words)
            elif is_x:
                yield from look.edit_arg(kind, said, i, bend.apply, **words)


def missing_slope(look: Look) -> Edits:
    """The derivative of an activation is forgotten."""
    said = "The derivative of {bend} is missing: the factor {slope}."
    for bend, slope, operands in _slopes(look):
        if look.fits(bend.y.shape):
            words: dict[str, Any] = {"bend": bend.op.name}
            yield look.edit(
                "missing derivative",
                said,
                partial(_times, slope),
                look.old,
                *operands,
                **words,
            )


def _times(slope: Any, dy: Any, *sides: Any) -> Any:
    return slope(dy, *sides)


def _slopes(look: Look) -> Iterator[tuple[Bend, Any, tuple[Operand, ...]]]:
    """The slopes of activations that can be written here: of the activation itself, else of what went in."""
    seen: set[tuple[tuple[Arg, ...], bool]] = set()
    for is_y in (True, False):
        for name in look.arrays:
            if not isinstance(name.first, Value):
                continue
            bend = (
                look.bends.out_of(name.first) if is_y else look.bends.into(name.first)
            )
            if bend is None or not bend.op.elementwise or (name.items, is_y) in seen:
                continue
            if not look.is_side(name, bend, y=is_y):
                continue
            seen.add((name.items, is_y))
            if is_y and _needs_no_x(bend):
                yield bend, partial(_by_y, bend), (name,)
            elif not is_y:
                yield bend, partial(_by_x, bend), (name,)


def _by_y(bend: Bend, dy: Any, y: Any) -> Any:
    return bend.through(dy, y, y)


def _by_x(bend: Bend, dy: Any, x: Any) -> Any:
    return bend.through(dy, bend.apply(x), x)


def _needs_no_x(bend: Bend) -> bool:
    """Whether the slope can be had from the activation alone: sigmoid's is y(1 - y), relu's mask the same of both."""
    x = np.array([-1.3, -0.4, 0.2, 0.9])
    try:
        with np.errstate(all="ignore"):
            y = np.asarray(bend.apply(x))
            one, other = bend.through(np.ones(4), y, x), bend.through(np.ones(4), y, y)
    except Exception:  # noqa: BLE001 - a domain that the trial is outside of
        return False
    return bool(np.allclose(one, other, equal_nan=True))


def needless_call(look: Look) -> Edits:
    """A function of a value where the value itself belongs."""
    if len(look.args) != 1 or look.op in (
        ops.transpose,
        ops.negative,
        ops.sum,
        ops.mean,
    ):
        return
    arg = look.args[0]
    if isinstance(arg.first, Value) and arg.shape == look.shape:
        said = "{old} where {new} belongs: the function is applied once too often."
        yield look.edit("surplus call", said, lambda a: +a, arg)


def surplus_slope(look: Look) -> Edits:
    """The slope of an activation once too often."""
    said = "The derivative of {bend} is there twice."
    for bend, slope, operands in _slopes(look):
        if look.fits(bend.y.shape):
            words: dict[str, Any] = {"bend": bend.op.name}
            yield look.edit(
                "surplus derivative",
                said,
                partial(_over, slope),
                look.old,
                *operands,
                **words,
            )


def _over(slope: Any, dy: Any, *sides: Any) -> Any:
    return dy / slope(np.ones_like(dy), *sides)


def wrong_slope(look: Look) -> Edits:
    """The derivative of another activation, or a wrong formula for it."""
    if not look.is_of_forward:
        yield from _named_for_slope(look)
        return
    said = "{old} is not the derivative of {bend}, which is {new}."
    for bend, slope, operands in _slopes(look):
        if bend.y.shape == look.shape or not look.shape:
            words: dict[str, Any] = {"bend": bend.op.name}
            yield look.edit(
                "wrong derivative",
                said,
                partial(_alone, slope),
                look.old,
                *operands,
                **words,
            )


def _named_for_slope(look: Look) -> Edits:
    """A gradient times the activation itself, or what went in: a name stands where the derivative belongs."""
    said = "{part} is not the derivative of {bend}, which is {part_new}."
    for i, arg in enumerate(look.args):
        is_named = isinstance(arg.node, ast.Name | ast.Subscript | ast.Attribute)
        if look.op is not ops.multiply or not is_named or not look.of_forward(arg):
            continue
        origin = look.bends.origin
        for bend, slope, operands in _slopes(look):
            sides = {origin(bend.x), origin(bend.y)}
            if isinstance(arg.first, Value) and origin(arg.first) in sides:
                yield from look.edit_arg(
                    "wrong derivative",
                    said,
                    i,
                    partial(_alone, slope),
                    *operands,
                    bend=bend.op.name,
                )


def _alone(slope: Any, _: Any, *sides: Any) -> Any:
    return slope(1.0, *sides)


def not_through(look: Look) -> Edits:
    """Something else made of a gradient than what goes back through an activation: ``relu(d)`` for ``d * (z > 0)``."""
    # where the gradient is multiplied by something, it is that which is wrong
    if not look.is_outer or look.is_of_forward or look.op in PRODUCTS:
        return
    said = "{old} is not what goes back through {bend}: that is the gradient times the derivative, {new}."
    for bend, slope, operands in _slopes(look):
        if bend.y.shape != look.shape:
            continue
        words: dict[str, Any] = {"bend": bend.op.name}
        for dy in look.arrays:
            if dy.shape == look.shape and dy.first not in (bend.x, bend.y):
                new = partial(_times, slope)
                yield look.edit("wrong derivative", said, new, dy, *operands, **words)


def rowwise_as_entrywise(look: Look) -> Edits:
    """``p * (1 - p)``, or p alone, for the whole Jacobian of a softmax."""
    said = "The {bend} is treated as elementwise: every entry of {1} depends on every one that goes in."
    for name in look.arrays:
        bend = look.bends.out_of(name.first) if isinstance(name.first, Value) else None
        if bend is None or bend.op.elementwise or not look.is_side(name, bend, y=True):
            continue
        if len(bend.y.shape) != len(look.shape) or not _needs_no_x(bend):
            continue
        for dy in look.arrays:
            if dy.shape == bend.y.shape and dy.first is not name.first:
                new = partial(_by_y, bend)
                words: dict[str, Any] = {"bend": bend.op.name}
                kind = f"{bend.op.name} as elementwise"
                yield look.edit(kind, said, new, dy, name, **words)
