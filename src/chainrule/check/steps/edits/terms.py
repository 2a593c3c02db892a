"""The summands of a gradient: one missing, one too many, the regulariser's, one overwritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Value

SHARES = (lambda c, w: c * w, lambda c, w: 2 * c * w)


def _parts(look: Look) -> Iterator[tuple[Operand, Operand, Any]]:
    """A weight, a number, and what a regulariser adds to the weight's gradient with them."""
    weights = [name for name in look.arrays if name.first in look.parameters]
    numbers = [name for name in look.names if _is_number(name)]
    for weight in weights:
        if weight.shape == look.shape:
            for number in numbers:
                for share in SHARES:
                    yield weight, number, share


def _is_number(name: Operand) -> bool:
    first = name.first
    if isinstance(first, Value):
        return name.shape == () and first.dtype.kind == "f"
    return isinstance(first, float)


def other_regulariser(look: Look) -> Edits:
    """The regulariser's share has another factor."""
    said = "The regulariser's share {part} should be {part_new}."
    for weight, number, share in _parts(look):
        if look.op in (ops.add, ops.subtract) and len(look.args) == 2:
            for i in (1, 0):
                new = partial(_instead, share)
                yield from look.edit_arg("regulariser", said, i, new, number, weight)


def _instead(share: Any, _: Any, number: Any, weight: Any) -> Any:
    return share(number, weight)


def missing_regulariser(look: Look) -> Edits:
    """The regulariser's share is missing."""
    said = "The regulariser's share {added} is missing."
    for weight, number, share in _parts(look):
        yield look.edit(
            "regulariser", said, partial(_plus, share), look.old, number, weight
        )


def _plus(share: Any, old: Any, number: Any, weight: Any) -> Any:
    return old + share(number, weight)


def overwritten(look: Look) -> Edits:
    """Assigned where it should be added to what is there."""
    if look.op is ops.setitem and len(look.args) >= 2:
        said = "{0} is overwritten; this should be added to what is already there."
        if len(look.args) == 2:
            yield look.edit(
                "overwritten",
                said,
                _added_at,
                *look.args,
                look.options,
                write=_augmented,
            )
    held = look.held_before
    if held is not None:
        said = "{1} is overwritten; this should be added to what is already there."
        yield look.edit("overwritten", said, lambda a, b: b + a, look.old, held)


def _augmented(statement: ast.stmt) -> ast.stmt | None:
    """``d[i] = g`` as ``d[i] += g``."""
    match statement:
        case ast.Assign(targets=[ast.Subscript() as target], value=value):
            return ast.AugAssign(target, ast.Add(), value)
        case _:
            return None


def _added_at(base: Any, written: Any, options: Any) -> Any:
    index, new = options["index"], base.copy()
    new[index] = base[index] + written
    return new


def repeated_index(look: Look) -> Edits:
    """``d[i] += g`` where i names a place twice: NumPy adds once."""
    if look.op is not ops.setitem or len(look.args) < 3:
        return
    said = (
        "An index that names a place twice is written once: np.add.at adds every time."
    )
    yield look.edit(
        "repeated index",
        said,
        partial(_add_at, look.site.params.get("index")),
        *look.args,
        write=_every_time,
    )


def _every_time(statement: ast.stmt) -> ast.stmt | None:
    """``d[i] += g`` as ``np.add.at(d, i, g)``; None where the index can stand in brackets alone."""
    match statement:
        case ast.AugAssign(ast.Subscript(array, index), ast.Add() | ast.Sub(), value):
            if any(isinstance(node, ast.Slice) for node in ast.walk(index)):
                return None
            name = "add" if isinstance(statement.op, ast.Add) else "subtract"
            at = ast.parse(f"np.{name}.at", mode="eval").body
            held = ast.parse(ast.unparse(array), mode="eval").body
            return ast.Expr(ast.Call(at, [held, index, value], []))
        case _:
            return None


def _add_at(template: Any, base: Any, written: Any, *arrays: Any) -> Any:
    index = tuple(
        arrays[item.position] if hasattr(item, "position") else item
        for item in template
    )
    new = base.copy()
    np.add.at(new, index, written - base[index])
    return new


def missing_summand(look: Look) -> Edits:
    """A value at hand that should be added or taken away: a target, or what arrives from the next step."""
    here = {arg.first for arg in look.args}
    for name in look.arrays:
        is_here = name.first in here or name.text == look.old.text
        if is_here or not look.fits(name.shape):
            continue
        kind, said = "missing term", "The term {1} is missing."
        if look.is_handed_on(name):
            kind = "carry dropped"
            said = "What arrives from the turn before, {1}, is dropped: it should be added."
        yield look.edit(kind, said, lambda a, t: a + t, look.old, name)
        yield look.edit(kind, said, lambda a, t: a - t, look.old, name)


def not_handed_on(look: Look) -> Edits:
    """What a turn of a loop should hand on to the next one, and does not."""
    said = "{part} never gets what the turn before computes, {name}: it should be handed on."
    for i, arg in enumerate(look.args):
        if not arg.text.isidentifier():
            continue
        for text, items in look.handed_on:
            if getattr(items[0], "shape", None) == arg.shape:
                handed = Operand((arg.items[0], *items), None, arg.text, hands_on=text)
                yield from look.edit_arg(
                    "carry dropped", said, i, lambda _, x: x, handed, name=text
                )


def surplus_term(look: Look) -> Edits:
    """A summand that does not belong here."""
    if look.op in (ops.add, ops.subtract) and len(look.args) == 2:
        a, b = look.args
        said = "The term {1} does not belong here."
        yield look.edit("surplus term", said, lambda a, _: +a, a, b)
        if look.op is ops.add:
            yield look.edit("surplus term", said, lambda b, _: +b, b, a)


Names = Iterator[Operand]
