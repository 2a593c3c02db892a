"""Another value was meant: the weight before its update, one of the same shape, one of the reversed shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits, Operand
from chainrule.check.steps.look import Look
from chainrule.program import Value

MOST_ENTRIES = 8
ENDS = ((slice(1, None), "1:"), (slice(None, -1), ":-1"))


def updated_weight(look: Look) -> Edits:
    """The parameter was updated before its old value was used up."""
    for i, arg in enumerate(look.args):
        older = look.older(arg)
        if older is not None:
            said = "{part} has been updated before this line; the gradient goes through its old value."
            yield from look.edit_arg("updated weight", said, i, lambda _, x: x, older)


def other_operand(look: Look) -> Edits:
    """Another value of the same shape was meant."""
    said = "The wrong operand: {part} where {part_new} belongs."
    operands = list(enumerate(look.args))
    if isinstance(look.site.node, ast.AugAssign):
        # what is added is likelier another than what it is added to
        operands.reverse()
    for i, arg in operands:
        if isinstance(arg.first, Value) and not _is_scaled(look, arg.first):
            for other in look.others(arg):
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other
                )


def _is_scaled(look: Look, value: Value) -> bool:
    """Whether an expression takes a number times an array: another value in its place would throw the rate of a step away."""
    tape, bound = look.truths.evidence.tape, look.truths.evidence.bound
    ahead = [value]
    while ahead:
        place = tape.at.get(ahead.pop())
        line = None if place is None or place in bound else tape.line(place)
        if line is None or line.op not in (ops.multiply, ops.divide):
            continue
        arrays = [arg for arg in line.args if isinstance(arg, Value) and arg.shape]
        if len(arrays) < len(line.args) and line.result.shape:
            return True
        ahead += arrays
    return False


def other_operand_turned(look: Look) -> Edits:
    """Another value of another shape was meant, turned or as it is."""
    said = "The wrong operand: {part} where {part_new} belongs."
    for i, arg in enumerate(look.args):
        if not isinstance(arg.first, Value):
            continue
        mine = arg.shape
        for other in look.arrays:
            if other.shape == mine or other.first is arg.first:
                continue
            if len(mine) == 2 and other.shape == mine[::-1]:
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: np.transpose(x), other
                )
            elif len(other.shape) == len(mine) or not mine:
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other
                )


def other_index(look: Look) -> Edits:
    """Another entry was meant: ``theta[1] = 0`` for ``theta[0] = 0``."""
    op, node, index = look.op, look.site.node, look.params.get("index")
    if op not in (ops.getitem, ops.setitem) or not isinstance(index, tuple):
        return
    if isinstance(node, ast.AugAssign):
        node = node.target
    if not isinstance(node, ast.Subscript) or not look.args:
        return
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    said = "The wrong entry: {was} where {meant} belongs."
    for i, (now, place) in enumerate(zip(index, places, strict=False)):
        for other, written in _other_entries(look, i, now, place):
            changed = (*index[:i], other, *index[i + 1 :])
            new = ast.parse(ast.unparse(node), mode="eval").body
            yield replace(
                look.edit_params("index", said, op, {"index": changed}),
                words={
                    "was": ast.unparse(node),
                    "meant": ast.unparse(_at(new, i, written)),
                },
                write=partial(_with_entry, ast.dump(node), i, written),
            )


def _other_entries(
    look: Look, i: int, now: object, place: ast.expr
) -> Iterator[tuple[int | slice, ast.expr]]:
    """Another number for a number, the other end left out for a slice, each with how it is written."""
    shape = look.args[0].shape
    if len(shape) <= i:
        return
    if type(now) is int and _is_int(place):
        for entry in range(min(shape[i], MOST_ENTRIES)):
            if entry != now % shape[i]:
                yield entry, ast.Constant(entry)
    elif isinstance(now, slice) and isinstance(place, ast.Slice):
        for other, text in ENDS:
            if other != now:
                # a slice is written inside of brackets alone
                yield other, ast.parse(f"x[{text}]", mode="eval").body.slice  # type: ignore[attr-defined]


def _is_int(node: ast.expr) -> bool:
    sign = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(sign, ast.Constant) and isinstance(sign.value, int)


def _at(node: ast.expr, i: int, entry: ast.expr) -> ast.expr:
    """A subscript with another one of its indices, in place."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Tuple):
            node.slice.elts[i] = entry
        else:
            node.slice = entry
    return node


def _with_entry(dumped: str, i: int, entry: ast.expr, statement: ast.stmt) -> ast.stmt:
    """A statement in which one subscript has another index."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript) and ast.dump(node) == dumped:
            _at(node, i, entry)
    return statement


def other_order(look: Look) -> Edits:
    """The items of a list taken in another order: rows for columns, a place too far."""
    n_runs = len(look.site.runs)
    said = "{part} is taken in the wrong order: {order}."
    for i, arg in enumerate(look.args):
        if n_runs < 3 or not isinstance(arg.first, Value) or len(set(arg.items)) < 3:
            continue
        for order, places in _orders(n_runs):
            items = tuple(arg.items[place] for place in places)
            if items != arg.items and all(
                getattr(a, "shape", None) == getattr(b, "shape", None)
                for a, b in zip(items, arg.items, strict=True)
            ):
                other = Operand(items, None, "")
                yield from look.edit_arg(
                    "wrong operand", said, i, lambda _, x: x, other, order=order
                )


def _orders(n_runs: int) -> Iterator[tuple[str, list[int]]]:
    whole = list(range(n_runs))
    for rows in range(2, n_runs // 2 + 1):
        if n_runs % rows == 0:
            turned = np.arange(n_runs).reshape(rows, -1).T.ravel()
            yield (
                "its two indices belong the other way round",
                [int(one) for one in turned],
            )
    yield "from the other end", whole[::-1]
    yield "it is one place too far on", [max(one - 1, 0) for one in whole]
    yield "it is one place too far back", [min(one + 1, n_runs - 1) for one in whole]
